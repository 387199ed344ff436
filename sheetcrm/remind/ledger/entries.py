"""
What the ledger knows, as values: occurrences, recipients, mails, runs.

An `Occurrence` is the unit of the promise: a person is told of it at most once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum


class State(StrEnum):
    """Where a mail stands, or an occurrence that never got one."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    """Planned, or to be tried again, and in the hands of a worker."""
    SENDING = "sending"
    SENT = "sent"
    RETRY = "retry"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SUPPRESSED = "suppressed"
    EXPIRED = "expired"
    """Too late to be worth a mail: noted, and said."""


PENDING = (State.PLANNED, State.RETRY)
"""Surely not taken yet: may be planned anew."""
TOLD = (State.SENDING, State.SENT, State.FAILED, State.UNKNOWN)
"""Its reminders are not to be put into another mail."""


@dataclass(frozen=True, order=True)
class Occurrence:
    """What a person is told at most once: this step of this rule about this date of this row, by this channel."""

    spreadsheet: str
    sheet: str
    row_id: str
    rule: str
    due: date
    step: int
    """Days after the due date; negative before it."""
    recipient: str
    """The address without regard to case."""
    channel: str

    def __str__(self) -> str:
        """Unambiguous text, for Message-IDs: it must stay the same for ever."""
        return json.dumps([str(value) for value in vars(self).values()], ensure_ascii=False)

    @property
    def matter(self) -> tuple[str, str, str, date]:
        """What it is about, whatever the step."""
        return self.sheet, self.row_id, self.rule, self.due

    @property
    def whom(self) -> tuple[str, str, str]:
        """Spreadsheet, recipient and channel: who hears of it, and where from."""
        return self.spreadsheet, self.recipient, self.channel


@dataclass(frozen=True)
class Recipient:
    """Whose mail it is, of which spreadsheet, by which channel."""

    spreadsheet: str
    channel: str
    name: str
    address: str

    @property
    def key(self) -> str:
        """The address without regard to case."""
        return self.address.casefold()

    @property
    def whom(self) -> tuple[str, str, str]:
        """As an occurrence says it."""
        return self.spreadsheet, self.key, self.channel


@dataclass(frozen=True)
class Sealed:
    """A finished mail: nothing in it changes any more."""

    message_id: str
    subject: str
    data: bytes


@dataclass(frozen=True)
class Mail:
    """A mail in the ledger."""

    id: int
    message_id: str
    recipient: Recipient
    day: date
    subject: str
    reminders: int
    state: State
    """Never `CLAIMED`: who has it in hand is `worker`."""
    reason: str
    attempts: int
    next_try: datetime | None
    planned: datetime
    """When the rows were read that it speaks of."""
    changed: datetime
    created: datetime
    """When the first mail was planned of which this one takes the place."""
    worker: str | None = None
    """Who has it in hand."""
    again: int | None = None
    """The number of the mail that this is sent once more, because somebody asked for that."""
    data: bytes | None = None
    """The bytes to send; None where they were not asked for, or are not kept any more."""


@dataclass(frozen=True)
class Limit:
    """At most so many mails from `since` until `until` by some channels, over all spreadsheets; to one address, or to all."""

    most: int
    since: datetime
    until: datetime
    channels: tuple[str, ...]
    recipient: str = ""
    """The address without regard to case; empty for all."""


@dataclass(frozen=True)
class Fate:
    """What became of an occurrence: the state of its mail, or its own where it has none (`mail` is None); and since when."""

    state: State
    reason: str
    changed: datetime
    mail: int | None = None


@dataclass(frozen=True)
class Line:
    """One occurrence in the log: what became of it, and in which mail."""

    occurrence: Occurrence
    fate: Fate
    name: str = ""
    address: str = ""
    subject: str = ""
    message_id: str = ""


@dataclass(frozen=True)
class Run:
    """One run of the reminder job; `finished` is None when its process died, `stopped` says why it gave up."""

    spreadsheet: str
    today: date
    started: datetime
    finished: datetime | None
    counts: Mapping[str, int]
    stopped: str


@dataclass(frozen=True)
class Snooze:
    """Quiet until the day `until` (on that day reminders come again); what is blank is not narrowed down."""

    spreadsheet: str
    until: date
    sheet: str = ""
    row_id: str = ""
    """With its sheet: that row only."""
    recipient: str = ""
    """The address without regard to case: that person only."""
    by: str = ""
    """Who asked for it."""
    made: datetime | None = None
    """When; None before it is in the ledger."""

    def since(self, zone: tzinfo) -> date:
        """The day in that zone on which somebody asked for it; whatever day where nobody says when."""
        return self.made.astimezone(zone).date() if self.made else date.min
