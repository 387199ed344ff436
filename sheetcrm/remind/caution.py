"""
Guards and the ledger → why a mail has to wait, or nothing.

It is asked before every mail, not once a run: quiet may begin, and a cap be
reached by another process, while mails go out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, tzinfo

from sheetcrm.layout.zones import zone_of
from sheetcrm.messages import tr
from sheetcrm.remind.guard import Guards
from sheetcrm.remind.ledger import Ledger, Limit

HOUR = timedelta(hours=1)
SUMMARIES = ":summary"
"""What stands after a channel's word where summaries go by it."""


@dataclass
class Tally:
    """What one run handed over, over all of its spreadsheets; in a dry run, what it would."""

    gone: int = 0
    assumed: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By channel and address, mails of a dry run: no ledger knows of them."""


@dataclass(frozen=True)
class Caution:
    """The guards of one spreadsheet and channel (the ledger's word)."""

    guards: Guards
    ledger: Ledger
    channel: str
    time_zone: str
    """Of the spreadsheet; looked up when it is needed."""
    tally: Tally

    def against(self, recipient: str, now: datetime, *, number: int | None = None) -> str:
        """Why a mail to that address (without regard to case) waits; `number` is that of the mail, which does not count itself."""
        if reason := self.against_all(now):
            return reason
        for limit in self.limits(recipient, now):
            if self.ledger.used(limit, but=number) + self._assumed(limit) >= limit.most:
                return (
                    tr("per_recipient is {most} a day: left for tomorrow", most=limit.most)
                    if limit.recipient
                    else tr("per_hour is {most}: left for a later run", most=limit.most)
                )
        return ""

    def against_all(self, now: datetime) -> str:
        """Why no mail may go now, whoever it is to; empty when some may."""
        quiet, per_run = self.guards.quiet, self.guards.caps.per_run
        if quiet.ever and (until := quiet.until(now, self.zone)):
            return tr("quiet until {until:%Y-%m-%d %H:%M} ({time_zone})", until=until, time_zone=self.time_zone)
        if per_run is not None and self.tally.gone >= per_run:
            return tr("per_run is {per_run}: left for the next run", per_run=per_run)
        return ""

    def limits(self, recipient: str, now: datetime) -> tuple[Limit, ...]:
        """What the ledger is to hold a mail to that address to."""
        return tuple(self._limits(recipient, now))

    def goes(self) -> None:
        """Another mail goes; the ledger knows to whom."""
        self.tally.gone += 1

    def would_go(self, recipient: str, now: datetime, *, number: int | None = None) -> str:
        """In a dry run, another mail to that address: why it would wait (see `against`); otherwise it counts as gone."""
        reason = self.against(recipient, now, number=number)
        if not reason:
            self.tally.gone += 1
            self.tally.assumed[self.channel, recipient] += 1
        return reason

    @property
    def zone(self) -> tzinfo:
        """The spreadsheet's; UsageError when there is no such zone."""
        return zone_of(self.time_zone)

    def _limits(self, recipient: str, now: datetime) -> Iterator[Limit]:
        caps = self.guards.caps
        if caps.per_hour is not None:
            # What stands in the future was noted by a clock that was wrong; it is not held against anybody for long.
            yield Limit(caps.per_hour, now - HOUR, now + HOUR, self._line)
        if caps.per_recipient is not None:
            today = now.astimezone(self.zone).date()
            begin, end = (datetime.combine(day, time(), self.zone) for day in (today, today + timedelta(1)))
            yield Limit(caps.per_recipient, begin, end, self._line, recipient)

    @property
    def _line(self) -> tuple[str, str]:
        """The channels that go by the same way: summaries are one of their own."""
        word = self.channel.removesuffix(SUMMARIES)
        return word, word + SUMMARIES

    def _assumed(self, limit: Limit) -> int:
        return sum(
            count
            for (channel, whom), count in self.tally.assumed.items()
            if channel in limit.channels and limit.recipient in ("", whom)
        )
