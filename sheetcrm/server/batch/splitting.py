"""
Requests that take texts apart into cells: textToColumns, pasteData.

What comes out is read as if a person typed it, so `1/2` may become a date, and the sheet grows when there is more than
fits.
"""

import csv
import io
import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

from sheetcrm.server import access, display, ranges
from sheetcrm.server.batch.registry import request
from sheetcrm.server.errors import invalid, unsupported
from sheetcrm.server.inherited import NumberFormats
from sheetcrm.server.model import Sheet, Spreadsheet
from sheetcrm.server.ranges import Area
from sheetcrm.server.writing import Writer

Json = dict[str, Any]

DELIMITERS = {"COMMA": ",", "SEMICOLON": ";", "PERIOD": ".", "SPACE": " "}
# What AUTODETECT tries; on a tie the one that stands first wins.
DETECTED = (",", ";", "\t", "|", " ", ".")
VALUES_PASTED = frozenset({"PASTE_NORMAL", "PASTE_VALUES", "PASTE_NO_BORDERS", "PASTE_FORMULA"})


@request("textToColumns", edits="source")
def text_to_columns(spreadsheet: Spreadsheet, body: Json) -> None:
    area = ranges.area(spreadsheet, body.get("source"))
    if area.width != 1:
        raise invalid("The source of textToColumns must span exactly one column.")
    texts = _texts(spreadsheet, area)
    delimiter = _delimiter(body, list(texts.values()))
    if delimiter is None:
        return
    parts = {row: text.split(delimiter) for row, text in texts.items() if delimiter in text}
    for row, cells in parts.items():
        _write(spreadsheet, area.sheet, row, area.left, [cells])


def _texts(spreadsheet: Spreadsheet, area: Area) -> dict[int, str]:
    """Row → what its cell shows; blank ones are left out."""
    grid, found, looks = area.sheet.grid, {}, NumberFormats(spreadsheet)
    for row in range(area.top, min(area.bottom, len(grid.rows))):
        value = spreadsheet.value(area.sheet, row, area.left)
        if value is not None:
            found[row] = display.text(value, looks.at(area.sheet, row, area.left), spreadsheet.locale)
    return found


def _delimiter(body: Json, texts: list[str]) -> str | None:
    """The text that separates; None when none could be detected."""
    kind = body.get("delimiterType", "AUTODETECT")
    if kind == "CUSTOM":
        if not body.get("delimiter"):
            raise invalid("delimiter must be specified when delimiterType is CUSTOM.")
        return str(body["delimiter"])
    if body.get("delimiter"):
        raise invalid("delimiter must only be specified when delimiterType is CUSTOM.")
    if kind in DELIMITERS:
        return DELIMITERS[kind]
    counts = {sign: sum(sign in text for text in texts) for sign in DETECTED}
    best = max(DETECTED, key=lambda sign: counts[sign])
    return best if counts[best] else None


def _write(spreadsheet: Spreadsheet, sheet: Sheet, top: int, left: int, rows: list[list[str]]) -> None:
    """Write texts from a corner on; empty ones clear their cell."""
    bottom, right = top + len(rows), left + max(map(len, rows), default=0)
    area = Area(sheet, top, bottom, left, right)
    access.check_area(spreadsheet, area)
    if bottom > sheet.row_count or right > sheet.column_count:
        access.check_sheet(spreadsheet, sheet)
        sheet.resize("ROWS", max(bottom, sheet.row_count))
        sheet.resize("COLUMNS", max(right, sheet.column_count))
        spreadsheet.check_size()
        spreadsheet.restructured()
    writer = Writer(spreadsheet, parsed=True)
    for row, cells in enumerate(rows, top):
        for column, text in enumerate(cells, left):
            writer.write(sheet, row, column, text)
            sheet.grid.put("runs", row, column, None)
    sheet.grid.touch(top, bottom)


@request("pasteData", edits=None)
def paste_data(spreadsheet: Spreadsheet, body: Json) -> None:
    """Text has values and nothing else: pasting only its looks or its rules changes nothing."""
    corner = body.get("coordinate", {})
    sheet = ranges.target_of(spreadsheet, {"sheetId": corner.get("sheetId", 0)}).sheet
    top, left = corner.get("rowIndex", 0), corner.get("columnIndex", 0)
    ranges.area(spreadsheet, Area(sheet, top, top + 1, left, left + 1).json())
    kind = body.get("type", "PASTE_NORMAL")
    rows = _html_rows(body, kind) if body.get("html") else _delimited(body.get("data", ""), body.get("delimiter"))
    if kind in VALUES_PASTED and rows:
        _write(spreadsheet, sheet, top, left, rows)


def _delimited(data: str, delimiter: str | None) -> list[list[str]]:
    """Rows of a delimited text; a field in quotes may hold the delimiter and line ends."""
    if not delimiter:
        raise invalid("Either delimiter or html must be specified.")
    if len(delimiter) == 1 and delimiter not in '"\r\n':
        try:
            return list(csv.reader(io.StringIO(data, newline=""), delimiter=delimiter))
        except csv.Error as error:
            raise invalid(f"data cannot be read: {error}") from error
    return [line.split(delimiter) for line in re.split("\r\n|\r|\n", data.removesuffix("\n"))] if data else []


def _html_rows(body: Json, kind: str) -> list[list[str]]:
    if kind not in {"PASTE_VALUES", "PASTE_FORMULA"}:
        raise unsupported("pasting anything but the values of HTML")
    table = _Table()
    table.feed(body.get("data", ""))
    table.close()
    return table.rows


class _Table(HTMLParser):
    """The texts of the cells of a table, or of the lines of an HTML text without one."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self._inside: list[str] = []
        self._cells = False
        self._begin: dict[str, Callable[[], None]] = {"tr": self._row, "td": self._cell, "th": self._cell, "p": self._line, "div": self._line}  # fmt: skip

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a row, a cell, or a line in one; text in <style> and the like is not shown."""
        if tag in {"style", "script", "head", "title"}:
            self._inside.append(tag)
        elif tag == "br":
            self._text("\n")
        elif tag in self._begin:
            self._begin[tag]()

    def handle_endtag(self, tag: str) -> None:
        """End what is not shown."""
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        """Text, its line ends and indents being one space, as browsers show it."""
        text = re.sub(r"[ \t\r\n]+", " ", data)
        if not self._inside and (text != " " or (self.rows and self.rows[-1])):
            self._text(text)

    def close(self) -> None:
        """Strip every cell when all is read."""
        super().close()
        self.rows = [[cell.strip(" \n") for cell in row] for row in self.rows if row]

    def _row(self) -> None:
        self._cells = False
        self.rows.append([])

    def _cell(self) -> None:
        if not self.rows:
            self._row()
        self._cells = True
        self.rows[-1].append("")

    def _line(self) -> None:
        if self._cells and self.rows[-1][-1].strip():
            self._text("\n")
        elif not self._cells and self.rows and self.rows[-1][-1].strip():
            self.rows.append([""])

    def _text(self, text: str) -> None:
        if not self.rows or not self.rows[-1]:
            self.rows.append([""])
        self.rows[-1][-1] += text
