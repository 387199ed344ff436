"""
A reading → every due reminder claimed and queued, then mailed; and a report of it all.

The order is the promise: first all mails are in the ledger, then each is
marked `sending`, handed over, and its fate committed, one by one.  Dying at any
point loses nothing; only a death between the server's yes and our commit makes
a second copy, which is the same mail with the same Message-ID.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sheetcrm.errors import MailError
from sheetcrm.remind.delivery import Delivery, Hooks, Settings
from sheetcrm.remind.digest import digest
from sheetcrm.remind.due import Reminder
from sheetcrm.remind.gather import MAIL, Agenda, Snooze, everybody_in, gather, place
from sheetcrm.remind.ledger import Fate, Ledger, Mail, Occurrence, Recipient, Sealed, State
from sheetcrm.remind.message import Draft, Thread, message_id
from sheetcrm.remind.notifiers.base import Cover, Notifier
from sheetcrm.remind.report import MailReport, RunReport, Told
from sheetcrm.remind.since import FIRST, Before, Since, since
from sheetcrm.sync.records import Reading

__all__ = ["Hooks", "Settings", "run"]

ALONE = Hooks()


def run(
    reading: Reading,
    ledger: Ledger,
    notifier: Notifier,
    *,
    today: date,
    now: Callable[[], datetime],
    settings: Settings,
    way: str = MAIL,
    dry_run: bool = False,
    hooks: Hooks = ALONE,
) -> RunReport:
    """
    Tell everybody what is due in `reading`, which was made just now, on `today`, a day in the spreadsheet's zone.

    `way` is what rules call the notifier's channel: only theirs count.  `now`
    gives moments with a time zone.  A dry run (its ledger may be open for
    reading only) reports as `planned` what would go.  A mail server that cannot
    be used is in the report; LedgerError means that nothing more was sent.  Any
    number of processes may do this at once.  A report that `is_stale` asks for
    a new reading and another run.
    """
    settings = replace(settings, allow=settings.allow.with_team(everybody_in(reading).addresses))
    asleep = ledger.snoozes(reading.layout.spreadsheet_id)
    agenda = gather(
        reading,
        today=today,
        channel=settings.guards.word(notifier.channel),
        allow=settings.allow,
        way=way,
        catch_up=settings.catch_up,
        country=settings.country,
        default=settings.default,
        snoozes=[Snooze(one.until, one.sheet, one.row_id, one.recipient) for one in asleep.values()],
    )
    delivery = Delivery(ledger, notifier, reading.layout.spreadsheet_id, settings, now, hooks)
    job = _Job(reading, ledger, today, now(), delivery, agenda)
    if dry_run:
        job.preview()
        return job.report(dry_run=True)
    number = ledger.start_run(job.spreadsheet, today=today, now=now())
    ledger.recover(now=now())
    job.plan()
    job.expire()
    delivery.deliver()
    report = job.report()
    ledger.prune(job.spreadsheet, before=now() - settings.keep)
    ledger.finish_run(number, report.counts(), report.stopped, now=now())
    return report


@dataclass
class _Job:
    """One run in progress."""

    reading: Reading
    ledger: Ledger
    today: date
    read: datetime
    delivery: Delivery
    agenda: Agenda
    told: list[Told] = field(default_factory=list)
    expired: list[Told] = field(default_factory=list)
    mails: list[MailReport] = field(default_factory=list)

    @property
    def spreadsheet(self) -> str:
        """Its id."""
        return self.delivery.spreadsheet

    @property
    def settings(self) -> Settings:
        """Of the delivery."""
        return self.delivery.settings

    # What would be

    def preview(self) -> None:
        """What `plan`, `expire` and `deliver` would do, without a trace."""
        fresh = {recipient: self._fresh(reminders) for recipient, reminders in self.agenda.mails.items()}
        waits: dict[str, MailReport] = {}
        for mail in self.ledger.outbox(self.spreadsheet, self.delivery.channel):
            held = self.delivery.held(mail)
            if mail.state is not State.UNKNOWN and mail.again is None:
                if held:
                    waits[mail.recipient.key] = held
            elif held:
                self.mails.append(held)
            else:
                why = f"would be sent again: {mail.reason}" if mail.state is State.UNKNOWN else ""
                self.mails.append(self.delivery.reported(mail, mail.state, why))
        for recipient, reminders in fresh.items():
            if reminders:
                self.mails.append(self._planned(recipient, reminders, waits.get(recipient.key)))
        for late in self.agenda.expired.values():
            known = self.ledger.told(list(late))
            self._expired({occurrence: reminder for occurrence, reminder in late.items() if occurrence not in known})

    def _fresh(self, reminders: Mapping[Occurrence, Reminder]) -> list[Reminder]:
        known = self._note(reminders)
        return [reminder for occurrence, reminder in reminders.items() if occurrence not in known]

    def _planned(self, recipient: Recipient, reminders: Sequence[Reminder], wait: MailReport | None) -> MailReport:
        draft = self._draft(reminders, self._since(recipient, self.ledger.told(list(self.agenda.mails[recipient]))))
        state, reason = (wait.state, wait.reason) if wait else (str(State.PLANNED), "")
        return MailReport(recipient.name, recipient.address, draft.subject, len(reminders), state, reason, draft=draft)

    # Claim and queue

    def plan(self) -> None:
        """Every recipient's mail into the ledger; mails of before that were surely not taken are planned anew, or dropped."""
        for recipient, reminders in self.agenda.mails.items():
            known = self._note(reminders)
            since = self._since(recipient, known) if len(known) < len(reminders) else FIRST
            try:
                self._queue(recipient, reminders, since)
            except MailError as error:
                self.mails.append(
                    MailReport(recipient.name, recipient.address, "", len(reminders), str(State.FAILED), str(error))
                )
        addressed = {recipient.key for recipient in self.agenda.mails}
        for recipient in self.ledger.awaiting(self.spreadsheet, self.delivery.channel):
            if recipient.key not in addressed:
                self._queue(recipient, {}, FIRST)

    def _since(self, recipient: Recipient, known: Mapping[Occurrence, Fate]) -> Since:
        """What changed for them since their last mail."""
        before = Before(*self.ledger.last_told(recipient), known)
        late = self.agenda.expired.get(recipient, {})
        told = self.ledger.told(list(late))
        never = [one for at, one in late.items() if at not in told or told[at].state is State.EXPIRED]
        return since(before, self.agenda.mails.get(recipient, {}), self.reading, today=self.today, expired=never)

    def _queue(self, recipient: Recipient, reminders: Mapping[Occurrence, Reminder], since: Since) -> Mail | None:
        def seal(claimed: Sequence[Occurrence]) -> Sealed:
            draft = self._draft([reminders[occurrence] for occurrence in claimed], since)
            sender = self.settings.sender
            name = message_id(map(str, claimed), sender.domain)
            self.delivery.drafts[name] = draft
            thread = Thread(recipient.spreadsheet, recipient.key)
            phone = reminders[claimed[0]].person.phone
            cover = Cover(sender, recipient.name, recipient.address, name, self.read, phone, thread)
            return Sealed(name, draft.subject, self.delivery.notifier.seal(draft, cover))

        now = self.delivery.now()
        return self.ledger.queue(recipient, list(reminders), seal, today=self.today, now=now, read=self.read)

    def _draft(self, reminders: Sequence[Reminder], since: Since) -> Draft:
        return digest(reminders, self.reading, today=self.today, style=self.settings.style, since=since)

    def _note(self, reminders: Mapping[Occurrence, Reminder]) -> dict[Occurrence, Fate]:
        known = self.ledger.told(list(reminders))
        for occurrence, fate in known.items():
            self.told.append(
                Told(place(reminders[occurrence], self.reading), str(fate.state), fate.changed.date(), fate.reason)
            )
        return known

    # Too late

    def expire(self) -> None:
        """Note what is so late that nobody is told any more, once, and say it."""
        for reminders in self.agenda.expired.values():
            noted = self.ledger.expire(list(reminders), self._late(), now=self.delivery.now())
            self._expired({occurrence: reminders[occurrence] for occurrence in noted})

    def _expired(self, reminders: Mapping[Occurrence, Reminder]) -> None:
        for reminder in reminders.values():
            where = place(reminder, self.reading)
            self.expired.append(Told(where, str(State.EXPIRED), self.today, self._late()))

    def _late(self) -> str:
        return f"found on {self.today.isoformat()}, too late to be told"

    def report(self, *, dry_run: bool = False) -> RunReport:
        """Everything that became of this run."""
        return RunReport(
            spreadsheet=self.spreadsheet,
            today=self.today,
            dry_run=dry_run,
            mails=(*self.mails, *self.delivery.reports.values()),
            told=tuple(self.told),
            unsent=tuple(self.agenda.unsent),
            expired=tuple(self.expired),
            troubles=self.agenda.troubles,
            samples=self.agenda.samples,
            stopped=self.delivery.stopped,
            is_stale=self.delivery.is_stale,
        )
