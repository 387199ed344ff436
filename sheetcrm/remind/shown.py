"""
A record's value → how people would read it in the sheet.

A choice by its title in the sheet's language, money with its symbol, a day as
year-month-day: what stands in the mail is what stands in the cell.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sheetcrm.remind.message import clean
from sheetcrm.schema.columns.base import Column
from sheetcrm.schema.columns.duration import clock
from sheetcrm.schema.context import Context
from sheetcrm.schema.patterns import number


def shown(value: Any, column: Column, context: Context) -> str:
    """The text of one value on one line, at most 200 characters; empty for None."""
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return clock(value)
    if isinstance(value, bool):
        return "✓" if value else "✗"
    cell = column.dump(value, context)
    if isinstance(cell, int | float) and isinstance(value, int | Decimal):
        wanted = column.number_format(context)
        return number(Decimal(value), wanted.pattern if wanted else "")
    return clean(str(cell))
