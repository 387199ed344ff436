"""
Functions that Sheets has and the engine lacks, or shows differently, in Python.

The engine hands in plain values, ranges as lists of rows, blanks as None and errors as dicts; an error that comes in
goes out again unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from pydantic_core import SchemaError, SchemaValidator, core_schema

from sheetcrm.server import display, entered
from sheetcrm.server.looking_up import SPREAD, spread
from sheetcrm.server.ordering import sort, sort_n
from sheetcrm.server.searching import SearchError, compiled

Given = Any
"""What the engine hands in: str, float, bool, None, an error dict, or a list of rows of these."""

WRONG = {"type": "Error", "kind": "Value"}
REFUSED = {"type": "Error", "kind": "Ref"}
MISSING = {"type": "Error", "kind": "Na"}


def sheets_functions(locale: str, today: Callable[[], date]) -> dict[str, tuple[Callable[..., Given], int, int | None]]:
    """Name → (function, fewest arguments, most arguments); `today` gives dates written without a year theirs."""

    def text(value: Given, pattern: Given) -> Given:
        return _formatted(_day_number(value, locale, today()), pattern, locale)

    return {
        SPREAD: (spread, 2, None),
        NOTHING: (lambda: None, 0, 0),
        SHOWN: (_shown, 1, 1),
        DAY: (_each(lambda value, _: _day_number(value, locale, today())), 2, 2),
        "TEXT": (_each(text), 2, 2),
        "TO_TEXT": (lambda value: _each(lambda cell, _: _text(cell))(value, None), 1, 1),
        **dict.fromkeys(("TO_DATE", "TO_DOLLARS", "TO_PERCENT", "TO_PURE_NUMBER"), (lambda value: value, 1, 1)),
        "REGEXMATCH": (_each(_matches), 2, 2),
        "REGEXEXTRACT": (_extracted, 2, 2),
        "REGEXREPLACE": (_replaced, 3, 3),
        "ISEMAIL": (lambda value: _each(_fits)(value, EMAIL), 1, 1),
        "ISURL": (lambda value: _each(_fits)(value, URL), 1, 1),
        "SPARKLINE": (lambda *_: "", 1, 2),
        "FLATTEN": (lambda *ranges: [[cell] for cell in _flat(ranges)] or WRONG, 1, None),
        "SORT": (sort, 1, None),
        "SORTN": (sort_n, 1, None),
        "ARRAY_CONSTRAIN": (_constrained, 3, 3),
        "EPOCHTODATE": (lambda moment, unit=1.0: _each(_epoch)(moment, unit), 1, 2),
        "ENCODEURL": (lambda text: _each(lambda cell, _: quote(_text(cell), safe=""))(text, None), 1, 1),
        "IMAGE": (lambda *_: "", 1, 4),
        "SPLIT": (_split, 2, 4),
        "JOIN": (_join, 2, None),
        "COUNTUNIQUE": (_count_unique, 1, None),
    }


NOTHING = "NOTHING_"
"""`NOTHING_()`: what a blank cell holds."""
SHOWN = "SHOWN_"
"""`SHOWN_(SORT(A2:A))`: the engine spills a blank cell as 0, Sheets as nothing."""
DAY = "DAY_"
"""`DAY_("2026-09-05",0)`: a date written as text → its day number, which the engine's date functions insist on."""
EMAIL = r"^[A-Za-z0-9._%+'-]+@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}$"
URL = r"^([a-z]+://|mailto:|www\.)?([A-Za-z0-9._%+-]+(:[^@/]*)?@)?([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}(:[0-9]+)?([/?#][^\s]*)?$"


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
    return display.text(0.0 if value is None else value, {"pattern": _text(pattern)}, locale)


def _matches(value: Given, pattern: Given) -> Given:
    """REGEXMATCH; numbers are not text, as Sheets insists."""
    if isinstance(value, float | bool) or isinstance(pattern, float | bool):
        return WRONG
    known = _regex(pattern or "")
    return REFUSED if known is None else known.isinstance_python(value or "")


@lru_cache(maxsize=256)
def _regex(pattern: str) -> SchemaValidator | None:
    """RE2-like and linear in time, which Python's `re` is not: a pattern in a cell must not stop the server."""
    try:
        return SchemaValidator(core_schema.str_schema(pattern=pattern, regex_engine="rust-regex"))
    except SchemaError:
        return None


def _shown(found: Given) -> Given:
    """Blanks as empty text; rows and columns of blanks at the end are left out, so that their cells stay blank."""
    if not isinstance(found, list):
        return "" if found is None else found
    height = max((row for row, cells in enumerate(found, 1) if any(cell is not None for cell in cells)), default=1)
    width = max((len(cells) - _blanks_at_end(cells) for cells in found[:height]), default=1)
    return [["" if cell is None else cell for cell in cells[: max(width, 1)]] for cells in found[:height]]


def _blanks_at_end(cells: list[Given]) -> int:
    return next((i for i, cell in enumerate(reversed(cells)) if cell is not None), len(cells))


def _day_number(value: Given, locale: str, today: date) -> Given:
    """A date or time in the notation of the spreadsheet's locale as a number; anything else as it is."""
    if not isinstance(value, str):
        return value
    found = entered.parse(value, locale, today=today)
    return float(found.value) if isinstance(found.value, int | float) and not isinstance(found.value, bool) else value


def _extracted(value: Given, pattern: Given) -> Given:
    """REGEXEXTRACT: the match, or its groups beside each other; only of one value are groups a row."""
    if not isinstance(value, list):
        return _each(_parts)(value, pattern)
    first = [[_each(_parts)(cell, pattern) for cell in row] for row in value]
    return [[cell[0][0] if isinstance(cell, list) else cell for cell in row] for row in first]


def _parts(value: Given, pattern: Given) -> Given:
    """The match of one value, or a row of its groups."""
    if isinstance(value, float | bool) or not isinstance(pattern, str):
        return WRONG
    try:
        regex, text = compiled(pattern), value or ""
        found = regex.first(text)
    except SearchError:
        return REFUSED
    if found is None:
        return MISSING
    parts = [text[start:end] if start >= 0 else "" for start, end in zip(found[::2], found[1::2], strict=True)]
    return [parts[1:]] if len(parts) > 2 else parts[-1]


def _replaced(value: Given, pattern: Given, replacement: Given) -> Given:
    """REGEXREPLACE, of one value or of each in a range."""
    if isinstance(value, list):
        return [[_replaced(cell, pattern, replacement) for cell in row] for row in value]
    broken = next((given for given in (value, pattern, replacement) if isinstance(given, dict)), None)
    if broken is not None:
        return broken
    if any(given is not None and not isinstance(given, str) for given in (value, pattern, replacement)):
        return WRONG
    try:
        return compiled(pattern or "").replaced(value or "", replacement or "")
    except SearchError:
        return REFUSED


def _fits(value: Given, pattern: str) -> Given:
    known = _regex(pattern)
    return isinstance(value, str) and known is not None and known.isinstance_python(value)


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


def _constrained(array: Given, rows: Given, columns: Given) -> Given:
    """ARRAY_CONSTRAIN: no more than so many rows and columns."""
    if not all(type(size) is float and size >= 1 for size in (rows, columns)):
        return WRONG
    return [line[: int(columns)] for line in (array if isinstance(array, list) else [[array]])[: int(rows)]]


def _epoch(moment: Given, unit: Given) -> Given:
    """EPOCHTODATE: seconds, milliseconds or microseconds since 1970, by the unit 1, 2 or 3."""
    if type(moment) is not float or unit not in (1.0, 2.0, 3.0):
        return WRONG
    return 25_569 + moment / 1000 ** (int(unit) - 1) / 86_400


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
