"""
Rows of a file against rows of a sheet → what is new, what differs, what is the same.

By id where the file has ids.  Where ids are ours to give, by what the line
says: a row that has all of it is that row, so importing twice adds nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from sheetcrm.messages import Texts
from sheetcrm.resources.base import Cell
from sheetcrm.schema.columns.base import Context, Place
from sheetcrm.schema.columns.reference import ReferenceColumn
from sheetcrm.schema.template import SheetSpec
from sheetcrm.sync.extract import Values
from sheetcrm.sync.files.sift import Candidate, Refusal
from sheetcrm.sync.records import FIRST_ROW, Parsed
from sheetcrm.sync.write import Write


@dataclass
class Merge:
    """What a file means for a sheet; nothing is written yet."""

    new: list[Candidate] = field(default_factory=list)
    changed: dict[str, Write] = field(default_factory=dict)
    """By id; only the cells that differ."""
    same: list[str] = field(default_factory=list)
    """The ids of rows that say it all already."""
    refused: list[Refusal] = field(default_factory=list)


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
    candidates: Sequence[Candidate], parsed: Parsed, lookup: Values, context: Context, t: Texts
) -> tuple[list[Candidate], list[Refusal]]:
    """
    The candidates whose references all lead to a row, and refusals of the others.

    Only references: a colleague who is not in the team tab yet keeps no customer out.
    """
    spec = context.template.sheets[parsed.sheet]
    values = {key: [one.values.get(key) for one in candidates] for key in spec.columns}
    everything = _WithFile(lookup, parsed.sheet, candidates)
    refused: dict[int, Refusal] = {}
    references = {key: column for key, column in spec.columns.items() if isinstance(column, ReferenceColumn)}
    for key, column in references.items():
        for rule in column.implied_rules():
            for offset, bad in rule.check(Place(parsed.sheet, key), values, context, everything):
                line = candidates[offset].line
                refused.setdefault(line, Refusal(line, key, bad.code, t(bad.message, **bad.values)))
    return [one for one in candidates if one.line not in refused], list(refused.values())


def merge(candidates: Sequence[Candidate], parsed: Parsed, context: Context, t: Texts, *, given: bool) -> Merge:
    """Match every candidate; `given`: ids are ours to give, so a line without one is matched by what it says."""
    spec = context.template.sheets[parsed.sheet]
    known = _Known(parsed, spec)
    made, lines = Merge(), dict[str, Candidate]()
    for one in candidates:
        id_ = one.values.get(spec.key or "")
        if id_ is None and not given:
            made.refused.append(Refusal(one.line, spec.key, "no_id", t("must not be blank")))
        elif id_ is None:
            found = known.saying(one)
            made.new.append(one) if found is None else made.same.append(found)
        elif known.count[id_] > 1:
            message = t("{text} stands in {count} rows of the sheet", text=id_, count=known.count[id_])
            made.refused.append(Refusal(one.line, spec.key, "id_not_unique", message))
        elif id_ in lines and one.cells != lines[id_].cells:
            message = t("{text} stands in line {line} already, with other cells", text=id_, line=lines[id_].line)
            made.refused.append(Refusal(one.line, spec.key, "id_twice", message))
        elif id_ in lines:
            made.same.append(id_)
        else:
            lines[id_] = one
            known.place(one, id_, made)
    return made


class _Known:
    """The rows of the sheet, found by id or by what they say."""

    def __init__(self, parsed: Parsed, spec: SheetSpec) -> None:
        self.parsed = parsed
        ids = parsed.ids(spec.key or "")
        self.ids = ids
        self.count = Counter(id_ for id_ in ids if id_ is not None)
        self.offsets = {id_: offset for offset, id_ in enumerate(ids) if id_ is not None}
        self._said: dict[tuple[str, ...], dict[tuple[Any, ...], list[int]]] = {}

    def place(self, one: Candidate, id_: str, made: Merge) -> None:
        """Put a candidate with an id where it belongs."""
        offset = self.offsets.get(id_)
        if offset is None:
            made.new.append(one)
            return
        cells = {key: cell for key, cell in one.cells.items() if self._meaning(key, offset) != _meaning(one, key)}
        if cells:
            made.changed[id_] = Write(self.parsed.numbers[offset], cells)
        else:
            made.same.append(id_)

    def saying(self, one: Candidate) -> str | None:
        """A row, not taken yet, that has all that the line says: its id, or the number of its row while it has none."""
        columns = tuple(key for key in one.cells if key in self.parsed.values)
        if columns not in self._said:
            said = self._said[columns] = {}
            for offset in range(len(self.parsed.numbers)):
                said.setdefault(tuple(self._meaning(key, offset) for key in columns), []).append(offset)
        offsets = self._said[columns].get(tuple(_meaning(one, key) for key in columns))
        if not offsets:
            return None
        offset = offsets.pop(0)
        return self.ids[offset] or str(self.parsed.numbers[offset])

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
