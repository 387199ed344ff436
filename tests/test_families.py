"""
Every member of every family keeps what its family promises.

The members are found, not listed: a new class is tested from the moment it exists.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetcrm.schema.columns.base import BadCell, Column, Place
from sheetcrm.schema.highlights import Highlight
from sheetcrm.schema.reminders import ReminderRule
from sheetcrm.schema.rules import Rule
from sheetcrm.schema.sheet_rules import SheetRule
from sheetcrm.schema.template import Template

from .schema.model_sheet import STAGES, TODAY, column, plan, template

FAMILIES = (Column, Rule, SheetRule, Highlight, ReminderRule)
COLUMNS = list(Column.members().values())
RULES = [(rule, example) for rule in Rule.members().values() for example in rule.examples]
SHEET_RULES = [(rule, example) for rule in SheetRule.members().values() for example in rule.examples]

CELLS = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**15), 10**15), st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20), st.sampled_from(["#REF!", "", "13800138000", "2026-1-2", "40%", "a@b.co", "是", "潜在客户"]),
)  # fmt: skip


def name(member):
    return member.model_fields["type"].default if isinstance(member, type) else None


def of(kind):
    return column({"type": name(kind), **kind.example_settings})


NEAR = [*"0123456789aZ@.-_/:+ #客\n\u200b\u00a0％", "+86", "https://", "13800138000"]
"""What people type beside the right thing."""


class TestColumns:
    @pytest.mark.parametrize("kind", COLUMNS, ids=name)
    def test_examples_mean_what_they_say(self, kind):
        made, context = of(kind)
        assert kind.examples
        values, bad = made.parse([cell for cell, _ in kind.examples], context)
        assert not bad
        assert values == [value for _, value in kind.examples]

    @pytest.mark.parametrize("kind", COLUMNS, ids=name)
    def test_nonsense_is_refused_by_a_code_and_a_text(self, kind):
        made, context = of(kind)
        assert kind.nonsense
        values, bad = made.parse(kind.nonsense, context)
        assert sorted(bad) == list(range(len(kind.nonsense)))
        assert values == [None] * len(kind.nonsense)
        assert all(issue.code.isidentifier() and str(issue) for issue in bad.values())

    @pytest.mark.parametrize("kind", COLUMNS, ids=name)
    def test_what_was_parsed_is_parsed_again_from_what_is_dumped(self, kind):
        made, context = of(kind)
        values = [value for _, value in kind.examples]
        assert made.parse([made.dump(value, context) for value in values], context) == (values, {})

    @pytest.mark.parametrize("kind", COLUMNS, ids=name)
    def test_a_blank_cell_is_never_wrong(self, kind):
        made, context = of(kind)
        assert made.parse(["", None], context) == ([made.blank(), made.blank()], {})
        assert made.dump(None, context) is None

    @pytest.mark.parametrize("kind", COLUMNS, ids=name)
    def test_a_failed_formula_is_an_issue_in_every_type(self, kind):
        made, context = of(kind)
        _, bad = made.parse(["#REF!", "#N/A"], context)
        assert [issue.code for issue in bad.values()] == ["error_value"] * 2

    @pytest.mark.parametrize("kind", COLUMNS, ids=name)
    @given(cells=st.lists(CELLS, max_size=8))
    def test_no_cell_stops_a_column(self, kind, cells):
        made, context = of(kind)
        values, bad = made.parse(cells, context)
        assert len(values) == len(cells)
        good = [value for offset, value in enumerate(values) if offset not in bad and value is not None]
        assert all(isinstance(value, made.python_type) for value in good)

    @pytest.mark.parametrize("kind", COLUMNS, ids=name)
    @given(cells=st.lists(CELLS, max_size=8))
    def test_whatever_parses_survives_the_way_there_and_back(self, kind, cells):
        made, context = of(kind)
        values, bad = made.parse(cells, context)
        good = [value for offset, value in enumerate(values) if offset not in bad]
        assert made.parse([made.dump(value, context) for value in good], context) == (good, {})

    @pytest.mark.parametrize("kind", COLUMNS, ids=name)
    @given(cells=st.lists(CELLS, max_size=8))
    def test_a_column_at_a_time_is_cell_by_cell(self, kind, cells):
        made, context = of(kind)
        values, bad = made.parse(cells, context)
        for offset, cell in enumerate(cells):
            one, wrong = made.parse([cell], context)
            assert one == [values[offset]]
            assert bool(wrong) == (offset in bad)

    @pytest.mark.parametrize("kind", COLUMNS, ids=name)
    @given(data=st.data())
    def test_what_is_right_at_a_glance_is_right_at_a_closer_look(self, kind, data):
        made, context = of(kind)
        right = made.right(context)
        known = [cell for cell in ("", *(cell for cell, _ in kind.examples), *kind.nonsense) if isinstance(cell, str)]
        text = data.draw(st.sampled_from(known))
        for _ in range(data.draw(st.integers(0, 4))):
            at = data.draw(st.integers(0, len(text)))
            text = text[:at] + data.draw(st.sampled_from(NEAR)) + text[at + data.draw(st.integers(0, 1)) :]
        if right is not None and text:
            assert right.seen([text, "", text]) == ([text, "", text] if right.one(text) else [None, "", None])
        if right is not None and right.one(text):
            assert made.parse_cell(text, context) == text
            assert made.parse([text], context) == ([text], {})

    @pytest.mark.parametrize("kind", COLUMNS, ids=name)
    @pytest.mark.parametrize("part", ["1", " ", "1 ", ",", "客", "a@", "-", "(", "2026-", ".", "https://"])
    def test_the_longest_cell_is_no_trouble(self, kind, part):
        made, context = of(kind)
        long = ("¥1" + part * 50_000)[:49_999] + "x"
        values, bad = made.parse([long], context)
        assert values == [long] or sorted(bad) == [0]

    @pytest.mark.parametrize("kind", COLUMNS, ids=name)
    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_it_compiles_to_a_header_and_a_width(self, kind, language):
        _, context = of(kind)
        state = context.template.compile(language)
        kinds = {address.kind for address in state if (address.sheet, address.column) == ("customers", "x")}
        assert {"column", "header", "header_style", "width", "look"} <= kinds

    @pytest.mark.parametrize("kind", COLUMNS, ids=name)
    def test_the_value_does_not_depend_on_the_language(self, kind):
        made, context = of(kind)
        english = context.template.context("en", TODAY)
        for cell, value in kind.examples:
            assert made.parse([cell], english)[0] == [value]
            assert made.parse([made.dump(value, english)], context)[0] == [value]


class TestRules:
    def test_every_rule_shows_itself_at_work(self):
        assert {rule for rule, _ in RULES} == set(Rule.members().values())

    @pytest.mark.parametrize(("rule", "example"), RULES, ids=lambda one: name(one) or "")
    def test_examples(self, rule, example):
        settings, values, wrong = example
        made, context = rule_in_a_sheet(rule, settings)
        found = list(made.check(Place("customers", "x"), values, context, Team()))
        assert [offset for offset, _ in found] == wrong
        assert all(isinstance(bad, BadCell) and str(bad) for _, bad in found)

    @pytest.mark.parametrize(("rule", "example"), RULES, ids=lambda one: name(one) or "")
    def test_it_is_not_asked_in_the_states_that_it_excepts(self, rule, example):
        settings, values, _ = example
        made, context = rule_in_a_sheet(rule, {**settings, "unless": {"stage": ["won"]}})
        stages = {"stage": ["won"] * len(values["x"])}
        assert not list(made.check(Place("customers", "x"), {**values, **stages}, context, Team()))
        condition = made.condition(Place("customers", "x"), context)
        assert condition is None or "{stage}" in condition.values[0]

    @pytest.mark.parametrize(("rule", "example"), RULES, ids=lambda one: name(one) or "")
    def test_a_sheet_that_was_not_read_gives_no_issues_about_it(self, rule, example):
        settings, values, wrong = example
        made, context = rule_in_a_sheet(rule, settings)
        found = list(made.check(Place("customers", "x"), values, context, Unread()))
        assert [offset for offset, _ in found] in (wrong, [])

    @pytest.mark.parametrize(("rule", "example"), SHEET_RULES, ids=lambda one: name(one) or "")
    def test_rules_over_several_columns(self, rule, example):
        settings, values, wrong = example
        texts = {key: {"type": "text", "title": key} for key in ("x", "y")}
        made = template(columns=texts, rules=[{"type": name(rule), **settings}])
        found = list(made.sheets["customers"].rules[0].check("customers", values, made.context("zh")))
        assert [offset for offset, _, _ in found] == wrong


class TestHighlights:
    @pytest.mark.parametrize("kind", Highlight.members().values(), ids=name)
    def test_it_colours_something(self, kind):
        made = template(
            highlights=[{"type": name(kind), **kind.example}],
            columns={"must": {"type": "text", "title": "Must", "required": True}},
        )
        formats = list(made.sheets["customers"].highlights[0].formats("customers", made.context("zh")))
        assert formats
        looks = [one for one in formats if not one.gradient]
        assert all(one.formula.startswith("=") and (one.background or one.foreground or one.bold) for one in looks)
        assert all(len(one.gradient) in (2, 3) for one in formats if one not in looks)

    @pytest.mark.parametrize(
        "kind", [kind for kind in Highlight.members().values() if "column" in kind.model_fields], ids=name
    )
    def test_a_missing_column_is_a_problem(self, kind):
        data = plan(highlights=[{"type": name(kind), **kind.example, "column": "dya"}])
        assert any("no such column" in message for _, message in Template.model_validate(data).problems())


class TestReminders:
    @pytest.mark.parametrize("kind", ReminderRule.members().values(), ids=name)
    def test_the_example_fits(self, kind):
        assert list(reminded(kind, {}).problems()) == []

    @pytest.mark.parametrize("setting", ["sheet", "owner", "date"])
    @pytest.mark.parametrize("kind", ReminderRule.members().values(), ids=name)
    def test_what_it_names_and_is_not_there_is_a_problem(self, kind, setting):
        if setting in kind.model_fields:
            assert [path[-1] for path, _ in reminded(kind, {setting: "nothing"}).problems()] == [setting]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.family)
def test_every_member_says_what_it_is(family):
    assert all(member.__doc__ for member in family.members().values())


def reminded(kind, settings):
    rule = {"type": name(kind), "title": "Call", "sheet": "customers", "owner": "owner", **kind.example, **settings}
    deposit = {"type": "money", "title": {"zh": "定金", "en": "Deposit"}}
    return Template.model_validate({**plan(columns={"deposit": deposit}), "reminders": {"call": rule}})


def rule_in_a_sheet(rule, settings):
    columns = {key: {"type": rule.suits, "title": key} for key in ("x", "y")}
    columns["x"]["rules"] = [{"type": name(rule), **settings}]
    made = template(columns=columns)
    return made.sheets["customers"].columns["x"].rules[0], made.context("zh", TODAY)


class Team:
    """A spreadsheet in which only Ann works."""

    def values(self, sheet, column):
        return {("team", "name"): ["Ann"]}[sheet, column]


class Unread:
    """A spreadsheet of which only one sheet was read."""

    def values(self, sheet, column):
        return None


def test_the_model_sheet_has_the_options_that_examples_name():
    assert set(STAGES) == {"lead", "won"}
