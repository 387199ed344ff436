"""
Whole columns, a part at a time → what rules must know of them, and the keys in their order.

Made before the rows themselves are read, of those columns only that are
compared as a whole, and kept as digests.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sheetcrm.resources.base import Cell
from sheetcrm.schema.columns.base import Context
from sheetcrm.schema.rules import folded
from sheetcrm.schema.sheet_rules import together
from sheetcrm.sync.columns import level
from sheetcrm.sync.large.digests import NOTHING, Known, digests, repeated

Place = tuple[str, str]
Group = tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """What the rules of a sheet ask of whole columns when only `columns` of it are read."""

    sheet: str
    key: str
    groups: tuple[Group, ...]
    """Columns of the sheet in which, alone or together, rows are compared."""
    targets: tuple[Place, ...]
    """Columns in which values must stand."""
    telling: str
    """The column that tells rows without a key apart; empty when there is none."""

    @classmethod
    def of(cls, sheet: str, columns: Collection[str], context: Context) -> Asked:
        """By the rules of those columns, and by the rules of the sheet that look at no others."""
        spec = context.template.sheets[sheet]
        key = str(spec.key)
        groups: list[Group] = [(key,), *((column,) for column in columns if spec.columns[column].is_unique)]
        groups += [rule.compares() for rule in spec.rules if set(rule.compares()) <= set(columns)]
        rules = [rule for column in columns for rule in spec.columns[column].all_rules()]
        looked_in = [place for rule in rules if (place := rule.looks_in(context)) is not None]
        telling = next((column for column in spec.inputs if column in columns and column != key), "")
        targets = dict.fromkeys((place.sheet, place.column) for place in looked_in)
        # What was put away may still be named.
        archives = ((context.template.archive_of(other), column) for other, column in list(targets))
        targets |= dict.fromkeys((archive, column) for archive, column in archives if archive)
        return cls(sheet, key, tuple(group for group in dict.fromkeys(groups) if group), tuple(targets), telling)

    def places(self) -> tuple[Place, ...]:
        """Every column to be read beforehand."""
        own = [self.key, self.telling, *(column for group in self.groups for column in group)]
        return tuple(dict.fromkeys([*((self.sheet, column) for column in own if column), *self.targets]))


@dataclass
class Survey:
    """What was found so far."""

    asked: Asked
    context: Context
    keys: array[int] = field(default_factory=lambda: array("q"))
    """From row 2 on, blank rows too: digests of keys, or of what else tells the row."""
    ids: array[int] = field(default_factory=lambda: array("q"))
    """Of the keys alone."""
    alike: dict[Group, array[int]] = field(default_factory=dict)
    found: dict[Place, array[int]] = field(default_factory=dict)

    def add(self, cells: Mapping[Place, Sequence[Cell]]) -> None:
        """Some rows more, the same ones of every column; columns may end early."""
        for place, column_cells in cells.items():
            if place in self.asked.targets:
                self.found.setdefault(place, array("q")).extend(digests(self._values(place, column_cells)))
        own = {column: column_cells for (sheet, column), column_cells in cells.items() if sheet == self.asked.sheet}
        padded, _ = level(own)
        values = {key: self._values((self.asked.sheet, key), column) for key, column in padded.items()}
        self.keys.extend(told_apart(padded.get(self.asked.key, []), padded.get(self.asked.telling, [])))
        self.ids.extend(digests(values.get(self.asked.key, [])))
        for group in self.asked.groups:
            if all(column in values for column in group):
                columns = [values[column] for column in group]
                alike = folded(columns[0]) if len(group) == 1 else together(columns)
                self.alike.setdefault(group, array("q")).extend(digests(alike))

    def _values(self, place: Place, cells: Sequence[Cell]) -> Sequence[Any]:
        return self.context.template.sheets[place[0]].columns[place[1]].parse(cells, self.context)[0]

    def finish(self) -> Surveyed:
        """When every row was seen."""
        return Surveyed(
            keys=self.keys,
            counted={group: repeated(found) for group, found in self.alike.items()},
            known={place: Known(one for one in found if one != NOTHING) for place, found in self.found.items()},
            shared=frozenset(repeated(self.ids)),
        )


@dataclass(frozen=True)
class Surveyed:
    """What is known of whole columns: a `Whole` and a `Lookup` for rules."""

    keys: array[int]
    counted: Mapping[Group, Mapping[int, int]]
    known: Mapping[Place, Known]
    shared: frozenset[int]
    """Digests of the ids that more than one row has."""

    def times(self, columns: Group, value: Any) -> int:
        """In how many rows that value stands; 1 where nobody has counted."""
        return self.counted.get(columns, {}).get(hash(value), 1)

    def values(self, sheet: str, column: str) -> Collection[Any] | None:
        """What can be asked whether a value stands there; None when it was not read."""
        return self.known.get((sheet, column))


def told_apart(keys: Sequence[Cell], others: Sequence[Cell]) -> array[int]:
    """Digests of cells of the key, and of another column where the key is blank; `NOTHING` where both are."""
    found = digests(cell if cell not in ("", None) else None for cell in keys)
    for at, digest in enumerate(found) if NOTHING in found else ():
        if digest == NOTHING and at < len(others) and others[at] not in ("", None):
            found[at] = hash(("", others[at]))
    return found
