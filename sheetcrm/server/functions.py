"""
Functions that Sheets has and the engine lacks, or shows differently, in Python.

The engine hands in plain values, ranges as lists of rows, blanks as None and errors as dicts; an error that comes in
goes out again unchanged.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from pydantic_core import SchemaError, SchemaValidator, core_schema

from sheetcrm.server import display
from sheetcrm.server.evaluation import Engine

Given = Any
"""What the engine hands in: str, float, bool, None, an error dict, or a list of rows of these."""

WRONG = {"type": "Error", "kind": "Value"}
MISSING = {"type": "Error", "kind": "Na"}
MOST_CELLS = 200_000


def sheets_functions(locale: str) -> dict[str, tuple[Callable[..., Given], int, int | None]]:
    """Name → (function, fewest arguments, most arguments)."""

    def text(value: Given, pattern: Given) -> Given:
        return _formatted(value, pattern, locale)

    return {
        SPREAD: (_spread, 2, None),
        "TEXT": (_each(text), 2, 2),
        "REGEXMATCH": (_each(_matches), 2, 2),
        "SPLIT": (_split, 2, 4),
        "JOIN": (_join, 2, None),
        "COUNTUNIQUE": (_count_unique, 1, None),
    }


SPREAD = "SPREAD_"
"""`SPREAD_("LEN",A2:A9)`: what the engine does not do itself, a function of single values applied to whole ranges."""

_WORDS = """
ABS CEILING CODE DATE DATEVALUE DAY DAYS EDATE EOMONTH EXACT FIND FLOOR HOUR INT ISBLANK ISERROR ISEVEN ISLOGICAL ISNA
ISNUMBER ISODD ISTEXT LEFT LEN LOWER MID MINUTE MOD MONTH N NOT PROPER REPT RIGHT ROUND ROUNDDOWN ROUNDUP SEARCH SECOND
SIGN SQRT SUBSTITUTE TRIM TRUNC UPPER VALUE WEEKDAY WEEKNUM YEAR
"""
SINGLE = frozenset(_WORDS.split())
"""Functions of single values that SPREAD_ applies to ranges."""


def _spread(function: Given, *arguments: Given) -> Given:
    grids = [argument if isinstance(argument, list) else [[argument]] for argument in arguments]
    height, width = max(map(len, grids)), max(len(grid[0]) for grid in grids)
    if height * width > MOST_CELLS or function not in SINGLE:
        return WRONG
    rows = [[_at(grid, row, column) for grid in grids] for row in range(height) for column in range(width)]
    found = _single().each(function, rows)
    return [found[start : start + width] for start in range(0, len(found), width)]


def _at(grid: list[list[Given]], row: int, column: int) -> Given:
    """One value of a grid; a single row or column repeats."""
    row, column = (0 if len(grid) == 1 else row), (0 if len(grid[0]) == 1 else column)
    return grid[row][column] if row < len(grid) and column < len(grid[row]) else MISSING


_local = threading.local()


def _single() -> Engine:
    """A workbook of its own, because a function must not touch the one that calls it; one for each thread."""
    if not hasattr(_local, "engine"):
        _local.engine = Engine({})
    engine: Engine = _local.engine
    return engine


def _each(function: Callable[[Given, Given], Given]) -> Callable[[Given, Given], Given]:
    """`function` of a value and a setting, applied to every value of a range."""

    def apply(value: Given, setting: Given) -> Given:
        if isinstance(value, list):
            return [[apply(cell, setting) for cell in row] for row in value]
        if isinstance(value, dict):
            return value
        return setting if isinstance(setting, dict) else function(value, setting)

    return apply


def _formatted(value: Given, pattern: Given, locale: str) -> Given:
    if isinstance(value, str):
        value = _number(value)
    return display.text(0.0 if value is None else value, {"pattern": _text(pattern)}, locale)


def _matches(value: Given, pattern: Given) -> Given:
    """REGEXMATCH; numbers are not text, as Sheets insists."""
    if isinstance(value, float | bool) or isinstance(pattern, float | bool):
        return WRONG
    known = _regex(pattern or "")
    return WRONG if known is None else known.isinstance_python(value or "")


@lru_cache(maxsize=256)
def _regex(pattern: str) -> SchemaValidator | None:
    """RE2-like and linear in time, which Python's `re` is not: a pattern in a cell must not stop the server."""
    try:
        return SchemaValidator(core_schema.str_schema(pattern=pattern, regex_engine="rust-regex"))
    except SchemaError:
        return None


def _split(value: Given, delimiter: Given, each: Given = True, trim: Given = True) -> Given:
    """SPLIT: by each character of the delimiter unless told otherwise; parts that look like numbers become numbers."""
    for given in (value, delimiter):
        if isinstance(given, dict):
            return given
    value, delimiter = _text(value), _text(delimiter)
    if not delimiter or not value:
        return WRONG
    separator = f"[{re.escape(delimiter)}]" if each else re.escape(delimiter)
    parts = [part for part in re.split(separator, value) if part or not trim]
    return [[_number(part) for part in parts]] if parts else WRONG


def _join(delimiter: Given, *ranges: Given) -> Given:
    cells = list(_flat(ranges))
    broken = next((cell for cell in cells if isinstance(cell, dict)), None)
    return broken or _text(delimiter).join(map(_text, cells))


def _count_unique(*ranges: Given) -> Given:
    cells = [cell for cell in _flat(ranges) if cell is not None]
    return next((cell for cell in cells if isinstance(cell, dict)), None) or float(len({(type(c), c) for c in cells}))


def _flat(given: Given) -> Iterator[Given]:
    for cell in given:
        if isinstance(cell, list | tuple):
            yield from _flat(cell)
        else:
            yield cell


def _text(value: Given) -> str:
    return display.text(value, None, "en_US")


def _number(text: str) -> str | float:
    """The number that `text` is, else `text`."""
    return float(text) if re.fullmatch(r"\s*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,2})?\s*", text) else text
