"""
Values → cells, and what the types and rules of a sheet have against them.

Nothing is sent when something is wrong, and then everything wrong is told at
once.  Rules that a template calls not strict are left to `check`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property
from typing import Any

from sheetcrm.errors import BadField
from sheetcrm.messages import N_, texts
from sheetcrm.resources.base import Cell
from sheetcrm.schema.columns.base import BadCell, Column, Context, Place
from sheetcrm.schema.context import Lookup
from sheetcrm.schema.rules import folded
from sheetcrm.schema.sheet_rules import together
from sheetcrm.schema.template import SheetSpec

LONGEST = 50_000
"""Characters in a cell, as Sheets counts them: in UTF-16."""


def cell_of(column: Column, value: Any, context: Context) -> tuple[Any, Cell]:
    """
    The value as the column has it, and the cell for it; BadCell when it cannot be.

    A value of the column's own type, or whatever a person could type there.
    Numbers are kept to 15 digits, as the sheet keeps them.
    """
    value = _plain(value)
    if value is None or value == "":
        return column.blank(), None
    try:
        cell = column.dump(value, context)
        read = _read(column, cell, context)
    except (BadCell, TypeError, ValueError, ArithmeticError, AttributeError):
        cell, read = None, None
    if read is None or not _alike(read, value):
        if type(value) not in (str, int, float, bool):
            raise BadCell("not_its_type", N_("{text} is not what the column holds"), {"text": repr(value)[:60]})
        read = _read(column, value, context)
        cell = column.dump(read, context)
    if isinstance(cell, str) and len(cell) > LONGEST // 2:
        length = len(cell.encode("utf-16-le", "surrogatepass")) // 2
        if length > LONGEST:
            raise BadCell("too_long", N_("{length} characters are more than a cell can have"), {"length": length})
    return read, cell


def _plain(value: Any) -> Any:
    """Numbers of numpy as Python's, days that come with a midnight as days."""
    if type(value).__module__ == "numpy" and hasattr(value, "item"):
        value = value.item()
    if isinstance(value, datetime) and value.time() == time():
        return value.date()
    if isinstance(value, list | set | frozenset):
        return tuple(value)
    return value


def _read(column: Column, cell: Cell, context: Context) -> Any:
    if isinstance(cell, str) and not cell.isascii():
        try:
            cell.encode()
        except UnicodeEncodeError:
            raise BadCell("bad_text", N_("half a character, which no sheet can hold")) from None
    values, bad = column.parse([cell], context)
    if bad:
        raise bad[0]
    return values[0]


def _alike(read: Any, value: Any) -> bool:
    """Whether the sheet holds what was meant: the same, of the same kind; numbers to 15 digits."""
    if isinstance(value, bool) or isinstance(read, bool):
        return read is value
    if isinstance(read, Decimal) and isinstance(value, Decimal | int | float):
        return math.isfinite(value) and abs(Decimal(value) - read) <= abs(read) * Decimal("1e-14")
    if isinstance(value, datetime) or isinstance(read, date) != isinstance(value, date):
        return False
    if isinstance(read, tuple) and isinstance(value, tuple):
        return set(read) == set(value)
    return type(read) is type(value) and bool(read == value)


@dataclass(frozen=True)
class Rows:
    """Rows as they will be, column by column, beside all the others of their sheet, for the rules to look at."""

    sheet: str
    values: Mapping[str, Sequence[Any]]
    """By column key, of the rows that are to be checked; None where blank or wrong."""
    filled: Mapping[str, Sequence[Any]]
    """The same with the cell as it stands where it is wrong: wrong is not blank."""
    whole: Mapping[str, Sequence[Any]]
    """By column key, of every row of the sheet as it will be; asked only by rules that compare rows."""

    def times(self, columns: tuple[str, ...], value: Any) -> int:
        """In how many rows of the sheet `value` stands; of several columns a tuple of theirs."""
        return self._counts(columns)[value]

    def _counts(self, columns: tuple[str, ...]) -> Counter[Any]:
        if columns not in self._counted:
            some = [self.whole.get(key, ()) for key in columns]
            self._counted[columns] = Counter(folded(some[0]) if len(columns) == 1 else together(some))
        return self._counted[columns]

    @cached_property
    def _counted(self) -> dict[tuple[str, ...], Counter[Any]]:
        return {}


def broken(rows: Rows, spec: SheetSpec, context: Context, lookup: Lookup) -> dict[tuple[int, str], list[BadCell]]:
    """What strict rules have against those rows: by offset and column key; computed columns are the sheet's own."""
    found: dict[tuple[int, str], list[BadCell]] = {}
    about = replace(context, whole=rows)
    count = max(map(len, rows.values.values()), default=0)
    values = {key: rows.values.get(key, [None] * count) for key in spec.columns}
    for key, column in spec.columns.items():
        if column.computed or key not in rows.values:
            continue
        for rule in column.all_rules() if column.strict else ():
            for offset, bad in rule.check(Place(rows.sheet, key), values, about, lookup) if rule.strict else ():
                found.setdefault((offset, key), []).append(bad)
    filled = {**values, **rows.filled}
    for over in spec.rules:
        for offset, key, bad in over.check(rows.sheet, filled, about):
            found.setdefault((offset, key), []).append(bad)
    return found


def said(
    sheet: str, id_: str | None, column: str, bad: BadCell, context: Context, *, at: int | None = None
) -> BadField:
    """For people, in the language of the sheet; `at` is which of the given records, from 0."""
    message = texts(context.language)(bad.message, **bad.values)
    return BadField(sheet, id_, column, bad.code, message, bad.suggestion, at)


def referred(spec: SheetSpec, sheet: str, context: Context) -> set[tuple[str, str]]:
    """The columns (sheet, key) of other sheets at which the rules of this one look, and the ids in its archive, which are taken."""
    asked = _Asked()
    values: dict[str, Sequence[Any]] = {key: [] for key in spec.columns}
    for key, column in spec.columns.items():
        for rule in column.all_rules():
            list(rule.check(Place(sheet, key), values, context, asked))
    archive = context.template.archive_of(sheet)
    return asked.places | ({(archive, spec.key or "")} if archive else set())


class _Asked:
    """A `Lookup` that remembers what it was asked for."""

    def __init__(self) -> None:
        self.places: set[tuple[str, str]] = set()

    def values(self, sheet: str, column: str) -> Collection[Any] | None:
        """Not read."""
        self.places.add((sheet, column))
        return None
