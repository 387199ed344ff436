"""The shop, as a template and as a spreadsheet without a wire."""

import pytest

from sheetcrm import testing
from sheetcrm.schema import loader

from .shop import SHOP, Office, Sheets


@pytest.fixture(scope="session")
def shop(tmp_path_factory):
    """The template."""
    path = tmp_path_factory.mktemp("templates") / "shop.yaml"
    path.write_text(SHOP, encoding="utf-8")
    return loader.load(path)


@pytest.fixture
def sheets(shop):
    """An English shop."""
    return Sheets(shop)


@pytest.fixture
def new_office(shop):
    """A blank spreadsheet on an embedded server, and gspread for what people do to it."""
    with testing.server() as running:
        yield Office(shop, running)


@pytest.fixture
def ready(begun, shop):
    """`ready(name, fill)`: an English shop that is ready to work in, after `fill(office)` if that is given."""

    def office(name="shop", fill=None):
        def make(running):
            made = Office(shop, running)
            made.apply()
            if fill:
                fill(made)
            return made.id

        return Office(shop, *begun(name, make))

    return office


@pytest.fixture
def office(ready):
    """An English shop that is ready to work in."""
    return ready()
