"""
Given records against a reading → the cells that differ, and everything that speaks against them.

A field that says what was read is no change, whatever the cell looks like: a
record that is half wrong is written back without touching what was wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sheetcrm.errors import BadField, UsageError
from sheetcrm.messages import N_, tr
from sheetcrm.resources.base import Cell
from sheetcrm.schema.columns.base import BadCell, Context
from sheetcrm.schema.template import SheetSpec
from sheetcrm.sync.aims import CellChange
from sheetcrm.sync.extract import Values
from sheetcrm.sync.records import Extract, Reading
from sheetcrm.sync.writing.checking import Rows, broken, cell_of, said
from sheetcrm.sync.writing.given import NOT_SAID, Given


@dataclass
class Differing:
    """What records change; `values` are the new ones by column key and offset in the reading."""

    changes: list[CellChange] = field(default_factory=list)
    problems: list[BadField] = field(default_factory=list)
    same: tuple[str, ...] = ()
    values: dict[str, dict[int, Any]] = field(default_factory=dict)


def differing(reading: Reading, sheet: str, wanted: Given) -> Differing:
    """Compare with what was read; UsageError when the sheet was not read."""
    if sheet not in reading.extracts:
        raise UsageError(
            tr("{sheet} was not read, so nobody can tell what is changed in it; read it first", sheet=sheet)
        )
    extract, spec = reading.extracts[sheet], reading.template.sheets[sheet]
    context = reading.template.context(reading.language)
    found = Differing()
    offsets = list(_offsets(extract, wanted, found, context))
    for key, values in wanted.columns.items():
        if key == spec.key:
            _ids_stay(extract, wanted, key, found, context)
        else:
            _compare(extract, key, (wanted.ids, values, offsets), found, context)
    order = {id_: at for at, id_ in enumerate(wanted.ids)}
    found.changes.sort(key=lambda change: order[change.id])
    if found.changes and not found.problems:
        found.problems += _broken(reading, extract, spec, found, context)
    changed = {change.id for change in found.changes}
    found.same = tuple(id_ for id_ in wanted.ids if id_ is not None and id_ not in changed)
    return found


def _offsets(extract: Extract, wanted: Given, found: Differing, context: Context) -> Iterator[int]:
    """Where each record was read; -1 and a problem for those that cannot be told."""
    taken: set[str] = set()
    for at, id_ in enumerate(wanted.ids):
        bad = None
        if id_ is None:
            bad = BadCell("no_id", N_("must not be blank"))
        elif id_ in taken:
            bad = BadCell("id_twice", N_("{text} is given twice"), {"text": id_})
        elif id_ in extract.shared:
            bad = BadCell("id_not_unique", N_("several rows have the id {text}"), {"text": id_})
        elif id_ not in extract.offsets:
            bad = BadCell("no_such_row", N_("no row with the id {text} was read; add it instead"), {"text": id_})
        if bad is not None:
            found.problems.append(said(extract.sheet, id_, _key(extract), bad, context, at=wanted.place(at)))
        taken.add(id_ or "")
        yield -1 if bad is not None or id_ is None else extract.offsets[id_]


def _ids_stay(extract: Extract, wanted: Given, key: str, found: Differing, context: Context) -> None:
    """An id is how a row is known again, so a record cannot give its row another."""
    column = extract.template.sheets[extract.sheet].columns[key]
    for id_, value in zip(wanted.ids, wanted.columns[key], strict=True):
        if value is NOT_SAID or value == id_:
            continue
        values, _ = column.parse([value], context)
        if values[0] is None or str(values[0]) != id_:
            message = N_("an id stays as it is; change {text} in the sheet, where everybody sees it")
            found.problems.append(said(extract.sheet, id_, key, BadCell("id_changed", message, {"text": id_}), context))


def _compare(
    extract: Extract,
    key: str,
    given: tuple[Sequence[str | None], Sequence[Any], Sequence[int]],
    found: Differing,
    context: Context,
) -> None:
    """One column: ids, values and offsets of the records."""
    ids, values, offsets = given
    column = extract.template.sheets[extract.sheet].columns[key]
    read = extract.parsed.values.get(key)
    # A column of numbers makes each when it is asked, and many at once much faster.
    there = list(read) if read is not None and len(values) > len(read) // 8 else read
    stored: Sequence[Any] = getattr(read, "cells", ())
    for id_, value, offset in zip(ids, values, offsets, strict=True):
        if value is NOT_SAID or offset < 0 or id_ is None:
            continue
        if there is None:
            if value is not None and value != column.blank():
                message = N_("this column was not read, or is not there")
                found.problems.append(said(extract.sheet, id_, key, BadCell("not_read", message), context))
            continue
        old = there[offset]
        if value is old or value == old or (stored and type(value) is float and value == stored[offset]):
            continue
        try:
            new, cell = cell_of(column, value, context)
            if column.computed and new != old:
                raise BadCell("computed", N_("the sheet computes this; it cannot be written"))
        except BadCell as bad:
            found.problems.append(said(extract.sheet, id_, key, bad, context))
            continue
        if new != old:
            found.changes.append(CellChange(extract.sheet, id_, key, extract.parsed.used[key][offset], cell))
            found.values.setdefault(key, {})[offset] = new


def _broken(
    reading: Reading, extract: Extract, spec: SheetSpec, found: Differing, context: Context
) -> Iterator[BadField]:
    """What rules say of the changed rows that they did not say before."""
    offsets = sorted({offset for at in found.values.values() for offset in at})
    whole = AsItWillBe(extract, found.values)
    values: dict[str, Sequence[Any]] = {}
    filled: dict[str, Sequence[Any]] = {}
    for key, column in extract.parsed.values.items():
        new, wrong = found.values.get(key, {}), extract.parsed.bad.get(key, {})
        values[key] = [new[at] if at in new else column[at] for at in offsets]
        if any(at in wrong and at not in new for at in offsets):
            used: list[Cell] = extract.parsed.used[key]
            filled[key] = [
                used[at] if at in wrong and at not in new else value
                for at, value in zip(offsets, values[key], strict=True)
            ]
    numbers = extract.parsed.numbers
    touched = {numbers[at] for at in offsets}
    before = {(issue.row, issue.column, issue.code) for issue in extract.issues if issue.row in touched}
    lookup = Values({name: one.parsed for name, one in reading.extracts.items()})
    rows = Rows(extract.sheet, values, {**values, **filled}, whole)
    for (at, key), found_there in broken(rows, spec, context, lookup).items():
        for bad in found_there:
            wrong_itself = offsets[at] in extract.parsed.bad.get(key, {}) and offsets[at] not in found.values.get(
                key, {}
            )
            if not wrong_itself and (numbers[offsets[at]], key, bad.code) not in before:
                yield said(extract.sheet, extract.ids[offsets[at]], key, bad, context)


class AsItWillBe(Mapping[str, Sequence[Any]]):
    """The columns of a whole sheet with changes in them and rows added; each made when it is asked for."""

    def __init__(
        self,
        extract: Extract,
        changed: Mapping[str, Mapping[int, Any]],
        added: Mapping[str, Sequence[Any]] | None = None,
    ) -> None:
        self.sheet = extract.sheet
        self._extract, self._changed, self._added = extract, changed, added or {}

    def __getitem__(self, key: str) -> Sequence[Any]:
        """Values of the rows that are there, then of those that are added."""
        values = list(self._extract.parsed.values.get(key, [None] * len(self._extract.parsed.numbers)))
        for offset, value in self._changed.get(key, {}).items():
            values[offset] = value
        return [*values, *self._added.get(key, ())]

    def __iter__(self) -> Iterator[str]:
        """The columns of the sheet."""
        return iter(self._extract.template.sheets[self._extract.sheet].columns)

    def __len__(self) -> int:
        """How many columns."""
        return len(self._extract.template.sheets[self._extract.sheet].columns)


def _key(extract: Extract) -> str:
    return extract.template.sheets[extract.sheet].key or ""
