"""
A spreadsheet → what a calculator may read of it: cells, sizes and names, by the titles of sheets.
"""

from collections.abc import Iterator, Mapping

from sheetcrm.server import structured
from sheetcrm.server.cell_error import Value
from sheetcrm.server.formulas import Area
from sheetcrm.server.grid import Formula
from sheetcrm.server.model import Sheet, Spreadsheet
from sheetcrm.server.rules import Place

NOTHING: Mapping[Place, Value] = {}
CellContent = tuple[int, int, str | float | bool | None, str | None]


class Contents:
    """What a calculator may read of a spreadsheet."""

    def __init__(self, spreadsheet: Spreadsheet) -> None:
        self._spreadsheet = spreadsheet

    def titles(self) -> list[str]:
        """Titles of the sheets with cells, in order."""
        return [sheet.title for sheet in self._spreadsheet.sheets if sheet.has_grid]

    def size(self, title: str) -> tuple[int, int]:
        """Rows and columns of a sheet."""
        sheet = self._sheet(title)
        return sheet.row_count, sheet.column_count

    def cells(self, title: str, start: int = 0, end: int | None = None) -> Iterator[CellContent]:
        """(row, column, value, formula) of every cell with content in rows [start, end)."""
        for row, column, content in self._sheet(title).grid.contents(start, end):
            if isinstance(content, Formula):
                yield row, column, None, str(content)
            else:
                yield row, column, content, None

    def pivoted(self, title: str) -> Mapping[Place, Value] | None:
        """Place → value of every cell that a pivot table of a sheet fills; the same object until something changes.

        None while they are being computed.
        """
        sheet = self._sheet(title)
        if not sheet.grid.has_pivots:
            return NOTHING
        self._spreadsheet.spills(sheet)
        reached = self._spreadsheet.spilled[sheet.id]
        return reached.pivoted if reached.complete else None

    def name(self, name: str) -> Area | None:
        """What a named range stands for."""
        named = self._spreadsheet.named(name)
        sheet = self._spreadsheet.sheet(named["range"].get("sheetId", 0)) if named else None
        if named is None or sheet is None:
            return None
        place = named["range"]
        rows = (place.get("startRowIndex"), place.get("endRowIndex"))
        return Area(sheet.title, rows, (place.get("startColumnIndex"), place.get("endColumnIndex")))

    def table(self, name: str, part: str) -> Area | None:
        """What `name[part]` stands for, `part` being the name of a column or one of Google's words for rows."""
        for sheet, table in structured.tables(self._spreadsheet):
            if table["name"].casefold() == name.casefold():
                found = structured.part_of(sheet, table, part)
                return (
                    None if found is None else Area(sheet.title, (found.top, found.bottom), (found.left, found.right))
                )
        return None

    def _sheet(self, title: str) -> Sheet:
        sheet = self._spreadsheet.titled(title)
        if sheet is None:
            raise KeyError(title)
        return sheet
