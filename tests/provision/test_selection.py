"""The part of a plan that is meant; what is left out comes with the next whole plan."""

from __future__ import annotations

import pytest

from sheetcrm.errors import UsageError
from sheetcrm.provision import Selection

from .bakery import actions, bakery

STAGE = "      stage:\n"
PHONE = "      phone: {type: phone, title: {zh: 电话, en: Phone}}\n"


@pytest.fixture
def newer(tmp_path):
    """A wider name, a new column and a formula that reads it."""
    formula = "SUMIFS({orders.amount},{orders.customer},{id})"
    return bakery(
        tmp_path, was="required: true}\n      stage", now="required: true, width: 333}\n      stage",
        was1=STAGE, now1=PHONE + STAGE, was2=formula, now2=f'IF({{phone}}=1,0,{formula})',
    )  # fmt: skip


def only(*patterns):
    return Selection(only=patterns)


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        pytest.param(only("customers.name"), {"customers.name.width"}, id="a column"),
        pytest.param(only("*.width"), {"customers.name.width"}, id="a kind of what is there"),
        pytest.param(Selection(without=("customers.phone", "customers.spent")), {"customers.name.width"}, id="all but"),
    ],
)
def test_nothing_else_is_done(desk, newer, selection, expected):
    if "*.width" in selection.only:
        selection = Selection(("*.width",), ("customers.phone",))
    plan = desk.apply(newer, selection=selection)
    assert {str(change.address) for change in plan.changes if change.address.kind != "memory"} == expected
    rest = actions(desk.plan(newer))
    assert ("create", "customers.phone.column") in rest
    assert ("update", "customers.name.width") not in rest


def test_what_needs_something_that_was_left_out_is_refused(desk, newer):
    plan = desk.plan(newer, selection=only("customers.spent"))
    assert "customers.spent.formula needs customers.phone, which is not there yet" in plan.text()
    assert desk.plan(newer, selection=only("customers.spent", "customers.phone")).refusals == ()


def test_a_part_and_then_the_rest_is_the_whole(desk, newer):
    desk.apply(newer, selection=only("customers.phone"))
    desk.apply(newer)
    assert desk.plan(newer).changes == ()


def test_a_part_with_nothing_to_do_does_nothing(desk, newer):
    assert desk.plan(newer, selection=only("team")).changes == ()


def test_a_word_that_means_nothing_is_an_error_with_the_nearest_one(desk):
    with pytest.raises(UsageError, match="nothing here is called custmers; did you mean customers"):
        desk.plan(selection=only("custmers"))
