"""
A cell's value → what an answer shows of it.

Formatted texts come from display.py; this module only decides which of the three renderings a request asked for.
"""

from itertools import chain
from typing import Any

from sheetcrm.server import display, proto
from sheetcrm.server.errors import bad_request
from sheetcrm.server.grid import Formula
from sheetcrm.server.inherited import NumberFormats
from sheetcrm.server.model import Sheet, Spreadsheet
from sheetcrm.server.ranges import Area

Json = dict[str, Any]
Block = list[list[Any]]
"""Rows of an area, each without the blank cells at its end."""

RENDERINGS = ("FORMATTED_VALUE", "UNFORMATTED_VALUE", "FORMULA")
DATE_RENDERINGS = ("SERIAL_NUMBER", "FORMATTED_STRING")
DATE_TYPES = frozenset({"DATE", "TIME", "DATE_TIME"})
# Types of values that need no rendering when they are not to be formatted: most cells of most sheets.
TEXTS: frozenset[type] = frozenset({str})
SCALARS: frozenset[type] = frozenset({str, int, bool})
PLAIN: frozenset[type] = frozenset({str, int})
# Below this, whole numbers without a format show all their digits.
WHOLE = 10**15
ROWS_AT_ONCE = 1000
# Stands for the value of a blank cell that an array reaches.
SPILLED = object()


# What an enumeration is called in the gateway's errors; the reference has the names.
ENUMS = {
    "major_dimension": "Dimension",
    "value_input_option": "ValueInputOption",
    "value_render_option": "ValueRenderOption",
    "date_time_render_option": "DateTimeRenderOption",
    "insert_data_option": "AppendValuesRequest.InsertDataOption",
}


def choice(value: str | None, options: tuple[str, ...], field: str) -> str:
    """One of the names of an enumeration; its first when there is none."""
    if not value:
        return options[0]
    if value not in options and not value.endswith("_UNSPECIFIED"):
        kind = f"type.googleapis.com/google.apps.sheets.v4.{ENUMS[field]}"
        raise bad_request([(field, f"Invalid value at '{field}' ({kind}), \"{value}\"")])
    return value if value in options else options[0]


def _mark(cells: list[Any], places: list[int]) -> None:
    """Put SPILLED where an array reaches."""
    cells += [None] * (max(places, default=-1) + 1 - len(cells))
    for place in places:
        cells[place] = SPILLED


class Renderer:
    """Shows values of one spreadsheet, as it is from the first one on, in the way that a request asked for."""

    def __init__(
        self, spreadsheet: Spreadsheet, value_option: str | None = None, date_option: str | None = None
    ) -> None:
        self._spreadsheet = spreadsheet
        self._option = choice(value_option, RENDERINGS, "value_render_option")
        self._dates_as_text = choice(date_option, DATE_RENDERINGS, "date_time_render_option") == "FORMATTED_STRING"
        self._formats = NumberFormats(spreadsheet)
        self._kept = TEXTS if self._dates_as_text else SCALARS
        if self._option == "FORMULA":
            self._kept |= {Formula}
        # Sheet id, column, which thousand of rows → what the engine knows there.
        self._known: dict[tuple[int, int, int], list[Any]] = {}
        # The sheet that was read last, and what arrays reach in it.
        self._sheet: Sheet | None = None
        self._reached: dict[int, set[int]] = {}

    def rows(self, area: Area) -> list[list[Any]]:
        """The rows of an area down to the last that shows anything, each without the blank cells at its end."""
        bottom = self.bottom(area)
        shown: list[list[Any]] = []
        for start in range(area.top, bottom, ROWS_AT_ONCE):
            block = self._cells(area, start, min(start + ROWS_AT_ONCE, bottom))
            draw = self._texts if self._option == "FORMATTED_VALUE" else self._scalars
            shown += draw(area.sheet, start, area.left, block)
        return shown

    def _cells(self, area: Area, start: int, end: int) -> Block:
        """What is in rows [start, end) of an area, each without the blank cells at its end."""
        left, right = area.left, area.right
        rows = area.sheet.grid.rows[start:end]
        block = [row.values[left:right] if row is not None and row.values else [] for row in rows]
        block += [[] for _ in range(end - start - len(block))]
        for row, columns in self._spilled(area.sheet).items():
            if start <= row < end:
                _mark(block[row - start], [column - left for column in columns if left <= column < right])
        for cells in block:
            while cells and cells[-1] is None:
                cells.pop()
        return block

    def _scalars(self, sheet: Sheet, top: int, left: int, block: Block) -> Block:
        kept = self._kept
        if self._option == "UNFORMATTED_VALUE" and not self._dates_as_text:
            self._compute(sheet, top, left, block)
        if kept.issuperset(map(type, chain.from_iterable(block))):
            return block
        return [
            [
                content if type(content) in kept else self._show(sheet, row, column, content)
                for column, content in enumerate(cells, left)
            ]
            for row, cells in enumerate(block, top)
        ]

    def _compute(self, sheet: Sheet, top: int, left: int, block: Block) -> None:
        """Put values in the place of formulas, a column at a time."""
        if Formula not in set(map(type, chain.from_iterable(block))):
            return
        value, known = self._spreadsheet.calculator.value, self._spreadsheet.calculator.column
        for index in range(max(map(len, block))):
            places = [row for row, cells in enumerate(block) if len(cells) > index and type(cells[index]) is Formula]
            found = known(sheet.title, left + index, top, top + len(block)) if places else []
            for row in places:
                cell = found[row]
                block[row][index] = value(sheet.title, top + row, left + index) if cell is None else cell

    def _texts(self, sheet: Sheet, top: int, left: int, block: Block) -> Block:
        rows = sheet.grid.rows[top : top + len(block)]
        formats = any(row is not None and row.formats for row in rows)
        if not formats and PLAIN.issuperset(map(type, chain.from_iterable(block))):
            texts = [list(map(str, cells)) for cells in block]
            if max(map(len, chain.from_iterable(texts)), default=0) < len(str(WHOLE)):
                return texts
        return [self._line(sheet, row, left, cells) for row, cells in enumerate(block, top)]

    def _line(self, sheet: Sheet, row: int, left: int, cells: list[Any]) -> list[Any]:
        forms = sheet.grid.cells("formats", row)[left : left + len(cells)]
        forms += [None] * (len(cells) - len(forms))
        return [
            "" if content is None
            else self._show(sheet, row, column, content) if form and "numberFormat" in form
            else content if type(content) is str
            else str(content) if type(content) is int and -WHOLE < content < WHOLE
            else self._show(sheet, row, column, content)
            for column, (content, form) in enumerate(zip(cells, forms, strict=True), left)
        ]  # fmt: skip

    def bottom(self, area: Area) -> int:
        """The end of the last row of an area that shows anything."""
        bottom = area.sheet.grid.last_row("values", area.top, area.bottom, area.left, area.right)
        for row, columns in self._spilled(area.sheet).items():
            if bottom <= row < area.bottom and any(area.left <= column < area.right for column in columns):
                bottom = row + 1
        return bottom

    def _spilled(self, sheet: Sheet) -> dict[int, set[int]]:
        """Row → the blank columns that arrays reach; none when formulas are asked for."""
        if sheet is not self._sheet:
            self._sheet = sheet
            self._reached = self._spreadsheet.spills(sheet) if self._option != "FORMULA" else {}
        return self._reached

    def _show(self, sheet: Sheet, row: int, column: int, content: Any) -> Any:
        if content is SPILLED:
            content = self._spreadsheet.value(sheet, row, column)
        formatted = self._option == "FORMATTED_VALUE"
        look = self._formats.at(sheet, row, column) if formatted or self._dates_as_text else None
        if isinstance(content, Formula):
            content = self._value(sheet, row, column)
        if formatted:
            if look is None and isinstance(content, str):
                return content
            return display.text(content, look, self._spreadsheet.locale)
        return self._unformatted(content, look)

    def _value(self, sheet: Sheet, row: int, column: int) -> Any:
        """A formula's value; those of the rows around it are fetched with it."""
        at, offset = divmod(row, ROWS_AT_ONCE)
        known = self._known.get((sheet.id, column, at))
        if known is None:
            top = at * ROWS_AT_ONCE
            known = self._spreadsheet.calculator.column(sheet.title, column, top, top + ROWS_AT_ONCE)
            self._known[sheet.id, column, at] = known
        found = known[offset]
        return self._spreadsheet.calculator.value(sheet.title, row, column) if found is None else found

    def _unformatted(self, content: Any, look: Json | None) -> Any:
        if content is None or isinstance(content, (str, bool)):
            return "" if content is None else content
        if not isinstance(content, (int, float)):
            return display.text(content, None, self._spreadsheet.locale)
        if self._dates_as_text and look and look.get("type") in DATE_TYPES:
            return display.text(content, look, self._spreadsheet.locale)
        return proto.plain(content)
