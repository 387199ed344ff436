"""
A file → a spreadsheet: every sheet's cells, formulas, formats, merges, sizes, frozen panes, and the file's names.

Cells are put in as they are: nothing is read as if it had been typed.  What is not taken over (borders, rules, notes,
charts …) is listed in docs/server.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sheetcrm.server import a1, proto, ranges, spreadsheets
from sheetcrm.server.defaults import COLUMN_COUNT
from sheetcrm.server.errors import ApiError
from sheetcrm.server.model import MAX_CELLS, Sheet, Spreadsheet
from sheetcrm.server.properties import MAX_TITLE
from sheetcrm.server.writing import check_text
from sheetcrm.server.xlsx.cells import Cell, Reader, text_of
from sheetcrm.server.xlsx.errors import XlsxError
from sheetcrm.server.xlsx.layout import ELEMENTS, Layout
from sheetcrm.server.xlsx.package import Package, Relation, attribute, local
from sheetcrm.server.xlsx.styles import Styles

Json = dict[str, Any]

DATE_1904 = 1462  # days from day zero of a spreadsheet to that of a Macintosh


@dataclass(frozen=True)
class Tab:
    """What the workbook says of one of its sheets."""

    title: str
    path: str
    hidden: bool


def read(content: bytes, spreadsheet_id: str, properties: Json) -> Spreadsheet:
    """The spreadsheet with this id and these properties that a file becomes.

    XlsxError when the content is no such file; ApiError when no spreadsheet can hold what it says.
    """
    try:
        return _Book(content).spreadsheet(spreadsheet_id, properties)
    except (ValueError, KeyError, IndexError, OverflowError) as error:
        if isinstance(error, XlsxError):
            raise
        raise XlsxError(f"has something in it that no such file has: {error}") from error


class _Book:
    """One file."""

    def __init__(self, content: bytes) -> None:
        self._package = Package(content)
        self._path = next((one.path for one in self._package.related("").values() if one.kind == "officeDocument"), "")
        related = self._package.related(self._path)
        self._date_offset = 0
        self._tabs: list[Tab] = []
        self._names: list[tuple[str, str]] = []
        self._read_workbook(related)
        by_kind = {one.kind: one.path for one in related.values()}
        self._styles = Styles(self._package, by_kind.get("styles"))
        strings = by_kind.get("sharedStrings")
        self._strings = [text_of(one) for one in self._package.elements(strings, "si")] if strings else []
        self._cells_before = 0

    def spreadsheet(self, spreadsheet_id: str, properties: Json) -> Spreadsheet:
        visible = any(not tab.hidden for tab in self._tabs)
        sheets: list[Json] = [
            {"properties": {"title": tab.title[:MAX_TITLE], "hidden": tab.hidden and visible}} for tab in self._tabs
        ]
        made = spreadsheets.create({"properties": properties, "sheets": sheets}, new_id=spreadsheet_id)
        looks = [made.shared(proto.colored(one, made.theme)) for one in self._styles.formats]
        for tab, sheet in zip(self._tabs, made.sheets, strict=True):
            self._fill(made, sheet, tab, looks)
        for name, text in self._names:
            _add_name(made, name, text)
        made.restructured()
        return made

    def _read_workbook(self, related: dict[str, Relation]) -> None:
        for element in self._package.elements(self._path, "workbookPr", "sheet", "definedName"):
            kind = local(element)
            if kind == "workbookPr" and element.get("date1904") in {"1", "true"}:
                self._date_offset = DATE_1904
            elif kind == "definedName" and element.get("localSheetId") is None:
                self._names.append((element.get("name", ""), element.text or ""))
            elif kind == "sheet":
                relation = related.get(attribute(element, "id"))
                if relation and relation.kind == "worksheet":
                    hidden = element.get("state", "visible") != "visible"
                    self._tabs.append(Tab(element.get("name", ""), relation.path, hidden))
        if not self._tabs:
            raise XlsxError("has no sheets")

    def _fill(self, spreadsheet: Spreadsheet, sheet: Sheet, tab: Tab, looks: list[Json | None]) -> None:
        layout, reader = Layout(), Reader(self._strings, self._date_offset, self._styles.is_date)
        bottom = right = 1
        for element in self._package.elements(tab.path, "row", *ELEMENTS):
            if local(element) != "row":
                layout.read(element)
                continue
            for cell in reader.row(element):
                look = looks[cell.style] if 0 <= cell.style < len(looks) else None
                if cell.content is not None or look is not None:
                    bottom, right = max(bottom, cell.row + 1), max(right, cell.column + 1)
                    self._check_size(bottom, right)
                    _put(sheet, cell, look)
            layout.read_row(element, reader.last)
        bottom, right = max(bottom, layout.bottom), max(right, layout.right)
        layout.apply(spreadsheet, sheet, bottom, right)
        sheet.grid.touch(0, bottom)
        self._cells_before += sheet.row_count * sheet.column_count

    def _check_size(self, bottom: int, right: int) -> None:
        """Refuse a sheet as soon as it is too large, before it fills the memory."""
        if self._cells_before + bottom * max(right, COLUMN_COUNT) > MAX_CELLS:
            raise XlsxError(f"needs more than the {MAX_CELLS} cells that a spreadsheet can have")


def _put(sheet: Sheet, cell: Cell, look: Json | None) -> None:
    if cell.content is not None:
        if isinstance(cell.content, str):
            check_text(cell.content)
        sheet.grid.put("values", cell.row, cell.column, cell.content)
    if look is not None:
        sheet.grid.put("formats", cell.row, cell.column, look)


def _add_name(spreadsheet: Spreadsheet, name: str, text: str) -> None:
    """A name for a range; names for anything else, and those that Sheets does not take, are left out."""
    title, range_ = a1.split(text.replace("$", ""))
    if title is None or range_ is None or name.startswith("_xlnm."):
        return
    try:
        area = ranges.readable(ranges.find(spreadsheet, text.replace("$", "")))
        named = {"name": name, "range": area.json()}
        spreadsheets.batch_update(spreadsheet, {"requests": [{"addNamedRange": {"namedRange": named}}]})
    except ApiError:
        return
