"""
Formula in key form ↔ formula in A1 notation.

`{stage}` is the cell of the same row, `{log.date}` the data rows of a column.
Texts in quotes and quoted tab titles are never looked into.
"""

from __future__ import annotations

import re
from collections.abc import Callable

STRING = r'"(?:[^"]|"")*"'
TITLE = r"(?:'(?:[^']|'')*'|[^\W\d][\w.]*)!"
KEY = r"\{[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)?\}"
CELL = r"\$?[A-Za-z]{1,3}\$?[1-9][0-9]*"

_KEY_FORM = re.compile(rf"(?P<string>{STRING})|(?P<title>{TITLE})|(?P<key>{KEY})")
_A1_FORM = re.compile(
    rf"(?P<string>{STRING})|(?P<ref>(?P<title>{TITLE})?(?<![\w$.])(?P<start>{CELL})(?::(?P<end>{CELL}))?(?![\w(.]))"
    rf"|(?P<other>{TITLE})"
)
_NORMAL = re.compile(rf"(?P<kept>{STRING}|{TITLE}|{KEY})|(?P<rest>[^\"'{{]+|.)", re.DOTALL)
_PARTS = re.compile(r"(\$?)([A-Za-z]{1,3})(\$?)([1-9][0-9]*)")


def normal(formula: str) -> str:
    """The same formula without what makes no difference: spaces, and small letters outside of texts, titles and keys."""

    def plain(match: re.Match[str]) -> str:
        return match["kept"] or re.sub(r"\s+", "", match["rest"]).upper()

    return _NORMAL.sub(plain, formula)


def quoted(title: str) -> str:
    """A tab's title as a formula or a range writes it: always in quotes, quotes doubled."""
    return "'" + title.replace("'", "''") + "'"


def places_in(formula: str, sheet: str) -> frozenset[str]:
    """The columns (`log.date`) that a formula in key form, standing in `sheet`, looks at."""
    keys = [match["key"][1:-1] for match in _KEY_FORM.finditer(formula) if match["key"]]
    return frozenset(key if "." in key else f"{sheet}.{key}" for key in keys)


def replace_keys(formula: str, written: Callable[[str, str], str]) -> str:
    """Key form → A1: `written(sheet, column)` says a key, `sheet` being empty for a cell of the same row."""

    def one(match: re.Match[str]) -> str:
        if not match["key"]:
            return match[0]
        sheet, _, column = match["key"][1:-1].rpartition(".")
        return written(sheet, column)

    return _KEY_FORM.sub(one, formula)


def replace_references(formula: str, named: Callable[[str, str, str], str]) -> str:
    """
    A1 → key form: `named(title, start, end)` says a reference by its keys, or "" to leave it.

    `title` is the tab's title without quotes, "" for the same tab; `end` is ""
    for a single cell.
    """

    def one(match: re.Match[str]) -> str:
        if not match["ref"]:
            return match[0]
        title = (match["title"] or "")[:-1]
        if title.startswith("'"):
            title = title[1:-1].replace("''", "'")
        return named(title, match["start"], match["end"] or "") or match[0]

    return _A1_FORM.sub(one, formula)


def parts(cell: str) -> tuple[bool, str, bool, int]:
    """`$B2` → (column absolute, letters, row absolute, row)."""
    match = _PARTS.fullmatch(cell)
    assert match is not None, cell
    return bool(match[1]), match[2].upper(), bool(match[3]), int(match[4])
