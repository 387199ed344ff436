"""
Records → CSV as people write it, or JSON as programs read it.

CSV has titles and option labels in the language of the sheet, and the cell as
it stands where it made no sense, so that importing it changes nothing.  JSON
has keys, and null where a cell made no sense.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from sheetcrm.resources.base import Cell
from sheetcrm.schema.columns.base import Column, Context
from sheetcrm.sync.records import Reading, Row

FORMULA_BEGINS = re.compile("['\u2019]*[=+@\t\r\uff1d\uff0b\uff0d\uff20-]")
"""What Excel and Sheets take for a formula when a CSV is opened; full-width signs count too. ' is our own escape."""
PLAIN = re.compile(r"[+\-\uff0b\uff0d]?[\d\s().,/\-]+%?")
"""Signed numbers and phone numbers: nothing in them can be run."""


def to_json(reading: Reading, sheet: str) -> list[dict[str, Any]]:
    """The records of that sheet in JSON's types: dates as ISO text, exact decimals as text, several-of-a-list as lists."""
    return [row.record.model_dump(mode="json") for row in reading.extracts[sheet].rows]


def to_csv(reading: Reading, sheet: str, context: Context) -> str:
    """The sheet as CSV (RFC 4180, CRLF, no byte-order mark); the first line has the titles in the sheet's language."""
    spec = reading.template.sheets[sheet]
    columns = {key: column for key, column in spec.columns.items() if not key.startswith("_")}
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([column.title.say(reading.language) for column in columns.values()])
    for row in reading.extracts[sheet].rows:
        writer.writerow(_line(reading, sheet, row, columns, context))
    return out.getvalue()


def guarded(text: str) -> str:
    """`text` with a ' in front where a spreadsheet program would run it; `-5` and `+86 138…` stay as they are."""
    return f"'{text}" if FORMULA_BEGINS.match(text) and not PLAIN.fullmatch(text) else text


def unguarded(text: str) -> str:
    """The text that `guarded` was given."""
    return text[1:] if text.startswith("'") and guarded(text[1:]) == text else text


def _line(reading: Reading, sheet: str, row: Row, columns: dict[str, Column], context: Context) -> Iterator[str]:
    extract = reading.extracts[sheet]
    for key, column in columns.items():
        value = row.get(key)
        if value is None:
            yield guarded(_text(extract.cell(row.number, key)))
        elif isinstance(value, date | Decimal | bool | int | float):
            yield _text(value)
        else:
            yield guarded(str(column.dump(value, context)))


def _text(value: Cell | date | Decimal) -> str:
    """As every program reads it back; a decimal never in powers of ten."""
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case float():
            return repr(value).removesuffix(".0")
        case Decimal():
            return f"{value:f}"
        case date():
            return value.isoformat()
        case _:
            return str(value)
