"""
A reading → what is due, by the person to tell, and what nobody can be told.

Pure: no ledger, no mail.  One address is one recipient, however many names in
the team sheet lead to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from sheetcrm.messages import texts
from sheetcrm.remind.allow import AllowList
from sheetcrm.remind.due import Reminder, Unsendable, due
from sheetcrm.remind.ledger.entries import Occurrence, Recipient
from sheetcrm.remind.people import MESSAGES, People, Person, Reason, people
from sheetcrm.remind.report import Place, Unsent
from sheetcrm.schema.template import Template
from sheetcrm.sync.records import Issue, Reading


@dataclass
class Agenda:
    """Everything that is due on one day in one spreadsheet."""

    mails: dict[Recipient, dict[Occurrence, Reminder]] = field(default_factory=dict)
    """What each recipient may have to be told, told before or not."""
    expired: dict[Recipient, dict[Occurrence, Reminder]] = field(default_factory=dict)
    """What has been due for so long that it is noted instead of told."""
    unsent: list[Unsent] = field(default_factory=list)
    troubles: tuple[Issue, ...] = ()
    """What is wrong with the sheets that the rules and the team are about."""
    samples: int = 0


def needed(template: Template) -> frozenset[str]:
    """
    The columns (`customers.owner`) that a run needs: nothing else has to be read.

    Those of the rules and of the team, and of every sheet what tells that a row
    is there, so that it can be given an id and its day.
    """
    team = template.team
    said = (team.name, team.email, team.manager, team.active) if team else ()
    found = {f"{team.sheet}.{key}" for key in said if key} if team else set()
    for rule in template.reminders.values():
        found |= {f"{rule.sheet}.{key}" for key in rule.looks_at()}
    for sheet in template.records:
        spec = template.sheets[sheet]
        columns = {key for key, column in spec.columns.items() if column.stamped or column.is_required}
        found |= {f"{sheet}.{key}" for key in {*columns, spec.key}}
    return frozenset(found)


def gather(reading: Reading, *, today: date, channel: str, allow: AllowList) -> Agenda:
    """Everything that is due on `today`, a day in the spreadsheet's zone, in the order of the template and the sheet."""
    everybody = _people(reading)
    agenda = Agenda(troubles=tuple(_troubles(reading)))
    recipients: dict[str, Recipient] = {}
    for key, rule in reading.template.reminders.items():
        extract = reading.extracts.get(rule.sheet)
        for one in due(extract, rule, key=key, today=today, people=everybody) if extract else ():
            if isinstance(one, Unsendable):
                _cannot(agenda, one, reading)
            elif not allow.allows(one.person.address):
                _cannot(agenda, _not_allowed(one), reading)
            else:
                made = Recipient(reading.layout.spreadsheet_id, channel, one.person.name, one.person.address)
                recipient = recipients.setdefault(made.key, made)
                agenda.mails.setdefault(recipient, {})[_occurrence(one, recipient)] = one
    return agenda


def place(one: Reminder | Unsendable, reading: Reading) -> Place:
    """Where that row is, for people."""
    layout = reading.layout
    return Place(
        rule=one.rule,
        sheet=one.sheet,
        row=one.row.number,
        id=one.row.id or "",
        due=one.due,
        owner=one.person.name if isinstance(one, Reminder) else one.owner,
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


def _people(reading: Reading) -> People:
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
        text=one.text,
        team=template.sheets[template.team.sheet].title.say(language) if template.team else "",
        column=owner_column.title.say(language),
    )
    agenda.unsent.append(Unsent(place(one, reading), one.reason.value, message))
