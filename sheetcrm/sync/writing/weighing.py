"""
Changes against what stands there now → what is written, and what is left to people.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from sheetcrm.errors import UsageError
from sheetcrm.messages import tr
from sheetcrm.schema.context import Context
from sheetcrm.sync.aims import CellChange, same
from sheetcrm.sync.identity import stamps
from sheetcrm.sync.records import Extract, Reading
from sheetcrm.sync.writing.outcome import Conflict, OnConflict


@dataclass(frozen=True)
class Weighed:
    """`sent` with the rows (1-based) in which they stand; `same` are ids of rows that say it all already."""

    sent: tuple[tuple[CellChange, int], ...]
    conflicts: tuple[Conflict, ...] = ()
    same: tuple[str, ...] = ()


def weigh(
    now: Reading, context: Context, sheet: str, changes: Sequence[CellChange], on_conflict: OnConflict
) -> Weighed:
    """What is still as it was read is sent; with it the day into the `touched` columns of those rows."""
    extract = now.extracts.get(sheet)
    if extract is None:
        raise UsageError(tr("there is no tab for {sheet} any more; see: sheetcrm check", sheet=sheet))
    sent: list[tuple[CellChange, int]] = []
    conflicts: list[Conflict] = []
    for change in changes:
        row, conflict = _row(now, context, change, overwrite=on_conflict == "overwrite")
        if conflict is not None:
            conflicts.append(conflict)
        if row is not None and (conflict is None or conflict.overwritten):
            sent.append((replace(change, before=conflict.now) if conflict else change, row))
    left = {one.change.id for one in conflicts if not one.overwritten}
    sent = [(change, row) for change, row in sent if change.id not in left]
    wanted = dict.fromkeys(change.id for change in changes)
    written = {change.id for change, _ in sent}
    both = (*sent, *_stamps(extract, context, sent))
    return Weighed(both, tuple(conflicts), tuple(id_ for id_ in wanted if id_ not in written and id_ not in left))


def columns_of(changes: Collection[CellChange], context: Context, sheet: str) -> set[str]:
    """The columns that are written, those of the day among them."""
    spec = context.template.sheets[sheet]
    return {change.column for change in changes} | stamps(spec, context, new=False).keys()


def _row(now: Reading, context: Context, change: CellChange, *, overwrite: bool) -> tuple[int | None, Conflict | None]:
    """The row that is to be written, None when nothing is to be done there."""
    extract = now.extracts[change.sheet]
    row = extract.number(change.id)
    if row is None:
        return None, Conflict(change, None, "twice" if change.id in extract.shared else "gone")
    if change.column not in extract.cells:
        return None, Conflict(change, None, "no column")
    cell = extract.cell(row, change.column)
    if same(cell, change.after):
        return None, None
    if same(cell, change.before):
        return row, None
    layout = now.layout
    a1 = f"{layout.tab_title(change.sheet)}!{layout.cell(change.sheet, change.column, row)}"
    return row, Conflict(change, cell, "changed", a1, layout.link(change.sheet, change.column, row), overwrite, context)


def _stamps(
    extract: Extract, context: Context, sent: Sequence[tuple[CellChange, int]]
) -> Iterator[tuple[CellChange, int]]:
    """The day into the rows that change, unless the records say another."""
    spec = context.template.sheets[extract.sheet]
    said = {change.place for change, _ in sent}
    rows = {change.id: row for change, row in sent}
    for key, day in stamps(spec, context, new=False).items():
        for id_, row in rows.items():
            change = CellChange(extract.sheet, id_, key, extract.cell(row, key), day)
            if key in extract.cells and change.place not in said and not same(change.before, day):
                yield change, row
