"""
Requests that tidy the rows of an area: trimWhitespace, deleteDuplicates, randomizeRange.

Only cells inside the area change: taking out a duplicate pulls up what is below it in the area, not the sheet's rows.
"""

import re
from typing import Any

from sheetcrm.server import ranges
from sheetcrm.server.batch.registry import request
from sheetcrm.server.batch.sorting import follow_rows, rank, rearrange
from sheetcrm.server.errors import invalid
from sheetcrm.server.grid import Formula
from sheetcrm.server.model import Spreadsheet
from sheetcrm.server.ranges import Area

Json = dict[str, Any]

# Sheets keeps the spaces that do not break: they are there on purpose.
SPACE = re.compile(r"[^\S\u00a0\u2007\u202f]+")


@request("trimWhitespace", edits="range")
def trim_whitespace(spreadsheet: Spreadsheet, body: Json) -> Json:
    area = ranges.area(spreadsheet, body.get("range"))
    grid = area.sheet.grid
    count = 0
    for row in range(area.top, min(area.bottom, len(grid.rows))):
        for column in range(area.left, area.right):
            text = grid.get("values", row, column)
            if not isinstance(text, str) or isinstance(text, Formula):
                continue
            trimmed = SPACE.sub(" ", text).strip(" ")
            if trimmed != text:
                count += 1
                grid.put("values", row, column, trimmed or None)
                grid.put("runs", row, column, _runs(grid.get("runs", row, column), text, trimmed))
    grid.touch(area.top, area.bottom)
    return {"cellsChangedCount": count} if count else {}


def _runs(runs: list[Json] | None, text: str, trimmed: str) -> list[Json] | None:
    """Runs of text formats, each beginning at the same letter as before."""
    moved = {
        len(SPACE.sub(" ", text[: run.get("startIndex", 0)]).lstrip(" ")): run.get("format", {}) for run in runs or ()
    }
    kept = [{"startIndex": start, "format": form} for start, form in moved.items() if start < len(trimmed)]
    return kept or None


@request("deleteDuplicates", edits="range")
def delete_duplicates(spreadsheet: Spreadsheet, body: Json) -> Json:
    """Blank rows at the end of the range are not compared; looks and rules at its end stay when rows move up."""
    area = ranges.area(spreadsheet, body.get("range"))
    columns = _compared(area, body.get("comparisonColumns", []))
    grid = area.sheet.grid
    bottom = grid.last_row("values", area.top, area.bottom, area.left, area.right)
    if bottom == area.top:
        return {}
    filled = Area(area.sheet, area.top, bottom, area.left, area.right)
    seen: set[Any] = set()
    kept: list[int] = []
    gone: list[int] = []
    for row in range(filled.top, filled.bottom):
        key = tuple(_key(spreadsheet.value(area.sheet, row, column)) for column in columns)
        (gone if key in seen else kept).append(row)
        seen.add(key)
    rearrange(filled, kept + gone)
    for row in range(bottom - len(gone), bottom):
        for column in range(area.left, area.right):
            for layer in ("values", "notes", "runs"):
                grid.put(layer, row, column, None)
    return {"duplicatesRemovedCount": len(gone)} if gone else {}


def _compared(area: Area, spans: list[Json]) -> list[int]:
    """The columns that make two rows duplicates: those of the spans, or all of the area's."""
    columns: set[int] = set()
    for span in spans:
        start, end = span.get("startIndex", area.left), span.get("endIndex", area.right)
        if span.get("dimension") != "COLUMNS" or span.get("sheetId", 0) != area.sheet.id:
            raise invalid("comparisonColumns must be columns of the sheet of the range.")
        if not area.left <= start < end <= area.right:
            raise invalid(f"comparisonColumns [{start}, {end}) must be inside of the range.")
        columns.update(range(start, end))
    return sorted(columns) or list(range(area.left, area.right))


def _key(value: Any) -> Any:
    """Equal for values that Sheets takes for duplicates: whatever the case of their letters."""
    return None if value is None else rank(value)[:3]


@request("randomizeRange", edits="range")
def randomize_range(spreadsheet: Spreadsheet, body: Json) -> None:
    area = ranges.area(spreadsheet, body.get("range"))
    order = list(range(area.top, area.bottom))
    spreadsheet.random.shuffle(order)
    rearrange(area, order)
    follow_rows(spreadsheet, area, order)
