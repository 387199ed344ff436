"""Spreadsheets for tests of the server's state: made, filled and read in one line each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sheetcrm.server import door, spreadsheets, values
from sheetcrm.server.model import Spreadsheet
from tests.server import answers

Json = dict[str, Any]

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def book(*rows: list[Any], rows_in_grid: int = 1000, columns_in_grid: int = 26, **properties: Any) -> Spreadsheet:
    """A spreadsheet whose first sheet, `Sheet1` with id 0, holds these rows as a person would type them."""
    grid = {"rowCount": rows_in_grid, "columnCount": columns_in_grid}
    body = {"properties": properties, "sheets": [{"properties": {"gridProperties": grid}}]}
    made = spreadsheets.create(body, new_id="book")
    made.now = lambda: NOON
    if rows:
        put(made, "Sheet1!A1", *rows)
    return made


def do(spreadsheet: Spreadsheet, *requests: Json) -> list[Json]:
    """Run requests through the door and answer their replies."""
    body = {"requests": list(requests)}
    door.check(body, "BatchUpdateSpreadsheetRequest")
    answer = spreadsheets.batch_update(spreadsheet, body)
    fits(answer, "BatchUpdateSpreadsheetResponse")
    replies: list[Json] = answer["replies"]
    return replies


def put(spreadsheet: Spreadsheet, range_: str, *rows: list[Any], option: str = "USER_ENTERED") -> Json:
    """Write rows at a range."""
    return values.update(spreadsheet, range_, {"values": list(rows)}, value_input_option=option)


def read(spreadsheet: Spreadsheet, range_: str = "Sheet1", option: str = "UNFORMATTED_VALUE") -> list[list[Any]]:
    """The values of a range."""
    found: list[list[Any]] = values.get(spreadsheet, range_, value_render_option=option).get("values", [])
    return found


def formulas(spreadsheet: Spreadsheet, range_: str = "Sheet1") -> list[list[Any]]:
    """What was typed into a range."""
    return read(spreadsheet, range_, "FORMULA")


def first_sheet(spreadsheet: Spreadsheet, fields: str | None = None) -> Json:
    """What `get` says of the first sheet."""
    found: Json = spreadsheets.get(spreadsheet, ranges=[], include_grid_data=False, fields=fields)["sheets"][0]
    return found


def cells(spreadsheet: Spreadsheet, range_: str, field: str) -> list[list[Any]]:
    """One field of CellData over a range; None where a cell has none."""
    mask = f"sheets.data.rowData.values.{field}"
    found = spreadsheets.get(spreadsheet, ranges=[range_], include_grid_data=False, fields=mask)
    rows = found["sheets"][0]["data"][0].get("rowData", [])
    return [[cell.get(field) for cell in row.get("values", [])] for row in rows]


def everything(spreadsheet: Spreadsheet) -> Json:
    """All that can be read."""
    found = spreadsheets.get(spreadsheet, ranges=[], include_grid_data=True, fields=None)
    fits(found, "Spreadsheet")
    return found


def fits(answer: Json, schema: str) -> None:
    """Fail when an answer is not as Google describes it."""
    wrong = list(answers.fitting(answer, {"$ref": schema}, answers.document("sheets.v4")["schemas"]))
    assert not wrong, wrong[:5]


def span(top: int, bottom: int, left: int, right: int, sheet: int = 0) -> Json:
    """A closed GridRange."""
    return {
        "sheetId": sheet,
        "startRowIndex": top,
        "endRowIndex": bottom,
        "startColumnIndex": left,
        "endColumnIndex": right,
    }


def lines(dimension: str, start: int, end: int, sheet: int = 0) -> Json:
    """A DimensionRange."""
    return {"sheetId": sheet, "dimension": dimension, "startIndex": start, "endIndex": end}
