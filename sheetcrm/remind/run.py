"""
A reading → every due reminder claimed and queued, then mailed; and a report of it all.

The order is the promise: first all mails are in the ledger, then each is
marked `sending`, handed over, and its fate committed, one by one.  Dying at any
point loses nothing; only a death between the server's yes and our commit makes
a second copy, which is the same mail with the same Message-ID.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from sheetcrm.errors import MailError
from sheetcrm.remind.allow import AllowList
from sheetcrm.remind.digest import ROWS_SHOWN, digest
from sheetcrm.remind.due import Reminder
from sheetcrm.remind.gather import Agenda, gather, place
from sheetcrm.remind.ledger import LONGEST_WAIT, Ledger, Mail, Occurrence, Recipient, Sealed, State
from sheetcrm.remind.message import Draft, Sender, message_id
from sheetcrm.remind.notifiers.base import Cover, Notifier, Outgoing, Send
from sheetcrm.remind.report import MailReport, RunReport, Told
from sheetcrm.sync.records import Reading


@dataclass(frozen=True)
class Settings:
    """What the config says about mail; `on_unknown` is whether a mail that was perhaps taken goes out again or is held."""

    sender: Sender
    allow: AllowList
    on_unknown: Literal["resend", "hold"] = "resend"
    rows_shown: int = ROWS_SHOWN


def run(
    reading: Reading,
    ledger: Ledger,
    notifier: Notifier,
    *,
    today: date,
    now: Callable[[], datetime],
    settings: Settings,
    dry_run: bool = False,
) -> RunReport:
    """
    Tell everybody what is due in `reading` on `today`, a day in the spreadsheet's zone.

    `now` gives moments with a time zone.  A dry run (its ledger may be open for
    reading only) reports as `planned` what would go.  A mail server that cannot
    be used is in the report; LedgerError means that nothing more was sent.
    """
    agenda = gather(reading, today=today, channel=notifier.channel, allow=settings.allow)
    job = _Job(reading, ledger, notifier, today, now, settings, agenda)
    if dry_run:
        job.preview()
        return job.report(dry_run=True)
    with ledger.exclusive():
        number = ledger.start_run(job.spreadsheet, today=today, now=now())
        ledger.recover(now=now())
        job.plan()
        job.deliver()
        report = job.report()
        ledger.finish_run(number, report.counts(), report.stopped, now=now())
    return report


@dataclass
class _Job:
    """One run in progress."""

    reading: Reading
    ledger: Ledger
    notifier: Notifier
    today: date
    now: Callable[[], datetime]
    settings: Settings
    agenda: Agenda
    told: list[Told] = field(default_factory=list)
    mails: list[MailReport] = field(default_factory=list)
    drafts: dict[str, Draft] = field(default_factory=dict)
    stopped: str = ""

    @property
    def spreadsheet(self) -> str:
        """Its id."""
        return self.reading.layout.spreadsheet_id

    # Claim and queue

    def preview(self) -> None:
        """What `plan` and `deliver` would do, without a trace."""
        waiting: set[str] = set()
        for mail in self.ledger.outbox(self.spreadsheet, self.notifier.channel):
            if held := self._held(mail):
                self.mails.append(held)
                waiting.add(mail.recipient.key)
            elif mail.state is State.UNKNOWN:
                self.mails.append(self._reported(mail, State.UNKNOWN, f"would be sent again: {mail.reason}"))
        for recipient, reminders in self.agenda.mails.items():
            known = self._note(reminders)
            fresh = [one for occurrence, one in reminders.items() if occurrence not in known]
            if fresh and recipient.key not in waiting:
                draft = self._draft(fresh)
                report = MailReport(
                    recipient.name, recipient.address, draft.subject, len(fresh), str(State.PLANNED), draft=draft
                )
                self.mails.append(report)

    def plan(self) -> None:
        """Every recipient's mail into the ledger; mails of before that were surely not taken are planned anew, or dropped."""
        for recipient, reminders in self.agenda.mails.items():
            self._note(reminders)
            try:
                self._queue(recipient, reminders)
            except MailError as error:
                self.mails.append(
                    MailReport(recipient.name, recipient.address, "", len(reminders), str(State.FAILED), str(error))
                )
        addressed = {recipient.key for recipient in self.agenda.mails}
        for recipient in self.ledger.awaiting(self.spreadsheet, self.notifier.channel):
            if recipient.key not in addressed:
                self._queue(recipient, {})

    def _queue(self, recipient: Recipient, reminders: dict[Occurrence, Reminder]) -> None:
        def seal(claimed: Sequence[Occurrence]) -> Sealed:
            chosen = [reminders[occurrence] for occurrence in claimed]
            draft = self._draft(chosen)
            sender = self.settings.sender
            name = message_id(map(str, claimed), sender.domain)
            self.drafts[name] = draft
            cover = Cover(sender, recipient.name, recipient.address, name, self.now())
            return Sealed(name, draft.subject, self.notifier.seal(draft, cover))

        self.ledger.queue(recipient, list(reminders), seal, today=self.today, now=self.now())

    def _draft(self, reminders: Sequence[Reminder]) -> Draft:
        return digest(reminders, self.reading, today=self.today, rows_shown=self.settings.rows_shown)

    def _note(self, reminders: dict[Occurrence, Reminder]) -> dict[Occurrence, Mail]:
        known = self.ledger.told(list(reminders))
        for occurrence, mail in known.items():
            self.told.append(
                Told(place(reminders[occurrence], self.reading), str(mail.state), mail.changed.date(), mail.reason)
            )
        return known

    # Deliver

    def deliver(self) -> None:
        """Hand over what is in the outbox, mail by mail, until done or until the other end cannot be used."""
        outbox = self.ledger.outbox(self.spreadsheet, self.notifier.channel)
        held = {mail.id: report for mail in outbox if (report := self._held(mail))}
        self.mails += held.values()
        ready = [mail for mail in outbox if mail.id not in held]
        left = list(ready)
        try:
            if ready:
                with self.notifier.open() as send:
                    for mail in ready:
                        self._deliver(mail, send)
                        left.remove(mail)
        except MailError as error:
            self.stopped = str(error)
            self.mails += [self._reported(mail, mail.state, self.stopped) for mail in left]

    def _held(self, mail: Mail) -> MailReport | None:
        """Why it may not go out now; None when it may."""
        if not self.settings.allow.allows(mail.recipient.address):
            return self._reported(mail, "held", "not on the allow-list any more")
        if mail.state is State.UNKNOWN and self.settings.on_unknown == "hold":
            return self._reported(mail, "held", mail.reason)
        # A wait longer than we ever ask for means that the clock went back: not a reason to wait.
        if mail.next_try and self.now() < mail.next_try <= self.now() + LONGEST_WAIT:
            return self._reported(
                mail, mail.state, f"{mail.reason}; next try {mail.next_try.isoformat(timespec='minutes')}"
            )
        return None

    def _deliver(self, mail: Mail, send: Send) -> None:
        if not self.ledger.begin(mail, now=self.now()):
            return
        outgoing = Outgoing(self.settings.sender.address, mail.recipient.address, mail.message_id, mail.data or b"")
        try:
            outcome = send(outgoing)
        except MailError as error:
            self.ledger.take_back(mail, str(error), now=self.now())
            raise
        state = State(outcome.verdict.value)
        if mail.state is State.UNKNOWN and state is State.RETRY:
            state = State.UNKNOWN
        self.ledger.settle(mail, state, outcome.reason, now=self.now())
        self.mails.append(self._reported(mail, state, outcome.reason))

    def _reported(self, mail: Mail, state: str, reason: str) -> MailReport:
        return MailReport(
            mail.recipient.name,
            mail.recipient.address,
            mail.subject,
            mail.reminders,
            str(state),
            reason,
            mail.message_id,
            self.drafts.get(mail.message_id),
        )

    def report(self, *, dry_run: bool = False) -> RunReport:
        """Everything that became of this run."""
        return RunReport(
            spreadsheet=self.spreadsheet,
            today=self.today,
            dry_run=dry_run,
            mails=tuple(self.mails),
            told=tuple(self.told),
            unsent=tuple(self.agenda.unsent),
            troubles=self.agenda.troubles,
            samples=self.agenda.samples,
            stopped=self.stopped,
        )
