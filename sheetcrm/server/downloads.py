"""
`…/export?format=csv&gid=…` at a spreadsheet's own address → one sheet as people see it, or with `xlsx` all of them.

Not part of the API, but what the File menu's links, google-spreadsheet and pandas' `read_csv` use.  Takes the bearer token or a page's key.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from sheetcrm.server import values
from sheetcrm.server.errors import ApiError, invalid
from sheetcrm.server.model import Sheet, Spreadsheet
from sheetcrm.server.routes import Backend, Route, path_pattern
from sheetcrm.server.wire import Request, Response

FORMATS = {"csv": ("excel", "text/csv"), "tsv": ("excel-tab", "text/tab-separated-values")}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def export(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """The sheet with the id `gid`, the first when none is given; ApiError 400 for formats that there are not."""
    spreadsheet_id = args["spreadsheetId"]
    if not backend.guard.may_view(spreadsheet_id, key=request.parameter("key"), headers=request.headers):
        backend.library.allow(spreadsheet_id, backend.guard.caller(request.headers), writing=False)
    wanted = request.parameter("format", "csv")
    if wanted == "xlsx":
        with backend.library.opened(spreadsheet_id) as (spreadsheet,):
            headers = {
                "Content-Type": XLSX,
                "Content-Disposition": _attachment(f"{spreadsheet.properties['title']}.xlsx"),
            }
            return Response(200, headers, workbook(spreadsheet))
    if wanted not in FORMATS:
        raise invalid(f"this embedded server does not export {wanted} from here; it has {', '.join(FORMATS)} and xlsx")
    dialect, kind = FORMATS[wanted]
    with backend.library.opened(spreadsheet_id) as (spreadsheet,):
        sheet = _sheet(spreadsheet, request.parameter("gid"))
        text = table(spreadsheet, sheet, dialect)
        name = f"{spreadsheet.properties['title']} - {sheet.title}.{wanted}"
    headers = {"Content-Type": f"{kind}; charset=utf-8", "Content-Disposition": _attachment(name)}
    return Response(200, headers, text.encode())


def table(spreadsheet: Spreadsheet, sheet: Sheet, dialect: str) -> str:
    """A sheet's formatted values in a dialect of the csv module: rows of one width, no line break at the end."""
    title = sheet.title.replace("'", "''")
    rows: list[list[Any]] = values.get(spreadsheet, f"'{title}'").get("values", [])
    width = max(map(len, rows), default=0)
    text = io.StringIO()
    csv.writer(text, dialect=dialect).writerows([*row, *[""] * (width - len(row))] for row in rows)
    return text.getvalue().removesuffix("\r\n")


def workbook(spreadsheet: Spreadsheet) -> bytes:
    """The whole spreadsheet as an .xlsx file; ApiError 400 when none can hold it."""
    from sheetcrm.server.xlsx.errors import XlsxError  # noqa: PLC0415 - XlsxWriter is only loaded by those who export
    from sheetcrm.server.xlsx.export import export as written  # noqa: PLC0415 - as above

    try:
        return written(spreadsheet)
    except XlsxError as error:
        raise invalid(f"The spreadsheet cannot be written as an Excel file: it {error}.") from error


def _sheet(spreadsheet: Spreadsheet, gid: str) -> Sheet:
    if not gid:
        return spreadsheet.grids[0]
    found = spreadsheet.sheet(int(gid)) if gid.isascii() and gid.isdigit() else None
    if found is None or not found.has_grid:
        raise ApiError(400, f"No grid with id: {gid}")
    return found


def _attachment(name: str) -> str:
    """A header that names a file, in ASCII for old readers and whole for the others (RFC 6266)."""
    plain = "".join(letter if (letter.isalnum() and letter.isascii()) or letter in " -_." else "_" for letter in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


ROUTES = (Route("page.export", "GET", path_pattern("/spreadsheets/d/{spreadsheetId}/export"), "page", export),)
