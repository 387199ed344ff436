"""
Cells by key → the same cells changed, if they still say what they said.

Looked at again right before writing: a row that somebody moved is found by its
id, a cell that somebody changed is theirs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sheetcrm.journal import Journal
from sheetcrm.resources.base import Cell
from sheetcrm.schema.template import Template
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sync.read import read
from sheetcrm.sync.records import Reading
from sheetcrm.sync.write import Write, cell_requests, misplaced

FIELDS = frozenset({"sheet", "id", "column", "before", "after"})


@dataclass(frozen=True)
class CellChange:
    """One cell, by the id of its row: what stands there and what is to stand there."""

    sheet: str
    id: str
    column: str
    before: Cell
    after: Cell

    def back(self) -> CellChange:
        """What takes it back."""
        return CellChange(self.sheet, self.id, self.column, self.after, self.before)


@dataclass(frozen=True)
class Changed:
    """What became of changes: written; left, because somebody changed the cell or took the row away; moved while we wrote."""

    done: tuple[CellChange, ...]
    conflicts: tuple[CellChange, ...] = ()
    misplaced: tuple[CellChange, ...] = ()


@dataclass(frozen=True)
class Log:
    """Where a write is written down before it is sent, as what, and when."""

    journal: Journal
    what: str
    now: datetime


def change_cells(
    gateway: Gateway, template: Template, changes: Sequence[CellChange], *, log: Log | None = None
) -> Changed:
    """Two reads, one write for all of them together, one more read a sheet to see that rows stand where they stood."""
    reading = read(gateway, template, sheets=list(dict.fromkeys(change.sheet for change in changes)))
    rows = {change: _row(reading, change) for change in changes}
    done = tuple(change for change in changes if rows[change] is not None)
    writes: dict[str, list[Write]] = {}
    for change in done:
        writes.setdefault(change.sheet, []).append(Write(rows[change] or 0, {change.column: change.after}))
    requests = [one for sheet, found in writes.items() for one in cell_requests(reading.layout, sheet, found)]
    if requests:
        file = log.journal.begin(log.what, _digest(done), [asdict(one) for one in done], log.now) if log else None
        gateway.batch(requests)
        if log and file:
            log.journal.mark(file, "done")
    astray = {place for sheet in writes for place in _astray(gateway, template, sheet, done, rows)}
    moved = tuple(change for change in done if (change.sheet, change.id) in astray)
    return Changed(done, tuple(change for change in changes if rows[change] is None), moved)


def is_cells(entries: Sequence[dict[str, Any]]) -> bool:
    """Whether what a journal has are changes of cells."""
    return bool(entries) and all(entry.keys() == FIELDS for entry in entries)


def taken_back(entries: Sequence[dict[str, Any]]) -> list[CellChange]:
    """The changes that undo what a journal has."""
    return [CellChange(**entry).back() for entry in entries]


def _row(reading: Reading, change: CellChange) -> int | None:
    """Where the row stands now, if its cell still says what it said."""
    extract = reading.extracts.get(change.sheet)
    row = extract.by_id().get(change.id) if extract else None
    if extract is None or row is None or change.column not in extract.cells:
        return None
    return row.number if _same(extract.cell(row.number, change.column), change.before) else None


def _same(one: Cell, other: Cell) -> bool:
    return (one in (None, "") and other in (None, "")) or (type(one), one) == (type(other), other)


def _astray(
    gateway: Gateway, template: Template, sheet: str, done: Sequence[CellChange], rows: dict[CellChange, int | None]
) -> list[tuple[str, str]]:
    key = template.sheets[sheet].key or ""
    expected = {
        rows[one] or 0: one.id for one in done if one.sheet == sheet and (one.column != key or one.after == one.id)
    }
    return [(sheet, id_) for id_ in misplaced(gateway, sheet, key, expected)] if expected else []


def _digest(changes: Sequence[CellChange]) -> str:
    text = json.dumps([asdict(change) for change in changes], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
