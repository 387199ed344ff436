"""
A guard against typing over ↔ a protected range.

Warning-only keeps nobody out and hides nothing: it asks "really?" once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from sheetcrm.layout import Layout
from sheetcrm.messages import N_, tr
from sheetcrm.resources.base import Address, Json, Policy, Request, Resource, State, changed, sheets_of

Scope = Literal["header", "column", "moved"]
SCOPES: dict[Scope, str] = {"header": N_("header"), "column": N_("column"), "moved": N_("moved")}


@dataclass(frozen=True)
class Protection(Resource):
    """
    A protected range: `header` is row 1 (address of the sheet), `column` the data rows of a column (address of the column).

    `moved` is only ever read: the range is not where it was put.
    """

    scope: Scope
    description: str
    warning_only: bool = True

    kind: ClassVar[str] = "protection"
    rank: ClassVar[int] = 90
    policy: ClassVar[Policy] = "restore"
    fields: ClassVar[tuple[str, ...]] = ("sheets.protectedRanges",)
    follows: ClassVar[frozenset[str]] = frozenset({"rows", "columns"})
    removable: ClassVar[bool] = True

    @classmethod
    def read(cls, description: Json, layout: Layout, desired: State) -> Iterator[tuple[Address, Self]]:
        """Ours, by the id that we chose; a copy of a spreadsheet may have others, so by description too."""
        for key, part in sheets_of(description, layout):
            ranges = part.get("protectedRanges", [])
            for column in ("", *layout.columns(key)):
                address = Address(key, column, cls.kind)
                for protected in ranges:
                    if _ours(protected, address, desired.get(address), layout):
                        layout.ids[str(address)] = protected["protectedRangeId"]
                        yield (
                            address,
                            cls(
                                _scope(protected.get("range", {}), address, layout),
                                protected.get("description", ""),
                                protected.get("warningOnly", False),
                            ),
                        )
                        break

    def create(self, address: Address, layout: Layout) -> list[Request]:
        """Add it under an id of our choice."""
        return [
            {"addProtectedRange": {"protectedRange": self._protected(layout.choose_id(str(address)), address, layout)}}
        ]

    def update(self, address: Address, layout: Layout, live: Self) -> list[Request]:
        """Put range, description and kind back."""
        protected = self._protected(int(layout.ids[str(address)]), address, layout)
        return [{"updateProtectedRange": {"protectedRange": protected, "fields": "range,description,warningOnly"}}]

    def delete(self, address: Address, layout: Layout) -> list[Request]:
        """Take the guard away; no cell changes."""
        return [{"deleteProtectedRange": {"protectedRangeId": layout.ids[str(address)]}}]

    def heads(self) -> bool:
        """As far as it guards that."""
        return self.scope == "header"

    def say(self, live: Self | None = None) -> str:
        """What is guarded and how."""
        return changed(live and _words(live), _words(self))

    def _protected(self, chosen: int, address: Address, layout: Layout) -> Json:
        last = 1 if self.scope == "header" else None
        place = layout.grid_range(address.sheet, address.column, first=1 if self.scope == "header" else 2, last=last)
        return {
            "protectedRangeId": chosen,
            "range": place,
            "description": self.description,
            "warningOnly": self.warning_only,
        }


def _ours(protected: Json, address: Address, desired: Resource | None, layout: Layout) -> bool:
    if protected.get("protectedRangeId") in layout.own_ids(address.place, address.kind):
        return True
    return isinstance(desired, Protection) and bool(
        desired.description
        and protected.get("description") == desired.description
        and _scope(protected.get("range", {}), address, layout) == desired.scope
    )


def _scope(place: Json, address: Address, layout: Layout) -> Scope:
    if address.column:
        return "column" if layout.covers(place, address.sheet, address.column) else "moved"
    whole_row = layout.covers(place, address.sheet, first=1, last=1)
    return "header" if whole_row else "moved"


def _words(protection: Protection) -> str:
    how = tr("warns") if protection.warning_only else tr("locked")
    scope = tr(SCOPES[protection.scope])
    return tr("{scope}, {how}: {description}", scope=scope, how=how, description=protection.description)
