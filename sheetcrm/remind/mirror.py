"""
The ledger and a reading → the cells that say when a row was last told of.

From what was sent ever, not from this run: a day that could not be written is
written by the next run.  A cell only goes forward, so that a ledger that was
lost takes nothing away.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sheetcrm.remind.ledger import Ledger
from sheetcrm.sync.aims import CellChange
from sheetcrm.sync.records import Reading


def mirrored(reading: Reading, ledger: Ledger, channels: Collection[str]) -> list[CellChange]:
    """What to write into the `mirror` columns; `channels` are the words in the ledger of ways by which people are really told."""
    columns: dict[tuple[str, str], set[str]] = {}
    for key, rule in reading.template.reminders.items():
        if rule.mirror is not None:
            columns.setdefault((rule.sheet, rule.mirror), set()).add(key)
    found = []
    for (sheet, column), rules in columns.items():
        told = ledger.watch.told_on(reading.layout.spreadsheet_id, rules, channels)
        days = {row_id: day for (of, row_id), day in told.items() if of == sheet}
        found += _changes(reading, sheet, column, days)
    return found


def _changes(reading: Reading, sheet: str, column: str, days: dict[str, date]) -> list[CellChange]:
    extract = reading.extracts.get(sheet)
    if extract is None or column not in extract.cells or not days:
        return []
    spec = reading.template.sheets[sheet].columns[column]
    context = reading.template.context(reading.language)
    known = [row_id for row_id in days if row_id in extract.offsets]
    rows = extract.some([extract.offsets[row_id] for row_id in known])
    changes = []
    for row_id, row in zip(known, rows, strict=True):
        there = extract.cell(row.number, column)
        stands = row.get(column)
        # What is no date stands there because somebody wrote it: it is theirs.
        if there not in (None, "") and (not isinstance(stands, date) or stands >= days[row_id]):
            continue
        changes.append(CellChange(sheet, row_id, column, there, spec.dump(days[row_id], context)))
    return changes
