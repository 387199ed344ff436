"""
Rows, column by column → what a rule asks of them.

A kind of rule says of which days a row asks; moving them to working days,
telling steps apart and finding people is the same for every kind and is done
in `remind`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, Field

from sheetcrm.schema.context import BadCell


class Rows(Protocol):
    """The rows of a sheet that are not blank; a row is its 0-based offset among them, a column its key."""

    def __contains__(self, key: object, /) -> bool:
        """Whether that column was read."""

    def some(self, key: str, offsets: Sequence[int]) -> Sequence[Any]:
        """The values of a few rows; None where blank or wrong."""

    def where(self, key: str, test: Callable[[Any, BadCell | None], bool]) -> Sequence[int]:
        """The rows whose value (or what is wrong with it) passes, in order; equal cells are asked about once."""


@dataclass(frozen=True)
class Span:
    """The days that matter, both inclusive: steps after `last` have not come, dates that come again are not asked for before `first`."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Ask:
    """What a rule asks of one row."""

    offset: int
    """Which row."""
    columns: tuple[str, ...]
    """What it is about; the first is where to look."""
    dues: tuple[date, ...]
    """The dates, in order, from which its steps are counted; none when the first of `columns` cannot be read."""
    left: Decimal | None = None
    """The amount that is still to be paid."""


class Overdue(BaseModel):
    """Again every so many days after the date, so many times."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    every: int = Field(ge=1, le=366)
    times: int = Field(ge=1, le=100)


def steps(before: Sequence[int], *, on_day: bool, overdue: Overdue | None) -> tuple[int, ...]:
    """When to remind, as days after the date, in order."""
    after = tuple(overdue.every * time for time in range(1, overdue.times + 1)) if overdue else ()
    return (*sorted(-days for days in set(before)), *((0,) if on_day else ()), *after)


def days(rows: Rows, column: str, last: date) -> Iterator[tuple[int, date | None]]:
    """The rows that have a day until `last` in that column, and that day; None where it cannot be read."""
    if column not in rows:
        return
    found = rows.where(column, lambda day, wrong: wrong is not None or (day is not None and day <= last))
    yield from zip(found, rows.some(column, found), strict=True)


def blanks(rows: Rows, column: str) -> Sequence[int]:
    """The rows that have nothing in that column; none of a column that was not read."""
    return rows.where(column, lambda value, wrong: value is None and wrong is None) if column in rows else ()
