"""What a template makes of a spreadsheet: resources by address."""

from __future__ import annotations

import pytest

from sheetcrm.layout.formulas import normal
from sheetcrm.resources.base import Address
from sheetcrm.resources.validation import Condition

from .model_sheet import STAGES, template


def resource(made, address, language="zh"):
    sheet, _, rest = address.partition(".")
    column, _, kind = rest.rpartition(".")
    return made.compile(language).get(Address(sheet, column, kind))


def condition(settings, **more):
    made = template(columns={"x": {"title": "X", **settings}, **more})
    found = resource(made, "customers.x.validation")
    return found and found.condition


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        pytest.param({"type": "choice", "options": STAGES}, Condition("ONE_OF_LIST", ("潜在客户", "成交")), id="dropdown"),
        pytest.param({"type": "choice", "options_from": "lists.source"}, Condition("ONE_OF_RANGE", ("={lists.source}",)), id="dropdown that the team extends"),
        pytest.param({"type": "person"}, Condition("ONE_OF_RANGE", ("={team.name}",)), id="dropdown of the team"),
        pytest.param({"type": "reference", "to": "customers"}, Condition("ONE_OF_RANGE", ("={customers.id}",)), id="dropdown of another sheet"),
        pytest.param({"type": "date"}, Condition("DATE_IS_VALID"), id="date"),
        pytest.param({"type": "date", "rules": [{"type": "range", "min": "2020-01-01"}]}, Condition("DATE_ON_OR_AFTER", ("2020-01-01",)), id="date in bounds"),
        pytest.param({"type": "integer", "rules": [{"type": "range", "min": 1, "max": 5}]}, Condition("CUSTOM_FORMULA", ("=AND(IF(ISNUMBER({x}),{x}=INT({x})),AND(ISNUMBER({x}),{x}>=1,{x}<=5))",)), id="whole number in bounds"),
        pytest.param({"type": "money", "rules": [{"type": "range", "min": 0}]}, Condition("NUMBER_GREATER_THAN_EQ", ("0",)), id="amount in bounds"),
        pytest.param({"type": "email"}, Condition("TEXT_IS_EMAIL"), id="e-mail"),
        pytest.param({"type": "email", "unique": True}, Condition("CUSTOM_FORMULA", ("=AND(ISEMAIL({x}),SUMPRODUCT(--({customers.x}={x}))=1)",)), id="e-mail, none twice"),
        pytest.param({"type": "url"}, Condition("TEXT_IS_URL"), id="link"),
        pytest.param({"type": "checkbox"}, Condition("BOOLEAN"), id="tick box"),
        pytest.param({"type": "text"}, None, id="any text"),
        pytest.param({"type": "text", "required": True}, None, id="required: Sheets cannot ask for it"),
        pytest.param({"type": "text", "rules": [{"type": "length", "max": 5}]}, Condition("CUSTOM_FORMULA", ("=AND(LEN({x})>=0,LEN({x})<=5)",)), id="length"),
        pytest.param({"type": "date", "rules": [{"type": "after", "column": "day"}]}, Condition("CUSTOM_FORMULA", ('=AND(ISNUMBER({x}),OR({day}="",{x}>={day}))',)), id="not before another day"),
    ],
)  # fmt: skip
def test_validation(settings, wanted):
    assert condition(settings) == wanted


@pytest.mark.parametrize(
    ("rule", "formula"),
    [
        pytest.param({"type": "range", "min": 1}, '=OR({stage}="成交",AND(ISNUMBER({x}),{x}>=1))', id="range"),
        pytest.param({"type": "length", "max": 2}, '=OR({stage}="成交",AND(LEN({x})>=0,LEN({x})<=2))', id="length"),
        pytest.param({"type": "formula", "formula": "{x}>0", "message": "more"}, '=OR({stage}="成交",{x}>0)', id="formula"),
    ],
)  # fmt: skip
def test_a_rule_with_exceptions_is_asked_by_formula(rule, formula):
    settings = {"type": "integer", "rules": [{**rule, "unless": {"stage": "won"}}]}
    assert condition(settings).values[0] == normal(f"=AND(IF(ISNUMBER({{x}}),{{x}}=INT({{x}})),{formula[1:]})")


def test_bounds_are_said_as_the_cell_has_them():
    settings = {"type": "percent", "rules": [{"type": "range", "min": "5%", "max": 1}]}
    assert condition(settings) == Condition("NUMBER_BETWEEN", ("0.05", "1"))


class TestStrictness:
    def validation(self, **settings):
        return resource(template(columns={"x": {"title": "X", **settings}}), "customers.x.validation")

    def test_a_rule_that_only_warns_alone_makes_a_warning(self):
        assert not self.validation(type="text", rules=[{"type": "length", "max": 3, "strict": False}]).strict

    def test_beside_a_strict_one_it_is_left_to_check(self):
        found = self.validation(type="date", rules=[{"type": "past", "strict": False}])
        assert (found.condition, found.strict) == (Condition("DATE_IS_VALID"), True)

    def test_a_column_that_only_warns_makes_all_its_rules_warn(self):
        found = self.validation(type="date", strict=False, rules=["past"])
        assert (found.condition.values, found.strict) == (("=AND(ISNUMBER({x}),{x}<=TODAY())",), False)

    def test_a_dropdown_warns_or_refuses_as_its_own_rule_says(self):
        found = self.validation(type="integer", rules=[{"type": "one_of", "values": [1, 2], "strict": False}])
        assert (found.condition.type, found.strict) == ("ONE_OF_LIST", False)


def test_a_formula_rule_says_what_it_wants_where_people_type_and_in_the_note():
    rule = {"type": "formula", "formula": "LEN({x})=6", "message": {"zh": "六位", "en": "Six characters."}}
    made = template(columns={"x": {"type": "text", "title": "X", "rules": [rule]}})
    assert resource(made, "customers.x.validation").message == "六位"
    assert "Six characters." in resource(made, "customers.x.note", "en").text


def test_a_dropdown_stays_alone_whatever_its_rules():
    assert condition({"type": "choice", "options": STAGES, "unique": True}).type == "ONE_OF_LIST"


@pytest.mark.parametrize(
    ("settings", "pattern"),
    [
        pytest.param({"type": "text"}, "@", id="text"),
        pytest.param({"type": "id"}, "@", id="id"),
        pytest.param({"type": "phone"}, "@", id="phone"),
        pytest.param({"type": "date"}, "yyyy-mm-dd", id="date"),
        pytest.param({"type": "money"}, '"¥"#,##0.00', id="money of the template"),
        pytest.param({"type": "money", "currency": "USD"}, '"US$"#,##0.00', id="money of its own"),
        pytest.param({"type": "percent", "decimals": 1}, "0.0%", id="percent"),
        pytest.param({"type": "number", "decimals": 0}, "#,##0", id="number"),
        pytest.param({"type": "formula", "result": "date", "formula": "TODAY()"}, "yyyy-mm-dd", id="computed date"),
        pytest.param({"type": "number", "decimals": 1, "unit": {"zh": "公斤", "en": "kg"}}, '#,##0.0" 公斤"', id="number with a unit"),
        pytest.param({"type": "integer", "unit": "m²"}, '0" m²"', id="whole number with a unit"),
        pytest.param({"type": "duration"}, "[h]:mm", id="length of time"),
        pytest.param({"type": "rating"}, '0"★"', id="stars"),
        pytest.param({"type": "created"}, "yyyy-mm-dd", id="day a row came"),
        pytest.param({"type": "converted", "amount": "price", "rate": "rates.rate"}, '"¥"#,##0.00', id="money of the template again"),
    ],
)  # fmt: skip
def test_number_formats(settings, pattern):
    made = template(columns={"x": {"title": "X", **settings}})
    assert resource(made, "customers.x.number_format").pattern == pattern


def test_amounts_in_the_currency_of_their_row_carry_no_symbol():
    columns = {"x": {"type": "money", "title": "X", "currency_from": "c"}, "c": {"type": "text", "title": "C"}}
    assert resource(template(columns=columns), "customers.x.number_format").pattern == "#,##0.00"


class TestFormulas:
    def test_rows_that_are_not_used_stay_blank(self):
        columns = {"x": {"type": "formula", "title": "X", "result": "integer", "formula": "LEN({stage})"}}
        assert resource(template(columns=columns), "customers.x.formula").text == '=IF({id}="","",LEN({stage}))'

    def test_options_are_said_in_the_language_of_the_sheet(self):
        columns = {
            "x": {"type": "formula", "title": "X", "result": "integer", "formula": 'IF({stage}={stage=won},1,"{id}")'}
        }
        made = template(columns=columns)
        assert resource(made, "customers.x.formula").text == '=IF({id}="","",IF({stage}="成交",1,"{id}"))'
        assert resource(made, "customers.x.formula", "en").text == '=IF({id}="","",IF({stage}="Won",1,"{id}"))'

    def test_an_amount_in_the_currency_of_its_row_is_converted_by_the_rate_tab(self):
        made = template(columns={"x": {"type": "converted", "title": "X", "amount": "price", "rate": "rates.rate"}})
        found = "INDEX({rates.rate},MATCH({currency},{rates.currency},0))"
        rate = f"IF(N({found})>0,{found},NA())"
        same = 'OR({currency}="",{currency}="CNY")'
        assert resource(made, "customers.x.formula").text == normal(
            f'=IF({{id}}="","",IF({{price}}="","",ROUND({{price}}*IF({same},1,{rate}),2)))'
        )

    @pytest.mark.parametrize(
        ("settings", "formula"),
        [
            pytest.param({"to": "{web}", "label": {"zh": "打开", "en": "Open"}}, 'IF({web}="","",HYPERLINK({web},"打开"))', id="another column"),
            pytest.param({"to": "https://x.org/?q={id}", "label": "{id}!"}, 'IF({id}="","",HYPERLINK("https://x.org/?q="&ENCODEURL({id}),{id}&"!"))', id="made of columns"),
            pytest.param({"to": "https://x.org", "label": 'a "b"'}, 'HYPERLINK("https://x.org","a ""b""")', id="always the same"),
        ],
    )  # fmt: skip
    def test_a_link_is_blank_where_its_address_is(self, settings, formula):
        columns = {"web": {"type": "url", "title": "W"}, "x": {"type": "link", "title": "X", **settings}}
        assert resource(template(columns=columns), "customers.x.formula").text == normal(f'=IF({{id}}="","",{formula})')

    def test_a_computed_column_asks_before_it_is_typed_over(self):
        columns = {"x": {"type": "formula", "title": "X", "result": "integer", "formula": "1"}}
        protection = resource(template(columns=columns), "customers.x.protection")
        assert (protection.scope, protection.warning_only) == ("column", True)


class TestHighlights:
    def test_states_in_the_colour_of_their_option(self):
        made = template(highlights=[{"type": "state", "column": "stage"}])
        rules = resource(made, "customers.highlights").rules
        assert [(rule.columns, rule.formula) for rule in rules] == [
            (("stage",), '={stage}="潜在客户"'),
            (("stage",), '={stage}="成交"'),
        ]
        assert all(rule.background.startswith("#") for rule in rules)

    def test_overdue_leaves_the_states_that_it_excepts(self):
        made = template(
            highlights=[
                {"type": "overdue", "column": "day", "unless": {"stage": [won] if (won := "won") else []}, "row": True}
            ]
        )
        (rule,) = resource(made, "customers.highlights").rules
        assert rule.formula == normal('=AND(ISNUMBER({day}),{day}<TODAY(),NOT({stage}="成交"))')
        assert rule.columns == (), "the whole row"

    def test_missing_asks_only_where_the_rule_asks(self):
        columns = {"x": {"type": "text", "title": "X", "rules": [{"type": "required", "unless": {"stage": ["won"]}}]}}
        made = template(columns=columns, highlights=[{"type": "missing"}])
        (rule,) = resource(made, "customers.highlights").rules
        assert rule.formula == normal('=AND({id}<>"",AND({x}="",NOT({stage}="成交")))')

    def test_missing_marks_all_of_which_one_is_needed_while_none_is_there(self):
        columns = {"x": {"type": "text", "title": "X"}, "y": {"type": "text", "title": "Y"}}
        rule = {"type": "at_least_one", "of": ["x", "y"]}
        made = template(columns=columns, rules=[rule], highlights=[{"type": "missing"}])
        (together,) = resource(made, "customers.highlights").rules
        assert together.columns == ("x", "y")
        assert together.formula == normal('=AND({id}<>"",{x}="",{y}="")')

    def test_duplicates_of_several_columns_together(self):
        made = template(highlights=[{"type": "duplicate", "column": "stage", "beside": ["day"]}])
        (rule,) = resource(made, "customers.highlights").rules
        assert rule.columns == ("stage", "day")
        count = "SUMPRODUCT(({customers.stage}={stage})*({customers.day}={day}))>1"
        assert rule.formula == normal(f'=AND({{stage}}<>"",{{day}}<>"",{count})')

    def test_stale_is_what_was_long_ago(self):
        made = template(highlights=[{"type": "stale", "column": "day", "days": 30}])
        (rule,) = resource(made, "customers.highlights").rules
        assert rule.formula == normal("=AND(ISNUMBER({day}),{day}<TODAY()-30)")

    @pytest.mark.parametrize(
        ("settings", "points"),
        [
            pytest.param({}, [("MIN", ""), ("MAX", "")], id="from the least to the greatest"),
            pytest.param({"middle": "yellow"}, [("MIN", ""), ("PERCENTILE", "50"), ("MAX", "")], id="by way of the median"),
            pytest.param({"min": 0, "max": 5, "middle": "yellow"}, [("NUMBER", "0"), ("NUMBER", "2.5"), ("NUMBER", "5")], id="between ends, by way of their middle"),
        ],
    )  # fmt: skip
    def test_gradients(self, settings, points):
        made = template(highlights=[{"type": "gradient", "column": "price", **settings}])
        (rule,) = resource(made, "customers.highlights").rules
        assert [point[:2] for point in rule.gradient] == points


class TestSheets:
    def test_a_sheet_without_a_key_gets_a_hidden_id_first(self):
        made = template(key=None)
        assert next(iter(made.sheets["customers"].columns)) == "_id"
        assert resource(made, "customers._id.width").hidden
        assert resource(made, "customers.id.column").after == "_id"

    def test_a_key_is_required_and_unique_unless_we_fill_it(self):
        made = template()
        assert made.sheets["customers"].columns["id"].is_required
        filled = template(columns={"id": {"type": "id", "title": "ID", "auto": "C{}"}})
        assert not filled.sheets["customers"].columns["id"].is_required
        assert filled.sheets["customers"].columns["id"].is_unique

    def test_lists_begin_with_their_options_and_have_names(self):
        made = template()
        assert resource(made, "lists.rows").rows == ((("source", "网站"),),)
        assert resource(made, "lists.source.named_range").name == "lists_source"

    def test_the_spreadsheet_is_marked_and_has_its_zone(self):
        made = template()
        assert resource(made, "spreadsheet.locale", "en").time_zone == "Asia/Shanghai"
        mark = resource(made, "spreadsheet.template", "en")
        assert (mark.template, mark.version, mark.language) == ("example", 1, "en")

    def test_headers_are_guarded_with_a_warning_only(self):
        protection = resource(template(), "customers.protection")
        assert (protection.scope, protection.warning_only) == ("header", True)

    def test_banding_may_be_off(self):
        assert resource(template(), "customers.banding") is not None
        assert resource(template(banding=False), "customers.banding") is None


class TestNotes:
    def test_options_of_several_stand_in_the_note_of_the_header(self):
        columns = {
            "x": {
                "type": "choices",
                "title": "X",
                "options": {"a": {"zh": "甲", "en": "A"}, "b": {"zh": "乙", "en": "B"}},
            }
        }
        made = template(columns=columns)
        assert "甲, 乙" in resource(made, "customers.x.note").text
        assert "A, B" in resource(made, "customers.x.note", "en").text

    def test_what_must_be_filled_says_so(self):
        columns = {"x": {"type": "text", "title": "X", "required": True, "note": {"zh": "注", "en": "Mind"}}}
        assert resource(template(columns=columns), "customers.x.note", "en").text == "Mind\nRequired."
