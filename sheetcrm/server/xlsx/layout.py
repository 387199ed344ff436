"""
What a file says of a sheet besides its cells → the sheet's merges, sizes, frozen panes and colour.

Excel counts widths in digits of the default font and heights in points; Sheets counts pixels.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sheetcrm.server import proto, spreadsheets
from sheetcrm.server.defaults import COLUMN_COUNT, ROW_COUNT
from sheetcrm.server.model import Sheet, Spreadsheet
from sheetcrm.server.properties import check_grid
from sheetcrm.server.xlsx.cells import Area, area
from sheetcrm.server.xlsx.package import Element, local
from sheetcrm.server.xlsx.styles import color

Json = dict[str, Any]

ELEMENTS = ("col", "pane", "mergeCell", "tabColor")
DIGIT = 7  # pixels of a digit of the default font
POINTS = 3 / 4  # in a pixel
MAX_PIXELS = 2000


@dataclass
class Layout:
    """Collects what is read of one sheet."""

    merges: list[Area] = field(default_factory=list)
    frozen: tuple[int, int] = (0, 0)
    rows: dict[int, Json] = field(default_factory=dict)
    columns: list[tuple[int, int, Json]] = field(default_factory=list)
    tab_color: Json | None = None

    def read(self, element: Element) -> None:
        """Take in one of ELEMENTS."""
        kind = local(element)
        if kind == "mergeCell":
            self.merges.append(area(element.get("ref", "")))
        elif kind == "tabColor":
            self.tab_color = color(element)
        elif kind == "pane" and element.get("state", "").startswith("frozen"):
            self.frozen = int(float(element.get("ySplit") or 0)), int(float(element.get("xSplit") or 0))
        elif kind == "col":
            span = int(element.get("min") or 1) - 1, int(element.get("max") or 1)
            width = float(element.get("width") or 0)
            self.columns.append((*span, _size(element, round(width * DIGIT), "width")))

    def read_row(self, element: Element, row: int) -> None:
        """Take in the height of a row, counted from 0."""
        size = _size(element, round(float(element.get("ht") or 0) / POINTS), "ht")
        if size:
            self.rows[row] = size

    @property
    def bottom(self) -> int:
        """The end of the last row that must be there."""
        return max([self.frozen[0] + 1, *(merge[1] for merge in self.merges)])

    @property
    def right(self) -> int:
        """The end of the last column that must be there."""
        return max([self.frozen[1] + 1, *(merge[3] for merge in self.merges)])

    def apply(self, spreadsheet: Spreadsheet, sheet: Sheet, bottom: int, right: int) -> None:
        """Give the sheet room for rows to `bottom` and columns to `right`, and its layout; ApiError when it cannot have them."""
        sheet.resize("ROWS", max(ROW_COUNT, bottom))
        sheet.resize("COLUMNS", max(COLUMN_COUNT, right))
        spreadsheet.check_size()
        frozen = dict(zip(("frozenRowCount", "frozenColumnCount"), self.frozen, strict=True))
        grid = {**sheet.properties["gridProperties"], **{key: count for key, count in frozen.items() if count}}
        check_grid(grid)
        sheet.properties = {**sheet.properties, "gridProperties": grid}
        if self.tab_color:
            sheet.properties |= proto.colored({"tabColor": self.tab_color}, spreadsheet.theme)
        sheet.sizes["ROWS"] = {row: size for row, size in self.rows.items() if row < sheet.row_count}
        for start, end, size in self.columns:
            sheet.sizes["COLUMNS"].update(
                dict.fromkeys(range(start, min(end, sheet.column_count)), size) if size else {}
            )
        merges = [_merge(sheet, *merge) for merge in self.merges if _is_more_than_one(*merge)]
        if merges:
            spreadsheets.batch_update(spreadsheet, {"requests": merges})


def _size(element: Element, pixels: int, key: str) -> Json:
    size: Json = {"pixelSize": min(pixels, MAX_PIXELS)} if element.get(key) and pixels > 0 else {}
    return {**size, "hiddenByUser": True} if element.get("hidden") in {"1", "true"} else size


def _is_more_than_one(top: int, bottom: int, left: int, right: int) -> bool:
    return (bottom - top) * (right - left) > 1


def _merge(sheet: Sheet, top: int, bottom: int, left: int, right: int) -> Json:
    span = {"startRowIndex": top, "endRowIndex": bottom, "startColumnIndex": left, "endColumnIndex": right}
    return {"mergeCells": {"range": {"sheetId": sheet.id, **span}, "mergeType": "MERGE_ALL"}}
