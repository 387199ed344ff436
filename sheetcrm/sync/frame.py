"""
Records → a pandas DataFrame with a type for every column.

Blank and wrong cells are missing values of the column's type, never NaN among
texts: a column of whole numbers stays one of whole numbers.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

import pandas as pd

from sheetcrm.schema.columns.base import Column
from sheetcrm.sync.records import Reading

DTYPES: dict[Any, str] = {
    str: "string",
    int: "Int64",
    bool: "boolean",
    date: "datetime64[s]",
    timedelta: "timedelta64[s]",
    float: "Float64",
}
"""Whatever is not here (exact decimals, several-of-a-list) is kept as Python has it."""


def frame(
    reading: Reading, sheet: str, *, decimals: Literal["exact", "float"] = "exact", samples: bool = False
) -> pd.DataFrame:
    """
    The records of a sheet, a column for each column key, indexed by row number in the sheet.

    Text is `string`, whole numbers `Int64`, tick boxes `boolean`, dates
    `datetime64`, lengths of time `timedelta64`, choices `category` with every option; numbers are Decimal
    objects, or `Float64` on demand.  Example rows only if asked for.
    """
    rows = [row for row in reading.extracts[sheet].rows if samples or not row.sample]
    index = pd.Index([row.number for row in rows], name="row", dtype="int64")
    columns = {
        key: _series([row.get(key) for row in rows], column, index, decimals)
        for key, column in reading.template.sheets[sheet].columns.items()
        if not key.startswith("_")
    }
    return pd.DataFrame(columns, index=index)


def _series(values: list[Any], column: Column, index: pd.Index[int], decimals: str) -> pd.Series[Any]:
    kind = column.python_annotation()
    if kind is str and (options := column.states()):
        return pd.Series(pd.Categorical(values, categories=list(options)), index=index)
    if kind is Decimal and decimals == "float":
        return pd.Series([None if value is None else float(value) for value in values], index=index, dtype="Float64")
    return pd.Series(values, index=index, dtype=DTYPES.get(kind, "object"))
