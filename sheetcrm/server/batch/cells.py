"""
Requests that write cells: updateCells, repeatCell, appendCells.

Only the fields that the mask names are written, and where a cell says nothing about one of them it is cleared.
"""

from collections.abc import Callable
from typing import Any

from sheetcrm.server import access, formulas, masks, pivots, proto, ranges, structured
from sheetcrm.server.batch.registry import request
from sheetcrm.server.batch.tables import find, make_room
from sheetcrm.server.batch.validation import checked
from sheetcrm.server.errors import invalid, unsupported
from sheetcrm.server.grid import Content, Formula
from sheetcrm.server.griddata import width
from sheetcrm.server.masks import Mask
from sheetcrm.server.model import Sheet, Spreadsheet
from sheetcrm.server.ranges import Area
from sheetcrm.server.rules import has_formula
from sheetcrm.server.writing import check_text

Json = dict[str, Any]
Place = tuple[int, int]

FIELDS = ("userEnteredValue", "userEnteredFormat", "note", "dataValidation", "textFormatRuns", "pivotTable")
READ_ONLY = frozenset({"effectiveValue", "formattedValue", "effectiveFormat", "hyperlink"})


@request("updateCells", edits="range")
def update_cells(spreadsheet: Spreadsheet, body: Json) -> None:
    brush = Brush(spreadsheet, masks.required(body.get("fields")))
    rows = [row.get("values", []) for row in body.get("rows", [])]
    start = body.get("start")
    if start is not None:
        _paint_rows(spreadsheet, brush, start, rows)
        return
    area = ranges.area(spreadsheet, body.get("range"))
    if len(rows) > area.height:
        raise invalid(f"Attempting to write row: {area.bottom}, beyond the last requested row of: {area.bottom - 1}")
    if max(map(len, rows), default=0) > area.width:
        raise invalid(
            f"Attempting to write column: {area.right}, beyond the last requested column of: {area.right - 1}"
        )
    for row in range(area.height):
        line = rows[row] if row < len(rows) else []
        for column in range(area.width):
            place = (area.top + row, area.left + column)
            brush.paint(area.sheet, place, line[column] if column < len(line) else {}, place)
    area.sheet.grid.touch(area.top, area.bottom)


def _paint_rows(spreadsheet: Spreadsheet, brush: "Brush", start: Json, rows: list[list[Json]]) -> None:
    top, left = start.get("rowIndex", 0), start.get("columnIndex", 0)
    if not rows or not any(rows):
        return
    bounds = {
        "sheetId": start.get("sheetId", 0),
        "startRowIndex": top,
        "endRowIndex": top + len(rows),
        "startColumnIndex": left,
        "endColumnIndex": left + max(map(len, rows)),
    }
    area = ranges.area(spreadsheet, bounds)
    access.check_area(spreadsheet, area)
    for row, line in enumerate(rows, top):
        for column, cell in enumerate(line, left):
            brush.paint(area.sheet, (row, column), cell, (row, column))
    area.sheet.grid.touch(area.top, area.bottom)


@request("repeatCell", edits="range")
def repeat_cell(spreadsheet: Spreadsheet, body: Json) -> None:
    brush = Brush(spreadsheet, masks.required(body.get("fields")))
    area = ranges.area(spreadsheet, body.get("range"))
    brush.fill(area, body.get("cell", {}))
    area.sheet.grid.touch(area.top, area.bottom)


@request("appendCells", edits=None)
def append_cells(spreadsheet: Spreadsheet, body: Json) -> None:
    if body.get("tableId"):
        _append_to_table(spreadsheet, body)
        return
    brush = Brush(spreadsheet, masks.required(body.get("fields")))
    sheet = ranges.target_of(spreadsheet, {"sheetId": body.get("sheetId", 0)}).sheet
    rows = [row.get("values", []) for row in body.get("rows", [])]
    top = len(sheet.grid.rows)
    while top and not width(sheet.grid, top - 1):
        top -= 1
    sheet.resize("ROWS", max(sheet.row_count, top + len(rows)))
    sheet.resize("COLUMNS", max(sheet.column_count, max(map(len, rows), default=0)))
    spreadsheet.check_size()
    spreadsheet.restructured()
    _paint_rows(spreadsheet, brush, {"sheetId": sheet.id, "rowIndex": top}, rows)


def _append_to_table(spreadsheet: Spreadsheet, body: Json) -> None:
    brush = Brush(spreadsheet, masks.required(body.get("fields")))
    rows = [row.get("values", []) for row in body.get("rows", [])]
    sheet, top, left = make_room(spreadsheet, body["tableId"], len(rows), max(map(len, rows), default=0))
    _paint_rows(spreadsheet, brush, {"sheetId": sheet.id, "rowIndex": top, "columnIndex": left}, rows)
    structured.fill(sheet, find(spreadsheet, body["tableId"])[1])


class Brush:
    """Writes CellData through a mask; what many cells share is made once."""

    def __init__(self, spreadsheet: Spreadsheet, mask: Mask | None) -> None:
        wrong = [field for field in mask or () if field not in FIELDS and field not in READ_ONLY]
        if wrong:
            raise unsupported(f"writing the cell field {wrong[0]}")
        self._spreadsheet = spreadsheet
        self._mask = mask
        painters: dict[str, Callable[[Sheet, Place, Json, Place], None]] = {
            "userEnteredValue": self._value,
            "userEnteredFormat": self._format,
            "note": self._note,
            "dataValidation": self._validation,
            "textFormatRuns": self._runs,
            "pivotTable": self._pivot,
        }
        self._painters = [painter for field, painter in painters.items() if mask is None or field in mask]
        format_mask = masks.below(mask, "userEnteredFormat")[1]
        self._format_mask = _with_twins(format_mask) if format_mask is not None else None
        self._made: dict[tuple[int, int], tuple[Any, Any, Any]] = {}

    def paint(self, sheet: Sheet, place: Place, cell: Json, anchor: Place) -> None:
        """Write one cell; relative formulas in `cell` are written for `anchor`."""
        _check(cell)
        for painter in self._painters:
            painter(sheet, place, cell, anchor)

    def fill(self, area: Area, cell: Json) -> None:
        """Write the same to every cell of an area; relative formulas in `cell` are written for its first cell."""
        _check(cell)
        anchor = (area.top, area.left)
        for painter in self._painters:
            if painter == self._format:
                self._formats(area, cell)
                continue
            for row in range(area.top, area.bottom):
                for column in range(area.left, area.right):
                    painter(area.sheet, (row, column), cell, anchor)

    def _value(self, sheet: Sheet, place: Place, cell: Json, anchor: Place) -> None:
        content = entered(cell.get("userEnteredValue"))
        if isinstance(content, Formula) and place != anchor:
            content = Formula(formulas.shifted(content, place[0] - anchor[0], place[1] - anchor[1]))
        sheet.grid.put("values", *place, content)

    def _format(self, sheet: Sheet, place: Place, cell: Json, _: Place) -> None:
        old = sheet.grid.get("formats", *place)
        sheet.grid.put("formats", *place, self._formatted(old, cell.get("userEnteredFormat")))

    def _formats(self, area: Area, cell: Json) -> None:
        """`_format` for all cells of an area, a row at a time."""
        grid, given = area.sheet.grid, cell.get("userEnteredFormat")
        for row in range(area.top, area.bottom):
            old = grid.cells("formats", row)[area.left : area.right]
            old += [None] * (area.width - len(old))
            grid.put_row("formats", row, area.left, [self._formatted(one, given) for one in old])

    def _formatted(self, old: Json | None, given: Json | None) -> Json | None:
        key = (id(old), id(given))
        if key not in self._made:
            colored = proto.colored(given or {}, self._spreadsheet.theme)
            made = self._spreadsheet.shared(masks.merged(old, colored, self._format_mask))
            self._made[key] = (made, old, given)
        return self._made[key][0]  # type: ignore[no-any-return]  # what was made above

    def _note(self, sheet: Sheet, place: Place, cell: Json, _: Place) -> None:
        sheet.grid.put("notes", *place, cell.get("note") or None)

    def _validation(self, sheet: Sheet, place: Place, cell: Json, anchor: Place) -> None:
        rule = cell.get("dataValidation")
        if rule is None:
            sheet.grid.put("validations", *place, None)
            return
        key = (-1, id(rule))
        if key not in self._made:
            kept = checked(self._spreadsheet, rule)
            made = self._spreadsheet.validation(kept, anchor if has_formula(kept) else None)
            self._made[key] = (made, None, rule)
        sheet.grid.put("validations", *place, self._made[key][0])

    def _runs(self, sheet: Sheet, place: Place, cell: Json, _: Place) -> None:
        runs = cell.get("textFormatRuns")
        sheet.grid.put("runs", *place, proto.colored(runs, self._spreadsheet.theme) if runs else None)

    def _pivot(self, sheet: Sheet, place: Place, cell: Json, _: Place) -> None:
        table = cell.get("pivotTable")
        sheet.grid.put("pivots", *place, None if table is None else pivots.checked(self._spreadsheet, table))
        if table is not None:
            sheet.grid.put("values", *place, None)


def _check(cell: Json) -> None:
    wrong = [field for field in cell if field not in FIELDS and field not in READ_ONLY]
    if wrong:
        raise unsupported(f"writing the cell field {wrong[0]}")


def _with_twins(mask: Mask) -> Mask:
    """A mask that, naming a colour, also names the other spelling of it."""
    twins: Mask = {}
    for key, below in mask.items():
        twins[key] = _with_twins(below) if below is not None and not key.endswith("Style") else None
        if key in proto.COLORS:
            twins[key] = twins[key + "Style"] = None
        elif key.removesuffix("Style") in proto.COLORS:
            twins[key] = twins[key.removesuffix("Style")] = None
    return twins


def entered(value: Json | None) -> Content:
    """The content that an ExtendedValue of a request stands for."""
    if not value:
        return None
    if len(value) != 1:
        raise invalid("Only one value of an ExtendedValue may be set.")
    ((kind, content),) = value.items()
    if kind == "formulaValue":
        check_text(content)
        return Formula(content if content.startswith("=") else "=" + content)
    if kind == "errorValue":
        raise invalid("errorValue cannot be written.")
    if isinstance(content, str):
        check_text(content)
        return content or None
    return content  # type: ignore[no-any-return]  # a number or a boolean: the door saw to it
