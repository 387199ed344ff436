"""
Requests about tables: add, update, delete.

A name that is sent for a column is written into its header cell, and a typed column without a name gets one, whatever
its header said.  Deleting a table deletes what is in its cells.
"""

from typing import Any

from sheetcrm.server import access, masks, proto, ranges, structure, structured
from sheetcrm.server.batch.pasting import rule_for
from sheetcrm.server.batch.registry import request
from sheetcrm.server.batch.validation import check_condition
from sheetcrm.server.errors import invalid
from sheetcrm.server.grid import LAYERS
from sheetcrm.server.model import Sheet, Spreadsheet
from sheetcrm.server.ranges import Area

Json = dict[str, Any]

NO_TYPE = "COLUMN_TYPE_UNSPECIFIED"


@request("addTable", edits="table.range")
def add_table(spreadsheet: Spreadsheet, body: Json) -> Json:
    given = body.get("table", {})
    if "range" not in given:
        raise invalid("Table.range is required.")
    area = ranges.area(spreadsheet, given["range"])
    _check_overlap(area, None)
    columns = _columns(given.get("columnProperties", []), area.width)
    named = {index: column.get("columnName") or f"Column {index + 1}" for index, column in columns.items() if column}
    table = {
        "tableId": _claim_id(spreadsheet, given.get("tableId")),
        "name": _name(spreadsheet, given),
        "range": area.json(),
    }
    if given.get("rowsProperties"):
        table["rowsProperties"] = _colored(spreadsheet, given["rowsProperties"])
    _put(spreadsheet, area.sheet, structured.with_columns(table, columns), named)
    return {"table": structured.shown(spreadsheet, area.sheet, area.sheet.things["tables"][-1])}


@request("updateTable", edits=None)
def update_table(spreadsheet: Spreadsheet, body: Json) -> None:
    given, mask = body.get("table", {}), masks.required(body.get("fields"))
    sheet, old = find(spreadsheet, given.get("tableId", ""))
    table = dict(old)
    if masks.below(mask, "name")[0]:
        table["name"] = _name(spreadsheet, given, old)
    wanted, below = masks.below(mask, "rowsProperties")
    if wanted:
        table["rowsProperties"] = _colored(
            spreadsheet, masks.merged(old.get("rowsProperties"), given.get("rowsProperties"), below)
        )
        if not table["rowsProperties"]:
            del table["rowsProperties"]
    area = _new_area(spreadsheet, old, table, given, mask)
    access.check_area(spreadsheet, structured.area_of(sheet, old))
    access.check_area(spreadsheet, area)
    _check_overlap(area, old)
    told = structured.columns_of(old)
    shift = old["range"]["startColumnIndex"] - area.left
    columns = {index + shift: column for index, column in told.items() if 0 <= index + shift < area.width}
    named: dict[int, str] = {}
    if masks.below(mask, "columnProperties")[0]:
        columns = _columns(given.get("columnProperties", []), area.width)
        named = {index: column.get("columnName", "") for index, column in columns.items()}
        if not all(named.values()):
            raise invalid("Table header row cell must have a value.")
    sheet.things["tables"].take(old)
    spreadsheet.sheet_changed(sheet)
    _put(spreadsheet, area.sheet, structured.with_columns({**table, "range": area.json()}, columns), named)


@request("deleteTable", edits=None)
def delete_table(spreadsheet: Spreadsheet, body: Json) -> None:
    sheet, table = find(spreadsheet, body.get("tableId", ""))
    area = structured.area_of(sheet, table)
    access.check_area(spreadsheet, area)
    for row in range(area.top, area.bottom):
        for column in range(area.left, area.right):
            for layer in LAYERS:
                sheet.grid.put(layer, row, column, None)
    sheet.grid.touch(area.top, area.bottom)
    protected = sheet.things["protectedRanges"]
    sheet.things["protectedRanges"] = [one for one in protected if one.get("tableId") != table["tableId"]]
    rules = sheet.things["conditionalFormats"]
    sheet.things["conditionalFormats"] = structured.without_rules(rules, area.json(), rule_for)
    sheet.things["tables"].take(table)
    spreadsheet.sheet_changed(sheet)


def find(spreadsheet: Spreadsheet, wanted: str) -> tuple[Sheet, Json]:
    """The sheet and the table with this id; refused when there is none."""
    found = spreadsheet.thing("tables", wanted)
    if found is None:
        raise invalid(f"No table with id: {wanted}")
    return found


def _claim_id(spreadsheet: Spreadsheet, wanted: str | None) -> str:
    if not wanted:
        return structured.fresh_id(spreadsheet)
    if spreadsheet.thing("tables", wanted) is not None:
        raise invalid(f"Cannot add table with id {wanted}: that id is already used.")
    return wanted


def _name(spreadsheet: Spreadsheet, given: Json, own: Json | None = None) -> str:
    """The name that a table is to have; the first free `Table1` when none is given for a new one."""
    name = given.get("name", "")
    if not name and own is not None:
        raise invalid("The table name cannot be empty.")
    name = name or spreadsheet.directory.free_name("tables", lambda number: f"Table{number}")
    other = structured.named(spreadsheet, name)
    if other is not None and other is not own:
        raise invalid(f'A table with the name "{name}" already exists. Please enter another name.')
    return str(name)


def _colored(spreadsheet: Spreadsheet, rows: Json) -> Json:
    """Colours as they are kept; there is only one spelling of them here."""
    return {
        key: proto.colored({"colorStyle": style}, spreadsheet.theme)["colorStyle"]
        for key, style in rows.items()
        if style
    }


def _new_area(spreadsheet: Spreadsheet, old: Json, table: Json, given: Json, mask: masks.Mask | None) -> Area:
    """Where a table is to be: as asked, or a row more or less for a footer that comes or goes."""
    if masks.below(mask, "range")[0]:
        if "range" not in given:
            raise invalid("Table.range is required.")
        return ranges.area(spreadsheet, given["range"])
    footer = structured.has_footer(table) - structured.has_footer(old)
    return ranges.area(spreadsheet, {**old["range"], "endRowIndex": old["range"]["endRowIndex"] + footer})


def _check_overlap(area: Area, own: Json | None) -> None:
    if any(table is not own for table in area.sheet.things["tables"].overlapping(area.json())):
        raise invalid("You cannot add a table to a range that already has a table.")


def _columns(given: list[Json], width: int) -> dict[int, Json]:
    """Index → what a request says of a column, `{}` for nothing at all; refused where types and lists do not agree."""
    columns: dict[int, Json] = {}
    for one in given:
        index = one.get("columnIndex", 0)
        if not 0 <= index < width:
            raise invalid(
                f"TableColumnProperties.columnIndex[{index}] is outside of the table, which has {width} columns."
            )
        if index in columns:
            raise invalid(f"TableColumnProperties.columnIndex[{index}] is given more than once.")
        _check_rule(one)
        columns[index] = {key: part for key, part in one.items() if key != "columnIndex" and part and part != NO_TYPE}
    return columns


def _check_rule(column: Json) -> None:
    condition = column.get("dataValidationRule", {}).get("condition")
    if column.get("columnType") != "DROPDOWN":
        if condition:
            raise invalid("Cannot set condition for non-dropdown column type.")
        return
    if not condition:
        raise invalid("Condition must be set for dropdown column type.")
    if condition.get("type") != "ONE_OF_LIST":
        raise invalid("The condition of a dropdown column must be of type ONE_OF_LIST.")
    check_condition(condition)


def _put(spreadsheet: Spreadsheet, sheet: Sheet, table: Json, named: dict[int, str]) -> None:
    """Put a table on a sheet: names into its header, and what check boxes begin with into its cells."""
    area = structured.area_of(sheet, table)
    for index, name in named.items():
        sheet.grid.put("values", area.top, area.left + index, name)
        sheet.grid.put("runs", area.top, area.left + index, None)
    sheet.grid.touch(area.top, area.top + 1)
    sheet.things["tables"].add(table)
    structured.fill(sheet, table)
    structured.settle(sheet, table)
    spreadsheet.sheet_changed(sheet)


def make_room(spreadsheet: Spreadsheet, table_id: str, rows: int, width: int) -> tuple[Sheet, int, int]:
    """(sheet, row, column) where rows appended to a table begin: below its last filled row; a full table grows."""
    sheet, table = find(spreadsheet, table_id)
    body = structured.body_of(sheet, table)
    if width > body.width:
        raise invalid(
            f"Attempting to write column: {body.right}, beyond the last requested column of: {body.right - 1}"
        )
    top = structured.filled_until(sheet, table)
    missing = top + rows - body.bottom
    if missing > 0:
        _grow(spreadsheet, sheet, table, missing)
    return sheet, top, body.left


def _grow(spreadsheet: Spreadsheet, sheet: Sheet, table: Json, missing: int) -> None:
    """Give a table more rows at the end of its body: the blank ones below it, or new ones."""
    place = table["range"]
    end = place["endRowIndex"]
    grown = {**place, "endRowIndex": end + missing}
    below = {**grown, "startRowIndex": end}
    free = end + missing <= sheet.row_count and not sheet.things["tables"].overlapping(below)
    area = Area(sheet, end, end + missing, place["startColumnIndex"], place["endColumnIndex"])
    last = sheet.grid.last_row("values", area.top, area.bottom, area.left, area.right)
    if structured.has_footer(table) or not free or last > end:
        start = structured.body_of(sheet, table).bottom
        structure.insert(spreadsheet, sheet, "ROWS", start, start + missing, inherit_before=True)
    found = sheet.things["tables"].find(table["tableId"])
    if found is not None:
        sheet.things["tables"].put({**found, "range": grown})
    spreadsheet.sheet_changed(sheet)
