"""Formulas: kept as they were written, following their cells, computed as we compute them."""

from __future__ import annotations

import pytest

from tests.contract.beliefs import belief

UNTOLD = "*nobody* has told"
SECOND = "a second plan is empty only if formulas come back as they were written"
OURS = "Google's reference of its functions; computed by hand"
ALIKE = "reminders and summaries read what formulas come to"


@pytest.mark.parametrize(
    "formula",
    [
        '=IF($A2="","",IFERROR(VLOOKUP($A2,$E$2:$F$40,2,FALSE),""))',
        '=IF($A2="","",MAXIFS($C$2:$C$40,$A$2:$A$40,$A2))',
        '=ARRAYFORMULA(IF(A2:A="",,B2:B*1.5))',
        '=SUMIFS($C$2:$C$40,$A$2:$A$40,"<>",$B$2:$B$40,">="&TODAY()-7)',
        '=HYPERLINK("#gid=0&range=A1","打开")',
        "=TODAY()-C2",
    ],
)
@belief("A formula comes back letter by letter: no capital, space, quote or dollar is changed.", seen=UNTOLD, so=SECOND)
def test_formulas_come_back(tab, formula):
    cell = {"values": [{"userEnteredValue": {"formulaValue": formula}}]}
    tab.book.batch({"updateCells": {"range": tab.span(1, 2, 7, 8), "rows": [cell], "fields": "userEnteredValue"}})
    assert tab.read("H2", "FORMULA") == [[formula]]


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ('=SUMIFS(B1:B3,A1:A3,"x")', 5),
        ('=MAXIFS(B1:B3,A1:A3,"x")', 4),
        ('=COUNTIFS(A1:A3,"x",B1:B3,">1")', 1),
        ('=IFERROR(VLOOKUP("z",A1:B3,2,FALSE),"none")', "none"),
        ('=INDEX(SORT(FILTER(B1:B3,A1:A3="x"),1,FALSE),1)', 4),
        ('=TEXT(46348,"yyyy-mm-dd")', "2026-11-22"),
        ("=NETWORKDAYS(46348,46355)", 5),
        ('=REGEXMATCH("13800138000","^1[3-9]\\d{9}$")', True),
        ("=WEEKNUM(46348,21)", 47),
        ('=JOIN("、",UNIQUE(A1:A3))', "x、y"),
    ],
)
@belief("Functions that templates use come to what we compute.", seen=OURS, so=ALIKE)
def test_functions(tab, formula, value):
    tab.write("A1", ["x", 1], ["y", 2], ["x", 4])
    tab.type("D1", [formula])
    assert tab.read("D1") == [[value]]


@belief(
    "ARRAYFORMULA does not expand SUMIFS: one value comes out, not one for each row.",
    seen="users' threads",
    so="formulas are written into every row of the grid",
)
def test_arrayformula_does_not_expand_sumifs(tab):
    tab.write("A1", ["x", 1], ["y", 2], ["x", 4])
    tab.type("D1", ["=ARRAYFORMULA(SUMIFS(B1:B3,A1:A3,A1:A3))"])
    found = tab.read("D1:D3")
    assert len(found) == 1


@belief(
    "References follow columns that are put before them and tabs that are called otherwise.",
    seen="Google's reference",
    so="formulas are compared by the columns that they name, not by letters",
)
def test_references_follow(tab):
    tab.write("B1", [1], [2])
    tab.type("D1", ["=SUM($B$1:$B$2)"])
    tab.book.batch({"insertDimension": {"range": tab.line("COLUMNS", 0, 1)}})
    assert tab.read("E1", "FORMULA") == [["=SUM($C$1:$C$2)"]]


@belief(
    "A formula's error comes as a text, `#N/A` or `#DIV/0!`, and the cells beside it as they are.",
    seen="recorded traffic of gspread",
    so="an error in a cell is an issue of that cell",
)
def test_errors_are_texts(tab):
    tab.type("A1", ["=NA()", "=1/0", 3])
    assert tab.read("A1:C1") == [["#N/A", "#DIV/0!", 3]]


@belief(
    "Rows put in the middle inherit no formula by themselves when the API inserts them.",
    seen=UNTOLD,
    so="we write formulas into the rows that we insert",
)
def test_inserted_rows_have_no_formulas(tab):
    tab.type("A1", ["=1+1"], ["=1+1"], ["=1+1"])
    tab.book.batch({"insertDimension": {"range": tab.line("ROWS", 1, 2), "inheritFromBefore": True}})
    assert tab.read("A1:A4") == [[2], [], [2], [2]]


@belief(
    "Sorting a range by the API moves whole rows of it, and formulas of their own row stay so.",
    seen="Google's reference of sortRange",
    so="people may sort; ids are looked for again before every write",
)
def test_sorting_keeps_row_formulas(tab):
    tab.type("A1", [2, "=A1*10"], [1, "=A2*10"])
    order = [{"dimensionIndex": 0, "sortOrder": "ASCENDING"}]
    tab.book.batch({"sortRange": {"range": tab.span(0, 2, 0, 2), "sortSpecs": order}})
    assert tab.read("A1:B2") == [[1, 10], [2, 20]]


@belief(
    "A formula that the API writes may name a named range that the batch before it made.",
    seen="Google's reference",
    so="templates with lists make named ranges first, and formulas on them after",
)
def test_named_ranges_work_in_formulas(tab):
    number = tab.book.far.number()
    tab.write("A1", [2], [3])
    name = {"namedRangeId": str(number), "name": f"n_{number}", "range": tab.span(0, 2, 0, 1)}
    tab.book.batch({"addNamedRange": {"namedRange": name}})
    tab.type("C1", [f"=SUM(n_{number})"])
    assert tab.read("C1") == [[5]]
    tab.book.batch({"deleteNamedRange": {"namedRangeId": str(number)}})
