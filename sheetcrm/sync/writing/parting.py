"""
Given records → those that have a row already, and those that are new.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sheetcrm.errors import BadField, UsageError
from sheetcrm.messages import N_, tr
from sheetcrm.schema.columns.base import BadCell, Context
from sheetcrm.schema.rules import folded
from sheetcrm.sync.records import Extract, Reading
from sheetcrm.sync.writing.checking import cell_of, said
from sheetcrm.sync.writing.given import NOT_SAID, Given
from sheetcrm.variants import nearest


@dataclass(frozen=True)
class Parted:
    """`known` have the ids of their rows."""

    known: Given
    new: Given
    problems: Sequence[BadField]


def part(reading: Reading, sheet: str, wanted: Given, key: str | None, context: Context) -> Parted:
    """By id, or by what they say in the column `key`; a record that says nothing there is new."""
    extract, spec = reading.extracts[sheet], reading.template.sheets[sheet]
    if key is not None and (key not in spec.columns or key not in extract.cells):
        known = [name for name in spec.columns if name in extract.cells]
        raise UsageError(
            tr("{sheet} has no column {key} to know rows by{hint}", sheet=sheet, key=key, hint=nearest(key, known))
        )
    if key is None or key == spec.key:
        same = [id_ is not None and (id_ in extract.offsets or id_ in extract.shared) for id_ in wanted.ids]
        return Parted(_chosen(wanted, same, True), _chosen(wanted, same, False), ())
    if key not in wanted.columns:
        raise UsageError(tr("{sheet}: no record says {key}, by which rows are to be known", sheet=sheet, key=key))
    ids, problems = _by_column(extract, wanted, key, context)
    refused = {problem.at for problem in problems}
    there = [None if at in refused else id_ is not None for at, id_ in enumerate(ids)]
    own = [mine if id_ is None else id_ for id_, mine in zip(ids, wanted.ids, strict=True)]
    found = replace(wanted, ids=own)
    return Parted(_chosen(found, there, True), _chosen(found, there, False), problems)


def _chosen(wanted: Given, there: Sequence[bool | None], which: bool) -> Given:
    at = [offset for offset, one in enumerate(there) if one is which]
    columns = {key: [values[one] for one in at] for key, values in wanted.columns.items()}
    return Given([wanted.ids[one] for one in at], columns, [wanted.place(one) for one in at])


def _by_column(extract: Extract, wanted: Given, key: str, context: Context) -> tuple[list[str | None], list[BadField]]:
    """The id of the row that says the same there, None where there is none; upper and lower case are the same to people."""
    column, problems = extract.template.sheets[extract.sheet].columns[key], list[BadField]()
    rows: dict[Any, list[int]] = {}
    for offset, value in enumerate(folded(list(extract.parsed.values[key]))):
        if value is not None:
            rows.setdefault(value, []).append(offset)
    ids: list[str | None] = []
    given: set[Any] = set()
    for at, (id_, value) in enumerate(zip(wanted.ids, wanted.columns[key], strict=True)):
        found: list[int] = []
        if value is not NOT_SAID and value is not None:
            try:
                same = folded([cell_of(column, value, context)[0]])[0]
                found = rows.get(same, [])
                if same in given and same is not None:
                    raise BadCell("id_twice", N_("{text} is given twice"), _said(value, found))
                given.add(same)
                if len(found) > 1:
                    raise BadCell(
                        "key_not_unique", N_("{text} stands in {count} rows of the sheet"), _said(value, found)
                    )
                if found and extract.ids[found[0]] is None:
                    raise BadCell("no_id", N_("the row with {text} has no id"), _said(value, found))
            except BadCell as bad:
                problems.append(said(extract.sheet, id_, key, bad, context, at=at))
                found = []
        ids.append(extract.ids[found[0]] if found else None)
    return ids, problems


def _said(value: Any, found: Sequence[int]) -> dict[str, Any]:
    return {"text": str(value)[:60], "count": len(found)}
