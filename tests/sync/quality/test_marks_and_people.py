"""
Whatever people do between one marking and the next: a spreadsheet from which all marks are taken looks as one that never had any.

The same is done to two spreadsheets at once, of which one is marked after every step.
"""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from sheetcrm import provision, testing
from sheetcrm.resources.base import color_style
from sheetcrm.sync.quality.marks import mark
from sheetcrm.sync.quality.skins import Skin, skins
from tests.sync.quality.little import little_shop
from tests.sync.shop import Office

TODAY = date(2026, 1, 1)
HEADERS = ["Customer ID", "Name", "Phone", "E-mail", "Stage", "Next"]
START = [
    ["C001", "Ann", "12", "", "Lead", "soon"],
    ["C002", "", "13800138000", "no", "Won", ""],
    ["C003", "Cy", "", "c@x.org", "leed", 46024],
]
ROWS, COLUMNS = st.integers(2, 6), st.integers(1, 6)
WORDS = st.sampled_from(["", "12", "13800138000", "Lead", "leed", "C001", "a@x.org", 46024])
COLORS = st.sampled_from(["", "#00ff00", "#ffffff", "#ffd7ca"])
ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), ROWS, COLUMNS, WORDS),
        st.tuples(st.just("note"), ROWS, COLUMNS, st.sampled_from(["", "mine", "sheetcrm check · 00000000\nmine"])),
        st.tuples(st.just("color"), ROWS, COLUMNS, COLORS),
        st.tuples(st.just("sort"), COLUMNS, st.booleans()),
        st.tuples(st.just("insert"), ROWS),
        st.tuples(st.just("delete"), ROWS),
        st.tuples(st.just("copy"), ROWS, COLUMNS, ROWS),
        st.tuples(st.just("move"), COLUMNS, COLUMNS),
    ),
    min_size=2,
    max_size=6,
)


class Person:
    """What a person can do to the customers tab, everything by where it is."""

    def __init__(self, office):
        self.office = office
        self.id = office.tab("Customers").id

    def cell(self, row, column, cell, fields):
        start = {"sheetId": self.id, "rowIndex": row - 1, "columnIndex": column - 1}
        self.office.send({"updateCells": {"start": start, "rows": [{"values": [cell]}], "fields": fields}})

    def write(self, row, column, value):
        kind = "numberValue" if isinstance(value, int) else "stringValue"
        self.cell(row, column, {"userEnteredValue": {kind: value}} if value else {}, "userEnteredValue")

    def note(self, row, column, text):
        self.cell(row, column, {"note": text}, "note")

    def color(self, row, column, color):
        style = {"userEnteredFormat": {"backgroundColorStyle": color_style(color)}} if color else {}
        self.cell(row, column, style, "userEnteredFormat.backgroundColorStyle")

    def sort(self, column, ascending):
        order = {"dimensionIndex": column - 1, "sortOrder": "ASCENDING" if ascending else "DESCENDING"}
        self.office.send({"sortRange": {"range": {"sheetId": self.id, "startRowIndex": 1}, "sortSpecs": [order]}})

    def rows(self, row):
        return {"sheetId": self.id, "dimension": "ROWS", "startIndex": row - 1, "endIndex": row}

    def insert(self, row):
        self.office.send({"insertDimension": {"range": self.rows(row), "inheritFromBefore": row > 2}})

    def delete(self, row):
        self.office.send({"deleteDimension": {"range": self.rows(row)}})

    def copy(self, row, column, to):
        source = {
            "sheetId": self.id,
            "startRowIndex": row - 1,
            "endRowIndex": row,
            "startColumnIndex": column - 1,
            "endColumnIndex": column,
        }
        target = {**source, "startRowIndex": to - 1, "endRowIndex": to}
        self.office.send({"copyPaste": {"source": source, "destination": target, "pasteType": "PASTE_NORMAL"}})

    def move(self, start, to):
        source = {"sheetId": self.id, "dimension": "COLUMNS", "startIndex": start - 1, "endIndex": start}
        self.office.send({"moveDimension": {"source": source, "destinationIndex": to - 1}})


def looks(office):
    layout = office.read().layout
    return skins(office.gateway, layout)


def marks_are_right(office):
    """Every wrong cell has a mark where there is room for one, no other cell has any; a second run writes nothing."""
    done = mark(office.gateway, office.template, today=TODAY)
    layout = done.reading.layout
    wrong = {(one.sheet, one.row, layout.index(one.sheet, one.column)) for one in done.issues if one.row and one.column}
    there = looks(office)
    ours = {where for where, skin in there.items() if skin.note_is_ours or skin.color_is_ours}
    full = {
        where for where in wrong if there.get(where, Skin()).of_people.note and there[where].of_people.color is not None
    }
    assert ours == wrong - full
    assert (done.marked, done.lost) == (len(ours), ())
    assert mark(office.gateway, office.template, today=TODAY).written == 0


def planned(office):
    """What an apply would do; its fingerprint is another for every spreadsheet."""
    return provision.plan(office.gateway, office.template, "en", today=TODAY).text().rpartition("plan ")[0]


def made(shop, running):
    office = Office(shop, running)
    office.apply()
    office.tab("Customers").update([HEADERS, *START], "A1", raw=True)
    return office


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return little_shop(tmp_path_factory.mktemp("templates"))


# Two spreadsheets take seconds to make; looking for a smaller counter-example would take minutes.
@settings(max_examples=settings().max_examples // 8, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(actions=ACTIONS)
@example(
    actions=[
        ("note", 2, 3, "mine"),
        ("sort", 1, False),
        ("color", 4, 3, "#00ff00"),
        ("copy", 2, 3, 5),
        ("delete", 3),
        ("move", 3, 6),
    ]
)
def test_a_spreadsheet_from_which_all_marks_are_taken_looks_as_one_that_never_had_any(shop, actions):
    with testing.server() as running:
        office, twin = made(shop, running), made(shop, running)
        for name, *arguments in [("write", 2, 2, "Ann"), *actions]:
            marks_are_right(office)
            for one in (office, twin):
                getattr(Person(one), name)(*arguments)
        marks_are_right(office)
        assert planned(office) == planned(twin)
        mark(office.gateway, office.template, today=TODAY, off=True)
        assert looks(office) == looks(twin)
