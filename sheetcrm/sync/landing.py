"""
A batch of cells → which row and which column stood where each of them landed.

Sheets has no compare-and-swap: who moves rows or columns between our last look
and our write makes it land beside.  The answer of the very batch that wrote
tells, so whatever people do after it confuses nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from sheetcrm.layout import MARK_KEY, Layout, quoted
from sheetcrm.resources.base import Cell, Json, Request
from sheetcrm.schema.context import Context
from sheetcrm.sheets.gateway import Gateway

FIELDS = (
    "replies,updatedSpreadsheet(sheets(properties.sheetId,data(startRow,startColumn,"
    "columnMetadata.developerMetadata,rowData.values.effectiveValue)))"
)

NEAR = 8
"""Rows that far apart are asked for together."""


@dataclass(frozen=True)
class Aim:
    """A cell that is written: for whom, and where that was when we looked."""

    sheet: str
    id: str
    column: str
    row: int
    """1-based."""
    cell: Cell


@dataclass(frozen=True)
class Landing:
    """Where it landed: the id of the row, empty where that has none; the key of the column, None where it is none of ours."""

    aim: Aim
    id: str
    column: str | None
    a1: str
    """As it was called then: `'Customers'!C7`."""

    @property
    def right(self) -> bool:
        """Whether that is where it belongs."""
        return (self.id, self.column) == (self.aim.id, self.aim.column)


def send_and_see(
    gateway: Gateway, layout: Layout, context: Context, requests: Sequence[Request], aims: Sequence[Aim]
) -> list[Landing]:
    """
    One write, all or nothing, and no read: each aim with where it landed, in their order.

    `requests` write the aims' cells, and whatever else there is to do that moves no row and no column.
    """
    if not aims:  # no range to ask for would mean every cell of the spreadsheet
        gateway.batch(requests)
        return []
    ranges = list(_ranges(layout, context, aims))
    seen = gateway.batch(
        requests, FIELDS, includeSpreadsheetInResponse=True, responseIncludeGridData=True, responseRanges=ranges
    )
    given = {
        (aim.sheet, aim.row): str(aim.cell or "").strip() for aim in aims if _key(context, aim.sheet) == aim.column
    }
    after = _After(seen.get("updatedSpreadsheet", {}), layout, context, given)
    return [after.landing(aim) for aim in aims]


def _ranges(layout: Layout, context: Context, aims: Sequence[Aim]) -> Iterator[str]:
    """The key cells of the rows, and the headers of the columns."""
    for sheet in dict.fromkeys(aim.sheet for aim in aims):
        title, key = quoted(layout.tab_title(sheet)), _key(context, sheet)
        for column in dict.fromkeys([key, *(aim.column for aim in aims if aim.sheet == sheet)]):
            yield f"{title}!{layout.cell(sheet, column, 1)}"
        for first, last in _runs({aim.row for aim in aims if aim.sheet == sheet}):
            yield f"{title}!{layout.cell(sheet, key, first)}:{layout.cell(sheet, key, last)}"


def _key(context: Context, sheet: str) -> str:
    return context.template.sheets[sheet].key or ""


def _runs(rows: Iterable[int]) -> Iterator[tuple[int, int]]:
    """First and last of rows that are near each other: a few cells too many cost less than a range of their own."""
    first = last = 0
    for row in sorted(rows):
        if first and row - last > NEAR:
            yield first, last
            first = 0
        first, last = first or row, row
    if first:
        yield first, last


class _After:
    """The cells (by sheet id, 1-based row, 0-based column) and marks in a batch's answer; rows that it gave another id."""

    def __init__(self, answer: Json, layout: Layout, context: Context, given: Mapping[tuple[str, int], str]) -> None:
        self._layout, self._context, self._given = layout, context, given
        self._cells: dict[tuple[int, int, int], Json] = {}
        self._marks: dict[tuple[int, int], list[str]] = {}
        # A row has many cells and a column more: each is made out once.
        self._row_id = cache(self._id)
        self._column_there = cache(self._column)
        self._title = cache(lambda sheet: quoted(layout.tab_title(sheet)))
        for part in answer.get("sheets", []):
            sheet_id = part.get("properties", {}).get("sheetId", 0)
            for data in part.get("data", []):
                self._read(sheet_id, data)

    def _read(self, sheet_id: int, data: Json) -> None:
        first, left = data.get("startRow", 0) + 1, data.get("startColumn", 0)
        for row, found in enumerate(data.get("rowData", []), first):
            for index, cell in enumerate(found.get("values", []), left):
                self._cells[sheet_id, row, index] = cell.get("effectiveValue", {})
        for index, column in enumerate(data.get("columnMetadata", []), left):
            marks = [one for one in column.get("developerMetadata", []) if one.get("metadataKey") == MARK_KEY]
            self._marks[sheet_id, index] = [one.get("metadataValue", "") for one in marks]

    def landing(self, aim: Aim) -> Landing:
        """Nothing is known of the row where the key column stands elsewhere; one that gets another id is taken to be the one."""
        layout, key = self._layout, _key(self._context, aim.sheet)
        column = self._column_there(aim.sheet, aim.column)
        id_ = self._row_id(aim.sheet, key, aim.row) if self._column_there(aim.sheet, key) == key else ""
        if id_ == self._given.get((aim.sheet, aim.row)):
            id_ = aim.id
        a1 = f"{self._title(aim.sheet)}!{layout.cell(aim.sheet, aim.column, aim.row)}"
        return Landing(aim, id_, column, a1)

    def _id(self, sheet: str, key: str, row: int) -> str:
        column = self._context.template.sheets[sheet].columns[key]
        found = self._cells.get((self._layout.sheet_id(sheet), row, self._layout.index(sheet, key)), {})
        value = next((found[name] for name in ("stringValue", "numberValue", "boolValue") if name in found), None)
        ids, _ = column.parse([value], self._context)
        return "" if ids[0] is None else str(ids[0])

    def _column(self, sheet: str, column: str) -> str | None:
        """The key of the column that stands where `column` stood: by its mark, without one by its header."""
        layout, index = self._layout, self._layout.index(sheet, column)
        place = layout.sheet_id(sheet), index
        own = [mark.partition(".") for mark in self._marks.get(place, [])]
        keys = [key for owner, _, key in own if owner == sheet]
        if layout.former(f"{sheet}.{column}") in self._marks.get(place, []):
            return column
        if keys or layout.is_marked(sheet, column):
            return column if column in keys else next(iter(keys), None)
        header = next(iter(self._cells.get((place[0], 1, index), {}).values()), "")
        known = layout.header(sheet)
        return column if index < len(known) and str(header) == known[index] else None
