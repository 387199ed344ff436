"""
A group of duplicates → one row that keeps all they said, the cells that change, and the rows that go.

Nothing is dropped: what the row that stays does not say is taken over, what it says otherwise is
written into its notes, where it has any, and stands in the archived row in any case.  Who named a row
that goes names the one that stays; but a row that is known by that name (the analysis of a
customer) would be there twice then, so it stays as it is, and is told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sheetcrm.messages import N_, texts
from sheetcrm.resources.base import Cell
from sheetcrm.schema.columns.text import TextColumn
from sheetcrm.schema.context import Context, Place
from sheetcrm.schema.template import HIDDEN_ID
from sheetcrm.sync.aims import CellChange, same
from sheetcrm.sync.identity import stamps
from sheetcrm.sync.quality.duplicates import Group
from sheetcrm.sync.quality.likeness import folded
from sheetcrm.sync.records import Extract, Reading

NOTES = ("notes", "note", "remarks", "remark", "comments", "comment")
LONGEST = 50_000
"""Characters that a cell holds."""

Outcome = Literal["filled", "joined", "noted", "archived"]
"""`filled`: taken over; `joined`: added to what stood there; `noted`: written into the notes; `archived`: only in the archived row."""


@dataclass(frozen=True)
class Field:
    """One value of a row that goes, which the row that stays does not have."""

    column: str
    title: str
    id: str
    kept: Cell
    """What the row that stays has there, before."""
    other: Cell
    outcome: Outcome


@dataclass(frozen=True)
class Merge:
    """What it takes to make one row of a group; nothing is written yet."""

    group: Group
    survivor: str
    losers: tuple[str, ...]
    fields: tuple[Field, ...]
    changes: tuple[CellChange, ...]
    """All cells: of the row that stays first, then of those who name the others."""
    references: int
    """How many cells name the others, those of `left` among them."""
    left: tuple[tuple[str, int], ...] = ()
    """Sheet and row number (1-based) of rows that name them and have no id yet; `dedupe` gives them one first, where it is ours to give."""
    known: tuple[tuple[str, str], ...] = ()
    """Sheet and id of rows that are themselves known by one that goes: they go on naming it, in the archive."""


def merges(reading: Reading, groups: Sequence[Group], today: date | None = None) -> list[Merge]:
    """One for each group, in their order; the reading must have every sheet.  `today` goes into `touched` of rows that stay."""
    context = reading.template.context(reading.language, today)
    return [_Merging(reading, group, context).merge() for group in groups]


def pointers(context: Context, sheet: str) -> Iterator[tuple[str, Place]]:
    """Each column whose values stand in a column of `sheet`: the column there, and the place."""
    for other in context.template.records:
        for key, column in context.template.sheets[other].columns.items():
            targets = {rule.looks_in(context) for rule in column.all_rules()} if not column.computed else ()
            for target in targets:
                if target is not None and target.sheet == sheet:
                    yield target.column, Place(other, key)


class _Merging:
    """One group at work."""

    def __init__(self, reading: Reading, group: Group, context: Context) -> None:
        self.reading, self.group, self.context = reading, group, context
        self.extract: Extract = reading.extracts[group.sheet]
        self.spec = reading.template.sheets[group.sheet]
        self.pointers = [
            (target, place)
            for target, place in pointers(context, group.sheet)
            if place.sheet in reading.extracts and place.column in reading.extracts[place.sheet].cells
        ]
        self.inputs = [key for key in self.spec.inputs if key in self.extract.cells and key != self.spec.key]

    def merge(self) -> Merge:
        ranked = sorted(self.group.ids, key=self._rank, reverse=True)
        survivor, losers = ranked[0], tuple(ranked[1:])
        cells, fields = self._cells(survivor, losers)
        if cells:
            cells |= {
                key: day for key, day in stamps(self.spec, self.context, new=False).items() if key in self.extract.cells
            }
        own = [
            CellChange(self.group.sheet, survivor, key, before, cell)
            for key, cell in cells.items()
            if not same(before := self._cell(survivor, key), cell)
        ]
        named, left, known = self._repointed(survivor, losers)
        named = [change for change in named if change.place not in {one.place for one in own}]
        count = len(named) + len(left)
        return Merge(self.group, survivor, losers, tuple(fields), (*own, *named), count, tuple(left), tuple(known))

    def _rank(self, id_: str) -> tuple[int, int, int, int]:
        """Most complete, last touched, most often named, first in the sheet."""
        filled = sum(self._cell(id_, key) not in ("", None, False) for key in self.inputs)
        days = [self._value(id_, key) for key, column in self.spec.columns.items() if column.stamped == "touched"]
        touched = max((day.toordinal() for day in days if day is not None), default=0)
        named = sum(self._named(place)[id_] for target, place in self.pointers if target == self.spec.key)
        return filled, touched, named, -self.extract.offsets[id_]

    def _named(self, place: Place) -> Counter[Any]:
        return Counter(self.reading.extracts[place.sheet].parsed.values[place.column])

    def _cell(self, id_: str, key: str) -> Cell:
        number = self.extract.number(id_)
        return None if number is None else self.extract.cell(number, key)

    def _value(self, id_: str, key: str) -> Any:
        values = self.extract.parsed.values.get(key)
        return None if values is None else values[self.extract.offsets[id_]]

    def _cells(self, survivor: str, losers: Sequence[str]) -> tuple[dict[str, Cell], list[Field]]:
        """The cells of the row that stays that change, by column key, and what was taken over from where."""
        now: dict[str, Cell] = {key: self._cell(survivor, key) for key in self.inputs}
        values = {key: self._value(survivor, key) for key in self.inputs}
        notes = self._notes()
        fields: list[Field] = []
        for loser in losers:
            noted: list[Field] = []
            for key in self.inputs:
                cell, value = self._cell(loser, key), self._value(loser, key)
                if cell in ("", None) or _alike(value, cell, values[key], now[key]):
                    continue
                if now[key] in ("", None):
                    outcome: Outcome = "filled"
                    now[key], values[key] = self._own(key, cell, survivor, losers), value
                elif isinstance(value, tuple) and isinstance(values[key], tuple):
                    outcome = "joined"
                    values[key] = tuple(dict.fromkeys((*values[key], *value)))
                    now[key] = self.spec.columns[key].dump(values[key], self.context)
                elif key == notes:
                    outcome = self._joined(now, key, str(cell))
                else:
                    outcome = "noted"
                field = Field(key, self._title(key), loser, self._cell(survivor, key), cell, outcome)
                (noted if outcome == "noted" else fields).append(field)
            fields += self._into_notes(noted, loser, now, notes)
        return {key: cell for key, cell in now.items() if not same(cell, self._cell(survivor, key))}, fields

    def _own(self, key: str, cell: Cell, survivor: str, losers: Sequence[str]) -> Cell:
        """A cell that is taken over; one that names a row that goes names the one that stays."""
        tied = any(place == Place(self.group.sheet, key) and target == self.spec.key for target, place in self.pointers)
        return survivor if tied and cell in losers else cell

    def _into_notes(self, noted: Sequence[Field], loser: str, now: dict[str, Cell], notes: str | None) -> list[Field]:
        """What the row that stays says otherwise, as a line of its notes."""
        if not noted:
            return []
        said = "; ".join(f"{field.title}: {self._shown(loser, field.column)}" for field in noted)
        line = texts(self.context.language)(N_("From {id}: {said}"), id=self._name(loser), said=said)
        outcome: Outcome = "archived"
        if notes is not None and self._joined(now, notes, line) == "joined":
            outcome = "noted"
        return [Field(one.column, one.title, one.id, one.kept, one.other, outcome) for one in noted]

    def _joined(self, now: dict[str, Cell], notes: str, line: str) -> Outcome:
        there = now[notes]
        whole = line if there in ("", None) else f"{there}\n{line}"
        if line in str(there or ""):
            return "joined"
        if len(whole) > LONGEST:
            return "archived"
        now[notes] = whole
        return "joined"

    def _notes(self) -> str | None:
        """The column that takes what would be lost."""
        columns = self.spec.columns
        return next((key for key in NOTES if key in self.inputs and isinstance(columns[key], TextColumn)), None)

    def _title(self, key: str) -> str:
        return self.spec.columns[key].title.say(self.context.language)

    def _name(self, id_: str) -> str:
        """What people call that row: its key, or, where that is hidden, its first cell."""
        if self.spec.key != HIDDEN_ID and not self.spec.columns[self.spec.key or ""].hidden:
            return id_
        return next((str(cell) for key in self.inputs if (cell := self._cell(id_, key)) not in ("", None)), id_)

    def _shown(self, id_: str, key: str) -> str:
        """A cell as a person would write it: a date as a day, an option by its title."""
        cell, value = self._cell(id_, key), self._value(id_, key)
        return str(cell if isinstance(cell, str) or value is None else value)

    def _repointed(
        self, survivor: str, losers: Sequence[str]
    ) -> tuple[list[CellChange], list[tuple[str, int]], list[tuple[str, str]]]:
        """Every cell that names one of the rows that go, rows without an id that do, and rows that are known by it."""
        changes, left, known = [], [], []
        for target, place in self.pointers:
            anew = self._anew(target, survivor, losers)
            extract, spec = self.reading.extracts[place.sheet], self.reading.template.sheets[place.sheet]
            column = spec.columns[place.column]
            for at, value in enumerate(extract.parsed.values[place.column]):
                if not isinstance(value, str) or value not in anew:
                    continue
                id_, number = extract.ids[at], extract.parsed.numbers[at]
                if place.sheet == self.group.sheet and id_ in losers:
                    continue
                if id_ is None or id_ not in extract.offsets:
                    left.append((place.sheet, number))
                    continue
                if column.is_unique or place.column == spec.key:
                    known.append((place.sheet, id_))
                    continue
                before = extract.cell(number, place.column)
                after = column.dump(anew[value], self.reading.template.context(self.reading.language))
                changes.append(CellChange(place.sheet, id_, place.column, before, after))
        return list({change.place: change for change in changes}.values()), list(dict.fromkeys(left)), known

    def _anew(self, target: str, survivor: str, losers: Sequence[str]) -> Mapping[str, Any]:
        """What stands in the column of the rows that go → of the one that stays; only what no other row says."""
        if target == self.spec.key:
            return dict.fromkeys(losers, survivor)
        kept = self._value(survivor, target)
        others = {
            value
            for at, value in enumerate(self.extract.parsed.values.get(target, ()))
            if self.extract.ids[at] not in losers
        }
        gone = {value for loser in losers if isinstance(value := self._value(loser, target), str)}
        return {value: kept for value in gone - others if kept is not None}


def _alike(value: Any, cell: Cell, other: Any, beside: Cell) -> bool:
    """Whether two cells say the same to people."""
    if value is not None and other is not None and not isinstance(value, str):
        return bool(value == other)
    return same(cell, beside) or (bool(folded(cell)) and folded(value or cell) == folded(other or beside))
