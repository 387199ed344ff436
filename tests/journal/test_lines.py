"""Whatever shape an entry has, somebody can read it; what nobody knows stands there as it is."""

from __future__ import annotations

import pytest

from sheetcrm.journal import Write, lines, said

CELL = {"sheet": "customers", "id": "C1", "column": "name", "before": None, "after": "Ann"}
ROW = {"sheet": "customers", "id": "C1", "to": "archive", "cells": {"name": "Ann"}, "own": {"x": 1}}
TAB = {"kind": "tab", "value": {"title": "A"}}


@pytest.mark.parametrize(
    ("entry", "kind", "place", "before", "after"),
    [
        pytest.param(CELL, "cell", "customers C1 name", None, "Ann", id="a cell"),
        pytest.param(ROW, "row", "customers C1", {"name": "Ann", "x": 1}, "archive C1", id="a row that was moved"),
        pytest.param(
            {**ROW, "to": ""}, "row", "customers C1", {"name": "Ann", "x": 1}, None, id="a row that was deleted"
        ),
        pytest.param(
            {"address": {"sheet": "customers", "column": "", "kind": "tab"}, "before": None, "after": TAB},
            "setting",
            "customers.tab",
            None,
            {"title": "A"},
            id="a setting of an apply",
        ),
        pytest.param(
            {"bound": {"key": "sheetcrm", "value": "a.b"}}, "mark", "a.b", None, "a.b", id="a mark that was set"
        ),
        pytest.param(
            {"unbound": {"key": "sheetcrm", "value": "a.b"}}, "mark", "a.b", "a.b", None, id="one that was taken"
        ),
        pytest.param(
            {"marked": {"sheet": "customers", "id": "C1", "row": 2, "column": "name", "before": "", "after": "wrong"}},
            "note",
            "customers row 2 name",
            "",
            "wrong",
            id="a cell that was marked",
        ),
        pytest.param(
            {"sample": {"sheet": "customers", "id": "S1"}}, "row", "customers S1", "S1", None, id="an example"
        ),
        pytest.param(
            {"access": {"who": "a@x.org", "before": "reader", "after": None}},
            "access",
            "a@x.org",
            "reader",
            None,
            id="access that was taken",
        ),
        pytest.param({"file": {"title": "A", "id": "1x"}}, "file", "A", None, "1x", id="a file that was made"),
        pytest.param(
            {"published": {"role": "sales", "of": "1x", "rows": {"customers": 3}}},
            "copy",
            "customers (sales)",
            None,
            3,
            id="a copy that was published",
        ),
        pytest.param({"new": 1}, "other", "", None, {"new": 1}, id="what nobody knows yet"),
    ],
)
def test_an_entry_says_where_and_what(entry, kind, place, before, after):
    (line,) = lines(Write("2026-11-22T08:00:00Z", "a write", "f", (entry,)))
    assert (line.kind, line.place, line.before, line.after) == (kind, place, before, after)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "(blank)"),
        ("", "(blank)"),
        (0, "0"),
        (True, "true"),
        ("王芳", "王芳"),
        ({"veiled": "#1"}, "#1"),
        ([1], "[1]"),
    ],
)
def test_values_as_people_read_them(value, text):
    assert said(value) == text
