"""
Formulas filled down a column → what they have in common.

Ten thousand rows of `=IF(A2="","",B2*C2)` are one formula ten thousand times; the work that it takes to understand
it is done once.  A family writes each relative row as its distance from the formula's own row, between NUL characters.
"""

from __future__ import annotations

import re
from functools import lru_cache

from sheetcrm.server import formulas
from sheetcrm.server.edits import Edit
from sheetcrm.server.formulas import Reference, Token

_MARK = "\0"
# Cells outside strings, titles and brackets; what is not exactly a cell stays, and keeps its formula out of the family.
_CELL = re.compile(
    r"""("[^"]*"?|'[^']*'?|\[[^\]]*\]?)|(?<![\w.$])(\$?[A-Za-z]{1,3})([1-9][0-9]{0,7})(?![\w!.$]|\s*+\()"""
)


def family(formula: str, row: int) -> str:
    """What a formula in `row` (0-based) shares with its copies above and below, and with nothing else."""
    own = row + 1

    def mark(match: re.Match[str]) -> str:
        return match[1] or f"{match[2]}{_MARK}{int(match[3]) - own}{_MARK}"

    return _CELL.sub(mark, formula)


def member(family_text: str, row: int) -> str:
    """The formula of a family in `row` (0-based)."""
    form, ones = _form(family_text)
    return form % tuple([row + one for one in ones])


def is_member(family_text: str, formula: str, row: int) -> bool:
    """Whether `formula` in `row` (0-based) has that family; cheaper than to ask which one it has."""
    form, ones = _form(family_text)
    # Above the first row a reference would read as a name and a number to be taken from it.
    return form % tuple([row + one for one in ones]) == formula and all(row + one > 0 for one in ones)


@lru_cache(maxsize=4096)
def _form(family_text: str) -> tuple[str, tuple[int, ...]]:
    """A family as a form for `%`, and the numbers (1-based) that its references have in row 0."""
    parts = family_text.replace("%", "%%").split(_MARK)
    return "%d".join(parts[::2]), tuple(int(distance) + 1 for distance in parts[1::2])


def marked(at: int, row: int) -> str:
    """Row `at` in a formula that stands in `row`, both 0-based, as its family writes it."""
    return f"{_MARK}{at - row}{_MARK}"


def is_plain(tokens: tuple[Token, ...]) -> bool:
    """Whether a family says all there is to say: no names, no whole rows, no NUL in the text."""
    return all(
        (token.kind != "name" or token.text.upper() in {"TRUE", "FALSE"})
        and _MARK not in token.text
        and (token.reference is None or _is_simple(token.reference))
        for token in tokens
    )


def _is_simple(reference: Reference) -> bool:
    first, last = reference.first, reference.last
    if first.column is None or (last is not None and last.column is None):
        return False
    return last is None or first.row is not None or last.row is None


class Followers:
    """`formulas.edited` for the cells of one sheet; what was filled down from one formula is worked out once."""

    def __init__(self, formula_sheet: str, edited_sheet: str, edit: Edit) -> None:
        """For formulas in the sheet titled `formula_sheet`, after `edit` of the one titled `edited_sheet`."""
        self._here, self._there, self._edit = formula_sheet, edited_sheet, edit
        self._own = formula_sheet == edited_sheet
        self._back = edit.inverse()
        self._named = edited_sheet.replace("'", "''").casefold()
        self._known: dict[tuple[str, tuple[int, ...]], str] = {}

    def __call__(self, formula: str, row: int) -> str:
        """The formula of a cell that is in `row` (0-based) *after* the edit."""
        if not self._own and self._named not in formula.casefold():
            return formula
        key = self._key(formula, row)
        if key is None:
            return self._followed(formula)
        if key not in self._known:
            self._known[key] = family(self._followed(formula), row)
        return member(self._known[key], row)

    def _followed(self, formula: str) -> str:
        return formulas.edited(formula, formula_sheet=self._here, edited_sheet=self._there, edit=self._edit)

    def _key(self, formula: str, row: int) -> tuple[str, tuple[int, ...]] | None:
        """What tells all there is to tell of the outcome: the family, and by how much the row and each reference move."""
        edit = self._edit
        if edit.kind == "move" or edit.across is not None or _MARK in formula:
            return None
        if edit.dimension == "COLUMNS":
            return family(formula, row), ()
        before = self._back.index(row) if self._own else row
        if before is None:
            return None
        text = family(formula, before)
        landed = [(at, edit.index(at)) for at in (before + int(distance) for distance in text.split(_MARK)[1::2])]
        moves = tuple(after - at for at, after in landed if after is not None)
        # A corner that is deleted lands at the edge of what is gone: how far that is differs from row to row.
        return (text, (row - before, *moves)) if len(moves) == len(landed) else None
