"""
Formula where arrays are meant → the same with functions of single values applied to whole ranges.

The engine does so itself for operators and a few functions; here are the others.  What a branch leaves out is a blank
cell, which an array does not show.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sheetcrm.server.calls import arguments, closing, is_range, trimmed
from sheetcrm.server.formulas import Token
from sheetcrm.server.functions import NOTHING
from sheetcrm.server.looking_up import SINGLE, SPREAD, WHOLE

# Inside these, Sheets applies every function to whole ranges.
ARRAYS = frozenset({"ARRAYFORMULA", "FILTER", "INDEX", "SORT", "SORTN", "SUMPRODUCT", "UNIQUE"})
_BRANCHING = frozenset({"IF", "IFERROR", "IFNA", "IFS", "SWITCH"})
_ROUNDINGS = frozenset({"ROUND", "ROUNDDOWN", "ROUNDUP"})
_OPERATORS = {
    "ADD": "+", "MINUS": "-", "MULTIPLY": "*", "DIVIDE": "/", "POW": "^", "EQ": "=", "NE": "<>", "GT": ">", "GTE": ">=", "LT": "<", "LTE": "<=",
}  # fmt: skip
_PLACES = {"ROW": "SEQUENCE(ROWS({0}),1,ROW({0}))", "COLUMN": "SEQUENCE(1,COLUMNS({0}),COLUMN({0}))"}
Call = tuple[str, int, list[tuple[int, int]]]
"""Name, where its `(` stands, spans of its arguments."""


def spread(tokens: Sequence[Token], texts: list[str]) -> None:
    """Rewrite `texts`, one for each token, for the engine."""
    for call, inside in _calls(tokens):
        name, opening, given = call
        close = closing(tokens, opening) - 1
        if name in _ROUNDINGS and len(given) == 1:
            texts[close] = ",0" + texts[close]
        if name in {"IFERROR", "IFNA"} and len(given) == 1:
            texts[close] = (f",{NOTHING}()" if inside else ',""') + texts[close]
        if name in _OPERATORS and len(given) == 2:
            texts[opening - 1], texts[opening] = "", "(("
            texts[given[0][1]], texts[close] = f"){_OPERATORS[name]}(", texts[close] + ")"
        elif inside and _is_spread(tokens, call):
            texts[opening - 1], texts[opening] = SPREAD, f'("{name}",'
        elif inside and name in _BRANCHING:
            for first, last in given[1:]:
                if trimmed(tokens, first, last)[0] == trimmed(tokens, first, last)[1]:
                    texts[first] = f"{NOTHING}()" + texts[first]
        elif inside and name in _PLACES and [is_range(token) for token in tokens[opening + 1 : close]] == [True]:
            texts[opening - 1] = _PLACES[name].format(texts[opening + 1])
            texts[opening] = texts[opening + 1] = texts[close] = ""


def _calls(tokens: Sequence[Token]) -> Iterator[tuple[Call, bool]]:
    """Every call, and whether arrays are meant where it stands; the outer ones last."""
    callers: list[tuple[str, int]] = []
    for i, token in enumerate(tokens):
        if token.text == "(":
            at = i - 1 if i and tokens[i - 1].kind == "function" else i
            callers.append((tokens[at].text.upper() if at < i else "", i))
        elif token.text == ")" and callers:
            name, opening = callers.pop()
            given = arguments(tokens, opening, i + 1) if name else None
            if given is not None:
                yield (name, opening, given), any(caller in ARRAYS for caller, _ in callers)


def _is_spread(tokens: Sequence[Token], call: Call) -> bool:
    name, _, given = call
    whole = WHOLE.get(name)
    if whole is None and name not in SINGLE:
        return False
    single = [span for place, span in enumerate(given) if whole is None or not whole(place)]
    return any(is_range(token) for first, last in single for token in tokens[first:last])
