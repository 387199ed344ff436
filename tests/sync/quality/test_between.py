"""What people changed is what changed and was not ours."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sheetcrm.journal import Write
from sheetcrm.sync.quality.album import Page, Picture
from sheetcrm.sync.quality.between import between

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def picture(columns=("id", "name", "next"), **rows):
    cells = {id_: {"id": id_, **one} for id_, one in rows.items()}
    return Picture(NOW, {"customers": Page(columns, cells, 0)})


def cell(id_, column, before, after):
    return {"sheet": "customers", "id": id_, "column": column, "before": before, "after": after}


def taken(id_, to=""):
    return {"sheet": "customers", "id": id_, "to": to, "cells": {"name": "Ann"}, "own": {}}


def write(*entries, stage="done"):
    return Write("2026-11-22T08:00:00Z", "a write", "f", entries, stage)


BEFORE = picture(C1={"name": "Ann", "next": 1}, C2={"name": "Bob"})


@pytest.mark.parametrize(
    ("after", "writes", "found"),
    [
        pytest.param(BEFORE, [], [], id="same in, nothing out"),
        pytest.param(picture(C2={"name": "Bob"}, C1={"name": "Ann", "next": 1}), [], [], id="rows were sorted"),
        pytest.param(
            picture(C1={"name": "Anne", "next": 1}, C2={"name": "Bob"}),
            [],
            [("changed", "C1", "name", "Ann", "Anne")],
            id="a cell says something else",
        ),
        pytest.param(
            picture(C1={"name": "Ann"}, C2={"name": "Bob", "next": 2}),
            [],
            [("changed", "C1", "next", 1, None), ("changed", "C2", "next", None, 2)],
            id="a cell was blanked, one was filled",
        ),
        pytest.param(
            picture(C1={"name": "Ann", "next": 1}, C3={"name": "Cy"}),
            [],
            [("added", "C3", "", None, None), ("removed", "C2", "", None, None)],
            id="a row came, a row went",
        ),
        pytest.param(
            picture(C1={"name": "Anne", "next": 1}, C2={"name": "Bob"}),
            [write(cell("C1", "name", "Ann", "Anne"))],
            [],
            id="we changed the cell",
        ),
        pytest.param(
            picture(C1={"name": "Anne", "next": 1}, C2={"name": "Bob"}),
            [write(cell("C1", "name", "Ann", "Annie"))],
            [("changed", "C1", "name", "Ann", "Anne")],
            id="we changed the cell, and somebody after us",
        ),
        pytest.param(
            picture(C1={"name": "Anne", "next": 1}, C2={"name": "Bob"}),
            [write(cell("C1", "name", "Ann", "Anne"), stage="refused")],
            [("changed", "C1", "name", "Ann", "Anne")],
            id="we wanted to change the cell and were refused",
        ),
        pytest.param(picture(C2={"name": "Bob"}), [write(taken("C1"))], [], id="we deleted the row"),
        pytest.param(
            picture(C1={"name": "Ann", "next": 1}, C2={"name": "Bob"}, C3={"name": "Cy", "next": 5}),
            [write(cell("C3", "id", None, "C3"), cell("C3", "name", None, "Cy"), cell("C3", "next", None, 4))],
            [("changed", "C3", "next", 4, 5)],
            id="we added the row, and somebody changed it",
        ),
    ],
)
def test_what_people_changed(after, writes, found):
    got = between(BEFORE, after, writes).differences
    assert [(one.kind, one.id, one.column, one.before, one.after) for one in got] == found


def test_rows_say_what_they_say_or_said():
    added, removed = between(BEFORE, picture(C1={"name": "Ann", "next": 1}, C3={"name": "Cy"}), []).differences
    assert (added.cells, removed.cells) == ({"id": "C3", "name": "Cy"}, {"id": "C2", "name": "Bob"})


def test_of_a_column_that_is_not_in_both_nothing_is_said():
    after = picture(("id", "name"), C1={"name": "Ann"}, C2={"name": "Bob"})
    found = between(BEFORE, after, [])
    assert (found.differences, found.columns) == ((), ("customers.next",))


def test_how_many_were_ours_is_counted():
    after = picture(C1={"name": "Anne", "next": 1})
    assert between(BEFORE, after, [write(cell("C1", "name", "Ann", "Anne"), taken("C2"))]).ours == 2
