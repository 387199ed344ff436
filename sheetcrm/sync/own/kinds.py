"""
A type annotation → who reads its cells, a column at a time.

The parsers are those of our own column types.  `exact` says that what comes out
needs no second look by pydantic: the annotation asks for nothing more.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from sheetcrm.messages import N_
from sheetcrm.resources.base import Cell
from sheetcrm.schema.columns.base import ERROR_CELLS, BadCell, Column, Context
from sheetcrm.schema.columns.checkbox import CheckboxColumn
from sheetcrm.schema.columns.date import EPOCH, DateColumn
from sheetcrm.schema.columns.duration import DurationColumn
from sheetcrm.schema.columns.number import Decimals, IntegerColumn, NumberColumn
from sheetcrm.schema.columns.reading import as_text, plain, shown
from sheetcrm.schema.columns.text import TextColumn
from sheetcrm.schema.text import Text

Parse = Callable[[Sequence[Cell], Context], tuple[Sequence[Any], dict[int, BadCell]]]
Unlike = Callable[[Sequence[Cell], Sequence[Any]], Iterator[tuple[int, BadCell]]]

_BETWEEN = re.compile(r"[,，、;；\n]")
_CLOCKED = re.compile(r"(?P<day>.*?\d日?)[ T]+(?P<clock>\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?")
_MILLISECONDS = 86_400_000
_NOTHING = Text.model_validate("-")


@dataclass(frozen=True)
class Kind:
    """How the cells of a field are read; None stands for a blank or wrong cell."""

    parse: Parse
    unlike: Unlike
    """Cells that we understand and the sheet's own formulas do not."""
    exact: bool = True
    """Whether a value is of the annotated type as it comes."""


def _alike(_cells: Sequence[Cell], _values: Sequence[Any]) -> Iterator[tuple[int, BadCell]]:
    return iter(())


def of_column(column: Column) -> Kind:
    """Cells of one of our column types."""
    return Kind(column.parse, column.unlike)


def each(meaning: Callable[[Cell], Any], unlike: Unlike = _alike, *, exact: bool = True) -> Kind:
    """Cells one by one; different ones once.  `meaning` may raise BadCell and is never asked about a blank one."""

    def parse(cells: Sequence[Cell], _context: Context) -> tuple[Sequence[Any], dict[int, BadCell]]:
        kinds = set(map(type, cells))
        # True is 1 to Python and not to a sheet.
        keys: Sequence[Any] = (
            cells if bool not in kinds or len(kinds) == 1 else list(zip(map(type, cells), cells, strict=True))
        )
        known = {key: _met(meaning, cell) for key, cell in dict(zip(keys, cells, strict=True)).items()}
        values = list(map(known.__getitem__, keys))
        if not any(type(value) is BadCell for value in known.values()):
            return values, {}
        bad = {at: value for at, value in enumerate(values) if type(value) is BadCell}
        for at in bad:
            values[at] = None
        return values, bad

    return Kind(parse, unlike, exact)


def _met(meaning: Callable[[Cell], Any], cell: Cell) -> Any:
    if cell is None or cell == "":
        return None
    try:
        if isinstance(cell, str) and cell in ERROR_CELLS:
            raise BadCell("error_value", N_("the formula failed: {text}"), {"text": cell})
        return meaning(cell)
    except BadCell as bad:
        return bad


def kind_of(annotation: Any) -> Kind:
    """
    Who reads a field of that type, `None` and `Annotated` put aside.

    What we have no type for is handed to pydantic as it stands in the sheet.
    """
    bare = without_none(annotation)
    if isinstance(bare, type) and bare in _PLAIN:
        return _PLAIN[bare]()
    if isinstance(bare, type) and issubclass(bare, Enum):
        return one_of({word: member for member in bare for word in (member.name, str(member.value))}, bare)
    origin, arguments = get_origin(bare), get_args(bare)
    if origin is Literal:
        return one_of({str(value): value for value in arguments}, arguments)
    if origin in _SEVERAL:
        alike = origin is not tuple or ... in arguments
        inner = kind_of(arguments[0] if alike else str)
        exact = alike and inner.exact and arguments[0] is without_none(arguments[0])
        return _several(inner, _SEVERAL[origin], exact=exact)
    return each(lambda cell: cell, exact=False)


def without_none(annotation: Any) -> Any:
    """`Annotated[str | None, …]` → `str`; a union of several types stays one."""
    if get_origin(annotation) is Annotated:
        return without_none(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        others = [one for one in get_args(annotation) if one is not NoneType]
        return without_none(others[0]) if len(others) == 1 else annotation
    return annotation


def may_be_none(annotation: Any) -> bool:
    """Whether None is one of its values."""
    if get_origin(annotation) is Annotated:
        return may_be_none(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return any(map(may_be_none, get_args(annotation)))
    return annotation in (None, NoneType, Any)


def one_of(words: Mapping[str, Any], known: object) -> Kind:
    """One of a few values, however they are spelt in upper and lower case; `known` is what they are told from."""
    meanings = {plain(word).casefold(): value for word, value in words.items()}
    titles = {plain(word).casefold(): word for word in words}

    def meaning(cell: Cell) -> Any:
        text = plain(as_text(cell)).casefold()
        if text in meanings:
            return meanings[text]
        close = difflib.get_close_matches(text, titles, n=1, cutoff=0.5)
        suggestion = titles[close[0]] if close else None
        raise BadCell("not_an_option", N_("{text} is not one of the options"), {"text": shown(cell)}, suggestion)

    return each(meaning)


@lru_cache(maxsize=1)
def _float() -> Kind:
    numbers = NumberColumn(title=_NOTHING)

    def parse(cells: Sequence[Cell], context: Context) -> tuple[Sequence[Any], dict[int, BadCell]]:
        values, bad = numbers.parse(cells, context)
        stored = values.cells if isinstance(values, Decimals) else values
        return [None if value is None else float(value) for value in stored], bad

    return Kind(parse, numbers.unlike)


def _moment(cell: Cell) -> datetime:
    """Date and time of day; a date alone is its midnight, a number is days as the sheet counts."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        _day(int(cell))
        return datetime.combine(EPOCH, time()) + timedelta(milliseconds=round(cell * _MILLISECONDS))
    text = plain(shown(cell))
    match = _CLOCKED.fullmatch(text)
    day = _day(match["day"] if match else cell)
    return datetime.combine(day, _clock(match["clock"], cell) if match else time())


def _day(cell: Cell) -> date:
    return _DATES.parse_cell(cell, None)  # type: ignore[arg-type]  # days are the same everywhere


def _hour(cell: Cell) -> time:
    """Time of day; a number is a part of a day."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if not 0 <= cell < 1:
            raise _not_a_time(cell)
        return (datetime.combine(EPOCH, time()) + timedelta(milliseconds=round(cell * _MILLISECONDS))).time()
    return _clock(plain(shown(cell)), cell)


def _clock(text: str, cell: Cell) -> time:
    match = _CLOCK.fullmatch(text)
    try:
        if match is None:
            raise _not_a_time(cell)
        hours, minutes, seconds = (int(part or 0) for part in match.groups()[:3])
        return time(hours, minutes, seconds, int((match[4] or "").ljust(6, "0")))
    except ValueError as wrong:
        raise _not_a_time(cell) from wrong


def _not_a_time(cell: Cell) -> BadCell:
    return BadCell("not_a_time", N_("{text} is not a time of day"), {"text": shown(cell)})


def _several(inner: Kind, made: Callable[[list[Any]], Any], *, exact: bool) -> Kind:
    """Texts with commas between, each read by `inner`."""

    def parse(cells: Sequence[Cell], context: Context) -> tuple[Sequence[Any], dict[int, BadCell]]:
        def meaning(cell: Cell) -> Any:
            parts: list[Cell] = [part.strip() for part in _BETWEEN.split(as_text(cell)) if part.strip()]
            values, bad = inner.parse(parts, context)
            if bad:
                raise bad[min(bad)]
            return made(list(values))

        # Each cell has a list of its own, so that nobody changes another's.
        values, bad = each(meaning).parse(cells, context)
        return (values if made is tuple else [made(value) if value else value for value in values]), bad

    return Kind(parse, _alike, exact)


_DATES = DateColumn(title=_NOTHING)
_SEVERAL: dict[Any, Callable[[list[Any]], Any]] = {list: list, tuple: tuple, set: set, frozenset: frozenset}
_PLAIN: dict[type, Callable[[], Kind]] = {
    str: lambda: of_column(TextColumn(title=_NOTHING)),
    int: lambda: of_column(IntegerColumn(title=_NOTHING)),
    Decimal: lambda: of_column(NumberColumn(title=_NOTHING)),
    float: _float,
    bool: lambda: of_column(CheckboxColumn(title=_NOTHING)),
    date: lambda: of_column(_DATES),
    datetime: lambda: each(_moment, _DATES.unlike),
    time: lambda: each(_hour),
    timedelta: lambda: of_column(DurationColumn(title=_NOTHING)),
}
