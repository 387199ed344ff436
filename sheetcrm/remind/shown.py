"""
A record's value → how people would read it in the sheet.

A choice by its title in the sheet's language, money with its symbol, a day as
year-month-day: what stands in the mail is what stands in the cell.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sheetcrm.remind.message import clean
from sheetcrm.schema.columns.base import Column
from sheetcrm.schema.columns.duration import clock
from sheetcrm.schema.context import Context

_PATTERN = re.compile(
    r'(?P<before>(?:"[^"]*")?)#?(?P<group>,?)(?:##)?0(?:\.(?P<least>0*)(?P<most>#*))?(?P<percent>%?)(?P<after>(?:"[^"]*")?)'
)


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


def number(value: Decimal, pattern: str) -> str:
    """`value` in a number format as templates have them (`"¥"#,##0.00`, `0%`, `#,##0.##`); plainly in any other."""
    match = _PATTERN.fullmatch(pattern)
    if match is None:
        return f"{value:f}"
    least, most = len(match["least"] or ""), len(match["most"] or "")
    amount = abs(value) * (100 if match["percent"] else 1)
    digits = f"{amount.quantize(Decimal(1).scaleb(-(least + most)), ROUND_HALF_UP):{match['group']}f}"
    for _ in range(most):
        digits = digits.removesuffix("0")
    sign = "-" if value < 0 and any(digit in "123456789" for digit in digits) else ""
    return sign + match["before"].strip('"') + digits.removesuffix(".") + match["percent"] + match["after"].strip('"')
