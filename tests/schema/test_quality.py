"""What is worth a look although nothing is wrong: each kind at work, what it refuses, and what is asked unless somebody says so."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from sheetcrm.schema import loader
from sheetcrm.schema.quality import Finding, Rows, StaleFinding, usual
from sheetcrm.schema.template import Template

TODAY = date(2026, 6, 15)
DATA = {
    "version": 1,
    "title": "Shop",
    "sheets": {
        "customers": {
            "title": "Customers",
            "key": "id",
            "columns": {
                "id": {"type": "id", "title": "ID"},
                "stage": {"type": "choice", "title": "Stage", "options": ["lead", "won"]},
                "day": {"type": "date", "title": "Day"},
                "met": {"type": "date", "title": "Met"},
            },
        },
        "orders": {
            "title": "Orders",
            "columns": {"customer": {"type": "reference", "to": "customers", "title": "Customer"}, "day": {"type": "date", "title": "Day"}},
        },
    },
}  # fmt: skip


def template(quality=None, sheet="customers"):
    sheets = {**DATA["sheets"], sheet: {**DATA["sheets"][sheet], **({} if quality is None else {"quality": quality})}}
    return Template.model_validate({**DATA, "sheets": sheets})


class Known(dict):
    """Other sheets, as rules ask for them."""

    def values(self, sheet, column):
        return self.get((sheet, column))


def days(*ago):
    return [None if one is None else TODAY - timedelta(one) for one in ago]


def found(finding, values, sheet="customers", orders=None, **options):
    context = template().context("en", TODAY)
    lookup = Known({("orders", "customer"): orders} if orders is not None else {})
    made = Finding.choose(finding)
    return [
        (at, key)
        for at, key, bad in made.find(Rows(sheet, values, context, TODAY, lookup, **options))
        if bad.code == made.type
    ]


@pytest.mark.parametrize(("ago", "stale"), [
    pytest.param((30, None), True, id="just as many days ago"),
    pytest.param((29, 200), False, id="one of the days is later"),
    pytest.param((-5, 200), False, id="something is planned"),
    pytest.param((None, None), False, id="no day at all says nothing"),
])  # fmt: skip
def test_stale_by_the_days_of_the_row(ago, stale):
    values = {"id": ["C1"], "stage": ["lead"], "day": days(ago[0]), "met": days(ago[1])}
    assert found({"type": "stale", "days": 30}, values) == ([(0, "id")] if stale else [])


@pytest.mark.parametrize(("ago", "sight", "stale"), [
    pytest.param(200, (10, True), False, id="the row has changed since the snapshot before"),
    pytest.param(200, (10, False), True, id="seen for the first time: its own days count"),
    pytest.param(None, (40, False), True, id="without days the first sight counts"),
    pytest.param(None, (10, True), False, id="changed lately"),
])  # fmt: skip
def test_stale_by_the_last_snapshot(ago, sight, stale):
    values = {"id": ["C1"], "stage": ["lead"], "day": days(ago), "met": [None]}
    changed = [(TODAY - timedelta(sight[0]), sight[1])]
    assert found({"type": "stale", "days": 30}, values, changed=changed) == ([(0, "id")] if stale else [])


def test_rows_in_states_that_end_it_are_left_in_peace():
    values = {"id": ["C1", "C2"], "stage": ["lead", "won"], "day": [None, None], "met": days(99, 99)}
    assert found({"type": "undated", "date": "day", "unless": {"stage": "won"}}, values) == [(0, "day")]
    assert found({"type": "stale", "columns": ["met"], "unless": {"stage": "won"}}, values) == [(0, "met")]


def test_a_customer_without_any_order_and_an_order_of_nobody():
    values = {"id": ["C1", "C2", None], "stage": [None] * 3, "day": [None] * 3, "met": [None] * 3}
    assert found("childless", values, orders=["C1", None]) == [(1, "id")]
    assert found("childless", values) == [], "a sheet that was not read says nothing"
    assert found(
        {"type": "orphan", "column": "customer"}, {"customer": ["C1", None], "day": [None, None]}, "orders"
    ) == [(1, "customer")]


def test_a_column_that_was_not_read_says_nothing():
    assert found({"type": "undated", "date": "day"}, {"id": ["C1"]}) == []


@pytest.mark.parametrize(("quality", "message"), [
    pytest.param([{"type": "stale", "columns": ["stage"]}], "stage is not a date", id="stale by what is no day"),
    pytest.param([{"type": "undated", "date": "dya"}], "did you mean day?", id="a column that is not there"),
    pytest.param([{"type": "undated", "date": "day", "unless": {"stage": ["wno"]}}], "did you mean won?", id="no such option"),
    pytest.param([{"type": "childless", "by": ["orders.day"]}], "orders.day is not a reference to customers; orders.customer are", id="no reference"),
])  # fmt: skip
def test_what_does_not_fit_the_template_is_refused(quality, message):
    assert [message in text for _, text in template(quality).problems()] == [True]


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValidationError, match="did you mean stale"):
        template(["stal"])


def test_nothing_refers_to_a_log():
    assert [text for _, text in template(["childless"], "orders").problems()] == ["nothing refers to orders"]


@pytest.mark.parametrize("kind", Finding.members().values(), ids=lambda kind: kind.model_fields["type"].default)
def test_every_kind_has_an_example_that_fits(kind):
    made = {"type": kind.model_fields["type"].default, **kind.example}
    sheet = "orders" if "column" in kind.example else "customers"
    assert list(template([made], sheet).problems()) == []


def test_what_is_asked_unless_somebody_says_so():
    assert [one.type for one in usual("customers", template())] == ["childless"]
    assert [one.type for one in usual("orders", template())] == ["orphan"]
    pipeline = loader.load(loader.find("pipeline"))
    stale, undated, childless = usual("progress", pipeline)
    assert stale == StaleFinding(days=30, columns=("last",), unless={"stage": ("won", "lost")})
    assert (undated.date, childless.type) == ("next", "childless")


def test_what_is_asked_fits_every_template():
    for file in loader.find("pipeline").parent.glob("*.yaml"):
        made = loader.load(file)
        for sheet in made.records:
            for one in usual(sheet, made):
                assert list(one.problems(sheet, made.context("en"))) == [], (file.name, sheet)
