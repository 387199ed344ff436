from __future__ import annotations

import pytest

from sheetcrm import testing

from .bakery import Desk, bakery


@pytest.fixture
def running():
    """An embedded server, to which nobody has done anything yet."""
    with testing.server() as running:
        yield running


@pytest.fixture
def blank(running, tmp_path):
    """A desk with a spreadsheet that somebody just made."""
    return Desk(running, running.client.create("Bread"), bakery(tmp_path))


@pytest.fixture
def desk(blank):
    """A desk with a spreadsheet that was applied once."""
    blank.apply()
    return blank
