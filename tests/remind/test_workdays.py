"""Working days, China's moved ones included, and where a step goes that falls on a day off."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta

import chinese_calendar
import pytest

from sheetcrm.remind.workdays import Calendars, Workdays


def days(first, last):
    return (first + timedelta(at) for at in range((last - first).days + 1))


def test_china_is_as_another_package_says_on_every_day_of_nine_years():
    china = Workdays("CN")
    every = list(days(date(2018, 1, 1), date(2026, 12, 31)))
    assert [day for day in every if china.works(day) != chinese_calendar.is_workday(day)] == []


@pytest.mark.parametrize(("day", "policy", "goes"), [
    pytest.param(date(2026, 1, 5), "after", date(2026, 1, 5), id="a working day stays"),
    pytest.param(date(2026, 1, 10), "after", date(2026, 1, 12), id="Saturday, after"),
    pytest.param(date(2026, 1, 10), "before", date(2026, 1, 9), id="Saturday, before"),
    pytest.param(date(2026, 1, 10), "skip", None, id="Saturday, left out"),
    pytest.param(date(2026, 2, 14), "after", date(2026, 2, 14), id="a Saturday that is worked for the Spring Festival"),
    pytest.param(date(2026, 2, 16), "after", date(2026, 2, 24), id="over the Spring Festival"),
    pytest.param(date(2026, 10, 7), "before", date(2026, 9, 30), id="back over the National Day"),
])  # fmt: skip
def test_where_a_step_goes_in_china(day, policy, goes):
    assert Workdays("CN").moved(day, policy) == goes


def test_the_same_day_elsewhere():
    assert Workdays("US").works(date(2026, 2, 17))
    assert not Workdays("US").works(date(2026, 7, 3)), "the fourth of July is a Saturday"


@pytest.mark.parametrize(("count", "day"), [
    pytest.param(1, date(2026, 2, 14), id="a Saturday that is worked"),
    pytest.param(2, date(2026, 2, 24), id="the first day after the Spring Festival"),
])  # fmt: skip
def test_counting_working_days(count, day):
    assert Workdays("CN").later(date(2026, 2, 13), count) == day


def test_until_is_the_last_day_that_moves_back_to_a_day():
    china = Workdays("CN")
    for day in days(date(2026, 1, 1), date(2026, 12, 20)):
        last = china.until(day)
        assert china.moved(last, "before") <= day
        assert china.moved(last + timedelta(1), "before") > day


def test_past_the_last_published_year_it_is_said():
    china = Workdays("CN")
    assert china.works(date(2026, 12, 31))
    assert china.guessed == ()
    assert not china.works(date(2027, 1, 2)), "a Saturday"
    assert china.guessed == (2027,)


def test_a_country_without_moved_days_has_nothing_to_publish():
    germany = Workdays("DE")
    assert germany.works(date(2040, 1, 2))
    assert germany.guessed == ()


def test_a_country_that_nobody_knows_has_weekends():
    found = Workdays("ZZ")
    assert not found.known
    assert (found.works(date(2026, 1, 9)), found.works(date(2026, 1, 10))) == (True, False)


def test_each_country_once():
    calendars = Calendars()
    assert calendars.of("CN") is calendars.of("CN")
    assert [one.country for one in calendars.asked()] == ["CN"]


def test_the_package_is_not_loaded_until_somebody_asks():
    code = "import sys, sheetcrm.remind.gather, sheetcrm.remind.workdays; sys.exit('holidays' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
