"""
What a client sends for a cell → content in the grid.

RAW keeps what was sent.  USER_ENTERED reads text as if a person typed it, except in cells with the format `@`, where
whatever is typed stays text.  Formats, notes and validation survive both.
"""

from typing import Any

from sheetcrm.server import entered
from sheetcrm.server.door import is_text
from sheetcrm.server.errors import invalid
from sheetcrm.server.grid import Content, Formula
from sheetcrm.server.model import Sheet, Spreadsheet

Json = dict[str, Any]

MAX_TEXT = 50_000


def check_text(text: str) -> None:
    """Refuse a text that no cell can hold."""
    if not is_text(text):
        raise invalid("Invalid JSON payload received. A text is not valid Unicode.")
    if len(text) > MAX_TEXT:
        raise invalid(f"Your input contains more than the maximum of {MAX_TEXT} characters in a single cell.")


class Writer:
    """Puts values into cells of one spreadsheet; `parsed` as if typed."""

    def __init__(self, spreadsheet: Spreadsheet, *, parsed: bool) -> None:
        self._spreadsheet = spreadsheet
        self._parsed = parsed

    def write(self, sheet: Sheet, row: int, column: int, value: Any) -> None:
        """Put one JSON scalar into a cell; an empty text clears its value.  The caller touches the grid."""
        if isinstance(value, str):
            check_text(value)
        sheet.grid.put("values", row, column, self._content(sheet, row, column, value))

    def _content(self, sheet: Sheet, row: int, column: int, value: Any) -> Content:
        if value == "" and isinstance(value, str):
            return None
        if not self._parsed:
            return value  # type: ignore[no-any-return]  # a scalar: values.check saw to it
        form = sheet.grid.get("formats", row, column) or {}
        if form.get("numberFormat", {}).get("type") == "TEXT":
            return value if isinstance(value, str) else _as_typed(value)
        return self._typed(sheet, row, column, value, form) if isinstance(value, str) else value

    def _typed(self, sheet: Sheet, row: int, column: int, text: str, form: Json) -> Content:
        read = entered.parse(text, self._spreadsheet.locale, today=self._spreadsheet.today())
        if read.number_format and not form.get("numberFormat"):
            formatted = self._spreadsheet.shared({**form, "numberFormat": read.number_format})
            sheet.grid.put("formats", row, column, formatted)
        return Formula(read.formula) if read.formula is not None else read.value


def _as_typed(value: float | bool) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    return str(int(value)) if float(value).is_integer() else str(value)
