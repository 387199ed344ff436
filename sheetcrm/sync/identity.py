"""
Rows without an id, or without the day on which they came → the same rows with it, in one write.

Only ids that are ours to give: the hidden `_id`, random, and key columns with
`auto:`, the next number.  Every other blank key is an issue for people.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, replace
from datetime import date

from sheetcrm.errors import ApiError
from sheetcrm.resources.base import Cell
from sheetcrm.schema.columns.id import IdColumn
from sheetcrm.schema.context import Context
from sheetcrm.schema.template import HIDDEN_ID, SheetSpec, Template
from sheetcrm.sheets.gateway import Gateway, Json
from sheetcrm.sync.aims import CellChange, same
from sheetcrm.sync.batches import Write, cell_requests
from sheetcrm.sync.cells import Log
from sheetcrm.sync.posting import second_look
from sheetcrm.sync.records import Extract, Reading


def random_id() -> str:
    """80 bits, so that nobody ever has to look whether it is taken."""
    return secrets.token_hex(10)


def fill_ids(
    gateway: Gateway,
    reading: Reading,
    *,
    today: date | None = None,
    new_id: Callable[[], str] = random_id,
    log: Log | None = None,
) -> Reading:
    """
    Give an id to every row of the reading that lacks one, and `today` to blank `created` and `touched` (not of samples).

    The reading as it is after that.  One write, none when nothing is missing.
    To be called right after the reading: a row that is moved in between gets
    its neighbour's new id.  Without `today` no day is written.  Where the answer
    is lost two reads more, and the write again if it was not carried out.
    """
    found, requests, changes = _filled(reading, today, new_id)
    with _noted(log, changes):
        try:
            gateway.batch(requests)
        except ApiError as lost:
            if not lost.in_doubt:
                raise
            _found_out(gateway, reading, requests, changes, lost)
    return found


def _found_out(
    gateway: Gateway, reading: Reading, requests: Sequence[Json], changes: Sequence[CellChange], lost: ApiError
) -> None:
    """Nothing when all of it is there; else sent again where no row was touched, and lost for good where one was."""
    sheets = list(dict.fromkeys(change.sheet for change in changes))
    now = second_look(gateway, reading, sheets, lost)
    there = [_stands(now, change) for change in changes]
    if all(there):
        return
    same_rows = all(
        sheet in now.extracts and list(now.extracts[sheet].ids) == list(reading.extracts[sheet].ids) for sheet in sheets
    )
    if any(there) or not same_rows:
        raise lost
    gateway.batch(requests)


def _stands(now: Reading, change: CellChange) -> bool:
    extract = now.extracts.get(change.sheet)
    row = extract.number(change.id) if extract else None
    return extract is not None and row is not None and same(extract.cell(row, change.column), change.after)


def with_ids(
    reading: Reading, *, today: date | None = None, new_id: Callable[[], str] = random_id
) -> tuple[Reading, list[Json]]:
    """The reading as `fill_ids` would leave it, and what it would send; nothing is written."""
    return _filled(reading, today, new_id)[:2]


def _filled(
    reading: Reading, today: date | None, new_id: Callable[[], str]
) -> tuple[Reading, list[Json], list[CellChange]]:
    """The reading after it, the requests, and the same as changes of cells."""
    extracts: dict[str, Extract] = {}
    requests: list[Json] = []
    changes: list[CellChange] = []
    for sheet, extract in reading.extracts.items():
        key = reading.template.sheets[sheet].key or ""
        ids, days = _lacking(reading, sheet, new_id), _undated(reading, extract, today)
        numbers = extract.parsed.numbers
        given = [Write(numbers[at], {key: id_}) for at, id_ in ids.items()]
        given += [Write(numbers[at], {column: cell}) for column, (cell, offsets) in days.items() for at in offsets]
        filled = {key: ids} | {column: dict.fromkeys(offsets, today) for column, (_, offsets) in days.items()}
        extracts[sheet] = extract.with_values(filled) if given else extract
        requests += cell_requests(reading.layout, sheet, given)
        changes += [CellChange(sheet, id_, key, None, id_) for id_ in ids.values()]
        for column, (cell, offsets) in days.items():
            named = (ids.get(at) or extract.ids[at] or "" for at in offsets)
            changes += [CellChange(sheet, id_, column, None, cell) for id_ in named]
    return (replace(reading, extracts=extracts) if requests else reading), requests, changes


def _noted(log: Log | None, changes: Sequence[CellChange]) -> AbstractContextManager[None]:
    """In the journal, never to be undone by itself: a row that lost its id would be told of once more."""
    if log is None or not changes:
        return nullcontext()
    entries = [asdict(change) for change in changes]
    return log.journal.written(f"ids and days: {log.what}", entries, log.now, stage="aside")


def stamps(spec: SheetSpec, context: Context, *, new: bool) -> dict[str, Cell]:
    """Column key → the day of the context, for a row that we add (`new`) or change; none where no day is known."""
    return {
        key: column.dump(context.today, context)
        for key, column in spec.columns.items()
        if context.today is not None and column.stamped is not None and (new or column.stamped == "touched")
    }


def taken(reading: Reading, sheet: str) -> list[str]:
    """What stands in the cells of ids of the sheet, and of its archive as far as that was read; wrong ones too."""
    sheets, found = reading.template.sheets, list[str]()
    for one in dict.fromkeys((sheet, reading.template.archive_of(sheet) or sheet)):
        cells = reading.extracts[one].cells if one in reading.extracts else {}
        found += [str(cell).strip() for cell in cells.get(sheets[one].key or "", ()) if cell not in ("", None)]
    return found


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


def _lacking(reading: Reading, sheet: str, new_id: Callable[[], str]) -> dict[int, str]:
    """Ids for the rows that lack one, by offset; none where people write them."""
    extract, key = reading.extracts[sheet], reading.template.sheets[sheet].key or ""
    if key not in extract.cells or reading.template.sheets[sheet].content != "records":
        return {}
    blank = [at for at, id_ in enumerate(extract.ids) if id_ is None and extract.parsed.used[key][at] in ("", None)]
    if not blank:
        return {}
    # Also the ids of rows that look blank because only some of the columns were read.
    ids = new_ids(reading.template, sheet, taken(reading, sheet), len(blank), new_id)
    return {} if ids is None else dict(zip(blank, ids, strict=True))


def _undated(reading: Reading, extract: Extract, today: date | None) -> dict[str, tuple[Cell, list[int]]]:
    """Column key → the day as a cell, and the offsets of rows (no samples) in which it is blank."""
    spec = reading.template.sheets[extract.sheet]
    if spec.content != "records":
        return {}
    samples = reading.template.sample_keys(extract.sheet)
    found = {}
    for key, day in stamps(spec, reading.template.context(reading.language, today), new=True).items():
        cells = extract.parsed.used.get(key, [])
        blank = [at for at, cell in enumerate(cells) if cell in ("", None) and extract.ids[at] not in samples]
        if blank:
            found[key] = (day, blank)
    return found
