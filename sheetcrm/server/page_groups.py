"""
A sheet's groups of rows and columns, and its tables → marks and colours on its cells.

Both are drawn by the page alone: the API tells where they are, and no cell's own format shows them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sheetcrm.server.page_style import color

Json = dict[str, Any]

# What Sheets gives a table that names no colours.
TABLE_HEAD, TABLE_BANDS = "#356854", ("#ffffff", "#f6f8f9")
DEEPEST = 3


class Axis:
    """The groups along one dimension; `after` when their mark stands behind them."""

    def __init__(self, groups: Iterable[Json], *, after: bool) -> None:
        self._depths: dict[int, int] = {}
        self._marks: dict[int, bool] = {}
        for group in groups:
            start, end = group["range"].get("startIndex", 0), group["range"]["endIndex"]
            for index in range(start, end):
                self._depths[index] = max(self._depths.get(index, 0), group.get("depth", 1))
            self._marks[end if after else start - 1] = bool(group.get("collapsed"))

    def classes(self, index: int, skipped: bool) -> str:
        """The classes of a row's or column's heading; `skipped` when hidden ones stand before it."""
        depth = min(self._depths.get(index, 0), DEEPEST)
        marked = "m" if index in self._marks else ""
        return " ".join(filter(None, (f"d{depth}" if depth else "", marked, "h" if skipped else "")))

    def mark(self, index: int) -> str:
        """The sign at the end of a group: whether it is folded up."""
        return f"<s>{'+' if self._marks[index] else '−'}</s>" if index in self._marks else ""


class Groups:
    """Groups and tables of a sheet, as `spreadsheets.get` answers it."""

    def __init__(self, sheet: Json) -> None:
        grid = sheet["properties"].get("gridProperties", {})
        self.rows = Axis(sheet.get("rowGroups", []), after=bool(grid.get("rowGroupControlAfter")))
        self.columns = Axis(sheet.get("columnGroups", []), after=bool(grid.get("columnGroupControlAfter")))
        self._tables = [(table["range"], table.get("rowsProperties", {})) for table in sheet.get("tables", [])]

    def table_look(self, row: int, column: int) -> str:
        """The declarations that a table gives to a cell without a background of its own; "" outside of tables."""
        for place, looks in self._tables:
            if not place.get("startColumnIndex", 0) <= column < place["endColumnIndex"]:
                continue
            line = row - place.get("startRowIndex", 0)
            if line == 0:
                back = color(looks.get("headerColorStyle")) or TABLE_HEAD
                return f"background:{back};color:{'#ffffff' if _dark(back) else '#1f2328'};font-weight:700"
            if 0 < line < place["endRowIndex"] - place.get("startRowIndex", 0):
                last = row == place["endRowIndex"] - 1
                if last and looks.get("footerColorStyle"):
                    return f"background:{color(looks['footerColorStyle'])}"
                name, own = (("firstBandColorStyle", 0), ("secondBandColorStyle", 1))[(line - 1) % 2]
                return f"background:{color(looks.get(name)) or TABLE_BANDS[own]}"
        return ""


def _dark(shade: str) -> bool:
    red, green, blue = (int(shade[at : at + 2], 16) for at in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue < 140
