"""
Rows of a file against rows of a sheet → what is new, what differs, what is the same.

By id where the file has ids, or by the column that is asked for.  Where ids are
ours to give, by what the line says: a row that has all of it is that row, so
importing twice adds nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from sheetcrm.messages import Texts, texts
from sheetcrm.resources.base import Cell
from sheetcrm.schema.columns.base import Context, Place
from sheetcrm.schema.columns.reference import ReferenceColumn
from sheetcrm.schema.template import SheetSpec
from sheetcrm.sync.extract import Values
from sheetcrm.sync.files.sift import Candidate, Refusal, Says
from sheetcrm.sync.records import FIRST_ROW, Parsed


@dataclass
class Placed:
    """What becomes of one line."""

    one: Candidate
    id: str
    """Of its row; empty for a new one until it is given an id."""
    row: int | None = None
    """1-based, as the sheet stood when it was looked at; None: a new row."""
    cells: dict[str, Cell] = field(default_factory=dict)
    """Only what differs; of a new row everything."""


@dataclass
class Merge:
    """What a file means for a sheet; nothing is written yet."""

    placed: list[Placed] = field(default_factory=list)
    """In the order of the file."""
    refused: list[Refusal] = field(default_factory=list)

    @property
    def new(self) -> list[Placed]:
        """Lines that become rows."""
        return [one for one in self.placed if one.row is None]

    @property
    def changed(self) -> list[Placed]:
        """Lines that say more or other than their row."""
        return [one for one in self.placed if one.row is not None and one.cells]

    @property
    def same(self) -> list[Placed]:
        """Lines whose rows say it all already."""
        return [one for one in self.placed if one.row is not None and not one.cells]


@dataclass(frozen=True)
class _WithFile:
    """What the sheets hold, the rows that are about to come in among it."""

    values_read: Values
    sheet: str
    candidates: Sequence[Candidate]

    def values(self, sheet: str, column: str) -> Collection[Any] | None:
        """As a `Lookup`."""
        known = self.values_read.values(sheet, column)
        if known is None or sheet != self.sheet:
            return known
        return [*known, *(one.values[column] for one in self.candidates if column in one.values)]


def without_orphans(
    candidates: Sequence[Candidate], parsed: Parsed, lookup: Values, context: Context, says: Says
) -> tuple[list[Candidate], list[Refusal]]:
    """
    The candidates whose references all lead to a row, and refusals of the others.

    One that the row `says` already is nothing new.  Only references: a colleague who is not in the team tab yet keeps no customer out.
    """
    spec, t = context.template.sheets[parsed.sheet], texts(context.language)
    values = {key: [one.values.get(key) for one in candidates] for key in spec.columns}
    everything = _WithFile(lookup, parsed.sheet, candidates)
    refused: dict[int, Refusal] = {}
    references = {key: column for key, column in spec.columns.items() if isinstance(column, ReferenceColumn)}
    for key, column in references.items():
        for rule in column.implied_rules():
            for offset, bad in rule.check(Place(parsed.sheet, key), values, context, everything):
                one, line = candidates[offset], candidates[offset].line
                if not says(one, key, one.cells[key]):
                    refused.setdefault(line, Refusal(line, key, bad.code, t(bad.message, **bad.values)))
    return [one for one in candidates if one.line not in refused], list(refused.values())


def merge(
    candidates: Sequence[Candidate], parsed: Parsed, context: Context, t: Texts, *, given: bool, key: str | None = None
) -> Merge:
    """
    Match every candidate by the column `key` (None: the sheet's key).

    `given`: ids are ours to give, so a line without one is matched by what it says.
    """
    spec = context.template.sheets[parsed.sheet]
    by = key or spec.key or ""
    known = _Known(parsed, spec, by)
    made, lines = Merge(), dict[Any, Placed]()
    for one in candidates:
        value = known_by(one.values.get(by))
        refusal = None
        if value is None and (by != spec.key or not given):
            refusal = Refusal(one.line, by, "no_id" if by == spec.key else "no_key", t("must not be blank"))
        elif value is None:
            made.placed.append(known.saying(one))
        elif value in lines and one.cells != lines[value].one.cells:
            values = {"text": one.values[by], "line": lines[value].one.line}
            message = t("{text} stands in line {line} already, with other cells", **values)
            refusal = Refusal(one.line, by, "id_twice" if by == spec.key else "key_twice", message)
        elif value in lines:
            made.placed.append(Placed(one, lines[value].id, lines[value].row or 0))
        else:
            refusal = known.refusal(one, value, t, given=given)
            if refusal is None:
                lines[value] = known.place(one, value)
                made.placed.append(lines[value])
        made.refused += [refusal] if refusal else []
    return made


def known_by(value: Any) -> Any:
    """What rows are compared by: capitals of an address make no difference."""
    return value.casefold() if isinstance(value, str) and "@" in value else value


class _Known:
    """The rows of the sheet, found by a column or by what they say."""

    def __init__(self, parsed: Parsed, spec: SheetSpec, by: str) -> None:
        self.parsed, self.key, self.by = parsed, spec.key or "", by
        self.ids = parsed.ids(self.key)
        values = self.ids if by == spec.key else [known_by(value) for value in parsed.values[by]]
        self.count = Counter(value for value in values if value is not None)
        self.offsets = {value: offset for offset, value in enumerate(values) if value is not None}
        self.taken = frozenset(self.ids)
        self._said: dict[tuple[str, ...], dict[tuple[Any, ...], list[int]]] = {}

    def refusal(self, one: Candidate, value: Any, t: Texts, *, given: bool) -> Refusal | None:
        """Why a line cannot be told to be one row; None when it can."""
        unique = "id_not_unique" if self.by == self.key else "key_not_unique"
        if self.count[value] > 1:
            message = t("{text} stands in {count} rows of the sheet", text=one.values[self.by], count=self.count[value])
            return Refusal(one.line, self.by, unique, message)
        if self.by == self.key:
            return None
        offset, own = self.offsets.get(value), one.values.get(self.key)
        if offset is None and own is None and not given:
            return Refusal(one.line, self.key, "no_id", t("must not be blank"))
        if offset is not None and self.ids[offset] is None:
            message = t("row {row} of the sheet, which has it, has no id", row=self.parsed.numbers[offset])
            return Refusal(one.line, self.by, "row_without_id", message)
        if own is not None and own != (None if offset is None else self.ids[offset]):
            there = None if offset is None else self.ids[offset]
            if there is not None or own in self.taken:
                message = t("{text} is not the id of the row that has the rest", text=own)
                return Refusal(one.line, self.key, "id_differs", message)
        return None

    def place(self, one: Candidate, value: Any) -> Placed:
        """Where a candidate belongs that has what rows are known by."""
        offset = self.offsets.get(value)
        if offset is None:
            return Placed(one, str(one.values.get(self.key) or ""), None, dict(one.cells))
        # What it is known by is the same already, whatever its capitals.
        other = (key for key in one.cells if key != self.by and self._meaning(key, offset) != _meaning(one, key))
        cells = {key: one.cells[key] for key in other}
        return Placed(one, self.ids[offset] or "", self.parsed.numbers[offset], cells)

    def saying(self, one: Candidate) -> Placed:
        """A row, not taken yet, that has all that the line says (without an id its number stands for it); else a new one."""
        columns = tuple(key for key in one.cells if key in self.parsed.values)
        if columns not in self._said:
            said = self._said[columns] = {}
            for offset in range(len(self.parsed.numbers)):
                said.setdefault(tuple(self._meaning(key, offset) for key in columns), []).append(offset)
        offsets = self._said[columns].get(tuple(_meaning(one, key) for key in columns))
        if not offsets:
            return Placed(one, "", None, dict(one.cells))
        number = self.parsed.numbers[offset := offsets.pop(0)]
        return Placed(one, self.ids[offset] or str(number), number)

    def _meaning(self, key: str, offset: int) -> Any:
        """The value; the cell as it stands where it made no sense."""
        value = self.parsed.values[key][offset]
        if value is None and offset in self.parsed.bad[key]:
            return _as_it_stands(self.parsed.cells[key][self.parsed.numbers[offset] - FIRST_ROW])
        return value


def _meaning(one: Candidate, key: str) -> Any:
    value = one.values.get(key)
    return _as_it_stands(one.cells[key]) if value is None else value


def _as_it_stands(cell: Cell) -> tuple[str, Cell]:
    return ("cell", cell)
