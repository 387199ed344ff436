"""Validation, conditional formats, colours and protection."""

from __future__ import annotations

import pytest

from tests.contract.beliefs import belief

REFERENCE = "Google's reference"
UNTOLD = "*nobody* has told"
SECOND = "a second plan is empty only if they come back as they were written"


def rule(kind, *values, strict=True, **more):
    said = [{"userEnteredValue": value} for value in values]
    return {"condition": {"type": kind, **({"values": said} if said else {})}, "strict": strict, **more}


@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param(rule("CUSTOM_FORMULA", "=AND(LEN($A2)<9,COUNTIF($A$2:$A$40,$A2)=1)"), id="a formula of our own"),
        pytest.param(rule("ONE_OF_LIST", "潜在", "lead", "a,b", showCustomUi=True), id="a list with a comma in a word"),
        pytest.param(rule("ONE_OF_RANGE", "=$D$2:$D$9", showCustomUi=True), id="a list in a range"),
        pytest.param(rule("BOOLEAN"), id="a box"),
        pytest.param(rule("DATE_IS_VALID", strict=False, inputMessage="a day"), id="a date, with a hint"),
        pytest.param(rule("NUMBER_BETWEEN", "0", "1.5"), id="bounds"),
        pytest.param(rule("TEXT_IS_EMAIL", strict=False), id="an address"),
    ],
)
@belief("A validation rule comes back as it was written.", seen=UNTOLD, so=SECOND)
def test_validation_comes_back(tab, wanted):
    tab.book.batch({"setDataValidation": {"range": tab.span(1, 3, 0, 1), "rule": wanted}})
    found, *_ = tab.cells("A2:A3", "dataValidation")
    held = found["dataValidation"]
    if wanted["condition"]["type"] == "ONE_OF_RANGE":
        # Google may name the tab; we compare ranges, not their spelling.
        assert held["condition"]["values"][0]["userEnteredValue"].endswith("$D$2:$D$9")
        held, wanted = ({**one, "condition": None} for one in (held, wanted))
    assert held == {key: value for key, value in wanted.items() if value is not False}


def highlight(tab, index, formula, red=0.96):
    condition = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": formula}]}
    look = {
        "condition": condition,
        "format": {"backgroundColorStyle": {"rgbColor": {"red": red, "green": 0.8, "blue": 0.8}}},
    }
    return {
        "addConditionalFormatRule": {"index": index, "rule": {"ranges": [tab.span(1, 40, 0, 3)], "booleanRule": look}}
    }


def formulas(tab):
    held = tab.told("conditionalFormats")["conditionalFormats"]
    return [one["booleanRule"]["condition"]["values"][0]["userEnteredValue"] for one in held]


@belief(
    "Conditional formats are known by their position alone, which shifts when one is put before or deleted.",
    seen=REFERENCE,
    so="all of a tab's formats are one setting, and people's own are left between ours",
)
def test_formats_are_a_list(tab):
    tab.book.batch(highlight(tab, 0, "=$A2>1"), highlight(tab, 0, "=$A2>2"), highlight(tab, 1, "=$A2>3"))
    assert formulas(tab) == ["=$A2>2", "=$A2>3", "=$A2>1"]
    tab.book.batch({"deleteConditionalFormatRule": {"sheetId": tab.id, "index": 0}})
    assert formulas(tab) == ["=$A2>3", "=$A2>1"]


@belief(
    "Formulas of conditional formats come back as they were written, quotes, dollars and absolute ranges too.",
    seen=UNTOLD,
    so=SECOND,
)
def test_formulas_of_formats_come_back(tab):
    wanted = ['=AND($A2<>"",$C2<TODAY()-30)', '=ISNUMBER(SEARCH("重要",$B2))', "=COUNTIF($A$2:$A$40,$A2)>1"]
    tab.book.batch(*(highlight(tab, index, formula) for index, formula in enumerate(wanted)))
    assert formulas(tab) == wanted


@belief(
    "A colour comes back as one of 256 steps a channel.",
    seen="recorded traffic of gspread",
    so="colours are equal when they are so to the eye",
)
def test_colours_have_256_steps(tab):
    tab.book.batch(highlight(tab, 0, "=TRUE", red=244 / 255))
    (held,) = tab.told("conditionalFormats")["conditionalFormats"]
    assert held["booleanRule"]["format"]["backgroundColorStyle"]["rgbColor"]["red"] == pytest.approx(
        244 / 255, abs=1e-5
    )


def protect(tab, **more):
    return {"addProtectedRange": {"protectedRange": {"range": {"sheetId": tab.id}, **more}}}


@belief(
    "Only one protection may be on a tab as a whole.",
    seen="google-api-python-client#1064",
    so="a tab that somebody locked already is told, and left",
)
def test_a_tab_is_protected_once(tab):
    tab.book.batch(protect(tab))
    assert "already has sheet protection" in tab.book.refused(protect(tab))


@belief("A protection that only warns cannot have editors.", seen="gspread#1437", so="locks never warn only")
def test_warnings_have_no_editors(tab):
    said = tab.book.refused(protect(tab, warningOnly=True, editors={"users": ["someone@example.com"]}))
    assert "warningOnly" in said


@belief(
    "Whoever made a protection stands among its editors although nobody wrote them there.",
    seen="recorded traffic of gspread",
    so="the owner and ourselves are left out of the comparison",
)
def test_we_are_editors_of_what_we_protect(tab):
    tab.book.batch(protect(tab))
    (held,) = tab.told("protectedRanges")["protectedRanges"]
    assert held["requestingUserCanEdit"] is True
    assert held["editors"]["users"]


@belief(
    "A protection takes an editor who has no access to the file.",
    seen=UNTOLD,
    so="locks are made before people have access; `apply --share` gives access first",
)
def test_editors_need_no_access_yet(tab):
    tab.book.batch(protect(tab, editors={"users": ["someone@example.com"]}))
    (held,) = tab.told("protectedRanges")["protectedRanges"]
    assert "someone@example.com" in held["editors"]["users"]


@belief(
    "Colour bands that overlap others are refused.",
    seen="users' threads",
    so="where people have bands already, a plan with ours is refused by Google as a whole",
)
def test_bands_do_not_overlap(tab):
    colours = {"firstBandColorStyle": {"rgbColor": {"red": 1}}, "secondBandColorStyle": {"rgbColor": {"blue": 1}}}
    band = {"addBanding": {"bandedRange": {"range": tab.span(0, 4, 0, 2), "rowProperties": colours}}}
    tab.book.batch(band)
    assert tab.book.refused(band)


@belief(
    "A validation formula may look at another tab.",
    seen=UNTOLD,
    so="choices that depend on another sheet are checked by a formula",
)
def test_rules_look_at_other_tabs(tab):
    other = tab.book.tab()
    wanted = rule("CUSTOM_FORMULA", f"=COUNTIF('{other.title}'!$A$1:$A$9,A1)=1")
    tab.book.batch({"setDataValidation": {"range": tab.span(0, 1, 0, 1), "rule": wanted}})
    (cell,) = tab.cells("A1", "dataValidation")
    tab.book.batch({"deleteSheet": {"sheetId": other.id}})
    assert cell["dataValidation"]["condition"] == wanted["condition"]


@belief("A dropdown holds 500 options.", seen="users' threads", so="templates with more are refused")
def test_a_dropdown_holds_500_options(tab):
    wanted = rule("ONE_OF_LIST", *(f"option {number}" for number in range(500)))
    tab.book.batch({"setDataValidation": {"range": tab.span(0, 1, 0, 1), "rule": wanted}})
    (cell,) = tab.cells("A1", "dataValidation")
    assert len(cell["dataValidation"]["condition"]["values"]) == 500
