"""
Properties that a client asks for → properties that a spreadsheet or a sheet may have.

Titles are unique whatever the case of their letters, 1 to 100 characters.
"""

from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sheetcrm.server import proto
from sheetcrm.server.defaults import COLUMN_COUNT, ROW_COUNT
from sheetcrm.server.errors import invalid, unsupported
from sheetcrm.server.model import Sheet, Spreadsheet, check_columns

Json = dict[str, Any]

MAX_TITLE = 100


def check_spreadsheet(properties: Json) -> None:
    """Refuse spreadsheet properties that Google would refuse."""
    if not properties.get("title"):
        raise invalid("The spreadsheet title cannot be empty.")
    if not properties["spreadsheetTheme"].get("themeColors"):
        raise invalid("SpreadsheetTheme.themeColors must be set.")
    try:
        ZoneInfo(str(properties["timeZone"]))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise invalid(f"Unsupported time zone: {properties['timeZone']}") from error
    language = str(properties["locale"])
    parts = language.split("_")
    if not (len(parts) <= 2 and parts[0].isalpha() and parts[0].islower() and 2 <= len(parts[0]) <= 3):
        raise invalid(f"Unsupported locale: {language}")


def check_title(spreadsheet: Spreadsheet, title: str, own: Sheet | None = None) -> None:
    """Refuse a title that a sheet of this spreadsheet cannot have."""
    if not title:
        raise invalid("The sheet name cannot be empty.")
    if len(title) > MAX_TITLE:
        raise invalid(f"The sheet name cannot be greater than {MAX_TITLE} characters.")
    other = spreadsheet.titled(title)
    if other is not None and other is not own:
        raise invalid(f'A sheet with the name "{title}" already exists. Please enter another name.')


def check_grid(grid: Json) -> None:
    """Refuse a grid without cells, wider than Google's widest or frozen all over."""
    rows, columns = grid["rowCount"], grid["columnCount"]
    if rows < 1 or columns < 1:
        raise invalid("A sheet must have at least one row and one column.")
    check_columns(columns)
    for name, count, frozen in (("rows", rows, "frozenRowCount"), ("columns", columns, "frozenColumnCount")):
        if grid.get(frozen, 0) < 0:
            raise invalid(f"{frozen} cannot be negative.")
        if grid.get(frozen, 0) >= count:
            raise invalid(f"You can't freeze all visible {name} on the sheet.")


def check_supported(given: Json) -> None:
    """Refuse properties of sheets that this server could only repeat."""
    if "dataSourceSheetProperties" in given:
        raise unsupported("sheets of a data source")


def new_sheet(spreadsheet: Spreadsheet, given: Json) -> Json:
    """The properties of a sheet to add; id and title are made up when not given."""
    if given.get("sheetType", "GRID") != "GRID":
        raise unsupported(f"sheets of type {given['sheetType']}")
    check_supported(given)
    grid = {
        "rowCount": ROW_COUNT,
        "columnCount": COLUMN_COUNT,
        **{k: v for k, v in given.get("gridProperties", {}).items() if v},
    }
    check_grid(grid)
    rest = {key: value for key, value in given.items() if key not in ("sheetId", "title", "index", "gridProperties")}
    made: Json = proto.colored(rest, spreadsheet.theme)
    named = _named(spreadsheet, given, "Sheet", len(spreadsheet.sheets) + 1)
    return {**named, "sheetType": "GRID", "gridProperties": grid, **made}


def object_sheet(spreadsheet: Spreadsheet, given: Json) -> Json:
    """The properties of a sheet that holds one chart, and has no grid; id and title are made up when not given."""
    check_supported(given)
    rest = {key: value for key, value in given.items() if key not in ("sheetId", "title", "index", "gridProperties")}
    return {**_named(spreadsheet, given, "Chart", 1), **rest, "sheetType": "OBJECT"}


def _named(spreadsheet: Spreadsheet, given: Json, prefix: str, number: int) -> Json:
    """The id and the title of a sheet to add; the title is the first that is free from `number` on."""
    taken = spreadsheet.directory.by_id
    sheet_id = given.get("sheetId")
    if sheet_id is None:
        sheet_id = spreadsheet.fresh_id(taken.__contains__)
    if sheet_id in taken:
        raise invalid(f"Sheet with id {sheet_id} already exists")
    if sheet_id < 0:
        raise invalid(f"sheetId must be greater than or equal to 0, but was {sheet_id}")
    title = given.get("title") or spreadsheet.directory.free_title(lambda number: f"{prefix}{number}", number)
    check_title(spreadsheet, title)
    return {"sheetId": sheet_id, "title": title}
