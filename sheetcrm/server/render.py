"""
A cell's value → what an answer shows of it.

Formatted texts come from display.py; this module only decides which of the three renderings a request asked for.
"""

from collections.abc import Callable
from typing import Any

from sheetcrm.server import display, proto
from sheetcrm.server.errors import invalid
from sheetcrm.server.grid import Formula
from sheetcrm.server.inherited import NumberFormats
from sheetcrm.server.model import Sheet, Spreadsheet
from sheetcrm.server.ranges import Area

Json = dict[str, Any]

RENDERINGS = ("FORMATTED_VALUE", "UNFORMATTED_VALUE", "FORMULA")
DATE_RENDERINGS = ("SERIAL_NUMBER", "FORMATTED_STRING")
DATE_TYPES = frozenset({"DATE", "TIME", "DATE_TIME"})
# Types of values that need no rendering when they are not to be formatted: most cells of most sheets.
TEXTS: frozenset[type] = frozenset({str})
SCALARS: frozenset[type] = frozenset({str, int, bool})
PLAIN: frozenset[type] = frozenset({str, int})
# Below this, whole numbers without a format show all their digits.
WHOLE = 10**15
# Stands for the value of a blank cell that an array reaches.
SPILLED = object()


def choice(value: str | None, options: tuple[str, ...], field: str) -> str:
    """One of the names of an enumeration; its first when there is none."""
    if not value:
        return options[0]
    if value not in options and not value.endswith("_UNSPECIFIED"):
        raise invalid(f"Invalid value at '{field}' (type.googleapis.com/google.apps.sheets.v4), \"{value}\"")
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
        # The sheet that was read last, what arrays reach in it, and what reads its formulas.
        self._sheet: Sheet | None = None
        self._reached: dict[int, set[int]] = {}
        self._reader: Callable[[int, int], Any] | None = None

    def rows(self, area: Area) -> list[list[Any]]:
        """The rows of an area down to the last that shows anything, each without the blank cells at its end."""
        sheet, left = area.sheet, area.left
        reached, kept = self._spilled(sheet), TEXTS if self._dates_as_text else SCALARS
        shown = []
        for row in range(area.top, self.bottom(area)):
            cells = sheet.grid.cells("values", row)[left : area.right]
            if row in reached:
                _mark(cells, [column - left for column in reached[row] if left <= column < area.right])
            while cells and cells[-1] is None:
                cells.pop()
            if self._option == "FORMATTED_VALUE":
                shown.append(self._formatted(sheet, row, left, cells))
                continue
            if not kept.issuperset(map(type, cells)):
                cells = [self._show(sheet, row, column, content) for column, content in enumerate(cells, left)]
            shown.append(cells)
        return shown

    def _formatted(self, sheet: Sheet, row: int, left: int, cells: list[Any]) -> list[Any]:
        if any(sheet.grid.cells("formats", row)[left : left + len(cells)]):
            return [
                "" if content is None else self._show(sheet, row, column, content)
                for column, content in enumerate(cells, left)
            ]
        if PLAIN.issuperset(map(type, cells)):
            texts = list(map(str, cells))
            if max(map(len, texts), default=0) < len(str(WHOLE)):
                return texts
        return [
            "" if content is None
            else content if type(content) is str
            else str(content) if type(content) is int and -WHOLE < content < WHOLE
            else self._show(sheet, row, column, content)
            for column, content in enumerate(cells, left)
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
            self._sheet, self._reader = sheet, None
            self._reached = self._spreadsheet.spills(sheet) if self._option != "FORMULA" else {}
        return self._reached

    def _show(self, sheet: Sheet, row: int, column: int, content: Any) -> Any:
        if content is SPILLED:
            content = self._spreadsheet.value(sheet, row, column)
        if self._option == "UNFORMATTED_VALUE" and not self._dates_as_text:
            found = self._value(sheet, row, column) if type(content) is Formula else content
            return found if type(found) in SCALARS else self._unformatted(found, None)
        look = None
        if self._option == "FORMATTED_VALUE" or self._dates_as_text:
            look = self._formats.at(sheet, row, column)
        if isinstance(content, Formula):
            if self._option == "FORMULA":
                return str(content)
            content = self._value(sheet, row, column)
        if self._option == "FORMATTED_VALUE":
            if look is None and isinstance(content, str):
                return content
            return display.text(content, look, self._spreadsheet.locale)
        return self._unformatted(content, look)

    def _value(self, sheet: Sheet, row: int, column: int) -> Any:
        if self._reader is None or sheet is not self._sheet:
            self._spilled(sheet)
            self._reader = self._spreadsheet.calculator.reader(sheet.title)
        return self._reader(row, column)

    def _unformatted(self, content: Any, look: Json | None) -> Any:
        if content is None or isinstance(content, (str, bool)):
            return "" if content is None else content
        if not isinstance(content, (int, float)):
            return display.text(content, None, self._spreadsheet.locale)
        if self._dates_as_text and look and look.get("type") in DATE_TYPES:
            return display.text(content, look, self._spreadsheet.locale)
        return proto.plain(content)
