"""The functions that sheets about customers use.  Expected values are worked out by hand, not taken from a live sheet."""

from __future__ import annotations

import pytest

from .books import book, put, read

ROWS = [
    ["Who", "Paid", "On", "Stage", "Rate"],
    ["Ann", 10, "2026-09-05", "won", "a*b"],
    ["Bob", 20, "2026-08-01", "lost", "axb"],
    ["Anna", 30, "2026-09-30", "won", "a?b"],
    ["Cy", 40, None, None, "~"],
]


@pytest.fixture(scope="module")
def spreadsheet():
    return book(*ROWS, timeZone="Asia/Shanghai")


@pytest.mark.parametrize(("formula", "value"), [
    ('=SUMIFS(B2:B5,D2:D5,"won")', 40), ('=SUMIFS(B2:B5,A2:A5,"An*")', 40), ('=SUMIFS(B2:B5,A2:A5,"An?")', 10), ('=SUMIFS(B2:B5,D2:D5,"<>won")', 60),
    ('=COUNTIFS(C2:C5,">="&DATE(2026,9,1),C2:C5,"<"&DATE(2026,10,1))', 2), ('=COUNTIFS(C2:C5,">="&C2)', 2), ('=COUNTIFS(C2:C5,">=2026-09-01")', 2),
    ('=COUNTIF(E2:E5,"a~*b")', 1), ('=COUNTIF(E2:E5,"a*b")', 3), ('=COUNTIF(E2:E5,"a~?b")', 1), ('=COUNTIF(D2:D5,"")', 1), ('=COUNTIF(D2:D5,"<>")', 3),
    ('=COUNTIF(A2:A5,"ann")', 1), ('=COUNTIF(B2:B5,">15")', 3), ('=AVERAGEIFS(B2:B5,D2:D5,"won")', 20), ('=AVERAGEIFS(B2:B5,D2:D5,"x")', "#DIV/0!"),
    ('=MAXIFS(B2:B5,D2:D5,"won")', 30), ('=MINIFS(B2:B5,B2:B5,">10")', 20), ('=MAXIFS(C2:C5,A2:A5,"Bob")', 46235), ('=MAXIFS(B2:B5,D2:D5,"x")', 0),
    ("=COUNTBLANK(D2:D5)", 1), ("=COUNTUNIQUE(D2:D5)", 2), ("=SUMPRODUCT((D2:D5=\"won\")*B2:B5)", 40), ("=SUMPRODUCT(B2:B3,B2:B3)", 500),
    ('=XLOOKUP("Bob",A2:A5,B2:B5)', 20), ('=XLOOKUP("Zoe",A2:A5,B2:B5,"none")', "none"), ("=XLOOKUP(25,B2:B5,A2:A5,\"\",-1)", "Bob"), ("=XLOOKUP(25,B2:B5,A2:A5,\"\",1)", "Anna"),
    ('=XLOOKUP("A*",A2:A5,B2:B5,"",2)', 10), ('=XLOOKUP("A*",A2:A5,B2:B5,"",2,-1)', 30), ('=INDEX(B2:B5,MATCH("Cy",A2:A5,0))', 40), ("=MATCH(25,B2:B5,1)", 2),
    ('=VLOOKUP("Zoe",A2:B5,2,FALSE)', "#N/A"), ('=VLOOKUP("B*",A2:B5,2,FALSE)', 20), ('=HLOOKUP("Paid",A1:E5,3,FALSE)', 20), ("=LOOKUP(35,B2:B5,A2:A5)", "Anna"),
    ('=TEXTJOIN(", ",TRUE,D2:D5)', "won, lost, won"), ('=TEXTJOIN("-",FALSE,D4:D5)', "won-"), ('=JOIN("/",A2:A3)', "Ann/Bob"),
    ('=DATEDIF("2026-01-31","2026-03-01","D")', 29), ('=DATEDIF("2025-03-10","2026-09-05","Y")', 1), ('=DATEDIF("2025-03-10","2026-09-05","YM")', 5),
    ('=EDATE("2026-01-31",1)', 46081), ('=EOMONTH("2026-02-10",0)', 46081), ("=NETWORKDAYS(C3,C2)", 25), ('=NETWORKDAYS.INTL(C3,C2,"0000001")', 31), ("=WORKDAY(C2,5)", 46276),
    ("=WEEKDAY(C2)", 7), ("=WEEKDAY(C2,2)", 6), ("=WEEKNUM(C2)", 36), ("=ISOWEEKNUM(C2)", 36), ("=YEAR(C2)*100+MONTH(C2)", 202609), ("=DAYS(C2,C3)", 35),
    ("=TODAY()", 46083), ("=HOUR(NOW())", 20), ("=TODAY()-C3", -152), ('=TEXT(C2,"yyyy-mm")', "2026-09"), ('=TEXT(C2,"ddd")', "Sat"), ('=TEXT(1234.5,"$#,##0.00")', "$1,234.50"),
    ('=TEXT(0.256,"0.0%")', "25.6%"), ("=ROUND(2.345,2)", 2.35), ("=ROUNDUP(2.1)", 3), ("=ROUNDDOWN(-2.9)", -2), ("=MROUND(7,5)", 5), ("=CEILING(2.1,0.5)", 2.5), ("=FLOOR(2.4,0.5)", 2),
    ('=IFS(B2>15,"big",B2>5,"mid",TRUE,"small")', "mid"), ("=IFS(FALSE,1)", "#N/A"), ('=SWITCH(D2,"lost",0,"won",1)', 1), ('=SWITCH(D2,"x",0,"else")', "else"), ("=CHOOSE(2,A2,A3)", "Bob"),
    ("=ISBLANK(D5)", True), ('=ISBLANK("")', False), ("=N(TRUE)", 1), ('=N("x")', 0), ('=T("x")', "x"), ("=T(5)", ""), ("=ISNUMBER(C2)", True), ("=ISNA(NA())", True), ("=ISERR(NA())", False),
    ('=HYPERLINK("https://x.org","site")', "site"), ("=RANK(20,B2:B5)", 3), ("=RANK(20,B2:B5,TRUE)", 2), ("=PERCENTILE(B2:B5,0.5)", 25), ("=MEDIAN(B2:B5)", 25), ("=LARGE(B2:B5,2)", 30),
    ('=SUM(INDIRECT("B2:B3"))', 30), ('=INDIRECT("Sheet1!A2")', "Ann"), ('=INDIRECT("zz top")', "#REF!"), ("=OFFSET(A1,2,1)", 20), ("=SUM(OFFSET(B1,1,0,2,1))", 30), ("=ADDRESS(2,3)", "$C$2"),
    ("=ADDRESS(2,3,4)", "C2"), ("=LEFT(A4,2)&MID(A4,3,9)", "Anna"), ('=SUBSTITUTE("a-b-c","-","",2)', "a-bc"), ('=TRIM("  a  b ")', "a b"), ('=PROPER("li wei")', "Li Wei"), ('=EXACT("a","A")', False),
    ('=VALUE("12.5")', 12.5), ('=DATEVALUE("2026-09-05")', 46270), ('=A2&B2', "Ann10"), ("=A2+1", "#VALUE!"), ("=1/0", "#DIV/0!"), ("=SQRT(-1)", "#NUM!"), ("=NOBODY(1)", "#NAME?"), ("=nobody", "#NAME?"),
    ('=GOOGLETRANSLATE("a","en","zh")', "#NAME?"), ('=GOOGLEFINANCE("X")', "#NAME?"), ('=IMPORTRANGE("x","A1")', "#NAME?"),
])  # fmt: skip
def test_value(spreadsheet, formula, value):
    put(spreadsheet, "H1", [formula])
    found = read(spreadsheet, "H1")
    assert found == [[value]]
    assert isinstance(found[0][0], bool) is isinstance(value, bool)
