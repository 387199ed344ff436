"""
The summaries of one spreadsheet → a mail to each reader, each week once.

They go the way of every mail: claimed and queued first, then handed over one by
one.  In the ledger they have a channel of their own (`mail:summary`), so that
a summary never waits for a digest, nor is planned anew with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sheetcrm.errors import MailError
from sheetcrm.messages import N_, texts
from sheetcrm.remind import redirect
from sheetcrm.remind.caution import SUMMARIES
from sheetcrm.remind.delivery import Delivery, Settings
from sheetcrm.remind.digest import spoken
from sheetcrm.remind.gather import everybody_in, role_title
from sheetcrm.remind.ledger import Ledger, Mail, Occurrence, Recipient, Sealed, Snooze, State
from sheetcrm.remind.message import Cover, Draft
from sheetcrm.remind.notifiers.base import MAIL, Notifier, Send, Tell, nobody
from sheetcrm.remind.people import MESSAGES, Nobody, People, Reason
from sheetcrm.remind.report import MailReport, Place, Resting
from sheetcrm.remind.summary.figures import Figures, figures
from sheetcrm.remind.summary.letter import letter
from sheetcrm.remind.summary.readers import EVERYBODY, Reader, Scope, Unread, readers
from sheetcrm.remind.summary.weeks import Week, told_on
from sheetcrm.remind.workdays import Calendars, Workdays
from sheetcrm.schema.reminders.summary import SummaryReminder
from sheetcrm.schema.template import Template
from sheetcrm.sync.records import Issue, Reading

STEP = 7
"""A summary is told after its week; on which day is not part of what is told once, or another `weekday:` would tell it again."""


def summary_rules(template: Template) -> dict[str, SummaryReminder]:
    """Its rules of that kind, by key."""
    return {key: rule for key, rule in template.reminders.items() if isinstance(rule, SummaryReminder)}


@dataclass(frozen=True)
class Due:
    """A week that one reader is to be told of, by one rule."""

    rule: str
    week: Week
    reader: Reader


class _Beside(Notifier):
    """The same way to send, as a channel of its own."""

    def __init__(self, notifier: Notifier) -> None:
        self._notifier = notifier
        self.channel = notifier.channel + SUMMARIES
        self.form, self.pace = notifier.form, notifier.pace

    def seal(self, draft: Draft, cover: Cover) -> bytes:
        return self._notifier.seal(draft, cover)

    def open(self, tell: Tell = nobody) -> AbstractContextManager[Send]:
        return self._notifier.open(tell)


@dataclass
class Summaries:
    """The summaries of one run, from one reading."""

    reading: Reading
    delivery: Delivery
    today: date
    read: datetime
    way: str = MAIL
    week: Week | None = None
    """That week, whatever day it is; None: the latest of which the rule has come to tell."""
    troubles: list[Issue] = field(default_factory=list)
    """Who cannot be told, and pictures that could not be drawn."""
    planned: list[MailReport] = field(default_factory=list)
    """Mails that would go, or could not be made."""
    known: int = 0
    """Summaries that were told before."""
    resting: list[Resting] = field(default_factory=list)
    """Summaries that wait because somebody asked for quiet."""

    @classmethod
    def beside(
        cls,
        reading: Reading,
        delivery: Delivery,
        *,
        today: date,
        read: datetime,
        way: str = MAIL,
        week: Week | None = None,
    ) -> Summaries:
        """Those of a run that delivers so, of rules that name `way` among their channels; `read` is when the rows were read."""
        own = replace(delivery, notifier=_Beside(delivery.notifier), drafts={}, reports={}, streak=[])
        return cls(reading, own, today, read, way, week)

    @property
    def mails(self) -> tuple[MailReport, ...]:
        """What became of every one."""
        return (*self.planned, *self.delivery.reports.values())

    def json(self) -> dict[str, Any]:
        """What became of them, for programs."""
        return {
            "mails": [
                {
                    "name": one.name,
                    "address": one.address,
                    "subject": one.subject,
                    "state": one.state,
                    "reason": one.reason,
                }
                for one in self.mails
            ],
            "told_before": self.known,
            "resting": [{"summary": one.summary, "until": one.until} for one in self.resting],
            "troubles": [{"code": one.code, "message": one.message} for one in self.troubles],
            "stopped": self.delivery.stopped,
        }

    # What is due

    @cached_property
    def due(self) -> dict[Recipient, dict[Occurrence, Due]]:
        """Who is to be told of which weeks, told before or not; who cannot be told is in `troubles`, who is to be left in peace in `resting`."""
        found: dict[Recipient, dict[Occurrence, Due]] = {}
        rules = summary_rules(self.reading.template)
        people = everybody_in(self.reading) if rules else People({})
        for key, rule in rules.items():
            week = self.week or told_on(rule, self.today, self._moved(rule))
            if week is None or self.way not in rule.channels or rule.sheet not in self.reading.extracts:
                continue
            told, unread = readers(rule, people, self.delivery.settings.default)
            self.troubles += [self._unheard(key, rule, one) for one in unread]
            for reader in told:
                self._put(found, Due(key, week, reader), rule)
        return found

    def _put(self, found: dict[Recipient, dict[Occurrence, Due]], due: Due, rule: SummaryReminder) -> None:
        person, settings = due.reader.person, self.delivery.settings
        if not settings.allow.allows(person.address):
            nobody_ = Unread(person.name, Nobody(Reason.NOT_ALLOWED, person.address))
            self.troubles.append(self._unheard(due.rule, rule, nobody_))
            return
        recipient = Recipient(self.delivery.spreadsheet, self.delivery.channel, person.name, person.address)
        known = next((one for one in found if one.key == recipient.key), recipient)
        occurrence = Occurrence(
            spreadsheet=recipient.spreadsheet,
            sheet=rule.sheet,
            row_id="",
            rule=due.rule,
            due=due.week.monday,
            step=STEP,
            recipient=recipient.key,
            channel=recipient.channel,
        )
        until = self._quiet_until(rule, recipient.key)
        if until is None or until <= self.today:
            found.setdefault(known, {})[occurrence] = due
        elif not self.delivery.ledger.told([occurrence]):
            self._rests(due, rule, until)

    def _rests(self, due: Due, rule: SummaryReminder, until: date) -> None:
        name, language = due.reader.person.name, self.reading.language
        said = texts(language)(
            N_("{rule} {week} for {name}"), rule=rule.title.say(language), week=str(due.week), name=name
        )
        place = Place(due.rule, rule.sheet, 0, "", due.week.monday, name, "", "")
        self.resting.append(Resting(place, until, said))

    def _quiet_until(self, rule: SummaryReminder, recipient: str) -> date | None:
        """The end of the longest quiet about everything that there was for them; None where there was none."""
        asked = (
            one.until for one in self._asleep if one.recipient in ("", recipient) and one.sheet in ("", rule.sheet)
        )
        until, workdays = max(asked, default=None), self._workdays(rule)
        return workdays.moved(until, "after") or until if until and workdays else until

    @cached_property
    def _asleep(self) -> list[Snooze]:
        """Quiet about more than a row: a summary is about all of them."""
        return [one for one in self.delivery.ledger.snoozes.of(self.delivery.spreadsheet).values() if not one.row_id]

    def _moved(self, rule: SummaryReminder) -> Callable[[date], date | None]:
        policy, workdays = rule.working_days, self._workdays(rule)
        if policy is None or workdays is None:
            return lambda day: day
        # What has not come is not asked about: that year may not be published yet.
        return lambda day: workdays.moved(day, policy) if day <= self.today else None

    def _workdays(self, rule: SummaryReminder) -> Workdays | None:
        """None where the rule does not ask for any."""
        if rule.working_days is None:
            return None
        return Calendars().of(rule.country or self.delivery.settings.country or self.reading.template.country)

    def _unheard(self, key: str, rule: SummaryReminder, one: Unread) -> Issue:
        template, language = self.reading.template, self.reading.language
        t = texts(language)
        team = template.sheets[template.team.sheet] if template.team else None
        why = t(
            MESSAGES[one.why.reason],
            owner=one.word,
            text=role_title(one.why.text, self.reading),
            team=team.title.say(language) if team else "",
            column="",
        )
        message = t(N_("{rule} is not told: {why}"), rule=rule.title.say(language), why=why)
        return Issue(rule.sheet, None, None, "summary_unheard", message)

    # Planning and sending

    def preview(self) -> None:
        """What `plan` and `deliver` would do, without a trace."""
        waits = {}
        for mail in self.delivery.ledger.outbox(self.delivery.spreadsheet, self.delivery.channel):
            held = self.delivery.held(mail)
            if mail.state is State.UNKNOWN or mail.again is not None:
                self.planned.append(held or self.delivery.reported(mail, mail.state, self._against(mail.recipient)))
            elif held:
                waits[mail.recipient.key] = held
        for recipient, dues in self.due.items():
            if fresh := self._fresh(dues):
                draft = self._draft(recipient, [dues[one] for one in fresh])
                wait = waits.get(recipient.key)
                state, reason = (wait.state, wait.reason) if wait else (str(State.PLANNED), self._against(recipient))
                self.planned.append(
                    MailReport(recipient.name, recipient.address, draft.subject, len(fresh), state, reason, draft=draft)
                )

    def _against(self, recipient: Recipient) -> str:
        """Why the guards would not let it go now; empty when they would."""
        return self.delivery.caution.would_go(recipient.key, self.read)

    def news(self) -> int:
        """How many summaries would be told that neither were told before nor wait to be sent."""
        ledger, delivery = self.delivery.ledger, self.delivery
        fresh = sum(len(dues) - len(ledger.told(list(dues))) for dues in self.due.values())
        outbox = ledger.outbox(delivery.spreadsheet, delivery.channel)
        return max(fresh - sum(mail.reminders for mail in outbox if mail.state is not State.UNKNOWN), 0)

    def plan(self) -> None:
        """Every reader's mail into the ledger; what was planned before and not sent is planned anew, or dropped for a later week."""
        news = {recipient: dues for recipient, dues in self.due.items() if self._fresh(dues)}
        for recipient, dues in news.items():
            self._planned(recipient, dues)
        told = {recipient.key for recipient in news}
        for recipient in self.delivery.ledger.awaiting(self.delivery.spreadsheet, self.delivery.channel):
            if recipient.key not in told:
                self._queue(recipient, {})

    def deliver(self) -> None:
        """Hand over what is in the outbox."""
        self.delivery.deliver()

    def _fresh(self, dues: Mapping[Occurrence, Due]) -> list[Occurrence]:
        settled = self.delivery.ledger.told(list(dues))
        self.known += len(settled)
        return [one for one in dues if one not in settled]

    def _planned(self, recipient: Recipient, dues: Mapping[Occurrence, Due]) -> None:
        try:
            self._queue(recipient, dues)
        except MailError as error:
            failed = str(State.FAILED)
            self.planned.append(MailReport(recipient.name, recipient.address, "", len(dues), failed, str(error)))

    def _queue(self, recipient: Recipient, dues: Mapping[Occurrence, Due]) -> Mail | None:
        delivery = self.delivery

        def seal(claimed: Sequence[Occurrence]) -> Sealed:
            draft = self._draft(recipient, [dues[one] for one in claimed])
            phone = dues[claimed[0]].reader.person.phone
            return delivery.sealed(recipient, claimed, draft, read=self.read, phone=phone)

        return delivery.ledger.queue(recipient, list(dues), seal, today=self.today, now=delivery.now(), read=self.read)

    def _draft(self, recipient: Recipient, dues: Sequence[Due]) -> Draft:
        person, settings = dues[0].reader.person, self.delivery.settings
        language = spoken(self.reading, [one.rule for one in dues], [person])
        told = [self.figures(one.rule, one.week, language, one.reader.scope) for one in dues]
        note = redirect.note(recipient, self.reading.language) if settings.guards.redirect else ""
        made = letter(
            told, self.reading, language=language, name=person.name, templates=settings.style.templates, note=note
        )
        if made.lacks and made.lacks not in (issue.message for issue in self.troubles):
            self.troubles.append(Issue("", None, None, "summary_without_picture", made.lacks))
        return redirect.named(made.draft, recipient, self.reading.language) if note else made.draft

    def figures(self, rule: str, week: Week, language: str, scope: Scope = EVERYBODY) -> Figures:
        """What that rule tells of that week, as of today."""
        return figures(self.reading, rule, week, today=self.today, language=language, scope=scope)


def tell_week(
    reading: Reading,
    ledger: Ledger,
    notifier: Notifier,
    *,
    week: Week,
    today: date,
    now: Callable[[], datetime],
    settings: Settings,
    way: str = MAIL,
) -> Summaries:
    """
    Mail `week` to everybody who is to be told of it and was not yet, because somebody asked for it; what became of it.

    As `remind.run` in all else, without what is due of rows.
    """
    delivery = Delivery.of(reading, ledger, notifier, settings, now=now)
    made = Summaries.beside(reading, delivery, today=today, read=now(), way=way, week=week)
    ledger.recover(now=now())
    made.plan()
    made.deliver()
    return made
