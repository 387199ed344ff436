"""
A row → what it is about: the row that its first reference leads to, or itself.

An order and a complaint of one customer are about the same thing as that
customer's own row, so a digest can put them together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sheetcrm.remind.shown import shown
from sheetcrm.schema.columns.reference import ReferenceColumn
from sheetcrm.schema.context import Context
from sheetcrm.schema.privacy import personal
from sheetcrm.schema.template import Template
from sheetcrm.sync.records import Reading, Row


@dataclass(frozen=True, order=True)
class Subject:
    """The row that it is all about: a customer, a project."""

    sheet: str
    id: str


def columns(template: Template) -> frozenset[str]:
    """The columns (`orders.customer`) that have to be read to know what the rows of rules are about, and what that is called."""
    found = set()
    for sheet in {rule.sheet for rule in template.reminders.values()}:
        if led := leads(template, sheet):
            column, target = led
            found.add(f"{sheet}.{column}")
            if name := heading(template, target):
                found |= {f"{target}.{name}", f"{target}.{template.sheets[target].key}", *_asked(template, target)}
        found |= {*_asked(template, sheet)}
    return frozenset(found)


def may_tell(template: Template, sheet: str, row: Row, column: str) -> bool:
    """Whether a mail may say what stands there: nothing that is about a person who did not agree, where that is asked."""
    spec = template.sheets[sheet]
    if spec.consent is None or not spec.consent.mails or column not in personal(spec):
        return True
    return spec.consent.given_by({key: row.get(key) for key in spec.consent.when})


def _asked(template: Template, sheet: str) -> Iterator[str]:
    """The columns that say who agreed."""
    consent = template.sheets[sheet].consent
    if consent is not None and consent.mails:
        yield from (f"{sheet}.{key}" for key in consent.when)


def subject(sheet: str, row: Row, led: tuple[str, str] | None) -> Subject:
    """What that row is about; `led` is what `leads` says of its sheet."""
    there = row.get(led[0]) if led else None
    return Subject(led[1], str(there)) if led and there is not None else Subject(sheet, str(row.id))


def heading(template: Template, sheet: str) -> str | None:
    """The column by which people know the rows of that sheet: what its rules show first; None where no rule is about it."""
    shows = (rule.show for rule in template.reminders.values() if rule.sheet == sheet and rule.show)
    return next((show[0] for show in shows), None)


def name_of(one: Subject, reading: Reading, context: Context) -> str:
    """What people call it; its id where the row is not at hand, or has no name."""
    column = heading(reading.template, one.sheet)
    extract = reading.extracts.get(one.sheet)
    at = extract.offsets.get(one.id) if extract else None
    if column is None or extract is None or at is None:
        return one.id
    (row,) = extract.some([at])
    if not may_tell(reading.template, one.sheet, row, column):
        return one.id
    return shown(row.get(column), reading.template.sheets[one.sheet].columns[column], context) or one.id


def leads(template: Template, sheet: str) -> tuple[str, str] | None:
    """The first column of that sheet that refers to another one, and which; None where none does."""
    found = template.sheets[sheet].columns.items()
    return next(((key, column.to) for key, column in found if isinstance(column, ReferenceColumn)), None)
