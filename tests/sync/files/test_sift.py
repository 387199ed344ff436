"""A line of a CSV file either makes sense as a row, or is refused with its number and a reason."""

import pytest

from sheetcrm.messages import texts
from sheetcrm.sync.files.csvfile import parse
from sheetcrm.sync.files.mapping import ImportMap, sources
from sheetcrm.sync.files.sift import sift


def sifted(template, text, sheet="customers", **mapping):
    spec, chosen = template.sheets[sheet], ImportMap.model_validate(mapping)
    file = parse(text.encode(), "x.csv")
    found = sources(spec, file, chosen)
    return sift(file, spec.columns, found, chosen, context=template.context("en"), t=texts("en"))


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        pytest.param("id,name\n0012,Ann\n", {"id": "0012", "name": "Ann"}, id="text stays text"),
        pytest.param("id,name\nC1,=1+1\n", {"id": "C1", "name": "=1+1"}, id="what looks like a formula is a text"),
        pytest.param(
            "id,name\nC1,'=1+1\n", {"id": "C1", "name": "=1+1"}, id="our own guard against formulas comes off"
        ),
        pytest.param("id,name,stage\nC1,NULL,\n", {"id": "C1"}, id="NULL and nothing are blank"),
        pytest.param("id,name\nC1,null\n", {"id": "C1", "name": "null"}, id="a person may be called null"),
        pytest.param("id,next\nC1,2026-01-02\n", {"id": "C1", "next": 46024}, id="dates become dates"),
        pytest.param('id,spent\nC1,"¥1,234.50"\n', {"id": "C1", "spent": 1234.5}, id="amounts become numbers"),
        pytest.param(
            "id,stage\nC1,成交\n", {"id": "C1", "stage": "Won"}, id="options are written in the language of the sheet"
        ),
        pytest.param(
            "id,phone\nC1,138 0013 8000\n", {"id": "C1", "phone": "+8613800138000"}, id="phones get their country code"
        ),
        pytest.param(
            "id,phone\nC1,030-0074321\n",
            {"id": "C1", "phone": "030-0074321"},
            id="a phone of an unknown country stays, for check to find",
        ),
        pytest.param("id,vip\nC1,是\n", {"id": "C1", "vip": True}, id="ticks"),
        pytest.param(
            "id,name,,\nC1,Ann,,\n", {"id": "C1", "name": "Ann"}, id="blank columns at the end, as Excel leaves them"
        ),
        pytest.param(
            "id,name,,\nC1,Ann\n", {"id": "C1", "name": "Ann"}, id="a line without the blank columns of the header"
        ),
        pytest.param("id,name\nC1,Ann,,\n", {"id": "C1", "name": "Ann"}, id="blank cells too many"),
        pytest.param(
            "客户编号,tel\nC1,13800138000\n",
            {"id": "C1", "phone": "+8613800138000"},
            id="headers by title, key or alias in any language and case",
        ),
        pytest.param("id,orders\nC1,7\n", {"id": "C1"}, id="computed columns are never written"),
    ],
)
def test_cells_of_a_good_line(shop, text, cells):
    result = sifted(shop, text)
    assert result.refusals == ()
    assert result.candidates[0].cells == cells


@pytest.mark.parametrize(
    ("text", "column", "reason", "words"),
    [
        pytest.param(
            'id,name\nC1,"5 Main St", London\n',
            "name",
            "shifted",
            "3 cells where the header has 2",
            id="a comma too many",
        ),
        pytest.param("id,name,next\nC1,Ann\n", None, "shifted", "2 cells where the header has 3", id="a cell too few"),
        pytest.param(
            "id,next\nC1,Berlin\n",
            "next",
            "not_a_date",
            "Berlin is not a date",
            id="shifted, though the number of cells is right",
        ),
        pytest.param("id,next\nC1,2026-13-01\n", "next", "no_such_day", "there is no such day", id="a 13th month"),
        pytest.param("id,spent\nC1,lots\n", "spent", "not_a_number", "lots is not a number", id="words for money"),
        pytest.param(
            "id,stage\nC1,leed\n", "stage", "not_an_option", "leed is not one of the options", id="a misspelt option"
        ),
        pytest.param(
            "id,phone\nC1,Germany\n",
            "phone",
            "not_a_phone",
            "Germany is not a phone number",
            id="a country where the phone belongs",
        ),
        pytest.param("id,email\nC1,ann@\n", "email", "not_an_email", "ann@", id="half an address"),
        pytest.param("id,name\nC1,#REF!\n", "name", "error_value", "#REF!", id="a failed formula"),
    ],
)
def test_a_line_that_makes_no_sense_is_named_with_its_reason(shop, text, column, reason, words):
    result = sifted(shop, text)
    assert result.candidates == ()
    [refusal] = result.refusals
    assert (refusal.line, refusal.column, refusal.reason) == (2, column, reason)
    assert words in refusal.text


@pytest.mark.parametrize(
    ("name", "reasons"),
    [
        pytest.param("y" * 50_000, [], id="as many as a cell can have"),
        pytest.param("y" * 50_001, ["too_long"], id="one more"),
        pytest.param("😀" * 25_001, ["too_long"], id="what Sheets counts as two"),
    ],
)
def test_characters_of_a_cell(shop, name, reasons):
    assert [refusal.reason for refusal in sifted(shop, f"id,name\nC1,{name}\n").refusals] == reasons


def test_the_cell_that_lacks_its_quotes_is_guessed(shop):
    [refusal] = sifted(shop, "id,name,stage\nC1,C/ Araquil, 67,Lead\n").refusals
    assert (
        refusal.text
        == "4 cells where the header has 3: the columns are shifted; probably C/ Araquil, 67 is one cell that lacks its quotes"
    )


def test_what_the_mapping_expects_of_a_column_finds_lines_that_are_shifted_within(shop):
    text = "id,name,country\nC1,Ann,Germany\nC2,Bea,12209\nC3,Cem,NULL\n"
    result = sifted(shop, text, expect={"country": r"[^\d]+"})
    assert [(refusal.line, refusal.column, refusal.reason) for refusal in result.refusals] == [
        (3, "country", "unexpected")
    ]
    assert [one.values["id"] for one in result.candidates] == ["C1", "C3"]


def test_a_mapping_says_where_cells_come_from_and_how(shop):
    columns = {
        "id": "Nr",
        "name": {"from": "Who"},
        "owner": {"value": "Bo"},
        "stage": {"from": "State", "values": {"open": "lead", "closed": "won"}},
        "next": {"from": "When", "format": "%d.%m.%Y %H:%M"},
        "email": None,
    }
    text = "Nr,Who,State,When,email\n1,Ann,open,31.12.2025 23:59,not-an-address\n"
    result = sifted(shop, text, columns=columns)
    assert result.candidates[0].cells == {"id": "1", "name": "Ann", "owner": "Bo", "stage": "Lead", "next": 46022}


def test_a_date_that_is_not_in_the_format_said_is_refused(shop):
    result = sifted(shop, "id,When\nC1,12/31/2025\n", columns={"next": {"from": "When", "format": "%d.%m.%Y"}})
    assert [refusal.reason for refusal in result.refusals] == ["ambiguous_date"]


def test_other_words_for_blank(shop):
    result = sifted(shop, "id,name\nC1,n/a\n", blank=["n/a"])
    assert result.candidates[0].cells == {"id": "C1"}


def test_everything_wrong_in_a_line_is_in_its_one_refusal(shop):
    (refusal,) = sifted(shop, "id,name,stage,next\nC1,Ann,Wno,2026-31-12\n").refusals
    assert (refusal.line, refusal.column, refusal.reason) == (2, "stage", "not_an_option")
    ((column, text),) = refusal.also
    assert column == "next"
    assert "2026-31-12" in text
