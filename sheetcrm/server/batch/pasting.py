"""
Requests that move or copy cells: copyPaste, cutPaste, insertRange, deleteRange.

A copied formula points elsewhere, by as much as it moved.  A cut one does not: whatever pointed at it follows instead.
Developer metadata stays where it is, on rows and columns: cutting a column leaves its mark behind.
"""

from collections.abc import Iterator
from typing import Any

from sheetcrm.server import access, embedded, formulas, ranges
from sheetcrm.server.batch.registry import request
from sheetcrm.server.cell_error import CellError
from sheetcrm.server.edits import Edit
from sheetcrm.server.errors import invalid, unsupported
from sheetcrm.server.grid import LAYERS, Formula, Layer
from sheetcrm.server.model import Sheet, Spreadsheet
from sheetcrm.server.ranges import Area
from sheetcrm.server.rules import Validation, rewritten
from sheetcrm.server.structure import follow, rewrite

Json = dict[str, Any]
Snippet = dict[Layer, Any]

PASTED: dict[str, tuple[Layer, ...]] = {
    "PASTE_NORMAL": LAYERS,
    "PASTE_VALUES": ("values",),
    "PASTE_FORMAT": ("formats", "runs"),
    "PASTE_NO_BORDERS": LAYERS,
    "PASTE_FORMULA": ("values",),
    "PASTE_DATA_VALIDATION": ("validations",),
    "PASTE_CONDITIONAL_FORMATTING": (),
}
WITH_RULES = frozenset({"PASTE_NORMAL", "PASTE_FORMAT", "PASTE_NO_BORDERS", "PASTE_CONDITIONAL_FORMATTING"})


@request("copyPaste", edits=None)
def copy_paste(spreadsheet: Spreadsheet, body: Json) -> None:
    source = ranges.area(spreadsheet, body.get("source"))
    kind = body.get("pasteType", "PASTE_NORMAL")
    turned = body.get("pasteOrientation") == "TRANSPOSE"
    paste = _Paste(spreadsheet, source, kind, turned=turned)
    for target in _tiles(spreadsheet, paste, body.get("destination")):
        paste.into(target)
        if kind in WITH_RULES and not turned:
            _copy_rules(spreadsheet, source, target)
            if kind != "PASTE_CONDITIONAL_FORMATTING":
                _copy_merges(spreadsheet, source, target)


def _tiles(spreadsheet: Spreadsheet, paste: "_Paste", destination: Json | None) -> Iterator[Area]:
    """Where the source goes: once, or as often as it fits when the destination is a multiple of it."""
    given = ranges.area(spreadsheet, destination)
    rows = given.height // paste.height if given.height % paste.height == 0 else 1
    columns = given.width // paste.width if given.width % paste.width == 0 else 1
    for row in range(rows):
        for column in range(columns):
            top, left = given.top + row * paste.height, given.left + column * paste.width
            yield _placed(given.sheet, top, left, paste.height, paste.width)


def _placed(sheet: Sheet, top: int, left: int, height: int, width: int) -> Area:
    for key, index in (("rowIndex", top), ("columnIndex", left)):
        if index < 0:
            raise invalid(f"GridCoordinate.{key}[{index}] must be at least 0")
    area = Area(sheet, top, top + height, left, left + width)
    if area.bottom > sheet.row_count or area.right > sheet.column_count:
        raise ranges.beyond(sheet, area.name)
    return area


class _Paste:
    """Cells picked up from an area, to be put down as often as wanted."""

    def __init__(self, spreadsheet: Spreadsheet, source: Area, kind: str, *, turned: bool) -> None:
        self._spreadsheet = spreadsheet
        self._kind = kind
        self._layers = PASTED.get(kind, LAYERS)
        self._source = source
        self.cells = [
            (row, column, self._picked(row, column))
            for row in range(source.top, source.bottom)
            for column in range(source.left, source.right)
        ]
        self._turned = turned
        self.height, self.width = (source.width, source.height) if turned else (source.height, source.width)

    def _picked(self, row: int, column: int) -> Snippet:
        sheet = self._source.sheet
        cell = sheet.grid.snip(row, column)
        if self._kind == "PASTE_VALUES":
            value = self._spreadsheet.value(sheet, row, column)
            cell["values"] = value.text if isinstance(value, CellError) else value
        if self._kind == "PASTE_NO_BORDERS" and "formats" in cell:
            plain = {key: part for key, part in cell["formats"].items() if key != "borders"}
            cell["formats"] = self._spreadsheet.shared(plain)
        return cell

    def into(self, target: Area) -> None:
        """Put the cells down; formulas move by as much as their cell does, and relative rules mean that anyway."""
        access.check_area(self._spreadsheet, target)
        for row, column, cell in self.cells:
            down, right = row - self._source.top, column - self._source.left
            if self._turned:
                down, right = right, down
            at = (target.top + down, target.left + right)
            for layer in self._layers:
                value = cell.get(layer)
                if isinstance(value, Formula):
                    value = Formula(formulas.shifted(value, at[0] - row, at[1] - column))
                target.sheet.grid.put(layer, *at, value)
        target.sheet.grid.touch(target.top, target.bottom)


def _copy_merges(spreadsheet: Spreadsheet, source: Area, target: Area) -> None:
    own = _inside(source)
    _merge(target, [_shifted(merge, source, target) for merge in own], kept=own)
    spreadsheet.sheet_changed(target.sheet)


def _merge(area: Area, wanted: list[Json], *, kept: list[Json]) -> None:
    """Put merges into an area instead of those that are there, but for some."""
    merges = area.sheet.things["merges"]
    for old in merges.overlapping(area.json()):
        if old not in kept:
            merges.take(old)
    for merge in wanted:
        if merges.find(merges.kind.key(merge)) is not None:
            merges.put(merge)
        else:
            merges.add(merge)


def _inside(area: Area) -> list[Json]:
    merges = area.sheet.things["merges"]
    return [merge for merge in merges.overlapping(area.json()) if ranges.contains(area.json(), merge)]


def _shifted(grid_range: Json, source: Area, target: Area) -> Json:
    down, right = target.top - source.top, target.left - source.left
    return {
        "sheetId": target.sheet.id,
        "startRowIndex": grid_range["startRowIndex"] + down,
        "endRowIndex": grid_range["endRowIndex"] + down,
        "startColumnIndex": grid_range["startColumnIndex"] + right,
        "endColumnIndex": grid_range["endColumnIndex"] + right,
    }


def _copy_rules(spreadsheet: Spreadsheet, source: Area, target: Area) -> None:
    """Let the conditional formats of the source hold for the target too."""
    rules: list[Json] = []
    for rule in source.sheet.things["conditionalFormats"]:
        copies = [_shifted(part, source, target) for one in rule["ranges"] if (part := _common(one, source))]
        new = [copy for copy in copies if not any(ranges.contains(one, copy) for one in rule["ranges"])]
        if target.sheet is source.sheet:
            rules.append({**rule, "ranges": rule["ranges"] + new} if new else rule)
        elif new:
            rules.append(rule_for(rule, new))
    if target.sheet is source.sheet:
        target.sheet.things["conditionalFormats"] = rules
    else:
        target.sheet.things["conditionalFormats"] = target.sheet.things["conditionalFormats"] + rules
    spreadsheet.sheet_changed(target.sheet)


def rule_for(rule: Json, places: list[Json]) -> Json:
    """A rule for other places, its formulas written for the first of them."""
    first = rule["ranges"][0]
    rows = places[0]["startRowIndex"] - first["startRowIndex"]
    columns = places[0]["startColumnIndex"] - first["startColumnIndex"]
    changed = rewritten(rule, lambda formula: formulas.shifted(formula, rows, columns))
    return {**changed, "ranges": places}


def _common(grid_range: Json, area: Area) -> Json | None:
    top, bottom = max(grid_range["startRowIndex"], area.top), min(grid_range["endRowIndex"], area.bottom)
    left, right = max(grid_range["startColumnIndex"], area.left), min(grid_range["endColumnIndex"], area.right)
    if top >= bottom or left >= right:
        return None
    return Area(area.sheet, top, bottom, left, right).json()


@request("cutPaste", edits="source")
def cut_paste(spreadsheet: Spreadsheet, body: Json) -> None:
    """The source is emptied, whatever of it is put down elsewhere."""
    source = ranges.area(spreadsheet, body.get("source"))
    corner = body.get("destination", {})
    sheet = ranges.target_of(spreadsheet, {"sheetId": corner.get("sheetId", 0)}).sheet
    target = _placed(sheet, corner.get("rowIndex", 0), corner.get("columnIndex", 0), source.height, source.width)
    access.check_area(spreadsheet, target)
    kind = body.get("pasteType", "PASTE_NORMAL")
    if kind == "PASTE_CONDITIONAL_FORMATTING":
        raise unsupported("cutPaste of conditional formatting alone")
    merges = [_shifted(merge, source, target) for merge in _inside(source)] if kind in WITH_RULES else []
    cells = _Paste(spreadsheet, source, kind, turned=False).cells
    for row, column in _places(source):
        _put(source.sheet, row, column, {})
    for merge in _inside(source):
        source.sheet.things["merges"].take(merge)
    for row, column, cell in cells:
        if "validations" in cell:
            cell["validations"] = cell["validations"].moved(target.top - source.top, target.left - source.left)
        for layer in PASTED.get(kind, LAYERS):
            sheet.grid.put(layer, row + target.top - source.top, column + target.left - source.left, cell.get(layer))
    if kind in WITH_RULES:
        _merge(target, merges, kept=[])
    source.sheet.grid.touch(source.top, source.bottom)
    sheet.grid.touch(target.top, target.bottom)
    if "values" in PASTED.get(kind, LAYERS):
        _relocate(spreadsheet, source, target)


def _relocate(spreadsheet: Spreadsheet, source: Area, target: Area) -> None:
    from_area, to_area = (
        formulas.Area(area.sheet.title, (area.top, area.bottom), (area.left, area.right)) for area in (source, target)
    )
    rewrite(
        spreadsheet,
        lambda formula, at: formulas.relocated(formula, formula_sheet=at.title, source=from_area, target=to_area),
    )

    def place(one: Json) -> Json:
        inside = ranges.contains(source.json(), one) and "endRowIndex" in one
        return _shifted(one, source, target) if inside else one

    spreadsheet.named_ranges = [{**named, "range": place(named["range"])} for named in spreadsheet.named_ranges]
    embedded.relocate(spreadsheet, place, target.left - source.left)
    _relocate_tables(source, target, place)
    spreadsheet.restructured()


def _relocate_tables(source: Area, target: Area, place: embedded.Place) -> None:
    """Move the tables that were cut as a whole; of any other only cells are gone."""
    tables = source.sheet.things["tables"]
    cut = [table for table in tables if ranges.contains(source.json(), table["range"])]
    source.sheet.things["tables"] = [table for table in tables if table not in cut]
    kept = target.sheet.things["tables"]
    moved = [{**table, "range": place(table["range"])} for table in cut]
    if any(ranges.overlap(one["range"], other["range"]) for one in moved for other in kept):
        raise invalid("You cannot paste a table over another table.")
    target.sheet.things["tables"] = kept + moved


def _places(area: Area) -> Iterator[tuple[int, int]]:
    return ((row, column) for row in range(area.top, area.bottom) for column in range(area.left, area.right))


def _put(sheet: Sheet, row: int, column: int, cell: Snippet) -> None:
    for layer in LAYERS:
        sheet.grid.put(layer, row, column, cell.get(layer))


@request("insertRange", edits=None)
def insert_range(spreadsheet: Spreadsheet, body: Json) -> None:
    _shift(spreadsheet, body, "insert")


@request("deleteRange", edits=None)
def delete_range(spreadsheet: Spreadsheet, body: Json) -> None:
    _shift(spreadsheet, body, "delete")


def _shift(spreadsheet: Spreadsheet, body: Json, kind: Any) -> None:
    """Push the cells beside an area away, or pull them in; the grid grows when content would fall off."""
    area = ranges.area(spreadsheet, body.get("range"))
    dimension = body.get("shiftDimension")
    if dimension == "ROWS":
        edit = Edit("ROWS", area.top, area.bottom, kind, across=(area.left, area.right))
    elif dimension == "COLUMNS":
        edit = Edit("COLUMNS", area.left, area.right, kind, across=(area.top, area.bottom))
    else:
        raise invalid("shiftDimension is required.")
    sheet = area.sheet
    if sheet.things["merges"].overlapping(area.json()):
        raise invalid("You can't shift cells that are part of a merge.")
    _pin(sheet)
    cells = [(row, column, sheet.grid.snip(row, column)) for row, column in _band(sheet, edit)]
    for row, column, _ in cells:
        _put(sheet, row, column, {})
    for row, column, cell in cells:
        _land(sheet, edit, (row, column), cell)
    sheet.grid.touch(0, len(sheet.grid.rows))
    spreadsheet.check_size()
    follow(spreadsheet, sheet, edit)


def _band(sheet: Sheet, edit: Edit) -> Iterator[tuple[int, int]]:
    """The cells that an edit of part of the rows or columns moves."""
    first, last = edit.across or (0, 0)
    if edit.dimension == "ROWS":
        return ((row, column) for row in range(edit.start, len(sheet.grid.rows)) for column in range(first, last))
    rows = range(first, min(last, len(sheet.grid.rows)))
    return ((row, column) for row in rows for column in range(edit.start, sheet.column_count))


def _land(sheet: Sheet, edit: Edit, place: tuple[int, int], cell: Snippet) -> None:
    along = edit.index(place[0] if edit.dimension == "ROWS" else place[1])
    if along is None or not cell:
        return
    row, column = (along, place[1]) if edit.dimension == "ROWS" else (place[0], along)
    if along >= sheet.extent(edit.dimension):
        if "values" not in cell and "notes" not in cell:
            return
        sheet.resize(edit.dimension, along + 1)
    if isinstance(cell.get("validations"), Validation) and cell["validations"].anchor is not None:
        cell["validations"] = Validation(cell["validations"].rule, (row, column))
    _put(sheet, row, column, cell)


def _pin(sheet: Sheet) -> None:
    """Write every relative rule for its own cell, so that cells can move apart."""
    for index, row in enumerate(sheet.grid.rows):
        for column, old in enumerate((row.validations if row else None) or ()):
            if old is not None and old.anchor is not None:
                sheet.grid.put("validations", index, column, old.anchored(index, column))
