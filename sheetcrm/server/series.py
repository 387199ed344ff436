"""
Some cells in a row → how they go on, as the fill handle of Sheets would have it.

Neighbours of one kind are one series: numbers follow their trend, dates their step in days or in months, `Item 1` counts
on, names of months and days come around.  Everything else repeats.  `alternate` is the fill handle with Ctrl held down:
what would count repeats, and a lone number counts.
"""

import calendar
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby, pairwise
from typing import Any, Literal

Kind = Literal["number", "date", "time", "counted", "name", "other"]
Term = Callable[[int], Any]
"""Position in a series, 0 for its first source cell, negative before it → the value there."""

EPOCH = date(1899, 12, 30)
LARGEST = Fraction(sys.float_info.max)
LAST_DAY = (date.max - EPOCH).days
COUNTED = re.compile(r"(.*?)([0-9]{1,15})", re.DOTALL)
MONTHS = tuple(
    "January February March April May June July August September October November December".split()  # noqa: SIM905 - reads better
)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
Cycle = tuple[str, ...]
# Names that come around; in one group stand those that people mix: May is short and long.
CYCLES: tuple[tuple[Cycle, ...], ...] = (
    (MONTHS, tuple(name[:3] for name in MONTHS)),
    (DAYS, tuple(name[:3] for name in DAYS)),
    (tuple(f"{number}月" for number in (*"一二三四五六七八九十", "十一", "十二")),),
    (tuple(f"星期{number}" for number in "一二三四五六日"),),
    (tuple(f"周{number}" for number in "一二三四五六日"),),
)


@dataclass(frozen=True)
class Source:
    """What stands in a cell: a scalar or None, and the type of its number format, "" for none."""

    value: Any
    format_type: str = ""


def continued(sources: Sequence[Source], *, alternate: bool = False) -> Term:
    """A function that tells what stands at a position, of which [0, len(sources)) are the sources themselves."""
    terms: list[tuple[int, int, Term]] = []
    start = 0
    for _, group in groupby(sources, key=_family):
        run = list(group)
        terms += [(start, len(run), _series(run, alternate=alternate))] * len(run)
        start += len(run)

    def term(position: int) -> Any:
        turn, index = divmod(position, len(sources))
        first, size, series = terms[index]
        return series(turn * size + index - first)

    return term


def _family(source: Source) -> tuple[Any, ...]:
    """Equal for neighbours that make one series."""
    kind = _kind(source)
    if kind == "counted":
        counted = COUNTED.fullmatch(source.value)
        return kind, counted and counted[1]
    if kind == "name":
        return kind, _group(source.value)
    return (kind,)


def _kind(source: Source) -> Kind:
    value = source.value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if source.format_type in {"DATE", "DATE_TIME"} and 0 <= value <= LAST_DAY:
            return "date"
        return "time" if source.format_type == "TIME" else "number"
    if isinstance(value, str):
        if COUNTED.fullmatch(value):
            return "counted"
        if _group(value) is not None:
            return "name"
    return "other"


def _series(run: list[Source], *, alternate: bool) -> Term:
    values = [source.value for source in run]
    kind = _kind(run[0])
    counts = kind in {"date", "time", "counted", "name"} or (kind == "number" and len(run) > 1)
    if kind == "other" or counts == alternate:
        return _repeated(values)
    if kind == "counted":
        return _counted(values)
    if kind == "name":
        return _named(values)
    if kind == "date" and (months := _monthly(values)) is not None:
        return months
    return _trend([Fraction(str(value)) for value in values], Fraction(1, 24) if kind == "time" else Fraction(1))


def _repeated(values: list[Any]) -> Term:
    return lambda position: values[position % len(values)]


def _trend(numbers: list[Fraction], lone: Fraction) -> Term:
    """The line that fits the numbers best (least squares); a lone number goes on in steps of `lone`."""
    count = len(numbers)
    middle, mean = Fraction(count - 1, 2), sum(numbers, Fraction(0)) / count
    spread = sum(((index - middle) ** 2 for index in range(count)), Fraction(0))
    slope = (
        lone if count == 1 else sum(((i - middle) * (n - mean) for i, n in enumerate(numbers)), Fraction(0)) / spread
    )
    return lambda position: _plain(mean + slope * (position - middle))


def _plain(number: Fraction) -> int | float:
    if number.denominator == 1 and abs(number) < 2**53:
        return int(number)
    return float(max(-LARGEST, min(number, LARGEST)))


def _monthly(values: list[Any]) -> Term | None:
    """Dates on the same day of months that are equally far apart; None when they are not."""
    if len(values) < 2 or any(value != int(value) for value in values):
        return None
    days = [EPOCH + timedelta(days=int(value)) for value in values]
    steps = {_month(later) - _month(earlier) for earlier, later in pairwise(days)}
    if len({day.day for day in days}) > 1 or len(steps) > 1 or 0 in steps:
        return None
    (step,) = steps

    def term(position: int) -> Any:
        year, month = divmod(_month(days[0]) + step * position, 12)
        if not 1900 <= year <= 9998:
            return values[position % len(values)]
        last = calendar.monthrange(year, month + 1)[1]
        return (date(year, month + 1, min(days[0].day, last)) - EPOCH).days

    return term


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _counted(values: list[str]) -> Term:
    pairs = [match for value in values if (match := COUNTED.fullmatch(value))]
    prefix, width = pairs[0][1], len(pairs[0][2])
    numbers = _trend([Fraction(match[2]) for match in pairs], Fraction(1))
    # Counting down does not end at a minus sign: Sheets counts away from nought.
    return lambda position: f"{prefix}{abs(round(numbers(position))):0{width if pairs[0][2][0] == '0' else 1}d}"


def _named(values: list[str]) -> Term:
    group = CYCLES[_group(values[0]) or 0]
    cycle = next((cycle for cycle in group if all(_place(value, cycle) is not None for value in values)), None)
    if cycle is None:
        return _repeated(values)
    places = [_place(value, cycle) or 0 for value in values]
    steps = {(later - earlier) % len(cycle) for earlier, later in pairwise(places)} or {1}
    if len(steps) > 1:
        return _repeated(values)
    (step,) = steps

    def term(position: int) -> str:
        name = cycle[(places[0] + step * position) % len(cycle)]
        return name.upper() if values[0].isupper() else name.lower() if values[0].islower() else name

    return term


def _group(value: str) -> int | None:
    """The index of the group of names that a text is one of."""
    found = (index for index, group in enumerate(CYCLES) for cycle in group if _place(value, cycle) is not None)
    return next(found, None)


def _place(value: str, cycle: Cycle) -> int | None:
    """Where a name is in a cycle, whatever the case of its letters."""
    folded = value.casefold()
    return next((index for index, name in enumerate(cycle) if name.casefold() == folded), None)
