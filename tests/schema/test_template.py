"""What a template can be asked, and what does not fit together in it."""

from __future__ import annotations

import subprocess
import sys

import pytest
from pydantic import ValidationError

from sheetcrm.schema.rules import Rule
from sheetcrm.schema.template import Template, json_schema

from .model_sheet import TODAY, plan, template


def problems(**customers):
    return [
        (".".join(map(str, path)), message) for path, message in Template.model_validate(plan(**customers)).problems()
    ]


@pytest.mark.parametrize(
    ("settings", "path", "message"),
    [
        pytest.param({"type": "text", "rules": [{"type": "range", "min": 1}]}, "rules.0", "a range is for numbers and dates", id="range of a text"),
        pytest.param({"type": "date", "rules": [{"type": "range", "min": "soon"}]}, "rules.0.min", "soon is not a date", id="bound that is no day"),
        pytest.param({"type": "date", "rules": [{"type": "after", "column": "stage"}]}, "rules.0.column", "stage cannot be compared with x", id="a day after a stage"),
        pytest.param({"type": "text", "rules": [{"type": "exists_in", "target": "team.nme"}]}, "rules.0.target", "no such column in team: nme; did you mean name?", id="looked up in a missing column"),
        pytest.param({"type": "text", "rules": [{"type": "exists_in", "target": "lists"}]}, "rules.0.target", "lists has no key: to look in", id="looked up in a sheet without key"),
        pytest.param({"type": "integer", "rules": [{"type": "one_of", "values": [1, "two"]}]}, "rules.0.values.1", "two is not a number", id="allowed value of another type"),
        pytest.param({"type": "choice", "options_from": "team.name"}, "options_from", "team.name is not a column of type list", id="options from no list"),
        pytest.param({"type": "choice", "options_from": "lists"}, "options_from", "lists has no key: to look in", id="options from a whole sheet"),
        pytest.param({"type": "money", "currency_from": "cur"}, "currency_from", "no such column in customers: cur", id="currency from nowhere"),
        pytest.param({"type": "formula", "result": "text", "formula": "{x}&1"}, "formula", "depends on itself: customers.x → customers.x", id="a formula of itself"),
        pytest.param({"type": "formula", "result": "text", "formula": "1", "unique": True}, "unique", "nobody can put right what a formula gives; make the columns unique that it looks at", id="unique on a formula"),
        pytest.param({"type": "choice", "options": [f"o{n}" for n in range(501)]}, "options", "501 options, and a dropdown holds 500; put them into a column of a lists sheet, and use options_from:", id="a dropdown that is too long"),
        pytest.param({"type": "integer", "rules": [{"type": "one_of", "values": list(range(501))}]}, "rules.0.values", "501 options, and a dropdown holds 500; put them into a column of a lists sheet, and use options_from:", id="a list of values that is too long"),
        pytest.param({"type": "choices", "options": {f"o{n}": "x" * 100 + str(n) for n in range(300)}}, "", "its validation has 62,236 characters, and Sheets holds 50,000; say it shorter", id="a condition that is too long"),
        pytest.param({"type": "text", "rules": ["past"]}, "rules.0", "x is not a date", id="a text in the past"),
        pytest.param({"type": "text", "rules": [{"type": "formula", "formula": "LEN({y})=6", "message": "six"}]}, "rules.0.formula", "no such column in customers: y", id="a rule about a missing column"),
        pytest.param({"type": "link", "to": "{web}", "label": "x"}, "to", "no such column in customers: web", id="a link to a missing column"),
        pytest.param({"type": "link", "to": "{day}", "label": "x"}, "to", "day is not a column of type url", id="a link to a day"),
        pytest.param({"type": "link", "to": "www.x.org/{id}", "label": "x"}, "to", "a link begins with https://, http:// or mailto:, or is one column in braces", id="a link that leads nowhere"),
        pytest.param({"type": "link", "to": "tel:{id}", "label": "x"}, "to", "a link begins with https://, http:// or mailto:, or is one column in braces", id="a link that Sheets does not follow"),
        pytest.param({"type": "link", "to": "https://x.org", "label": "{nme}"}, "label", "no such column in customers: nme", id="a link called like a missing column"),
        pytest.param({"type": "link", "to": "https://x.org/{x}", "label": "x"}, "", "depends on itself: customers.x → customers.x", id="a link to itself"),
        pytest.param({"type": "currency", "rates": "rate"}, "rates", "no such sheet: rate; did you mean rates?", id="a rate tab that is not there"),
        pytest.param({"type": "currency", "rates": "team"}, "rates", "the key of team is not a column of type currency", id="a rate tab of people"),
        pytest.param({"type": "converted", "amount": "prce", "rate": "rates.rate"}, "amount", "no such column in customers: prce; did you mean price?", id="no amount to convert"),
        pytest.param({"type": "converted", "amount": "day", "rate": "rates.rate"}, "amount", "day is not a column of type money with currency_from:", id="a day to convert"),
        pytest.param({"type": "converted", "amount": "price", "rate": "rates.rte"}, "rate", "no such column in rates: rte; did you mean rate?", id="no rate to convert by"),
        pytest.param({"type": "converted", "amount": "price", "rate": "rates.currency"}, "rate", "rates.currency is not a column of numbers; expected sheet.column", id="a rate that is no number"),
        pytest.param({"type": "formula", "result": "text", "formula": "1", "filled": "nme"}, "filled", "no such column in customers: nme", id="filled by nothing"),
    ],
)  # fmt: skip
def test_a_column_that_does_not_fit(settings, path, message):
    place = ".".join(["sheets.customers.columns.x", *([path] if path else [])])
    assert problems(columns={"x": {"title": "X", **settings}}) == [(place, message)]


CHART = {"type": "column", "title": "C", "x": "name", "y": "amount"}


def test_a_column_called_as_a_kind_is_refused_only_where_two_things_would_have_one_address():
    width = {"chart": {"type": "text", "title": "Chart"}}
    assert problems(columns=width) == []
    ((path, message),) = [
        one for one in problems(columns=width, views={}, charts={"width": CHART}) if "would be" in one[1]
    ]
    assert path == "sheets.customers.columns.chart"
    assert message.startswith("customers.chart.width would be the width of this column and the chart width: call one")
    assert not [one for one in problems(columns=width, charts={"wide": CHART}) if "would be" in one[1]]


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({"type": "text", "rules": [{"type": "pattern", "pattern": "(", "example": "x"}]}, id="a pattern that is none"),
        pytest.param({"type": "text", "rules": [{"type": "pattern", "pattern": "(?=a)a", "example": "a"}]}, id="a pattern that Sheets lacks"),
        pytest.param({"type": "text", "rules": [{"type": "pattern", "pattern": "[0-9]+", "example": "a"}]}, id="an example that does not match"),
        pytest.param({"type": "number", "rules": ["range"]}, id="a range without bounds"),
        pytest.param({"type": "formula", "result": "formula", "formula": "1"}, id="a formula of a formula"),
        pytest.param({"type": "money", "currency": "RMB"}, id="no such currency"),
        pytest.param({"type": "phone", "country": "XX"}, id="no such country"),
        pytest.param({"type": "choice", "options": {"a": "Same", "b": "same"}}, id="two options of one title"),
        pytest.param({"type": "choice", "options": {"a": "b", "b": "c"}}, id="a title that is another option's key"),
        pytest.param({"type": "choice", "options": []}, id="no options"),
        pytest.param({"type": "choices", "options": ["a, b", "c"]}, id="a comma inside one of several"),
        pytest.param({"type": "text", "width": 5}, id="too narrow to see"),
        pytest.param({"type": "number", "unit": "kg"}, id="a unit behind who knows how many places"),
        pytest.param({"type": "integer", "unit": 'a"b'}, id="a unit with a quote"),
        pytest.param({"type": "currency", "of": ["CNY", "RMB"]}, id="a currency that is none"),
        pytest.param({"type": "currency", "of": ["CNY"], "rates": "rates"}, id="currencies from two places"),
        pytest.param({"type": "rating", "max": 1}, id="a rating of one star at most"),
    ],
)  # fmt: skip
def test_a_column_that_makes_no_sense_by_itself(settings):
    with pytest.raises(ValidationError):
        template(columns={"x": {"title": "X", **settings}})


def test_formulas_that_go_round_in_a_circle():
    columns = {
        "x": {"type": "formula", "title": "X", "result": "integer", "formula": "SUM({customers.y})"},
        "y": {"type": "formula", "title": "Y", "result": "integer", "formula": "{z}+1"},
        "z": {"type": "formula", "title": "Z", "result": "integer", "formula": "LEN({stage})+{x}"},
    }
    assert problems(columns=columns)[0] == (
        "sheets.customers.columns.x.formula",
        "depends on itself: customers.x → customers.y → customers.z → customers.x",
    )


def test_more_cells_than_a_spreadsheet_holds():
    columns = {f"x{number}": {"type": "text", "title": f"X{number}"} for number in range(100)}
    assert problems(rows=100_000, columns=columns) == [
        ("sheets", "more than 10,000,000 cells, which is all that a spreadsheet holds; lower rows:")
    ]


def test_a_sample_that_is_no_option_is_told_the_nearest_right_word():
    place = "sheets.customers.samples.0.stage"
    assert problems(samples=[{"id": "c1", "stage": "leed"}]) == [
        (place, "leed is not one of the options; did you mean lead?")
    ]


def test_samples_may_refer_to_first_rows():
    data = plan(samples=[{"id": "c1", "currency": "USD"}, {"id": "c2", "currency": "EUR"}])
    data["sheets"]["rates"]["seeds"] = [{"currency": "USD", "rate": 7}]
    found = {(".".join(map(str, path)), message) for path, message in Template.model_validate(data).problems()}
    place = "sheets.customers.samples.1.currency"
    assert found == {(place, f"breaks its rule exists_in: EUR is not in {title}") for title in ("汇率", "Rates")}


def test_seeds_are_the_same_on_every_day():
    assert problems(seeds=[{"day": "+3d"}]) == [
        ("sheets.customers.seeds.0.day", "only samples may have a date relative to today")
    ]


def test_a_highlight_cannot_look_at_another_sheet():
    found = problems(highlights=[{"type": "custom", "formula": "COUNTIF({team.name},{owner})=0", "color": "red"}])
    assert found == [
        (
            "sheets.customers.highlights.0.formula",
            "a highlight can only look at its own sheet; add a formula column for what it needs",
        )
    ]


@pytest.mark.parametrize(
    ("settings", "path", "message"),
    [
        pytest.param({"column": "stage"}, "column", "stage is neither a number nor a date", id="of words"),
        pytest.param({"column": "price", "min": "low"}, "min", "low is not a number", id="from what is no number"),
        pytest.param({"column": "price", "min": 5, "max": 5}, "max", "max: must be more than min:", id="from five to five"),
    ],
)  # fmt: skip
def test_a_gradient_that_makes_no_sense(settings, path, message):
    found = problems(highlights=[{"type": "gradient", **settings}])
    assert found == [(f"sheets.customers.highlights.0.{path}", message)]


def test_duplicates_beside_a_missing_column():
    found = problems(highlights=[{"type": "duplicate", "column": "id", "beside": ["dya"]}])
    assert found == [
        ("sheets.customers.highlights.0.beside.0", "no such column in customers: dya; did you mean day?"),
    ]


def test_a_rule_over_missing_columns():
    found = problems(rules=[{"type": "unique", "of": ["id", "dya"]}])
    assert found == [("sheets.customers.rules.0.of.1", "no such column in customers: dya; did you mean day?")]


def test_a_bare_name_is_short_for_a_rule():
    made = template(columns={"x": {"type": "text", "title": "X", "rules": ["required"]}})
    (rule,) = made.sheets["customers"].columns["x"].rules
    assert isinstance(rule, Rule)


def test_required_and_unique_are_short_for_their_rules_and_never_asked_twice():
    settings = {
        "type": "text",
        "title": "X",
        "required": True,
        "rules": [{"type": "required", "unless": {"stage": ["won"]}}, "unique"],
        "unique": True,
    }
    column = template(columns={"x": settings}).sheets["customers"].columns["x"]
    assert [rule.code for rule in column.all_rules()] == ["required", "unique"]


class TestTitles:
    def test_every_wording_of_a_sheet_and_a_column(self):
        made = template()
        assert made.titles("customers") == ("客户", "Customers")
        assert made.titles("customers", "stage") == ("阶段", "Stage")


class TestSamples:
    SAMPLES = ({"id": {"zh": "示例-1", "en": "SAMPLE-1"}, "stage": "won", "day": "+1d"},)

    def test_rows_are_cells_in_the_language_of_the_sheet(self):
        made = template(samples=self.SAMPLES)
        assert made.sample_rows("zh", TODAY)["customers"] == [{"id": "示例-1", "stage": "成交", "day": 46038}]
        assert made.sample_rows("en", TODAY)["customers"] == [{"id": "SAMPLE-1", "stage": "Won", "day": 46038}]

    def test_ids_of_every_language_are_known(self):
        assert template(samples=self.SAMPLES).sample_keys("customers") == {"示例-1", "SAMPLE-1"}

    def test_hidden_ids_are_made(self):
        made = template(key=None, samples=({"id": "a"}, {"id": "b"}))
        assert made.sample_keys("customers") == {"sample-1", "sample-2"}
        assert made.sample_rows("zh", TODAY)["customers"][1] == {"_id": "sample-2", "id": "b"}

    def test_two_samples_of_one_id_are_a_problem(self):
        found = problems(samples=({"id": "a"}, {"id": "a"}))
        assert {message for _, message in found} == {"breaks its rule unique: a stands here 2 times"}

    def test_two_samples_alike_in_one_language_only_are_a_problem_too(self):
        found = problems(samples=({"id": {"zh": "甲", "en": "a"}}, {"id": {"zh": "乙", "en": "a"}}))
        assert len(found) == 2


def test_a_template_is_itself_and_can_be_a_key():
    made = template()
    assert {made: 1}[made] == 1
    assert made != template()


def test_the_schema_of_templates_can_be_printed():
    printed = subprocess.run(
        [sys.executable, "-m", "sheetcrm.schema"], capture_output=True, text=True, check=True
    ).stdout
    assert '"$schema"' in printed
    assert {"sheets", "reminders", "team"} <= set(json_schema()["properties"])


def test_a_day_that_is_computed_can_be_overdue_and_remind_and_bound_another():
    visit = {"type": "formula", "title": "Next visit", "result": "date", "formula": "{day}+30"}
    end = {"type": "date", "title": "End", "rules": [{"type": "after", "column": "visit"}]}
    written = plan(columns={"visit": visit, "end": end}, highlights=[{"type": "overdue", "column": "visit"}])
    rule = {"type": "date", "title": "Visits", "sheet": "customers", "date": "visit", "owner": "owner"}
    written["reminders"] = {"visits": rule}
    assert list(Template.model_validate(written).problems()) == []


def test_a_text_that_is_computed_is_no_day():
    label = {"type": "formula", "title": "Label", "result": "text", "formula": "{stage}"}
    found = problems(columns={"label": label}, highlights=[{"type": "overdue", "column": "label"}])
    assert [why for _, why in found] == ["label is not a date"]
