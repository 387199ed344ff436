"""
Records → CSV or JSON, the same in every language.

The first line of a CSV has column keys, choices are option keys: importing the
file again changes nothing.  A cell that made no sense is blank here and an
issue of the reading.
"""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

from sheetcrm.resources.base import Cell
from sheetcrm.schema.columns.duration import clock
from sheetcrm.schema.context import Context
from sheetcrm.schema.patterns import number
from sheetcrm.sync.aims import CellChange
from sheetcrm.sync.records import Reading, Row

FORMULA_BEGINS = re.compile("'*(?:[\t\r\n\0]|[\\s\ufeff\u200b]*[=+@\uff1d\uff0b\uff0d\uff20-])")
"""
What Excel and Sheets take for a formula when a CSV is opened; full-width signs count too, and ' is our own escape.

Some drop blanks in front before they look.
"""
UNSAFE = frozenset("'=+@-\uff1d\uff0b\uff0d\uff20\0\ufeff\u200b").union(filter(str.isspace, map(chr, range(0x3001))))
"""With what such a text begins; whatever begins otherwise is safe."""
PLAIN = re.compile(r"\s*[+\-\uff0b\uff0d]?[\d\s().,/\-]+%?")
"""Signed numbers and phone numbers: there is nothing in them to run."""


def dump(reading: Reading, sheet: str, form: Literal["csv", "json"] = "csv", *, samples: bool = False) -> str:
    """
    The records of a sheet (by its key) as one text that ends in a line end.

    CSV: RFC 4180 with \\n, no byte-order mark, a ' in front of text that a
    spreadsheet program would run.  JSON: a list of objects; dates as ISO text,
    decimals as text, several-of-a-list as lists.  Example rows only if asked for.
    """
    rows = [row for row in reading.extracts[sheet].rows if samples or not row.sample]
    if form == "json":
        objects = [row.record.model_dump(mode="json") for row in rows]
        return json.dumps(objects, ensure_ascii=False, indent=2) + "\n"
    keys = [key for key in reading.template.sheets[sheet].columns if not key.startswith("_")]
    out = io.StringIO()
    # The module quotes a lone carriage return only where it is part of the line end.
    writer = csv.writer(out, lineterminator="\r\n")
    lines = []
    for cells in (keys, *(_line(row, keys) for row in rows)):
        writer.writerow(cells)
        lines.append(out.getvalue().removesuffix("\r\n"))
        out.seek(0)
        out.truncate()
    return "\n".join([*lines, ""])


def guarded(text: str) -> str:
    """`text` with a ' in front where a spreadsheet program would run it; `-5` and `+86 138…` stay as they are."""
    return f"'{text}" if FORMULA_BEGINS.match(text) and not PLAIN.fullmatch(text) else text


def unguarded(text: str) -> str:
    """The text that `guarded` was given."""
    return text[1:] if text.startswith("'") and guarded(text[1:]) == text else text


def _line(row: Row, keys: list[str]) -> list[str]:
    return [dumped(row.get(key)) for key in keys]


def dumped(value: Any, *, raw: bool = False) -> str:
    """A value as it stands in a CSV, where every program reads it back; a decimal never in powers of ten; `raw`: unguarded."""
    guard = str if raw else guarded
    match value:
        case None | bool():
            return "" if value is None else str(value).upper()
        case float():
            return repr(value).removesuffix(".0")
        case Decimal():
            return f"{value:f}"
        case date() | timedelta():
            return clock(value) if isinstance(value, timedelta) else value.isoformat()
        case tuple():
            return guard(", ".join(str(part) for part in value))
    return guard(str(value))


def as_read(change: CellChange, context: Context) -> tuple[str, str]:
    """
    What stood in a cell and what comes there, as the sheet shows it: a day, a length of time, money and shares with their signs.

    Days as 2026-01-31; empty when blank.
    """
    return _read(change.before, change, context), _read(change.after, change, context)


def as_data(change: CellChange, context: Context) -> dict[str, Cell]:
    """A change for programs: days and lengths of time as text, other numbers as numbers."""
    before, after = (
        dumped(value) if isinstance(value := _value(cell, change, context), date | timedelta) else cell
        for cell in (change.before, change.after)
    )
    return {"sheet": change.sheet, "id": change.id, "column": change.column, "before": before, "after": after}


def _value(cell: Cell, change: CellChange, context: Context) -> Any:
    """What a number means; None for any other cell."""
    found = context.template.sheets.get(change.sheet)
    column = found.columns.get(change.column) if found else None
    if column is None or isinstance(cell, bool) or not isinstance(cell, int | float):
        return None
    return column.parse([cell], context)[0][0]


def _read(cell: Cell, change: CellChange, context: Context) -> str:
    value = _value(cell, change, context)
    if isinstance(value, int | Decimal):
        format_ = context.template.sheets[change.sheet].columns[change.column].number_format(context)
        return number(Decimal(value), format_.pattern if format_ else "")
    if isinstance(value, date | timedelta):
        return dumped(value)
    return dumped(cell, raw=True)
