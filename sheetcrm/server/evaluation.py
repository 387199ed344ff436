"""
Cells and formulas → values, by formualizer: the only module that knows which engine computes.

Rows and columns are 0-based here and 1-based in the engine.  Dates are day numbers, never datetimes.  The engine
refuses formulas that are too deep or too long by itself; what it refuses is an error value in the cell, not an
exception.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import formualizer

from sheetcrm.server.cell_error import CellError, Scalar, Value
from sheetcrm.server.formulas import letters

DEADLINE = 20_000
"""Milliseconds that one calculation may take before what is left is given up."""

MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
"""The engine's grid.  Cells beyond are never read by a formula: a reference to one is an error, not a wrong answer."""

EXACT = 2**53
"""Whole numbers below are the same as a double."""

# The engine shows a blank result as 0; this stands for one, which nobody types.
BLANK = "\uffff"
OUTSIDE = CellError("REF", f"This server computes within {MAX_ROWS} rows and {MAX_COLUMNS} columns.")
SPILLED = CellError("REF", "Array result was not expanded because it would overwrite data.")

_ERRORS = {
    "Div": CellError("DIVIDE_BY_ZERO", "Function DIVIDE parameter 2 cannot be zero."),
    "Na": CellError("N_A", "Value not available."),
    "Name": CellError("NAME", "Unknown function or range name."),
    "Ref": CellError("REF", "Reference does not exist."),
    "Value": CellError("VALUE", "An argument has the wrong type."),
    "Num": CellError("NUM", "The result is not a number that can be shown."),
    "Null": CellError("NULL_VALUE", "The ranges have no cell in common."),
    "Circ": CellError(
        "REF", "Circular dependency detected. To resolve with iterative calculation, see File > Settings."
    ),
    "Spill": SPILLED,
    "Calc": CellError("N_A", "No matches are found in FILTER evaluation."),
    "Cancelled": CellError("LOADING", "Loading..."),
    "NImpl": CellError("ERROR", "Formula parse error."),
    "Error": CellError("ERROR", "Formula parse error."),
}
# The first of each, which are the plain ones.
_KINDS = {error.type: kind for kind, error in reversed(_ERRORS.items())}


class Engine:
    """A workbook that recalculates what depends on what changed."""

    def __init__(self, functions: dict[str, tuple[Callable[..., Any], int, int | None]]) -> None:
        limits = formualizer.EvaluationConfig()
        limits.max_eval_time_ms = DEADLINE
        settings = formualizer.WorkbookConfig(
            mode=formualizer.WorkbookMode.Interactive, eval_config=limits, enable_changelog=False
        )
        self._late = False
        self._ready: dict[str, int] = {}
        self._book = formualizer.Workbook(config=settings)
        self._book.set_temporal_egress("serial")
        for name, (function, fewest, most) in functions.items():
            self._book.register_function(
                name, function, min_args=fewest, max_args=most, allow_override_builtin=True, thread_safe=False
            )

    def clock(self, moment: datetime, offset_seconds: int) -> None:
        """What NOW and TODAY say from the next calculation on."""
        self._book.set_deterministic_clock(moment.astimezone(UTC), offset_seconds)

    def add_sheet(self, title: str) -> None:
        """An empty sheet; nothing if there is one."""
        self._book.add_sheet(title)

    def put(self, title: str, row: int, column: int, block: Sequence[Sequence[Scalar]]) -> None:
        """Values of a rectangle whose top left is at (row, column); None empties a cell, formula or not."""
        height, width = max(0, MAX_ROWS - row), max(0, MAX_COLUMNS - column)
        cells = [[float(value) if type(value) is int else value for value in line[:width]] for line in block[:height]]
        if not cells or not cells[0]:
            return
        self._book.set_values_batch(title, row + 1, column + 1, cells)

    def show(self, title: str, cells: Mapping[tuple[int, int], Value]) -> None:
        """Values that nobody entered, errors among them, by (row, column); None empties a cell."""
        for (row, column), value in cells.items():
            if row < MAX_ROWS and column < MAX_COLUMNS:
                error = (
                    {"type": "Error", "kind": _KINDS.get(value.type, "Value")} if isinstance(value, CellError) else None
                )
                self._book.set_value(title, row + 1, column + 1, error or value)

    def put_formula(self, title: str, row: int, column: int, formula: str) -> bool:
        """A formula, from its `=` on; one that cannot be parsed makes the cell an error.

        False when it reads its own cell and was refused for that: the engine then no longer knows what else it reads.
        """
        if row >= MAX_ROWS or column >= MAX_COLUMNS:
            return True
        try:
            self._book.set_formula(title, row + 1, column + 1, formula)
        except RuntimeError as error:
            circular = "#CIRC" in str(error)
            kind = "Circ" if circular else "Error"
            self._book.set_value(title, row + 1, column + 1, {"type": "Error", "kind": kind})
            return not circular
        return True

    def calculate(self) -> None:
        """Bring every formula up to date, or give up after DEADLINE: `value` then computes what is asked for."""
        self._late = True
        with _forgiven():
            self._book.evaluate_all()
            self._late = False

    def value(self, title: str, row: int, column: int) -> Value:
        """What the cell holds after the last calculation."""
        if row >= MAX_ROWS or column >= MAX_COLUMNS:
            return OUTSIDE
        found = None if self._late else self._book.get_value(title, row + 1, column + 1)
        # A cell that was once emptied answers None even when an array has spilled into it since.
        return self.compute(title, row, column) if found is None else _value(found)

    def column(self, title: str, column: int, start: int, end: int) -> list[Value]:
        """What rows [start, end) hold after the last calculation, all at once; None for a cell to be asked for by itself."""
        last = min(end, MAX_ROWS)
        if self._late or column >= MAX_COLUMNS or start >= last:
            return [None] * (end - start)
        area = formualizer.RangeAddress(title, start + 1, column + 1, last, column + 1)
        cells = [
            cell if type(cell) is str
            else int(cell) if type(cell) is float and -EXACT < cell < EXACT and cell.is_integer()
            else None if cell is None
            else _value(cell)
            for (cell,) in self._book.sheet(title).get_values(area)
        ]  # fmt: skip
        return cells + [None] * (end - start - len(cells))

    def compute(self, title: str, row: int, column: int) -> Value:
        """What the cell holds, calculated now if need be."""
        with _forgiven():
            return _value(self._book.evaluate_cell(title, row + 1, column + 1))
        return _ERRORS["Cancelled"]

    def each(
        self, function: str, rows: Sequence[Sequence[Any]], whole: Mapping[int, Sequence[Sequence[Any]]] | None = None
    ) -> list[Any]:
        """`function` of every row of arguments, all equally many, values and results as functions see them.

        `whole` are the ranges among the arguments, by their places, which are the same for each row; an engine takes
        them once.
        """
        count = len(rows[0])
        title = f"{function} {count}"
        self._book.add_sheet(title)
        ready = self._ready.get(title, 0)
        self._book.set_values_batch(title, 1, 1, [list(row) for row in rows])
        arguments = [f"{chr(65 + i)}{{row}}" for i in range(count)]
        for place, block in sorted((whole or {}).items()):
            self._book.add_sheet(f"whole{place}")
            self._book.set_values_batch(f"whole{place}", 1, 1, [list(line) for line in block])
            arguments.insert(place, f"whole{place}!$A$1:${letters(len(block[0]) - 1)}${len(block)}")
        formula = f'=LET(x_,{function}({",".join(arguments)}),IF(ISBLANK(x_),"{BLANK}",x_))'
        for row in range(ready + 1, len(rows) + 1):
            self._book.set_formula(title, row, count + 1, formula.format(row=row))
        self._ready[title] = max(ready, len(rows))
        self._book.evaluate_all()
        found = (self._book.get_value(title, row + 1, count + 1) for row in range(len(rows)))
        return [None if value == BLANK else value for value in found]


@contextmanager
def _forgiven() -> Iterator[None]:
    """Resources exhausted: the cells concerned stay as they were."""
    try:
        yield
    except (RuntimeError, formualizer.ExcelEvaluationError):
        return


def _value(found: Any) -> Value:
    if isinstance(found, float):
        if not math.isfinite(found):
            return _ERRORS["Num"]
        return int(found) if found.is_integer() and abs(found) < EXACT else found
    if isinstance(found, dict):
        return _ERRORS.get(str(found.get("kind")), _ERRORS["Value"])
    return found if found is None or isinstance(found, str | bool | int) else str(found)
