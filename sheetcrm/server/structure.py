"""
Rows and columns inserted, deleted or moved → everything that names a place follows.

Formulas, rules, ranges, filters, groups, sizes and metadata all go through one `Edit`, so that they cannot disagree.
A range of which nothing is left is dropped, and so is the rule or mark that lived on it.
"""

from collections.abc import Callable
from typing import Any

from sheetcrm.server import embedded, formulas, pivots, structured
from sheetcrm.server.edits import Edit
from sheetcrm.server.fills import Followers
from sheetcrm.server.grid import Formula, moved
from sheetcrm.server.model import Sheet, Spreadsheet
from sheetcrm.server.rules import Validation, rewritten

Json = dict[str, Any]
Change = Callable[[str, Sheet], str]
CellChange = Callable[[str, int], str]
"""A formula and the 0-based row of its cell, as it is by then → the formula."""

MAIN = {"ROWS": ("startRowIndex", "endRowIndex"), "COLUMNS": ("startColumnIndex", "endColumnIndex")}
CROSS = {"ROWS": MAIN["COLUMNS"], "COLUMNS": MAIN["ROWS"]}


def insert(
    spreadsheet: Spreadsheet, sheet: Sheet, dimension: Any, start: int, end: int, *, inherit_before: bool
) -> None:
    """Insert rows or columns [start, end); looks and rules come from the neighbour before or after."""
    sheet.resize(dimension, sheet.extent(dimension) + end - start)
    spreadsheet.check_size()
    apply(spreadsheet, sheet, Edit(dimension, start, end, "insert"))
    neighbour = start - 1 if inherit_before else end
    if 0 <= neighbour < sheet.extent(dimension):
        _inherit(sheet, dimension, range(start, end), neighbour)


def _inherit(sheet: Sheet, dimension: str, new: range, neighbour: int) -> None:
    size = sheet.sizes[dimension].get(neighbour)
    if size:
        kept = {key: value for key, value in size.items() if key == "pixelSize"}
        sheet.sizes[dimension].update({index: kept for index in new if kept})
    grid = sheet.grid
    for layer in ("formats", "validations"):
        if dimension == "ROWS":
            for column, value in enumerate(grid.cells(layer, neighbour)):
                for row in new if value is not None else ():
                    grid.put(layer, row, column, value)
        else:
            for row in range(len(grid.rows)):
                value = grid.get(layer, row, neighbour)
                for column in new if value is not None else ():
                    grid.put(layer, row, column, value)
    grid.touch(0 if dimension == "COLUMNS" else new.start, len(grid.rows))


def delete(spreadsheet: Spreadsheet, sheet: Sheet, dimension: Any, start: int, end: int) -> None:
    """Delete rows or columns [start, end)."""
    apply(spreadsheet, sheet, Edit(dimension, start, end, "delete"))
    sheet.resize(dimension, sheet.extent(dimension) - (end - start))
    frozen = "frozenRowCount" if dimension == "ROWS" else "frozenColumnCount"
    grid_properties = sheet.properties["gridProperties"]
    lost = max(0, min(end, grid_properties.get(frozen, 0)) - start)
    if lost:
        left = {**grid_properties, frozen: grid_properties[frozen] - lost}
        sheet.properties = {**sheet.properties, "gridProperties": left}


def apply(spreadsheet: Spreadsheet, sheet: Sheet, edit: Edit) -> None:
    """Carry out an edit of whole rows or columns: cells, and everything that points at them."""
    _reanchor(sheet, edit)
    _edit_cells(sheet, edit)
    sizes = sheet.sizes[edit.dimension]
    landed = ((edit.index(index), size) for index, size in sizes.items())
    sheet.sizes[edit.dimension] = {index: size for index, size in landed if index is not None}
    follow(spreadsheet, sheet, edit)


def follow(spreadsheet: Spreadsheet, sheet: Sheet, edit: Edit) -> None:
    """Let everything that points into a sheet follow an edit of its cells."""
    rewrite(
        spreadsheet,
        lambda formula, at: formulas.edited(formula, formula_sheet=at.title, edited_sheet=sheet.title, edit=edit),
        lambda at: Followers(at.title, sheet.title, edit),
    )
    for kind, things in sheet.things.items():
        if kind not in (*embedded.KEYS, "tables"):
            sheet.things[kind] = _following(things, edit, sheet.id)
    _follow_objects(spreadsheet, sheet, edit)
    sheet.things["merges"] = [merge for merge in sheet.things["merges"] if cell_count(merge) > 1]
    spreadsheet.named_ranges = _following(spreadsheet.named_ranges, edit, sheet.id)
    if edit.across is None:
        marks = (_follow_mark(one, edit, sheet.id) for one in spreadsheet.metadata)
        spreadsheet.metadata = [one for one in marks if one is not None]
    spreadsheet.restructured()


def _follow_objects(spreadsheet: Spreadsheet, sheet: Sheet, edit: Edit) -> None:
    def place(grid_range: Json) -> Json | None:
        return _grid_range(grid_range, edit, sheet.id)

    tables = (structured.followed(table, edit, place) for table in sheet.things["tables"])
    sheet.things["tables"] = [table for table in tables if table is not None]
    embedded.follow(spreadsheet, sheet, edit, place)
    for other in spreadsheet.grids:
        for row, column, table in list(pivots.places(other.grid)):
            moved_table = pivots.followed(table, edit, sheet.id, place)
            if moved_table is not table:
                other.grid.put("pivots", row, column, moved_table)
                other.grid.touch(row, row + 1)


def _edit_cells(sheet: Sheet, edit: Edit) -> None:
    grid = sheet.grid
    if edit.dimension == "ROWS":
        if edit.kind == "insert":
            grid.insert_rows(edit.start, edit.size)
        elif edit.kind == "delete":
            grid.delete_rows(edit.start, edit.end)
        else:
            grid.move_rows(edit.start, edit.end, edit.to)
    else:
        grid.edit_columns(lambda cells: edited_cells(cells, edit))


def edited_cells(cells: list[Any], edit: Edit) -> list[Any]:
    """A list of cells, one for each index of the edit's dimension, after the edit."""
    if edit.kind == "delete":
        return cells[: edit.start] + cells[edit.end :]
    if edit.kind == "insert":
        return cells[: edit.start] + [None] * edit.size + cells[edit.start :] if len(cells) > edit.start else cells
    return moved(cells, edit.start, edit.end, edit.to)


def _following(things: list[Json], edit: Edit, sheet_id: int) -> list[Json]:
    followed = (follow_ranges(thing, edit, sheet_id) for thing in things)
    return [thing for thing in followed if thing is not None]


def follow_ranges(value: Any, edit: Edit, sheet_id: int) -> Any:
    """A copy of some JSON with every range in it moved along; None when the range that it is about is gone."""
    if not isinstance(value, dict):
        return value
    if (
        MAIN["ROWS"][0] in value
        or MAIN["COLUMNS"][0] in value
        or MAIN["ROWS"][1] in value
        or MAIN["COLUMNS"][1] in value
    ):
        return _grid_range(value, edit, sheet_id)
    if "dimension" in value and "startIndex" in value:
        return _dimension_range(value, edit, sheet_id)
    result = {}
    for key, part in value.items():
        followed = _field(key, part, edit, sheet_id)
        if followed is None and key in ("range", "ranges"):
            return None
        result[key] = followed
    return result


def _field(key: str, part: Any, edit: Edit, sheet_id: int) -> Any:
    if key in ("filterSpecs", "sortSpecs"):
        return _specs(part, edit)
    if isinstance(part, list):
        parts = [follow_ranges(one, edit, sheet_id) for one in part]
        return [one for one in parts if one is not None] or (None if key == "ranges" else [])
    return follow_ranges(part, edit, sheet_id)


def _specs(specs: list[Json], edit: Edit) -> list[Json]:
    if edit.dimension != "COLUMNS" or edit.across is not None:
        return specs
    result = []
    for spec in specs:
        key = "columnIndex" if "columnIndex" in spec else "dimensionIndex"
        index = edit.index(spec.get(key, 0))
        if index is not None:
            result.append({**spec, key: index})
    return result


def _grid_range(value: Json, edit: Edit, sheet_id: int) -> Json | None:
    first, last = MAIN[edit.dimension]
    crossing = tuple(value.get(key) for key in CROSS[edit.dimension])
    if value.get("sheetId", 0) != sheet_id or not edit.touches(*crossing):
        return value
    if first not in value and last not in value:
        return value
    span = edit.span(value.get(first), value.get(last))
    if span is None:
        return None
    rest = {key: part for key, part in value.items() if key not in (first, last)}
    return rest | {key: index for key, index in zip((first, last), span, strict=True) if index is not None}


def cell_count(grid_range: Json) -> int:
    """How many cells a closed GridRange has."""
    height = grid_range["endRowIndex"] - grid_range["startRowIndex"]
    return int(height * (grid_range["endColumnIndex"] - grid_range["startColumnIndex"]))


def _dimension_range(value: Json, edit: Edit, sheet_id: int) -> Json | None:
    if value.get("sheetId", 0) != sheet_id or value["dimension"] != edit.dimension or edit.across is not None:
        return value
    span = edit.span(value["startIndex"], value["endIndex"])
    return None if span is None else {**value, "startIndex": span[0], "endIndex": span[1]}


def _follow_mark(one: Json, edit: Edit, sheet_id: int) -> Json | None:
    span = one["location"].get("dimensionRange")
    if span is None:
        return one
    followed = _dimension_range(span, edit, sheet_id)
    return None if followed is None else {**one, "location": {**one["location"], "dimensionRange": followed}}


def rewrite(spreadsheet: Spreadsheet, change: Change, in_cells: Callable[[Sheet], CellChange] | None = None) -> None:
    """
    Change every formula of a spreadsheet: in cells, in rules and in validations.

    `in_cells` makes what does the same for the cells of a sheet, told their rows too.
    """
    for sheet in spreadsheet.directory.filled:
        here = _on(sheet, change)
        _rewrite_rules(sheet, here)
        if sheet.grid.has_formulas:
            _rewrite_cells(sheet, in_cells(sheet) if in_cells else _anywhere(here))
        for kind, things in sheet.things.items():
            _rewrite_things(sheet, kind, things, here)


def _rewrite_things(sheet: Sheet, kind: str, things: list[Json], change: Callable[[str], str]) -> None:
    changed = [rewritten(thing, change) for thing in things]
    if any(new is not old for new, old in zip(changed, things, strict=True)):
        sheet.things[kind] = changed


def _on(sheet: Sheet, change: Change) -> Callable[[str], str]:
    return lambda formula: change(formula, sheet)


def _anywhere(change: Callable[[str], str]) -> CellChange:
    return lambda formula, _row: change(formula)


def _rewrite_cells(sheet: Sheet, change: CellChange) -> None:
    grid, changed = sheet.grid, list[int]()
    for index, row in enumerate(grid.rows):
        for column, content in enumerate((row.values if row else None) or ()):
            if type(content) is Formula and (text := change(content, index)) != content:
                grid.put("values", index, column, Formula(text))
                changed.append(index)
    _touch(sheet, changed)


def _touch(sheet: Sheet, rows: list[int]) -> None:
    """Say of rows, in order, that they were written: a run of them at a time."""
    start = 0
    for at, row in enumerate(rows):
        if at + 1 == len(rows) or rows[at + 1] > row + 1:
            sheet.grid.touch(rows[start], row + 1)
            start = at + 1


def _rewrite_rules(sheet: Sheet, change: Callable[[str], str]) -> None:
    grid, seen, changed = sheet.grid, dict[Validation, Validation](), list[int]()

    def new_rule(old: Validation) -> Validation:
        if old not in seen:
            rule = rewritten(old.rule, change)
            seen[old] = old if rule is old.rule else Validation(rule, old.anchor)
        return seen[old]

    for index, row in enumerate(grid.rows):
        for column, old in enumerate((row.validations if row else None) or ()):
            if old is not None and old.anchor is not None and (new := new_rule(old)) is not old:
                grid.put("validations", index, column, new)
                changed.append(index)
    _touch(sheet, changed)


def _reanchor(sheet: Sheet, edit: Edit) -> None:
    """Write every relative rule for a cell that survives the edit, and let its anchor go where that cell goes."""
    seen: dict[Validation, Validation] = {}
    changed: list[int] = []
    for index, row in enumerate(sheet.grid.rows):
        for column, old in enumerate((row.validations if row else None) or ()):
            if old is None or old.anchor is None:
                continue
            if old not in seen:
                seen[old] = _landed(old, edit)
            if seen[old] is not old:
                sheet.grid.put("validations", index, column, seen[old])
                changed.append(index)
    _touch(sheet, changed)
    rules = sheet.things["conditionalFormats"]
    sheet.things["conditionalFormats"] = [_reanchored(rule, edit, sheet.id) for rule in rules]


def _landed(old: Validation, edit: Edit) -> Validation:
    row, column = old.anchor or (0, 0)
    along, other = (row, column) if edit.dimension == "ROWS" else (column, row)
    if not edit.touches(other, other + 1):
        return old
    survivor = edit.end if edit.index(along) is None else along
    landed = edit.index(survivor)
    assert landed is not None
    if landed == survivor == along:
        return old
    if edit.dimension == "ROWS":
        return Validation(old.at(survivor, column), (landed, column))
    return Validation(old.at(row, survivor), (row, landed))


def _reanchored(rule: Json, edit: Edit, sheet_id: int) -> Json:
    """A conditional format whose formulas are written for the cell that will be its first."""
    first, _ = MAIN[edit.dimension]
    cross, _ = CROSS[edit.dimension]
    before = rule["ranges"][0]
    followed = ((one, _grid_range(one, edit, sheet_id)) for one in rule["ranges"])
    old, new = next(((one, new) for one, new in followed if new is not None), (before, None))
    if new is None or new is before:
        return rule
    source = edit.inverse().index(new.get(first, 0)) if new != old else new.get(first, 0)
    along = (source or 0) - before.get(first, 0)
    across = old.get(cross, 0) - before.get(cross, 0)
    rows, columns = (along, across) if edit.dimension == "ROWS" else (across, along)
    if not rows and not columns:
        return rule
    changed: Json = rewritten(rule, lambda formula: formulas.shifted(formula, rows, columns))
    return changed
