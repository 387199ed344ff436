"""The shop, as a template and as a spreadsheet without a wire."""

import pytest

from sheetcrm.schema import loader

from .shop import SHOP, Sheets


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
