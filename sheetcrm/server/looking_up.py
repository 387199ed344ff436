"""
Function of single values and arrays → its value for each of their places.

An engine of its own computes them, because a function must not touch the one that calls it: so what VLOOKUP finds for a
column is what it finds for a cell.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from sheetcrm.server.evaluation import Engine

Given = Any
"""What the engine hands in: str, float, bool, None, an error dict, or a list of rows of these."""

WRONG = {"type": "Error", "kind": "Value"}
MISSING = {"type": "Error", "kind": "Na"}
MOST_CELLS = 200_000
SPREAD = "SPREAD_"
"""`SPREAD_("LEN",A2:A9)`: what the engine does not do itself, a function of single values applied to whole ranges."""

_WORDS = """
ABS CEILING CODE DATE DATEVALUE DAY DAYS EDATE EOMONTH EXACT FIND FLOOR HOUR INT ISBLANK ISERROR ISEVEN ISLOGICAL ISNA
ISNUMBER ISODD ISTEXT LEFT LEN LOWER MID MINUTE MOD MONTH N NOT PROPER REPT RIGHT ROUND ROUNDDOWN ROUNDUP SEARCH SECOND
SIGN SQRT SUBSTITUTE TRIM TRUNC UPPER VALUE WEEKDAY WEEKNUM YEAR
"""
SINGLE = frozenset(_WORDS.split())
"""Functions of single values that SPREAD_ applies to ranges."""


WHOLE: dict[str, Callable[[int], bool]] = {
    **dict.fromkeys(("VLOOKUP", "HLOOKUP", "MATCH", "XMATCH"), lambda place: place == 1),
    **dict.fromkeys(("XLOOKUP", "LOOKUP"), lambda place: place in (1, 2)),
    **dict.fromkeys(("COUNTIF", "RANK"), lambda place: place == (0)),
    **dict.fromkeys(("SUMIF", "AVERAGEIF"), lambda place: place != 1),
    "COUNTIFS": lambda place: place % 2 == 0,
}
"""The same for these, and whether an argument, counted from 0, is a range that stays whole."""


def spread(function: Given, *arguments: Given) -> Given:
    """SPREAD_: rows of what `function` gives, ranges that are to stay whole being the same for each."""
    whole = WHOLE.get(function)
    if whole is None and function not in SINGLE:
        return WRONG
    kept = {i: _grid(given) for i, given in enumerate(arguments) if whole is not None and whole(i)}
    grids = [_grid(given) for i, given in enumerate(arguments) if i not in kept]
    height, width = max(map(len, grids)), max(len(grid[0]) for grid in grids)
    if height * width > MOST_CELLS:
        return WRONG
    rows = [[_at(grid, row, column) for grid in grids] for row in range(height) for column in range(width)]
    found = Engine({}).each(function, rows, kept) if kept else _single().each(function, rows)
    return [found[start : start + width] for start in range(0, len(found), width)]


def _grid(given: Given) -> list[list[Given]]:
    return given if isinstance(given, list) else [[given]]


def _at(grid: list[list[Given]], row: int, column: int) -> Given:
    """One value of a grid; a single row or column repeats."""
    row, column = (0 if len(grid) == 1 else row), (0 if len(grid[0]) == 1 else column)
    return grid[row][column] if row < len(grid) and column < len(grid[row]) else MISSING


_local = threading.local()


def _single() -> Engine:
    """One for each thread."""
    if not hasattr(_local, "engine"):
        _local.engine = Engine({})
    engine: Engine = _local.engine
    return engine
