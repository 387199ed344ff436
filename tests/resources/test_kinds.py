"""Every kind: what is made reads back as it was wanted; what people did to it is seen, and put back or kept."""

from __future__ import annotations

import pytest

from sheetcrm import testing
from sheetcrm.layout import MADE_KEY, Wanted
from sheetcrm.provision.diff import Past, diff
from sheetcrm.provision.live import read
from sheetcrm.provision.plan import make
from sheetcrm.resources import (
    SPREADSHEET,
    Address,
    Banding,
    BasicFilter,
    Chart,
    ChartPlace,
    Column,
    ColumnGroup,
    Condition,
    Criterion,
    Drawn,
    FilterView,
    Formula,
    Grid,
    Header,
    HeaderStyle,
    Highlight,
    Highlights,
    Locale,
    Lock,
    Look,
    Memory,
    NamedRange,
    Note,
    NumberFormat,
    Protection,
    Rows,
    SampleRows,
    Series,
    Tab,
    TabStyle,
    TemplateMark,
    Title,
    Validation,
    Width,
    kinds,
)
from sheetcrm.sheets.gateway import Gateway

WANTED = {"t": Wanted(("表",), {"a": ("甲",), "b": ("乙",)})}
GROUND = {
    Address(SPREADSHEET, "", "template"): TemplateMark("x", 1, "zh"),
    Address("t", "", "tab"): Tab("表"),
    Address("t", "", "grid"): Grid(50),
    Address("t", "a", "column"): Column(""),
    Address("t", "a", "header"): Header("甲"),
    Address("t", "b", "column"): Column("a"),
    Address("t", "b", "header"): Header("乙"),
}
SHEET, COLUMN = ("t", ""), ("t", "b")
T, B = Address("t", "", "tab"), Address("t", "b", "width")

CASES = [
    pytest.param((SPREADSHEET, ""), Locale("zh_CN", "Asia/Shanghai"), Locale("en_US", "Europe/Berlin"), id="locale"),
    pytest.param((SPREADSHEET, ""), TemplateMark("y", 2, "en"), TemplateMark("y", 3, "en"), id="template"),
    pytest.param(SHEET, TabStyle("#ff8800", False, 2, 1), TabStyle("#008800"), id="tab style"),
    pytest.param(SHEET, Title("表"), Title("別"), id="title"),
    pytest.param(SHEET, Grid(80), Grid(90), id="grid"),
    pytest.param(SHEET, Banding("#112233", "#ffffff", "#eeeeee"), None, id="banding"),
    pytest.param(SHEET, Protection("header", "titles"), Protection("header", "other"), id="protected header"),
    pytest.param(SHEET, Protection("header", "titles", False), Protection("header", "titles"), id="locked header"),
    pytest.param(
        SHEET,
        Highlights((Highlight(("a",), '={b}="x"', "#ffeeee", "#aa0000", True), Highlight((), "={a}>1", "", "#123456"))),
        Highlights(
            (Highlight(("a",), '={b}="x"', "#ffeeee"), Highlight(("b",), "={a}<1", "#000000", strikethrough=True))
        ),
        id="highlights",
    ),
    pytest.param(SHEET, BasicFilter(), None, id="basic filter"),
    pytest.param(
        SHEET,
        Lock("sheet", ("b@x.org", "A@x.org"), "only sales"),
        Lock("sheet", ("b@x.org",), "only us"),
        id="locked sheet",
    ),
    pytest.param(COLUMN, Lock("column", ("a@x.org",), "x"), Lock("column", ("c@x.org",), "x"), id="locked column"),
    pytest.param(
        SHEET,
        FilterView(
            "逾期",
            (
                Criterion("b", ("x", ""), "DATE_BEFORE", ("TODAY",)),
                Criterion("a", (), "CUSTOM_FORMULA", ('=OR({a}="x", {b}>today())',)),
            ),
            (("b", True), ("a", False)),
        ),
        FilterView("all", (Criterion("a", (), "TEXT_EQ", ("王芳",)),)),
        id="filter view",
    ),
    pytest.param(
        SHEET,
        Chart(Drawn("COLUMN", "x", "t.a", (Series("t.b"),)), ChartPlace("a", 3, 0, 0, 300, 200)),
        Chart(Drawn("pieChart", "x", "t.a:5", (Series("t.b:5"),)), ChartPlace("a", 3, 0, 0, 300, 200)),
        id="chart",
    ),
    pytest.param(
        SHEET,
        Highlights(
            (
                Highlight(
                    ("b",),
                    "",
                    gradient=(("MIN", "", "#ff0000"), ("PERCENTILE", "50", "#ffff00"), ("MAX", "", "#00ff00")),
                ),
                Highlight((), "={a}>1", bold=True),
            )
        ),
        Highlights((Highlight(("b",), "", gradient=(("NUMBER", "0", "#ff0000"), ("NUMBER", "10.5", "#00ff00"))),)),
        id="gradient",
    ),
    pytest.param(SHEET, ColumnGroup(("b",)), ColumnGroup(("a", "b")), id="group"),
    pytest.param(COLUMN, Header("丙"), None, id="header"),
    pytest.param(COLUMN, Note("a note"), None, id="note"),
    pytest.param(
        COLUMN, HeaderStyle("#134f5c", "#ffffff", "Arial", 12), HeaderStyle("#134f5c", "#ffffff"), id="header style"
    ),
    pytest.param(COLUMN, Width(180), None, id="width"),
    pytest.param(COLUMN, Width(60, hidden=True), None, id="hidden"),
    pytest.param(COLUMN, NumberFormat("DATE", "yyyy-mm-dd"), NumberFormat("TEXT", "@"), id="number format"),
    pytest.param(COLUMN, Look("RIGHT", "WRAP", "Arial", 11), Look("LEFT", "WRAP"), id="look"),
    pytest.param(
        COLUMN,
        Validation(Condition("ONE_OF_LIST", ("x", "y")), message="choose"),
        Validation(Condition("ONE_OF_LIST", ("x", "z")), strict=False),
        id="list",
    ),
    pytest.param(
        COLUMN,
        Validation(Condition("CUSTOM_FORMULA", ('=AND({a}<>"", len({b})<5)',)), message="short"),
        Validation(Condition("ONE_OF_RANGE", ("={t.a}",))),
        id="custom formula and range",
    ),
    pytest.param(COLUMN, Validation(Condition("BOOLEAN")), None, id="checkbox"),
    pytest.param(COLUMN, Formula('=IF({a}="","",countif({t.a},{a}))'), Formula("={a}&1"), id="formula"),
    pytest.param(COLUMN, Protection("column", "computed"), Protection("column", "again"), id="protected column"),
    pytest.param(COLUMN, NamedRange("t_b"), NamedRange("t_c"), id="named range"),
    pytest.param(SHEET, Memory(((T, ""), (B, "abc"))), Memory(((B, "xyz"),)), id="memory"),
]


@pytest.fixture
def gateway():
    with testing.server() as running:
        yield Gateway(running.session, running.client.create("x").id)


def settle(gateway, desired):
    """Make it so; what was changed, and what was kept."""
    live = read(gateway, desired, WANTED)
    past = Past.of(live.state, {}, ())
    if not any(isinstance(wanted, Memory) for wanted in desired.values()):
        desired = {**desired, **Memory.of(desired, past.digests, ())}
    difference = diff(live.state, desired, past)
    gateway.batch(make(live, difference, ()).requests)
    return difference


@pytest.mark.parametrize(("place", "wanted", "other"), CASES)
def test_what_is_made_reads_back(gateway, place, wanted, other):
    address = Address(*place, wanted.kind)
    desired = {**GROUND, address: wanted}
    settle(gateway, desired)
    assert read(gateway, desired, WANTED).state[address] == wanted
    assert settle(gateway, desired).changes == ()


@pytest.mark.parametrize(("place", "wanted", "other"), CASES)
def test_what_changes_is_changed(gateway, place, wanted, other):
    address = Address(*place, wanted.kind)
    settle(gateway, {**GROUND, address: wanted})
    desired = {**GROUND, address: other or wanted}
    settle(gateway, desired)
    assert read(gateway, desired, WANTED).state[address] == (other or wanted)
    assert settle(gateway, desired).changes == ()


@pytest.mark.parametrize(("place", "wanted", "other"), CASES)
def test_a_line_of_a_plan_says_something(place, wanted, other):
    assert wanted.say()
    assert (other or wanted).say(wanted)


@pytest.mark.parametrize(("place", "wanted", "other"), [case for case in CASES if case.values[1].policy == "keep"])
def test_what_is_the_teams_is_kept(gateway, place, wanted, other):
    address = Address(*place, wanted.kind)
    settle(gateway, GROUND)
    forget = {"developerMetadataLookup": {"metadataKey": MADE_KEY}}
    gateway.batch([{"deleteDeveloperMetadata": {"dataFilter": forget}}])
    before = read(gateway, {**GROUND, address: wanted}, WANTED).state.get(address)
    difference = settle(gateway, {**GROUND, address: wanted})
    if before not in (None, wanted):
        assert [change.address.kind for change in difference.changes] == ["memory"]
        assert [change.address for change in difference.kept] == [address]


@pytest.mark.parametrize(
    ("place", "wanted"),
    [
        pytest.param(SHEET, Highlights((Highlight((), "={a}>1", "#ff0000"),)), id="highlights"),
        pytest.param(SHEET, Protection("header", "titles"), id="protected header"),
        pytest.param(COLUMN, Protection("column", "computed"), id="protected column"),
        pytest.param(COLUMN, NamedRange("t_b"), id="named range"),
        pytest.param(SHEET, Lock("sheet", ("a@x.org",), "x"), id="locked sheet"),
        pytest.param(SHEET, BasicFilter(), id="basic filter"),
        pytest.param(SHEET, FilterView("v"), id="filter view"),
    ],
)
def test_what_is_dropped_is_taken_away(gateway, place, wanted):
    address = Address(*place, wanted.kind)
    settle(gateway, {**GROUND, address: wanted})
    assert [change.action for change in settle(gateway, GROUND).changes] == ["delete", "update"]
    assert settle(gateway, GROUND).changes == ()


def test_rows_are_written_once_and_formulas_in_them_know_their_row(gateway):
    rows = Rows(((("a", "x"), ("b", "={a}&{t.a}")), (("a", True),), (("b", 2.5),)))
    desired = {**GROUND, Address("t", "", "rows"): rows}
    settle(gateway, desired)
    formula = gateway.describe("sheets.data.rowData.values.userEnteredValue", ["'表'!A2:B4"])
    cells = [row.get("values", []) for row in formula["sheets"][0]["data"][0]["rowData"]]
    assert cells == [
        [{"userEnteredValue": {"stringValue": "x"}}, {"userEnteredValue": {"formulaValue": "=$A2&$A$2:$A$50"}}],
        [{"userEnteredValue": {"boolValue": True}}],
        [{}, {"userEnteredValue": {"numberValue": 2.5}}],
    ]
    gateway.write([{"range": "'表'!A2:B4", "values": [["mine", ""], ["", ""], ["", ""]]}])
    assert settle(gateway, desired).changes == ()


def test_samples_are_data(gateway):
    settle(gateway, {**GROUND, Address("t", "", "samples"): SampleRows(4, ((("b", "=1+1"),),))})
    assert gateway.values(["'表'!B2:B9"]) == [[["", "", "=1+1"]]]


def test_a_name_that_people_use_elsewhere_is_a_trouble(gateway):
    settle(gateway, GROUND)
    place = {"sheetId": read(gateway, GROUND, WANTED).layout.sheet_id("t"), "endRowIndex": 1, "endColumnIndex": 1}
    gateway.batch([{"addNamedRange": {"namedRange": {"name": "T_B", "range": place}}}])
    desired = {**GROUND, Address("t", "b", "named_range"): NamedRange("t_b")}
    live = read(gateway, desired, WANTED)
    assert [trouble.code for trouble in live.layout.troubles] == ["name_taken"]
    assert diff(live.state, desired).changes == ()


def test_every_kind_is_among_the_cases():
    here = {case.values[1].kind for case in CASES} | {
        "chart_place",
        "column",
        "header_row",
        "offered",
        "palette",
        "pivot",
        "rewording",
        "rows",
        "samples",
        "tab",
    }
    assert {kind.kind for kind in kinds()} == here


def test_kinds_do_not_get_in_each_others_way():
    assert len({kind.kind for kind in kinds()}) == len(kinds())
    assert len({kind.rank for kind in kinds()}) == len(kinds())
