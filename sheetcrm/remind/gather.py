"""
A reading → what is due, by the person to tell, and what nobody can be told.

Pure: no ledger, no mail.  One address is one recipient, however many names in
the team sheet lead to it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sheetcrm.messages import N_, texts
from sheetcrm.remind import about
from sheetcrm.remind.allow import AllowList
from sheetcrm.remind.due import CATCH_UP, Paused, Reminder, Rest, Unsendable, counted_from, due
from sheetcrm.remind.ledger.entries import Occurrence, Recipient
from sheetcrm.remind.notifiers.base import MAIL
from sheetcrm.remind.people import MESSAGES, People, Person, Reason, people
from sheetcrm.remind.report import Place, Resting, Unsent
from sheetcrm.remind.workdays import Calendars
from sheetcrm.schema.template import Template
from sheetcrm.sync.records import Issue, Reading, Row


@dataclass(frozen=True)
class Snooze:
    """Quiet until that day, which is not quiet any more; a part that is empty stands for all of them."""

    until: date
    sheet: str = ""
    row_id: str = ""
    recipient: str = ""
    """The address without regard to case."""
    since: date = date.min
    """The day on which somebody asked for it."""

    @property
    def rest(self) -> Rest:
        """From when until when."""
        return Rest(self.since, self.until)


@dataclass
class Agenda:
    """Everything that is due on one day in one spreadsheet."""

    mails: dict[Recipient, dict[Occurrence, Reminder]] = field(default_factory=dict)
    """What each recipient may have to be told, told before or not."""
    expired: dict[Recipient, dict[Occurrence, Reminder]] = field(default_factory=dict)
    """What came so long ago that nobody is told any more; that it was never told is for the ledger to see."""
    resting: list[Resting] = field(default_factory=list)
    """What would be told, but for a pause or a snooze."""
    unsent: list[Unsent] = field(default_factory=list)
    troubles: tuple[Issue, ...] = ()
    """What is wrong with the sheets that the rules and the team are about, and with the calendars of working days."""
    samples: int = 0


def needed(template: Template) -> frozenset[str]:
    """
    The columns (`customers.owner`) that a run needs: nothing else has to be read.

    Those of the rules and of the team, those by which rows of several sheets are about one customer, and of every sheet what tells that a row
    is there, so that it can be given an id and its day.
    """
    team = template.team
    said = (team.name, team.email, team.role, team.manager, team.active, team.phone, team.language) if team else ()
    found = {f"{team.sheet}.{key}" for key in said if key} if team else set()
    for rule in template.reminders.values():
        found |= rule.reads(template)
    for sheet in template.records:
        spec = template.sheets[sheet]
        columns = {key for key, column in spec.columns.items() if column.stamped or column.is_required}
        found |= {f"{sheet}.{key}" for key in {*columns, spec.key}}
    return frozenset(found) | about.columns(template)


def gather(
    reading: Reading,
    *,
    today: date,
    channel: str,
    allow: AllowList,
    way: str = MAIL,
    catch_up: int = CATCH_UP,
    country: str | None = None,
    default: Person | None = None,
    snoozes: Collection[Snooze] = (),
) -> Agenda:
    """
    Everything that is due on `today`, a day in the spreadsheet's zone, in the order of the template and the sheet.

    `channel` is the word of the notifier in the ledger; of the rules those
    count that name `way` among their channels.  What came more than `catch_up`
    days ago (a rule may say its own) is expired.  `country` is whose working
    days count where a rule does not say, `default` who hears when nobody else
    can.
    """
    calendars = Calendars()
    everybody = everybody_in(reading)
    job = _Gathering(reading, today, channel, allow.with_team(everybody.addresses), snoozes, Agenda())
    for key, rule in reading.template.reminders.items():
        extract = reading.extracts.get(rule.sheet)
        if extract is None or way not in rule.channels:
            continue
        patience = catch_up if rule.catch_up is None else rule.catch_up
        options: dict[str, Any] = {"calendars": calendars, "country": country, "default": default}
        found = due(
            extract,
            rule,
            key=key,
            today=today,
            people=everybody,
            catch_up=patience,
            rests=job.rests(rule.sheet),
            **options,
        )
        for one in found:
            job.put(one, patience)
    job.agenda.troubles = (*_troubles(reading), *_guesses(calendars, reading.language))
    return job.agenda


@dataclass
class _Gathering:
    """One agenda in the making."""

    reading: Reading
    today: date
    channel: str
    allow: AllowList
    snoozes: Collection[Snooze]
    agenda: Agenda
    recipients: dict[str, Recipient] = field(default_factory=dict)
    matters: dict[tuple[Any, ...], Occurrence] = field(default_factory=dict)

    def rests(self, sheet: str) -> Callable[[Row], Sequence[Rest]]:
        """How a row of that sheet is and was snoozed for everybody."""
        by_row: dict[str, list[Rest]] = {}
        for one in self.snoozes:
            if not one.recipient and one.sheet in ("", sheet):
                by_row.setdefault(one.row_id, []).append(one.rest)
        everything = by_row.pop("", [])
        return lambda row: [*everything, *by_row.get(row.id or "", ())]

    def put(self, one: Reminder | Unsendable | Paused, catch_up: int) -> None:
        """Where it belongs."""
        if isinstance(one, Unsendable):
            _cannot(self.agenda, one, self.reading)
        elif isinstance(one, Paused):
            self.agenda.resting.append(Resting(place(one, self.reading), one.until))
        elif not self.allow.allows(one.person.address):
            _cannot(self.agenda, _not_allowed(one), self.reading)
        else:
            self._told(one, catch_up)

    def _told(self, one: Reminder, catch_up: int) -> None:
        made = Recipient(self.reading.layout.spreadsheet_id, self.channel, one.person.name, one.person.address)
        recipient = self.recipients.setdefault(made.key, made)
        occurrence = _occurrence(one, recipient)
        own = self._snoozed(occurrence)
        until = max((rest.until for rest in own), default=self.today)
        if until > self.today:
            self.agenda.resting.append(Resting(place(one, self.reading), until))
            return
        came = counted_from(one.came, (*one.rests, *own)) if own else one.day
        agenda = self.agenda.expired if (self.today - came).days > catch_up else self.agenda.mails
        # Who hears of a row twice, as its owner's heir and as a manager, hears of the later step.
        matter = (recipient, occurrence.matter)
        before = self.matters.get(matter)
        if before is not None and before.step >= occurrence.step:
            return
        if before is not None:
            for known in (self.agenda.mails, self.agenda.expired):
                if known.get(recipient, {}).pop(before, None) and not known[recipient]:
                    del known[recipient]
        self.matters[matter] = occurrence
        agenda.setdefault(recipient, {})[occurrence] = one

    def _snoozed(self, occurrence: Occurrence) -> list[Rest]:
        """For that person alone."""
        return [
            one.rest
            for one in self.snoozes
            if one.recipient == occurrence.recipient
            and one.sheet in ("", occurrence.sheet)
            and one.row_id in ("", occurrence.row_id)
        ]


def place(one: Reminder | Unsendable | Paused, reading: Reading) -> Place:
    """Where that row is, for people."""
    layout = reading.layout
    return Place(
        rule=one.rule,
        sheet=one.sheet,
        row=one.row.number,
        id=one.row.id or "",
        due=one.due,
        owner=one.person.name if isinstance(one, Reminder) and not one.owner else one.owner,
        a1=f"{layout.tab_title(one.sheet)}!{layout.cell(one.sheet, one.column, one.row.number)}",
        link=layout.link(one.sheet, one.column, one.row.number),
    )


def _troubles(reading: Reading) -> Iterator[Issue]:
    """A column that is gone makes no reminders, and must not do so in silence."""
    team = reading.template.team
    needed = {rule.sheet for rule in reading.template.reminders.values()} | ({team.sheet} if team else set())
    for issue in reading.troubles if reading.template.reminders else ():
        if issue.sheet in needed or not issue.sheet:
            yield issue


def _guesses(calendars: Calendars, language: str) -> Iterator[Issue]:
    """Working days of which we are not sure."""
    t = texts(language)
    for country in calendars.asked():
        for year in country.guessed:
            message = N_(
                "the working days of {year} in {country} are not published yet: only holidays and weekends count"
            )
            yield Issue("", None, None, "workdays_guessed", t(message, year=year, country=country.country))
        if not country.known:
            message = N_("no working days are known for {country}: only Saturdays and Sundays are off")
            yield Issue("", None, None, "workdays_unknown", t(message, country=country.country))


def everybody_in(reading: Reading) -> People:
    """The people of its team sheet; nobody where it has none."""
    team = reading.template.team
    extract = reading.extracts.get(team.sheet) if team else None
    return people(extract, team) if team and extract else People({})


def _occurrence(reminder: Reminder, recipient: Recipient) -> Occurrence:
    return Occurrence(
        spreadsheet=recipient.spreadsheet,
        sheet=reminder.sheet,
        row_id=str(reminder.row.id),
        rule=reminder.rule,
        due=reminder.due,
        step=reminder.step,
        recipient=recipient.key,
        channel=recipient.channel,
    )


def _not_allowed(one: Reminder) -> Unsendable:
    person: Person = one.person
    return Unsendable(
        one.rule, one.sheet, one.row, one.column, one.due, person.name, Reason.NOT_ALLOWED, person.address
    )


def _cannot(agenda: Agenda, one: Unsendable, reading: Reading) -> None:
    if one.reason is Reason.SAMPLE:
        agenda.samples += 1
        return
    template, language = reading.template, reading.language
    owner_column = template.sheets[one.sheet].columns[template.reminders[one.rule].owner]
    message = texts(language)(
        MESSAGES[one.reason],
        owner=one.owner,
        text=role_title(one.text, reading) if one.reason is Reason.ROLE_EMPTY else one.text,
        team=template.sheets[template.team.sheet].title.say(language) if template.team else "",
        column=owner_column.title.say(language),
    )
    agenda.unsent.append(Unsent(place(one, reading), one.reason.value, message))


def role_title(word: str, reading: Reading) -> str:
    """The role of the team as people call it in that spreadsheet; a word that is no role as it is."""
    team, template = reading.template.team, reading.template
    column = template.sheets[team.sheet].columns[team.role] if team and team.role else None
    if column is None or word not in column.states():
        return word
    return str(column.dump(word, template.context(reading.language)))
