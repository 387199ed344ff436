"""Indented JSON, written faster, and not a byte different."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetcrm.server.grid import Formula
from sheetcrm.server.pretty import pretty

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(codec=None), max_size=5)
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4) | st.lists(st.lists(scalars, max_size=3), max_size=4),
    max_leaves=20,
)  # fmt: skip


def standard(value):
    return json.dumps(value, ensure_ascii=False, indent=2)


@given(values)
def test_as_the_standard_library_writes_it(value):
    assert pretty(value) == standard(value)


@pytest.mark.parametrize("value", [
    pytest.param([["a\nb", "c\r\u2028d"], [], ['"', "\\n"]], id="line feeds and quotes within cells"),
    pytest.param([[Formula("=A1"), 1.5], [True, None]], id="a formula is text"),
    pytest.param([[1], [[2]], [{"a": [3]}]], id="rows within rows"),
    pytest.param({"values": (("a",), ["b"])}, id="tuples"),
    pytest.param([[], []], id="empty rows"),
    pytest.param(["a", ["b"]], id="a text beside a row"),
])  # fmt: skip
def test_whatever_cells_hold(value):
    assert pretty(value) == standard(value)
