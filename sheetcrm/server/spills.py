"""
Formulas that answer an array, and pivot tables → the blank cells that show their parts.

Only such formulas are evaluated here, and none in the usual sheet.  An array ends at its first row without a value.
"""

from collections.abc import Iterator

from sheetcrm.server import pivots
from sheetcrm.server.arrays import Reached, may_spill
from sheetcrm.server.grid import Formula, Grid
from sheetcrm.server.model import Sheet, Spreadsheet
from sheetcrm.server.rules import Place
from sheetcrm.server.translate import traits_of


def spilled(spreadsheet: Spreadsheet, sheet: Sheet) -> dict[int, set[int]]:
    """Row → columns of the blank cells that an array or a pivot table reaches."""
    if not (sheet.grid.has_arrays() or sheet.grid.has_pivots):
        return {}
    day = spreadsheet.today()
    known = spreadsheet.spilled.get(sheet.id)
    if known is None or known.day != day:
        # Kept before anything is computed, which may read this very sheet.
        known = spreadsheet.spilled[sheet.id] = Reached(day)
        for anchor, place in _places(spreadsheet, sheet):
            known.columns.setdefault(place[0], set()).add(place[1])
            known.anchors[place] = anchor
        pivoted, looks = pivots.cells(spreadsheet, sheet)
        for row, column in pivoted:
            known.columns.setdefault(row, set()).add(column)
        known.pivoted, known.looks, known.complete = pivoted, looks, True
    return known.columns


def _places(spreadsheet: Spreadsheet, sheet: Sheet) -> Iterator[tuple[Place, Place]]:
    """(place of the formula, place that its array reaches)."""
    if not sheet.grid.has_arrays():
        return
    for row, column, content in sheet.grid.contents():
        if isinstance(content, Formula) and may_spill(content) and traits_of(str(content)).spilling:
            for place in _reached(spreadsheet, sheet, row, column):
                yield (row, column), place


def _reached(spreadsheet: Spreadsheet, sheet: Sheet, top: int, left: int) -> Iterator[Place]:
    right = _free_until(sheet.grid, top, left + 1, sheet.column_count)
    for row in range(top, sheet.row_count):
        blank = [column for column in range(left, right) if sheet.grid.get("values", row, column) is None]
        found = [column for column in blank if spreadsheet.calculator.value(sheet.title, row, column) is not None]
        if not found and row > top:
            return
        for column in found:
            yield row, column


def _free_until(grid: Grid, row: int, start: int, end: int) -> int:
    """The first column from `start` on with content of its own, or `end`."""
    return next((column for column in range(start, end) if grid.get("values", row, column) is not None), end)
