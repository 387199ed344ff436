"""
Tokens of a formula → which of them belong to a call.

Spans are half-open and count tokens.
"""

from __future__ import annotations

from collections.abc import Sequence

from sheetcrm.server.formulas import Token


def closing(tokens: Sequence[Token], opening: int, pair: str = "()") -> int:
    """The end of what is between the parenthesis at `opening` and the one that closes it."""
    depth = 0
    for i in range(opening, len(tokens)):
        depth += (tokens[i].text == pair[0]) - (tokens[i].text == pair[1])
        if depth == 0:
            return i + 1
    return len(tokens)


def arguments(tokens: Sequence[Token], opening: int, end: int) -> list[tuple[int, int]] | None:
    """Spans of the arguments between `(` at `opening` and the `)` before `end`; None when these are not a pair."""
    if tokens[opening].text != "(":
        return None
    found, depth, first = [], 0, opening + 1
    for i in range(opening, end):
        text = tokens[i].text
        depth += (text in {"(", "{"}) - (text in {")", "}"})
        if depth == 0 and i < end - 1:
            return None
        if depth == 1 and text in {",", ";"}:
            found.append((first, i))
            first = i + 1
    return [*found, (first, end - 1)] if depth == 0 else None


def trimmed(tokens: Sequence[Token], start: int, end: int) -> tuple[int, int]:
    """The same span without blanks and the leading `=`."""
    while start < end and not tokens[start].text.strip("= \n\t"):
        start += 1
    while end > start and tokens[end - 1].text.isspace():
        end -= 1
    return start, end


def is_range(token: Token) -> bool:
    """Whether a token stands for more than one value."""
    return token.text == "{" or (token.reference is not None and token.reference.last is not None)
