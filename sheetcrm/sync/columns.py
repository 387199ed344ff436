"""
Cells of a sheet → values, a column when somebody first asks for it.

Who looks for what is due needs two columns of fifteen, and of the others a few
rows: the rest is never read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import compress
from operator import itemgetter
from typing import Any

from sheetcrm.resources.base import Cell
from sheetcrm.schema.context import BadCell

Read = tuple[Sequence[Any], dict[int, BadCell]]
"""The values of a column, and what is wrong by offset."""


class Columns(Mapping[str, Sequence[Any]]):
    """Column key → values, None where blank or wrong."""

    def __init__(
        self, cells: Mapping[str, Sequence[Cell]], read: Callable[[str, Sequence[Cell]], Read], made: Mapping[str, Read]
    ) -> None:
        """`read` says what cells of a column mean; `made` is what is known of that already."""
        self._cells, self._read, self._made = cells, read, dict(made)

    def __getitem__(self, key: str) -> Sequence[Any]:
        return self._column(key)[0]

    def __contains__(self, key: object) -> bool:
        # A Mapping would fetch the column to find out.
        return key in self._cells

    def __iter__(self) -> Iterator[str]:
        return iter(self._cells)

    def __len__(self) -> int:
        return len(self._cells)

    def bad(self, key: str) -> Mapping[int, BadCell]:
        """What is wrong in that column, by offset; KeyError where it was not read."""
        return self._column(key)[1]

    def some(self, key: str, offsets: Sequence[int]) -> Sequence[Any]:
        """The values of a few rows; of a column that nobody has asked for yet no other is looked at."""
        return self.judged(key, offsets)[0]

    def judged(self, key: str, offsets: Sequence[int]) -> tuple[Sequence[Any], Mapping[int, BadCell]]:
        """The values of a few rows, as `some`, and what is wrong with them, by their place among `offsets`."""
        if key in self._made:
            values, bad = self._made[key]
            return picked(values, offsets), {at: bad[offset] for at, offset in enumerate(offsets) if offset in bad}
        return self._read(key, picked(self._cells[key], offsets))

    def where(self, key: str, test: Callable[[Any, BadCell | None], bool]) -> list[int]:
        """The offsets of the rows whose value (or what is wrong with it) passes; equal cells are asked about once."""
        cells = self._cells[key]
        different = list(set(cells))
        if not {0, 1}.isdisjoint(different) and len(set(map(type, cells)) - {str}) > 1:
            # Cells of several types may be equal and not the same: TRUE is 1 to Python.
            values, bad = self._column(key)
            return [offset for offset, value in enumerate(values) if test(value, bad.get(offset))]
        values, bad = self._read(key, different)
        wanted = {cell for at, cell in enumerate(different) if test(values[at], bad.get(at))}
        return list(compress(range(len(cells)), map(wanted.__contains__, cells))) if wanted else []

    def having(self, changed: Mapping[str, Sequence[Any]]) -> Columns:
        """The same with other values in some columns."""
        made = {key: (values, dict(self.bad(key))) for key, values in changed.items()}
        return Columns(self._cells, self._read, self._made | made)

    def _column(self, key: str) -> Read:
        if key not in self._made:
            self._made[key] = self._read(key, self._cells[key])
        return self._made[key]


class Wrong(Mapping[str, Mapping[int, BadCell]]):
    """Column key → offset → what is wrong, of the same columns."""

    def __init__(self, columns: Columns) -> None:
        """Nothing is looked at yet."""
        self._columns = columns

    def __getitem__(self, key: str) -> Mapping[int, BadCell]:
        return self._columns.bad(key)

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)


def level(cells: Mapping[str, Sequence[Cell]]) -> tuple[dict[str, list[Cell]], int]:
    """Columns of one length, and that length: the API leaves trailing blanks out.  What is long enough is not copied."""
    length = max(map(len, cells.values()), default=0)
    return {
        key: column if isinstance(column, list) and len(column) == length else [*column, *[""] * (length - len(column))]
        for key, column in cells.items()
    }, length


def picked(values: Sequence[Any], offsets: Sequence[int]) -> list[Any]:
    """Those at these offsets."""
    if len(offsets) > 1:
        return list(itemgetter(*offsets)(values))
    return [values[at] for at in offsets]
