"""
A cell's value → what an answer shows of it.

Formatted texts come from display.py; this module only decides which of the three renderings a request asked for.
"""

from typing import Any

from . import display, proto
from .errors import invalid
from .grid import Formula
from .model import Sheet, Spreadsheet

Json = dict[str, Any]

RENDERINGS = ("FORMATTED_VALUE", "UNFORMATTED_VALUE", "FORMULA")
DATE_RENDERINGS = ("SERIAL_NUMBER", "FORMATTED_STRING")
DATE_TYPES = frozenset({"DATE", "TIME", "DATE_TIME"})


def choice(value: str | None, options: tuple[str, ...], field: str) -> str:
    """One of the names of an enumeration; its first when there is none."""
    if not value:
        return options[0]
    if value not in options and not value.endswith("_UNSPECIFIED"):
        raise invalid(f"Invalid value at '{field}' (type.googleapis.com/google.apps.sheets.v4), \"{value}\"")
    return value if value in options else options[0]


class Renderer:
    """Shows values of one spreadsheet in the way that a request asked for."""

    def __init__(
        self, spreadsheet: Spreadsheet, value_option: str | None = None, date_option: str | None = None
    ) -> None:
        self._spreadsheet = spreadsheet
        self._option = choice(value_option, RENDERINGS, "value_render_option")
        self._dates_as_text = choice(date_option, DATE_RENDERINGS, "date_time_render_option") == "FORMATTED_STRING"

    def row(self, sheet: Sheet, row: int, left: int, right: int) -> list[Any]:
        """The cells [left, right) of a row, without the blank ones at its end."""
        cells = sheet.grid.cells("values", row)[left:right]
        while cells and cells[-1] is None:
            cells.pop()
        return [
            "" if content is None else self._show(sheet, row, left + offset, content)
            for offset, content in enumerate(cells)
        ]

    def _show(self, sheet: Sheet, row: int, column: int, content: Any) -> Any:
        if isinstance(content, Formula):
            if self._option == "FORMULA":
                return str(content)
            content = self._spreadsheet.calculator.value(sheet.title, row, column)
        form = sheet.grid.get("formats", row, column)
        number_format = form.get("numberFormat") if form else None
        if self._option == "FORMATTED_VALUE":
            if number_format is None and isinstance(content, str):
                return content
            return display.text(content, number_format, self._spreadsheet.locale)
        return self._unformatted(content, number_format)

    def _unformatted(self, content: Any, number_format: Json | None) -> Any:
        if content is None or isinstance(content, (str, bool)):
            return "" if content is None else content
        if not isinstance(content, (int, float)):
            return display.text(content, None, self._spreadsheet.locale)
        if self._dates_as_text and number_format and number_format.get("type") in DATE_TYPES:
            return display.text(content, number_format, self._spreadsheet.locale)
        return proto.plain(content)
