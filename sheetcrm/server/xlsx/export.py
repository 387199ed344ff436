"""
A spreadsheet → the bytes of an .xlsx file.

Texts are written as texts, whatever they look like, and formulas with what they come to, so that a reader which does
not compute sees the values too.  What Excel has no words for is left out; docs/server.md lists it.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

from xlsxwriter.workbook import Workbook

from sheetcrm.server.cell_error import CellError
from sheetcrm.server.defaults import COLUMN_WIDTH, ROW_HEIGHT
from sheetcrm.server.effective import Looks as Effective
from sheetcrm.server.effective import layered
from sheetcrm.server.griddata import width
from sheetcrm.server.inherited import NumberFormats
from sheetcrm.server.model import Sheet, Spreadsheet
from sheetcrm.server.page_style import color
from sheetcrm.server.ranges import Area
from sheetcrm.server.ranges import area as closed
from sheetcrm.server.xlsx import charts, rules, worksheet
from sheetcrm.server.xlsx.conditions import Words
from sheetcrm.server.xlsx.errors import XlsxError
from sheetcrm.server.xlsx.formulas import (
    COMPUTED,
    LAST_COLUMN,
    LAST_ROW,
    NOT_NAMES,
    dummy,
    error_text,
    range_formula,
    to_excel,
)
from sheetcrm.server.xlsx.looks import Looks

Json = dict[str, Any]

LONGEST_TITLE = 31
LONGEST_TEXT = 32_767
LONGEST_URL = 2_079
MOST_LINKS = 65_530
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]|^'|'$")
_LINK = re.compile(r"(?:https?|ftps?)://|mailto:", re.IGNORECASE)


def export(spreadsheet: Spreadsheet) -> bytes:
    """The file; XlsxError when the spreadsheet has rows or columns beyond Excel's last one with something in them."""
    for sheet in spreadsheet.grids:
        _check(sheet)
    content = BytesIO()
    font = {"font_name": "Arial", "font_size": 10}
    book = Workbook(content, {"in_memory": True, "default_format_properties": font, "default_row_height": ROW_HEIGHT})
    book.set_properties(
        {"title": worksheet.escaped(str(spreadsheet.properties["title"])), "created": spreadsheet.now()}
    )
    titles = file_titles(spreadsheet)
    words = Words(titles, spreadsheet.locale, spreadsheet.today())
    looks = Looks(book, spreadsheet.locale)
    targets = [(sheet, book.add_worksheet(titles[sheet.title.lower()], worksheet.Sheet)) for sheet in spreadsheet.grids]
    for sheet, target in targets:
        _Tab(spreadsheet, sheet, target, looks, words).write()
        _insert_charts(book, spreadsheet, sheet, target, titles)
    next(target for sheet, target in targets if not sheet.properties.get("hidden")).activate()
    for named in spreadsheet.named_ranges:
        if named["name"].lower() not in NOT_NAMES:
            _define(book, spreadsheet, named, titles)
    book.close()
    return content.getvalue()


def file_titles(spreadsheet: Spreadsheet) -> dict[str, str]:
    """What the sheets are called in the file, by their own titles in lower case: Excel allows 31 characters, and not all."""
    titles: dict[str, str] = {}
    for sheet in spreadsheet.grids:
        wanted = _FORBIDDEN.sub("_", sheet.title)
        number, title = 1, _cut(wanted, LONGEST_TITLE)
        while title.lower() in {taken.lower() for taken in titles.values()} or title.lower() == "history":
            number += 1
            title = _cut(wanted, LONGEST_TITLE - len(str(number)) - 1) + f"_{number}"
        titles[sheet.title.lower()] = _FORBIDDEN.sub("_", title)
    return titles


def _cut(text: str, units: int) -> str:
    """The beginning of a text, at most so many UTF-16 units, no character halved."""
    return text.encode("utf-16-le")[: units * 2].decode("utf-16-le", "ignore")


def _check(sheet: Sheet) -> None:
    grid = sheet.grid
    if len(grid.rows) > LAST_ROW + 1 or any(width(grid, row) > LAST_COLUMN + 1 for row in range(len(grid.rows))):
        raise XlsxError(
            f'has more cells in "{sheet.title}" than Excel: {LAST_ROW + 1} rows of {LAST_COLUMN + 1} columns'
        )


def _define(book: Workbook, spreadsheet: Spreadsheet, named: Json, titles: dict[str, str]) -> None:
    area = closed(spreadsheet, named["range"])
    title = titles[area.sheet.title.lower()]
    book.define_name(named["name"], range_formula(title, area.top, area.bottom, area.left, area.right))


def _insert_charts(
    book: Workbook, spreadsheet: Spreadsheet, sheet: Sheet, target: worksheet.Sheet, titles: dict[str, str]
) -> None:
    for thing in sheet.things["charts"]:
        place = thing["position"]["overlayPosition"]
        chart = charts.drawn(book, spreadsheet, thing["spec"], titles)
        if chart is not None:
            chart.set_size({"width": place["widthPixels"], "height": place["heightPixels"]})
            offsets = {"x_offset": place.get("offsetXPixels", 0), "y_offset": place.get("offsetYPixels", 0)}
            anchor = place["anchorCell"]
            target.insert_chart(anchor.get("rowIndex", 0), anchor.get("columnIndex", 0), chart, offsets)


class _Tab:
    """One sheet and its twin in the file."""

    def __init__(
        self, spreadsheet: Spreadsheet, sheet: Sheet, target: worksheet.Sheet, looks: Looks, words: Words
    ) -> None:
        self._spreadsheet, self._sheet, self._target = spreadsheet, sheet, target
        self._looks, self._words = looks, words
        self._numbers = NumberFormats(spreadsheet)
        area = Area(sheet, 0, sheet.row_count, 0, sheet.column_count)
        self._effective = Effective(spreadsheet, area) if sheet.things["bandedRanges"] else None
        self._spills = spreadsheet.spills(sheet)
        self._formats: dict[tuple[int, int, int, bool], Any] = {}
        self._links = 0

    def write(self) -> None:
        """Everything but the charts."""
        self._lay_out()
        for merge in self._sheet.things["merges"]:
            self._merge(merge)
        for row in range(self._bottom()):
            for column in range(self._right(row)):
                self._cell(row, column)
        rules.add_validations(self._target, self._sheet, self._words)
        rules.add_conditional_formats(self._target, self._sheet, self._words, self._looks)
        for basic in self._sheet.things["basicFilter"]:
            area = closed(self._spreadsheet, basic.get("range"))
            self._target.autofilter(area.top, area.left, area.bottom - 1, area.right - 1)

    def _lay_out(self) -> None:
        properties, target = self._sheet.properties, self._target
        grid = properties["gridProperties"]
        target.set_column_pixels(0, min(self._sheet.column_count - 1, LAST_COLUMN), COLUMN_WIDTH)
        frozen = grid.get("frozenRowCount", 0), grid.get("frozenColumnCount", 0)
        if any(frozen):
            target.freeze_panes(*frozen)
        if tab := color(properties.get("tabColorStyle"), properties.get("tabColor")):
            target.set_tab_color(tab)
        if properties.get("hidden"):
            target.hide()
        if properties.get("rightToLeft"):
            target.right_to_left()
        if grid.get("hideGridlines"):
            target.hide_gridlines(2)
        for index, size in self._sheet.sizes["ROWS"].items():
            target.set_row_pixels(index, size.get("pixelSize"), None, {"hidden": size.get("hiddenByUser", False)})
        for index, size in self._sheet.sizes["COLUMNS"].items():
            hidden = {"hidden": size.get("hiddenByUser", False)}
            target.set_column_pixels(index, index, size.get("pixelSize", COLUMN_WIDTH), None, hidden)

    def _merge(self, merge: Json) -> None:
        top, left = merge["startRowIndex"], merge["startColumnIndex"]
        form = self._format(top, left)
        self._target.merge_range(top, left, merge["endRowIndex"] - 1, merge["endColumnIndex"] - 1, "", form)

    def _bottom(self) -> int:
        found = [len(self._sheet.grid.rows), *(row + 1 for row in self._spills)]
        return max(found) if self._effective is None else max(*found, self._effective.bottom)

    def _right(self, row: int) -> int:
        found = [width(self._sheet.grid, row), *(column + 1 for column in self._spills.get(row, ()))]
        return max(found) if self._effective is None else max(*found, self._effective.right(row))

    def _cell(self, row: int, column: int) -> None:
        content = self._sheet.grid.get("values", row, column)
        form = self._format(row, column)
        if column in self._spills.get(row, ()):
            self._spilled(row, column, form)
        elif content is not None or form is not None:
            self._content(row, column, content, form)
        if note := self._sheet.grid.get("notes", row, column):
            self._target.write_comment(row, column, worksheet.escaped(note)[:LONGEST_TEXT])

    def _content(self, row: int, column: int, content: Any, form: Any) -> None:
        if content is None:
            self._target.write_blank(row, column, None, form)
        elif isinstance(content, bool):
            self._target.write_boolean(row, column, content, form)
        elif not isinstance(content, str):
            self._target.write_number(row, column, content, form)
        elif type(content) is str:
            self._link(row, column, form)
            self._target.write_string(row, column, _cut(content, LONGEST_TEXT), form)
        else:
            value = self._spreadsheet.value(self._sheet, row, column)
            formula = to_excel(content, self._words.titles) or dummy(content, value)
            self._computed(row, column, formula, value, form)

    def _spilled(self, row: int, column: int, form: Any) -> None:
        """What an array or a pivot table shows in a blank cell; the former is marked, so that it is not taken for a value."""
        value = self._spreadsheet.value(self._sheet, row, column)
        pivoted = (row, column) in self._spreadsheet.spilled[self._sheet.id].pivoted
        self._computed(row, column, None if pivoted else dummy(COMPUTED, value), value, form)

    def _computed(self, row: int, column: int, formula: str | None, value: Any, form: Any) -> None:
        shown = error_text(value) if isinstance(value, CellError) else "" if value is None else value
        shown = _cut(shown, LONGEST_TEXT) if isinstance(shown, str) else shown
        if formula is None and isinstance(value, CellError):
            formula = error_text(value)
        if formula is None:
            self._content(row, column, shown if shown != "" else None, form)
        else:
            self._target.put_formula(row, column, formula, form, shown)

    def _link(self, row: int, column: int, form: Any) -> None:
        look = self._sheet.grid.get("formats", row, column) or {}
        url = str(look.get("textFormat", {}).get("link", {}).get("uri", ""))
        if _LINK.match(url) and len(url) <= LONGEST_URL and self._links < MOST_LINKS:
            self._links += 1
            self._target.write_url(row, column, worksheet.escaped(url), form)

    def _format(self, row: int, column: int) -> Any:
        grid = self._sheet.grid
        own = grid.get("formats", row, column)
        number = self._numbers.at(self._sheet, row, column)
        band = self._effective.band(row, column) if self._effective else None
        rule = grid.get("validations", row, column)
        checkbox = rule is not None and rule.rule["condition"]["type"] == "BOOLEAN"
        key = (id(own), id(number), id(band), checkbox)
        if key not in self._formats:
            look = layered(band or {}, own or {})
            # The objects are kept, so that their ids are not given to others.
            self._formats[key] = (self._looks.cell(look, number, checkbox=checkbox), own, number, band)
        return self._formats[key][0]
