from __future__ import annotations

import pytest

from sheetcrm import testing

from . import shop


@pytest.fixture
def running():
    """An embedded server, to which nobody has done anything yet."""
    with testing.server() as running:
        yield running


@pytest.fixture
def book(running):
    """The shop's spreadsheet."""
    return shop.shop(running.client)
