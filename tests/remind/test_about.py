"""What a row is about, and what must be read to know it."""

from __future__ import annotations

import pytest

from sheetcrm.remind import about
from sheetcrm.remind.gather import needed
from sheetcrm.schema import loader


@pytest.mark.parametrize("name", loader.names())
def test_what_rows_are_about_is_read_where_a_template_says_it(name):
    template = loader.named(name)
    columns = about.columns(template)
    assert columns <= needed(template)
    for one in columns:
        sheet, _, column = one.partition(".")
        assert column in template.sheets[sheet].columns


def test_orders_are_about_their_customer():
    assert {"orders.customer", "customers.company", "customers.id"} <= about.columns(loader.named("chemicals"))
