"""Cells in an unusual form that mean something certain are put into the usual one; nothing is guessed, and never twice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetcrm.errors import UsageError
from sheetcrm.schema.columns.base import Column
from sheetcrm.schema.template import Template
from sheetcrm.sync.quality.fixes import fixes
from sheetcrm.sync.records import Reading
from tests.schema.model_sheet import plan
from tests.sync.shop import Sheets

CUSTOMERS = ["id", "name", "phone", "email", "stage", "next", "spent", "vip", "owner"]
USUAL = ["C001", "Ann", "+8613800138000", "ann@x.org", "Lead", 46024, 5, True, "Ann Lee"]


def reading(sheets):
    extracts = {sheet: sheets.extract(sheet) for sheet in sheets.parsed}
    return Reading(sheets.layout, sheets.context.language, sheets.template, extracts)


def with_team(sheets, row):
    """One customer, and a team."""
    sheets.put("team", [["Ann Lee", "ann@x.org"], ["王芳", "wang@x.org"]])
    return reading(sheets.put("customers", [row], CUSTOMERS))


def row(**cells):
    return [cells.get(key, usual) for key, usual in zip(CUSTOMERS, USUAL, strict=True)]


@pytest.mark.parametrize(("column", "cell", "kind", "after"), [
    pytest.param("phone", "138 0013 8000", "phone", "+8613800138000", id="a phone of the sheet's country"),
    pytest.param("phone", 13800138000, "phone", "+8613800138000", id="a phone that became a number"),
    pytest.param("phone", "１３８００１３８０００", "phone", "+8613800138000", id="a phone in full-width digits"),
    pytest.param("email", "Ann.Lee@X.org", "case", "ann.lee@x.org", id="an address in capitals"),
    pytest.param("email", "ann＠x.org", "width", "ann@x.org", id="a full-width sign in an address"),
    pytest.param("email", " ann@x.org ", "blanks", "ann@x.org", id="blanks around an address"),
    pytest.param("next", "2026-1-2", "date", 46024, id="a date that is text"),
    pytest.param("next", "２０２６年1月2日", "date", 46024, id="a Chinese date"),
    pytest.param("spent", "¥1,234.50", "money", 1234.5, id="an amount that is text"),
    pytest.param("stage", "ＬＥＡＤ", "case", "Lead", id="an option in full-width capitals"),
    pytest.param("stage", "潜在客户", "choice", "Lead", id="an option in the other language"),
    pytest.param("vip", "是", "checkbox", True, id="a word for a tick"),
    pytest.param("owner", "ann lee", "case", "Ann Lee", id="a colleague in small letters"),
    pytest.param("name", "\u3000Ann\u00a0", "blanks", "Ann", id="blanks of every kind around a text"),
    pytest.param("name", "ＡＢＣ公司（北京）", "width", "ABC公司（北京）", id="full-width letters, but not punctuation"),
    pytest.param("id", " C001", "blanks", "C001", id="a blank before a key"),
])  # fmt: skip
def test_what_is_certain_is_put_into_its_usual_form(sheets, column, cell, kind, after):
    (fix,) = fixes(with_team(sheets, row(**{column: cell}))).fixes
    assert (fix.column, fix.kind, fix.before, fix.after, fix.id) == (column, kind, cell, after, "C001")


def test_nothing_but_blanks_is_blank_where_a_cell_may_be(sheets):
    sheets.put("customers", [row(name=" \u200b ")], CUSTOMERS)
    sheets.put("orders", [["x1", "C001", " \u200b "]], ["_id", "customer", "product"])
    assert [(fix.column, fix.after) for fix in fixes(reading(sheets), ["orders"]).fixes] == [("product", None)]
    assert fixes(reading(sheets), ["customers"]).fixes == (), "a name is required"


@pytest.mark.parametrize(("column", "cell"), [
    pytest.param("next", "3/4/2026", id="day or month first"),
    pytest.param("next", "20260102", id="digits that may be a date"),
    pytest.param("next", "2026-01-02 08:30", id="a time of day would be lost"),
    pytest.param("stage", "leed", id="nearly an option"),
    pytest.param("phone", "(206) 555-9857", id="a phone of which the country is not known"),
    pytest.param("email", "a b@x.org", id="a blank within an address"),
    pytest.param("email", "ann", id="no address at all"),
    pytest.param("name", 12, id="a number in a text, which may be shown as 0012"),
    pytest.param("name", "Ann  Lee\n x", id="blanks within a text"),
    pytest.param("spent", 0.1 + 0.2, id="a number stays the number that it is"),
    pytest.param("vip", "perhaps", id="neither yes nor no"),
    pytest.param("name", "#REF!", id="a formula that failed"),
    pytest.param("next", 46024.75, id="a day with a time"),
])  # fmt: skip
def test_what_is_not_certain_is_left(sheets, column, cell):
    assert fixes(with_team(sheets, row(**{column: cell}))).fixes == ()


def test_what_may_be_meant_in_two_ways_is_listed(sheets):
    left = fixes(with_team(sheets, row(next="3/4/2026", stage="leed"))).left
    assert [(issue.code, issue.suggestion) for issue in left] == [("not_an_option", "Lead"), ("ambiguous_date", None)]


def test_two_colleagues_of_nearly_one_name_are_told_apart_by_people(sheets):
    sheets.put("team", [["Ann Lee", "a@x.org"], ["ANN LEE", "b@x.org"]])
    assert fixes(reading(sheets.put("customers", [row(owner="ann lee")], CUSTOMERS))).fixes == ()


def test_a_name_by_which_others_are_known_stays_as_it_is(sheets):
    sheets.put("team", [["ＡＮＮ", "a@x.org"], ["ＢＯＢ", "b@x.org"]])
    found = fixes(reading(sheets.put("customers", [row(owner="ＡＮＮ")], CUSTOMERS))).fixes
    assert [(fix.sheet, fix.after) for fix in found] == [("team", "BOB")]


def test_a_day_is_shown_as_a_day(sheets):
    (fix,) = fixes(with_team(sheets, row(next="2026-1-2"))).fixes
    assert (fix.shown, fix.a1) == ("2026-01-02", "Customers!F2")
    assert fix.link.endswith("&range=F2")


def test_rows_without_an_id_of_their_own_are_told_apart(sheets):
    rows = [row(phone="138 0013 8000"), row(phone="138 0013 8000"), row(id="", phone="138 0013 8000")]
    found = fixes(reading(sheets.put("customers", rows, CUSTOMERS)))
    assert (found.fixes, [fix.row for fix in found.nameless]) == ((), [2, 3, 4])


@pytest.mark.parametrize(("only", "columns"), [
    pytest.param([], ["phone", "email", "next"], id="everything"),
    pytest.param(["case"], ["email"], id="a kind"),
    pytest.param(["date", "email"], ["email", "next"], id="types of columns"),
    pytest.param(["next"], ["next"], id="a column"),
])  # fmt: skip
def test_only_some(sheets, only, columns):
    found = fixes(with_team(sheets, row(phone="138 0013 8000", email="ANN@x.org", next="2026-1-2")), only=only)
    assert [fix.column for fix in found.fixes] == columns


def test_a_word_that_is_nothing_to_fix(sheets):
    with pytest.raises(UsageError, match=r"nothing to fix is called phones; did you mean phone\? \(there are blanks"):
        fixes(with_team(sheets, row()), only=["phones"])


def test_a_fix_that_would_break_a_rule_is_none():
    data = plan(
        columns={
            "code": {
                "type": "text",
                "title": "Code",
                "rules": [{"type": "pattern", "pattern": "Ａ+|B", "example": "B"}],
            }
        }
    )
    sheets = Sheets(Template.model_validate(data))
    sheets.put("customers", [["C1", "ＡＡ"], ["C2", "Ｂ"]], ["id", "code"])
    assert [(fix.id, fix.after) for fix in fixes(reading(sheets)).fixes] == [("C2", "B")]


KINDS = [kind for kind in Column.members().values() if not kind.computed and kind.__module__.startswith("sheetcrm.")]
TYPED = {kind.model_fields["type"].default: kind for kind in KINDS if kind.model_fields["type"].default != "list"}
TEMPLATE = Template.model_validate(
    plan(
        columns={
            f"x_{name}": {"type": name, "title": f"X {name}", **kind.example_settings} for name, kind in TYPED.items()
        }
    )
)
PIECES = st.sampled_from(
    [
        *" \u3000\u200b\u00a0０Ａａ＠．０1a@.-/年月日,，、％%¥",
        "lead",
        "ＬＥＡＤ",
        "2026-1-2",
        "13800138000",
        "ann@x.org",
        "是",
        "C1",
        "c1",
    ]
)
EXAMPLES = [cell for kind in KINDS for cell, _ in kind.examples] + [cell for kind in KINDS for cell in kind.nonsense]
CELLS = st.one_of(st.sampled_from(EXAMPLES), st.lists(PIECES, max_size=4).map("".join), st.text(max_size=8),
                  st.integers(-10**12, 10**12), st.floats(allow_nan=False, allow_infinity=False), st.booleans())  # fmt: skip


@given(data=st.data())
def test_a_second_run_finds_nothing_and_every_value_is_what_it_was(data):
    keys = ["id", *(f"x_{name}" for name in TYPED)]
    rows = [[f"R{at}", *data.draw(st.tuples(*[CELLS] * len(TYPED)))] for at in range(2)]
    before = Sheets(TEMPLATE).put("customers", rows, keys)
    found = fixes(reading(before)).fixes
    for fix in found:
        rows[fix.row - 2][keys.index(fix.column)] = fix.after if fix.after is not None else ""
    after = Sheets(TEMPLATE).put("customers", rows, keys)
    assert fixes(reading(after)).fixes == ()
    old, new = before.extract("customers"), after.extract("customers")
    worse = {(issue.row, issue.column, issue.code) for issue in new.issues} - {
        (issue.row, issue.column, issue.code) for issue in old.issues
    }
    assert {one for one in worse if one[2] != "exists_in"} == set(), "no cell is worse than it was"
    for key in ("date", "number", "integer", "money", "phone", "checkbox", "id", "duration"):
        values = zip(old.parsed.values[f"x_{key}"], new.parsed.values[f"x_{key}"], strict=True)
        assert all(one == other for one, other in values if one is not None)
