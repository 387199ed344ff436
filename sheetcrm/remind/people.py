"""
The team sheet → who a name is, and the address that mail may go to.

A name that leads to nobody is an answer too: it comes with a reason, so that
the reminder is reported instead of dropped.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sheetcrm.messages import N_
from sheetcrm.remind.message import bare_address
from sheetcrm.schema.template import Team
from sheetcrm.sync.records import Extract, Row


class Reason(StrEnum):
    """Why a reminder cannot go to anybody: a word for programs; `MESSAGES` has it for people."""

    OWNER_BLANK = "owner_blank"
    OWNER_UNKNOWN = "owner_unknown"
    OWNER_TWICE = "owner_twice"
    OWNER_INACTIVE = "owner_inactive"
    OWNER_SAMPLE = "owner_sample"
    ADDRESS_BLANK = "address_blank"
    ADDRESS_BAD = "address_bad"
    NOT_ALLOWED = "not_allowed"
    DATE_BAD = "date_bad"
    DUPLICATE_ID = "duplicate_id"
    NO_ID = "no_id"
    SAMPLE = "sample"


MESSAGES = {
    Reason.OWNER_BLANK: N_("nobody is named in {column}"),
    Reason.OWNER_UNKNOWN: N_("{owner} is not in {team}"),
    Reason.OWNER_TWICE: N_("{owner} stands in {team} more than once"),
    Reason.OWNER_INACTIVE: N_("{owner} is not ticked as active in {team}"),
    Reason.OWNER_SAMPLE: N_("{owner} is an example person"),
    Reason.ADDRESS_BLANK: N_("{owner} has no e-mail address in {team}"),
    Reason.ADDRESS_BAD: N_("the e-mail address of {owner} in {team} cannot be used: {text}"),
    Reason.NOT_ALLOWED: N_("{text} is not on the allow-list of the configuration"),
    Reason.DATE_BAD: N_("{text} is not a date"),
    Reason.DUPLICATE_ID: N_("more than one row has the id {text}"),
    Reason.NO_ID: N_("the row has no id yet"),
    Reason.SAMPLE: N_("an example row; examples are never mailed"),
}


@dataclass(frozen=True)
class Person:
    """Somebody of the team who can get mail; `address` is as it travels, in ASCII."""

    name: str
    address: str
    manager: str | None = None


@dataclass(frozen=True)
class Nobody:
    """A name that leads to no mail: why, and the text that is to blame."""

    reason: Reason
    text: str = ""


class People:
    """Names → persons, or why not."""

    def __init__(self, found: Mapping[str, Person | Nobody]) -> None:
        """`found` is by name as `same` writes it."""
        self._found = dict(found)

    def find(self, name: str | None) -> Person | Nobody:
        """The person of that name; width, case and extra blanks do not count."""
        if not name or not name.strip():
            return Nobody(Reason.OWNER_BLANK)
        return self._found.get(same(name), Nobody(Reason.OWNER_UNKNOWN, name))


def people(extract: Extract, team: Team) -> People:
    """Everybody in the team sheet."""
    found: dict[str, Person | Nobody] = {}
    for row in extract.rows:
        name = row.get(team.name)
        if not name:
            continue
        known = found.get(same(name))
        person = _person(row, name, extract, team)
        found[same(name)] = person if known is None or known == person else Nobody(Reason.OWNER_TWICE, name)
    return People(found)


def same(name: str) -> str:
    """Names that are the same to a reader, written the same way."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _person(row: Row, name: str, extract: Extract, team: Team) -> Person | Nobody:
    if row.sample:
        return Nobody(Reason.OWNER_SAMPLE, name)
    if team.active is not None and row.get(team.active) is not True:
        return Nobody(Reason.OWNER_INACTIVE, name)
    written = row.get(team.email)
    if written is None:
        cell = extract.cell(row.number, team.email)
        return Nobody(Reason.ADDRESS_BLANK) if cell in (None, "") else Nobody(Reason.ADDRESS_BAD, str(cell))
    address = bare_address(written)
    if address is None:
        return Nobody(Reason.ADDRESS_BAD, written)
    return Person(name.strip(), address, row.get(team.manager) if team.manager else None)
