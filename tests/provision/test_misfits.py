"""A type or a list of options that changes under cells that people filled."""

from __future__ import annotations

import pytest

from .bakery import bakery

OPTIONS = "options: {lead: {zh: 潜在, en: Lead, color: grey}, won: {zh: 成交, en: Won, color: green}}"


def rows(desk):
    desk.tab("客户").update([["C1", "Ann", "潜在"], ["C2", "Bob", "成交"], ["C3", "Zoe", "潜在"]], "A2", raw=True)


@pytest.mark.parametrize(
    ("was", "now", "says"),
    [
        pytest.param(
            OPTIONS,
            "options: {cold: {zh: 冷, en: Cold, color: grey}, won: {zh: 成交, en: Won, color: green}}",
            "customers.stage has 2 cells that would make no sense any more: C2 '潜在', C4 '潜在'",
            id="an option that is not there any more",
        ),
        pytest.param(
            "name: {type: text,",
            "name: {type: integer,",
            "customers.name has 3 cells",
            id="a text that becomes a number",
        ),
    ],
)
def test_cells_that_would_make_no_sense_are_listed_and_refused(desk, tmp_path, was, now, says):
    rows(desk)
    replaced = {"was1": "stage: lead", "now1": "stage: won", "was2": "name: Ann", "now2": "name: 1",
                "was3": 'name: "=Bob"', "now3": "name: 2"}  # fmt: skip
    newer = bakery(tmp_path, was=was, now=now, **replaced)
    plan = desk.plan(newer)
    assert says in plan.text()
    assert [refusal.flag for refusal in plan.refusals] == ["misfits"]
    assert plan.requests == ()
    desk.apply(newer, allow={"misfits"})
    assert desk.plan(newer).changes == ()


def test_an_option_that_is_only_called_otherwise_is_no_misfit(desk, tmp_path):
    rows(desk)
    newer = bakery(tmp_path, was="lead: {zh: 潜在,", now="lead: {zh: 冷, was: [潜在],")
    assert desk.plan(newer).refusals == ()


def test_what_was_nonsense_before_does_not_stop_a_plan_that_changes_something_else(desk, tmp_path):
    desk.tab("客户").update([["C1", "Ann", "nonsense"]], "A2", raw=True)
    wider = bakery(tmp_path, was="required: true}\n      stage", now="required: true, width: 333}\n      stage")
    assert desk.plan(wider).refusals == ()
