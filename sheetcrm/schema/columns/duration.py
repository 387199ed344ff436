"""
How long something takes → timedelta, to the second.

The sheet counts days: a plain 2 is two days, as Sheets itself shows it under this format.
"""

import re
from datetime import timedelta
from typing import Any, ClassVar, Literal

from sheetcrm.messages import N_
from sheetcrm.resources.base import Cell
from sheetcrm.resources.number_format import NumberFormat
from sheetcrm.resources.validation import Condition
from sheetcrm.schema.columns.base import BadCell, Column, Context, Place
from sheetcrm.schema.columns.number import MAX_LENGTH
from sheetcrm.schema.columns.reading import plain, shown

DAY = 86_400
LONGEST = 36_500
"""Days; more is a mistake."""

_CLOCK = re.compile(r"(\d{1,6}):([0-5]\d)(?::([0-5]\d))?")
_NUMBER = r"(\d{1,6}(?:\.\d{1,6})?)"
_WORDS = re.compile(
    rf"(?:{_NUMBER} *(?:d|days?|天))? *(?:{_NUMBER} *(?:h|hrs?|hours?|小时|个小时|时))?"
    rf" *(?:{_NUMBER} *(?:m|min|mins|minutes?|分钟|分))? *(?:{_NUMBER} *(?:s|secs?|seconds?|秒))?"
)


def clock(value: timedelta) -> str:
    """`1:30`, `36:00:05`: as people read it in the sheet, seconds only where there are some."""
    minutes, seconds = divmod(int(value.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02d}" + (f":{seconds:02d}" if seconds else "")


class DurationColumn(Column):
    """A length of time, typed as 1:30 (hours and minutes), `90 min` or `1小时30分`."""

    python_type = timedelta
    examples = (
        (0.0625, timedelta(hours=1, minutes=30)), ("1:30", timedelta(hours=1, minutes=30)),
        ("90 min", timedelta(minutes=90)), ("1小时30分", timedelta(minutes=90)), ("1.5h", timedelta(minutes=90)),
        ("2 days", timedelta(days=2)), ("36:00:05", timedelta(hours=36, seconds=5)), (0, timedelta(0)),
    )  # fmt: skip
    nonsense = ("long", True, -0.5, "1:75", "90", "5 h 5 h", 4e6)
    pixels = 90
    alignment = "RIGHT"
    bounds = "NUMBER"
    hint: ClassVar[str] = N_("A length of time, as in 1:30 for an hour and a half.")

    type: Literal["duration"] = "duration"

    def parse_cell(self, cell: Cell, context: Context) -> timedelta:
        """The time to the second; a number is days."""
        seconds = _seconds(cell)
        if seconds is None or not 0 <= seconds <= LONGEST * DAY:
            raise BadCell("not_a_duration", N_("{text} is not a length of time"), {"text": shown(cell)})
        return timedelta(seconds=round(seconds))

    def dump_value(self, value: Any, context: Context) -> Cell:
        """Days."""
        seconds = int(value.total_seconds())
        return seconds // DAY if seconds % DAY == 0 else seconds / DAY

    def condition(self, place: Place, context: Context) -> Condition:
        """Is a number that is not negative."""
        return Condition("CUSTOM_FORMULA", (f"=IF(ISNUMBER({place.cell}),{place.cell}>=0)",))

    def number_format(self, context: Context) -> NumberFormat:
        """Hours, more than 24 too, and minutes."""
        return NumberFormat("TIME", "[h]:mm")


def _seconds(cell: Cell) -> float | None:
    if isinstance(cell, bool) or cell is None:
        return None
    if isinstance(cell, int | float):
        return cell * DAY
    text = plain(cell).casefold()
    if match := _CLOCK.fullmatch(text[:MAX_LENGTH]):
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        return hours * 3600 + minutes * 60 + seconds
    match = _WORDS.fullmatch(text) if text and len(text) <= MAX_LENGTH else None
    if match is None or not any(match.groups()):
        return None
    return sum(float(part or 0) * size for part, size in zip(match.groups(), (DAY, 3600, 60, 1), strict=True))
