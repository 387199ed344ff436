"""Records out: the same in every language, nothing to run in them, and importing them again changes nothing."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetcrm.schema.columns.base import Column
from sheetcrm.schema.template import Template
from sheetcrm.sync import dump
from sheetcrm.sync.dump import dumped, guarded, unguarded
from sheetcrm.sync.records import Reading

from .shop import Sheets

ROW = ["C001", "=1+1", "+8613800138000", "ann@x.org", "Lead", 46024, -5, True, "Bo"]


def reading(template, language="en", row=ROW):
    sheets = Sheets(template, language).put("customers", [row, ["SAMPLE-1", "Example"]])
    return Reading(sheets.layout, language, template, {"customers": sheets.extract("customers")})


def test_csv_has_keys_iso_dates_and_option_keys_in_every_language(shop):
    lines = dump(reading(shop), "customers").splitlines()
    assert lines == [
        "id,name,phone,email,stage,next,spent,vip,owner,orders",
        "C001,'=1+1,+8613800138000,ann@x.org,lead,2026-01-02,-5,TRUE,Bo,",
    ]
    chinese = reading(shop, "zh", [*ROW[:4], "潜在客户", *ROW[5:]])
    assert dump(chinese, "customers") == dump(reading(shop), "customers")


def test_json_has_the_same_as_types(shop):
    [record] = json.loads(dump(reading(shop), "customers", "json"))
    assert (record["name"], record["next"], record["spent"], record["vip"]) == ("=1+1", "2026-01-02", "-5", True)


def test_example_rows_only_when_asked_for(shop):
    assert len(json.loads(dump(reading(shop), "customers", "json", samples=True))) == 2


def test_a_cell_that_made_no_sense_is_blank(shop):
    out = reading(shop, row=[*ROW[:5], "soon", *ROW[6:]])
    assert dump(out, "customers").splitlines()[1] == "C001,'=1+1,+8613800138000,ann@x.org,lead,,-5,TRUE,Bo,"


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        pytest.param("-5", True, id="a negative number"),
        pytest.param("+86 138-0013-8000", True, id="a phone number"),
        pytest.param("-12.5%", True, id="a negative share"),
        pytest.param("Ann = Bea", True, id="a sign in the middle"),
        pytest.param("=1+1", False, id="a formula"),
        pytest.param("@SUM(1)", False, id="Lotus's way"),
        pytest.param("-2+cmd|' /C calc'!A0", False, id="a number that calls a program"),
        pytest.param("＝1+1", False, id="full width"),
        pytest.param("\t=1", False, id="a tab in front"),
    ],
)
def test_only_what_a_spreadsheet_program_would_run_is_guarded(text, safe):
    assert guarded(text) == (text if safe else f"'{text}")


@given(st.text(alphabet=st.sampled_from("'=+-@\t ＝1a"), max_size=6) | st.text())
def test_the_guard_comes_off_again_and_hides_nothing(text):
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("kind", Column.members().values(), ids=lambda kind: kind.model_fields["type"].default)
def test_what_is_written_of_any_type_is_read_as_the_same_again(kind):
    title, name = {"title": "X"}, kind.model_fields["type"].default
    sheets = {
        key: {"title": key, "key": "id", "columns": {"id": {"type": "id", **title}}} for key in ("customers", "y")
    }
    sheets["customers"]["columns"]["x"] = {"type": name, **title, **kind.example_settings}
    template = Template.model_validate({"version": 1, "title": "T", "sheets": sheets})
    column, context = template.sheets["customers"].columns["x"], template.context("zh")
    values = [value for _, value in kind.examples if value is not None]
    texts = [unguarded(dumped(value)) for value in values]
    assert column.parse(texts, context) == (values, {})
