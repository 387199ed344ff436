"""Number formats that formulas take over from the cells that they read."""

from __future__ import annotations

import pytest

from .books import book, cells, do, put, read, span

ROWS = [
    ["Name", "Since", "Paid", "Share", "Units", "At"],
    ["Ann", "2026-09-05", "$1,200.50", "25%", 3, "10:30"],
    ["Bob", "2026-08-01", "$99.50", "75%", 4, "12:00"],
]


@pytest.fixture(scope="module")
def spreadsheet():
    return book(*ROWS)


@pytest.mark.parametrize(("formula", "shown"), [
    pytest.param("=B2", "2026-09-05", id="a cell looks like the cell that it shows"),
    pytest.param("=(B2)", "2026-09-05", id="in parentheses"),
    pytest.param("=Sheet1!B2", "2026-09-05", id="by its title"),
    pytest.param("=B2+30", "2026-10-05", id="a date and days are a date"),
    pytest.param("=30+B2", "2026-10-05", id="the other way round"),
    pytest.param("=B2-7", "2026-08-29", id="days before a date"),
    pytest.param("=B2-B3", "35", id="between two dates is a number of days"),
    pytest.param("=F3-F2", "1:30:00", id="between two times is a duration"),
    pytest.param("=TODAY()-B3", "-152", id="days since"),
    pytest.param("=TODAY()+E2", "3/5/2026", id="days from today"),
    pytest.param("=SUM(C:C)", "$1,300.00", id="a sum of money, past its heading"),
    pytest.param("=SUM(C2:C3)*2", "$2,600.00", id="twice that"),
    pytest.param("=C2*D2", "$300.13", id="a share of money"),
    pytest.param("=C2/E2", "$400.17", id="money by a number"),
    pytest.param("=C2/C3", "12.06532663", id="money by money is a number"),
    pytest.param("=MAX(B2:B3)", "2026-09-05", id="the last date"),
    pytest.param("=AVERAGE(D2:D3)", "50%", id="an average share"),
    pytest.param("=ROUND(C2)", "$1,201.00", id="rounded"),
    pytest.param('=IF(A2="","",B2+14)', "2026-09-19", id="a date or nothing"),
    pytest.param("=IF(E2>3,C2,B2)", "2026-09-05", id="the branch that is taken"),
    pytest.param("=IF(E2>3,B2,0)", "0", id="the branch that is no date"),
    pytest.param('=IFERROR(B2+30,"?")', "2026-10-05", id="unless it is an error"),
    pytest.param('=VLOOKUP("Bob",A2:D3,2,FALSE)', "2026-08-01", id="looked up"),
    pytest.param('=XLOOKUP("Bob",A2:A3,C2:C3,"")', "$99.50", id="looked up, the other way"),
    pytest.param('=INDEX(B2:B3,MATCH("Bob",A2:A3,0))', "2026-08-01", id="indexed"),
    pytest.param('=INDEX(A2:D3,2,3)', "$99.50", id="indexed by column"),
    pytest.param("=COUNT(C2:C3)", "2", id="a count is a number"),
    pytest.param("=B2>B3", "TRUE", id="a comparison is none"),
    pytest.param('=B2&""', "46270", id="a text shows the number"),
    pytest.param("=E2+1", "4", id="numbers stay as they are"),
    pytest.param("=TODAY()", "3/2/2026", id="today"),
    pytest.param("=EDATE(B2,1)", "10/5/2026", id="a month later"),
    pytest.param("=TO_DOLLARS(5)", "$5.00", id="as dollars"),
    pytest.param("=" + "(" * 500 + "B2" + ")" * 500, None, id="too deep to look"),
])  # fmt: skip
def test_shown(spreadsheet, formula, shown):
    put(spreadsheet, "H1", [formula])
    found = read(spreadsheet, "H1", "FORMATTED_VALUE")
    assert shown is None or found == [[shown]]


def test_rows_filled_down_look_like_their_own_row():
    made = book(["2026-09-05"], ["$5"], [7])
    put(made, "B1", *[[f"=A{row}"] for row in (1, 2, 3)])
    assert read(made, "B1:B3", "FORMATTED_VALUE") == [["2026-09-05"], ["$5"], ["7"]]


def test_a_long_chain_is_followed_from_its_end():
    made = book(["2026-01-01"], *[[f"=A{row}+1"] for row in range(1, 900)])
    assert read(made, "A900", "FORMATTED_VALUE") == [["2028-06-18"]]


def test_a_circle_has_no_look():
    made = book(["=B1"], ["=A1"])
    put(made, "B1", ["=A2"])
    assert read(made, "A1:B1", "FORMATTED_VALUE") == [["#REF!", "#REF!"]]


def test_the_parts_of_an_array_look_like_the_columns_that_they_come_from(spreadsheet):
    put(spreadsheet, "J1", ["=FILTER(A2:C3,E2:E3>3)"], [None], ["=ARRAYFORMULA(B2:B3+1)"])
    assert read(spreadsheet, "J1:L4", "FORMATTED_VALUE") == [["Bob", "2026-08-01", "$99.50"], [], ["2026-09-06"], ["2026-08-02"]]  # fmt: skip
    put(spreadsheet, "J1", ["={A2:A3,C2:C3}"], [None], [None])
    assert read(spreadsheet, "J1:K2", "FORMATTED_VALUE") == [["Ann", "$1,200.50"], ["Bob", "$99.50"]]


def test_a_format_of_its_own_wins(spreadsheet):
    put(spreadsheet, "N1", ["=B2"])
    plain = {"userEnteredFormat": {"numberFormat": {"type": "NUMBER", "pattern": "0"}}}
    do(
        spreadsheet,
        {"repeatCell": {"range": span(0, 1, 13, 14), "cell": plain, "fields": "userEnteredFormat.numberFormat"}},
    )
    assert read(spreadsheet, "N1", "FORMATTED_VALUE") == [["46270"]]


def test_it_is_the_effective_format_and_not_the_one_that_was_entered(spreadsheet):
    put(spreadsheet, "O1", ["=B2"])
    assert cells(spreadsheet, "O1", "userEnteredFormat") in ([], [[None]])
    assert cells(spreadsheet, "O1", "effectiveFormat")[0][0]["numberFormat"] == {
        "type": "DATE",
        "pattern": "yyyy-mm-dd",
    }
    assert cells(spreadsheet, "O1", "formattedValue") == [["2026-09-05"]]
