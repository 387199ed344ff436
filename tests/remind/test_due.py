"""What is due is decided from the rows, the rule and the day, and from nothing else."""

from __future__ import annotations

from datetime import date, timedelta

import office
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetcrm.remind.due import Reminder, Unsendable, due, latest
from sheetcrm.remind.people import people
from sheetcrm.schema.reminders import ReminderRule

TODAY = date(2026, 1, 5)


def ask(*rows, today=TODAY, rule="follow_up", team=office.TEAM):
    reading = office.reading(rows, team)
    everybody = people(reading.extracts["team"], reading.template.team)
    return list(
        due(reading.extracts["customers"], reading.template.reminders[rule], key=rule, today=today, people=everybody)
    )


def row(days=0, **cells):
    return {"id": "C001", "name": "Acme", "stage": "Lead", "next": TODAY + timedelta(days=days), "owner": "Ann"} | cells


@pytest.mark.parametrize(("days", "step"), [
    pytest.param(4, None, id="too early"),
    pytest.param(3, -3, id="three days before"),
    pytest.param(2, -3, id="two days before, if the third was missed"),
    pytest.param(1, -1, id="the day before"),
    pytest.param(0, 0, id="on the day"),
    pytest.param(-6, 0, id="six days after, if the day was missed"),
    pytest.param(-7, 7, id="a week after"),
    pytest.param(-14, 14, id="two weeks after"),
    pytest.param(-400, 14, id="a year after: the last step, however late"),
])  # fmt: skip
def test_the_latest_step_that_has_come(days, step):
    assert [found.step for found in ask(row(days))] == ([] if step is None else [step])


def test_a_rule_may_have_steps_before_the_date_only():
    assert ask(row(paper=TODAY + timedelta(days=31)), rule="paper") == []
    assert [found.step for found in ask(row(paper=TODAY - timedelta(days=90)), rule="paper")] == [-30]


@given(passed=st.integers(-60, 60), asked=st.sets(st.integers(-30, 30)))
def test_latest_is_the_last_of_the_steps_one_would_have_seen_day_by_day(passed, asked):
    seen = [day for day in range(-400, passed + 1) if day in asked]
    found = latest((TODAY,), tuple(sorted(asked)), TODAY + timedelta(days=passed))
    assert (found.step if found else None) == (seen[-1] if seen else None)


def test_steps_of_a_rule():
    assert office.template().reminders["follow_up"].steps() == (-3, -1, 0, 7, 14)


def test_a_kind_of_rule_that_nobody_taught_is_an_error_and_not_a_silence():
    class MoonReminder(ReminderRule):
        pass

    rule = MoonReminder.model_construct(title="", sheet="customers", owner="owner", unless={})
    reading = office.reading([row()])
    everybody = people(reading.extracts["team"], reading.template.team)
    with pytest.raises(NotImplementedError, match="MoonReminder"):
        list(due(reading.extracts["customers"], rule, key="moon", today=TODAY, people=everybody))


@pytest.mark.parametrize(("cells", "reasons"), [
    pytest.param({}, [], id="all good"),
    pytest.param({"stage": "Won"}, None, id="done: nothing to say"),
    pytest.param({"next": ""}, None, id="no date: nothing to say"),
    pytest.param({"stage": "Leed"}, [], id="a misspelt stage is not done"),
    pytest.param({"next": "2026-13-01"}, ["date_bad"], id="a thirteenth month"),
    pytest.param({"next": "2026年1月5日"}, [], id="a date as text"),
    pytest.param({"next": "soon", "stage": "Won"}, None, id="a wrong date of a customer who is done"),
    pytest.param({"owner": ""}, ["owner_blank"], id="nobody in charge"),
    pytest.param({"owner": "Zed"}, ["owner_unknown"], id="somebody who is not in the team"),
    pytest.param({"owner": "#REF!"}, ["owner_unknown"], id="a failed formula as owner"),
    pytest.param({"owner": " ann "}, [], id="an owner with blanks around and in small letters"),
    pytest.param({"owner": "Ａｎｎ"}, [], id="an owner in wide letters"),
    pytest.param({"id": ""}, ["no_id"], id="no id yet"),
    pytest.param({"id": "SAMPLE-1"}, ["sample"], id="an example"),
    pytest.param({"id": "示例-1"}, ["sample"], id="an example in the other language"),
    pytest.param({"owner": "Sam Sample"}, ["owner_unknown"], id="an example person who was removed"),
])  # fmt: skip
def test_who_can_be_told(cells, reasons):
    found = ask(row(**cells))
    if reasons is None:
        assert found == []
    else:
        assert [one.reason.value for one in found if isinstance(one, Unsendable)] == reasons
        assert len(found) == 1


@pytest.mark.parametrize(("cells", "reason"), [
    pytest.param({"active": False}, "owner_inactive", id="has left"),
    pytest.param({"active": ""}, "owner_inactive", id="never ticked"),
    pytest.param({"email": ""}, "address_blank", id="no address"),
    pytest.param({"email": "ann@@example"}, "address_bad", id="a malformed address"),
    pytest.param({"email": "ann@example.com\r\nBcc: evil@x.io"}, "address_bad", id="an address with a line break"),
    pytest.param({"email": "王@例子.中国"}, "address_bad", id="an address that not every server takes"),
])  # fmt: skip
def test_a_team_member_who_cannot_get_mail(cells, reason):
    team = [{"name": "Ann", "email": "ann@example.com", "active": True} | cells]
    (found,) = ask(row(), team=team)
    assert found.reason.value == reason


def test_an_example_person_gets_nothing():
    team = [{"name": "Sam Sample", "email": "sam@example.com", "active": True}]
    (found,) = ask(row(owner="Sam Sample"), team=team)
    assert found.reason.value == "owner_sample"


def test_two_of_one_name_are_nobody():
    team = [
        {"name": "Ann", "email": "ann@example.com", "active": True},
        {"name": "ann ", "email": "ann@x.org", "active": True},
    ]
    (found,) = ask(row(), team=team)
    assert found.reason.value == "owner_twice"


def test_two_rows_with_one_id_are_both_reported_and_neither_is_mailed():
    found = ask(row(), row(name="Copy"))
    assert [one.reason.value for one in found] == ["duplicate_id", "duplicate_id"]


def test_a_reminder_knows_where_to_look_and_whom_to_tell():
    (found,) = ask(row())
    assert isinstance(found, Reminder)
    assert (found.row.number, found.column, found.due, found.person.address) == (2, "next", TODAY, "ann@example.com")
