"""
Records, rows, mappings or a DataFrame → ids, and columns of values.

What is not said stays as it is in the sheet; None says that a cell is to be blank.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel

from sheetcrm.errors import UsageError
from sheetcrm.messages import tr
from sheetcrm.schema.template import HIDDEN_ID, SheetSpec, Template
from sheetcrm.sync.records import Extract, Row
from sheetcrm.variants import nearest


class _NotSaid:
    def __repr__(self) -> str:
        return "not said"


NOT_SAID: Final = _NotSaid()
"""In a column of values: that record says nothing about it."""


@dataclass(frozen=True)
class Given:
    """What was given, in its order, all columns of one length."""

    ids: list[str | None]
    """None where a record says none."""
    columns: dict[str, list[Any]]
    """By column key, the key column and computed ones among them; NOT_SAID where a record is silent."""
    chosen: list[int] | None = None
    """Where each of them stood among all that were given, if these are some of them; None: all, in their order."""

    def place(self, at: int) -> int:
        """Where that record stood among all that were given, from 0."""
        return at if self.chosen is None else self.chosen[at]

    def __len__(self) -> int:
        return len(self.ids)


def given(template: Template, sheet: str, records: Any, extract: Extract | None = None) -> Given:
    """
    `records`: records of a reading or changed copies of them, `Row`s, mappings by column key, or one DataFrame.

    Where the id is hidden (`_id`), rows have it, mappings and frames may name
    it, and frames that were made from `extract` know it by their index of row
    numbers.  UsageError for columns that the sheet does not have, and for what is none of these.
    """
    if sheet not in template.records:
        raise UsageError(
            tr(
                "{sheet}: no such sheet of records{hint}; there are {known}",
                sheet=sheet,
                hint=nearest(sheet, list(template.records)),
                known=", ".join(template.records),
            )
        )
    spec = template.sheets[sheet]
    if hasattr(records, "iloc") and hasattr(records, "columns"):
        columns, numbers = _from_frame(records)
        _known(spec, sheet, columns)
        ids = [_row_id(extract, number) for number in numbers] if numbers and spec.key not in columns else None
        return _identified(template, sheet, columns, ids or [None] * len(records))
    listed = _listed(records)
    if listed and all(type(one) is Row for one in listed):
        columns = _from_models([row.record for row in listed])
        _known(spec, sheet, columns)
        return _identified(template, sheet, columns, [row.id for row in listed])
    if listed and isinstance(listed[0], BaseModel) and all(type(one) is type(listed[0]) for one in listed):
        columns = _from_models(listed)
    else:
        columns = _from_mappings([_mapping(one, spec) for one in listed])
    _known(spec, sheet, columns)
    return _identified(template, sheet, columns, [None] * len(listed))


def _listed(records: Any) -> list[Any]:
    if isinstance(records, Row | BaseModel | Mapping | str | bytes) or not isinstance(records, Iterable):
        kind = type(records).__name__
        raise UsageError(
            tr("records are given as a list of records, rows or mappings, or as a DataFrame, not as {kind}", kind=kind)
        )
    return list(records)


def _mapping(one: Any, spec: SheetSpec) -> Mapping[str, Any]:
    if isinstance(one, Row):
        said = {key: values[0] for key, values in _from_models([one.record]).items()}
        return {**said, **({spec.key or "": one.id} if one.id is not None else {})}
    if isinstance(one, BaseModel):
        return {key: values[0] for key, values in _from_models([one]).items()}
    if isinstance(one, Mapping):
        return one
    raise UsageError(tr("a record is given as a record, a row or a mapping, not as {name}", name=type(one).__name__))


def _from_models(records: Sequence[BaseModel]) -> dict[str, list[Any]]:
    """By alias where a field has one: that is what a column is called whose key is no name in Python."""
    if not records:
        return {}
    columns = {}
    sets = [record.model_fields_set for record in records]
    for name, about in type(records[0]).model_fields.items():
        key = about.alias or name
        column = [
            getattr(record, name) if name in said else NOT_SAID for record, said in zip(records, sets, strict=True)
        ]
        if any(value is not NOT_SAID for value in column):
            columns[key] = column
    return columns


def _from_mappings(records: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    keys = dict.fromkeys(key for record in records for key in record)
    return {key: [record.get(key, NOT_SAID) for record in records] for key in keys}


def _from_frame(frame: Any) -> tuple[dict[str, list[Any]], list[int]]:
    """The columns, and the row numbers of its index, where it is the one that `sync.frame.frame` gives."""
    from sheetcrm.sync.frame import values_of  # noqa: PLC0415 - pandas is an extra

    return values_of(frame)


def _known(spec: SheetSpec, sheet: str, columns: Iterable[Any]) -> None:
    """UsageError for columns that are not the sheet's."""
    unknown = [str(key) for key in columns if key not in spec.columns]
    if unknown:
        known = [key for key in spec.columns if key != HIDDEN_ID]
        raise UsageError(
            tr(
                "{sheet} has no column {names} (there are {known})",
                sheet=sheet,
                names=_named(unknown, spec, known),
                known=", ".join(known),
            )
        )


def _named(unknown: Sequence[str], spec: SheetSpec, known: list[str]) -> str:
    """Words that are no columns, with what each means: the column of that title, or the nearest key."""
    titles = {title.casefold(): key for key in known for title in spec.columns[key].title.all()}
    meant = [
        tr("; did you mean {word}?", word=titles[word.casefold()])
        if word.casefold() in titles
        else nearest(word, known)
        for word in unknown
    ]
    if len(unknown) == 1:
        return unknown[0] + meant[0]
    hints = [f" ({hint.lstrip(';； ')})" if hint else "" for hint in meant]
    return ", ".join(word + hint for word, hint in zip(unknown, hints, strict=True))


def _row_id(extract: Extract | None, number: int) -> str | None:
    if extract is None:
        return None
    numbers = extract.parsed.numbers
    # Row numbers rise; those of a part of the rows are looked for, not counted.
    offset = _offset(numbers, number)
    return None if offset is None else extract.ids[offset]


def _offset(numbers: Sequence[int], number: int) -> int | None:
    at = bisect_left(numbers, number)
    return at if at < len(numbers) and numbers[at] == number else None


def _identified(template: Template, sheet: str, columns: dict[str, list[Any]], ids: list[str | None]) -> Given:
    """With the ids that the key column says, where no row said them already."""
    key = template.sheets[sheet].key or ""
    said = columns.get(key)
    if said is None:
        return Given(ids, columns)
    column, context = template.sheets[sheet].columns[key], template.context(template.languages[0])
    cells = [None if value is NOT_SAID else value for value in said]
    odd = [value for value in cells if not (value is None or isinstance(value, str | int | float))]
    if odd:
        raise UsageError(tr("{sheet}.{key}: {id!r} is not an id", sheet=sheet, key=key, id=odd[0]))
    values, _ = column.parse(cells, context)
    found = [None if value is None else str(value) for value in values]
    return Given([mine if mine is not None else its for mine, its in zip(ids, found, strict=True)], columns)
