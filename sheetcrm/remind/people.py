"""
The team sheet → who a name is, who stands above, who has a role, and the address that mail may go to.

A name that leads to nobody is an answer too: it comes with a reason, so that
the reminder is reported, or comes to somebody else, instead of being dropped.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sheetcrm.messages import N_
from sheetcrm.remind.message import bare_address
from sheetcrm.schema.reminders.base import MANAGER
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
    MANAGER_BLANK = "manager_blank"
    MANAGER_LOOP = "manager_loop"
    ROLE_EMPTY = "role_empty"
    NOT_ALLOWED = "not_allowed"
    DATE_BAD = "date_bad"
    VALUE_BAD = "value_bad"
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
    Reason.MANAGER_BLANK: N_("{text} has no manager in {team} to hear of it"),
    Reason.MANAGER_LOOP: N_("the managers above {text} in {team} lead round in a circle"),
    Reason.ROLE_EMPTY: N_("nobody in {team} who can get mail has the role {text}"),
    Reason.NOT_ALLOWED: N_("{text} is not on the allow-list of the configuration"),
    Reason.DATE_BAD: N_("{text} is not a date"),
    Reason.VALUE_BAD: N_("{text} cannot be read"),
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
    """The name that stands there, whoever it leads to."""
    role: str = ""
    """The key of an option of the team's role column."""
    phone: str = ""
    """`+8613800138000`; empty where there is none."""
    language: str = ""
    """`zh` or `en`; empty where the team sheet does not say."""


@dataclass(frozen=True)
class Nobody:
    """A name that leads to no mail: why, and the text that is to blame."""

    reason: Reason
    text: str = ""


class People:
    """Names → persons, or why not."""

    def __init__(self, found: Mapping[str, Person | Nobody], managers: Mapping[str, str] | None = None) -> None:
        """`found` is by name as `same` writes it, `managers` by the same the name of whoever stands above; those who left have one, too."""
        self._found = dict(found)
        self._above = dict(managers or {})
        self._leaders = frozenset(map(same, self._above.values()))

    def find(self, name: str | None) -> Person | Nobody:
        """The person of that name; width, case and extra blanks do not count."""
        if not name or not name.strip():
            return Nobody(Reason.OWNER_BLANK)
        return self._found.get(same(name), Nobody(Reason.OWNER_UNKNOWN, name))

    def above(self, name: str) -> Person | Nobody:
        """The nearest manager who can get mail; whoever cannot is stepped over."""
        seen = {same(name)}
        at = name
        while above := self._above.get(same(at)):
            if same(above) in seen:
                return Nobody(Reason.MANAGER_LOOP, name)
            found = self.find(above)
            if isinstance(found, Person):
                return found
            seen.add(same(above))
            at = above
        return Nobody(Reason.MANAGER_BLANK, name)

    def leads(self, name: str) -> bool:
        """Whether somebody names them as their manager."""
        return same(name) in self._leaders

    @property
    def leaders(self) -> tuple[str, ...]:
        """Everybody who is somebody's manager, in the team or left, each once, in the order of the sheet."""
        found: dict[str, str] = {}
        for name in self._above.values():
            found.setdefault(same(name), name)
        return tuple(found.values())

    def below(self, name: str) -> frozenset[str]:
        """That person and everybody whom they lead, at whatever distance, written as `same` does."""
        found = {same(name)}
        while more := {one for one, above in self._above.items() if same(above) in found} - found:
            found |= more
        return frozenset(found)

    @property
    def has_managers(self) -> bool:
        """Whether the team sheet says of anybody who stands above."""
        return bool(self._above)

    def knows(self, name: str) -> bool:
        """Whether the team sheet has that name, in the team or left."""
        return same(name) in self._found

    def in_role(self, role: str) -> tuple[Person, ...]:
        """Everybody of that role who can get mail, in the order of the sheet."""
        return tuple(one for one in self._found.values() if isinstance(one, Person) and one.role == role)

    @property
    def addresses(self) -> frozenset[str]:
        """Of everybody in the team who can get mail."""
        return frozenset(one.address for one in self._found.values() if isinstance(one, Person))

    def instead(self, name: str, fallback: Iterable[str]) -> tuple[Person, ...]:
        """
        Who hears when `name` cannot: the nearest manager, else the first of `fallback` that leads to anybody.

        A word of `fallback` is a role, all of whose people hear, or a name, or
        `manager`, which adds nothing here.  Empty when there is nobody.
        """
        above = self.above(name) if name.strip() else None
        if isinstance(above, Person):
            return (above,)
        return next(filter(None, map(self._called, fallback)), ())

    def _called(self, word: str) -> tuple[Person, ...]:
        if word == MANAGER:
            return ()
        person = self.find(word)
        return self.in_role(word) or ((person,) if isinstance(person, Person) else ())


def people(extract: Extract, team: Team) -> People:
    """Everybody in the team sheet."""
    found: dict[str, Person | Nobody] = {}
    managers: dict[str, str] = {}
    for name, row in _named(extract, team):
        known = found.get(same(name))
        person = _person(row, name, extract, team)
        found[same(name)] = person if known is None or known == person else Nobody(Reason.OWNER_TWICE, name)
        if team.manager and not row.sample and (manager := row.get(team.manager)):
            managers.setdefault(same(name), manager)
    return People(found, managers)


def _named(extract: Extract, team: Team) -> Iterator[tuple[str, Row]]:
    yield from ((name, row) for row in extract.rows if (name := row.get(team.name)))


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
    said = {key: row.get(column) for key in ("role", "phone", "language") if (column := getattr(team, key))}
    texts = {key: str(value) for key, value in said.items() if value is not None}
    return Person(name.strip(), address, row.get(team.manager) if team.manager else None, **texts)
