"""
Cells by row → requests that change those cells and nothing else.

Values go as typed cells, never as text to be parsed: `0012`, `+86 138…` and
`=1+1` arrive as they are.  The rows must be there: new ones are made by
`writing.adding`, and by nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

from sheetcrm.layout import Layout
from sheetcrm.resources.base import Cell, Json, Request

T = TypeVar("T")

BATCH_BYTES = 1_500_000
"""Google advises 2 MB a request; ours are measured without what wraps them."""


@dataclass(frozen=True)
class Write:
    """The cells of one row, by column key; `row` is 1-based.  None blanks a cell; what is not named stays."""

    row: int
    cells: Mapping[str, Cell]


def chunks(writes: Iterable[Write]) -> Iterator[list[Write]]:
    """Whole rows in pieces that fit into a request."""
    return fitting(writes, lambda write: row_bytes(write.cells.values()))


def fitting(items: Iterable[T], bytes_of: Callable[[T], int], limit: int = BATCH_BYTES) -> Iterator[list[T]]:
    """The items in order, in pieces that fit into a request; what is too large by itself is a piece of its own."""
    piece: list[T] = []
    size = 0
    for item in items:
        more = bytes_of(item)
        if piece and size + more > limit:
            yield piece
            piece, size = [], 0
        piece.append(item)
        size += more
    if piece:
        yield piece


def request_bytes(request: Request) -> int:
    """How much of a body a whole request takes."""
    return len(json.dumps(request, ensure_ascii=False).encode("utf-8", "surrogatepass"))


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
