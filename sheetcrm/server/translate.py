"""
Formula as Sheets has it → formula as the engine takes it.

Open ranges end at the edge of the grid, named ranges become references, and a formula whose *result* is a blank cell
gives "" (Sheets shows nothing there; the engine would say 0, and a looked-up date would read 1899-12-30).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol

from sheetcrm.server import formulas
from sheetcrm.server.arrays import SPILLING
from sheetcrm.server.calls import arguments, closing, is_range, trimmed
from sheetcrm.server.cell_error import CellError
from sheetcrm.server.evaluation import MAX_COLUMNS, MAX_ROWS
from sheetcrm.server.fills import family, is_member, is_plain, marked, member
from sheetcrm.server.formulas import Area, Corner, Reference, Token
from sheetcrm.server.functions import DAY, SHOWN
from sheetcrm.server.spreading import spread
from sheetcrm.server.table_references import resolved

# Which arguments can be the result as they stand.
_BRANCHES = {"IF": (1, 2), "IFERROR": (0, 1), "IFNA": (0, 1)}
_LOOKUPS = {"INDEX", "XLOOKUP", "VLOOKUP", "HLOOKUP", "LOOKUP", "OFFSET", "INDIRECT", "CHOOSE", "IFS", "SWITCH"}
_VOLATILE = {"NOW", "TODAY", "RAND", "RANDBETWEEN", "RANDARRAY"}
# Which arguments are days; the engine does not read text as one.
_DAYS = {
    **dict.fromkeys(
        ("DAY", "EDATE", "EOMONTH", "HOUR", "MINUTE", "MONTH", "SECOND", "WEEKDAY", "WEEKNUM", "WORKDAY", "YEAR"), (0,)
    ),
    **dict.fromkeys(("DATEDIF", "DAYS", "NETWORKDAYS"), (0, 1)),
}


class Shape(Protocol):
    """What must be known of a spreadsheet to translate its formulas."""

    def titles(self) -> list[str]:
        """Titles of the sheets."""

    def size(self, title: str) -> tuple[int, int]:
        """Rows and columns of a sheet."""

    def name(self, name: str) -> Area | None:
        """What a named range stands for, whatever the case of its letters."""

    def table(self, name: str, part: str) -> Area | None:
        """What `name[part]` stands for, whatever the case of its letters."""


@dataclass(frozen=True)
class Traits:
    """What a formula's value depends on, besides the cells that it reads."""

    by_row: bool
    by_column: bool
    positional: bool
    volatile: bool
    spilling: bool


@lru_cache(maxsize=4096)
def traits_of(formula: str) -> Traits:
    """`by_row`, `by_column`: copying it down or right changes it; `positional`: it asks where it stands."""
    source = formulas.tokens(formula)
    corners = [corner for reference in formulas.references(formula) for corner in (reference.first, reference.last)]
    names = {token.text.upper() for token in source if token.kind == "function"}
    return Traits(
        by_row=any(corner and corner.row is not None and not corner.row_fixed for corner in corners),
        by_column=any(corner and corner.column is not None and not corner.column_fixed for corner in corners),
        positional=bool(list(_asks_position(source))),
        volatile=not names.isdisjoint(_VOLATILE),
        spilling="{" in formula or not names.isdisjoint(SPILLING),
    )


NO_TRAITS = Traits(by_row=False, by_column=False, positional=False, volatile=False, spilling=False)
DEEPEST = 200
"""More parentheses within each other than this and a formula counts as one that cannot be read, as a broken one does."""
UNREADABLE = "=("


@dataclass(frozen=True)
class Translated:
    """A formula for the engine and the titles of the sheets that it reads."""

    text: str
    titles: frozenset[str]
    traits: Traits


@dataclass(frozen=True)
class _Place:
    """Where a formula is to be computed; `family` is its own row when rows are to be written as distances from it."""

    title: str
    by: tuple[int, int] = (0, 0)
    elsewhere: bool = False
    family: int | None = None


class Translator:
    """Translates formulas of one spreadsheet as it is now; make another after sheets or names changed."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._sizes = {title: shape.size(title) for title in shape.titles()}
        self._families: dict[tuple[str, str], Translated | None] = {}
        # Title and column → the family that was met there last: to see that the next one is of it is cheaper than to read it.
        self._above: dict[tuple[str, int], str] = {}
        self._canonical = {title.casefold(): title for title in self._sizes}

    def title(self, title: str) -> str | None:
        """The sheet's title as it is written in the spreadsheet, whatever the case asked for."""
        return title if title in self._sizes else self._canonical.get(title.casefold())

    def translate(
        self, formula: str, title: str, *, by: tuple[int, int] = (0, 0), at: tuple[int, int] | None = None
    ) -> Translated:
        """`formula` of sheet `title`, as copied `by` (rows down, columns right).

        With `at` (row, column) it will be computed in another sheet, and must not notice.
        """
        return self._told(formula, _Place(title, by, elsewhere=at is not None), at)

    def filled(self, formula: str, title: str, row: int, column: int) -> Translated:
        """`formula` that stands there; copies of one that was seen before cost next to nothing."""
        above = self._above.get((title, column))
        if above is not None and is_member(above, formula, row):
            key = (title, above)
        else:
            key = (title, family(formula, row))
            if key not in self._families:
                plain = is_plain(formulas.tokens(formula))
                self._families[key] = self._told(formula, _Place(title, family=row)) if plain else None
            if self._families[key] is not None:
                self._above[title, column] = key[1]
        known = self._families[key]
        if known is None:
            return self.translate(formula, title)
        return Translated(member(known.text, row), known.titles, known.traits)

    def _told(self, formula: str, place: _Place, at: tuple[int, int] | None = None) -> Translated:
        if _depth(formula) > DEEPEST:
            return Translated(UNREADABLE, frozenset(), NO_TRAITS)
        source = resolved(formulas.tokens(formula), self._shape.table)
        titles: set[str] = set()
        texts = [self._text(token, place, titles) for token in source]
        spread(source, texts)
        for i in _days(source):
            day = f"{DAY}({texts[i]},0)"
            cell = source[i].reference is not None and not is_range(source[i])
            # A single cell is rarely text: the engine asks faster than Python does.
            texts[i] = f"IF(ISTEXT({texts[i]}),{day},{texts[i]})" if cell else day
        for start, end in _blankable(source, 1 if formula.startswith("=") else 0, len(source)):
            _wrap(texts, start, end)
        if at is not None:
            _fix_position(source, texts, at)
            _fix_indirect(source, texts, place.title)
        if any(token.kind == "function" and token.text.upper() == "INDIRECT" for token in source):
            titles.update(self._sizes)
        for i, shown in _stacked(source):
            texts[i] = shown
        text, traits = "".join(texts), traits_of(formula)
        if traits.spilling:
            text = f"={SHOWN}({text.removeprefix('=')})"
        return Translated(text, frozenset(titles), traits)

    def strangers(self, formula: str, knows: Callable[[str], bool]) -> CellError | None:
        """What in `formula` nobody has heard of; `knows` tells which functions there are."""
        for token in resolved(formulas.tokens(formula), self._shape.table):
            word = token.text.upper()
            if token.kind == "function" and word != "ARRAYFORMULA" and not knows(word):
                return CellError("NAME", f"Unknown function: '{token.text}'.")
            if token.kind == "name" and word not in {"TRUE", "FALSE"} and self._shape.name(token.text) is None:
                return CellError("NAME", f"Unknown range name: '{token.text}'.")
        return None

    def _text(self, token: Token, place: _Place, titles: set[str]) -> str:
        if token.reference is not None:
            return self._reference(token.reference, place, titles)
        if token.kind == "name":
            return self._name(token.text, titles)
        if token.kind == "error":
            return "#" + token.text.rpartition("#")[2]
        # The engine works on whole ranges everywhere, so this function only has to be left out.
        return "" if token.kind == "function" and token.text.upper() == "ARRAYFORMULA" else token.text

    def _reference(self, reference: Reference, place: _Place, titles: set[str]) -> str:
        target = self.title(reference.title or place.title)
        moved = formulas.moved_by(reference, *place.by)
        if target is None or moved is None:
            return formulas.BROKEN
        titles.add(target)
        shown = replace(moved, title=target if reference.title is not None or place.elsewhere else None)
        shown = _bounded(shown, *self._sizes[target])
        if not all(corner is None or _is_in_engine(corner) for corner in (shown.first, shown.last)):
            return formulas.BROKEN
        return shown.text() if place.family is None else _marked(shown, place.family)

    def _name(self, name: str, titles: set[str]) -> str:
        if name.upper() in {"TRUE", "FALSE"}:
            return name
        area = self._shape.name(name)
        target = None if area is None else self.title(area.title)
        if area is None or target is None:
            return name
        titles.add(target)
        first = Corner(area.columns[0] or 0, area.rows[0] or 0, column_fixed=True, row_fixed=True)
        size = self._sizes[target]
        last = replace(first, column=(area.columns[1] or size[1]) - 1, row=(area.rows[1] or size[0]) - 1)
        return Reference(target, first, None if last == first else last).text()


def _bounded(reference: Reference, row_count: int, column_count: int) -> Reference:
    """Open sides end at the edge of the grid, which does not move when the formula is copied."""
    if reference.last is None:
        return reference
    (top, bottom), (left, right) = reference.rows, reference.columns
    if top is not None and bottom is not None and left is not None and right is not None:
        return reference
    first = replace(reference.first, column=left or 0, row=top or 0, row_fixed=reference.first.row_fixed or top is None)
    last_row = max(top or 0, (row_count if bottom is None else bottom) - 1)
    last_column = max(left or 0, (column_count if right is None else right) - 1)
    return Reference(reference.title, first, Corner(last_column, last_row, row_fixed=True))


def _is_in_engine(corner: Corner) -> bool:
    return (corner.row or 0) < MAX_ROWS and (corner.column or 0) < MAX_COLUMNS


def _marked(reference: Reference, row: int) -> str:
    """The reference with its relative rows as distances from `row`."""
    corners = [reference.first] if reference.last is None else [reference.first, reference.last]
    shown = [
        corner.text() if corner.row_fixed or corner.row is None
        else replace(corner, row=None).text() + marked(corner.row, row)
        for corner in corners
    ]  # fmt: skip
    prefix = "" if reference.title is None else formulas.quoted(reference.title) + "!"
    return prefix + ":".join(shown)


def _days(tokens: Sequence[Token]) -> Iterator[int]:
    """Tokens that are all of an argument that is to be a day, and may be text: a literal or a reference."""
    for i, token in enumerate(tokens[:-1]):
        places = _DAYS.get(token.text.upper()) if token.kind == "function" else None
        if places:
            given = arguments(tokens, i + 1, closing(tokens, i + 1)) or []
            for first, last in (trimmed(tokens, *given[place]) for place in places if place < len(given)):
                if last - first == 1 and (tokens[first].kind == "string" or tokens[first].reference is not None):
                    yield first


def _stacked(tokens: Sequence[Token]) -> Iterator[tuple[int, str]]:
    """Arrays written with anything but constants in them, which the engine does not take, as calls of VSTACK and HSTACK."""
    for i, token in enumerate(tokens):
        close = closing(tokens, i, "{}") if token.text == "{" else i
        if tokens[close - 1].text != "}":
            continue
        if not any(inner.reference is not None or inner.kind in {"function", "name"} for inner in tokens[i:close]):
            continue
        yield i, "VSTACK(HSTACK("
        depth = 0
        for at in range(i + 1, close - 1):
            depth += (tokens[at].text in {"(", "{"}) - (tokens[at].text in {")", "}"})
            if depth == 0 and tokens[at].text == ";":
                yield at, "),HSTACK("
        yield close - 1, "))"


def _asks_position(tokens: Sequence[Token]) -> Iterator[int]:
    """Where `ROW()` and `COLUMN()` stand."""
    for i in range(len(tokens) - 2):
        if tokens[i].text.upper() in {"ROW", "COLUMN"} and (tokens[i + 1].text, tokens[i + 2].text) == ("(", ")"):
            yield i


def _fix_position(tokens: Sequence[Token], texts: list[str], at: tuple[int, int]) -> None:
    for i in _asks_position(tokens):
        texts[i] = str(at[tokens[i].text.upper() == "COLUMN"] + 1)
        texts[i + 1] = texts[i + 2] = ""


def _fix_indirect(tokens: Sequence[Token], texts: list[str], title: str) -> None:
    """`INDIRECT("B2")` means the sheet of the formula, wherever it is computed."""
    for i in range(len(tokens) - 2):
        literal = tokens[i + 2]
        if tokens[i].text.upper() == "INDIRECT" and literal.kind == "string" and "!" not in literal.text:
            prefix = formulas.quoted(title).replace('"', '""') + "!"
            texts[i + 2] = '"' + prefix + literal.text[1:]


def _wrap(texts: list[str], start: int, end: int) -> None:
    inner = "".join(texts[start:end])
    if end == start:
        texts[start] = '""' + texts[start]
    elif end - start == 1:
        texts[start] = f'IF(ISBLANK({inner}),"",{inner})'
    else:
        texts[start] = f"LET(blank_,{texts[start]}"
        texts[end - 1] += ',IF(ISBLANK(blank_),"",blank_))'


def _depth(formula: str) -> int:
    """How many parentheses and braces stand within each other; those in texts are counted, which is no harm."""
    if formula.count("(") + formula.count("{") <= DEEPEST:
        return 0
    depth = deepest = 0
    for letter in formula:
        depth += (letter in "({") - (letter in ")}")
        deepest = max(deepest, depth)
    return deepest


def _blankable(tokens: Sequence[Token], start: int, end: int) -> Iterator[tuple[int, int]]:
    """Spans of tokens whose value is the result as it stands, and may be a blank cell; an empty one was left out."""
    start, end = trimmed(tokens, start, end)
    if start == end and start < len(tokens):
        yield start, end
    if end - start == 1:
        reference = tokens[start].reference
        if reference is not None and reference.last is None:
            yield start, end
        return
    if end - start < 3 or tokens[end - 1].text != ")":
        return
    opening = start + 1 if tokens[start].kind == "function" else start
    given = arguments(tokens, opening, end)
    name = tokens[start].text.upper() if opening > start else ""
    if given is None:
        return
    if name in _LOOKUPS:
        yield start, end
    elif not name or name in _BRANCHES:
        for i, (first, last) in enumerate(given):
            if not name or i in _BRANCHES[name]:
                yield from _blankable(tokens, first, last)
