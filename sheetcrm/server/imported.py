"""
The content of a file → a spreadsheet.

CSV and TSV are read as if somebody typed them in; of .xlsx each cell stays what the file says that it is.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from typing import Any

from sheetcrm.server import spreadsheets, values
from sheetcrm.server.drive_errors import DriveError, invalid
from sheetcrm.server.errors import ApiError
from sheetcrm.server.model import Spreadsheet
from sheetcrm.server.xlsx.errors import XlsxError
from sheetcrm.server.xlsx.reading import read

Json = dict[str, Any]

DIALECTS = {"text/csv": "excel", "text/tab-separated-values": "excel-tab"}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = (*DIALECTS, XLSX)
# Longest first: the mark of UTF-32 begins as that of UTF-16 does.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HIGH = re.compile(rb"[\x80-\xff]+")


def check_kind(kind: str) -> None:
    """Refuse by name what does not become a spreadsheet here."""
    if kind not in KINDS:
        raise invalid(
            f"This embedded server takes uploads of {', '.join(KINDS[:-1])} and {KINDS[-1]}, "
            f"not {kind or 'content without a type'}.",
            "uploadType",
        )


def imported(
    content: bytes, kind: str, *, charset: str = "", spreadsheet_id: str, name: str, locale: str
) -> Spreadsheet:
    """The spreadsheet that a file of one of KINDS becomes; DriveError 400 when it cannot be read, ApiError 400 when none can hold it.

    `charset` is what the client says of a text; what begins with a byte order mark says it itself.
    """
    check_kind(kind)
    # Seen in recorded traffic: an imported file is in Los Angeles.
    properties = {"title": name, "locale": locale, "timeZone": "America/Los_Angeles"}
    if kind != XLSX:
        return _of_rows(_rows(content, kind, charset), spreadsheet_id, properties)
    try:
        return read(content, spreadsheet_id, properties)
    except XlsxError as error:
        raise invalid(f"The content cannot be read as an Excel file (.xlsx): it {error}.", "uploadType") from error
    except DriveError:
        raise
    except ApiError as error:
        raise invalid(f"The Excel file does not fit into a spreadsheet: {error.message}", "uploadType") from error


def text_of(content: bytes, charset: str = "") -> str:
    """A text in UTF-8, or in whatever its mark or its sender says; else in GB 18030 or Windows-1252, whichever it looks like."""
    marked = next((name for mark, name in _MARKS if content.startswith(mark)), None)
    for name in filter(None, (marked, charset, "utf-8", "gb18030" if _looks_chinese(content) else None)):
        try:
            return content.decode(name)
        except (ValueError, LookupError):
            continue
    return content.decode("windows-1252", "replace")


def _looks_chinese(content: bytes) -> bool:
    """Chinese characters are pairs of bytes, and nearly always both beyond ASCII; é and ü stand alone."""
    runs = [len(run) for run in _HIGH.findall(content)]
    return sum(length % 2 == 0 for length in runs) * 2 > len(runs)


def _rows(content: bytes, kind: str, charset: str) -> list[list[str]]:
    text = io.StringIO(text_of(content, charset), newline="")
    try:
        return list(csv.reader(text, dialect=DIALECTS[kind]))
    except csv.Error as error:
        raise invalid(f"The content cannot be read as {kind}: {error}.", "uploadType") from error


def _of_rows(rows: list[list[str]], spreadsheet_id: str, properties: Json) -> Spreadsheet:
    # Seen in recorded traffic: the sheet has the file's title.
    grid = {"rowCount": max(1000, len(rows)), "columnCount": max(26, *map(len, rows), 26)}
    sheet = {"properties": {"title": properties["title"][:100], "gridProperties": grid}}
    made = spreadsheets.create({"properties": properties, "sheets": [sheet]}, new_id=spreadsheet_id)
    if rows:
        values.update(made, "A1", {"values": rows}, value_input_option="USER_ENTERED")
    return made
