"""
Formula → where its value takes its number format from.

What is not written here takes over none: a number stands as it is.  Days between two dates are a number; hours between
two times are a duration.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sheetcrm.server import formulas
from sheetcrm.server.formulas import Reference, Token

Json = dict[str, Any]

DEEPEST = 40
DATES = frozenset({"DATE", "DATE_TIME"})
DURATION = {"type": "TIME", "pattern": "[h]:mm:ss"}
RESULT_FORMATS: dict[str, Json] = {
    **{name: {"type": "DATE"} for name in ("TODAY", "DATE", "EDATE", "EOMONTH", "WORKDAY", "WORKDAY.INTL", "TO_DATE")},
    "NOW": {"type": "DATE_TIME"},
    "TIME": {"type": "TIME"},
    "TO_PERCENT": {"type": "PERCENT"},
    "TO_DOLLARS": {"type": "CURRENCY"},
}
"""What a call of these looks like, whatever it is given."""
# These look like the first number of what they are given first.
_FIRSTS = frozenset(
    {"SUM", "MAX", "MIN", "AVERAGE", "MEDIAN", "LARGE", "SMALL", "MODE", "MINA", "MAXA", "SUBTOTAL"}
    | {"ABS", "ROUND", "ROUNDUP", "ROUNDDOWN"}
)
# Arrays made of the columns of what they are given first.
_ARRAYS = frozenset({"ARRAYFORMULA", "FILTER", "SORT", "SORTN", "UNIQUE", "ARRAY_CONSTRAIN"})


class Source(Protocol):
    """What a lineage asks of the spreadsheet around the formula."""

    @property
    def part(self) -> int:
        """Which column of its array is meant, from 0."""

    def of_cells(self, reference: Reference, column: int | None) -> Json | None:
        """The look of a column of a reference, or of all of it."""

    def of_name(self, name: str, column: int | None) -> Json | None:
        """The same of a named range."""

    def holds(self, condition: str) -> bool:
        """Whether a part of the formula is true."""


class Lineage:
    """Nothing to take over: the number as it is."""

    texts = False
    """Whether the value is never a number, so that no look can hurt it."""

    def look(self, source: Source) -> Json | None:
        """The number format that the value comes with."""
        return None


@dataclass(frozen=True)
class Words(Lineage):
    """A text, or nothing."""

    texts = True


@dataclass(frozen=True)
class Fixed(Lineage):
    """A function whose result always looks the same."""

    form: Json

    def look(self, source: Source) -> Json | None:
        return self.form


@dataclass(frozen=True)
class Cells(Lineage):
    """Cells read; `column` None means the one that the part of the array comes from, -1 all of them."""

    reference: Reference | None
    name: str = ""
    column: int | None = None

    def look(self, source: Source) -> Json | None:
        column = source.part if self.column is None else None if self.column < 0 else self.column
        return source.of_name(self.name, column) if self.reference is None else source.of_cells(self.reference, column)


@dataclass(frozen=True)
class Added(Lineage):
    """A sum or a difference."""

    left: Lineage
    right: Lineage
    minus: bool

    def look(self, source: Source) -> Json | None:
        left, right = self.left.look(source), self.right.look(source)
        if self.minus and left and right and left.get("type") == right.get("type"):
            if left.get("type") == "DATE":
                return None
            if left.get("type") in {"DATE_TIME", "TIME"}:
                return DURATION
        return left or right


@dataclass(frozen=True)
class Multiplied(Lineage):
    """A product or a quotient: money stays money, and money by money is a number."""

    left: Lineage
    right: Lineage
    divided: bool

    def look(self, source: Source) -> Json | None:
        left, right = (_money(side.look(source)) for side in (self.left, self.right))
        if self.divided:
            return None if right else left
        return left or right


def _money(look: Json | None) -> Json | None:
    return look if look and look.get("type") == "CURRENCY" else None


@dataclass(frozen=True)
class First(Lineage):
    """The first of several that has a look."""

    parts: tuple[Lineage, ...]

    def look(self, source: Source) -> Json | None:
        return next((look for part in self.parts if (look := part.look(source))), None)


@dataclass(frozen=True)
class Either(Lineage):
    """IF: the condition is asked only when it matters."""

    condition: str
    yes: Lineage
    no: Lineage

    def look(self, source: Source) -> Json | None:
        yes, no = self.yes.look(source), self.no.look(source)
        if yes == no or self.no.texts:
            return yes
        return no if self.yes.texts or not source.holds(self.condition) else yes


@dataclass(frozen=True)
class Beside(Lineage):
    """`{A, B}`: the part of the array tells which."""

    parts: tuple[Lineage, ...]

    def look(self, source: Source) -> Json | None:
        return self.parts[min(source.part, len(self.parts) - 1)].look(source)


NOTHING = Lineage()


def lineage(formula: str) -> Lineage:
    """Where the value of `formula`, which begins with `=`, takes its look from; never raises."""
    tokens = [token for token in formulas.tokens(formula[1:]) if not token.text.isspace()]
    return _read(tokens, 0)


def _read(tokens: Sequence[Token], depth: int) -> Lineage:
    if depth > DEEPEST:
        return NOTHING
    if not tokens:
        return Words()
    at = _operator(tokens)
    if at is not None:
        return _operation(tokens, at, depth)
    if tokens[0].text.strip() in {"+", "-"}:
        return _read(tokens[1:], depth + 1)
    return _single(tokens[0]) if len(tokens) == 1 else _enclosed(tokens, depth + 1)


def _enclosed(tokens: Sequence[Token], depth: int) -> Lineage:
    """What stands in parentheses or braces, or is a call."""
    first, last = tokens[0], tokens[-1].text
    if last == ")" and first.text == "(":
        return _read(tokens[1:-1], depth)
    if last == "}" and first.text == "{":
        return Beside(tuple(_read(part, depth) for part in _split(tokens[1:-1], {","})))
    if last == ")" and first.kind == "function":
        return _call(first.text.upper(), _split(tokens[2:-1], {",", ";"}), depth)
    return NOTHING


def _single(token: Token) -> Lineage:
    if token.reference is not None:
        return Cells(token.reference)
    if token.kind == "name" and token.text.upper() not in {"TRUE", "FALSE"}:
        return Cells(None, token.text)
    return Words() if token.kind in {"string", "error"} else NOTHING


def _operator(tokens: Sequence[Token]) -> int | None:
    """Where the operator stands that is carried out last; None when there is none between operands."""
    best, found, depth = 9, None, 0
    for i, token in enumerate(tokens):
        depth += (token.text in {"(", "{"}) - (token.text in {")", "}"})
        rank = _rank(token) if 0 < i < len(tokens) - 1 and depth == 0 and token.kind == "other" else 9
        # A sign after another operator belongs to what follows.
        if rank <= best and rank < 9 and _rank(tokens[i - 1]) == 9:
            best, found = rank, i
    return found


def _rank(token: Token) -> int:
    text = token.text.strip()[:1] if token.kind == "other" else ""
    return 0 if text in {"=", "<", ">"} and text else {"&": 1, "+": 2, "-": 2, "*": 3, "/": 3, "^": 4}.get(text, 9)


def _operation(tokens: Sequence[Token], at: int, depth: int) -> Lineage:
    sign = tokens[at].text.strip()[0]
    if sign == "&":
        return Words()
    if sign not in "+-*/":
        return NOTHING
    left, right = _read(tokens[:at], depth + 1), _read(tokens[at + 1 :], depth + 1)
    return Added(left, right, sign == "-") if sign in "+-" else Multiplied(left, right, sign == "/")


def _split(tokens: Sequence[Token], marks: set[str]) -> list[Sequence[Token]]:
    parts, depth, start = [], 0, 0
    for i, token in enumerate(tokens):
        depth += (token.text in {"(", "{"}) - (token.text in {")", "}"})
        if depth == 0 and token.text in marks:
            parts.append(tokens[start:i])
            start = i + 1
    return [*parts, tokens[start:]]


def _call(name: str, given: list[Sequence[Token]], depth: int) -> Lineage:
    if name in RESULT_FORMATS:
        return Fixed(RESULT_FORMATS[name])
    if name in _FIRSTS:
        parts = [_whole(_read(part, depth)) for part in given[1:] if name == "SUBTOTAL"]
        return First(tuple(parts or [_whole(_read(part, depth)) for part in given]))
    if name in _ARRAYS:
        return _read(given[0], depth)
    if name in {"IF", "IFERROR", "IFNA"}:
        parts = [_read(part, depth) for part in given]
        if name == "IF":
            condition = "".join(token.text for token in given[0])
            return Either(condition, parts[1], parts[2] if len(parts) > 2 else Words()) if len(parts) > 1 else NOTHING
        return First(tuple(parts))
    looked_up = _LOOKUPS.get(name)
    return NOTHING if looked_up is None else looked_up([_read(part, depth) for part in given], given)


def _whole(part: Lineage) -> Lineage:
    return Cells(part.reference, part.name, -1) if isinstance(part, Cells) else part


def _column(part: Lineage, column: Sequence[Token] | None) -> Lineage:
    """The column of a range that is written as a number, its first when nothing is."""
    if not isinstance(part, Cells):
        return NOTHING
    text = "1" if column is None else "".join(token.text for token in column)
    return Cells(part.reference, part.name, max(int(text) - 1, 0)) if text.isdecimal() else NOTHING


_LOOKUPS: dict[str, Callable[[list[Lineage], list[Sequence[Token]]], Lineage]] = {
    "VLOOKUP": lambda parts, given: _column(parts[1], given[2]) if len(parts) > 2 else NOTHING,
    "XLOOKUP": lambda parts, given: First(tuple(parts[2:4])) if len(parts) > 2 else NOTHING,
    "LOOKUP": lambda parts, given: parts[-1] if len(parts) > 1 else NOTHING,
    "INDEX": lambda parts, given: _column(parts[0], given[2] if len(parts) > 2 else None),
}
