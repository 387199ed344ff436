"""
The config's care → may this mail go now, and to whom?

No guard ever drops anything: what may not go now stays planned, is said in the
report, and is told by a later run, oldest first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from sheetcrm.errors import UsageError
from sheetcrm.messages import tr
from sheetcrm.remind.allow import AllowList
from sheetcrm.remind.notifiers.base import Notifier

_HOURS = re.compile(r"\s*(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})\s*")


@dataclass(frozen=True)
class Caps:
    """At most so many mails; None is as many as there are."""

    per_run: int | None = None
    """Over all spreadsheets of a run."""
    per_recipient: int | None = None
    """To one address by one channel, on one day of the spreadsheet's zone, over all spreadsheets."""
    per_hour: int | None = None
    """By one channel in any sixty minutes, over all spreadsheets and processes."""


@dataclass(frozen=True)
class Quiet:
    """
    When nothing is sent, by the clock on the wall: from `start` until `end`, which is not quiet any more, and on weekends if asked.

    It may go over midnight.  In a night in which clocks change it is rather
    longer than shorter, so that nothing goes by either reading of the clock.
    """

    start: time | None = None
    end: time | None = None
    weekends: bool = False

    @classmethod
    def parse(cls, text: str, *, weekends: bool = False) -> Quiet:
        """`20:00-08:00`; empty is never.  UsageError when it is no time of day, or takes all of it."""
        if not text.strip():
            return cls(weekends=weekends)
        found = _HOURS.fullmatch(text)
        hours = [int(part) for part in found.groups()] if found else []
        if not hours or max(hours[0], hours[2]) > 24 or max(hours[1], hours[3]) > 59:
            raise UsageError(tr("quiet: {text!r} is not from when until when; write 20:00-08:00", text=text))
        minutes = [hours[0] * 60 + hours[1], hours[2] * 60 + hours[3]]
        if max(minutes) > 24 * 60 or minutes[0] % (24 * 60) == minutes[1] % (24 * 60):
            raise UsageError(
                tr("quiet: {text!r} leaves no time to send, or is no time of day; write 20:00-08:00", text=text)
            )
        start, end = (time(*divmod(one % (24 * 60), 60)) for one in minutes)
        return cls(start, end, weekends)

    @property
    def ever(self) -> bool:
        """Whether there is any quiet at all."""
        return self.weekends or self.start is not None

    def until(self, now: datetime, zone: tzinfo) -> datetime | None:
        """When the quiet that holds at `now` is over, in `zone`; None when it is not quiet."""
        found = None
        at = now
        # What follows without a gap is one quiet: a weekend and the night after it.
        while (end := self._end(at, zone)) is not None:
            found = at = end
        return None if found is None else found.astimezone(zone)

    def _end(self, now: datetime, zone: tzinfo) -> datetime | None:
        today = now.astimezone(zone).date()
        if self.weekends and today.weekday() >= 5:
            return _latest(datetime.combine(today + timedelta(7 - today.weekday()), time()), zone)
        if self.start is None or self.end is None:
            return None
        over = timedelta(1) if self.end <= self.start else timedelta(0)
        for day in (today - timedelta(1), today):
            begin = _earliest(datetime.combine(day, self.start), zone)
            end = _latest(datetime.combine(day + over, self.end), zone)
            if begin <= now < end:
                return end
        return None


def _earliest(wall: datetime, zone: tzinfo) -> datetime:
    return min(_moments(wall, zone))


def _latest(wall: datetime, zone: tzinfo) -> datetime:
    return max(_moments(wall, zone))


def _moments(wall: datetime, zone: tzinfo) -> list[datetime]:
    """Whenever the clock may be said to show that: twice as clocks go back, about the gap as they go forward."""
    return [wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]


@dataclass(frozen=True)
class Guards:
    """What keeps mails from going now, or to those that they are for."""

    redirect: str = ""
    """Everything goes to this address instead, by channels of their own in the ledger, so that nobody counts as told."""
    caps: Caps = Caps()
    quiet: Quiet = Quiet()
    first_run: int | None = None
    """The first run over a spreadsheet tells of no more than so many; None is as many as there are."""

    def word(self, channel: str) -> str:
        """What the ledger calls `channel` with these guards."""
        return f"redirect:{channel}" if self.redirect else channel

    def check(self, allow: AllowList, notifier: Notifier) -> None:
        """UsageError when everything is to go to an address that may get nothing, or by a way that has no addresses."""
        if self.redirect and not allow.allows(self.redirect):
            raise UsageError(
                tr("redirect: {redirect} is not on the allow-list; add it to allow:", redirect=self.redirect)
            )
        if self.redirect and notifier.form != "mail":
            raise UsageError(
                tr("redirect: a chat cannot be sent to an address instead; send by mail while you try things out")
            )


UNGUARDED = Guards()
