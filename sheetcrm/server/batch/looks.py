"""
Requests about how an area looks as a whole: merges and borders.

Merging keeps only what is in the first cell, as in Google's editor.
"""

from typing import Any

from sheetcrm.server import proto, ranges
from sheetcrm.server.batch.registry import request
from sheetcrm.server.errors import invalid
from sheetcrm.server.model import Spreadsheet
from sheetcrm.server.ranges import Area

Json = dict[str, Any]


@request("mergeCells", edits="range")
def merge_cells(spreadsheet: Spreadsheet, body: Json) -> None:
    area = ranges.area(spreadsheet, body.get("range"))
    kind = body.get("mergeType", "MERGE_ALL")
    sheet = area.sheet
    _unmerge(area)
    made = [part for part in _parts(area, kind) if part.height * part.width > 1]
    for part in made:
        _keep_first(part)
        sheet.things["merges"].add(part.json())
    sheet.grid.touch(area.top, area.bottom)
    spreadsheet.sheet_changed(sheet)


def _unmerge(area: Area) -> None:
    """Take the merges of an area off; refused when one reaches out of it."""
    merges, here = area.sheet.things["merges"], area.json()
    found = merges.overlapping(here)
    if not all(ranges.contains(here, merge) for merge in found):
        raise invalid("You must select all cells in a merged range to merge or unmerge them.")
    for merge in found:
        merges.take(merge)


def _parts(area: Area, kind: str) -> list[Area]:
    if kind == "MERGE_ROWS":
        return [Area(area.sheet, row, row + 1, area.left, area.right) for row in range(area.top, area.bottom)]
    if kind == "MERGE_COLUMNS":
        return [Area(area.sheet, area.top, area.bottom, column, column + 1) for column in range(area.left, area.right)]
    return [area]


def _keep_first(area: Area) -> None:
    grid = area.sheet.grid
    places = [(row, column) for row in range(area.top, area.bottom) for column in range(area.left, area.right)]
    contents = [content for place in places if (content := grid.get("values", *place)) is not None]
    for place in places:
        grid.put("values", *place, None)
    if contents:
        grid.put("values", area.top, area.left, contents[0])


@request("unmergeCells", edits="range")
def unmerge_cells(spreadsheet: Spreadsheet, body: Json) -> None:
    area = ranges.area(spreadsheet, body.get("range"))
    _unmerge(area)
    spreadsheet.sheet_changed(area.sheet)


@request("updateBorders", edits="range")
def update_borders(spreadsheet: Spreadsheet, body: Json) -> None:
    area = ranges.area(spreadsheet, body.get("range"))
    sides = ("top", "bottom", "left", "right", "innerHorizontal", "innerVertical")
    given = {side: proto.colored(body[side], spreadsheet.theme) for side in sides if side in body}
    grid = area.sheet.grid
    for row in range(area.top, area.bottom):
        for column in range(area.left, area.right):
            drawn = _drawn(area, row, column, given)
            if not drawn:
                continue
            old = grid.get("formats", row, column) or {}
            borders = {**old.get("borders", {}), **drawn}
            borders = {side: border for side, border in borders.items() if border.get("style") != "NONE"}
            rest = {key: part for key, part in old.items() if key != "borders"}
            grid.put("formats", row, column, spreadsheet.shared({**rest, **({"borders": borders} if borders else {})}))
    grid.touch(area.top, area.bottom)


def _drawn(area: Area, row: int, column: int, given: Json) -> Json:
    """The borders of one cell, by where it lies in the area."""
    sides = {
        "top": "top" if row == area.top else "innerHorizontal",
        "bottom": "bottom" if row == area.bottom - 1 else "innerHorizontal",
        "left": "left" if column == area.left else "innerVertical",
        "right": "right" if column == area.right - 1 else "innerVertical",
    }
    return {side: given[source] for side, source in sides.items() if source in given}
