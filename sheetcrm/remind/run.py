"""
A reading → every due reminder claimed and queued, then mailed; and a report of it all.

The order is the promise: first all mails are in the ledger, then each is
marked `sending`, handed over, and its fate committed, one by one.  Dying at any
point loses nothing; only a death between the server's yes and our commit makes
a second copy, which is the same mail with the same Message-ID.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime

from sheetcrm.errors import MailError, Refused
from sheetcrm.messages import tr
from sheetcrm.remind import redirect
from sheetcrm.remind.delivery import ALONE, Delivery, Hooks, Settings
from sheetcrm.remind.digest import digest
from sheetcrm.remind.due import Reminder
from sheetcrm.remind.gather import Agenda, Snooze, gather, place
from sheetcrm.remind.ledger import Fate, Ledger, Mail, Occurrence, Recipient, Sealed, State
from sheetcrm.remind.ledger.reasons import said, too_late
from sheetcrm.remind.message import Draft
from sheetcrm.remind.notifiers.base import MAIL, Notifier
from sheetcrm.remind.record import Record
from sheetcrm.remind.report import MailReport, RunReport, Told
from sheetcrm.remind.since import FIRST, Before, Since, since
from sheetcrm.remind.summary.telling import Summaries
from sheetcrm.sync.records import Reading

__all__ = ["Hooks", "Settings", "run"]


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
    be used is in the report; LedgerError means that nothing more was sent, and
    Refused that a first run would tell of too much (a dry run says so in its
    report).  Any number of processes may do this at once.  A report that
    `is_stale` asks for a new reading and another run.
    """
    delivery = Delivery.of(reading, ledger, notifier, settings, now=now, hooks=hooks)
    read = now()
    summaries = Summaries.beside(reading, delivery, today=today, read=read, way=way)
    job = _Job(reading, ledger, today, read, delivery, _agenda(reading, delivery, today, way), summaries)
    refusal = job.too_many_at_first()
    if dry_run:
        delivery.stopped = refusal
        job.preview()
        job.summaries.preview()
        return job.report(dry_run=True)
    if refusal:
        raise Refused(refusal)
    with nullcontext(hooks.record) if hooks.record else Record(ledger, job.spreadsheet, now) as record:
        record.begin(today)
        report = job.done()
        ledger.prune(job.spreadsheet, before=now() - settings.keep)
        record.add(report)
    return report


def _agenda(reading: Reading, delivery: Delivery, today: date, way: str) -> Agenda:
    settings, asleep = delivery.settings, delivery.ledger.snoozes.of(delivery.spreadsheet).values()
    return gather(
        reading,
        today=today,
        channel=delivery.channel,
        allow=settings.allow,
        way=way,
        catch_up=settings.catch_up,
        country=settings.country,
        default=settings.default,
        snoozes=[
            Snooze(one.until, one.sheet, one.row_id, one.recipient, one.since(delivery.caution.zone)) for one in asleep
        ],
    )


@dataclass
class _Job:
    """One run in progress."""

    reading: Reading
    ledger: Ledger
    today: date
    read: datetime
    delivery: Delivery
    agenda: Agenda
    summaries: Summaries
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

    def too_many_at_first(self) -> str:
        """Why a first run is refused; empty when it is none, or tells of little enough."""
        most = self.settings.guards.first_run
        if most is None or not self.ledger.is_first(self.spreadsheet, self.delivery.channel):
            return ""
        told = self.agenda.mails.values()
        news = sum(len(reminders) - len(self.ledger.told(list(reminders))) for reminders in told)
        # What was planned and not sent was let through before, by a run that died.
        outbox = self.ledger.outbox(self.spreadsheet, self.delivery.channel)
        news = max(news - sum(mail.reminders for mail in outbox if mail.state is not State.UNKNOWN), 0)
        weekly = self.summaries.news()
        if news + weekly <= most:
            return ""
        return tr(
            "refused: the first run over {title!r} would tell of {count} reminders{of_them}, more than first_run: {most}; "
            "see them with --dry-run, then add --allow-first-run (if there was a run before, the ledger is not the one that it had)",
            title=self.reading.layout.title,
            count=news + weekly,
            of_them=tr(" ({weekly} of them weekly summaries)", weekly=weekly) if weekly else "",
            most=most,
        )

    # What would be

    def preview(self) -> None:
        """What `plan`, `expire` and `deliver` would do, without a trace."""
        fresh = {one.key: (one, self._fresh(reminders)) for one, reminders in self.agenda.mails.items()}
        outbox = self.ledger.outbox(self.spreadsheet, self.delivery.channel)
        helds = {mail.id: self.delivery.held(mail) for mail in outbox}
        anew = {mail.id: mail.state is not State.UNKNOWN and mail.again is None for mail in outbox}
        waits = {mail.recipient.key: held for mail in outbox if anew[mail.id] and (held := helds[mail.id])}
        for mail in outbox:
            key = mail.recipient.key
            if not anew[mail.id]:
                self.mails.append(helds[mail.id] or self._once_more(mail))
            elif key in fresh:
                self._planned(*fresh.pop(key), waits.get(key))
        for recipient, reminders in fresh.values():
            self._planned(recipient, reminders, None)
        for late in self.agenda.expired.values():
            known = self.ledger.told(list(late), expired=True)
            self._expired({occurrence: reminder for occurrence, reminder in late.items() if occurrence not in known})

    def _fresh(self, reminders: Mapping[Occurrence, Reminder]) -> list[Reminder]:
        known = self._note(reminders)
        return [reminder for occurrence, reminder in reminders.items() if occurrence not in known]

    def _once_more(self, mail: Mail) -> MailReport:
        why = tr("would be sent again: {reason}", reason=mail.reason) if mail.state is State.UNKNOWN else ""
        return self.delivery.reported(mail, mail.state, self._against(mail.recipient.key, mail.id) or why)

    def _planned(self, recipient: Recipient, reminders: Sequence[Reminder], wait: MailReport | None) -> None:
        if not reminders:
            return
        known = self.ledger.told(list(self.agenda.mails[recipient]))
        draft = self._draft(recipient, reminders, self._since(recipient, known))
        state, reason = (wait.state, wait.reason) if wait else (str(State.PLANNED), self._against(recipient.key))
        self.mails.append(
            MailReport(recipient.name, recipient.address, draft.subject, len(reminders), state, reason, draft=draft)
        )

    def _against(self, recipient: str, number: int | None = None) -> str:
        return self.delivery.caution.would_go(recipient, self.read, number=number)

    def done(self) -> RunReport:
        """What became of it all, once it is done."""
        self.ledger.recover(now=self.delivery.now())
        self.plan()
        self.summaries.plan()
        self.expire()
        self.delivery.deliver()
        if not self.delivery.stopped:
            self.summaries.deliver()
        return self.report()

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
        told = self.ledger.told(list(late), expired=True)
        never = [one for at, one in late.items() if at not in told or told[at].state is State.EXPIRED]
        return since(before, self.agenda.mails.get(recipient, {}), self.reading, today=self.today, expired=never)

    def _queue(self, recipient: Recipient, reminders: Mapping[Occurrence, Reminder], since: Since) -> Mail | None:
        def seal(claimed: Sequence[Occurrence]) -> Sealed:
            draft = self._draft(recipient, [reminders[occurrence] for occurrence in claimed], since)
            phone = reminders[claimed[0]].person.phone
            return self.delivery.sealed(recipient, claimed, draft, read=self.read, phone=phone)

        now = self.delivery.now()
        return self.ledger.queue(recipient, list(reminders), seal, today=self.today, now=now, read=self.read)

    def _draft(self, recipient: Recipient, reminders: Sequence[Reminder], since: Since) -> Draft:
        style, language = self.settings.style, self.reading.language
        if not self.settings.guards.redirect:
            return digest(reminders, self.reading, today=self.today, style=style, since=since)
        note = redirect.note(recipient, language)
        draft = digest(reminders, self.reading, today=self.today, style=style, since=since, note=note)
        return redirect.named(draft, recipient, language)

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
            self.expired.append(Told(where, str(State.EXPIRED), self.today, said(self._late())))

    def _late(self) -> str:
        return too_late(self.today.isoformat())

    def report(self, *, dry_run: bool = False) -> RunReport:
        """Everything that became of this run."""
        return RunReport(
            spreadsheet=self.spreadsheet,
            today=self.today,
            dry_run=dry_run,
            mails=(*self.mails, *self.delivery.reports.values(), *self.summaries.mails),
            told=tuple(self.told),
            unsent=tuple(self.agenda.unsent),
            expired=tuple(self.expired),
            troubles=(*self.agenda.troubles, *self.summaries.troubles),
            resting=(*self.agenda.resting, *self.summaries.resting),
            samples=self.agenda.samples,
            stopped=self.delivery.stopped or self.summaries.delivery.stopped,
            is_stale=self.delivery.is_stale or self.summaries.delivery.is_stale,
        )
