"""
Country and day → is it a working day, and where a step goes that falls on a day off.

China moves working days to weekends (调休) and announces it year by year: past
the last year that is published, holidays and weekends are known and the moved
days are not.  Whoever asks about such a year finds it in `guessed`.

Weekend and holidays are those of the `holidays` package; nothing of it is
imported until a rule has a policy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sheetcrm.errors import MissingExtra
from sheetcrm.messages import tr
from sheetcrm.schema.reminders.base import Policy

_DAY = timedelta(1)
_LONGEST = 60
"""Days to look for a working day before giving up: no country rests so long, and nobody should wait for ever."""


class Workdays:
    """The working days of one country (two letters)."""

    def __init__(self, country: str) -> None:
        """MissingExtra when the package is not installed; a country that it does not know has Saturdays and Sundays off."""
        self.country = country
        self._works, self.known, self._published = _calendar(country)
        self._asked: set[int] = set()

    @property
    def guessed(self) -> tuple[int, ...]:
        """The years that were asked about and whose moved working days are not published yet."""
        return tuple(sorted(year for year in self._asked if self._published and year > self._published))

    def works(self, day: date) -> bool:
        """Whether people work on that day."""
        self._asked.add(day.year)
        return self._works(day)

    def moved(self, day: date, policy: Policy) -> date | None:
        """Where what falls on `day` goes: the day itself if it is a working day; None when it is left out."""
        if self.works(day):
            return day
        return None if policy == "skip" else self._next(day, -1 if policy == "before" else 1)

    def later(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`, which need not be one."""
        for _ in range(count):
            day = self._next(day, 1)
        return day

    def until(self, day: date) -> date:
        """The last day that may be moved back to `day` or before."""
        return self._next(day, 1) - _DAY

    def _next(self, day: date, way: int) -> date:
        return next((one for one in _walk(day, way) if self.works(one)), day)


class Calendars:
    """The countries that one run asks about, each once."""

    def __init__(self) -> None:
        """Nothing is imported yet."""
        self._known: dict[str, Workdays] = {}

    def of(self, country: str) -> Workdays:
        """That country's working days."""
        if country not in self._known:
            self._known[country] = Workdays(country)
        return self._known[country]

    def asked(self) -> Iterator[Workdays]:
        """Those that were asked about."""
        yield from self._known.values()


def _walk(day: date, way: int) -> Iterator[date]:
    for _ in range(_LONGEST):
        day += way * _DAY
        yield day


@lru_cache(maxsize=16)
def _calendar(country: str) -> tuple[Callable[[date], bool], bool, int]:
    """Whether a day is worked, whether the country is known, and the last year of which moved days are (0: it has none)."""
    try:
        import holidays  # noqa: PLC0415 - 0.2 s and of the extra `remind`: only rules with a policy need it
    except ImportError as error:
        raise MissingExtra(tr("holidays, which knows the working days of countries,"), "remind") from error
    try:
        found: Any = holidays.country_holidays(country)
    except NotImplementedError:
        return (lambda day: day.weekday() < 5), False, 0

    @lru_cache(maxsize=4096)
    def works(day: date) -> bool:
        # Looking a day up is what makes the package work its year out, weekends that are worked included.
        found.get(day)
        return bool(found.is_working_day(day))

    moved = getattr(found, "has_substituted_holidays", False)
    return works, True, max(getattr(found, "special_public_holidays", {}), default=0) if moved else 0
