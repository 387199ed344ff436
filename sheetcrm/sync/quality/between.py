"""
Two moments of a spreadsheet and our journal → what people changed in between.

Sheets tells nobody who typed what; but what we wrote ourselves we know, and what
is left was somebody else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sheetcrm.journal import Write, lines
from sheetcrm.journal.policy import said
from sheetcrm.sync.aims import same
from sheetcrm.sync.quality.album import Page, Picture

Kind = Literal["added", "removed", "changed"]


@dataclass(frozen=True)
class Difference:
    """A row that came or went (`column` empty, `cells` what it says or said), or a cell that says something else."""

    kind: Kind
    sheet: str
    id: str
    column: str = ""
    before: Any = None
    after: Any = None
    cells: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Between:
    """All of them, by sheet and in the order of rows; and how many were ours."""

    differences: tuple[Difference, ...]
    ours: int
    columns: tuple[str, ...] = ()
    """Columns that are not in both, of which nothing can be said."""


@dataclass
class _Ours:
    """What our writes left in cells, and the rows that they brought or took."""

    cells: dict[tuple[str, str, str], list[Any]] = field(default_factory=dict)
    came: set[tuple[str, str]] = field(default_factory=set)
    went: set[tuple[str, str]] = field(default_factory=set)


def between(before: Picture, after: Picture, writes: Iterable[Write]) -> Between:
    """`writes` are ours of that time, those that were refused left out; sheets that are not in both are left out."""
    ours = _ours(writes)
    found = [
        one
        for sheet, page in after.pages.items()
        if sheet in before.pages
        for one in _compared(sheet, before.pages[sheet], page, ours)
    ]
    theirs = tuple(one for one in found if not _is_ours(one, ours))
    columns = [
        f"{sheet}.{key}"
        for sheet, page in after.pages.items()
        if sheet in before.pages
        for key in sorted({*page.columns} ^ {*before.pages[sheet].columns})
    ]
    return Between(theirs, len(found) - len(theirs), tuple(columns))


def _compared(sheet: str, before: Page, after: Page, ours: _Ours) -> Iterator[Difference]:
    columns = [key for key in after.columns if key in before.columns]
    for id_, cells in after.rows.items():
        if id_ in before.rows:
            yield from _changed(sheet, id_, columns, before.rows[id_], cells)
            continue
        yield Difference("added", sheet, id_, cells=cells)
        if (sheet, id_) in ours.came:
            # What somebody made of a row that we had added is theirs.
            left = {key: ours.cells.get((sheet, id_, key), [cells.get(key)])[-1] for key in columns}
            yield from _changed(sheet, id_, columns, left, cells)
    for id_, cells in before.rows.items():
        if id_ not in after.rows:
            yield Difference("removed", sheet, id_, cells=cells)


def _changed(
    sheet: str, id_: str, columns: Iterable[str], before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[Difference]:
    for key in columns:
        if not same(before.get(key), after.get(key)):
            yield Difference("changed", sheet, id_, key, before.get(key), after.get(key))


def _ours(writes: Iterable[Write]) -> _Ours:
    found = _Ours()
    for write in writes:
        if write.stage == "refused":
            continue
        for line in lines(write):
            place = (line.sheet, line.row_id)
            if line.kind == "cell":
                found.cells.setdefault((*place, line.column), []).append(line.after)
                (found.came if line.before in (None, "") and str(said(line.after)) == line.row_id else set()).add(place)
                (found.went if line.after in (None, "") and str(said(line.before)) == line.row_id else set()).add(place)
            elif line.kind == "row":
                found.went.add(place)
                if isinstance(line.after, str):
                    sheet, _, id_ = line.after.partition(" ")
                    found.came.add((sheet, id_))
    return found


def _is_ours(one: Difference, ours: _Ours) -> bool:
    if one.kind == "changed":
        return any(same(one.after, cell) for cell in ours.cells.get((one.sheet, one.id, one.column), ()))
    return (one.sheet, one.id) in (ours.came if one.kind == "added" else ours.went)
