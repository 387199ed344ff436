"""
Charts and slicers of a sheet → boxes that lie over its cells.

Places are counted from the corner of the table, the heights of rows as the API tells them.  A row that grew in the browser,
around a long text, shifts what lies below it: the page's script moves each box to its anchor (`data-at`).
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from html import escape
from typing import Any

from sheetcrm.server import charts, display, page_rows
from sheetcrm.server.a1 import letters
from sheetcrm.server.charts.source import Source
from sheetcrm.server.inherited import NumberFormats
from sheetcrm.server.model import Sheet, Spreadsheet
from sheetcrm.server.page_grid import COLUMN, HEAD, MARGIN, ROW
from sheetcrm.server.page_style import Styles, color

Json = dict[str, Any]

LARGE = (1000, 600)  # a chart on a sheet of its own
LARGEST = 4000
KINDS = ("charts", "slicers")


class Overlays:
    """What lies over one sheet; `gone` are the rows of it that are not shown."""

    def __init__(self, spreadsheet: Spreadsheet, sheet: Sheet, gone: Container[int], words: Mapping[str, str]) -> None:
        self._spreadsheet = spreadsheet
        self._sheet = sheet
        self.gone = gone
        self._words = words
        self._hidden: dict[int, Container[int]] = {sheet.id: gone}
        self._source = Source(spreadsheet, self._hidden_rows)
        self.styles = Styles(".over")

    def html(self) -> str:
        """All boxes, those that were added last on top."""
        drawn: dict[str, Callable[[Json], str]] = {"charts": self._chart, "slicers": self._slicer}
        return "".join(drawn[kind](thing) for kind in KINDS for thing in self._sheet.things[kind])

    def alone(self) -> str:
        """The chart of a sheet that has nothing else."""
        things = self._sheet.things["charts"]
        drawn = (charts.svg(thing["spec"], self._source, size=LARGE, words=self._words) for thing in things)
        return "".join(f'<div class="alone">{one}</div>' for one in drawn)

    def extent(self) -> tuple[int, int]:
        """How many rows and columns it takes to show all boxes."""
        rows = columns = 0
        for thing in (thing for kind in KINDS for thing in self._sheet.things[kind]):
            anchor, (left, top, width, height) = self._place(thing)
            rows = max(rows, self._until("ROWS", anchor[0], top + height))
            columns = max(columns, self._until("COLUMNS", anchor[1], left + width))
        return min(rows, self._sheet.row_count), min(columns, self._sheet.column_count)

    def _hidden_rows(self, sheet: Sheet) -> Container[int]:
        if sheet.id not in self._hidden:
            self._hidden[sheet.id] = page_rows.hidden(self._spreadsheet, sheet, page_rows.filters(sheet))
        return self._hidden[sheet.id]

    def _place(self, thing: Json) -> tuple[tuple[int, int], tuple[int, int, int, int]]:
        """The anchor (row, column), and (left, top) from there with (width, height)."""
        overlay = thing["position"]["overlayPosition"]
        anchor = overlay["anchorCell"]
        offsets = (overlay.get("offsetXPixels", 0), overlay.get("offsetYPixels", 0))
        size = (min(overlay["widthPixels"], LARGEST), min(overlay["heightPixels"], LARGEST))
        return (anchor.get("rowIndex", 0), anchor.get("columnIndex", 0)), (*offsets, *size)

    def _size(self, dimension: str, index: int) -> int:
        size = self._sheet.sizes[dimension].get(index, {})
        if size.get("hiddenByUser") or (dimension == "ROWS" and index in self.gone):
            return 0
        return int(size.get("pixelSize", ROW if dimension == "ROWS" else COLUMN))

    def _until(self, dimension: str, start: int, pixels: int) -> int:
        index = start
        while pixels > 0 and index < self._sheet.extent(dimension):
            pixels -= self._size(dimension, index)
            index += 1
        return index

    def _box(self, thing: Json, kind: str, inside: str, declarations: str = "") -> str:
        (row, column), (left, top, width, height) = self._place(thing)
        x = MARGIN + left + sum(self._size("COLUMNS", index) for index in range(column))
        y = HEAD + top + sum(self._size("ROWS", index) for index in range(row))
        frozen = row < int(self._sheet.properties["gridProperties"].get("frozenRowCount", 0))
        name = self.styles.name(f"left:{x}px;top:{y}px;width:{width}px;height:{height}px{declarations}")
        at = f'data-at="{letters(column)}{row + 1}" data-x="{left}" data-y="{top}"'
        return f'<div class="over {kind}{" top" if frozen else ""} {name}" {at}>{inside}</div>'

    def _chart(self, chart: Json) -> str:
        size = self._place(chart)[1][2:]
        edge = color(chart.get("border", {}).get("colorStyle"), chart.get("border", {}).get("color"))
        inside = charts.svg(chart["spec"], self._source, size=size, words=self._words)
        return self._box(chart, "chart", inside, f";border-color:{edge}" if edge else "")

    def _slicer(self, slicer: Json) -> str:
        spec = slicer["spec"]
        place = spec["dataRange"]
        title = spec.get("title") or self._text(place["startRowIndex"], spec.get("columnIndex", 0))
        state = self._words["filtered" if spec.get("filterCriteria") else "all"]
        back = color(spec.get("backgroundColorStyle"), spec.get("backgroundColor"))
        inside = f"<u></u><b>{escape(title)}</b><span>{escape(state)}</span>"
        return self._box(slicer, "slicer", inside, f";background:{back}" if back else "")

    def _text(self, row: int, column: int) -> str:
        value = self._spreadsheet.value(self._sheet, row, column)
        look = NumberFormats(self._spreadsheet).at(self._sheet, row, column)
        return "" if value is None else display.text(value, look, self._spreadsheet.locale)
