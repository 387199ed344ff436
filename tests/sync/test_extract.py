"""Cells → rows, records and issues: nothing raises, nothing is dropped, everything wrong is said."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .shop import Sheets

GOOD = ["C001", "Ann", "+8613800138000", "ann@x.org", "Lead", 46024, 12.5, True, "Bo"]


def row(**changed):
    names = ["id", "name", "phone", "email", "stage", "next", "spent", "vip", "owner"]
    return [changed.get(name, cell) for name, cell in zip(names, GOOD, strict=True)]


def test_a_row_becomes_a_record_by_column_key_whatever_the_language(shop):
    english = Sheets(shop).put("customers", [GOOD]).extract("customers")
    chinese = Sheets(shop, "zh").put("customers", [row(stage="潜在客户")]).extract("customers")
    assert english.rows == chinese.rows
    assert english.rows[0].record.model_dump() == {
        "id": "C001",
        "name": "Ann",
        "phone": "+8613800138000",
        "email": "ann@x.org",
        "stage": "lead",
        "next": date(2026, 1, 2),
        "spent": Decimal("12.5"),
        "vip": True,
        "owner": "Bo",
        "orders": None,
    }


@pytest.mark.parametrize(
    ("cells", "codes"),
    [
        pytest.param(row(), [], id="all good"),
        pytest.param(row(name=""), ["required"], id="a blank that must not be"),
        pytest.param(row(stage="leed"), ["not_an_option"], id="pasted past the dropdown"),
        pytest.param(row(next="2026-13-01"), ["no_such_day"], id="a 13th month, and not 'required' as well"),
        pytest.param(row(next="2026年1月2日"), ["date_as_text"], id="a date as text that can be read"),
        pytest.param(row(next="soon"), ["not_a_date"], id="a date as text that cannot"),
        pytest.param(row(next="", stage="Won"), [], id="not required in this state"),
        pytest.param(row(next="", stage="Lead"), ["required"], id="required in that state"),
        pytest.param(row(phone="１３８００１３８０００"), [], id="full-width digits"),
        pytest.param(row(phone="030-0074321"), ["phone_no_country"], id="a phone of nobody knows which country"),
        pytest.param(row(phone="", email=""), ["at_least_one"], id="neither of two, of which one is needed"),
        pytest.param(row(spent="#REF!"), ["error_value"], id="a formula of theirs that failed"),
        pytest.param(row(name="x" * 50_000), [], id="as many characters as a cell can have"),
        pytest.param(
            row(id="", name="", spent="lots"), ["required", "not_a_number"], id="all that is wrong, not only the first"
        ),
        pytest.param(["C001", "Ann", "", "a@x.org", "", 46024], [], id="a short row: the API drops trailing blanks"),
    ],
)
def test_issues(sheets, cells, codes):
    extract = sheets.put("customers", [cells]).extract("customers")
    assert [issue.code for issue in extract.issues] == codes
    assert extract.rows[0].complete == (not set(codes) - {"date_as_text"}), "a date that is text is read all the same"


def test_an_issue_says_where_what_and_whose(sheets):
    [issue] = sheets.put("customers", [row(), row(id="C002", stage="leed")]).extract("customers").issues
    assert (issue.sheet, issue.row, issue.column, issue.a1) == ("customers", 3, "stage", "Customers!E3")
    assert issue.link == "https://sheets.test/x1#gid=0&range=E3"
    assert (issue.text, issue.suggestion, issue.owner) == ("leed", "Lead", "Bo")
    assert issue.message == "leed is not one of the options"


def test_a_bad_cell_leaves_the_rest_of_its_row_a_record(sheets):
    [only] = sheets.put("customers", [row(next="soon")]).extract("customers").rows
    assert (only.get("next"), only.get("name"), only.get("spent")) == (None, "Ann", Decimal("12.5"))


def test_blank_rows_in_the_middle_are_nothing_and_keep_their_numbers(sheets):
    blank = ["", None, "", "", "", "", "", False, ""]
    extract = sheets.put("customers", [row(), blank, [], row(id="C002")]).extract("customers")
    assert [one.number for one in extract.rows] == [2, 5]
    assert extract.issues == ()


def test_formulas_and_hidden_ids_make_no_row(sheets):
    columns = ["id", "name", "vip", "orders"]
    assert (
        sheets.put("customers", [["", "", False, 0], ["", "", False, "#N/A"]], columns).extract("customers").rows == ()
    )
    assert sheets.put("orders", [["abc", "", ""]], ["_id", "customer", "product"]).extract("orders").rows == ()


def test_two_rows_with_one_id_are_both_reported_and_neither_is_unique(sheets):
    extract = sheets.put("customers", [row(), row(name="Bea"), row(id="C002")]).extract("customers")
    assert [(issue.row, issue.code) for issue in extract.issues] == [(2, "unique"), (3, "unique")]
    assert [one.unique for one in extract.rows] == [False, False, True]
    assert set(extract.by_id()) == {"C002"}


def test_a_row_copied_with_its_hidden_id_is_reported_where_people_can_see_it(sheets):
    sheets.put("customers", [row()])
    rows = [["h1", "C001", "Tea"], ["h1", "C001", "Tea"]]
    extract = sheets.put("orders", rows, ["_id", "customer", "product"]).extract("orders")
    assert [(issue.a1, issue.code) for issue in extract.issues] == [
        ("Orders!B2", "row_copied"),
        ("Orders!B3", "row_copied"),
    ]
    assert not any(one.unique for one in extract.rows)


def test_a_reference_to_nobody(sheets):
    sheets.put("customers", [row()])
    extract = sheets.put("orders", [["C001", "Tea"], ["C009", "Tea"]]).extract("orders")
    assert [(issue.a1, issue.code) for issue in extract.issues] == [("Orders!B3", "exists_in")]


def test_a_reference_into_a_sheet_that_was_not_read_is_not_judged(sheets):
    assert sheets.put("orders", [["C009", "Tea"]]).extract("orders").issues == ()


def test_a_column_that_is_not_there_is_blank_in_every_record_and_no_rule_fires(sheets):
    extract = sheets.put("customers", [["C001", "Ann", "a@x.org"]], ["id", "name", "email"]).extract("customers")
    assert extract.issues == ()
    assert (extract.rows[0].get("stage"), extract.rows[0].get("name")) == (None, "Ann")


def test_example_rows_are_known_in_every_language(sheets):
    extract = sheets.put("customers", [row(id="示例-1"), row(id="SAMPLE-1"), row()]).extract("customers")
    assert [one.sample for one in extract.rows] == [True, True, False]


def test_nothing_in_nothing_out(sheets):
    assert sheets.put("customers", []).extract("customers").rows == ()


def test_messages_are_in_the_language_of_the_sheet(shop):
    [issue] = Sheets(shop, "zh").put("customers", [row(name="", stage="潜在客户")]).extract("customers").issues
    assert issue.a1 == "客户!B2"


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**6), 10**6),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.sampled_from(["#REF!", "2026-01-02", "+8613800138000", "Lead", "潜在客户", "C001", "SAMPLE-1", "=1+1"]),
)


@given(rows=st.lists(st.lists(CELLS, max_size=9), max_size=6))
def test_nothing_that_people_can_type_raises_or_loses_a_row(shop, rows):
    extract = Sheets(shop).put("customers", rows).extract("customers")
    filled = [at for at, cells in enumerate(rows, 2) if any(cell not in ("", None, False) for cell in cells)]
    assert [one.number for one in extract.rows] == filled
    wrong = {issue.row for issue in extract.issues if not issue.code.endswith("_as_text")}
    assert {one.number for one in extract.rows if not one.complete} == wrong


def test_records_are_those_of_the_rows_and_no_row_is_made_for_them(sheets):
    extract = sheets.put("customers", [row(id="示例-1"), row(id="C002"), [], row(id="C003", next="soon")]).extract(
        "customers"
    )
    records = extract.records()
    assert "rows" not in vars(extract)
    assert [record.id for record in records] == ["示例-1", "C002", "C003"]
    assert all(one is other.record for one, other in zip(records, extract.rows, strict=True))
    assert [record.id for record in extract.records(samples=False)] == ["C002", "C003"]


def test_a_page_has_no_records(sheets):
    assert sheets.put("help", [["您好"]]).extract("help").records() == ()
