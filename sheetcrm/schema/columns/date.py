"""
Days: numbers of the sheet, or what people type, → datetime.date.

A date is a calendar day and never passes through UTC midnight; a time of day
behind it is dropped, not rounded.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, ClassVar, Literal

from sheetcrm.messages import N_
from sheetcrm.resources.base import Cell
from sheetcrm.resources.number_format import NumberFormat
from sheetcrm.resources.validation import Condition
from sheetcrm.schema.columns.base import BadCell, Column, Context, Place
from sheetcrm.schema.columns.reading import plain, shown, typed

# Day zero is 30 December 1899: Lotus counted a 29 February 1900 that never was.
EPOCH = date(1899, 12, 30)
_LAST = (date.max - EPOCH).days
_BEFORE = EPOCH.toordinal()

_CLOCK = r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
_TYPED = re.compile(r"(\d{4})(?:[-/.](\d{1,2})[-/.](\d{1,2})| *年 *(\d{1,2}) *月 *(\d{1,2}) *日?)" + _CLOCK)
_TURNED = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})")
_BARE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_RELATIVE = re.compile(r"([+-]\d{1,4})([dwm])")


class DayColumn(Column):
    """What every column of days shares."""

    python_type = date
    examples = (
        (46024, date(2026, 1, 2)), (46024.75, date(2026, 1, 2)), ("2026-1-2", date(2026, 1, 2)),
        ("2026/1/2", date(2026, 1, 2)), ("2026年1月2日", date(2026, 1, 2)), ("２０２６－０１－０２", date(2026, 1, 2)),
        ("2026-01-02 08:30:00.000", date(2026, 1, 2)),
    )  # fmt: skip
    nonsense = ("soon", "2026-13-01", "2026-02-30", "3/4/2026", 20260102, True, 0, -5, 4e6, "20260102")
    pixels = 110
    alignment = "CENTER"
    bounds = "DATE"

    def parse_cell(self, cell: Cell, context: Context) -> date:
        """The day; BadCell for a day that is not in the calendar or whose order cannot be told."""
        if isinstance(cell, str):
            return _typed_day(cell)
        if isinstance(cell, bool) or not 1 <= (cell or 0) <= _LAST:
            raise _not_a_date(cell)
        return date.fromordinal(_BEFORE + int(cell or 0))

    def unlike(self, cells: Sequence[Cell], values: Sequence[Any]) -> Iterator[tuple[int, BadCell]]:
        """Dates that are texts: the sheet neither sorts nor computes with them."""
        message = N_("{text} is text to the sheet, not a date; type it again")
        for offset in typed(cells):
            if (day := values[offset]) is not None:
                yield offset, BadCell("date_as_text", message, {"text": shown(cells[offset])}, day.isoformat())

    def usual(self, value: Any, cell: Cell) -> date | None:
        """The day; a time of day behind it would be lost."""
        return None if isinstance(cell, str) and ":" in plain(cell) else value

    def dump_value(self, value: Any, context: Context) -> Cell:
        """The number of the day."""
        return int((value - EPOCH).days)

    def sample(self, written: Any, context: Context) -> Cell:
        """Samples may be relative to today: `+3d`, `-2w`, `+1m` (months of 30 days)."""
        match = _RELATIVE.fullmatch(str(written))
        if match is None or context.today is None:
            return super().sample(written, context)
        days = int(match[1]) * {"d": 1, "w": 7, "m": 30}[match[2]]
        return self.dump(context.today + timedelta(days=days), context)

    def literal(self, value: Any, context: Context) -> str:
        """`DATE(2026,1,2)`, which no locale reads otherwise."""
        return f"DATE({value.year},{value.month},{value.day})"

    def condition(self, place: Place, context: Context) -> Condition:
        """Is a date."""
        return Condition("DATE_IS_VALID", ())

    def number_format(self, context: Context) -> NumberFormat:
        """Year, month, day: the same to readers of every language."""
        return NumberFormat("DATE", "yyyy-mm-dd")


class DateColumn(DayColumn):
    """A calendar day, in the spreadsheet's time zone."""

    hint: ClassVar[str] = N_("A date, as in 2026-01-31.")

    type: Literal["date"] = "date"


def _typed_day(cell: str) -> date:
    text = plain(cell)
    match = _TYPED.fullmatch(text)
    if match is None:
        raise _not_a_date(cell)
    year, month, day = (int(part) for part in match.groups() if part is not None)
    try:
        return date(year, month, day)
    except ValueError as wrong:
        raise BadCell("no_such_day", N_("there is no such day: {text}"), {"text": shown(cell)}) from wrong


def _not_a_date(cell: Cell) -> BadCell:
    text = plain(shown(cell))
    if _TURNED.fullmatch(text):
        return BadCell(
            "ambiguous_date", N_("day or month first? Write {text} as year-month-day"), {"text": shown(cell)}
        )
    if match := _BARE.fullmatch(text):
        try:
            meant = date(int(match[1]), int(match[2]), int(match[3])).isoformat()
        except ValueError:
            meant = None
        return BadCell("not_a_date", N_("{text} is not a date"), {"text": shown(cell)}, meant)
    return BadCell("not_a_date", N_("{text} is not a date"), {"text": shown(cell)})
