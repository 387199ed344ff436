"""
A block of cells → the requests that write them, as few as there is need for.

Most cells of a column have one format, one rule and one formula: those are
written once for all of them, the formulas as they stand in the first.  Whether
two formulas are the same but for the row is told from their references alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from sheetcrm.backup.reading import Block
from sheetcrm.backup.state import rows

Json = dict[str, Any]
Lines = Sequence[tuple[int, list[Json]]]

PIECE = 400_000
"""Bytes of values that one request has, more or less."""
_PARTS = re.compile(
    r"""("(?:[^"]|"")*"|'(?:[^']|'')*')|(?<![A-Za-z0-9_.$])(\$?[A-Za-z]{1,3})(\$?)([1-9]\d*)(?![\w(.])|(\$?)(?<![\w.])([1-9]\d*)(?=:\$?\d)|(?<=:)(\$?)([1-9]\d*)(?![\w(.])"""
)


def requests(block: Block, data: Json) -> Iterator[Json]:
    """Formats, rules and notes first, then what was typed, then the formulas of whole columns."""
    lines = list(rows(block, data))
    columns = range(max((len(cells) for _, cells in lines), default=0))
    repeated: set[tuple[int, int]] = set()
    formulas: list[Json] = []
    for column in columns:
        for cell, first, last in _runs(lines, column, "userEnteredFormat"):
            yield _repeated(_place(block, column, first, last), "userEnteredFormat", cell)
        for cell, first, last in _runs(lines, column, "dataValidation"):
            yield {"setDataValidation": {"range": _place(block, column, first, last), "rule": cell}}
        for cell, first, last in _runs(lines, column, "note"):
            yield _repeated(_place(block, column, first, last), "note", cell)
        for cell, first, last in _runs(lines, column, "userEnteredValue"):
            if last - first > 1 and "formulaValue" in cell:
                repeated.update((row, column) for row in range(first, last))
                formulas.append(_repeated(_place(block, column, first, last), "userEnteredValue", cell))
    yield from _typed(block, lines, repeated)
    yield from formulas
    for at, cells in lines:
        for column, cell in enumerate(cells):
            if "pivotTable" in cell:
                yield _repeated(_place(block, column, at, at + 1), "pivotTable", cell["pivotTable"])


def relative(value: Any, row: int) -> Any:
    """A value in which every formula counts rows from its own, 0-based `row`: equal for cells that were filled down."""
    if isinstance(value, str):
        return _PARTS.sub(lambda part: _from_row(part, row), value) if value.startswith("=") else value
    if isinstance(value, dict):
        return {key: relative(one, row) for key, one in value.items()}
    if isinstance(value, list):
        return [relative(one, row) for one in value]
    return value


def _from_row(part: re.Match[str], row: int) -> str:
    """A reference as it is seen from its row; text in quotes and `$` rows as they are."""
    column, fixed, number = part[2] or "", part[3], part[4]
    if part[6] or part[8]:
        fixed, number = (part[5], part[6]) if part[6] else (part[7], part[8])
    return part[0] if part[1] or fixed else f"{column}[{int(number) - row}]"


def _runs(lines: Lines, column: int, field: str) -> Iterator[tuple[Any, int, int]]:
    """What one field of a column says, by runs of rows [first, last) in which it says the same: as in the first of them."""
    said: Any = None
    form: Any = None
    first = last = 0
    for at, cells in lines:
        here = cells[column].get(field) if column < len(cells) else None
        now = relative(here, at)
        if here is not None and at == last and now == form:
            last += 1
            continue
        if said is not None:
            yield said, first, last
        said, form, first, last = here, now, at, at + 1
    if said is not None:
        yield said, first, last


def _repeated(place: Json, field: str, said: Any) -> Json:
    return {"repeatCell": {"range": place, "cell": {field: said}, "fields": field}}


def _place(block: Block, column: int, first: int, last: int) -> Json:
    return {
        "sheetId": block.sheet_id,
        "startRowIndex": first,
        "endRowIndex": last,
        "startColumnIndex": column,
        "endColumnIndex": column + 1,
    }


def _typed(block: Block, lines: Lines, but: set[tuple[int, int]]) -> Iterator[Json]:
    """What was typed, with the looks of parts of a text; rows that follow each other together."""
    filled = [(at, _values(at, cells, but)) for at, cells in lines]
    filled = [(at, cells) for at, cells in filled if cells]
    for _, run in groupby(enumerate(filled), lambda pair: pair[1][0] - pair[0]):
        held: list[tuple[int, list[Json]]] = []
        size = 0
        for _, one in run:
            held.append(one)
            size += len(json.dumps(one[1]))
            if size > PIECE:
                yield _written(block, held)
                held, size = [], 0
        if held:
            yield _written(block, held)


def _values(at: int, cells: list[Json], but: set[tuple[int, int]]) -> list[Json]:
    """The cells of a row, without what is filled down and without blanks at the end."""
    kept: list[Json] = [
        {key: cell[key] for key in ("userEnteredValue", "textFormatRuns") if key in cell}
        if (at, column) not in but and "pivotTable" not in cell
        else {}
        for column, cell in enumerate(cells)
    ]
    while kept and not kept[-1]:
        kept.pop()
    return kept


def _written(block: Block, held: list[tuple[int, list[Json]]]) -> Json:
    start = {"sheetId": block.sheet_id, "rowIndex": held[0][0], "columnIndex": 0}
    lines = [{"values": cells} for _, cells in held]
    return {"updateCells": {"start": start, "rows": lines, "fields": "userEnteredValue,textFormatRuns"}}
