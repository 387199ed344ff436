"""A formula filled down is understood once, and understood the same as each copy by itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetcrm.server import formulas
from sheetcrm.server.edits import Edit
from sheetcrm.server.fills import Followers, family, is_member, member
from sheetcrm.server.translate import Translator

from .grids import Grids


@pytest.fixture(scope="module")
def grids():
    made = Grids({"客户": {}, "a5 b": {}, "S5": {}, "S6": {}}, sizes={"客户": (40, 10)})
    made.names = {"foo_a5": formulas.Area("S5", (0, 1), (0, 1)), "foo_a6": formulas.Area("S6", (0, 1), (0, 1))}
    return made


@pytest.mark.parametrize(("formula", "next_one"), [
    pytest.param('=IF(A5="","",B5*C5)', '=IF(A6="","",B6*C6)', id="its own row"),
    pytest.param("=A4+$B5-B$5", "=A5+$B6-B$5", id="the row above, and a fixed one"),
    pytest.param("=SUMIFS('客户'!B$2:B$9,'a5 b'!A5:A9,A5)", "=SUMIFS('客户'!B$2:B$9,'a5 b'!A6:A10,A6)", id="other sheets"),
])  # fmt: skip
def test_copies_are_one_family(formula, next_one):
    assert family(formula, 4) == family(next_one, 5)
    assert member(family(formula, 4), 5) == next_one


@pytest.mark.parametrize(("formula", "other"), [
    pytest.param('=A5&"A5"', '=A6&"A6"', id="strings do not move"), pytest.param("=S5!A5", "=S6!A6", id="titles do not move"),
    pytest.param("='a5 b'!A5", "='a6 b'!A6", id="quoted titles do not move"), pytest.param("=1E5", "=1E6", id="numbers do not move"),
    pytest.param("=LOG5(A5)", "=LOG6(A6)", id="functions do not move"), pytest.param("=A5+A$5", "=A6+A$6", id="fixed rows do not move"),
    pytest.param("=A5+5:5", "=A6+6:6", id="whole rows are not looked into"), pytest.param("=T[A5]", "=T[A6]", id="nor tables"),
])  # fmt: skip
def test_what_only_looks_alike_is_not_one_family(formula, other):
    assert family(formula, 4) != family(other, 5)


def test_a_row_above_the_first_is_not_a_name_and_a_number():
    assert is_member(family("=A1", 3), "=A2", 4)
    assert not is_member(family("=A1", 3), "=A-1", 1)


CORNERS = st.builds(
    lambda column, mark, row: f"{column}{mark}{row}",
    st.sampled_from(["A", "$B", "c"]),
    st.sampled_from(["", "$"]),
    st.integers(1, 45),
)
PIECES = CORNERS | st.sampled_from([
    ":", "+", "SUM(", ")", "(", ",", '"A5"', "'客户'!", "'a5 b'!", "S5!", "客户!", "no!", "foo_a5", "foo_a6", "TRUE", "A", "B:B", "5:5", "1E5", " ", "#REF!",
    "IF(1,", "XLOOKUP(1,", "LEN(", "SUMPRODUCT(", "ROW()", "ARRAYFORMULA(", "{", "}", "A5:A", "LOG10(", '"', "'",
])  # fmt: skip


@given(st.lists(PIECES, max_size=9).map("".join), st.integers(0, 40), st.integers(0, 40))
def test_a_copy_is_told_as_if_it_were_the_first(grids, text, row, other):
    copied = formulas.shifted("=" + text, other - row, 0)
    used = Translator(grids)
    used.filled("=" + text, "客户", row, 3)
    found, alone = used.filled(copied, "客户", other, 3), Translator(grids).translate(copied, "客户")
    assert found.text.upper() == alone.text.upper()
    assert found.titles == alone.titles
    assert found.traits == alone.traits


@given(st.text(max_size=40), st.integers(0, 50))
def test_nothing_is_lost_of_a_family(text, row):
    if "\0" not in text:
        assert member(family(text, row), row) == text
        assert is_member(family(text, row), text, row)


def edits():
    def made(dimension, kind, start, size, to):
        return Edit(dimension, start, start + size, kind, to)

    return st.builds(
        made,
        st.sampled_from(["ROWS", "COLUMNS"]),
        st.sampled_from(["insert", "delete", "move"]),
        st.integers(0, 40),
        st.integers(1, 5),
        st.integers(0, 45),
    )


@given(
    st.lists(PIECES, max_size=9).map("".join),
    st.lists(st.integers(0, 40), min_size=2, max_size=8),
    edits(),
    st.booleans(),
)
def test_copies_follow_an_edit_as_each_would_by_itself(text, rows, edit, own):
    here = "客户" if own else "S5"
    followers = Followers(here, "客户", edit)
    for row in rows:
        copied = formulas.shifted("=" + text, row - rows[0], 0)
        after = edit.index(row) if own and edit.dimension == "ROWS" else row
        if after is not None:
            alone = formulas.edited(copied, formula_sheet=here, edited_sheet="客户", edit=edit)
            assert followers(copied, after) == alone
