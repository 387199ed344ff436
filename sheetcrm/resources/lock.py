"""
What only some may edit ↔ a protected range with editors.

It keeps hands off and hides nothing: who may open the file may read it all.
Google adds the owner and whoever made it to the editors, and lists them on
every protected range, so they are left out of the comparison.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from sheetcrm.layout import Layout, Trouble
from sheetcrm.messages import N_, tr
from sheetcrm.resources.base import (
    Address,
    Json,
    Policy,
    Request,
    Resource,
    State,
    changed,
    made_before,
    sheets_of,
    told,
)

Scope = Literal["sheet", "column", "moved"]
PLACES = frozenset({"startRowIndex", "endRowIndex", "startColumnIndex", "endColumnIndex"})


@dataclass(frozen=True)
class Lock(Resource):
    """
    A whole sheet (address of the sheet) or the data rows of a column (address of the column) that only `editors` may edit.

    `editors` are addresses in small letters, in order; never empty in what is
    written, because a protected range without editors lets everybody edit.
    `moved` is only ever read: it is not where it was put, or has holes.
    """

    scope: Scope
    editors: tuple[str, ...]
    description: str

    kind: ClassVar[str] = "lock"
    rank: ClassVar[int] = 93
    policy: ClassVar[Policy] = "restore"
    fields: ClassVar[tuple[str, ...]] = ("sheets.protectedRanges",)
    follows: ClassVar[frozenset[str]] = frozenset({"rows", "columns"})
    removable: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Equal in whatever order and case addresses were written."""
        object.__setattr__(self, "editors", tuple(sorted({editor.casefold() for editor in self.editors})))

    @classmethod
    def read(cls, description: Json, layout: Layout, desired: State) -> Iterator[tuple[Address, Self]]:
        """Ours, by the id that we chose, in a copy by description; whole sheets that somebody else locked are a trouble."""
        always = _always(description)
        for key, part in sheets_of(description, layout):
            ours = made_before(part, key, layout)
            for address in (Address(key, column, cls.kind) for column in ("", *layout.columns(key))):
                wanted = desired.get(address)
                if address not in ours and not isinstance(wanted, cls):
                    continue
                found = _found(part, address, wanted, layout)
                if found is not None:
                    layout.ids[str(address)] = found["protectedRangeId"]
                    yield address, cls._of(found, address, wanted, layout, always)
                elif isinstance(wanted, cls) and _is_taken(part, wanted):
                    title = part["properties"]["title"]
                    layout.trouble(Trouble(key, "", "tab_locked", (("title", title),)))
                    yield address, wanted

    @classmethod
    def _of(cls, live: Json, address: Address, wanted: Resource | None, layout: Layout, always: frozenset[str]) -> Self:
        hoped = wanted.editors if isinstance(wanted, cls) else ()
        there = live.get("editors", {})
        users = {user.casefold() for user in there.get("users", [])}
        more = [f"group {group}" for group in there.get("groups", [])]
        more += [N_("everybody of the domain")] if there.get("domainUsersCanEdit") else []
        more += [N_("everybody, after a warning")] if live.get("warningOnly") else []
        return cls(_scope(live, address, layout), (*(users - (always - {*hoped})), *more), live.get("description", ""))

    def create(self, address: Address, layout: Layout) -> list[Request]:
        """Add it under an id of our choice; nothing where somebody else has locked the sheet."""
        return [
            {"addProtectedRange": {"protectedRange": self._written(layout.choose_id(str(address)), address, layout)}}
        ]

    def update(self, address: Address, layout: Layout, live: Self) -> list[Request]:
        """Put place, editors and description back."""
        if str(address) not in layout.ids:
            return []
        written = self._written(int(layout.ids[str(address)]), address, layout)
        fields = "range,description,warningOnly,editors,unprotectedRanges"
        return [{"updateProtectedRange": {"protectedRange": written, "fields": fields}}]

    def delete(self, address: Address, layout: Layout) -> list[Request]:
        """Whoever may edit the file may edit it again."""
        return [{"deleteProtectedRange": {"protectedRangeId": layout.ids[str(address)]}}]

    def say(self, live: Self | None = None) -> str:
        """Who may edit."""
        return changed(live and _words(live), _words(self))

    def _written(self, chosen: int, address: Address, layout: Layout) -> Json:
        sheet: Json = {"sheetId": layout.sheet_id(address.sheet)}
        return {
            "protectedRangeId": chosen,
            "range": layout.grid_range(address.sheet, address.column) if address.column else sheet,
            "description": self.description,
            "warningOnly": False,
            "editors": {"users": list(self.editors)},
        }


def _always(description: Json) -> frozenset[str]:
    """Who may edit whatever is protected: listed where a protected range only warns, else in all of them."""
    ranges = [one for part in description.get("sheets", []) for one in part.get("protectedRanges", [])]
    listed = [(one, {user.casefold() for user in one.get("editors", {}).get("users", [])}) for one in ranges]
    warning = [users for one, users in listed if one.get("warningOnly") and users]
    if warning:
        return frozenset().union(*warning)
    held = [users for one, users in listed if not one.get("warningOnly")]
    return frozenset(set.intersection(*held)) if held else frozenset()


def _found(part: Json, address: Address, wanted: Resource | None, layout: Layout) -> Json | None:
    own = layout.own_ids(address.place, address.kind)
    ranges: list[Json] = part.get("protectedRanges", [])
    by_id = [one for one in ranges if one.get("protectedRangeId") in own]
    copied = [
        one
        for one in ranges
        if isinstance(wanted, Lock)
        and one.get("description") == wanted.description
        and _scope(one, address, layout) == wanted.scope
    ]
    return next(iter([*by_id, *copied]), None)


def _is_taken(part: Json, wanted: Lock) -> bool:
    """Whether the sheet as a whole is protected already: there is only one such protection."""
    return wanted.scope == "sheet" and any(
        not PLACES & one.get("range", {}).keys() for one in part.get("protectedRanges", [])
    )


def _scope(live: Json, address: Address, layout: Layout) -> Scope:
    place = live.get("range", {})
    if live.get("unprotectedRanges"):
        return "moved"
    if address.column:
        return "column" if layout.covers(place, address.sheet, address.column) else "moved"
    return "moved" if PLACES & place.keys() else "sheet"


def _words(lock: Lock) -> str:
    editors = ", ".join(map(told, lock.editors)) or tr("the owner")
    if lock.scope == "moved":
        return tr("elsewhere, only {editors}", editors=editors)
    return tr("only {editors}", editors=editors)
