"""
Requests about whole rows and columns: insert, delete, move, append, sizes, groups.

`destinationIndex` of a move is read against the order before the rows are taken out.
"""

from typing import Any

from sheetcrm.server import display, masks, proto
from sheetcrm.server.batch.registry import request
from sheetcrm.server.defaults import COLUMN_WIDTH
from sheetcrm.server.edits import Edit
from sheetcrm.server.errors import invalid
from sheetcrm.server.measure import text_width
from sheetcrm.server.model import Sheet, Spreadsheet
from sheetcrm.server.structure import apply, delete, insert

Json = dict[str, Any]

NOUNS = {"ROWS": "row", "COLUMNS": "column"}
FROZEN = {"ROWS": "frozenRowCount", "COLUMNS": "frozenColumnCount"}
# Pixels beside the text of an auto-sized column.
MARGINS = 7
SIZE_FIELDS = frozenset({"pixelSize", "hiddenByUser"})


@request("insertDimension", edits=None)
def insert_dimension(spreadsheet: Spreadsheet, body: Json) -> None:
    sheet, dimension, start, end = _span(spreadsheet, body.get("range", {}), open_end=False)
    before = bool(body.get("inheritFromBefore"))
    if start > sheet.extent(dimension):
        raise invalid(f"range.startIndex[{start}] must not be past the end of the sheet [{sheet.extent(dimension)}]")
    if before and start == 0:
        raise invalid(f"inheritFromBefore cannot be true when inserting before the first {NOUNS[dimension]}.")
    insert(spreadsheet, sheet, dimension, start, end, inherit_before=before)


@request("deleteDimension", edits="range")
def delete_dimension(spreadsheet: Spreadsheet, body: Json) -> None:
    sheet, dimension, start, end = _span(spreadsheet, body.get("range", {}))
    extent, noun = sheet.extent(dimension), NOUNS[dimension]
    if end > extent:
        missing = max(start, extent)
        raise invalid(
            f"Cannot delete a {noun} that doesn't exist. Tried to delete {noun} index {missing} but there are only {extent} {noun}s."
        )
    frozen = sheet.properties["gridProperties"].get(FROZEN[dimension], 0)
    if end - start == extent:
        raise invalid(f"You can't delete all the {noun}s on the sheet.")
    if start <= frozen and end == extent:
        raise invalid(f"Sorry, it is not possible to delete all non-frozen {noun}s.")
    delete(spreadsheet, sheet, dimension, start, end)


@request("moveDimension", edits="source")
def move_dimension(spreadsheet: Spreadsheet, body: Json) -> None:
    sheet, dimension, start, end = _span(spreadsheet, body.get("source", {}))
    to = body.get("destinationIndex", 0)
    extent = sheet.extent(dimension)
    if end > extent or not 0 <= to <= extent:
        raise invalid(
            f"The source and the destination must be inside of the sheet, which has {extent} {NOUNS[dimension]}s."
        )
    if start < to < end:
        raise invalid("The destination index cannot be inside of the source range.")
    apply(spreadsheet, sheet, Edit(dimension, start, end, "move", to))


@request("appendDimension", edits=None)
def append_dimension(spreadsheet: Spreadsheet, body: Json) -> None:
    sheet = known(spreadsheet, body.get("sheetId", 0))
    dimension = body.get("dimension")
    length = body.get("length", 0)
    if dimension not in NOUNS or length < 1:
        raise invalid("A dimension and a length of at least 1 are required.")
    sheet.resize(dimension, sheet.extent(dimension) + length)
    spreadsheet.check_size()
    spreadsheet.restructured()


@request("updateDimensionProperties", edits="range")
def update_dimension_properties(spreadsheet: Spreadsheet, body: Json) -> None:
    mask = masks.required(body.get("fields"))
    sheet, dimension, start, end = _span(spreadsheet, body.get("range", {}))
    if end > sheet.extent(dimension):
        raise invalid(
            f"The range must be inside of the sheet, which has {sheet.extent(dimension)} {NOUNS[dimension]}s."
        )
    given = {key: value for key, value in body.get("properties", {}).items() if key in SIZE_FIELDS}
    if given.get("pixelSize", 0) < 0:
        raise invalid("pixelSize cannot be negative.")
    sizes = sheet.sizes[dimension]
    for index in range(start, end):
        size = proto.shown(masks.merged(sizes.get(index), given, mask))
        if size:
            sizes[index] = size
        else:
            sizes.pop(index, None)
    spreadsheet.sheet_changed(sheet)


@request("autoResizeDimensions", edits="dimensions")
def auto_resize_dimensions(spreadsheet: Spreadsheet, body: Json) -> None:
    sheet, dimension, start, end = _span(spreadsheet, body.get("dimensions", {}))
    sizes = sheet.sizes[dimension]
    for index in range(start, min(end, sheet.extent(dimension))):
        kept = {key: value for key, value in sizes.get(index, {}).items() if key != "pixelSize"}
        if dimension == "COLUMNS":
            kept["pixelSize"] = _fitting(spreadsheet, sheet, index)
        if kept:
            sizes[index] = kept
        else:
            sizes.pop(index, None)
    spreadsheet.sheet_changed(sheet)


def _fitting(spreadsheet: Spreadsheet, sheet: Sheet, column: int) -> int:
    """The width that shows the longest text of a column: an estimate, for there are no fonts here."""
    widest = 0.0
    for row in range(len(sheet.grid.rows)):
        value = spreadsheet.value(sheet, row, column)
        if value is not None:
            form = sheet.grid.get("formats", row, column) or {}
            text = display.text(value, form.get("numberFormat"), spreadsheet.locale)
            widest = max(widest, text_width(text, form.get("textFormat", {}).get("fontSize", 10)))
    return round(widest) + MARGINS if widest else COLUMN_WIDTH


@request("addDimensionGroup", edits="range")
def add_dimension_group(spreadsheet: Spreadsheet, body: Json) -> Json:
    sheet, dimension, start, end = _span(spreadsheet, body.get("range", {}))
    control = "rowGroupControlAfter" if dimension == "ROWS" else "columnGroupControlAfter"
    sheet.properties = {**sheet.properties, "gridProperties": {**sheet.properties["gridProperties"], control: True}}
    return _regrouped(spreadsheet, sheet, dimension, range(start, end), 1)


@request("deleteDimensionGroup", edits="range")
def delete_dimension_group(spreadsheet: Spreadsheet, body: Json) -> Json:
    sheet, dimension, start, end = _span(spreadsheet, body.get("range", {}))
    depths = _depths(sheet, dimension)
    if not any(depths.get(index) for index in range(start, end)):
        raise invalid(f"No group exists over the {NOUNS[dimension]}s [{start}, {end}).")
    return _regrouped(spreadsheet, sheet, dimension, range(start, end), -1)


def _kind(dimension: str) -> str:
    return "rowGroups" if dimension == "ROWS" else "columnGroups"


def _depths(sheet: Sheet, dimension: str) -> dict[int, int]:
    """How many groups each row or column is in."""
    depths: dict[int, int] = {}
    for group in sheet.things[_kind(dimension)]:
        for index in range(group["range"]["startIndex"], group["range"]["endIndex"]):
            depths[index] = max(depths.get(index, 0), group["depth"])
    return depths


def _regrouped(spreadsheet: Spreadsheet, sheet: Sheet, dimension: str, span: range, step: int) -> Json:
    """Groups are stored the way they nest: raise or lower the depth of a span, and read the groups off again."""
    depths = _depths(sheet, dimension)
    for index in span:
        depths[index] = max(0, depths.get(index, 0) + step)
    collapsed = [group["range"] for group in sheet.things[_kind(dimension)] if group.get("collapsed")]
    groups = []
    for depth in range(1, max(depths.values(), default=0) + 1):
        for start, end in _runs(sorted(index for index, value in depths.items() if value >= depth)):
            place = {"sheetId": sheet.id, "dimension": dimension, "startIndex": start, "endIndex": end}
            groups.append({"range": place, "depth": depth, **({"collapsed": True} if place in collapsed else {})})
    sheet.things[_kind(dimension)] = groups
    spreadsheet.sheet_changed(sheet)
    return {"dimensionGroups": proto.shown(groups)} if groups else {}


def _runs(indexes: list[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for index in indexes:
        if runs and runs[-1][1] == index:
            runs[-1] = (runs[-1][0], index + 1)
        else:
            runs.append((index, index + 1))
    return runs


@request("updateDimensionGroup", edits="dimensionGroup.range")
def update_dimension_group(spreadsheet: Spreadsheet, body: Json) -> None:
    mask = masks.required(body.get("fields"))
    given = body.get("dimensionGroup", {})
    sheet, dimension, start, end = _span(spreadsheet, given.get("range", {}))
    groups = sheet.things[_kind(dimension)]
    place = {"sheetId": sheet.id, "dimension": dimension, "startIndex": start, "endIndex": end}
    found = [group for group in groups if group["range"] == place and group["depth"] == given.get("depth", 1)]
    if not found:
        raise invalid("No such dimension group exists.")
    if masks.below(mask, "collapsed")[0]:
        collapsed = bool(given.get("collapsed"))
        changed = {**found[0], "collapsed": collapsed}
        sheet.things[_kind(dimension)] = [changed if group is found[0] else group for group in groups]
        _hide(sheet, dimension, range(start, end), hidden=collapsed)
    spreadsheet.sheet_changed(sheet)


def _hide(sheet: Sheet, dimension: str, span: range, *, hidden: bool) -> None:
    """Hide or show all of a group, as the reference says that folding it up or out does."""
    sizes = sheet.sizes[dimension]
    for index in span:
        size = {key: value for key, value in sizes.get(index, {}).items() if key != "hiddenByUser"}
        if hidden:
            size["hiddenByUser"] = True
        if size:
            sizes[index] = size
        else:
            sizes.pop(index, None)


def known(spreadsheet: Spreadsheet, sheet_id: int) -> Sheet:
    """The sheet with this id; refused as Google refuses where cells are meant."""
    sheet = spreadsheet.sheet(sheet_id)
    if sheet is None or not sheet.has_grid:
        raise invalid(f"No grid with id: {sheet_id}")
    return sheet


def _span(spreadsheet: Spreadsheet, span: Json, *, open_end: bool = True) -> tuple[Sheet, Any, int, int]:
    """(sheet, dimension, start, end) of a DimensionRange."""
    sheet = known(spreadsheet, span.get("sheetId", 0))
    dimension = span.get("dimension")
    if dimension not in NOUNS:
        raise invalid("No dimension specified.")
    start, end = span.get("startIndex", 0), span.get("endIndex")
    if end is None:
        if not open_end:
            raise invalid("range.endIndex is required.")
        end = sheet.extent(dimension)
    if start < 0 or end <= start:
        raise invalid(f"range.endIndex[{end}] must be greater than range.startIndex[{start}]")
    return sheet, dimension, start, end
