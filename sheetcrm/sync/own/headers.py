"""
A header row and a model's fields → the column of each field, and what is wrong with the header.

Titles are compared as people do: upper and lower case, full-width letters,
blanks and underscores are the same.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sheetcrm.messages import N_
from sheetcrm.resources.base import Cell
from sheetcrm.schema.columns.reading import as_text, plain
from sheetcrm.schema.context import BadCell
from sheetcrm.sync.own.fields import Field

LOOKED_AT = 20
"""Rows in which a header row is looked for when it is not where it was said to be."""


@dataclass(frozen=True)
class Headers:
    """Where each field stands."""

    places: dict[str, int]
    """Field → 0-based column."""
    unread: tuple[str, ...]
    """Headers that no field takes, from left to right."""
    wrong: tuple[tuple[Field, int | None, BadCell], ...]
    """Field, 0-based column (None: it has none), what is wrong."""
    elsewhere: int | None = None
    """The 1-based row that looks like the header row, when nothing was found where it was said to be."""


def placed(fields: Sequence[Field], columns: Sequence[Sequence[Cell]], header: int) -> Headers:
    """Find the fields in row `header` (1-based) of these columns of cells, which begin with row 1."""
    titles = _row(columns, header)
    places = _found(fields, titles)
    taken = set(places.values())
    unread = tuple(title for at, title in enumerate(titles) if title and at not in taken)
    elsewhere = None if places else _elsewhere(fields, columns, header)
    wrong = tuple(_wrong(fields, places, titles, unread))
    return Headers(places, unread, wrong, elsewhere)


def _row(columns: Sequence[Sequence[Cell]], row: int) -> list[str]:
    cells = (column[row - 1] if len(column) >= row else None for column in columns)
    return ["" if cell is None else as_text(cell).strip() for cell in cells]


def _found(fields: Sequence[Field], titles: Sequence[str]) -> dict[str, int]:
    """Whatever is called exactly so comes first, so that it is nobody else's."""
    places: dict[str, int] = {}
    for form in (str, _word):
        there: dict[str, int] = {}
        for at, title in enumerate(titles):
            if title and at not in places.values():
                there.setdefault(form(title), at)
        for field in fields:
            if field.name in places:
                continue
            found = next((there[form(title)] for title in field.titles if form(title) in there), None)
            if found is not None and found not in places.values():
                places[field.name] = found
    return places


def _word(title: str) -> str:
    return re.sub(r"[\s_-]+", " ", plain(title)).casefold().strip()


def _wrong(
    fields: Sequence[Field], places: dict[str, int], titles: Sequence[str], unread: Sequence[str]
) -> Iterator[tuple[Field, int | None, BadCell]]:
    words = [_word(title) for title in titles]
    for field in fields:
        if field.name not in places:
            message = N_("There is no column {column}.")
            close = difflib.get_close_matches(field.titles[0], unread, n=1, cutoff=0.6)
            suggestion = close[0] if close else None
            yield field, None, BadCell("column_missing", message, {"column": field.titles[0]}, suggestion)
            continue
        for at in (
            at for at, word in enumerate(words) if word == words[places[field.name]] and at != places[field.name]
        ):
            message = N_("two columns are called {title}; only the first is read")
            yield field, at, BadCell("header_twice", message, {"title": titles[at]})


def _elsewhere(fields: Sequence[Field], columns: Sequence[Sequence[Cell]], header: int) -> int | None:
    """The row in which the most fields are found, if it is more than chance."""
    last = min(LOOKED_AT, max(map(len, columns), default=0))
    counts = {row: len(_found(fields, _row(columns, row))) for row in range(1, last + 1) if row != header}
    best = max(counts, key=lambda row: (counts[row], -row), default=header)
    return best if counts.get(best, 0) >= min(2, len(fields)) else None
