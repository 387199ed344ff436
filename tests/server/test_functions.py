"""Functions that only Sheets has, and arrays that fill other cells: as a client reads them."""

from __future__ import annotations

import pytest

from sheetcrm.server.cell_error import TEXTS

from .books import book, cells, do, lines, put, read

ROWS = [
    ["Name", "Amount", "Stage", "Since", "Mail"],
    ["Ann", 10, "lead", "2026-09-05", "ann@x.org"],
    ["Bob", 20.5, "won", "2026-08-01", "bob"],
    ["Cy", None, "lead", None, None],
    ["Ann", 10, "lead", "2025-12-31", "ann@x.org"],
    ["Di", None, None, None, "www.x.org"],
]


@pytest.fixture(scope="module")
def spreadsheet():
    made = book(*ROWS)
    put(made, "D2", ["'2026-09-05"])  # text, which the functions of days read all the same
    return made


@pytest.fixture
def answer(spreadsheet):
    def of(formula):
        put(spreadsheet, "H1", [formula])
        return read(spreadsheet, "H1:M20")

    return of


@pytest.mark.parametrize(("formula", "value"), [
    ('=REGEXEXTRACT("abc-123","[0-9]+")', "123"), ('=REGEXEXTRACT("a@x.org","@(.+)$")', "x.org"), ('=REGEXEXTRACT("abc","[0-9]")', "#N/A"),
    ('=REGEXEXTRACT(B2,"1")', "#VALUE!"), ('=REGEXEXTRACT("a","(")', "#REF!"), ('=REGEXEXTRACT("2026年9月","([0-9]+)月")', "9"),
    ('=IFERROR(REGEXEXTRACT(Z1,"x"),"-")', "-"), ('=REGEXREPLACE("138-0013","[^0-9]","")', "1380013"), ('=REGEXREPLACE("Li Wei","(\\w+) (\\w+)","$2 $1")', "Wei Li"),
    ('=REGEXREPLACE(5,"a","b")', "#VALUE!"), ('=REGEXREPLACE("a","(?=a)","b")', "#REF!"), ('=REGEXREPLACE("a","a","$3")', "#REF!"), ("=REGEXREPLACE(1/0,A1,A1)", "#DIV/0!"),
    ("=ISEMAIL(E2)", True), ("=ISEMAIL(E3)", False), ("=ISEMAIL(5)", False), ('=ISEMAIL("a@b")', False), ('=ISEMAIL("first.last+x@mail.x.co")', True),
    ("=ISURL(E6)", True), ('=ISURL("https://x.org/a?b=c")', True), ('=ISURL("two words.org")', False), ("=ISURL(E3)", False),
    ("=TO_TEXT(12.5)", "12.5"), ("=TO_TEXT(A2)", "Ann"), ('=TO_TEXT(1)&"x"', "1x"), ("=ISTEXT(TO_TEXT(B2))", True),
    ("=SPARKLINE(B2:B6)", ""), ('=SPARKLINE(B2:B6,{"charttype","bar";"max",40})', ""), ('=IF(TRUE,SPARKLINE(B2:B6),"")', ""),
    ('=QUERY(A1:C6,"select A")', "#NAME?"), ('=IMPORTRANGE("x","y")', "#NAME?"), ('=IFERROR(QUERY(A1,"x"),"e")', "e"),
    ('=YEAR("2026-09-05")', 2026), ('=MONTH("9/5/2026")', 9), ("=YEAR(D2)", 2026), ("=YEAR(D3)", 2026), ('=YEAR("soon")', "#VALUE!"), ('=DAYS("2026-09-05","2026-09-01")', 4),
    ('=HOUR("12:30")', 12), ('=TEXT("2026-09-05","yyyy年")', "2026年"), ('=EDATE("2026-09-05",1)', 46300), ('=DATEDIF("2026-01-01",D2,"M")', 8), ("=WEEKDAY(D2)", 7),
    ('=JOIN(",",FILTER(A2:A,C2:C="lead"))', "Ann,Cy,Ann"), ('=IFERROR(FILTER(A2:A,C2:C="zzz"),"none")', "none"), ("=SUM({B2,B3})", 30.5),
    ('=REGEXEXTRACT("Li 张三 x","\\p{Han}+")', "张三"), ('=REGEXREPLACE("张三 Li","\\P{Han}","")', "张三"), ('=REGEXEXTRACT("12ab3","[[:alpha:]]+")', "ab"),
    ('=REGEXREPLACE("a_b-c","[^[:alnum:]_]","")', "a_bc"), ('=REGEXEXTRACT("1 éa","\\pL+")', "éa"), ('=REGEXEXTRACT("a①b","[\\p{N}]")', "①"),
    ('=REGEXEXTRACT("x","\\p{Klingon}")', "#REF!"), ('=REGEXEXTRACT("x","[[:^alpha:]]")', "#REF!"),
    ("=ADD(1,2)", 3), ("=MINUS(3,1)*2", 4), ("=MULTIPLY(2,3)", 6), ("=DIVIDE(1,0)", "#DIV/0!"), ("=POW(2,3)", 8), ('=EQ("a","A")', True), ("=GTE(2,3)", False),
    ("=NE(B2,MINUS(B3,10.5))", False), ('=ENCODEURL("a b&张")', "a%20b%26%E5%BC%A0"), ("=EPOCHTODATE(1655906710)", 44734.5869212963), ("=EPOCHTODATE(1655906710000,2)", 44734.5869212963),
    ('=IMAGE("https://x.org/a.png")', ""), ("=ARRAY_CONSTRAIN(A2:B6,0,1)", "#VALUE!"), ("=SORTN(A2:B6,0)", "#VALUE!"),
    ("=IFERROR(1/0)", ""), ('=INDEX(B2:B6,MATCH("bo",LEFT(A2:A6,2),0))', 20.5), ("=ROUND(2.5)", 3), ("=ROUNDDOWN(2.9)", 2), ("=TO_PURE_NUMBER(B2)", 10),
    ('=FILTER(A2:A,C2:C="zzz")', "#N/A"), ("=ROWS(UNIQUE(A2:A6))", 4), ("=SUM(UNIQUE(B2:B6))", 30.5), ("={A1", "#ERROR!"),
])  # fmt: skip
def test_one_value(answer, formula, value):
    found = answer(formula)
    assert found == [[value]]
    assert isinstance(found[0][0], bool) is isinstance(value, bool)


@pytest.mark.parametrize(("formula", "rows"), [
    pytest.param("=UNIQUE(C2:C)", [["lead"], ["won"]], id="a blank cell is no 0"),
    pytest.param("=UNIQUE(A2:B)", [["Ann", 10], ["Bob", 20.5], ["Cy", ""], ["Di", ""]], id="nor within a row"),
    pytest.param('=FILTER(A2:B6,C2:C6="lead")', [["Ann", 10], ["Cy", ""], ["Ann", 10]], id="filtered"),
    pytest.param("=SORT(A2:B6,2,FALSE)", [["Bob", 20.5], ["Ann", 10], ["Ann", 10], ["Cy", ""], ["Di", ""]], id="sorted down, blanks last"),
    pytest.param("=SORT(A2:B6,2,TRUE)", [["Ann", 10], ["Ann", 10], ["Bob", 20.5], ["Cy", ""], ["Di", ""]], id="sorted up, blanks last"),
    pytest.param("=SORT(A2:B6,1,TRUE,2,FALSE)", [["Ann", 10], ["Ann", 10], ["Bob", 20.5], ["Cy", ""], ["Di", ""]], id="sorted by two"),
    pytest.param("=SORT(A2:A6,B2:B6,FALSE,1,TRUE)", [["Bob"], ["Ann"], ["Ann"], ["Cy"], ["Di"]], id="sorted by what is elsewhere"),
    pytest.param('=SORT({"b";TRUE;2;"A";1/0})', [[2], ["A"], ["b"], [True], ["#DIV/0!"]], id="numbers, text, truth values, errors"),
    pytest.param("=SORT(A2:B6,3,TRUE)", [["#VALUE!"]], id="by a column that is not there"),
    pytest.param("=SORT(UNIQUE(A2:A))", [["Ann"], ["Bob"], ["Cy"], ["Di"]], id="unique and sorted"),
    pytest.param('=SPLIT("a,b,3",",")', [["a", "b", 3]], id="split, to the right"),
    pytest.param('=REGEXEXTRACT("abc-123","([a-z]+)-([0-9]+)")', [["abc", "123"]], id="groups, to the right"),
    pytest.param('=ARRAYFORMULA(A2:A4&"!")', [["Ann!"], ["Bob!"], ["Cy!"]], id="a text for each row"),
    pytest.param('=ARRAYFORMULA(IF(A2:A6="","",B2:B6*2))', [[20], [41], [0], [20], [0]], id="a number for each row"),
    pytest.param('=ARRAYFORMULA(REGEXEXTRACT(A2:A3,"^."))', [["A"], ["B"]], id="an extract for each row"),
    pytest.param('=ARRAYFORMULA(YEAR(D2:D3))', [[2026], [2026]], id="a year for each row, of text or day"),
    pytest.param('=ARRAYFORMULA(VLOOKUP(E2:E4,{"ann@x.org",1;"bob",2},2,FALSE))', [[1], [2], ["#N/A"]], id="a look-up for each row"),
    pytest.param('=ARRAYFORMULA(IFERROR(VLOOKUP({"Ann";"Di";"Bob";"No"},A3:C6,3,FALSE),"?"))', [["lead"], [""], ["won"], ["?"]], id="a look-up for each row, blank where it finds a blank"),
    pytest.param('=ARRAYFORMULA(VLOOKUP({"Bob";"Cy"},A2:C6,{2,3},FALSE))', [[20.5, "won"], ["", "lead"]], id="several columns looked up for each row"),
    pytest.param('=ARRAYFORMULA(XLOOKUP({"Ann";"Cy";"No"},A3:A6,B3:B6,"none"))', [[10], [""], ["none"]], id="the newer look-up for each row"),
    pytest.param("=ARRAYFORMULA(MATCH({\"won\";\"lead\"},C2:C6,0))", [[2], [1]], id="a place for each row"),
    pytest.param('=ARRAYFORMULA(SUMIF(A2:A6,{"Ann";"B*";"x"},B2:B6))', [[20], [20.5], [0]], id="a conditional sum for each row"),
    pytest.param('=ARRAYFORMULA(COUNTIFS(A2:A6,A2:A4,C2:C6,"lead"))', [[2], [0], [1]], id="a conditional count for each row"),
    pytest.param("=ARRAYFORMULA(IF(B2:B=\"\",,B2:B*2))", [[20], [41], [""], [20]], id="what a branch leaves out is blank, and ends the array"),
    pytest.param("=ARRAYFORMULA(ROW(A2:A4)*10)", [[20], [30], [40]], id="the rows of a range"),
    pytest.param('=FILTER(A2:A6,COUNTIF({"lead"},C2:C6))', [["Ann"], ["Cy"], ["Ann"]], id="filtered by a list"),
    pytest.param("=SORTN(A2:B6,2,0,1,FALSE)", [["Di"], ["Cy"]], id="the first two"),
    pytest.param("=SORTN(A2:B6,1,1,1,TRUE)", [["Ann", 10], ["Ann", 10]], id="the first, and those as good"),
    pytest.param("=SORTN(A2:A6,9,2,1,TRUE)", [["Ann"], ["Bob"], ["Cy"], ["Di"]], id="one of each kind"),
    pytest.param("=SORTN(A2:A6,2,3,1,TRUE)", [["Ann"], ["Ann"], ["Bob"]], id="all of two kinds"),
    pytest.param("=ARRAY_CONSTRAIN(A2:C6,2,1)", [["Ann"], ["Bob"]], id="no more than two rows"),
    pytest.param("=CHOOSECOLS(A2:C3,3,1)", [["lead", "Ann"], ["won", "Bob"]], id="columns chosen"),
    pytest.param("=VSTACK(A2:A3,C2:C3)", [["Ann"], ["Bob"], ["lead"], ["won"]], id="under each other"),
    pytest.param("=HSTACK(A2:A3,C2:C3)", [["Ann", "lead"], ["Bob", "won"]], id="beside each other"),
    pytest.param("=TOCOL(A2:B3)", [["Ann"], [10], ["Bob"], [20.5]], id="in one column"),
    pytest.param("=FLATTEN(A2:B3)", [["Ann"], [10], ["Bob"], [20.5]], id="flattened"),
    pytest.param("={A2:A3,C2:C3}", [["Ann", "lead"], ["Bob", "won"]], id="ranges side by side"),
    pytest.param('={"Who";A2:A3}', [["Who"], ["Ann"], ["Bob"]], id="a heading over a range"),
    pytest.param("={1,2;3,4}", [[1, 2], [3, 4]], id="constants"),
])  # fmt: skip
def test_an_array_fills_cells_in_values_and_grid_data(spreadsheet, answer, formula, rows):
    assert answer(formula) == rows
    found = cells(spreadsheet, "H1:M20", "effectiveValue")
    width = len(rows[0])
    assert [padded([shown(cell) for cell in row], width) for row in found] == [padded(row, width) for row in rows]


def padded(row, width):
    return row + [""] * (width - len(row))


def shown(extended_value):
    value = next(iter((extended_value or {"": ""}).values()))
    return TEXTS[value["type"]] if isinstance(value, dict) else value


def test_formulas_that_read_a_spilled_cell_follow_it(answer, spreadsheet):
    put(spreadsheet, "N1", ['=H2&"/"&COUNTA(H1:H9)'])
    assert answer("=SORT(A2:A4,1,FALSE)") == [["Cy"], ["Bob"], ["Ann"]]
    assert read(spreadsheet, "N1") == [["Bob/3"]]
    put(spreadsheet, "A3", ["Zoe"])
    assert read(spreadsheet, "N1") == [["Cy/3"]]
    put(spreadsheet, "A3", ["Bob"])


def test_an_array_is_found_wherever_and_whenever_it_comes():
    made = book(["a"], ["b"])
    assert read(made) == [["a"], ["b"]]
    put(made, "C1", ["=SORT(A1:A2,1,FALSE)"])
    assert read(made, "C1:C2") == [["b"], ["a"]]
    put(made, "C1", ["x"])
    assert read(made, "C1:C2") == [["x"]]
    do(made, {"updateCells": {
        "start": {"rowIndex": 0, "columnIndex": 3}, "fields": "userEnteredValue",
        "rows": [{"values": [{"userEnteredValue": {"formulaValue": "=unique(A1:A2)"}}]}],
    }})  # fmt: skip
    do(made, {"insertDimension": {"range": lines("ROWS", 0, 1)}})
    assert read(made, "D1:D3") == [[], ["a"], ["b"]]


def test_many_formulas_read_at_once_are_what_each_is():
    made = book(*[[row] for row in range(1500)], rows_in_grid=2000)
    put(made, "B1", *[[f"=A{row}*2"] for row in range(1, 1501)])
    put(made, "C1200", ["=1/0"])
    found = read(made, "B1:C1500")
    assert [row[0] for row in found] == [row * 2 for row in range(1500)]
    assert found[1199][1] == "#DIV/0!"
    put(made, "A1400", ["=B1399"])
    assert read(made, "A1399:B1401") == [[1398, 2796], [2796, 5592], [1400, 2800]]
