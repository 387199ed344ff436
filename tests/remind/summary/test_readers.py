"""Who is told of whose rows."""

from __future__ import annotations

import pytest
import shop

from sheetcrm.remind.gather import everybody_in
from sheetcrm.remind.people import Person
from sheetcrm.remind.summary.readers import readers

CHIEF = Person("Chief", "chief@example.com")


def person(name, manager="", role="Sales", *, active=True):
    return {"name": name, "email": f"{name.casefold()}@example.com", "role": role, "manager": manager, "active": active}


def told(team, default=None, **settings):
    """By name, of whom; and of whose part nobody hears."""
    people = everybody_in(shop.reading(people=team))
    found, unread = readers(shop.template(shop.weekly(**settings)).reminders["weekly"], people, default)
    return {one.person.name: one.scope and "".join(sorted(one.scope)) for one in found}, [
        (one.word, one.why.reason.value) for one in unread
    ]


TREE = (person("A", role="Boss"), person("B", "A"), person("C", "B"), person("D", "A"), person("E", "D"))
GONE = (*TREE[:1], person("B", "A", active=False), *TREE[2:])
TOPLESS = (person("A", active=False), person("B", "A"), person("C", "A"))
LOOP = (person("A", "B"), person("B", "A"), person("C", "A"))


@pytest.mark.parametrize(("team", "settings", "found", "unread"), [
    pytest.param(TREE, {"to": "manager"}, {"A": "abcde", "B": "bc", "D": "de"}, [], id="managers hear of their own people, at whatever distance"),
    pytest.param(TREE, {"to": "boss"}, {"A": None}, [], id="a role hears of all"),
    pytest.param(TREE, {"to": "D"}, {"D": None}, [], id="so does a name"),
    pytest.param(TREE, {"to": ["manager", "D"]}, {"A": "abcde", "B": "bc", "D": None}, [], id="whoever is both hears of all, once"),
    pytest.param(GONE, {"to": "manager"}, {"A": "abcde", "D": "de"}, [], id="whoever stands above hears of those whose manager has left"),
    pytest.param(TOPLESS, {"to": "manager"}, {}, [("A", "owner_inactive")], id="nobody above and no fallback: said"),
    pytest.param(TOPLESS, {"to": "manager", "fallback": "B"}, {"B": "abc"}, [], id="the fallback hears of those people"),
    pytest.param(LOOP, {"to": "manager"}, {"A": "abc", "B": "abc"}, [], id="a circle of managers ends"),
    pytest.param(TREE[1:], {"to": "boss"}, {}, [("boss", "role_empty")], id="nobody has the role: said"),
    pytest.param(TREE[1:], {"to": "boss", "fallback": ["nobody", "C"]}, {"C": None}, [], id="the first of the fallback that leads to anybody"),
    pytest.param((person("X"),), {"to": "manager"}, {}, [], id="a team without managers needs no summary"),
    pytest.param((person("X"),), {"to": "manager", "fallback": "X"}, {"X": None}, [], id="unless somebody is named for that"),
])  # fmt: skip
def test_who_hears_of_whom(team, settings, found, unread):
    assert told(team, **settings) == (found, unread)


def test_whom_the_config_names_hears_when_nobody_else_can():
    assert told(TOPLESS, CHIEF, to="manager") == ({"Chief": "abc"}, [])
    assert told(TREE[1:], CHIEF, to="boss") == ({"Chief": None}, [])


def test_one_address_is_one_reader():
    team = (*TREE, {**person("F", "A"), "email": "d@example.com"}, person("G", "F"))
    assert told(team, to="manager")[0] == {"A": "abcdefg", "B": "bc", "D": "defg"}
