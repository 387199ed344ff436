"""
Tables → their columns by name, and what follows when cells, rows or columns change.

A column's name is the text of its header cell and is kept nowhere else, so that the two cannot disagree.  A header cell
always holds a plain text: a blank one or a formula becomes `Column 3` when the change is done.
"""

from collections.abc import Callable, Iterator
from typing import Any

from sheetcrm.server import display, proto
from sheetcrm.server.edits import Edit
from sheetcrm.server.grid import Formula
from sheetcrm.server.inherited import NumberFormats
from sheetcrm.server.model import Sheet, Spreadsheet
from sheetcrm.server.ranges import Area, contains, overlap

Json = dict[str, Any]

# What a cell of a typed column holds when nobody has filled it in.
DEFAULTS: dict[str, bool | int] = {"BOOLEAN": False, "RATINGS_CHIP": 0}


def area_of(sheet: Sheet, table: Json) -> Area:
    """The cells of a table, its header row first."""
    place = table["range"]
    rows, columns = (place["startRowIndex"], place["endRowIndex"]), (place["startColumnIndex"], place["endColumnIndex"])
    return Area(sheet, *rows, *columns)


def has_footer(table: Json) -> bool:
    """Whether the last row of a table is its footer."""
    return "footerColorStyle" in table.get("rowsProperties", {})


def body_of(sheet: Sheet, table: Json) -> Area:
    """The cells of a table between its header and its footer; it may have no rows."""
    area = area_of(sheet, table)
    bottom = area.bottom - has_footer(table)
    return Area(sheet, area.top + 1, max(area.top + 1, bottom), area.left, area.right)


def part_of(sheet: Sheet, table: Json, part: str) -> Area | None:
    """The cells that `part` stands for in a formula; None when there are none."""
    area, body = area_of(sheet, table), body_of(sheet, table)
    totals = Area(sheet, area.bottom - has_footer(table), area.bottom, area.left, area.right)
    rows = {"#all": area, "#data": body, "#totals": totals}
    rows["#headers"] = Area(sheet, area.top, area.top + 1, area.left, area.right)
    found = rows.get(part.casefold())
    if found is None and part.casefold() in (known := _folded(sheet, area)):
        left = area.left + known.index(part.casefold())
        found = Area(sheet, body.top, body.bottom, left, left + 1)
    return found if found is not None and found.height > 0 else None


def names(sheet: Sheet, area: Area) -> list[str]:
    """The names of the columns of a table, as plain texts."""
    cells = (sheet.grid.get("values", area.top, column) for column in range(area.left, area.right))
    return [display.text(cell, None, "en_US") for cell in cells]


def _folded(sheet: Sheet, area: Area) -> list[str]:
    return [name.casefold() for name in names(sheet, area)]


def kept_columns(columns: dict[int, Json]) -> list[Json]:
    """Index of a column in its table → what is said of it, as a list in order; only what is said is kept."""
    listed = []
    for index, column in sorted(columns.items()):
        told = {key: part for key, part in column.items() if key in ("columnType", "dataValidationRule")}
        if told:
            listed.append({"columnIndex": index, **told})
    return listed


def columns_of(table: Json) -> dict[int, Json]:
    """Index of a column in its table → its type and its rule, for those that have one."""
    return {column["columnIndex"]: column for column in table.get("columnProperties", [])}


def shown(spreadsheet: Spreadsheet, sheet: Sheet, table: Json) -> Json:
    """A table as Google prints it: with an entry for every column, named by its header."""
    area, told = area_of(sheet, table), columns_of(table)
    columns = []
    for index in range(area.width):
        name = _text(spreadsheet, sheet, area.top, area.left + index)
        column = {**told.get(index, {}), "columnIndex": index, "columnName": name}
        # Not one of the fields that know whether they were set, as the `columnIndex` of a filter is.
        columns.append({key: part for key, part in column.items() if part or key != "columnIndex"})
    answer: Json = proto.shown({**table, "columnProperties": columns})
    return answer


def _text(spreadsheet: Spreadsheet, sheet: Sheet, row: int, column: int) -> str:
    content = sheet.grid.get("values", row, column)
    if isinstance(content, str) and not isinstance(content, Formula):
        return content
    value = spreadsheet.value(sheet, row, column)
    look = NumberFormats(spreadsheet).at(sheet, row, column)
    return display.text(value, look, spreadsheet.locale) if value is not None else ""


def followed(table: Json, edit: Edit, place: Callable[[Json], Json | None]) -> Json | None:
    """A table after an edit; its typed columns go where their cells go."""
    old, new = table["range"], place(table["range"])
    if new is None:
        return None
    if new == old and edit.dimension != "COLUMNS":
        return table
    told = columns_of(table)
    if edit.dimension == "COLUMNS" and edit.touches(old["startRowIndex"], old["endRowIndex"]):
        told = _moved(told, edit, old, new)
    return with_columns({**table, "range": new}, told)


def _moved(told: dict[int, Json], edit: Edit, old: Json, new: Json) -> dict[int, Json]:
    landed = ((edit.index(old["startColumnIndex"] + index), column) for index, column in told.items())
    left, right = new["startColumnIndex"], new["endColumnIndex"]
    return {index - left: column for index, column in landed if index is not None and left <= index < right}


def with_columns(table: Json, columns: dict[int, Json]) -> Json:
    """A table with other column types."""
    rest = {key: part for key, part in table.items() if key != "columnProperties"}
    kept = kept_columns(columns)
    return {**rest, **({"columnProperties": kept} if kept else {})}


def typed(sheet: Sheet, place: Json) -> bool:
    """Whether a range reaches into a column of a table that has a type."""
    for table in sheet.things["tables"]:
        body = body_of(sheet, table)
        for index in columns_of(table):
            column = Area(sheet, body.top, body.bottom, body.left + index, body.left + index + 1)
            if body.height and overlap(column.json(), place):
                return True
    return False


def fill(sheet: Sheet, table: Json) -> None:
    """Give the cells of check box and rating columns that hold nothing of the kind the value that they begin with."""
    body = body_of(sheet, table)
    for index, column in columns_of(table).items():
        default = DEFAULTS.get(column.get("columnType", ""))
        for row in range(body.top, body.bottom) if default is not None else ():
            content = sheet.grid.get("values", row, body.left + index)
            text = isinstance(content, str) and not isinstance(content, Formula)
            if content is None or (text and default is False):
                sheet.grid.put("values", row, body.left + index, default)
    sheet.grid.touch(body.top, body.bottom)


def filled_until(sheet: Sheet, table: Json) -> int:
    """The end of the last row of a table's body that somebody filled in."""
    body, told = body_of(sheet, table), columns_of(table)
    blank = [{None, DEFAULTS.get(told.get(index, {}).get("columnType", ""))} for index in range(body.width)]
    bottom = body.bottom
    while bottom > body.top:
        cells = sheet.grid.cells("values", bottom - 1)[body.left : body.right]
        if any(content not in nothing for content, nothing in zip(cells, blank, strict=False)):
            break
        bottom -= 1
    return bottom


def bands(spreadsheet: Spreadsheet, sheet: Sheet) -> Iterator[Json]:
    """The colours of the tables of a sheet, each as a BandedRange says them."""
    for table in sheet.things["tables"]:
        rows: Json = {}
        for name, style in table.get("rowsProperties", {}).items():
            color = proto.colored({"colorStyle": style}, spreadsheet.theme)
            rows[name.removesuffix("Style")] = color["color"]
            rows[name] = color["colorStyle"]
        if rows:
            yield {"range": table["range"], "rowProperties": rows}


def settle_all(spreadsheet: Spreadsheet) -> None:
    """Name every column of every table whose header cell does not; protections of tables go where these go."""
    for sheet, table in tables(spreadsheet):
        settle(sheet, table)
    for sheet in spreadsheet.sheets:
        if any("tableId" in one for one in sheet.things["protectedRanges"]):
            protect(spreadsheet, sheet)


def protect(spreadsheet: Spreadsheet, sheet: Sheet) -> None:
    """Let the protections of tables on a sheet cover what these cover now."""
    places = {table["tableId"]: table["range"] for table in sheet.things["tables"]}
    kept = []
    for protected in sheet.things["protectedRanges"]:
        place = places.get(protected.get("tableId"), protected["range"])
        kept.append(protected if place == protected["range"] else {**protected, "range": place})
    if kept != list(sheet.things["protectedRanges"]):
        sheet.things["protectedRanges"] = kept
        spreadsheet.sheet_changed(sheet)


def settle(sheet: Sheet, table: Json) -> None:
    """Name every column of a table whose header cell does not."""
    area = area_of(sheet, table)
    for index in range(area.width):
        content = sheet.grid.get("values", area.top, area.left + index)
        if content is None or isinstance(content, Formula):
            sheet.grid.put("values", area.top, area.left + index, _free(sheet, area, index))
            sheet.grid.touch(area.top, area.top + 1)


def _free(sheet: Sheet, area: Area, index: int) -> str:
    header = sheet.grid.cells("values", area.top)[area.left : area.right]
    number = index + 1
    while f"Column {number}" in header:
        number += 1
    return f"Column {number}"


def tables(spreadsheet: Spreadsheet) -> Iterator[tuple[Sheet, Json]]:
    """(sheet, table) for all tables of a spreadsheet."""
    for sheet in spreadsheet.sheets:
        for table in sheet.things["tables"]:
            yield sheet, table


def copied(spreadsheet: Spreadsheet, table: Json, target: Sheet) -> Json:
    """A table for the copy of its sheet, with an id and a name that are free."""
    name = table["name"]
    if has_name(spreadsheet, name):
        name = spreadsheet.directory.free_name("tables", lambda number: f"{table['name']}_{number}")
    place = {**table["range"], "sheetId": target.id}
    return {**table, "tableId": fresh_id(spreadsheet), "name": name, "range": place}


def has_name(spreadsheet: Spreadsheet, name: str) -> bool:
    """Whether some table has this name, whatever the case of its letters."""
    return spreadsheet.directory.has_name("tables", name.casefold())


def named(spreadsheet: Spreadsheet, name: str) -> Json | None:
    """The table of this name, whatever the case of its letters."""
    if not has_name(spreadsheet, name):
        return None
    folded = name.casefold()
    found = (table for sheet in spreadsheet.directory.filled for table in sheet.things["tables"].named(folded))
    return next(found, None)


def fresh_id(spreadsheet: Spreadsheet) -> str:
    """An id that no table has."""
    taken = spreadsheet.directory.homes("tables")
    return str(spreadsheet.fresh_id(lambda number: str(number) in taken))


def without_rules(rules: list[Json], place: Json, rule_for: Callable[[Json, list[Json]], Json]) -> list[Json]:
    """The conditional formats that hold somewhere outside of a range; `rule_for` writes one for other places."""
    left = []
    for rule in rules:
        outside = [one for one in rule["ranges"] if not contains(place, one)]
        if outside:
            left.append(rule if len(outside) == len(rule["ranges"]) else rule_for(rule, outside))
    return left
