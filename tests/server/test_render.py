"""Reading many cells at once shows what reading each alone shows, where thousands of rows meet too."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from sheetcrm.server import values
from sheetcrm.server.grid import Formula
from sheetcrm.server.render import ROWS_AT_ONCE
from tests.server.books import book, do, put, read

TOP, HEIGHT, WIDTH = ROWS_AT_ONCE - 3, 6, 4
OPTIONS = ("FORMATTED_VALUE", "UNFORMATTED_VALUE", "FORMULA")
formulas = st.sampled_from(
    ["=1/0", "=TODAY()", "=A1000*2", '=A999&"x"', "=NOSUCH(1)", "=IF(B1001=1,2,)", "=SEQUENCE(2)", "=1e300*10", "=0.1+0.2", "=D1001", '=""', "=2^53", "=TRUE"]
)  # fmt: skip
contents = (
    st.none()
    | st.booleans()
    | st.sampled_from([0, -7, 10**14, 10**15, -(10**15), 2**60, 1.0, 1.5, -0.25, 1e-7, 1e16])
    | st.sampled_from(["x", "1", "a text of more than fifteen letters", "2026-09-05", "$3.50"])
    | formulas
)
plain = st.sampled_from([0, -7, 10**14, 10**15, -(10**15), "x", "1", "a text of more than fifteen letters"])
grids = st.sampled_from([plain, formulas, contents]).flatmap(
    lambda cells: st.lists(st.lists(cells, max_size=WIDTH), max_size=HEIGHT)
)


def options(spreadsheet, where, option):
    for dates in ("SERIAL_NUMBER", "FORMATTED_STRING"):
        found = values.get(spreadsheet, where, value_render_option=option, date_time_render_option=dates)
        yield [tuple(map(shown, row)) for row in found.get("values", [])]


def shown(value):
    """A value that differs from another one when their JSON does."""
    return (str if type(value) is Formula else type(value)), value


def trimmed(cells):
    while cells and cells[-1] is None:
        cells.pop()
    return cells


@settings(max_examples=40, deadline=None)
@given(grids, st.sampled_from([None, {"textFormat": {"bold": True}}, {"numberFormat": {"type": "PERCENT"}}]))
def test_many_at_once_are_what_each_is_alone(grid, form):
    spreadsheet = book(rows_in_grid=TOP + 100)
    put(spreadsheet, f"A{TOP}", *grid)
    if form:
        area = {"sheetId": 0, "startRowIndex": TOP, "endRowIndex": TOP + 2, "startColumnIndex": 1, "endColumnIndex": 3}
        do(spreadsheet, {"repeatCell": {"range": area, "cell": {"userEnteredFormat": form}, "fields": "userEnteredFormat"}})  # fmt: skip
    rows, columns = range(TOP, TOP + HEIGHT + 2), "ABCD"
    for option in OPTIONS:
        together = list(options(spreadsheet, f"A{rows[0]}:D{rows[-1]}", option))
        alone = {
            (row, column): list(options(spreadsheet, f"{column}{row}", option)) for row in rows for column in columns
        }
        for index, found in enumerate(together):
            for offset, row in enumerate(rows):
                cells = found[offset] if offset < len(found) else ()
                each = trimmed([next(iter(alone[row, column][index]), (None,))[0] for column in columns])
                assert cells == tuple((str, "") if cell is None else cell for cell in each)


def test_an_unknown_name_is_named_in_a_whole_column():
    spreadsheet = book(*[["=NOSUCH(1)"]] * 3, ["=1"])
    assert read(spreadsheet, "A1:A", "FORMATTED_VALUE") == [["#NAME?"], ["#NAME?"], ["#NAME?"], ["1"]]
    assert read(spreadsheet, "A1:A") == [["#NAME?"], ["#NAME?"], ["#NAME?"], [1]]


def test_a_formula_of_a_blank_cell_is_read_among_others():
    spreadsheet = book(["=Z1", "x", "=1=1"], ["=Z1"], rows_in_grid=5)
    assert read(spreadsheet, "A1:C") == [[read(spreadsheet, "A1")[0][0], "x", True], [read(spreadsheet, "A2")[0][0]]]


def test_whole_numbers_show_fifteen_digits():
    spreadsheet = book([10**15 - 1, 10**15, -(10**15)], ["x"])
    assert read(spreadsheet, "A1:C", "FORMATTED_VALUE") == [["999999999999999", "1E+15", "-1E+15"], ["x"]]
