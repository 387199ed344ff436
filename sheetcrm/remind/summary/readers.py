"""
A team and a rule → who is told, and of whose rows.

Whoever leads is told of those below them, at whatever distance, and of
themselves; a role or a name is told of everybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sheetcrm.remind.people import Nobody, People, Person, Reason, same
from sheetcrm.schema.reminders.base import MANAGER
from sheetcrm.schema.reminders.summary import SummaryReminder

EVERYBODY = None
"""The scope of whoever is told of all rows, those of nobody too."""

Scope = frozenset[str] | None
"""Names, as `people.same` writes them."""


@dataclass(frozen=True)
class Reader:
    """Somebody who is told, and of whose rows."""

    person: Person
    scope: Scope = EVERYBODY

    def with_scope(self, scope: Scope) -> Reader:
        """Told of these, too."""
        both = EVERYBODY if self.scope is None or scope is None else self.scope | scope
        return Reader(self.person, both)


@dataclass(frozen=True)
class Unread:
    """A word that leads to nobody who can get mail, and why."""

    word: str
    why: Nobody


def readers(
    rule: SummaryReminder, people: People, default: Person | None = None
) -> tuple[tuple[Reader, ...], tuple[Unread, ...]]:
    """
    Who is told, each once, and whose part nobody hears.

    For who cannot be told come the managers above them, the rule's `fallback`,
    then `default`.  A team sheet that names no managers at all is no news
    where only `manager` is asked for.
    """
    found: dict[str, Reader] = {}
    unread = []
    for one in _asked(rule, people, default):
        if isinstance(one, Unread):
            unread.append(one)
        else:
            key = one.person.address.casefold()
            found[key] = found[key].with_scope(one.scope) if key in found else one
    return tuple(found.values()), tuple(unread)


def _asked(rule: SummaryReminder, people: People, default: Person | None) -> Iterator[Reader | Unread]:
    for word in rule.to:
        if word == MANAGER and people.leaders:
            for name in people.leaders:
                yield from _leader(name, rule, people, default)
            continue
        whom, why = _called(word, people)
        whom = whom or people.instead("", rule.fallback) or ((default,) if default else ())
        yield from (Reader(person) for person in whom)
        # Who has no managers needs no summary for them.
        if not whom and word != MANAGER:
            yield Unread(word, why)


def _called(word: str, people: People) -> tuple[tuple[Person, ...], Nobody]:
    """The people of a role, or the one of a name."""
    if whom := people.in_role(word):
        return whom, Nobody(Reason.ROLE_EMPTY, word)
    person = people.find(word)
    if isinstance(person, Person):
        return (person,), Nobody(Reason.ROLE_EMPTY, word)
    return (), person if people.knows(word) else Nobody(Reason.ROLE_EMPTY, word)


def _leader(name: str, rule: SummaryReminder, people: People, default: Person | None) -> Iterator[Reader | Unread]:
    person = people.find(name)
    scope = people.below(name)
    if isinstance(person, Person):
        yield Reader(person, scope)
        return
    # Whoever stands above leads these as well, and is told of them anyway.
    whom = people.instead(name, rule.fallback) or ((default,) if default else ())
    yield from (Reader(one, scope) for one in whom)
    if not whom:
        yield Unread(name, person)


def reads_of(scope: Scope, owner: str) -> bool:
    """Whether rows of that owner are in the scope."""
    return scope is None or same(owner) in scope
