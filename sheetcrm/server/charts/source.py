"""
ChartData → the values and texts of its cells, in order, headers included.

Rows and columns that are hidden are left out, as charts do unless their spec says otherwise.  Colours come out resolved,
from the theme where a spec names one of its colours.
"""

import math
from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import Any

from sheetcrm.server import display, ranges
from sheetcrm.server.cell_error import CellError
from sheetcrm.server.inherited import NumberFormats
from sheetcrm.server.model import Sheet, Spreadsheet
from sheetcrm.server.page_style import color

Json = dict[str, Any]

ACCENTS = tuple(f"ACCENT{number}" for number in range(1, 7))
HIDDEN_ROWS = {"SKIP_HIDDEN_ROWS_AND_COLUMNS", "SKIP_HIDDEN_ROWS"}
HIDDEN_COLUMNS = {"SKIP_HIDDEN_ROWS_AND_COLUMNS", "SKIP_HIDDEN_COLUMNS"}


@dataclass(frozen=True)
class Cells:
    """What stands in some cells; `look` is the number format of the first number."""

    values: tuple[Any, ...] = ()
    texts: tuple[str, ...] = ()
    look: Json | None = None

    def numbers(self) -> tuple[float | None, ...]:
        """None for whatever is no number."""
        return tuple(number(value) for value in self.values)


def number(value: Any) -> float | None:
    """A value as a number; None for blanks, texts, booleans, errors and what has no end."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


class Source:
    """Reads for the charts of one spreadsheet; `hidden` answers the rows of a sheet that are not shown."""

    def __init__(self, spreadsheet: Spreadsheet, hidden: Callable[[Sheet], Container[int]]) -> None:
        self._spreadsheet = spreadsheet
        self._hidden = hidden

    def cells(self, data: Json | None, *, strategy: str = "SKIP_HIDDEN_ROWS_AND_COLUMNS") -> Cells:
        """All cells of a ChartData; none for no data."""
        values, texts, look = [], [], None
        formats = NumberFormats(self._spreadsheet)
        for place in (data or {}).get("sourceRange", {}).get("sources", []):
            area = ranges.area(self._spreadsheet, place)
            sheet = area.sheet
            rows = self._hidden(sheet) if strategy in HIDDEN_ROWS else ()
            sizes = sheet.sizes["COLUMNS"] if strategy in HIDDEN_COLUMNS else {}
            columns = [index for index in range(area.left, area.right) if not sizes.get(index, {}).get("hiddenByUser")]
            for row in (row for row in range(area.top, area.bottom) if row not in rows):
                for column in columns:
                    value = self._spreadsheet.value(sheet, row, column)
                    form = formats.at(sheet, row, column)
                    values.append(value)
                    texts.append("" if value is None else display.text(value, form, self._spreadsheet.locale))
                    look = look or (form if number(value) is not None else None)
        return Cells(tuple(values), tuple(texts), look)

    def text(self, value: float | CellError, look: Json | None = None) -> str:
        """A number as the cells with this number format show it."""
        return display.text(value, look, self._spreadsheet.locale)

    def color(self, holder: Json, key: str) -> str:
        """The colour under `key` of a part of a spec, in either spelling, as `#rrggbb`; "" when there is none."""
        style = holder.get(f"{key}Style") or {}
        if "themeColor" in style and key not in holder:
            return color(None, self._spreadsheet.theme.get(style["themeColor"]))
        return color(style, holder.get(key))

    def palette(self, index: int) -> str:
        """The colour of the `index`th series or slice: the theme's accents, then lighter ones."""
        rgb = self._spreadsheet.theme.get(ACCENTS[index % len(ACCENTS)], {})
        light = min(index // len(ACCENTS) * 0.35, 0.7)
        mixed = {part: rgb.get(part, 0) + (1 - rgb.get(part, 0)) * light for part in ("red", "green", "blue")}
        return color(None, mixed)
