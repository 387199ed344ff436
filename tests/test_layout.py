"""Where sheets and columns stand, and what formulas look like from there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetcrm.layout import Layout, Wanted, letters, marked_template, normal, places_in, quoted

WANTED = {
    "customers": Wanted(
        ("客户", "Customers"), {"id": ("编号", "ID"), "stage": ("阶段", "Stage"), "next": ("下次", "Next")}
    ),
    "log": Wanted(("跟进记录", "Log"), {"customer": ("编号", "ID"), "date": ("日期", "Date")}),
}


def mark(value):
    return {"metadataId": 1, "metadataKey": "sheetcrm", "metadataValue": value}


def sheet(number, title, header, *, marks=(), own=(), rows=1000, blank_rows=None, frozen=1):
    """A sheet as `spreadsheets.get` describes it: `marks` by column from the left, `own` the sheet's own."""
    metadata = [{"developerMetadata": [mark(value)]} if value else {} for value in marks]
    cells = [{"userEnteredValue": {"stringValue": text}} if text else {} for text in header]
    width = max(len(header), len(marks), 1)
    return {
        "properties": {
            "sheetId": number,
            "title": title,
            "index": number,
            "gridProperties": {"rowCount": rows, "columnCount": width, "frozenRowCount": frozen},
        },
        "developerMetadata": [mark(value) for value in own],
        "data": [{"columnMetadata": metadata, "rowData": [{"values": cells}] if blank_rows is None else blank_rows}],
    }


def locate(*sheets, **options):
    described = {"spreadsheetId": "x", "spreadsheetUrl": "https://s/x/edit", "sheets": list(sheets)}
    return Layout.locate(described, WANTED, **options)


def found(layout):
    return {key: {column: layout.index(key, column) for column in layout.columns(key)} for key in layout.sheets()}


MARKED = ["customers.id", "customers.stage", "customers.next"]
CUSTOMERS = sheet(0, "客户", ["编号", "阶段", "下次"], marks=MARKED, own=["customers"])
LOG = sheet(7, "跟进记录", ["编号", "日期"], marks=["log.customer", "log.date"], own=["log"], rows=500)
PLACES = {"customers": {"id": 0, "stage": 1, "next": 2}, "log": {"customer": 0, "date": 1}}


@pytest.mark.parametrize(
    ("sheets", "places", "codes"),
    [
        pytest.param([CUSTOMERS, LOG], PLACES, [], id="as it was made"),
        pytest.param([LOG, CUSTOMERS], PLACES, [], id="tabs in another order"),
        pytest.param(
            [sheet(0, "Kunden", ["Nr", "Stand", "Bald"], marks=MARKED, own=["customers"]), LOG],
            PLACES,
            [],
            id="everything renamed",
        ),
        pytest.param(
            [
                sheet(
                    0,
                    "客户",
                    ["下次", "mine", "编号", "阶段"],
                    marks=[MARKED[2], "", MARKED[0], MARKED[1]],
                    own=["customers"],
                )
            ],
            {"customers": {"next": 0, "id": 2, "stage": 3}},
            [],
            id="moved, with one of their own between",
        ),
        pytest.param(
            [sheet(0, "Customers", ["id", "ＳＴＡＧＥ ", "next"])],
            {"customers": {"id": 0, "stage": 1, "next": 2}},
            [],
            id="no marks: by title, in any language, case and width",
        ),
        pytest.param(
            [sheet(0, "客户", ["Phone", "Notes", "x"])],
            {},
            ["title_taken"],
            id="our title over somebody else's columns",
        ),
        pytest.param(
            [sheet(0, "客户", [], blank_rows=[])], {}, ["title_taken"], id="our title, row 1 blank, the rest unknown"
        ),
        pytest.param(
            [sheet(0, "客户", ["编号", "阶段", "", "下次"], marks=MARKED, own=["customers"])],
            {"customers": {"id": 0, "stage": 1, "next": 2}},
            ["mark_moved"],
            id="cut and pasted: the mark stayed behind",
        ),
        pytest.param(
            [sheet(0, "客户", ["编号", "下次", "阶段"], marks=MARKED, own=["customers"])],
            {"customers": {"id": 0, "stage": 1, "next": 2}},
            ["header_swapped", "header_swapped"],
            id="two columns swapped by cut and paste",
        ),
        pytest.param(
            [sheet(0, "客户", ["编号", "阶段", ""], marks=MARKED, own=["customers"])],
            {"customers": {"id": 0, "stage": 1, "next": 2}},
            ["header_blank"],
            id="a header deleted",
        ),
        pytest.param(
            [sheet(0, "客户", ["C1", "潜在客户", "46348"], marks=MARKED, own=["customers"])],
            {"customers": {"id": 0, "stage": 1, "next": 2}},
            ["header_missing"],
            id="the header row deleted: a number is no title",
        ),
        pytest.param(
            [sheet(0, "客户", ["C1", "潜在客户"], marks=MARKED, own=["customers"], frozen=0)],
            {"customers": {"id": 0, "stage": 1, "next": 2}},
            ["header_missing"],
            id="the header row deleted: its freezing went with it",
        ),
        pytest.param(
            [sheet(0, "客户", ["编号", "阶段", "下次", "阶段"], marks=MARKED, own=["customers"])],
            {"customers": {"id": 0, "stage": 1, "next": 2}},
            ["header_duplicate"],
            id="two equal headers",
        ),
        pytest.param(
            [sheet(0, "客户", ["编号", "阶段", "下次", "阶段"])],
            {"customers": {"id": 0, "stage": 1, "next": 2}},
            ["header_duplicate"],
            id="two equal headers, no marks",
        ),
        pytest.param(
            [sheet(0, "客户", ["编号", "x", "下次", "阶段"], marks=[*MARKED, "customers.stage"], own=["customers"])],
            {"customers": {"id": 0, "next": 2, "stage": 3}},
            ["mark_duplicate"],
            id="one mark on two columns: the one with the title",
        ),
        pytest.param(
            [sheet(3, "客户 的副本", ["编号"], marks=MARKED[:1], own=["customers"]), CUSTOMERS],
            {"customers": {"id": 0, "stage": 1, "next": 2}},
            ["sheet_copied"],
            id="a copied tab",
        ),
        pytest.param(
            [sheet(0, "old", ["x"], marks=["old.x"], own=["old"])],
            {"old": {"x": 0}},
            [],
            id="what the template dropped is still ours",
        ),
    ],
)
def test_what_is_found(sheets, places, codes):
    layout = locate(*sheets)
    assert found(layout) == places
    assert [trouble.code for trouble in layout.troubles] == codes
    assert all(trouble.say("en") for trouble in layout.troubles)


def test_headers_may_come_separately():
    bare = {**sheet(0, "客户", []), "data": [{"columnMetadata": [{}, {}, {}]}]}
    assert found(locate(bare, headers={0: ["阶段", None, "编号"]})) == {"customers": {"stage": 0, "id": 2}}


def test_a_blank_tab_of_our_title_is_to_be_adopted_and_a_blank_only_tab_is_spare():
    assert locate(sheet(0, "客户", [], blank_rows=[]), blank={0}).adopted("customers")
    assert locate(sheet(0, "Sheet1", [], blank_rows=[]), blank={0}).spare == 0
    assert locate(sheet(0, "Sheet1", ["x"])).spare is None


def test_cells_and_links_are_as_people_see_them():
    layout = locate(CUSTOMERS, LOG)
    assert layout.cell("customers", "next", 17) == "C17"
    assert layout.link("log", "date", 3) == "https://s/x/edit#gid=7&range=B3"
    assert layout.link("log", row=3) == "https://s/x/edit#gid=7&range=3:3"
    assert layout.link("log") == "https://s/x/edit#gid=7"


@pytest.mark.parametrize(
    ("keys", "a1"),
    [
        pytest.param("={stage}", "=$B2", id="the cell of the same row"),
        pytest.param("=MAX({log.date})", "=MAX('跟进记录'!$B$2:$B$500)", id="another tab's column"),
        pytest.param("=COUNTIF({customers.id},{id})", "=COUNTIF($A$2:$A$1000,$A2)", id="this tab's column"),
        pytest.param('="{stage}"&{stage}', '="{stage}"&$B2', id="texts are not looked into"),
        pytest.param('="a ""{id}"" b"', '="a ""{id}"" b"', id="nor texts with quotes"),
        pytest.param(
            "=SUM({1,2})+LOG10(8)", "=SUM({1,2})+LOG10(8)", id="array literals and functions that look like cells"
        ),
    ],
)
def test_formulas_there_and_back(keys, a1):
    layout = locate(CUSTOMERS, LOG)
    assert layout.a1(keys, "customers") == a1
    assert layout.keys(a1, "customers") == keys


@pytest.mark.parametrize(
    "a1",
    [
        pytest.param("=SUM('跟进记录'!$B$2:$B$400)", id="ends before the grid does"),
        pytest.param("=SUM('跟进记录'!$B$3:$B$500)", id="begins below row 2"),
        pytest.param("=B2", id="a cell that would shift"),
        pytest.param("=$B3", id="another row"),
        pytest.param("='Other tab'!$B2", id="not ours"),
        pytest.param("=#REF!+1", id="broken"),
        pytest.param("=$Z2", id="a column that is not ours"),
    ],
)
def test_a_reference_that_is_not_exactly_ours_stays_as_it_is(a1):
    assert locate(CUSTOMERS, LOG).keys(a1, "customers") == a1


def test_a_title_needs_no_quotes_to_be_understood():
    assert locate(CUSTOMERS, LOG).keys("=MAX(跟进记录!$B$2:$B$500)", "customers") == "=MAX({log.date})"


def test_titles_with_quotes():
    other = sheet(7, "Ann's log!", ["编号", "日期"], marks=["log.customer", "log.date"], own=["log"])
    layout = locate(CUSTOMERS, other)
    assert layout.a1("=MAX({log.date})", "customers") == "=MAX('Ann''s log!'!$B$2:$B$1000)"
    assert layout.keys(layout.a1("=MAX({log.date})", "customers"), "customers") == "=MAX({log.date})"


PIECES = st.sampled_from(
    ["{stage}", "{log.date}", "{customers.id}", '"a{id}b"', '""""', "+", "SUM(", ")", ",", "1.5", "TRUE", "A1"]
)


@given(st.lists(PIECES).map("".join))
def test_any_formula_comes_back(body):
    layout = locate(CUSTOMERS, LOG)
    formula = f"={body}"
    written = layout.a1(formula, "customers")
    assert "{stage}" not in written.replace('"a{id}b"', "")
    again = layout.a1(layout.keys(written, "customers"), "customers")
    assert again == written


@pytest.mark.parametrize(
    ("formula", "same"),
    [
        ('= if( {id} = "" , "a b" ,\n sum({log.date}) )', '=IF({id}="","a b",SUM({log.date}))'),
        ("='My Tab'!$a$1 + 1", "='My Tab'!$A$1+1"),
    ],
    ids=["spaces and case, not in texts and keys", "not in titles"],
)
def test_what_makes_no_difference(formula, same):
    assert normal(formula) == same
    assert normal(same) == same


def test_sheets_that_a_formula_looks_into():
    found = places_in('=IF({id}="{no.way}",{log.date},{customers.id})', "customers")
    assert found == {"customers.id", "log.date"}


@pytest.mark.parametrize(
    ("index", "text"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (18277, "ZZZ")]
)
def test_letters(index, text):
    assert letters(index) == text


def test_quoted():
    assert quoted("Ann's") == "'Ann''s'"


@pytest.mark.parametrize(
    ("value", "made"),
    [
        pytest.param('{"template":"pipeline","version":2,"language":"zh"}', ("pipeline", 2, "zh"), id="ours"),
        pytest.param("pipeline", None, id="not JSON"),
        pytest.param('{"template":"pipeline"}', None, id="half"),
        pytest.param("[]", None, id="another shape"),
    ],
)
def test_the_template_that_made_it(value, made):
    found = marked_template(
        {"developerMetadata": [{"metadataId": 5, "metadataKey": "sheetcrm.template", "metadataValue": value}]}
    )
    assert (found and (found.template, found.version, found.language)) == made


def test_ids_are_the_same_every_time_and_never_taken_twice():
    layout, again = locate(CUSTOMERS, LOG), locate(CUSTOMERS, LOG)
    chosen = layout.choose_id("log.banding")
    assert chosen == again.choose_id("log.banding") == layout.preferred_id("log.banding")
    assert layout.choose_id("log.banding") != chosen
