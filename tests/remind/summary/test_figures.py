"""The figures of a week: those of a plain count over the same rows, whoever they are of."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
import shop
from hypothesis import given, settings
from hypothesis import strategies as st
from shop import MONDAY, TODAY, days, deal

from sheetcrm.remind.gather import needed
from sheetcrm.remind.summary.figures import figures
from sheetcrm.remind.summary.weeks import Week
from sheetcrm.schema.template import Template

WEEK = Week(MONDAY)
RATES = {"CNY": Decimal(1), "USD": Decimal("7.2"), "EUR": Decimal("7.8")}
NEAR = st.none() | st.integers(-20, 20).map(lambda count: TODAY + timedelta(count))
CENTS = st.none() | st.integers(0, 10**8).map(lambda cents: cents / 100)
CELLS = st.fixed_dictionaries({
    "stage": st.sampled_from(["Lead", "Offer", "Won", "Lost"]),
    "owner": st.sampled_from(["Ann", "Bob", "Eve", ""]),
    "currency": st.sampled_from(["", "CNY", "USD", "EUR", "JPY"]),
    "amount": CENTS, "paid": CENTS,
    **dict.fromkeys(("created", "closed", "next", "due"), NEAR),
})  # fmt: skip
DESKS = st.lists(CELLS, max_size=30).map(lambda rows: [deal(at, **_filled(row)) for at, row in enumerate(rows)])


def _filled(row):
    return {key: "" if value is None else value for key, value in row.items()}


def told(rows, week=WEEK, today=TODAY, scope=None, **options):
    return figures(shop.reading(rows, **options), "weekly", week, today=today, language="en", scope=scope)


def money(rows, amount=lambda row: row["amount"]):
    """Sums by currency, the sum of what has a rate, and how many have none: by hand."""
    found, total, without = Counter(), Decimal(0), 0
    for row in rows:
        if amount(row) == "":
            continue
        value, code = Decimal(str(amount(row))), row["currency"] or "CNY"
        found[code] += value
        if code in RATES:
            total += value if code == "CNY" else (value * RATES[code]).quantize(Decimal("0.01"), ROUND_HALF_UP)
        else:
            without += 1
    return dict(found), total, without


def as_money(tally):
    return tally.sums, tally.home, tally.unrated


def between(row, key, first, last):
    return row[key] != "" and first <= row[key] <= last


def left(row):
    """What is still to be paid; nothing known where no amount stands."""
    return "" if row["amount"] == "" else Decimal(str(row["amount"])) - Decimal(str(row["paid"] or 0))


@settings(max_examples=40, deadline=None)
@given(rows=DESKS, scope=st.sampled_from([None, frozenset(["ann", "bob"]), frozenset(["eve"])]))
def test_the_same_as_counted_by_hand(rows, scope):
    found = told(rows, scope=scope)
    mine = [row for row in rows if scope is None or row["owner"].casefold() in scope]
    open_ = [row for row in mine if row["stage"] in ("Lead", "Offer")]
    assert (found.open.rows, *as_money(found.open)) == (len(open_), *money(open_))
    assert [(one.title, one.tally.rows, *as_money(one.tally)) for one in found.stages] == [
        (stage, len(part), *money(part)) for stage in ("Lead", "Offer") for part in [[row for row in open_ if row["stage"] == stage]]
    ]  # fmt: skip
    kinds = {"new": ("created", None), "won": ("closed", "Won"), "lost": ("closed", "Lost")}
    for change in found.changes:
        key, stage = kinds[change.key]
        of = [row for row in mine if stage in (None, row["stage"])]
        week = [row for row in of if between(row, key, MONDAY, days(6))]
        before = [row for row in of if between(row, key, days(-7), days(-1))]
        assert (change.week.rows, change.before.rows) == (len(week), len(before))
        if change.key == "won":
            assert (as_money(change.week), as_money(change.before)) == (money(week), money(before))
    follow, pay = found.waiting
    assert follow.overdue.rows == sum(row["next"] != "" and row["next"] < TODAY for row in open_)
    assert follow.coming.rows == sum(between(row, "next", TODAY, TODAY + timedelta(6)) for row in open_)
    owed = [row for row in mine if row["due"] != "" and (left(row) == "" or left(row) > 0)]
    late = [row for row in owed if row["due"] < TODAY]
    soon = [row for row in owed if between(row, "due", TODAY, TODAY + timedelta(6))]
    assert (pay.overdue.rows, *as_money(pay.overdue)) == (len(late), *money(late, left))
    assert (pay.coming.rows, *as_money(pay.coming)) == (len(soon), *money(soon, left))
    assert {one.name: one.open for one in found.lines.values() if one.open} == dict(
        Counter(row["owner"] for row in open_)
    )
    assert sum(one.overdue for one in found.lines.values()) == follow.overdue.rows + pay.overdue.rows


def test_an_empty_week_says_nought():
    found = told([])
    assert (found.open.rows, found.lines, found.coming) == (0, {}, [])
    assert [(one.key, one.week.rows, one.before.rows) for one in found.changes] == [
        ("new", 0, 0),
        ("won", 0, 0),
        ("lost", 0, 0),
    ]
    assert [one.title for one in found.stages] == ["Lead", "Offer"]


def test_a_week_of_two_years_is_one_week():
    rows = [
        deal(1, created=date(2026, 12, 28)),
        deal(2, created=date(2027, 1, 3)),
        deal(3, created=date(2027, 1, 4)),
        deal(4, created=date(2026, 12, 27)),
    ]
    found = told(rows, week=Week.parse("2026-W53"), today=date(2027, 1, 4))
    assert (found.changes[0].week.rows, found.changes[0].before.rows) == (2, 1)


def test_any_week_can_be_told_at_any_time():
    rows = [deal(1, stage="Won", closed=days(-70), amount=5)]
    (won,) = (one for one in told(rows, week=Week(days(-70))).changes if one.key == "won")
    assert (won.week.rows, won.week.home) == (1, 5)


def test_what_cannot_be_read_is_counted_by_whose_it_is_and_stands_in_no_stage():
    found = told([deal(1, stage="wat", next="soon", amount="a lot"), deal(2, owner="Eve", due="31/31")])
    assert {name: one.unreadable for name, one in found.lines.items()} == {"bob": 3, "eve": 1}
    assert found.unreadable == 4
    assert [(one.title, one.tally.rows) for one in found.stages] == [("Lead", 1), ("Offer", 0), ("", 1)]


def test_a_blank_rate_is_no_rate():
    found = told([deal(1, amount=10, currency="USD")], rates=[{"currency": "USD", "rate": ""}])
    assert (found.open.unrated, found.open.home) == (1, 0)


def test_example_rows_are_in_no_figure():
    sample = {"id": "SAMPLE-1", "name": "Sample", "stage": "lead", "created": "+0d", "owner": "Sam"}
    raw = shop.raw()
    raw["sheets"]["deals"]["samples"] = [sample]
    with_sample = Template.model_validate(raw)
    rows = [{**deal(1, created=MONDAY, next="soon"), "id": "SAMPLE-1"}, deal(2, created=MONDAY)]
    found = figures(shop.reading(rows, made=with_sample), "weekly", WEEK, today=TODAY, language="en")
    assert (found.open.rows, found.changes[0].week.rows, found.unreadable) == (1, 1, 0)


def test_what_stands_in_another_sheet_is_of_whom_its_reference_leads_to():
    made = shop.template(shop.weekly(won={"sheet": "orders", "date": "day", "amount": "price", "title": "Sold"}))
    orders = [
        {"id": "O1", "deal": "D001", "day": days(2), "price": 70},
        {"id": "O2", "deal": "D002", "day": days(3), "price": 30},
        {"id": "O3", "deal": "D999", "day": days(3), "price": 5},
        {"id": "O4", "deal": "D001", "day": days(-2), "price": 1},
    ]
    rows = [deal(1, owner="Bob"), deal(2, owner="Eve")]
    assert list(made.problems()) == []
    all_, bobs = (told(rows, orders=orders, made=made, scope=scope).changes[1] for scope in (None, frozenset(["bob"])))
    assert (all_.title, all_.week.rows, all_.week.home, all_.before.rows) == ("Sold", 3, 105, 1)
    assert (bobs.week.rows, bobs.week.home) == (1, 70)


def test_columns_that_are_gone_give_no_figures_and_no_failure():
    reading = shop.reading([deal(1, created=MONDAY)])
    without = {key: extract for key, extract in reading.extracts.items() if key != "rates"}
    found = figures(replace(reading, extracts=without), "weekly", WEEK, today=TODAY, language="en")
    assert found.open.rows == 1


def test_everything_that_it_reads_is_asked_for():
    made = shop.template(shop.weekly(won={"sheet": "orders", "date": "day", "amount": "price"}))
    assert {
        "deals.created",
        "deals.currency",
        "deals.amount",
        "orders.day",
        "orders.deal",
        "orders.price",
        "rates.rate",
        "rates.currency",
    } <= needed(made)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_programs_get_plain_data(language):
    found = told([deal(1, amount=12.5, next=TODAY)], language=language).json()
    assert json.loads(json.dumps(found)) == found
    assert (found["week"], found["stages"][0]["amounts"], found["coming"][0]["id"]) == (
        "2026-W10",
        {"CNY": "12.5"},
        "D001",
    )
