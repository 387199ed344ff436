"""
An area of cells → GridData, only what the mask asks for.

What a mask leaves out is never computed: asking for the validation of two rows does not format, evaluate or colour
anything.  Blank cells at the end of a row, and blank rows at the end, are left out.
"""

from collections.abc import Callable
from typing import Any

from sheetcrm.server import display, formulas, masks, metadata, proto
from sheetcrm.server.cell_error import CellError
from sheetcrm.server.defaults import COLUMN_WIDTH, ROW_HEIGHT
from sheetcrm.server.effective import Looks
from sheetcrm.server.grid import LAYERS, Formula, Grid
from sheetcrm.server.inherited import NumberFormats
from sheetcrm.server.masks import Mask
from sheetcrm.server.model import Sheet, Spreadsheet
from sheetcrm.server.ranges import Area

Json = dict[str, Any]


def grid_data(spreadsheet: Spreadsheet, area: Area, mask: Mask | None) -> Json:
    """The GridData of an area, through a mask of its fields."""
    answer: Json = {}
    if area.top and masks.below(mask, "startRow")[0]:
        answer["startRow"] = area.top
    if area.left and masks.below(mask, "startColumn")[0]:
        answer["startColumn"] = area.left
    wanted, row_mask = masks.below(mask, "rowData")
    cells, cell_mask = masks.below(row_mask, "values")
    if wanted:
        rows = _Cells(spreadsheet, area, cell_mask).rows() if cells else []
        if rows:
            answer["rowData"] = rows
    for field, dimension, start, end in (
        ("rowMetadata", "ROWS", area.top, area.bottom),
        ("columnMetadata", "COLUMNS", area.left, area.right),
    ):
        wanted, size_mask = masks.below(mask, field)
        if wanted:
            answer[field] = masks.pick(_sizes(spreadsheet, area.sheet, dimension, range(start, end)), size_mask)
    return answer


def _sizes(spreadsheet: Spreadsheet, sheet: Sheet, dimension: str, indexes: range) -> list[Json]:
    default = ROW_HEIGHT if dimension == "ROWS" else COLUMN_WIDTH
    marks: dict[int, list[Json]] = {}
    for one in spreadsheet.metadata:
        span = one["location"].get("dimensionRange")
        if span and span["sheetId"] == sheet.id and span["dimension"] == dimension:
            marks.setdefault(span["startIndex"], []).append(metadata.shown(one))
    found = []
    for index in indexes:
        size = {"pixelSize": default, **sheet.sizes[dimension].get(index, {})}
        found.append({**size, "developerMetadata": marks[index]} if index in marks else size)
    return found


class _Cells:
    """CellData of an area, one field at a time."""

    def __init__(self, spreadsheet: Spreadsheet, area: Area, mask: Mask | None) -> None:
        self._spreadsheet = spreadsheet
        self._area = area
        self._sheet = area.sheet
        self._mask = mask
        makers: dict[str, Callable[[int, int], Any]] = {
            "userEnteredValue": self._entered,
            "effectiveValue": self._effective,
            "formattedValue": self._formatted,
            "userEnteredFormat": self._format,
            "effectiveFormat": self._effective_format,
            "hyperlink": self._hyperlink,
            "note": self._note,
            "textFormatRuns": self._runs,
            "dataValidation": self._validation,
            "pivotTable": self._pivot,
        }
        self._makers = {key: maker for key, maker in makers.items() if mask is None or key in mask}
        self._looks = Looks(spreadsheet, area) if "effectiveFormat" in self._makers else None
        self._formats = NumberFormats(spreadsheet)
        self._colored: dict[int, Json] = {}
        shows_values = self._makers.keys() & {"effectiveValue", "formattedValue", "effectiveFormat"}
        self._spills = spreadsheet.spills(area.sheet) if shows_values else {}

    def rows(self) -> list[Json]:
        """RowData, from the top of the area to the last row with anything to show."""
        area = self._area
        bottom = max([len(self._sheet.grid.rows), *(row + 1 for row in self._spills)])
        bottom = min(area.bottom, bottom)
        if self._looks:
            bottom = max(bottom, min(area.bottom, self._looks.bottom))
        found = [self._row(row) for row in range(area.top, bottom)]
        while found and not found[-1]:
            found.pop()
        return found

    def _row(self, row: int) -> Json:
        area, grid = self._area, self._sheet.grid
        layers = (grid.cells(layer, row) for layer in LAYERS)
        filled = {column for cells in layers for column, part in enumerate(cells) if part is not None}
        filled |= self._spills.get(row, set())
        right = max(max(filled, default=-1) + 1, self._looks.right(row) if self._looks else 0)
        columns = range(area.left, min(area.right, right))
        cells = [self._cell(row, column) if column in filled else self._blank(row, column) for column in columns]
        return {"values": cells} if cells else {}

    def _blank(self, row: int, column: int) -> Json:
        """A cell that holds nothing, but may lie in a band or look by a rule."""
        look = self._looks.at(row, column) if self._looks else None
        cell = {} if look is None else {"effectiveFormat": look}
        return cell if self._mask is None else masks.pick(cell, self._mask)

    def _cell(self, row: int, column: int) -> Json:
        cell = {}
        for key, maker in self._makers.items():
            value = maker(row, column)
            if value is not None:
                cell[key] = value
        return cell if self._mask is None else masks.pick(cell, self._mask)

    def _entered(self, row: int, column: int) -> Json | None:
        content = self._sheet.grid.get("values", row, column)
        return {"formulaValue": str(content)} if isinstance(content, Formula) else extended(content)

    def _effective(self, row: int, column: int) -> Json | None:
        return extended(self._spreadsheet.value(self._sheet, row, column))

    def _formatted(self, row: int, column: int) -> str | None:
        value = self._spreadsheet.value(self._sheet, row, column)
        if value is None:
            return None
        return display.text(value, self._formats.at(self._sheet, row, column), self._spreadsheet.locale)

    def _format(self, row: int, column: int) -> Json | None:
        form = self._sheet.grid.get("formats", row, column)
        if form is None:
            return None
        if id(form) not in self._colored:
            self._colored[id(form)] = proto.shown(form)
        return self._colored[id(form)]

    def _effective_format(self, row: int, column: int) -> Json | None:
        return self._looks.at(row, column) if self._looks else None

    def _hyperlink(self, row: int, column: int) -> str | None:
        content = self._sheet.grid.get("values", row, column)
        if isinstance(content, Formula):
            return _linked(content)
        form = self._sheet.grid.get("formats", row, column) or {}
        link = form.get("textFormat", {}).get("link", {}).get("uri")
        return link if content is not None else None

    def _note(self, row: int, column: int) -> str | None:
        note: str | None = self._sheet.grid.get("notes", row, column)
        return note

    def _runs(self, row: int, column: int) -> Any:
        runs = self._sheet.grid.get("runs", row, column)
        return proto.shown(runs) if runs else None

    def _validation(self, row: int, column: int) -> Json | None:
        validation = self._sheet.grid.get("validations", row, column)
        return proto.shown(validation.at(row, column)) if validation else None

    def _pivot(self, row: int, column: int) -> Json | None:
        table = self._sheet.grid.get("pivots", row, column)
        return proto.shown(table) if table else None


def _linked(formula: str) -> str | None:
    """The address in `=HYPERLINK("address"…)`."""
    first = next((token for token in formulas.tokens(formula) if token.text.startswith('"')), None)
    if first is None or not formula.upper().startswith("=HYPERLINK("):
        return None
    return first.text[1:-1].replace('""', '"')


def width(grid: Grid, row: int) -> int:
    """The end of the last cell of a row with anything in any layer."""
    found = 0
    for layer in LAYERS:
        cells = grid.cells(layer, row)
        end = len(cells)
        while end > found and cells[end - 1] is None:
            end -= 1
        found = max(found, end)
    return found


def extended(value: Any) -> Json | None:
    """A value as an ExtendedValue; None for a blank."""
    if value is None:
        return None
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, CellError):
        message = {"message": value.message} if value.message else {}
        return {"errorValue": {"type": value.type, **message}}
    if isinstance(value, str):
        return {"stringValue": value}
    return {"numberValue": proto.plain(value)}
