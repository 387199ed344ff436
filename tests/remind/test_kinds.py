"""What each kind of rule asks of a row, and when."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import ClassVar

import pytest
from desk_of_rules import TODAY, ask, made, row, told
from hypothesis import given
from hypothesis import strategies as st

from sheetcrm.schema.reminders.yearly import anniversary


def ago(days):
    return TODAY - timedelta(days)


def steps(rule, *rows, **options):
    return [(due, step) for _, due, step, _ in told(rule, *rows, **options)]


class TestCadence:
    BY_LEVEL: ClassVar = {
        "type": "cadence",
        "last": "last",
        "every": {"column": "level", "days": {"high": 14, "low": 60}},
    }

    @pytest.mark.parametrize(("cells", "found"), [
        pytest.param({"last": ago(13), "level": "High"}, [], id="a day too early"),
        pytest.param({"last": ago(14), "level": "High"}, [(TODAY, 0)], id="on the day"),
        pytest.param({"last": ago(20), "level": "High"}, [(ago(6), 0)], id="six days late"),
        pytest.param({"last": ago(20), "level": "Low"}, [], id="of a level that is spoken to less"),
        pytest.param({"last": ago(60), "level": "Low"}, [(TODAY, 0)], id="its own day"),
        pytest.param({"last": ago(90), "level": ""}, [], id="without a level: not asked"),
        pytest.param({"last": "", "level": "High"}, [], id="never spoken to, and nothing to count from"),
        pytest.param({"last": TODAY + timedelta(5), "level": "High"}, [], id="spoken to tomorrow, says the sheet"),
    ])  # fmt: skip
    def test_by_level(self, cells, found):
        assert steps(self.BY_LEVEL, row(**cells)) == found

    def test_otherwise(self):
        rule = {**self.BY_LEVEL, "every": {"column": "level", "days": {"high": 14}, "otherwise": 30}}
        assert steps(rule, row(last=ago(31), level="Low"), row(2, last=ago(31))) == [(ago(1), 0)] * 2

    def test_the_number_may_stand_in_a_column(self):
        rule = {"type": "cadence", "last": "last", "every": {"column": "cycle"}}
        rows = (
            row(1, last=ago(10), cycle=10),
            row(2, last=ago(10), cycle=11),
            row(3, last=ago(10)),
            row(4, last=ago(10), cycle=0),
        )
        assert [id_ for id_, *_ in told(rule, *rows)] == ["C001"]

    def test_a_number_of_days_that_is_none_is_reported(self):
        (found,) = ask(
            {"type": "cadence", "last": "last", "every": {"column": "cycle"}}, row(last=ago(10), cycle="soon")
        )
        assert (found.reason.value, found.column, found.text) == ("value_bad", "cycle", "soon")

    def test_whoever_was_never_spoken_to_counts_from_another_day(self):
        rule = {"type": "cadence", "last": "last", "every": 7, "since": "since"}
        assert steps(rule, row(since=ago(7)), row(2, since=ago(6)), row(3, last=ago(1), since=ago(90))) == [(TODAY, 0)]

    def test_whoever_has_a_next_date_is_left_to_the_rule_of_that(self):
        rule = {"type": "cadence", "last": "last", "every": 7, "planned": "next"}
        assert steps(rule, row(last=ago(9), next=TODAY + timedelta(30))) == []
        assert steps(rule, row(last=ago(9), next=ago(20))) == [(ago(2), 0)]

    def test_again_after_the_day(self):
        rule = {"type": "cadence", "last": "last", "every": 7, "overdue": {"every": 3, "times": 2}}
        assert steps(rule, row(last=ago(10)), row(2, last=ago(40))) == [(ago(3), 3), (ago(33), 6)]

    def test_a_contact_begins_it_anew(self):
        rule = {"type": "cadence", "last": "last", "every": 7}
        assert steps(rule, row(last=ago(7))) != steps(rule, row(last=ago(8)))

    def test_a_last_contact_that_is_no_date_is_reported(self):
        (found,) = ask({"type": "cadence", "last": "last", "every": 7}, row(last="long ago"))
        assert found.reason.value == "date_bad"

    @pytest.mark.parametrize(("every", "path"), [
        pytest.param({"column": "nothing"}, ("every", "column"), id="no such column"),
        pytest.param({"column": "level"}, ("every", "column"), id="a choice without days"),
        pytest.param({"column": "level", "days": {"hihg": 3}}, ("every", "days", "hihg"), id="no such option"),
    ])  # fmt: skip
    def test_what_does_not_fit(self, every, path):
        rule = {"type": "cadence", "last": "last", "every": every}
        assert [where for where, _ in made({"rule": rule}).problems()] == [("reminders", "rule", *path)]


class TestStale:
    RULE: ClassVar = {"type": "stale", "days": 30, "columns": ["last", "next"]}

    @pytest.mark.parametrize(("cells", "found"), [
        pytest.param({"last": ago(29)}, [], id="touched lately"),
        pytest.param({"last": ago(30)}, [(TODAY, 0)], id="on the day"),
        pytest.param({"last": ago(90), "next": ago(40)}, [(ago(10), 0)], id="the later of two"),
        pytest.param({"last": ago(90), "next": TODAY + timedelta(9)}, [], id="something is to come"),
        pytest.param({}, [], id="no day at all: another rule"),
        pytest.param({"last": "x", "next": ago(31)}, [(ago(1), 0)], id="one of them unreadable"),
    ])  # fmt: skip
    def test_when(self, cells, found):
        assert steps(self.RULE, row(**cells)) == found

    def test_a_row_of_which_nothing_can_be_read_is_reported(self):
        (found,) = ask(self.RULE, row(last="x"))
        assert (found.reason.value, found.text) == ("date_bad", "x")

    def test_where_to_look_is_the_latest_day(self):
        (found,) = ask(self.RULE, row(last=ago(90), next=ago(40)))
        assert found.column == "next"


class TestMissing:
    def test_asked_on_mondays_as_long_as_it_is_blank(self):
        rule = {"type": "missing", "columns": ["phone"]}
        monday = date(2026, 3, 2)
        for day in range(7):
            assert steps(rule, row(), today=monday + timedelta(day)) == [(monday, 0)]
        assert steps(rule, row(), today=monday + timedelta(7)) == [(monday + timedelta(7), 0)]
        assert steps(rule, row(phone="1")) == []

    def test_every_blank_cell_is_named_once(self):
        (found,) = ask({"type": "missing", "columns": ["phone", "next"], "one_of": ["next", "last"]}, row())
        assert found.columns == ("phone", "next", "last")

    def test_one_of_several_is_enough(self):
        rule = {"type": "missing", "one_of": ["next", "last"]}
        assert [id_ for id_, *_ in told(rule, row(), row(2, last=ago(1)))] == ["C001"]

    def test_a_wrong_cell_is_not_blank(self):
        assert ask({"type": "missing", "columns": ["next"]}, row(next="soon")) == []

    def test_counted_from_the_day_on_which_the_row_was_made(self):
        rule = {
            "type": "missing",
            "columns": ["next"],
            "since": "since",
            "after": 3,
            "overdue": {"every": 7, "times": 1},
        }
        assert steps(rule, row(since=ago(2))) == []
        assert steps(rule, row(since=ago(3))) == [(TODAY, 0)]
        assert steps(rule, row(since=ago(10))) == [(ago(7), 7)]
        assert steps(rule, row()) == []

    def test_daily_over_a_long_holiday_is_the_last_working_day(self):
        rule = {"type": "missing", "columns": ["next"], "every": 1, "working_days": "after"}
        assert steps(rule, row(), today=date(2026, 2, 23)) == [(date(2026, 2, 14), 0)]
        assert steps(rule, row(), today=date(2026, 2, 24)) == [(date(2026, 2, 24), 0)]


class TestYearly:
    RULE: ClassVar = {"type": "yearly", "date": "last", "before": [7]}

    @pytest.mark.parametrize(("born", "today", "found"), [
        pytest.param(date(1990, 3, 12), TODAY, [], id="too early"),
        pytest.param(date(1990, 3, 11), TODAY, [(date(2026, 3, 11), -7)], id="a week before"),
        pytest.param(date(1990, 3, 4), TODAY, [(TODAY, 0)], id="on the day"),
        pytest.param(date(2026, 3, 4), TODAY, [], id="the day itself is no anniversary"),
        pytest.param(date(1990, 1, 2), date(2025, 12, 30), [(date(2026, 1, 2), -7)], id="over New Year"),
        pytest.param(date(1996, 2, 29), date(2027, 2, 28), [(date(2027, 2, 28), 0)], id="29 February in a common year"),
        pytest.param(date(1996, 2, 29), date(2028, 2, 28), [(date(2028, 2, 29), -7)], id="29 February in a leap year"),
        pytest.param(TODAY + timedelta(400), TODAY, [], id="not yet born"),
    ])  # fmt: skip
    def test_when(self, born, today, found):
        assert steps(self.RULE, row(last=born), today=today) == found

    def test_what_lies_long_back_is_not_asked_again_every_day(self):
        assert steps(self.RULE, row(last=date(1990, 11, 1))) == []

    @given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(1901, 2100))
    def test_an_anniversary_is_at_most_a_day_off(self, day, year):
        found = anniversary(day, year)
        assert (found.year, found.month) == (year, day.month)
        assert found.day == day.day or (day.month, day.day, found.day) == (2, 29, 28)


class TestReceivable:
    RULE: ClassVar = {
        "type": "receivable",
        "date": "next",
        "amount": "amount",
        "paid": "paid",
        "overdue": {"every": 7, "times": 3},
    }

    @pytest.mark.parametrize(("cells", "left"), [
        pytest.param({"amount": 100}, Decimal(100), id="nothing paid"),
        pytest.param({"amount": 100, "paid": 60.5}, Decimal("39.5"), id="a part"),
        pytest.param({"amount": 100, "paid": 100}, "settled", id="all"),
        pytest.param({"amount": 100, "paid": 101}, "settled", id="more than all"),
        pytest.param({}, None, id="the amount is not there yet: reminded all the same"),
        pytest.param({"amount": "x"}, None, id="the amount cannot be read: the same"),
    ])  # fmt: skip
    def test_what_is_left(self, cells, left):
        found = ask(self.RULE, row(next=TODAY, **cells))
        assert [one.left for one in found] == ([] if left == "settled" else [left])

    def test_an_amount_is_a_number(self):
        rule = {**self.RULE, "amount": "name"}
        assert [where for where, _ in made({"rule": rule}).problems()] == [("reminders", "rule", "amount")]


@pytest.mark.parametrize("rule", [
    pytest.param({"type": "date", "date": "next", "on_day": False}, id="date"),
    pytest.param({"type": "yearly", "date": "next", "on_day": False}, id="yearly"),
    pytest.param({"type": "receivable", "date": "next", "amount": "amount", "on_day": False}, id="receivable"),
    pytest.param({"type": "missing"}, id="missing"),
])  # fmt: skip
def test_a_rule_that_never_reminds_is_a_problem(rule):
    assert ["never reminds" in message for _, message in made({"rule": rule}).problems()] == [True]
