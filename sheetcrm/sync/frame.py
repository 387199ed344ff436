"""
Records → a pandas DataFrame with a type for every column.

Blank and wrong cells are missing values of the column's type, never NaN among
texts: a column of whole numbers stays one of whole numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

import numpy as np
import pandas as pd

from sheetcrm.errors import UsageError
from sheetcrm.messages import tr
from sheetcrm.schema.columns.base import Column
from sheetcrm.sync.records import Reading

_DAY_ZERO = date(1970, 1, 1).toordinal()


def frame(
    reading: Reading, sheet: str, *, decimals: Literal["exact", "float"] = "exact", samples: bool = False
) -> pd.DataFrame:
    """
    The records of a sheet, a column for each column key, indexed by row number in the sheet.

    Text is `string`, whole numbers `Int64`, tick boxes `boolean`, dates
    `datetime64`, lengths of time `timedelta64`, choices `category` with every option; numbers are Decimal
    objects, or `Float64` on demand.  Example rows only if asked for.
    """
    if decimals not in ("exact", "float"):
        raise UsageError(tr("decimals={decimals!r} is neither exact nor float", decimals=decimals))
    extract = reading.extracts[sheet]
    index = pd.Index(np.asarray(extract.parsed.numbers, dtype="int64"), name="row")
    missing = [None] * len(index)
    columns = {
        key: _typed(extract.parsed.values.get(key, missing), column, decimals)
        for key, column in reading.template.sheets[sheet].columns.items()
        if not key.startswith("_")
    }
    made = pd.DataFrame(columns, index=index, copy=False)
    examples = () if samples else reading.template.sample_keys(sheet)
    if not examples:
        return made
    return made[np.fromiter((id_ not in examples for id_ in extract.ids), bool, len(made))]


def values_of(made: pd.DataFrame) -> tuple[dict[str, list[Any]], list[int]]:
    """
    A DataFrame as columns of Python's own values, None where one is missing; the way back from `frame`.

    Also its index, where that counts rows of the sheet as `frame` has them;
    otherwise nothing.  An index with a name of its own (`set_index("id")`) is a
    column like the others.  UsageError for two columns of one name.
    """
    if any(name not in (None, "row") for name in made.index.names):
        made = made.reset_index()
    names = [str(name) for name in made.columns]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise UsageError(tr("the frame has several columns {columns}", columns=", ".join(twice)))
    columns = {name: _plain(made.iloc[:, at]) for at, name in enumerate(names)}
    counted = made.index.name == "row" and pd.api.types.is_integer_dtype(made.index.dtype)
    return columns, [int(number) for number in made.index] if counted else []


def _plain(column: pd.Series[Any]) -> list[Any]:
    kind = column.dtype.kind if isinstance(column.dtype, np.dtype) else ""
    if kind == "M":
        return _dates(column)
    missing = column.isna()
    values = column.astype(object).tolist()
    if kind == "m":
        values = [None if value is pd.NaT else value.to_pytimedelta() for value in values]
    return [None if gone else value for gone, value in zip(missing, values, strict=True)] if missing.any() else values


def _dates(column: pd.Series[Any]) -> list[Any]:
    """Days as dates, each made once; what has a time of day stays a datetime, as no column holds it."""
    seconds = column.to_numpy("datetime64[s]")
    whole = column.isna() | (column == column.dt.normalize())
    numbers = (seconds.view("int64") // 86_400).tolist()
    missing = int(np.iinfo("int64").min // 86_400)
    known: dict[int, Any] = {day: date.fromordinal(day + _DAY_ZERO) for day in set(numbers) if day != missing}
    known[missing] = None
    days = [known[day] for day in numbers]
    if whole.all():
        return days
    moments = column.astype(object).tolist()
    return [day if is_day else moment.to_pydatetime() for day, is_day, moment in zip(days, whole, moments, strict=True)]


def _typed(values: Sequence[Any], column: Column, decimals: str) -> Any:
    """An array of the column's type; whatever has none of its own (exact decimals, several-of-a-list) stays as Python has it."""
    kind = column.python_annotation()
    if kind is str and (options := column.states()):
        return _categories(values, [str(option) for option in options])
    if kind is Decimal and decimals == "float":
        stored = getattr(values, "cells", values)
        return _floats([None if number is None else float(number) for number in stored])
    make = _ARRAYS.get(kind)
    return make(values) if make else _objects(values)


def _categories(values: Sequence[Any], options: list[str]) -> pd.Categorical:
    """Options in the order of the dropdown, then whatever else people have put there."""
    others = sorted({value for value in set(values) if value is not None and value not in options})
    codes = {None: -1} | {option: at for at, option in enumerate([*options, *others])}
    return pd.Categorical.from_codes(
        np.fromiter(map(codes.__getitem__, values), "int64", len(values)), categories=pd.Index([*options, *others])
    )


def _masked(array: Callable[..., Any], values: Sequence[Any], kind: type, dtype: str) -> Any:
    """A nullable array from its values and the places where there is none."""
    if None not in values:
        return array(np.fromiter(values, dtype, len(values)), np.zeros(len(values), dtype=bool))
    mask = np.fromiter((value is None for value in values), bool, len(values))
    return array(np.fromiter((kind() if value is None else value for value in values), dtype, len(values)), mask)


def _floats(values: Sequence[Any]) -> Any:
    return _masked(pd.arrays.FloatingArray, values, float, "float64")


def _whole(values: Sequence[Any]) -> Any:
    try:
        return _masked(pd.arrays.IntegerArray, values, int, "int64")
    except OverflowError:
        return _objects(values)


def _days(values: Sequence[Any]) -> Any:
    """Days as seconds since 1970, which reach from year 1 to 9999; nanoseconds do not."""
    different = set(values)
    known = {day: (day.toordinal() - _DAY_ZERO) * 86_400 for day in different if day is not None}
    known[None] = np.iinfo("int64").min
    seconds = np.fromiter(map(known.__getitem__, values), "int64", len(values))
    return seconds.view("datetime64[s]")


def _lengths(values: Sequence[Any]) -> Any:
    nothing = np.iinfo("int64").min
    seconds = (nothing if value is None else int(value.total_seconds()) for value in values)
    return np.fromiter(seconds, "int64", len(values)).view("timedelta64[s]")


def _objects(values: Sequence[Any]) -> Any:
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made


_ARRAYS: dict[Any, Callable[[Sequence[Any]], Any]] = {
    # Python's own texts, whether pyarrow is there or not: nothing is copied, and a frame is the same everywhere.
    str: lambda values: pd.array(values, dtype=pd.StringDtype("python")),
    int: _whole,
    bool: lambda values: _masked(pd.arrays.BooleanArray, values, bool, "bool"),
    date: _days,
    timedelta: _lengths,
    float: _floats,
}
