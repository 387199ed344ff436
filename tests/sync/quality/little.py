"""The shop with short tabs: a server that shows every cell of them is quick."""

from __future__ import annotations

from sheetcrm.schema import loader
from tests.sync.shop import SHOP


def little_shop(folder):
    """The template, tabs of 40 rows."""
    path = folder / "shop.yaml"
    path.write_text(SHOP.replace("    columns:\n", "    rows: 40\n    columns:\n"), encoding="utf-8")
    return loader.load(path)
