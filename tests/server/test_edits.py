"""Where rows and columns are after an edit: the same as if a list had been edited."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetcrm.server.edits import Edit

ROWS = 12


@st.composite
def edits(draw, kinds=("insert", "delete", "move")):
    kind = draw(st.sampled_from(kinds))
    start = draw(st.integers(0, ROWS))
    end = draw(st.integers(start, ROWS if kind != "insert" else ROWS + 4))
    return Edit("ROWS", start, end, kind, draw(st.integers(0, ROWS)) if kind == "move" else 0)


def spans():
    return st.tuples(st.integers(0, ROWS - 1), st.integers(1, ROWS)).map(lambda s: (s[0], max(s[0] + 1, s[1])))


def applied(edit: Edit) -> list:
    """What a list of ROWS rows, each its own index, looks like afterwards; None is a new row."""
    rows = list(range(ROWS))
    if edit.kind == "insert":
        return rows[: edit.start] + [None] * edit.size + rows[edit.start :]
    block = rows[edit.start : edit.end]
    if edit.kind == "delete":
        return [row for row in rows if row not in block]
    before = [row for row in rows[: edit.to] if row not in block]
    return before + block + [row for row in rows[edit.to :] if row not in block]


@given(edits())
def test_an_index_is_where_the_row_went(edit):
    after = applied(edit)
    for row in range(ROWS):
        assert edit.index(row) == (after.index(row) if row in after else None)


@given(edits(), spans())
def test_a_span_keeps_every_row_that_stayed_together(edit, span):
    after = applied(edit)
    found = edit.span(*span)
    inside = {row for row in range(*span) if row in after}
    if edit.kind != "move":
        assert (found is not None) == bool(inside)
    if found is None:
        return
    shown = {row for row in after[found[0] : found[1]] if row is not None}
    if edit.kind == "move":
        moved = set(range(edit.start, edit.end))
        assert shown - moved == inside - moved or inside <= moved
    else:
        assert shown == inside


@given(edits(kinds=("insert", "move")), st.integers(0, ROWS - 1))
def test_the_inverse_puts_every_row_back(edit, row):
    there = edit.index(row)
    assert there is not None
    assert edit.inverse().index(there) == row


@given(edits(kinds=("insert",)), spans())
def test_the_inverse_of_an_insertion_puts_every_span_back(edit, span):
    assert edit.inverse().span(*edit.span(*span)) == span


@st.composite
def moves_of_spans(draw):
    """A move, and a span that lies wholly in what is moved."""
    start = draw(st.integers(0, ROWS - 1))
    end = draw(st.integers(start + 1, ROWS))
    first = draw(st.integers(start, end - 1))
    return Edit("ROWS", start, end, "move", draw(st.integers(0, ROWS))), (first, draw(st.integers(first + 1, end)))


@given(moves_of_spans())
def test_a_span_that_is_moved_whole_comes_back_whole(moved):
    edit, span = moved
    there = edit.span(*span)
    assert there[1] - there[0] == span[1] - span[0]
    assert edit.inverse().span(*there) == span


@given(edits(), st.integers(0, ROWS) | st.none())
def test_an_open_end_stays_open(edit, start):
    found = edit.span(start, None)
    assert found is not None
    assert found[1] is None


@pytest.mark.parametrize(("edit", "span", "after"), [
    pytest.param(Edit("ROWS", 2, 4, "insert"), (2, 5), (4, 7), id="inserting above pushes down"),
    pytest.param(Edit("ROWS", 3, 4, "insert"), (2, 5), (2, 6), id="inserting inside extends"),
    pytest.param(Edit("ROWS", 5, 6, "insert"), (2, 5), (2, 5), id="inserting right below does not"),
    pytest.param(Edit("ROWS", 2, 4, "insert"), (None, None), (None, None), id="a whole column stays whole"),
    pytest.param(Edit("ROWS", 2, 5, "delete"), (2, 5), None, id="all of it deleted"),
    pytest.param(Edit("ROWS", 0, 3, "delete"), (2, 5), (0, 2), id="its head deleted"),
    pytest.param(Edit("ROWS", 0, 9, "delete"), (2, None), (0, None), id="an open range outlives its rows"),
    pytest.param(Edit("ROWS", 3, 4, "move", 2), (2, 5), (2, 5), id="moved within"),
    pytest.param(Edit("ROWS", 3, 4, "move", 8), (2, 5), (2, 4), id="moved out"),
    pytest.param(Edit("ROWS", 8, 9, "move", 3), (2, 5), (2, 6), id="moved in"),
    pytest.param(Edit("ROWS", 2, 5, "move", 9), (2, 5), (6, 9), id="moved itself"),
    pytest.param(Edit("ROWS", 3, 6, "move", 4), (2, 5), (2, 5), id="moved into itself changes nothing"),
])  # fmt: skip
def test_spans(edit, span, after):
    assert edit.span(*span) == after


def test_an_edit_across_some_columns_touches_only_what_lies_inside():
    edit = Edit("ROWS", 2, 3, "insert", across=(1, 4))
    assert edit.touches(1, 4)
    assert not edit.touches(0, 2)
    assert not edit.touches(1, None)
    assert Edit("ROWS", 2, 3, "insert").touches(None, None)


def test_a_span_that_ends_before_it_begins_is_refused():
    with pytest.raises(ValueError, match="not a span"):
        Edit("ROWS", 3, 2, "delete")
