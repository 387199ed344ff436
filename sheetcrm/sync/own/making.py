"""
Columns of cells → records of a model, and everything that is wrong in them.

Column by column; rows are put together only once everything in them is right.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from sheetcrm.messages import N_
from sheetcrm.resources.base import Cell
from sheetcrm.schema.context import BadCell, Context
from sheetcrm.sync.columns import level, picked
from sheetcrm.sync.extract import blank_rows
from sheetcrm.sync.own.fields import Field, fields_of
from sheetcrm.sync.records import in_bulk

M = TypeVar("M", bound=BaseModel)
BLANK = ("", None)


@dataclass(frozen=True)
class Column:
    """A field's values, None where blank or wrong; offsets count the rows that are not blank."""

    field: Field
    cells: Sequence[Cell]
    values: Sequence[Any]
    blank: Sequence[int]
    bad: dict[int, BadCell]
    """What keeps a row from being a record."""
    unlike: dict[int, BadCell]
    """What the sheet itself takes for something else."""


def used_rows(cells: Mapping[str, Sequence[Cell]]) -> tuple[list[int], dict[str, list[Cell]]]:
    """The offsets of rows that are not blank (or FALSE) in all columns, and their cells."""
    padded, length = level(cells)
    blank = blank_rows(list(padded.values()), length)
    kept = [at for at in range(length) if at not in blank]
    return kept, {key: picked(column, kept) for key, column in padded.items()} if blank else padded


def parsed(field: Field, cells: Sequence[Cell], context: Context, *, whole: bool) -> Column:
    """
    A field's column, each cell that is wrong once.

    `whole` says that the model will look at every row by itself, and so at
    what the annotation asks for.
    """
    values, bad = field.kind.parse(cells, context)
    if field.lenient and bad:
        values, bad = _as_they_stand(cells, values, bad)
    blank = [at for at, cell in enumerate(cells) if cell in BLANK] if "" in cells or None in cells else []
    if blank and field.required and not field.nullable:
        bad = bad | {at: BadCell("required", N_("must not be blank")) for at in blank if values[at] is None}
    if field.check is not None and not whole:
        values = _checked(field.check, values, bad)
    unlike = {at: found for at, found in field.kind.unlike(cells, values) if at not in bad} if field.typed else {}
    return Column(field, cells, values, blank, bad, unlike)


def _as_they_stand(
    cells: Sequence[Cell], values: Sequence[Any], bad: dict[int, BadCell]
) -> tuple[Sequence[Any], dict[int, BadCell]]:
    """For a validator of the model's own that comes first: what we cannot read, maybe it can."""
    values = list(values)
    for at, found in bad.items():
        if found.code != "error_value":
            values[at] = cells[at]
    return values, {at: found for at, found in bad.items() if found.code == "error_value"}


def _checked(check: TypeAdapter[list[Any]], values: Sequence[Any], bad: dict[int, BadCell]) -> Sequence[Any]:
    """What pydantic makes of those that are there; adds to `bad` what it refuses."""
    values = list(values)
    while True:
        filled = [at for at, value in enumerate(values) if value is not None]
        try:
            for at, value in zip(filled, check.validate_python([values[at] for at in filled]), strict=True):
                values[at] = value
        except ValidationError as error:
            for one in error.errors(include_url=False, include_context=False, include_input=False):
                at = filled[int(one["loc"][0])]
                bad.setdefault(at, BadCell(one["type"], one["msg"]))
                values[at] = None
        else:
            return values


def records(
    model: type[M], columns: Sequence[Column], count: int, wrong: dict[int, dict[str, BadCell]], *, whole: bool
) -> list[M]:
    """
    A record for each of `count` rows that is right, in order.

    What the model refuses, if it looks at whole rows, is added to `wrong`, by offset and field (empty: the row itself).
    """
    good: Sequence[int] = [at for at in range(count) if at not in wrong] if wrong else range(count)
    return _validated(model, columns, good, wrong) if whole else _made(model, columns, good)


def _made(model: type[M], columns: Sequence[Column], good: Sequence[int]) -> list[M]:
    """Records whose fields are right already, made as pydantic would, a column at a time."""
    every = isinstance(good, range)
    fields: dict[str, Sequence[Any]] = {}
    for column in columns:
        values = _with_default(column)
        fields[column.field.name] = values if every else [values[at] for at in good]
    names = list(model.model_fields)
    absent = {one.name: one.defaults(len(good)) for one in fields_of(model) if one.name not in fields}
    rows = zip(*({**fields, **absent}[name] for name in names), strict=False) if fields else iter(())
    return in_bulk(
        model,
        {
            "__dict__": [dict(zip(names, row)) for row in rows],  # noqa: B905 - every row has as many, and looking again costs
            "__pydantic_fields_set__": _sets(columns, good),
            "__pydantic_extra__": [{} for _ in good] if model.model_config.get("extra") == "allow" else repeat(None),
            "__pydantic_private__": repeat(None),
        },
        len(good),
    )


def _with_default(column: Column) -> Sequence[Any]:
    values = column.values
    if not column.blank or column.field.required:
        return values
    if column.field.shared_default and column.field.info.default is values[column.blank[0]]:
        return values
    values = list(values)
    for at, default in zip(column.blank, column.field.defaults(len(column.blank)), strict=True):
        values[at] = default
    return values


def _sets(columns: Sequence[Column], good: Sequence[int]) -> list[set[str]]:
    """The fields that were said, a set of its own for each record: a blank cell leaves the default unsaid."""
    names = {column.field.name for column in columns}
    sets = list(map(set.copy, repeat(names, len(good))))
    place = None if isinstance(good, range) else {at: offset for offset, at in enumerate(good)}
    for column in columns:
        for at in () if column.field.required else column.blank:
            offset = at if place is None else place.get(at)
            if offset is not None:
                sets[offset].discard(column.field.name)
    return sets


def _validated(
    model: type[M], columns: Sequence[Column], good: Sequence[int], wrong: dict[int, dict[str, BadCell]]
) -> list[M]:
    """Records by pydantic's own way, all at once; those that it refuses are looked at no more."""
    adapter: TypeAdapter[list[M]] = TypeAdapter(list[model])  # type: ignore[valid-type]  # known when it runs
    _more(adapter, columns, wrong)
    left = list(good)
    while True:
        try:
            return adapter.validate_python(_rows(columns, left), by_alias=False, by_name=True)
        except ValidationError as error:
            for at, field, bad in _refused(error, columns, left):
                wrong.setdefault(at, {}).setdefault(field, bad)
            left = [at for at in left if at not in wrong]


def _more(adapter: TypeAdapter[list[M]], columns: Sequence[Column], wrong: dict[int, dict[str, BadCell]]) -> None:
    """What else is wrong in the fields of rows that are wrong already."""
    rows = _rows(columns, list(wrong))
    for row, found in zip(rows, wrong.values(), strict=True):
        for name in found:
            row.pop(name, None)
    try:
        adapter.validate_python(rows, by_alias=False, by_name=True)
    except ValidationError as error:
        for at, field, bad in _refused(error, columns, list(wrong)):
            if field:
                wrong[at].setdefault(field, bad)


def _refused(
    error: ValidationError, columns: Sequence[Column], offsets: Sequence[int]
) -> Iterator[tuple[int, str, BadCell]]:
    """Offset, field (empty: the row itself), what is wrong."""
    names = {column.field.name for column in columns}
    for one in error.errors(include_url=False, include_context=False, include_input=False):
        field = str(one["loc"][1]) if len(one["loc"]) > 1 else ""
        yield offsets[int(one["loc"][0])], field if field in names else "", BadCell(one["type"], one["msg"])


def _rows(columns: Sequence[Column], offsets: Sequence[int]) -> list[dict[str, Any]]:
    """By field name; a blank cell leaves its field out where there is a default."""
    names = [column.field.name for column in columns]
    every = [
        column.values if len(offsets) == len(column.values) else [column.values[at] for at in offsets]
        for column in columns
    ]
    rows = [dict(zip(names, row)) for row in zip(*every, strict=True)]  # noqa: B905 - every row has as many, and looking again costs
    for column in columns:
        blank = set() if column.field.required else set(column.blank)
        for row, at in zip(rows, offsets, strict=True) if blank else ():
            if at in blank:
                del row[column.field.name]
    return rows
