"""
Cells by row and column → the same cells, written, moved, copied and rolled back cheaply.

A row keeps one list per layer (content, format, …) and shares what it holds with every other row, so nothing in a
layer may ever be changed in place: put another object instead.  Rows are copied when first written after
`Grid.share`; that is what makes a batch that fails cost nothing but the rows that it touched.
"""

from collections.abc import Callable, Iterator
from typing import Any, Literal

from sheetcrm.server.arrays import may_spill

Layer = Literal["values", "formats", "validations", "notes", "runs", "pivots"]
LAYERS: tuple[Layer, ...] = ("values", "formats", "validations", "notes", "runs", "pivots")


class Formula(str):
    """The text of a formula, from its `=` on; told from text by its type."""

    __slots__ = ()


Content = str | int | float | bool | Formula | None


class Row:
    """One row of a sheet; a layer is None until something is put in it, and as long as it needs to be."""

    __slots__ = ("formats", "notes", "owner", "pivots", "runs", "validations", "values")

    def __init__(self, owner: object) -> None:
        self.owner = owner
        self.values: list[Content] | None = None
        self.formats: list[Any] | None = None
        self.validations: list[Any] | None = None
        self.notes: list[Any] | None = None
        self.runs: list[Any] | None = None
        self.pivots: list[Any] | None = None

    def copy(self, owner: object) -> "Row":
        """The same cells, free to be written."""
        row = Row(owner)
        for layer in LAYERS:
            cells = getattr(self, layer)
            if cells is not None:
                setattr(row, layer, cells.copy())
        return row

    def edit(self, change: Callable[[list[Any]], list[Any]]) -> None:
        """Replace every layer by `change` of it."""
        for layer in LAYERS:
            cells = getattr(self, layer)
            if cells is not None:
                setattr(self, layer, change(cells))


class Grid:
    """The cells of one sheet.  `changed(start, end)` is called with every span of rows that was written."""

    def __init__(self, changed: Callable[[int, int], None]) -> None:
        self.rows: list[Row | None] = []
        # Whether there may be a formula; never false when there is one.
        self.has_formulas = False
        # Whether a formula may answer an array; None when nobody knows.
        self._arrays: bool | None = None
        # Whether there may be a pivot table; never false when there is one.
        self.has_pivots = False
        self._changed = changed
        self._token = object()
        self._shared = False

    def share(self, changed: Callable[[int, int], None]) -> "Grid":
        """A second grid with the same cells; either may be written from now on without the other noticing."""
        twin = Grid(changed)
        twin.rows = self.rows
        twin.has_formulas = self.has_formulas
        twin._arrays = self._arrays  # the same cells
        twin.has_pivots = self.has_pivots
        self._token = object()
        self._shared = twin._shared = True
        return twin

    def own(self) -> list[Row | None]:
        """The list of rows, for changing."""
        if self._shared:
            self.rows = self.rows.copy()
            self._shared = False
        return self.rows

    def writable(self, index: int) -> Row:
        """The row at `index`, made if there is none, for writing; the caller says `touch`."""
        rows = self.own()
        if index >= len(rows):
            rows.extend([None] * (index + 1 - len(rows)))
        row = rows[index]
        if row is None:
            row = rows[index] = Row(self._token)
        elif row.owner is not self._token:
            row = rows[index] = row.copy(self._token)
        return row

    def touch(self, start: int, end: int) -> None:
        """Say that rows [start, end) were written."""
        if self._arrays is not False or self._may_spill(start, end):
            self._arrays = None
        self._changed(start, end)

    def has_arrays(self) -> bool:
        """Whether the value of some formula may be an array."""
        known = self._may_spill(0, len(self.rows)) if self._arrays is None else self._arrays
        self._arrays = known
        return known

    def _may_spill(self, start: int, end: int) -> bool:
        rows = self.rows[start:end] if self.has_formulas else []
        cells = (value for row in rows if row and row.values for value in row.values if type(value) is Formula)
        return any(map(may_spill, cells))

    def get(self, layer: Layer, row: int, column: int) -> Any:
        """What is in a layer of a cell, or None."""
        found = self.rows[row] if row < len(self.rows) else None
        cells = getattr(found, layer) if found else None
        return cells[column] if cells is not None and column < len(cells) else None

    def cells(self, layer: Layer, row: int) -> list[Any]:
        """A layer of a whole row, as long as it happens to be; not for changing."""
        found = self.rows[row] if row < len(self.rows) else None
        return (getattr(found, layer) if found else None) or []

    def put(self, layer: Layer, row: int, column: int, value: Any) -> None:
        """Put a value in a layer of a cell; the caller says `touch`."""
        if value is None and self.get(layer, row, column) is None:
            return
        cells = self._layer(layer, row)
        if column >= len(cells):
            cells.extend([None] * (column + 1 - len(cells)))
        cells[column] = value
        if type(value) is Formula:
            self.has_formulas = True
        elif layer == "pivots":
            self.has_pivots = True

    def put_row(self, layer: Literal["formats"], row: int, column: int, values: list[Any]) -> None:
        """Put values in a layer of the cells from `column` on; the caller says `touch`."""
        if not any(values) and not any(self.cells(layer, row)[column : column + len(values)]):
            return
        cells = self._layer(layer, row)
        if column > len(cells):
            cells.extend([None] * (column - len(cells)))
        cells[column : column + len(values)] = values

    def _layer(self, layer: Layer, row: int) -> list[Any]:
        """A layer of a row, for writing."""
        found = None if self._shared or row >= len(self.rows) else self.rows[row]
        writable = found if found is not None and found.owner is self._token else self.writable(row)
        cells: list[Any] | None = getattr(writable, layer)
        if cells is None:
            cells = []
            setattr(writable, layer, cells)
        return cells

    def snip(self, row: int, column: int) -> dict[Layer, Any]:
        """All layers of a cell that hold something."""
        found = {layer: self.get(layer, row, column) for layer in LAYERS}
        return {layer: value for layer, value in found.items() if value is not None}

    def last_row(self, layer: Layer, start: int, end: int, left: int, right: int) -> int:
        """The end of the last row of the box with anything in a layer, or `start` when there is none."""
        for index in range(min(end, len(self.rows)), start, -1):
            cells = self.cells(layer, index - 1)
            if any(value is not None for value in cells[left:right]):
                return index
        return start

    def contents(self, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int, Content]]:
        """(row, column, content) of every cell with content in rows [start, end)."""
        for index, row in enumerate(self.rows[start:end], start):
            for column, value in enumerate((row.values if row else None) or ()):
                if value is not None:
                    yield index, column, value

    def insert_rows(self, at: int, count: int) -> None:
        """Push the rows from `at` on down by `count`."""
        if at < len(self.rows):
            self.own()[at:at] = [None] * count
        self.touch(at, len(self.rows) + count)

    def delete_rows(self, start: int, end: int) -> None:
        """Take rows [start, end) out."""
        before = len(self.rows)
        del self.own()[start:end]
        self.touch(start, before)

    def move_rows(self, start: int, end: int, to: int) -> None:
        """Put rows [start, end) before row `to`, counted before the move."""
        rows = self.own()
        rows.extend([None] * (max(end, to) - len(rows)))
        self.rows = moved(rows, start, end, to)
        self.touch(min(start, to), max(end, to))

    def edit_columns(self, change: Callable[[list[Any]], list[Any]]) -> None:
        """Replace every layer of every row by `change` of it."""
        for index, row in enumerate(self.rows):
            if row is not None:
                self.writable(index).edit(change)
        self.touch(0, len(self.rows))


def moved(cells: list[Any], start: int, end: int, to: int) -> list[Any]:
    """`cells` with [start, end) put before `to`, counted before the move."""
    size = max(len(cells), end, to) if len(cells) > min(start, to) else len(cells)
    padded = cells + [None] * (size - len(cells))
    if to >= end:
        return padded[:start] + padded[end:to] + padded[start:end] + padded[to:]
    if to <= start:
        return padded[:to] + padded[start:end] + padded[to:start] + padded[end:]
    return padded
