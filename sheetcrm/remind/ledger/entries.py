"""
What the ledger knows, as values: occurrences, recipients, mails, runs.

An `Occurrence` is the unit of the promise: a person is told of it at most once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class State(StrEnum):
    """Where a mail stands."""

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    RETRY = "retry"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SUPPRESSED = "suppressed"


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
    reason: str
    attempts: int
    next_try: datetime | None
    changed: datetime
    data: bytes | None
    """The bytes to send; None once they will not be needed again."""


@dataclass(frozen=True)
class Run:
    """One run of the reminder job; `finished` is None when its process died, `stopped` says why it gave up."""

    spreadsheet: str
    today: date
    started: datetime
    finished: datetime | None
    counts: Mapping[str, int]
    stopped: str
