"""
Rows without an id → the same rows with one, in one write.

Only ids that are ours to give: the hidden `_id`, random, and key columns with
`auto:`, the next number.  Every other blank key is an issue for people.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace

from sheetcrm.schema.columns.id import IdColumn
from sheetcrm.schema.template import HIDDEN_ID, Template
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sync.records import Extract, Reading, Row
from sheetcrm.sync.write import Write, cell_requests


def random_id() -> str:
    """80 bits, so that nobody ever has to look whether it is taken."""
    return secrets.token_hex(10)


def fill_ids(gateway: Gateway, reading: Reading, *, new_id: Callable[[], str] = random_id) -> Reading:
    """
    Give an id to every row of the reading that lacks one; the reading as it is after that.

    One write, none when nothing is missing.  To be called right after the
    reading: a row that is moved in between gets its neighbour's new id.
    """
    extracts = {sheet: _filled(reading, sheet, new_id) for sheet in reading.extracts}
    requests = []
    for sheet, extract in extracts.items():
        key = reading.template.sheets[sheet].key or ""
        before = {row.number: row.id for row in reading.extracts[sheet].rows}
        given = [Write(row.number, {key: row.id}) for row in extract.rows if before[row.number] != row.id]
        requests += cell_requests(reading.layout, sheet, given)
    gateway.batch(requests)
    return replace(reading, extracts=extracts) if requests else reading


def new_ids(
    template: Template, sheet: str, taken: list[str], count: int, new_id: Callable[[], str]
) -> list[str] | None:
    """The ids of `count` new rows beside those `taken`; None where people write them."""
    key = template.sheets[sheet].key
    column = template.sheets[sheet].columns.get(key or "")
    if key == HIDDEN_ID:
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
