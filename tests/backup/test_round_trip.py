"""What is backed up can be brought back as it was, of every template; and `plan` knows it again."""

from __future__ import annotations

import os

import pytest

from sheetcrm import provision
from sheetcrm.backup.reading import ENTERED, blocks, read, structure
from sheetcrm.backup.state import dimensions, frame, rows
from sheetcrm.backup.verifying import verify
from sheetcrm.schema import loader
from sheetcrm.sheets.gateway import Gateway

EVERY = sorted(loader.find("pipeline").parent.glob("*.yaml"), key=lambda path: path.stat().st_size)
# All of them take a minute.
TEMPLATES = [path.stem for path in (EVERY if os.environ.get("SHEETCRM_PROVE") else EVERY[:1])]
SAID = (*ENTERED, "effectiveValue", "formattedValue")


def everything(gateway: Gateway) -> object:
    """All that a spreadsheet says, results of formulas and texts of cells included."""
    description = structure(gateway)
    cells = [
        (list(rows(block, data, SAID)), list(dimensions(block, data)))
        for group in blocks(description)
        for block, data in read(gateway, group)
    ]
    return frame(description), cells


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_new_spreadsheet_says_the_same_and_is_known_again(shop_of, name):
    shop = shop_of(name)
    # Again: what is made for people is made when they are in the team.
    provision.apply(shop.gateway, shop.plan())
    made = shop.backup()
    assert verify(made.path).troubles == ()
    new = shop.restored(made.path)
    assert everything(Gateway(shop.running.session, new)) == everything(shop.gateway)
    assert not shop.plan(new).has_work
