"""Amounts in several currencies, one total: through a rate tab, computed by the embedded server as Sheets would."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from sheetcrm import provision, sync, testing
from sheetcrm.schema import loader
from sheetcrm.sheets.gateway import Gateway

TEMPLATE = """
version: 1
title: Shop
currency: CNY
sheets:
  orders:
    title: Orders
    rows: 20
    key: id
    columns:
      id: {type: id, title: ID}
      amount: {type: money, title: Amount, currency_from: currency}
      currency: {type: currency, title: Currency, rates: rates}
      total: {type: converted, title: In CNY, amount: amount, rate: rates.rate}
      web: {type: url, title: Web}
      open: {type: link, title: Open, to: "{web}", label: "{id} !"}
      search: {type: link, title: Search, to: "https://example.com/?q={id}", label: Search}
  rates:
    title: Rates
    rows: 20
    key: currency
    columns:
      currency: {type: currency, title: Currency}
      rate: {type: number, title: In CNY, decimals: 4}
"""


@pytest.fixture
def template(tmp_path):
    file = tmp_path / "shop.yaml"
    file.write_text(TEMPLATE, encoding="utf-8")
    return loader.load(file)


@pytest.fixture
def reading(template):
    """What is read after people filled both tabs."""
    with testing.server() as running:
        people = running.client.create("x")
        gateway = Gateway(running.session, people.id)
        provision.apply(gateway, provision.plan(gateway, template, "en", today=date(2026, 6, 1)))
        people.worksheet("Rates").update([["USD", 7.1], ["JPY", 0.0493], ["GBP"]], "A2")
        orders = [
            ["o 1", 10, "USD"],
            ["o2", 5],
            ["o3", 5, "CNY"],
            ["o4", 3, "EUR"],
            ["o5", "", "USD"],
            ["o6", 333, "JPY"],
            ["o7", 9, "GBP"],
        ]
        people.worksheet("Orders").update(orders, "A2")
        people.worksheet("Orders").update([["https://x.org/a"]], "E2")
        yield sync.read(gateway, template), people


def test_every_amount_is_converted_by_the_rate_of_its_currency(reading):
    rows = reading[0].extracts["orders"].by_id()
    assert {id_: row.get("total") for id_, row in rows.items()} == {
        "o 1": Decimal(71),
        "o2": Decimal(5),
        "o3": Decimal(5),
        "o4": None,
        "o5": None,
        "o6": Decimal("16.42"),
        "o7": None,
    }


def test_a_currency_without_a_rate_is_told_and_never_left_out_in_silence(reading):
    issues = {(issue.row, issue.column, issue.code) for issue in reading[0].issues}
    assert (5, "total", "error_value") in issues
    assert (5, "currency", "exists_in") in issues
    assert (8, "total", "error_value") in issues, "a rate that was left blank is none either"


def test_links_show_their_label_and_are_blank_where_there_is_no_address(reading):
    orders = reading[1].worksheet("Orders")
    assert orders.get("F2:F3") == [["o 1 !"], [""]]
    assert orders.acell("G2", value_render_option="FORMULA").value.startswith("=IF($A2")
    assert [row.get("search") for row in reading[0].extracts["orders"].rows][:2] == ["Search", "Search"]
