"""
Cells by row → requests that change those cells and nothing else.

Values go as typed cells, never as text to be parsed: `0012`, `+86 138…` and
`=1+1` arrive as they are.  New rows never come from the API's own `append`,
which guesses where a table ends.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from sheetcrm.layout import MARK_KEY, Layout
from sheetcrm.resources.base import Cell, Json, Request
from sheetcrm.resources.formula import Formula
from sheetcrm.schema.columns.base import Context, Place
from sheetcrm.schema.columns.computed import Computed
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sync.records import FIRST_ROW

BATCH_BYTES = 1_500_000
"""Google advises 2 MB a request; ours are measured without what wraps them."""


@dataclass(frozen=True)
class Write:
    """The cells of one row, by column key; `row` is 1-based.  None blanks a cell; what is not named stays."""

    row: int
    cells: Mapping[str, Cell]


def send(gateway: Gateway, layout: Layout, sheet: str, writes: Sequence[Write], before: Sequence[Request] = ()) -> int:
    """
    Write those rows and say how many requests it took; `before` are requests that must come first.

    One batch, all or nothing, up to 1.5 MB; then batch after batch, each with whole rows.
    """
    sent = 0
    for chunk in chunks(writes):
        gateway.batch([*(before if sent == 0 else ()), *cell_requests(layout, sheet, chunk)])
        sent += 1
    return sent


def chunks(writes: Iterable[Write]) -> Iterator[list[Write]]:
    """Whole rows in pieces that fit into a request."""
    chunk: list[Write] = []
    size = 0
    for write in writes:
        bytes_of = row_bytes(write.cells.values())
        if chunk and size + bytes_of > BATCH_BYTES:
            yield chunk
            chunk, size = [], 0
        chunk.append(write)
        size += bytes_of
    if chunk:
        yield chunk


def row_bytes(cells: Iterable[Cell]) -> int:
    """How much of a request the cells of one row take, at most."""
    # Half a kilobyte stands for the request that a lonely cell needs around it.
    return sum(len(json.dumps(cell)) + 60 for cell in cells) + 500


def cell_requests(layout: Layout, sheet: str, writes: Iterable[Write]) -> list[Request]:
    """One updateCells for each run of rows that follow each other, column by column."""
    columns: dict[str, list[tuple[int, Cell]]] = {}
    for write in sorted(writes, key=lambda write: write.row):
        for column, cell in write.cells.items():
            columns.setdefault(column, []).append((write.row, cell))
    requests: list[Request] = []
    for column, cells in columns.items():
        for _, group in groupby(enumerate(cells), key=lambda at: at[1][0] - at[0]):
            run = [cell for _, cell in group]
            start = {
                "sheetId": layout.sheet_id(sheet),
                "rowIndex": run[0][0] - 1,
                "columnIndex": layout.index(sheet, column),
            }
            rows = [{"values": [cell_data(cell)]} for _, cell in run]
            requests.append({"updateCells": {"start": start, "rows": rows, "fields": "userEnteredValue"}})
    return requests


def cell_data(cell: Cell) -> Json:
    """CellData of a value as it is; blank for None and the empty text."""
    if cell is None or cell == "":
        return {}
    if isinstance(cell, bool):
        return {"userEnteredValue": {"boolValue": cell}}
    if isinstance(cell, str):
        return {"userEnteredValue": {"stringValue": cell}}
    return {"userEnteredValue": {"numberValue": cell}}


@dataclass(frozen=True)
class Room:
    """Where new rows go, and what must be done to the grid first."""

    first: int
    """The 1-based row of the first."""
    requests: tuple[Request, ...] = ()
    inserted: int = 0
    """How many rows come in above the grid's last row."""
    end: int = 0
    """The grid's last row before that."""

    def moved(self, row: int) -> int:
        """Where a row stands after the requests."""
        return row + self.inserted if self.inserted and row >= self.end else row


def room(layout: Layout, sheet: str, last: int, count: int) -> Room:
    """
    Room for `count` new rows below row `last` (1-based), the last that is not blank.

    A grid that is too short grows before its last row, not after it: so
    formulas, rules and ranges that reach to its end grow along, as when a
    person inserts a row.  New rows get the formats and validation of the row
    above.  The layout then says how long the grid will be.
    """
    rows, sheet_id = layout.rows(sheet), layout.sheet_id(sheet)
    if not count or last + count < rows:
        return Room(last + 1)
    if rows <= FIRST_ROW:
        more = {"sheetId": sheet_id, "dimension": "ROWS", "length": last + count - rows}
        layout.set_rows(sheet, max(rows, last + count))
        return Room(last + 1, ({"appendDimension": more},) if more["length"] else ())
    first, missing = min(last + 1, rows), min(last + count - rows + 1, count)
    new = {"sheetId": sheet_id, "dimension": "ROWS", "startIndex": rows - 1, "endIndex": rows - 1 + missing}
    source = layout.grid_range(sheet, first=rows - 1, last=rows - 1)
    copies = [_copied(source, rows, missing, kind) for kind in ("PASTE_FORMAT", "PASTE_DATA_VALIDATION")]
    layout.set_rows(sheet, rows + missing)
    return Room(first, ({"insertDimension": {"range": new, "inheritFromBefore": True}}, *copies), missing, rows)


def formula_requests(layout: Layout, sheet: str, context: Context, first: int, count: int) -> Iterator[Request]:
    """
    The formulas of the computed columns for `count` rows from `first` on.

    Rows that people insert have none, and a sort takes such rows anywhere.
    """
    for key, column in context.template.sheets[sheet].columns.items():
        if not isinstance(column, Computed) or not layout.has(sheet, key) or not count:
            continue
        try:
            text = layout.a1(Formula(column.text(Place(sheet, key), context)).text, sheet, first)
        except KeyError:
            # It names a column that somebody deleted; that is reported as such.
            continue
        cell = {"userEnteredValue": {"formulaValue": text}}
        place = layout.grid_range(sheet, key, first=first, last=first + count - 1)
        yield {"repeatCell": {"range": place, "cell": cell, "fields": "userEnteredValue"}}


def _copied(source: Json, first: int, count: int, kind: str) -> Request:
    """Copy one row to `count` rows from `first` (1-based) on."""
    destination = {**source, "startRowIndex": first - 1, "endRowIndex": first - 1 + count}
    return {"copyPaste": {"source": source, "destination": destination, "pasteType": kind}}


def misplaced(gateway: Gateway, sheet: str, key: str, expected: Mapping[int, str]) -> list[str]:
    """
    Look again (one read): the ids of rows that do not stand in the row that we wrote, by 1-based row.

    That happens when somebody sorts or deletes rows between our reading and our writing.
    """
    place = {"metadataKey": MARK_KEY, "metadataValue": f"{sheet}.{key}", "locationType": "COLUMN"}
    for answer in gateway.columns([{"developerMetadataLookup": place}]):
        values = answer.get("valueRange", {}).get("values", [])
        cells = values[0] if values else []
        there = {number: str(cell).strip() for number, cell in enumerate(cells, start=1)}
        return [written for number, written in expected.items() if there.get(number) != written]
    return list(expected.values())
