"""Addresses and colours."""

from __future__ import annotations

import pytest

from sheetcrm.resources import Address
from sheetcrm.resources.base import changed, color_style, color_text


@pytest.mark.parametrize(
    ("address", "text", "place"),
    [
        (Address("spreadsheet", "", "locale"), "spreadsheet.locale", "spreadsheet"),
        (Address("customers", "", "tab"), "customers.tab", "customers"),
        (Address("customers", "stage", "validation"), "customers.stage.validation", "customers.stage"),
    ],
    ids=["of the spreadsheet", "of a sheet", "of a column"],
)
def test_addresses(address, text, place):
    assert str(address) == text
    assert address.place == place


@pytest.mark.parametrize("color", ["#000000", "#ffffff", "#134f5c", "#01fe80", ""])
def test_colours_there_and_back(color):
    assert color_text(color_style(color)) == color


def test_a_channel_that_google_rounds_is_the_same_colour():
    assert color_text({"rgbColor": {"red": 0.29803923, "green": 1}}) == "#4cff00"


def test_a_theme_colour_is_none_of_ours():
    assert color_text({"themeColor": "ACCENT1"}) == ""


def test_long_texts_are_cut():
    assert changed("a", "b" * 100) == f"a → {'b' * 59}…"
