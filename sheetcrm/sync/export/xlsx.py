"""
Pages → an Excel file that a colleague edits and `import` takes back.

Headers are titles, the key column is there (hidden where people never see
it), days are days, text stays text: nothing is ever a formula.  A cell that
made no sense says what it says in the sheet, coloured, with a comment.  Rows are written
as they come and never kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from sheetcrm.errors import MissingExtra, UsageError
from sheetcrm.messages import N_, texts, tr
from sheetcrm.schema.columns.base import Place
from sheetcrm.schema.notes import header_note
from sheetcrm.sync.export.formats import Format
from sheetcrm.sync.export.pages import Field, Nonsense, Options, Page, Table

ROWS = 1_048_576
TEXT = 32_767
"""Characters (UTF-16) of a cell of Excel; a cell of Sheets has up to 50,000."""
TOO_LONG = N_("longer than the {text:,} characters of a cell of Excel")
WRONG = "#ffd7c9"
"""The colour of what made no sense, as `check --mark` has it."""
COMMENTS = 10_000
"""Wrong cells of a file that say why; more are coloured alone, for Excel opens many comments slowly."""
INLINE = 255
"""Characters of a dropdown that stands in its rule."""
SPARE = 500
"""Rows below the last one that have dropdowns, too."""
FIRST_DAY = date(1900, 3, 1)
"""Before it Excel counts a 29 February 1900 that never was; such days are written as text."""


class XlsxFormat(Format):
    """One file, a sheet a table, and a hidden one with what dropdowns offer."""

    name = "xlsx"
    many = True
    ids = True
    shows_nonsense = True
    binary = True

    def __init__(self, path: Path, options: Options) -> None:
        """MissingExtra without XlsxWriter."""
        super().__init__(path, options)
        try:
            import xlsxwriter  # noqa: PLC0415 - only with the extra `excel`
        except ModuleNotFoundError as error:
            raise MissingExtra(tr("XlsxWriter, which writes Excel files,"), "excel") from error
        settings = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._book = xlsxwriter.Workbook(str(path), settings)
        self._table: Table | None = None
        self._issues: list[tuple[str, ...]] = []
        self._lists: dict[tuple[str, ...], int] = {}
        self._comments = 0

    def begin(self, table: Table) -> None:
        """A sheet with its headers, widths, notes and formats."""
        self._finish()
        self._table, self._row = table, 1
        if not self._lists and self._book.custom_properties == []:
            self._book.set_custom_property("sheetcrm.spreadsheet", table.layout.spreadsheet_id)
            self._book.set_custom_property("sheetcrm.template", table.context.template.key)
        self._sheet = self._book.add_worksheet(_tab(table.title, [one.name for one in self._book.worksheets()]))
        self._formats = [self._format(one, table) for one in table.fields]
        self._marked = [self._format(one, table, bg_color=WRONG) for one in table.fields]
        for at, one in enumerate(table.fields):
            self._head(at, one, table)
        self._sheet.freeze_panes(1, table.spec.frozen_columns)

    def write(self, page: Page) -> None:
        """A row a row."""
        if self._row + len(page) > ROWS:
            raise UsageError(
                tr(
                    "{title}: more rows than an Excel sheet has ({rows:,}); write Parquet or CSV",
                    title=page.table.title,
                    rows=ROWS,
                )
            )
        columns = [self._cells(one, page) for one in page.table.fields]
        wrong = self._nonsense(page)
        sheet, formats = self._sheet, self._formats
        for row in zip(*columns, strict=True):
            for at, cell in enumerate(row):
                if cell is None:
                    if found := wrong.get((self._row, at)):
                        self._mark(at, found, page.table)
                    continue
                if isinstance(cell, str):
                    sheet.write_string(self._row, at, cell, formats[at])
                elif isinstance(cell, bool):
                    sheet.write_boolean(self._row, at, cell, formats[at])
                else:
                    sheet.write_number(self._row, at, cell, formats[at])
            self._row += 1

    def close(self) -> None:
        """Dropdowns, what is wrong, and the file."""
        self._finish()
        if self.options.issues and self._table is not None:
            self._wrong()
        self._offers()
        self._book.close()

    def abandon(self) -> None:
        """Take its temporary files away."""
        with suppress(Exception):
            self._book.close()

    def note(self, rows: Sequence[tuple[str, ...]]) -> None:
        """What is wrong, for the sheet of issues: place, what stands there, why, link."""
        self._issues += rows

    def _cells(self, one: Field, page: Page) -> Sequence[Any]:
        assert one.column is not None, "issues have a sheet of their own"
        context = page.table.context
        values = list(page.values[one.key])
        cells = {value: _cell(value, one.column.dump(value, context)) for value in set(values)}
        long = {value for value, cell in cells.items() if isinstance(cell, str) and _is_long(cell)}
        if long:
            offsets = [at for at, value in enumerate(values) if value in long]
            page.refuse(one.key, offsets, tr(TOO_LONG, text=TEXT))
            cells.update(dict.fromkeys(long))
        return [cells[value] for value in values]

    def _nonsense(self, page: Page) -> dict[tuple[int, int], Nonsense]:
        """By the row and column of the Excel sheet; what is too long for a cell is named and left blank."""
        found: dict[tuple[int, int], Nonsense] = {}
        for at, one in enumerate(page.table.fields):
            cells = page.nonsense.get(one.key, {})
            long = {offset for offset, cell in cells.items() if _is_long(cell.text)}
            if long:
                page.refuse(one.key, sorted(long), tr(TOO_LONG, text=TEXT))
            found |= {(self._row + offset, at): cell for offset, cell in cells.items() if offset not in long}
        return found

    def _mark(self, at: int, found: Nonsense, table: Table) -> None:
        self._sheet.write_string(self._row, at, found.text, self._marked[at])
        self._comments += 1
        if self._comments <= COMMENTS:
            message = texts(table.context.language)(found.bad.message, **found.bad.values)
            self._sheet.write_comment(self._row, at, message[:TEXT])

    def _head(self, at: int, one: Field, table: Table) -> None:
        assert one.column is not None, "as above"
        theme, column = table.context.template.theme, one.column
        color = theme.computed if column.computed else theme.header
        look = self._book.add_format({"bold": True, "bg_color": color, "font_color": theme.text, "text_wrap": True})
        self._sheet.write_string(0, at, one.title, look)
        pixels = column.width or column.looks()[0]
        self._sheet.set_column_pixels(at, at, pixels, self._formats[at], {"hidden": column.hidden})
        if note := header_note(column, table.context):
            self._sheet.write_comment(0, at, note, {"x_scale": 2})

    def _format(self, one: Field, table: Table, **also: str) -> Any:
        assert one.column is not None, "as above"
        found = one.column.number_format(table.context)
        align = one.column.align or one.column.looks()[1].casefold()
        look: dict[str, Any] = {"align": align, "valign": "top", "text_wrap": one.column.wrap, **also}
        return self._book.add_format({**look, "num_format": found.pattern} if found else look)

    def _finish(self) -> None:
        """The sheet's dropdowns reach below its rows, so they come when the rows are known."""
        if self._table is None:
            return
        last = min(self._row + SPARE, ROWS - 1)
        self._sheet.autofilter(0, 0, max(self._row - 1, 1), len(self._table.fields) - 1)
        for at, one in enumerate(self._table.fields):
            if rule := self._rule(one, self._table):
                self._sheet.data_validation(1, at, last, at, rule)

    def _rule(self, one: Field, table: Table) -> dict[str, Any] | None:
        offered = table.offered.get(one.key, ())
        if not offered or one.column is None:
            return None
        inline = len(",".join(offered)) <= INLINE and not any("," in word for word in offered)
        source: Any = list(offered)
        if not inline:
            at = self._lists.setdefault(offered, len(self._lists))
            source = f"='{LISTS}'!{_letter(at)}$1:{_letter(at)}${len(offered)}"
        found = one.column.validation(Place(table.sheet, one.key), table.context)
        strict = found is not None and found.strict
        message = found.message[:INLINE] if found else ""
        rule = {"validate": "list", "source": source, "error_type": "stop" if strict else "warning"}
        return {**rule, "input_message": message} if message else rule

    def _offers(self) -> None:
        if not self._lists:
            return
        sheet = self._book.add_worksheet(LISTS)
        for row in range(max(map(len, self._lists))):
            for offered, at in self._lists.items():
                if row < len(offered):
                    sheet.write_string(row, at, offered[row])
        sheet.very_hidden()

    def _wrong(self) -> None:
        assert self._table is not None
        say = texts(self._table.context.language)
        sheet = self._book.add_worksheet(_tab(say(N_("Issues")), [one.name for one in self._book.worksheets()]))
        bold = self._book.add_format({"bold": True})
        heads = (say(N_("Place")), say(N_("Text")), say(N_("What is wrong")), say(N_("Link")))
        for row, cells in enumerate([heads, *self._issues]):
            for at, cell in enumerate(cells):
                sheet.write_string(row, at, cell[:TEXT], bold if row == 0 else None)
        sheet.set_column_pixels(0, 2, 240)
        sheet.freeze_panes(1, 0)


LISTS = "_lists"
"""The hidden sheet with what long dropdowns offer."""


def _cell(value: Any, cell: Any) -> Any:
    if isinstance(value, date) and value < FIRST_DAY:
        return value.isoformat()
    return float(cell) if isinstance(cell, Decimal) else cell


def _is_long(text: str) -> bool:
    return len(text) > TEXT // 2 and len(text.encode("utf-16-le")) > 2 * TEXT


def _letter(at: int) -> str:
    return "$" + "".join(_letters(at))


def _letters(at: int) -> Iterator[str]:
    if at >= 26:
        yield from _letters(at // 26 - 1)
    yield chr(ord("A") + at % 26)


def _tab(title: str, taken: Sequence[str]) -> str:
    """A name that Excel allows: 31 characters, none of []:*?/\\, not twice."""
    plain = "".join("-" if char in "[]:*?/\\" else char for char in title).strip("'")[:31] or "Sheet"
    known, name, number = {one.casefold() for one in taken} | {LISTS, "history"}, plain, 2
    while name.casefold() in known:
        name, number = f"{plain[:27]} ({number})", number + 1
    return name
