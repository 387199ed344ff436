"""
`Deals[Amount]` in a formula → the cells that it means, and the same after the table or the column has another name.

The body of the table is meant, without header and footer, unless `#ALL`, `#HEADERS` or `#TOTALS` stands there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sheetcrm.server import formulas
from sheetcrm.server.formulas import Area, Corner, Reference, Token

Finder = Callable[[str, str], Area | None]
"""Name of a table and what stands in brackets → the cells; None when there are none."""


def resolved(tokens: Sequence[Token], find: Finder) -> Sequence[Token]:
    """The tokens with those that mean a part of a table put as references."""
    if not any(token.kind == "name" for token in tokens):
        return tokens
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        part = _part(tokens, at)
        area = None if part is None else find(tokens[at].text, part)
        found.append(tokens[at] if area is None else Token("reference", tokens[at].text, _reference(area)))
        at += 1 if area is None else 2
    return found


def renamed(formula: str, table: str, names: tuple[str, Mapping[str, str]]) -> str:
    """After the table called `table` has the name that comes first in `names`, and columns the names that come second.

    Columns are looked up whatever the case of their letters, by casefold.
    """
    tokens = formulas.tokens(formula)
    texts = [token.text for token in tokens]
    for at, token in enumerate(tokens):
        part = _part(tokens, at)
        if part is not None and token.text.casefold() == table.casefold():
            texts[at] = names[0]
            texts[at + 1] = f"[{names[1].get(part.casefold(), part)}]"
    return "".join(texts)


def _part(tokens: Sequence[Token], at: int) -> str | None:
    """What stands in brackets right after a name."""
    if tokens[at].kind != "name" or at + 1 == len(tokens):
        return None
    text = tokens[at + 1].text
    return text[1:-1].strip() if text[0] == "[" and text[-1] == "]" and len(text) > 2 else None


def _reference(area: Area) -> Reference:
    """The cells, which stay where they are when the formula is copied."""
    (top, bottom), (left, right) = area.rows, area.columns
    first = Corner(left or 0, top or 0, column_fixed=True, row_fixed=True)
    last = Corner((right or 1) - 1, (bottom or 1) - 1, column_fixed=True, row_fixed=True)
    return Reference(area.title, first, last)
