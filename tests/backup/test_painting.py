"""Cells are written with few requests, and come out as they were."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetcrm import testing
from sheetcrm.backup.painting import relative, requests
from sheetcrm.backup.reading import Block, read
from sheetcrm.backup.state import rows
from sheetcrm.sheets.gateway import Drive, Gateway


@pytest.mark.parametrize(
    ("upper", "lower", "alike"),
    [
        pytest.param("=A2+B2", "=A3+B3", True, id="filled down"),
        pytest.param("=A2", "=A2", False, id="the same words are not the same formula"),
        pytest.param("=$A$1*B2", "=$A$1*B3", True, id="fixed rows stay"),
        pytest.param("=COUNTIF(A:A,A2)", "=COUNTIF(A:A,A3)", True, id="whole columns"),
        pytest.param('=IF(A2="B2",1,"")', '=IF(A3="B2",1,"")', True, id="text stays"),
        pytest.param('=IF(A2="B2",1,"")', '=IF(A3="B3",1,"")', False, id="text that counts along is no reference"),
        pytest.param("='Sheet A2'!B2", "='Sheet A2'!B3", True, id="a tab that is called like a cell"),
        pytest.param("=SUM(2:2)", "=SUM(2:2)", False, id="whole rows move"),
        pytest.param("=SUM(2:2)", "=SUM(3:3)", True, id="whole rows, filled down"),
        pytest.param("=LOG10(A2)", "=LOG10(A3)", True, id="a function that ends in a number"),
    ],
)
def test_filled_down(upper, lower, alike):
    assert (relative(upper, 1) == relative(lower, 2)) is alike


FORMULAS = ("=A{row}", "=$A$1", '=B{row}&"A{row}"', "=SUM({row}:{row})", "=A1")
CELLS = st.fixed_dictionaries(
    {},
    optional={
        "userEnteredValue": st.one_of(
            st.builds(lambda number: {"numberValue": number}, st.integers(-3, 3)),
            st.builds(lambda text: {"stringValue": text}, st.sampled_from(["a", "=no formula", "'"])),
            st.sampled_from(FORMULAS),
        ),
        "userEnteredFormat": st.sampled_from([{"textFormat": {"bold": True}}, {"horizontalAlignment": "RIGHT"}]),
        "note": st.sampled_from(["one", "two"]),
        "dataValidation": st.builds(
            lambda text: {"condition": {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": text}]}},
            st.sampled_from(["=A{row}>0", "=$A$1>0"]),
        ),
    },
)


def placed(cell, row):
    """With formulas that count from its row."""
    found = dict(cell)
    if isinstance(found.get("userEnteredValue"), str):
        found["userEnteredValue"] = {"formulaValue": found["userEnteredValue"].format(row=row + 1)}
    if "dataValidation" in found:
        (said,) = found["dataValidation"]["condition"]["values"]
        value = said["userEnteredValue"].format(row=row + 1)
        found["dataValidation"] = {"condition": {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": value}]}}
    return found


@pytest.fixture(scope="module")
def blank():
    with testing.server() as running:
        yield lambda: Gateway(running.session, Drive(running.session).create("cells"))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(CELLS, max_size=3), max_size=8))
def test_any_cells_come_out_as_they_were(blank, drawn):
    gateway = blank()
    lines = [[placed(cell, at) for cell in cells] for at, cells in enumerate(drawn)]
    first = Block(0, "Sheet1", 0, 20, 6)
    data = {"rowData": [{"values": cells} for cells in lines]}
    gateway.batch(list(requests(first, data)))
    ((_, found),) = read(gateway, [first])
    assert list(rows(first, found)) == list(rows(first, data))


def test_a_column_of_a_thousand_takes_one_request(blank):
    cell = {"dataValidation": {"condition": {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": "=A{row}>0"}]}}}
    data = {"rowData": [{"values": [placed(cell, row)]} for row in range(1000)]}
    assert len(list(requests(Block(0, "Sheet1", 0, 1000, 1), data))) == 1
