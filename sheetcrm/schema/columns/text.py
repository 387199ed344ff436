"""
Text, byte for byte.

`0012`, `1e5` and `=1+1` stay what was typed: the format `@` keeps Sheets from reading them.
"""

from collections.abc import Sequence
from typing import Any, Literal

from sheetcrm.resources.base import Cell
from sheetcrm.resources.number_format import NumberFormat
from sheetcrm.schema.columns.base import ERROR_CELLS, BadCell, Column, Context, filled
from sheetcrm.schema.columns.reading import NARROW, STRAY, as_text


class TextColumn(Column):
    """Any text; nothing is trimmed or changed."""

    python_type = str
    examples = (("Ann", "Ann"), ("0012", "0012"), ("=1+1", "=1+1"), (" x ", " x "), (12, "12"), (1.5, "1.5"))
    nonsense = ("#REF!",)
    pixels = 160

    type: Literal["text"] = "text"

    def parse(self, cells: Sequence[Cell], context: Context) -> tuple[Sequence[Any], dict[int, BadCell]]:
        """Whole columns of text are right already."""
        if {str, type(None)}.issuperset(map(type, cells)) and ERROR_CELLS.isdisjoint(cells):
            return filled(cells), {}
        return super().parse(cells, context)

    def parse_cell(self, cell: Cell, context: Context) -> str:
        """The text as it stands; a number as it is shown."""
        return as_text(cell)

    def usual(self, value: Any, cell: Cell) -> str:
        """Without blanks around it, letters and digits narrow; full-width punctuation is right in Chinese."""
        return str(value).translate(NARROW).strip(STRAY)

    def number_format(self, context: Context) -> NumberFormat:
        """Plain text down the whole column."""
        return NumberFormat("TEXT", "@")
