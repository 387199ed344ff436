"""Formulas as CRM templates use them, and what a calculator must never do: be stale, hang or fall over."""

from __future__ import annotations

import gc
import subprocess
import sys
import time
import weakref
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from sheetcrm.server import formulas
from sheetcrm.server.calc import Calculator, CellError
from sheetcrm.server.formulas import Area

from .grids import NOON, Grids, calculator, customers

TODAY = 46277  # 12 September 2026 in Shanghai


def shown(value):
    return value.text if isinstance(value, CellError) else value


@pytest.fixture(scope="module")
def seen() -> Calculator:
    grids = customers()
    grids.rows("It's 😀", [7])
    grids.names["stages"] = Area("客户", (1, None), (3, 4))
    grids.names["first"] = Area("客户", (1, 2), (0, 1))
    return calculator(grids)


@pytest.mark.parametrize(("formula", "value"), [
    ('=IF(B2>5,"a","b")', "a"), ('=IFERROR(1/0,"e")', "e"), ("=AND(B2>1,NOT(B3>1))", False), ("=OR(FALSE,TRUE)", True),
    ("=SUM(B2:B)", 32.5), ("=SUM(B:B)", 32.5), ("=SUM(2:2)", 46280), ("=SUM(B2:B3,1)", 31.5),
    ('=SUMIFS(B2:B,D2:D,"lead",E2:E,"x")', 15), ('=SUMIF(D2:D,"lead",B2:B)', 15), ('=SUMIFS(B2:B,C2:C,">="&DATE(2026,1,1))', 30.5),
    ('=COUNTIF(D2:D,"l*")', 3), ('=COUNTIFS(D2:D,"lead",B2:B,">5")', 1), ("=COUNTA(A2:A)", 4), ('=COUNTIF(D2:D6,"")', 1),
    ('=COUNTIFS(C2:C,">="&TODAY()-30,C2:C,"<="&TODAY())', 2), ("=COUNTBLANK(C2:C5)", 1), ("=COUNTUNIQUE(D2:D)", 3),
    ('=MAXIFS(C2:C,D2:D,"lead")', 46270), ('=MINIFS(B2:B,D2:D,"lead")', 5), ('=AVERAGEIFS(B2:B,D2:D,"lead")', 7.5),
    ('=MAXIFS(C2:C,A2:A,"nobody")', 0),
    ('=XLOOKUP("Bob",A2:A,B2:B)', 20.5), ('=XLOOKUP("Zed",A2:A,B2:B,"none")', "none"), ('=XLOOKUP("Zed",A2:A,B2:B)', "#N/A"),
    ('=VLOOKUP("Bob",A2:B,2,FALSE)', 20.5), ('=INDEX(B2:B,MATCH("安",A2:A,0))', 5), ('=IFNA(VLOOKUP("q",A2:B,2,FALSE),"-")', "-"),
    ("=TODAY()", TODAY), ("=NOW()", TODAY + 0.5), ("=DATE(2026,9,5)", 46270), ("=DATE(2026,13,1)", 46388), ("=YEAR(C2)", 2026),
    ("=MONTH(C2)", 9), ("=EDATE(C2,1)", 46300), ("=C2-TODAY()", -7), ("=EOMONTH(C2,0)", 46295), ("=WEEKDAY(C2,2)", 6),
    ('=DATEDIF(C4,C2,"D")', 270), ("=NETWORKDAYS(C2,C3)", 0), ("=WORKDAY(C2,1)", 46272),
    ('=TEXT(C2,"yyyy-mm-dd")', "2026-09-05"), ('=TEXT(C2,"yyyy年m月")', "2026年9月"), ('=TEXT(1234.5,"¥#,##0")', "¥1,235"),
    ('=TEXT("12","0.00")', "12.00"), ('=TEXT("ab","0.00")', "ab"), ('=TEXT(1/0,"0")', "#DIV/0!"),
    ("=ROW(A3)", 3), ("=ROW()", 10), ("=COLUMN()", 8), ("=ISNUMBER(B2)", True), ("=ISBLANK(E5)", True), ("=ISTEXT(A2)", True),
    ("=LEN(A5)", 4), ("=LEN(A4)", 1), ("=TRIM(A5)", "sp"), ('=EXACT("a","A")', False), ('=D2="LEAD"', True), ('=""=E5', True),
    ('=REGEXMATCH(A2,"^A")', True), ('=REGEXMATCH(A4,"[一-龥]")', True), ('=REGEXMATCH(B2,"1")', "#VALUE!"), ('=REGEXMATCH(A2,"(")', "#REF!"),
    ('=REGEXMATCH(E5,"x")', False), ('=SPLIT("a,b;7",",;")', "a"), ('=SUM(SPLIT("1,2;7",",;"))', 10), ('=JOIN("/",A2:A4)', "Ann/Bob/安"),
    ('=SUMPRODUCT((D2:D="lead")*(E2:E="x"))', 2), ('=SUMPRODUCT((D2:D5="lead")*(B2:B5))', 15), ('=COUNTIF($A$2:$A,A2)=1', True),
    ('=SUMPRODUCT(--(MONTH(C2:C4)=9))', 2), ('=SUMPRODUCT((YEAR(C2:C)=2026)*B2:B)', 30.5), ('=SUMPRODUCT(--(LEN(TRIM(A2:A))=2))', 1),
    ('=SUMPRODUCT(--ISBLANK(C2:C5))', 1), ('=SUMPRODUCT(--ISNUMBER(SEARCH("n",A2:A)))', 1), ('=SUMPRODUCT(--EXACT(D2:D,"Lead"))', 0),
    ('=ARRAYFORMULA(SUM(LEN(A2:B3)))', 12), ('=SUMPRODUCT(ROUND(SUM(B2:B3)/B2:B3,1))', 4.6), ('=SUMPRODUCT(--NOT(D2:D5="lead"))', 2),
    ('=A2&"-"&B2', "Ann-10"), ("=2^3^2", 64), ("=-B2%", -0.1), ('="1"+1', 2), ("=0.1+0.2", 0.1 + 0.2), ("=1=1", True),
    ("=LET(x,2,x*3)", 6), ('=SWITCH(D2,"lead",1,2)', 1), ('=IFS(B2>100,"x",TRUE,"y")', "y"), ("=ARRAYFORMULA(SUM(B2:B5*2))", 65),
    ("='客户'!B2*2", 20), ("=客户!B2*2", 20), ("=SUM('客户'!B2:B3)", 30.5), ("='It''s 😀'!A1", 7), ("='IT''S 😀'!A1", 7),
    ('=COUNTIF(Stages,"lead")', 2), ("=first", "Ann"), ('=INDIRECT("\'客户\'!B2")', 10), ("=SUM({1,2;3,4})", 10),
])  # fmt: skip
def test_value(seen, formula, value):
    found = shown(seen.evaluate(formula, "客户", 9, 7))
    assert found == value
    assert isinstance(found, bool) is isinstance(value, bool)


@pytest.mark.parametrize(("formula", "error"), [
    pytest.param("=1/0", "#DIV/0!", id="division by zero"), pytest.param("=FOO(1)", "#NAME?", id="unknown function"),
    pytest.param("=nope", "#NAME?", id="unknown name"), pytest.param("=nope!A1", "#REF!", id="unknown sheet"),
    pytest.param("=#REF!+1", "#REF!", id="broken reference"), pytest.param("=客户!#REF!", "#REF!", id="broken reference with its sheet"),
    pytest.param('="a"*1', "#VALUE!", id="text times a number"), pytest.param("=SQRT(-1)", "#NUM!", id="no such number"),
    pytest.param("=10^309", "#NUM!", id="too large a result"), pytest.param("=1e400", "#NUM!", id="too large a number"),
    pytest.param("=1+", "#ERROR!", id="cut off"), pytest.param("=(", "#ERROR!", id="open parenthesis"),
    pytest.param("=+86 138 0013 8000", "#ERROR!", id="a phone number"), pytest.param("=", "#ERROR!", id="nothing"),
    pytest.param("=SUM（1，2）", "#NAME?", id="full-width parentheses"),
    pytest.param("=" + "(" * 20000, "#ERROR!", id="20,000 parentheses"), pytest.param("=1" + "+1" * 20000, "#ERROR!", id="20,000 additions"),
])  # fmt: skip
def test_error(seen, formula, error):
    assert shown(seen.evaluate(formula, "客户", 9, 7)) == error


def test_unknown_names_are_named():
    grids = Grids()
    grids.rows("a", ["=1+FOO(2)", "=nope*2", "=SUM(A1)"])
    seen = calculator(grids)
    assert seen.value("a", 0, 0) == CellError("NAME", "Unknown function: 'FOO'.")
    assert seen.value("a", 0, 1) == CellError("NAME", "Unknown range name: 'nope'.")
    assert seen.value("a", 0, 2).type == "NAME"


@pytest.mark.parametrize("cells", [
    pytest.param(["=A1"], id="a cell of itself"), pytest.param(["=B1+1", "=A1+1"], id="two of each other"),
    pytest.param(["=SUM(A1:C1)", 1, 2], id="a sum over itself"), pytest.param(["=IF(TRUE,1,A1)"], id="even if it never gets there"),
])  # fmt: skip
def test_circles_are_references_that_do_not_exist(cells):
    grids = Grids()
    grids.rows("a", cells)
    found = calculator(grids).value("a", 0, 0)
    assert found.type == "REF"
    assert "Circular dependency" in found.message


def test_a_circle_closed_later_is_seen_by_all_in_it():
    grids = Grids()
    grids.rows("a", [1])
    seen = calculator(grids)
    assert seen.value("a", 0, 0) == 1
    for place, formula in [((0, 0), "=SUM(A1:B1)"), ((0, 1), '=COUNTIF(A:A,">0")')]:
        grids.sheets["a"][place] = formula
        seen.changed("a", *place)
        assert seen.value("a", *place).type == "REF"


def test_a_circle_that_is_cut_computes_again():
    grids = Grids()
    grids.rows("a", ["=A1+1", "=A1*2"])
    seen = calculator(grids)
    assert seen.value("a", 0, 1).type == "REF"
    grids.sheets["a"][(0, 0)] = 4
    seen.changed("a", 0, 0)
    assert seen.value("a", 0, 1) == 8


@pytest.mark.parametrize(("formula", "value"), [
    pytest.param("=C5", "", id="a blank cell"), pytest.param("=(C5)", "", id="in parentheses"), pytest.param("=IF(TRUE,C5,1)", "", id="a branch"),
    pytest.param('=XLOOKUP(" sp ",A2:A,C2:C)', "", id="looked up"), pytest.param('=IFERROR(VLOOKUP(" sp ",A2:C,3,FALSE),"-")', "", id="looked up, with care"),
    pytest.param('=IF(B2>5,,"x")', "", id="a branch left out"), pytest.param('=IF(B2>50,"x", )', "", id="the other branch left out"),
    pytest.param("=IFERROR(1/0,)", "", id="nothing instead of an error"), pytest.param("=C5+1", 1, id="but in arithmetic it is 0"), pytest.param("=B2", 10, id="a full one is itself"),
    pytest.param('=IF(A9="","",A9)', "", id="asked for"), pytest.param("=IF(C5=0,1,2)", 1, id="blank equals 0"),
])  # fmt: skip
def test_a_blank_result_shows_nothing_instead_of_30_december_1899(seen, formula, value):
    assert seen.evaluate(formula, "客户", 9, 7) == value


def test_only_what_is_asked_for_is_read():
    grids = customers()
    grids.rows("big", [1])
    grids.rows("汇总", ["=SUM(客户!B2:B)"], ["='客户'!A2"])
    seen = calculator(grids)
    assert grids.reads == []
    assert seen.value("汇总", 0, 0) == 32.5
    assert {title for title, _, _ in grids.reads} == {"汇总", "客户"}
    grids.reads.clear()
    seen.changed("客户", 1, 0)
    seen.changed("big", 1, 0)
    grids.sheets["客户"][(1, 0)] = "Anna"
    assert grids.reads == []
    assert seen.value("汇总", 1, 0) == "Anna"
    assert grids.reads == [("客户", 1, 2)]


def test_titles_and_names_count_whatever_their_case(seen):
    grids = Grids()
    grids.rows("Data", [1, "=sum(DATA!A1,data!A1)"])
    assert calculator(grids).value("dAtA", 0, 1) == 2
    assert calculator(grids).value("nowhere", 0, 0) is None


def test_values_read_back_as_they_are():
    grids = Grids()
    grids.rows("a", [1, 1.5, "x", True, "'=1", None])
    seen = calculator(grids)
    assert [seen.value("a", 0, column) for column in range(6)] == [1, 1.5, "x", True, "'=1", None]


def test_today_moves_on_by_itself():
    grids = Grids()
    grids.rows("a", ["=TODAY()", "=A1+1"])
    now = [NOON]
    seen = Calculator(locale="en_US", time_zone="Asia/Shanghai", now=lambda: now[0])
    seen.attach(grids)
    assert seen.value("a", 0, 1) == TODAY + 1
    now[0] += timedelta(hours=12)
    assert seen.value("a", 0, 1) == TODAY + 2, "midnight in Shanghai, not in Greenwich"


def test_an_unknown_zone_is_greenwich():
    grids = Grids()
    grids.rows("a", ["=NOW()"])
    seen = Calculator(locale="en_US", time_zone="Mars/Base", now=lambda: NOON)
    seen.attach(grids)
    assert seen.value("a", 0, 0) == pytest.approx(TODAY + 4 / 24)


def test_new_sheets_names_and_sizes_are_seen_once_told():
    grids = Grids()
    grids.rows("a", ["=b!A1", "=n", "=COUNTBLANK(E1:E)"])
    seen = calculator(grids)
    assert [shown(seen.value("a", 0, column)) for column in range(3)] == ["#REF!", "#NAME?", 1000]
    grids.rows("b", [5])
    grids.names["n"] = Area("b", (0, 1), (0, 1))
    grids.sizes["a"] = (10, 5)
    seen.restructured()
    assert [seen.value("a", 0, column) for column in range(3)] == [5, 5, 10]


def test_a_spilled_range_gives_way_and_comes_back():
    grids = Grids()
    grids.rows("a", ['=SPLIT(A2,",")', None, "=SUM(A1:B1)"], ["1,2"])
    seen = calculator(grids)
    assert seen.value("a", 0, 2) == 3
    assert seen.value("a", 0, 1) == 2
    grids.sheets["a"][(0, 1)] = 9
    seen.changed("a", 0, 1)
    assert seen.value("a", 0, 0).type == "REF"
    del grids.sheets["a"][(0, 1)]
    seen.changed("a", 0, 1)
    assert seen.value("a", 0, 2) == 3


def test_a_rule_is_followed_from_its_anchor(seen):
    found = [seen.evaluate('=$D2="lead"', "客户", row, 4, anchor=(1, 0)) for row in range(1, 5)]
    assert found == [True, False, True, False]
    assert [seen.evaluate("=B2>9", "客户", row, 1, anchor=(1, 1)) for row in range(1, 4)] == [True, True, False]
    assert [seen.evaluate("=ISEVEN(ROW())", "客户", row, 0, anchor=(1, 0)) for row in (1, 2)] == [True, False]
    assert seen.evaluate("=A1", "客户", 0, 0, anchor=(1, 0)).type == "REF"


@pytest.mark.parametrize("formula", ['=INDIRECT("B2")', "=INDIRECT(\"'客户'!B2\")", '=SUM(INDIRECT("b2:b2",TRUE))'])
def test_indirect_means_the_sheet_of_the_rule(seen, formula):
    assert seen.evaluate(formula, "客户", 9, 7) == 10


def test_cells_past_the_engine_s_grid_are_an_error_and_not_a_wrong_sum():
    grids = Grids(sizes={"wide": (1_200_000, 18_000)})
    grids.sheets["wide"] = {
        (0, 0): "=SUM(A2:A)",
        (0, 1): "=SUM(C2:2)",
        (1_100_000, 0): 5,
        (1, 17_000): 3,
        (1, 17_001): "=1",
        (2, 0): "=SUM(A4:A9)",
    }
    seen = calculator(grids)
    assert [seen.value("wide", row, column).type for row, column in [(0, 0), (0, 1), (1, 17_001)]] == ["REF"] * 3
    assert seen.value("wide", 2, 0) == 0


def test_a_rule_sees_what_changed():
    grids = customers()
    seen = calculator(grids)
    assert seen.evaluate("=$B2>5", "客户", 1, 0, anchor=(1, 0)) is True
    grids.sheets["客户"][(1, 1)] = 2
    seen.changed("客户", 1, 1)
    assert seen.evaluate("=$B2>5", "客户", 1, 0, anchor=(1, 0)) is False


def test_rules_do_not_spill_into_each_other(seen):
    assert seen.evaluate("=SEQUENCE(5)", "客户", 0, 0) == 1
    assert [seen.evaluate(f"={n}+COUNTA(A2:A3)", "客户", 0, 0) for n in range(6)] == [2, 3, 4, 5, 6, 7]


FUNCTIONS = [
    "SUM(",
    "IF(",
    "COUNTIF(",
    "INDEX(",
    "XLOOKUP(",
    "TEXT(",
    "REGEXMATCH(",
    "SPLIT(",
    "LET(x,",
    "LAMBDA(x,",
    "OFFSET(",
    "ARRAYFORMULA(",
    "FOO(",
]
PIECES = [
    "A1",
    "B2:B",
    "A:A",
    "1:1",
    "$C$3",
    "b!A1",
    "'客户'!A1",
    "#REF!",
    "#N/A",
    "1",
    "1e308",
    '"x"',
    '"',
    "TRUE",
    "name",
    "x",
]
MARKS = [
    ")",
    "(",
    "{",
    "}",
    ",",
    ";",
    "+",
    "-",
    "*",
    "/",
    "^",
    "&",
    "%",
    "=",
    "<>",
    " ",
    ":",
    "!",
    "@",
    "'",
    "\n",
    "，",
]
FORMULAS = st.lists(st.sampled_from(FUNCTIONS + PIECES + MARKS) | st.text(max_size=3), max_size=14).map(
    lambda parts: "=" + "".join(parts)
)


@given(FORMULAS, FORMULAS)
def test_no_formula_is_too_odd(one, other):
    grids = Grids()
    grids.rows("a", [1, one, other, "=B1"], ["x", "=SUM(B1:C1)"])
    grids.rows("b", [other])
    seen = calculator(grids)
    found = [
        seen.value(title, row, column)
        for title, row, column in [("a", 0, 1), ("a", 0, 2), ("a", 0, 3), ("a", 1, 1), ("b", 0, 0)]
    ]
    found.append(seen.evaluate(one, "a", 3, 3, anchor=(0, 0)))
    assert all(value is None or isinstance(value, str | float | int | CellError) for value in found)


@pytest.mark.parametrize("formula", [
    pytest.param('=REGEXMATCH("' + "a" * 5000 + '!","^(a+)+$")', id="a pattern that would take for ever"),
    pytest.param("=SUM(SEQUENCE(100000,100000))", id="ten thousand million numbers"), pytest.param('=REPT("ab",1000000000)', id="two gigabytes of text"),
    pytest.param("=FACT(1E9)", id="a long product"), pytest.param("=WORKDAY(1,1E12)", id="a day past the calendar"),
    pytest.param('=COUNTIF(A2:A,"' + "*a" * 100 + '")', id="a hundred wildcards"), pytest.param("=COMBIN(1E15,5E14)", id="many ways"),
])  # fmt: skip
def test_nothing_hangs(seen, formula):
    started = time.perf_counter()
    seen.evaluate(formula, "客户", 9, 7)
    assert time.perf_counter() - started < 30, "each takes milliseconds; without a limit, for ever"


@pytest.mark.parametrize("formula", [
    "=" + "(" * 20_000 + "1" + ")" * 20_000, "=" + "IF(1=1," * 4_000 + "1" + ",2)" * 4_000, "=" + "{" * 9_000 + "1" + "}" * 9_000,
], ids=["parentheses", "IF", "braces"])  # fmt: skip
def test_what_is_nested_too_deep_is_a_formula_that_cannot_be_read(seen, formula):
    assert shown(seen.evaluate(formula, "客户", 1, 0)) == "#ERROR!"


def test_what_people_nest_is_computed(seen):
    assert seen.evaluate("=" + "IF(1=1," * 60 + "7" + ",2)" * 60, "客户", 1, 0) == 7


def test_a_chain_of_20000_cells_does_not_overflow_the_stack():
    code = (
        "from tests.server.grids import Grids, calculator\n"
        "g = Grids({'a': {(0, 0): 1} | {(r, 0): f'=A{r}+1' for r in range(1, 20000)}}, sizes={'a': (20000, 1)})\n"
        "print(calculator(g).value('a', 19999, 0))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "20000\n", done.stderr


class Edited(RuleBasedStateMachine):
    """A calculator that is told of every write shows what a new one shows."""

    def __init__(self):
        super().__init__()
        self.grids = Grids(sizes={"a": (12, 4), "b": (12, 4)})
        self.grids.rows("a", [1])
        self.grids.rows("b", [2])
        self.seen = calculator(self.grids)

    places = st.tuples(st.sampled_from("ab"), st.integers(0, 11), st.integers(0, 3))
    contents = st.one_of(
        st.none(),
        st.integers(-9, 9),
        st.sampled_from(
            [
                "",
                "x",
                "7",
                "=A1",
                "=SUM(A1:B)",
                "=IF(b!A1>0,b!B2,a!A2)",
                '=COUNTIF(a!A:A,">0")',
                "=1/A2",
                "=(",
                '=IF(C1="","",C1*2)',
            ]
        ),
    )

    @rule(place=places, content=contents)
    def write(self, place, content):
        title, row, column = place
        cells = self.grids.sheets[title]
        cells.pop((row, column), None)
        if content is not None:
            cells[(row, column)] = content
        self.seen.changed(title, row, column)

    @rule(title=st.sampled_from("ab"), start=st.integers(0, 11), rows=st.integers(1, 5))
    def clear(self, title, start, rows):
        for place in [place for place in self.grids.sheets[title] if start <= place[0] < start + rows]:
            del self.grids.sheets[title][place]
        self.seen.changed_rows(title, start, start + rows)

    @invariant()
    def shows_what_a_new_one_shows(self):
        places = [(title, *place) for title, cells in self.grids.sheets.items() for place in cells]
        fresh = calculator(self.grids)
        assert [self.seen.value(*place) for place in places] == [fresh.value(*place) for place in places]


TestEdited = Edited.TestCase


def test_the_tokens_of_a_formula_are_read_once():
    assert formulas.tokens("=SUM(A1)") is formulas.tokens("=SUM(A1)")


def test_what_was_computed_is_given_back_with_the_calculator():
    grids = customers()
    grids.rows("Sums", ["=SUM('客户'!B2:B)", '=TEXT(1234.5,"0")'])
    made = calculator(grids)
    assert made.value("Sums", 0, 1) == "1235"
    gone = weakref.ref(made)
    del made, grids
    gc.collect()
    assert gone() is None
