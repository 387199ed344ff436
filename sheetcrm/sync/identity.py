"""
Rows without an id, or without the day on which they came → the same rows with it, in one write.

Only ids that are ours to give: the hidden `_id`, random, and key columns with
`auto:`, the next number.  Every other blank key is an issue for people.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

from sheetcrm.resources.base import Cell
from sheetcrm.schema.columns.id import IdColumn
from sheetcrm.schema.context import Context
from sheetcrm.schema.template import HIDDEN_ID, SheetSpec, Template
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sync.records import Extract, Reading, Row
from sheetcrm.sync.write import Write, cell_requests


def random_id() -> str:
    """80 bits, so that nobody ever has to look whether it is taken."""
    return secrets.token_hex(10)


def fill_ids(
    gateway: Gateway, reading: Reading, *, today: date | None = None, new_id: Callable[[], str] = random_id
) -> Reading:
    """
    Give an id to every row of the reading that lacks one, and `today` to blank `created` and `touched` (not of samples).

    The reading as it is after that.  One write, none when nothing is missing.
    To be called right after the reading: a row that is moved in between gets
    its neighbour's new id.  Without `today` no day is written.
    """
    extracts = {sheet: _filled(reading, sheet, new_id) for sheet in reading.extracts}
    requests = []
    for sheet, extract in extracts.items():
        key = reading.template.sheets[sheet].key or ""
        before = {row.number: row.id for row in reading.extracts[sheet].rows}
        given = [Write(row.number, {key: row.id}) for row in extract.rows if before[row.number] != row.id]
        extracts[sheet], days = _stamped(reading, extract, today)
        requests += cell_requests(reading.layout, sheet, [*given, *days])
    gateway.batch(requests)
    return replace(reading, extracts=extracts) if requests else reading


def stamps(spec: SheetSpec, context: Context, *, new: bool) -> dict[str, Cell]:
    """Column key → the day of the context, for a row that we add (`new`) or change; none where no day is known."""
    return {
        key: column.dump(context.today, context)
        for key, column in spec.columns.items()
        if context.today is not None and column.stamped is not None and (new or column.stamped == "touched")
    }


def new_ids(
    template: Template, sheet: str, taken: list[str], count: int, new_id: Callable[[], str]
) -> list[str] | None:
    """The ids of `count` new rows beside those `taken`; None where people write them."""
    key = template.sheets[sheet].key
    column = template.sheets[sheet].columns.get(key or "")
    if key == HIDDEN_ID or (isinstance(column, IdColumn) and column.random):
        return [new_id() for _ in range(count)]
    if isinstance(column, IdColumn) and column.auto is not None:
        return column.following([*taken, *template.sample_keys(sheet)], count)
    return None


def _filled(reading: Reading, sheet: str, new_id: Callable[[], str]) -> Extract:
    extract, key = reading.extracts[sheet], reading.template.sheets[sheet].key or ""
    without = [row for row in extract.rows if row.id is None and extract.cell(row.number, key) in ("", None)]
    if not without or key not in extract.cells:
        return extract
    ids = new_ids(reading.template, sheet, [row.id for row in extract.rows if row.id], len(without), new_id)
    if ids is None:
        return extract
    given = {row.number: id_ for row, id_ in zip(without, ids, strict=True)}
    return replace(extract, rows=tuple(_with_ids(extract.rows, key, given)))


def _with_ids(rows: tuple[Row, ...], key: str, given: dict[int, str]) -> Iterator[Row]:
    for row in rows:
        if row.number not in given:
            yield row
        elif key == HIDDEN_ID:
            yield replace(row, id=given[row.number])
        else:
            record = row.record.model_copy(update={key: given[row.number]})
            yield replace(row, id=given[row.number], record=record)


def _stamped(reading: Reading, extract: Extract, today: date | None) -> tuple[Extract, list[Write]]:
    """The rows with the day in their blank stamps, and what is to be written for it."""
    spec = reading.template.sheets[extract.sheet]
    days = stamps(spec, reading.template.context(reading.language, today), new=True)
    rows, writes = [], []
    for row in extract.rows:
        there = [] if row.sample else [key for key in days if key in extract.cells]
        blank = {key: days[key] for key in there if extract.cell(row.number, key) in ("", None)}
        if blank:
            writes.append(Write(row.number, blank))
        rows.append(replace(row, record=row.record.model_copy(update=dict.fromkeys(blank, today))) if blank else row)
    return replace(extract, rows=tuple(rows)), writes
