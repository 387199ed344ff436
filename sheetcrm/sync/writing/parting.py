"""
Given records → those that have a row already, and those that are new.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sheetcrm.errors import BadField, UsageError
from sheetcrm.messages import N_
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
        raise UsageError(f"{sheet} has no column {key}{nearest(key, known)} to know rows by")
    if key is None or key == spec.key:
        there = [id_ is not None and (id_ in extract.offsets or id_ in extract.shared) for id_ in wanted.ids]
        return Parted(_chosen(wanted, there, True), _chosen(wanted, there, False), ())
    ids, problems = _by_column(extract, wanted, key, context)
    there = [id_ is not None for id_ in ids]
    own = [mine if id_ is None else id_ for id_, mine in zip(ids, wanted.ids, strict=True)]
    found = Given(own, wanted.columns)
    return Parted(_chosen(found, there, True), _chosen(found, there, False), problems)


def _chosen(wanted: Given, there: Sequence[bool], which: bool) -> Given:
    at = [offset for offset, one in enumerate(there) if one is which]
    return Given([wanted.ids[one] for one in at], {key: [v[one] for one in at] for key, v in wanted.columns.items()})


def _by_column(extract: Extract, wanted: Given, key: str, context: Context) -> tuple[list[str | None], list[BadField]]:
    """The id of the row that says the same there, None where there is none; upper and lower case are the same to people."""
    column, problems = extract.template.sheets[extract.sheet].columns[key], list[BadField]()
    rows: dict[Any, list[int]] = {}
    for offset, value in enumerate(folded(list(extract.parsed.values[key]))):
        if value is not None:
            rows.setdefault(value, []).append(offset)
    ids: list[str | None] = []
    values = wanted.columns.get(key, [NOT_SAID] * len(wanted))
    for id_, value in zip(wanted.ids, values, strict=True):
        found: list[int] = []
        if value is not NOT_SAID and value is not None:
            try:
                found = rows.get(folded([cell_of(column, value, context)[0]])[0], [])
                if len(found) > 1:
                    raise BadCell(
                        "key_not_unique", N_("{text} stands in {count} rows of the sheet"), _said(value, found)
                    )
                if found and extract.ids[found[0]] is None:
                    raise BadCell("no_id", N_("the row with {text} has no id"), _said(value, found))
            except BadCell as bad:
                problems.append(said(extract.sheet, id_, key, bad, context))
                found = []
        ids.append(extract.ids[found[0]] if found else None)
    return ids, problems


def _said(value: Any, found: Sequence[int]) -> dict[str, Any]:
    return {"text": str(value)[:60], "count": len(found)}
