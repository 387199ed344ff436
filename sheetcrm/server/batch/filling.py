"""
autoFill: cells at one side of an area → the rest of it, as if somebody dragged the fill handle.

Given only a range, the source is the rows (or, when every row has data, the columns) of it that have data.  Formulas
are copied; looks and validation go along, notes do not.
"""

from typing import Any

from sheetcrm.server import access, formulas, ranges
from sheetcrm.server.batch.registry import request
from sheetcrm.server.errors import invalid
from sheetcrm.server.grid import Formula, Layer
from sheetcrm.server.model import Spreadsheet
from sheetcrm.server.ranges import Area
from sheetcrm.server.rules import Validation
from sheetcrm.server.series import Source, continued

Json = dict[str, Any]

LOOKS: tuple[Layer, ...] = ("formats", "validations")
DIMENSIONS = ("ROWS", "COLUMNS")


@request("autoFill", edits=None)
def auto_fill(spreadsheet: Spreadsheet, body: Json) -> None:
    alternate = bool(body.get("useAlternateSeries"))
    given = body.get("sourceAndDestination")
    if given is None:
        _fill_range(spreadsheet, ranges.area(spreadsheet, body.get("range")), alternate=alternate)
        return
    source = ranges.area(spreadsheet, given.get("source"))
    dimension, length = given.get("dimension"), given.get("fillLength", 0)
    if dimension not in DIMENSIONS:
        raise invalid("No dimension specified.")
    if not length:
        raise invalid("fillLength must not be 0.")
    end = source.bottom if dimension == "ROWS" else source.right
    start = source.top if dimension == "ROWS" else source.left
    target = range(end, end + length) if length > 0 else range(start + length, start)
    _fill(spreadsheet, source, dimension, target, alternate=alternate)


def _fill_range(spreadsheet: Spreadsheet, area: Area, *, alternate: bool) -> None:
    """Fill an area from the part of it that has data: along the rows first, then along the columns."""
    grid = area.sheet.grid
    filled = [
        (row, column)
        for row in range(area.top, min(area.bottom, len(grid.rows)))
        for column in range(area.left, area.right)
        if grid.get("values", row, column) is not None
    ]
    if not filled:
        return
    top, bottom = min(filled)[0], max(filled)[0] + 1
    left, right = min(column for _, column in filled), max(column for _, column in filled) + 1
    source = Area(area.sheet, top, bottom, left, right)
    for target in (range(bottom, area.bottom), range(area.top, top)):
        _fill(spreadsheet, source, "ROWS", target, alternate=alternate)
    whole = Area(area.sheet, area.top, area.bottom, left, right)
    for target in (range(right, area.right), range(area.left, left)):
        _fill(spreadsheet, whole, "COLUMNS", target, alternate=alternate)


def _fill(spreadsheet: Spreadsheet, source: Area, dimension: str, target: range, *, alternate: bool) -> None:
    """Fill rows or columns `target`, which lie directly after or before those of the source."""
    if not target:
        return
    rows = dimension == "ROWS"
    bounds = (target.start, target.stop, source.left, source.right) if rows else (source.top, source.bottom, target.start, target.stop)  # fmt: skip
    area = Area(source.sheet, *bounds)
    if area.top < 0 or area.left < 0:
        raise invalid("The destination of a fill must be inside of the sheet.")
    if area.bottom > area.sheet.row_count or area.right > area.sheet.column_count:
        raise ranges.beyond(area.sheet, area.name)
    access.check_area(spreadsheet, area)
    for across in range(source.left, source.right) if rows else range(source.top, source.bottom):
        _fill_line(source, dimension, across, target, alternate=alternate)
    source.sheet.grid.touch(area.top, area.bottom)


def _fill_line(source: Area, dimension: str, across: int, target: range, *, alternate: bool) -> None:
    grid = source.sheet.grid
    start, end = (source.top, source.bottom) if dimension == "ROWS" else (source.left, source.right)
    lines = [(index, across) if dimension == "ROWS" else (across, index) for index in range(start, end)]
    cells = [grid.snip(*place) for place in lines]
    sources = []
    for cell in cells:
        content, form = cell.get("values"), (cell.get("formats") or {}).get("numberFormat")
        sources.append(Source(None if isinstance(content, Formula) else content, (form or {}).get("type", "")))
    term = continued(sources, alternate=alternate)
    for index in target:
        place = (index, across) if dimension == "ROWS" else (across, index)
        cell, origin = cells[(index - start) % len(cells)], lines[(index - start) % len(cells)]
        step = (place[0] - origin[0], place[1] - origin[1])
        content = cell.get("values")
        value = Formula(formulas.shifted(content, *step)) if isinstance(content, Formula) else term(index - start)
        grid.put("values", *place, value)
        grid.put("runs", *place, cell.get("runs") if value == content else None)
        for layer in LOOKS:
            look = cell.get(layer)
            grid.put(layer, *place, look.moved(*step) if isinstance(look, Validation) else look)
