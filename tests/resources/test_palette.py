"""The colours of slices are set when a blank spreadsheet is made ours, and never again."""

from __future__ import annotations

import pytest

from sheetcrm import testing
from sheetcrm.provision.diff import diff
from sheetcrm.provision.live import read
from sheetcrm.provision.plan import make
from sheetcrm.resources import SPREADSHEET, Address, Palette, Tab, TemplateMark
from sheetcrm.sheets.gateway import Gateway

COLORS = ("#3f72a4", "#dd9c45", "#4c9a8b", "#b1576e", "#8db4da", "#6d6a86")
DESIRED = {
    Address(SPREADSHEET, "", "palette"): Palette(COLORS),
    Address(SPREADSHEET, "", "template"): TemplateMark("x", 1, "zh"),
    Address("t", "", "tab"): Tab("表"),
}


@pytest.fixture
def book():
    with testing.server() as running:
        spreadsheet = running.client.create("x")
        yield spreadsheet, Gateway(running.session, spreadsheet.id)


def settle(gateway, desired=DESIRED):
    live = read(gateway, desired, {})
    plan = make(live, diff(live.state, desired), ())
    gateway.batch(plan.requests or [{"updateSpreadsheetProperties": {"properties": {"title": "x"}, "fields": "title"}}])
    return {str(change.address) for change in plan.changes}


def accents(spreadsheet):
    theme = spreadsheet.fetch_sheet_metadata({"fields": "properties.spreadsheetTheme"})["properties"][
        "spreadsheetTheme"
    ]
    return {
        pair["colorType"]: tuple(
            round(pair["color"]["rgbColor"].get(name, 0) * 255) for name in ("red", "green", "blue")
        )
        for pair in theme["themeColors"]
    }


def test_a_blank_spreadsheet_gets_the_colours(book):
    spreadsheet, gateway = book
    assert "spreadsheet.palette" in settle(gateway)
    assert accents(spreadsheet)["ACCENT1"] == (0x3F, 0x72, 0xA4)
    assert accents(spreadsheet)["ACCENT6"] == (0x6D, 0x6A, 0x86)
    assert accents(spreadsheet)["TEXT"] == (0, 0, 0)
    assert settle(gateway) == set()


def test_one_that_people_use_keeps_its_colours(book):
    spreadsheet, gateway = book
    spreadsheet.sheet1.update([["mine"]], "A1")
    before = accents(spreadsheet)
    assert "spreadsheet.palette" not in settle(gateway)
    assert accents(spreadsheet) == before


def test_other_colours_later_change_nothing(book):
    spreadsheet, gateway = book
    settle(gateway)
    other = {**DESIRED, Address(SPREADSHEET, "", "palette"): Palette.of(("#111111", "#222222"))}
    assert settle(gateway, other) == set()
    assert accents(spreadsheet)["ACCENT1"] == (0x3F, 0x72, 0xA4)


def test_few_colours_come_again_by_turns():
    assert Palette.of(("#111111", "#222222")).accents == ("#111111", "#222222") * 3
    assert Palette(COLORS).say().startswith("#3f72a4, #dd9c45")
