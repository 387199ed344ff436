"""Which week is told of, and on which day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import shop
from hypothesis import given
from hypothesis import strategies as st

from sheetcrm.errors import UsageError
from sheetcrm.remind.summary.weeks import Week, told_on
from sheetcrm.remind.workdays import Calendars

DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(("day", "week", "monday"), [
    pytest.param(date(2026, 3, 4), "2026-W10", date(2026, 3, 2), id="in the middle of a year"),
    pytest.param(date(2024, 12, 30), "2025-W01", date(2024, 12, 30), id="the last Monday of a year is in the next year's first week"),
    pytest.param(date(2027, 1, 3), "2026-W53", date(2026, 12, 28), id="the first days of a year are in the last week of the year before"),
    pytest.param(date(2026, 1, 1), "2026-W01", date(2025, 12, 29), id="a week of two years has one name"),
])  # fmt: skip
def test_weeks_are_those_of_iso_8601(day, week, monday):
    assert (str(Week.of(day)), Week.of(day).monday) == (week, monday)
    assert Week.parse(week) == Week.of(day)


@given(DAYS)
def test_every_day_is_in_its_week_and_in_no_other(day):
    week = Week.of(day)
    assert day in week
    assert day not in week.before
    assert day - timedelta(7) in week.before
    assert (week.sunday - week.monday).days == 6
    assert Week.parse(str(week)) == week


@pytest.mark.parametrize("text", [
    pytest.param("2026-W54", id="no year has it"), pytest.param("2025-W53", id="this year does not have it"), pytest.param("2026-W00", id="zero"),
    pytest.param("47", id="no year"), pytest.param("2026-03-02", id="a day"), pytest.param("0000-W01", id="no such year"), pytest.param("", id="nothing"),
])  # fmt: skip
def test_what_is_no_week_is_refused(text):
    with pytest.raises(UsageError, match="2026-W47"):
        Week.parse(text)


def rule(**settings):
    return shop.template(shop.weekly(**settings)).reminders["weekly"]


def test_a_week_is_told_from_its_day_on_until_the_next_one_is():
    found = [str(told_on(rule(weekday="wednesday"), date(2026, 3, 9) + timedelta(at))) for at in range(10)]
    assert found == ["2026-W09"] * 2 + ["2026-W10"] * 7 + ["2026-W11"]


def test_the_week_before_new_year_is_told_in_the_new_year():
    assert str(told_on(rule(), date(2027, 1, 4))) == "2026-W53"
    assert str(told_on(rule(), date(2027, 1, 3))) == "2026-W52"


def moved(policy):
    workdays = Calendars().of("CN")
    return lambda day: workdays.moved(day, policy)


def test_a_day_off_puts_it_off_and_never_into_silence():
    # From Monday, 16 February 2026, China was off until the 23rd; Tuesday the 24th was the first day at work.
    off = rule(working_days="after")
    assert str(told_on(off, date(2026, 2, 23), moved("after"))) == "2026-W06"
    assert str(told_on(off, date(2026, 2, 24), moved("after"))) == "2026-W08"


def test_skip_leaves_the_week_out():
    assert str(told_on(rule(working_days="skip"), date(2026, 2, 26), moved("skip"))) == "2026-W06"


@pytest.mark.parametrize(("settings", "path"), [
    pytest.param({"working_days": "before"}, ("working_days",), id="before the week is over"),
    pytest.param({"escalate": [{"after": 3, "to": "boss"}]}, ("escalate",), id="an escalation"),
    pytest.param({"pause": "next"}, ("pause",), id="a pause"),
    pytest.param({"mirror": "next"}, ("mirror",), id="a mirror"),
    pytest.param({"stage": "stagge"}, ("stage",), id="no such column"),
    pytest.param({"new": {"date": "amount"}}, ("new", "date"), id="a date that is none"),
    pytest.param({"won": {"date": "closed", "state": {"stage": "wonn"}}}, ("won", "state", "stage", 0), id="no such option"),
    pytest.param({"won": {"date": "day", "sheet": "ordres"}}, ("won", "sheet"), id="no such sheet"),
    pytest.param({"won": {"date": "dya", "sheet": "orders"}}, ("won", "date"), id="no such column in another sheet"),
    pytest.param({"won": {"date": "price", "sheet": "orders"}}, ("won", "date"), id="no date in another sheet"),
    pytest.param({"won": {"date": "closed", "owner": "name"}}, ("won", "owner"), id="an owner who is no person"),
    pytest.param({"follow_ups": ["follow_pu"]}, ("follow_ups", 0), id="no such rule"),
    pytest.param({"follow_ups": ["weekly"]}, ("follow_ups", 0), id="itself"),
])  # fmt: skip
def test_what_makes_no_sense_is_an_error_of_the_template(settings, path):
    found = [where for where, _ in shop.template(shop.weekly(**settings)).problems()]
    assert ("reminders", "weekly", *path) in found


def test_the_template_of_these_tests_is_sound():
    assert list(shop.template().problems()) == []
