"""
What a run of the reminder job did, for people and for programs.

Whatever was due is in here exactly once: mailed, told before, or not to be
told to anybody and why.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sheetcrm.remind.message import Draft
from sheetcrm.sync.records import Issue


@dataclass(frozen=True)
class MailReport:
    """What became of one mail; `state` is one of the ledger's words, or `held` for one that must wait for a person."""

    name: str
    address: str
    subject: str
    reminders: int
    state: str
    reason: str = ""
    message_id: str = ""
    draft: Draft | None = None
    """What it says, when it was planned in this run."""
    channel: str = ""
    """What rules call the way that it goes; empty where there is only one."""


@dataclass(frozen=True)
class Place:
    """A row that was due: rule, sheet, row number as people see it, row id, due date, and where to look at it."""

    rule: str
    sheet: str
    row: int
    id: str
    due: date | None
    owner: str
    a1: str
    link: str


@dataclass(frozen=True)
class Told:
    """Due, and its owner was told before: when, and what became of that mail."""

    place: Place
    state: str
    on: date
    reason: str = ""


@dataclass(frozen=True)
class Resting:
    """Due, and somebody asked for quiet until that day."""

    place: Place
    until: date
    summary: str = ""
    """Which week of which summary for whom; it has no row, so that its place says no more than rule, sheet and Monday.  Empty for a row."""


@dataclass(frozen=True)
class Unsent:
    """Due, and there is nobody to tell: a short word and a message in the language of the sheet."""

    place: Place
    code: str
    message: str


@dataclass(frozen=True)
class RunReport:
    """One run over one spreadsheet, or with `dry_run` what one would do."""

    spreadsheet: str
    today: date
    dry_run: bool
    mails: tuple[MailReport, ...] = ()
    told: tuple[Told, ...] = ()
    unsent: tuple[Unsent, ...] = ()
    """To be seen to: owners, addresses, dates and ids that keep reminders from being sent; recipients not allowed."""
    troubles: tuple[Issue, ...] = ()
    """Sheets, columns and headers that a rule or the team needs and that are not as they should be: reminders may be missing."""
    expired: tuple[Told, ...] = ()
    """Never told and now too late, which this run noted: later runs have them under `told`."""
    resting: tuple[Resting, ...] = ()
    """Paused in the sheet, or snoozed: told on the day on which that ends, if still due."""
    samples: int = 0
    """Example rows that were due; never mailed."""
    stopped: str = ""
    """Why the run could not go on; what it had not sent stays queued."""
    is_stale: bool = False
    """Mails were left because their rows were read too long ago: read again, and run again."""

    def counts(self) -> dict[str, int]:
        """How many mails by state, how many rows were told before, could not be told, or are examples, and troubles; zeros left out."""
        mails = Counter(mail.state for mail in self.mails)
        rows = {
            "told": len(self.told),
            "unsent": len(self.unsent),
            "expired": len(self.expired),
            "resting": len(self.resting),
            "troubles": len(self.troubles),
            "samples": self.samples,
        }
        return dict(mails) | {word: count for word, count in rows.items() if count}

    @property
    def template_troubles(self) -> tuple[str, ...]:
        """Mail templates of the team's own that could not be used: file, line, why, and what to do; each once."""
        return tuple(dict.fromkeys(mail.draft.trouble for mail in self.mails if mail.draft and mail.draft.trouble))

    @property
    def failed(self) -> bool:
        """Whether a mail that should have gone out did not."""
        return (
            bool(self.stopped)
            or self.is_stale
            or any(mail.state in ("failed", "retry", "unknown") for mail in self.mails)
        )

    @property
    def worth_seeing(self) -> bool:
        """Whether somebody should look into it."""
        return (
            self.failed
            or bool(self.unsent or self.troubles or self.expired or self.template_troubles)
            or any(mail.state == "held" for mail in self.mails)
        )

    def json(self) -> dict[str, Any]:
        """The same for programs: plain data, dates as year-month-day."""
        plain: dict[str, Any] = _plain(asdict(self)) | {
            "counts": self.counts(),
            "template_troubles": list(self.template_troubles),
        }
        for mail in plain["mails"]:
            mail["text"] = (mail.pop("draft") or {}).get("text", "")
        return plain


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value
