"""What is written into cells, and how it comes back."""

from __future__ import annotations

import pytest

from tests.contract.beliefs import belief

CHECKED = "our own check of what a program writes is the second gate, and `sheetcrm check` looks at every cell"
RECORDED = "recorded traffic of gspread"
PROBED = "reported from live probes (mmedum/google-sheets-mcp)"


@belief(
    "RAW stores texts as they are: `=1+1`, `007`, `2026-01-02` and `+86138…` stay text.",
    seen=PROBED,
    so="records are written RAW, dates as day numbers",
)
def test_raw_is_never_parsed(tab):
    texts = ["=1+1", "007", "2026-01-02", "+8613800138000", "TRUE"]
    tab.write("A1", texts)
    assert tab.read("A1:E1") == [texts]


@belief(
    "USER_ENTERED parses as en_US does: `007` is 7, `1-2` and `2026-09-05` are dates, `$100.15` a number, `'0123` the text 0123.",
    seen=PROBED,
    so="what people type is read as records that way; formulas are entered so",
)
def test_what_is_typed_is_parsed(tab):
    tab.type("A1", ["007", "2026-09-05", "$100.15", "TRUE", "'0123", "=1+1"])
    assert tab.read("A1:F1") == [[7, 46270, 100.15, True, "0123", 2]]


@belief(
    "A value that breaks a strict validation rule is taken when the API writes it.",
    seen="seen for Apps Script; *nobody* has shown it for REST",
    so=CHECKED,
)
def test_validation_is_by_passed(tab):
    rule = {"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "lead"}]}, "strict": True}
    tab.book.batch({"setDataValidation": {"range": tab.span(0, 5, 0, 1), "rule": rule}})
    tab.write("A1", ["leed"])
    tab.type("A2", ["leed"])
    assert tab.read("A1:A2") == [["leed"], ["leed"]]


@belief(
    "A note and a validation rule survive a value that is written into their cell.",
    seen=PROBED,
    so="records can be written without reading what else is in the cells",
)
def test_notes_and_rules_survive_values(tab):
    rule = {"condition": {"type": "NUMBER_GREATER", "values": [{"userEnteredValue": "3"}]}}
    tab.book.batch(
        {"setDataValidation": {"range": tab.span(0, 1, 0, 1), "rule": rule}},
        {"updateCells": {"range": tab.span(0, 1, 0, 1), "rows": [{"values": [{"note": "why"}]}], "fields": "note"}},
    )
    tab.write("A1", [5])
    (cell,) = tab.cells("A1", "note,dataValidation,userEnteredValue")
    assert (cell["note"], cell["dataValidation"]["condition"]["type"]) == ("why", "NUMBER_GREATER")
    assert cell["userEnteredValue"] == {"numberValue": 5}


@belief(
    "Blank cells at the end of a row and blank rows at the end of a range are left out; an empty range has no `values` at all.",
    seen=RECORDED,
    so="reading puts them back",
)
def test_trailing_blanks_are_left_out(tab):
    tab.write("A1", ["x", "", "z"], ["", "", ""])
    assert tab.answer("A1:E9")["values"] == [["x", "", "z"]]
    assert "values" not in tab.answer("G1:H9")


@belief(
    "`null` in values leaves a cell as it is, an empty text blanks it.",
    seen="Google's reference of ValueRange",
    so="one write changes some cells of a row and not others",
)
def test_null_leaves_and_nothing_blanks(tab):
    tab.write("A1", ["a", "b", "c"])
    tab.write("A1", [None, "", "C"])
    assert tab.read("A1:C1") == [["a", "", "C"]]


@belief(
    "A text of 50,000 characters is taken and one more is refused, and then nothing of that write is done.",
    seen=PROBED,
    so="longer texts are refused before anything is sent",
)
def test_a_cell_holds_50000_characters(tab):
    tab.write("A1", ["x" * 50_000])
    answer = tab.put("A2", ["y"], ["x" * 50_001])
    assert answer.status_code == 400
    assert "50000 characters" in answer.json()["error"]["message"]
    assert tab.read("A2:A3") == []


@belief(
    "Dates come as days since 30 December 1899 with SERIAL_NUMBER, times as parts of a day.",
    seen=RECORDED,
    so="columns of dates are read as numbers",
)
def test_dates_are_day_numbers(tab):
    tab.type("A1", ["2026-11-22", "12:00"])
    assert tab.read("A1:B1") == [[46348, 0.5]]


@belief(
    "`append` guesses where the table is: after a row `x, blank, z` it goes under the z.",
    seen=RECORDED,
    so="we never append; we look for the last row by its key",
)
def test_append_guesses(tab):
    tab.write("A1", ["x", "", "z"])
    path = f"/values/{tab.at('A1:Z40')}:append"
    answer = tab.book.post(path, {"values": [["1", "2", "3"]]}, valueInputOption="RAW")
    assert answer["updates"]["updatedRange"].endswith("!C2:E2")


@belief(
    "A numeric text with a plus sign is made a number when it is typed, and loses its plus.",
    seen="users' threads (gspread, n8n)",
    so="telephone numbers are written RAW, and shown in columns of plain text",
)
def test_a_telephone_number_that_is_typed_is_a_number(tab):
    tab.type("A1", ["+8613800138000"])
    assert tab.read("A1") == [[8613800138000]]


@pytest.mark.parametrize(("place", "said"), [("ZZZ1", "exceeds grid limits"), ("AAAA1", "Unable to parse range")])
@belief(
    "A range past the grid is refused as such; one that is none as one that cannot be parsed.",
    seen=PROBED,
    so="our messages tell the two apart",
)
def test_ranges_that_are_not_there(tab, place, said):
    answer = tab.put(place, [1])
    assert answer.status_code == 400
    assert said in answer.json()["error"]["message"]
