"""Steps on days off, who hears of what waits too long, and who hears when the owner cannot."""

from __future__ import annotations

from datetime import date, timedelta
from typing import ClassVar

import pytest
from desk_of_rules import FOLLOW_UP, TEAM, TODAY, ask, asking, made, row, told

from sheetcrm.remind.people import Nobody, People, Person, same

FRIDAY, SATURDAY, SUNDAY, MONDAY = (date(2026, 3, day) for day in (6, 7, 8, 9))


def days_of(rule, due, **options):
    """Every day on which somebody hears something new of a row that is due on `due`, and who."""
    found, asked = {}, asking(rule, row(next=due), **options)
    for today in (due + timedelta(at) for at in range(-20, 60)):
        for one in asked(today):
            found.setdefault((one.step, one.person.name), today)
    return sorted((today, *what) for what, today in found.items())


@pytest.mark.parametrize(("policy", "due", "told_on"), [
    pytest.param(None, SATURDAY, [(FRIDAY, -1), (SATURDAY, 0)], id="no policy: on Saturday"),
    pytest.param("after", SATURDAY, [(FRIDAY, -1), (MONDAY, 0)], id="after: on Monday"),
    pytest.param("after", SUNDAY, [(MONDAY, 0)], id="after: the day before is folded into the day"),
    pytest.param("before", SATURDAY, [(FRIDAY, 0)], id="before: on Friday, both in one"),
    pytest.param("skip", SUNDAY, [], id="skip: not at all"),
    pytest.param("skip", MONDAY, [(MONDAY, 0)], id="skip: the day before is left out"),
    pytest.param("after", date(2026, 2, 18), [(date(2026, 2, 24), 0)], id="after the Spring Festival"),
    pytest.param("after", date(2026, 2, 28), [(date(2026, 2, 27), -1), (date(2026, 2, 28), 0)], id="a Saturday that is worked"),
])  # fmt: skip
def test_steps_on_days_off(policy, due, told_on):
    rule = {**FOLLOW_UP, "before": [1], **({"working_days": policy} if policy else {})}
    assert [(day, step) for day, step, _ in days_of(rule, due)] == told_on


def test_another_country_has_other_days_off():
    rule = {**FOLLOW_UP, "working_days": "after"}
    assert days_of({**rule, "country": "US"}, date(2026, 2, 18)) == [(date(2026, 2, 18), 0, "Eve")]
    assert days_of(rule, date(2026, 2, 18), country="US") == [(date(2026, 2, 18), 0, "Eve")]


LADDER = {**FOLLOW_UP, "escalate": [{"after": 2, "to": "manager"}, {"after": 5, "to": "boss"}]}


@pytest.mark.parametrize(("policy", "due", "ladder"), [
    pytest.param(None, FRIDAY, [(FRIDAY, 0, "Eve"), (SUNDAY, 2, "Bob"), (date(2026, 3, 11), 5, "Ann")], id="calendar days"),
    pytest.param("after", FRIDAY, [(FRIDAY, 0, "Eve"), (date(2026, 3, 10), 2, "Bob"), (date(2026, 3, 13), 5, "Ann")], id="working days"),
    pytest.param("after", SATURDAY, [(MONDAY, 0, "Eve"), (date(2026, 3, 11), 2, "Bob"), (date(2026, 3, 16), 5, "Ann")], id="counted from the day on which the owner hears"),
    pytest.param("before", SUNDAY, [(FRIDAY, 0, "Eve"), (date(2026, 3, 10), 2, "Bob"), (date(2026, 3, 13), 5, "Ann")], id="before a weekend"),
    pytest.param("skip", SUNDAY, [(date(2026, 3, 11), 2, "Bob"), (date(2026, 3, 16), 5, "Ann")], id="skip leaves the owner out, not the ladder"),
])  # fmt: skip
def test_case_5_a_ladder_does_not_spend_itself_on_a_weekend(policy, due, ladder):
    """probo: an escalation spent itself on Saturday and Sunday."""
    assert days_of({**LADDER, **({"working_days": policy} if policy else {})}, due) == ladder


@pytest.mark.parametrize(("owner", "names"), [
    pytest.param("Eve", ["Eve", "Bob", "Ann"], id="a manager, and the boss"),
    pytest.param("Bob", ["Bob", "Ann", "Ann"], id="whose manager is the boss"),
    pytest.param("Ann", ["Ann"], id="whoever stands above all has nobody to tell"),
])  # fmt: skip
def test_who_stands_above(owner, names):
    assert [name for *_, name in told(LADDER, row(next=TODAY - timedelta(9), owner=owner))] == names


def test_a_role_is_everybody_who_has_it_but_the_owner():
    rule = {**FOLLOW_UP, "escalate": [{"after": 1, "to": "sales"}]}
    assert [name for *_, name in told(rule, row(next=TODAY - timedelta(1)))] == ["Eve", "Bob"]


def test_an_escalation_says_whose_it_is():
    mine, theirs, _ = ask(LADDER, row(next=TODAY - timedelta(9)))
    assert (mine.escalated, theirs.escalated, theirs.owner, theirs.person.name) == (False, True, "Eve", "Bob")


WITHOUT = [{"name": "Eve", "email": "eve@example.com", "active": True}]


def test_who_has_no_manager_and_leads_nobody_is_reported():
    rule = {**FOLLOW_UP, "escalate": [{"after": 1}]}
    told_, unsent = ask(rule, row(next=TODAY - timedelta(1)), team=[*WITHOUT, *TEAM[:2]])
    assert (told_.person.name, unsent.reason.value) == ("Eve", "manager_blank")
    assert [
        name
        for *_, name in told({**rule, "fallback": "boss"}, row(next=TODAY - timedelta(1)), team=[*WITHOUT, *TEAM[:2]])
    ] == ["Eve", "Ann"]


def test_a_team_that_names_no_managers_has_none():
    assert len(ask({**FOLLOW_UP, "escalate": [{"after": 1}]}, row(next=TODAY - timedelta(1)), team=WITHOUT)) == 1


def test_a_role_that_nobody_has_is_reported():
    rule = {**FOLLOW_UP, "escalate": [{"after": 1, "to": "boss"}]}
    found = ask(rule, row(next=TODAY - timedelta(1)), team=TEAM[1:])
    assert [(one.reason.value, one.text) for one in found[1:]] == [("role_empty", "boss")]


@pytest.mark.parametrize(("owner", "fallback", "names"), [
    pytest.param("Zed", (), ["Bob"], id="who left: the manager"),
    pytest.param("Zed", ("boss",), ["Bob"], id="the manager before the fallback"),
    pytest.param("", ("boss",), ["Ann"], id="nobody: a role"),
    pytest.param("", ("sales",), ["Bob", "Eve"], id="a role of several people"),
    pytest.param("Nemo", ("Zed", "manager", "Eve"), ["Eve"], id="unknown: the first name that leads to anybody"),
    pytest.param("Nemo", "Eve", ["Eve"], id="a single word"),
])  # fmt: skip
def test_who_hears_when_the_owner_cannot(owner, fallback, names):
    found = ask({**FOLLOW_UP, "fallback": fallback}, row(next=TODAY, owner=owner))
    assert [one.person.name for one in found] == names
    assert all(one.why is not None and one.owner == owner for one in found)


def test_who_cannot_be_told_and_has_nobody_is_reported_and_never_dropped():
    (found,) = ask({**FOLLOW_UP, "fallback": ["Zed"]}, row(next=TODAY, owner="Nemo"))
    assert (found.reason.value, found.owner) == ("owner_unknown", "Nemo")


def test_the_config_has_the_last_word():
    desk = Person("Desk", "desk@example.com")
    (found,) = ask(FOLLOW_UP, row(next=TODAY, owner=""), default=desk)
    assert (found.person, found.why.reason.value) == (desk, "owner_blank")


def test_an_heir_who_is_the_manager_too_hears_of_an_escalation():
    found = told(LADDER, row(next=TODAY - timedelta(3), owner="Zed"))
    assert [(step, name) for *_, step, name in found] == [(0, "Bob"), (2, "Bob")]


@pytest.mark.parametrize(("managers", "found"), [
    pytest.param({"Eve": "Bob"}, "Bob", id="the one above"),
    pytest.param({"Eve": "Zed", "Zed": "Bob"}, "Bob", id="over the head of who left"),
    pytest.param({"Eve": "Nemo"}, "manager_blank", id="a name that nobody has"),
    pytest.param({}, "manager_blank", id="nobody"),
    pytest.param({"Eve": "Eve"}, "manager_loop", id="their own manager"),
    pytest.param({"Eve": "Zed", "Zed": "eve "}, "manager_loop", id="round in a circle"),
    pytest.param({"Eve": "Zed", "Zed": "Old", "Old": "Zed"}, "manager_loop", id="a circle above"),
])  # fmt: skip
def test_the_nearest_manager_who_can_get_mail(managers, found):
    names = {"Eve": Person("Eve", "e@x.org"), "Bob": Person("Bob", "b@x.org")}
    left = {name: Nobody("owner_inactive", name) for name in ("Zed", "Old")}
    everybody = People(
        {same(name): one for name, one in {**names, **left}.items()},
        {same(name): above for name, above in managers.items()},
    )
    above = everybody.above("Eve")
    assert (above.name if isinstance(above, Person) else str(above.reason)) == found


def test_the_team_sheet_says_phone_and_role():
    (found,) = ask(FOLLOW_UP, row(next=TODAY))
    assert (found.person.phone, found.person.role) == ("+8613800138000", "sales")


class TestPause:
    RULE: ClassVar = {**LADDER, "pause": "quiet", "overdue": {"every": 7, "times": 4}}

    def test_quiet_until_that_day(self):
        found = ask(self.RULE, row(next=TODAY - timedelta(9), quiet=TODAY + timedelta(1)))
        assert [(type(one).__name__, one.until) for one in found] == [("Paused", TODAY + timedelta(1))]

    def test_told_on_that_day_and_the_ladder_begins_anew(self):
        found = ask(self.RULE, row(next=TODAY - timedelta(40), quiet=TODAY))
        assert [(one.step, one.person.name, one.day) for one in found] == [(28, "Eve", TODAY)]
        found = ask(self.RULE, row(next=TODAY - timedelta(40), quiet=TODAY - timedelta(2)))
        assert [(one.step, one.person.name, one.day) for one in found] == [
            (28, "Eve", TODAY - timedelta(2)),
            (2, "Bob", TODAY),
        ]

    def test_on_a_day_off_it_lasts_until_the_next_working_day(self):
        rule = {**self.RULE, "working_days": "after"}
        (found,) = ask(rule, row(next=SATURDAY - timedelta(9), quiet=SATURDAY), today=SUNDAY)
        assert found.until == MONDAY

    @pytest.mark.parametrize("quiet", ["", "soon", TODAY - timedelta(400)])
    def test_what_is_no_pause_keeps_nobody_quiet(self, quiet):
        assert [name for *_, name in told(self.RULE, row(next=TODAY, quiet=quiet))] == ["Eve"]

    def test_a_row_that_asks_nothing_is_not_paused(self):
        assert ask(self.RULE, row(next=TODAY + timedelta(9), quiet=TODAY + timedelta(1))) == []


@pytest.mark.parametrize(("settings", "path"), [
    pytest.param({"escalate": [{"after": 1, "to": "king"}]}, ("escalate", 0, "to"), id="a role that is none"),
    pytest.param({"pause": "name"}, ("pause",), id="a pause that is no date"),
    pytest.param({"mirror": "nothing"}, ("mirror",), id="a mirror that is not there"),
])  # fmt: skip
def test_what_does_not_fit(settings, path):
    assert [where[2:] for where, _ in made({"rule": {**FOLLOW_UP, **settings}}).problems()] == [path]


def test_the_same_step_to_the_same_people_twice_is_refused():
    with pytest.raises(ValueError, match="twice"):
        made({"rule": {**FOLLOW_UP, "escalate": [{"after": 1}, {"after": 1, "to": "manager"}]}})
