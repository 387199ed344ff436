"""A formula filled down is understood once, and understood the same as each copy by itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetcrm.server import formulas
from sheetcrm.server.fills import family, member
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


CORNERS = st.builds(lambda column, mark, row: f"{column}{mark}{row}", st.sampled_from(["A", "$B", "c"]), st.sampled_from(["", "$"]), st.integers(1, 45))
PIECES = CORNERS | st.sampled_from([
    ":", "+", "SUM(", ")", "(", ",", '"A5"', "'客户'!", "'a5 b'!", "S5!", "客户!", "no!", "foo_a5", "foo_a6", "TRUE", "A", "B:B", "5:5", "1E5", " ", "#REF!",
    "IF(1,", "XLOOKUP(1,", "LEN(", "SUMPRODUCT(", "ROW()", "ARRAYFORMULA(", "{", "}", "A5:A", "LOG10(", '"', "'",
])  # fmt: skip


@given(st.lists(PIECES, max_size=9).map("".join), st.integers(0, 40), st.integers(0, 40))
def test_a_copy_is_told_as_if_it_were_the_first(grids, text, row, other):
    copied = formulas.shifted("=" + text, other - row, 0)
    used = Translator(grids)
    used.filled("=" + text, "客户", row)
    found, alone = used.filled(copied, "客户", other), Translator(grids).translate(copied, "客户")
    assert found.text.upper() == alone.text.upper()
    assert found.titles == alone.titles
    assert found.traits == alone.traits


@given(st.text(max_size=40), st.integers(0, 50))
def test_nothing_is_lost_of_a_family(text, row):
    if "\0" not in text:
        assert member(family(text, row), row) == text
