"""
A number and its format → what people see in the cell.

Only the patterns that templates make are understood; a number in any other is
told plainly.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

_PATTERN = re.compile(
    r'(?P<before>(?:"[^"]*")?)#?(?P<group>,?)(?:##)?0(?:\.(?P<least>0*)(?P<most>#*))?(?P<percent>%?)(?P<after>(?:"[^"]*")?)'
)


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
