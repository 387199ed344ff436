"""
Formulas filled down a column → what they have in common.

Ten thousand rows of `=IF(A2="","",B2*C2)` are one formula ten thousand times; the work that it takes to understand
it is done once.  A family writes each relative row as its distance from the formula's own row, between NUL characters.
"""

from __future__ import annotations

import re

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
    parts = family_text.split(_MARK)
    parts[1::2] = [str(int(distance) + row + 1) for distance in parts[1::2]]
    return "".join(parts)


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
