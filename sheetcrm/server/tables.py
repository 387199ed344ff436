"""
A range given to append → the block of data that Google takes for a table there.

A range of one cell asks about that cell only: when it is blank there is no table, whatever stands around it.  A larger
range asks for the last block in it, and a blank column splits blocks: after `["x", "", "z"]` the table is `C1`.
"""

from sheetcrm.server.grid import Grid
from sheetcrm.server.ranges import Area


def found(area: Area) -> Area | None:
    """The table in an area, or None when it holds no content."""
    grid = area.sheet.grid
    bottom = grid.last_row("values", area.top, area.bottom, area.left, area.right)
    if bottom == area.top:
        return None
    cells = grid.cells("values", bottom - 1)
    column = max(index for index in range(area.left, min(area.right, len(cells))) if cells[index] is not None)
    return _region(area, bottom - 1, column)


def _region(area: Area, row: int, column: int) -> Area:
    """The rectangle around a cell, grown in the four directions for as long as there is content next to it."""
    grid, sheet = area.sheet.grid, area.sheet
    lowest = min(sheet.row_count, len(grid.rows))
    top, bottom, left, right = row, row + 1, column, column + 1
    while True:
        before = (top, bottom, left, right)
        while top > 0 and _in_row(grid, top - 1, left, right):
            top -= 1
        while bottom < lowest and _in_row(grid, bottom, left, right):
            bottom += 1
        if left > 0 and _in_column(grid, left - 1, top, bottom):
            left -= 1
        if right < sheet.column_count and _in_column(grid, right, top, bottom):
            right += 1
        if before == (top, bottom, left, right):
            return Area(sheet, top, bottom, left, right)


def _in_row(grid: Grid, row: int, left: int, right: int) -> bool:
    cells = grid.cells("values", row)[left:right]
    return cells.count(None) < len(cells)


def _in_column(grid: Grid, column: int, top: int, bottom: int) -> bool:
    found = (row.values for row in grid.rows[top:bottom] if row is not None and row.values)
    return any(len(cells) > column and cells[column] is not None for cells in found)
