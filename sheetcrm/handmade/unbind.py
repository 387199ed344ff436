"""
The journal of a binding → the requests that take it back.

Only marks of ours that still say what the binding wrote; what a later apply
wrote over them stays, and is named.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from sheetcrm.handmade.marks import Mark, Old, old_marks
from sheetcrm.handmade.seal import Sealed
from sheetcrm.handmade.survey import Reads
from sheetcrm.messages import tr
from sheetcrm.resources import Json, Request

FIELDS = "developerMetadata,sheets(properties(sheetId,title),developerMetadata,data(columnMetadata(developerMetadata),startColumn))"
KINDS = frozenset({"bound", "unbound"})


@dataclass(frozen=True)
class Unbound:
    """What takes a binding back, and in words what stays."""

    requests: tuple[Request, ...]
    gone: int
    """How many marks go."""
    back: int
    """How many come back that were there before the binding."""
    left: tuple[str, ...]
    entries: tuple[Json, ...] = ()
    """What that writes and takes away, as a journal keeps it."""


def entries(sealed: Sealed) -> list[Json]:
    """What a binding writes and takes away, as a journal keeps it."""
    removed = [Mark(old.key, old.value, old.sheet_id, old.index) for old in sealed.removed]
    return [
        *({"bound": asdict(mark)} for mark in sealed.marks),
        *({"unbound": asdict(mark)} for mark in removed),
    ]


def is_binding(entries: Sequence[Json]) -> bool:
    """Whether that is what a journal has."""
    return bool(entries) and all(len(entry) == 1 and entry.keys() <= KINDS for entry in entries)


def unbind(gateway: Reads, entries: Sequence[Json]) -> Unbound:
    """One read; nothing is written yet."""
    bound = [Mark(**entry["bound"]) for entry in entries if "bound" in entry]
    before = [Mark(**entry["unbound"]) for entry in entries if "unbound" in entry]
    description = gateway.describe(FIELDS)
    there = old_marks(description)
    found = [(mark, _found(mark, there)) for mark in bound]
    tabs = {part["properties"]["sheetId"]: part["properties"]["title"] for part in description.get("sheets", [])}
    # Where columns came, went or moved, nobody knows any more where an older mark stood.
    moved = {mark.sheet_id for mark, old in found if old is not None and old.index != mark.index}
    back = [mark for mark in before if _has_place(mark, tabs, moved)]
    gone = [old.request() for _, old in found if old is not None]
    left = [
        tr("{mark} in {tab}: written anew or gone since", mark=mark.value or mark.key, tab=_tab(mark, tabs))
        for mark, old in found
        if old is None
    ]
    left += [
        tr("{mark} of before in {tab}: columns were moved since", mark=mark.value, tab=_tab(mark, tabs))
        for mark in before
        if mark not in back
    ]
    done = [{"unbound": asdict(mark)} for mark, old in found if old is not None]
    done += [{"bound": asdict(mark)} for mark in back]
    return Unbound((*gone, *(mark.request() for mark in back)), len(gone), len(back), tuple(left), tuple(done))


def _found(mark: Mark, there: Sequence[Old]) -> Old | None:
    """It, wherever its column is now."""
    same: Iterator[Old] = (
        old
        for old in there
        if (old.key, old.value, old.sheet_id) == (mark.key, mark.value, mark.sheet_id)
        and (old.index is None) == (mark.index is None)
    )
    return next(same, None)


def _has_place(mark: Mark, tabs: dict[int, str], moved: set[int | None]) -> bool:
    return mark.sheet_id is None or (mark.sheet_id in tabs and (mark.index is None or mark.sheet_id not in moved))


def _tab(mark: Mark, tabs: dict[int, str]) -> str:
    if mark.sheet_id is None:
        return tr("the spreadsheet")
    return tabs.get(mark.sheet_id, tr("a tab that is gone"))
