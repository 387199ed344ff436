"""What stands in the mail is what stands in the cell."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import office
import pytest

from sheetcrm.remind.shown import shown
from sheetcrm.schema.columns.base import Column


@pytest.mark.parametrize(("column", "value", "texts"), [
    pytest.param("stage", "lead", ("潜在", "Lead"), id="a choice by its title"),
    pytest.param("amount", Decimal("1234.5"), ("¥1,234.50", "CN¥1,234.50"), id="money"),
    pytest.param("next", date(2026, 1, 5), ("2026-01-05", "2026-01-05"), id="a day"),
    pytest.param("call", True, ("✓", "✓"), id="a tick"),
    pytest.param("name", None, ("", ""), id="nothing"),
    pytest.param("name", "a\r\nb", ("a b", "a b"), id="two lines as one"),
    pytest.param("name", "x" * 50_000, ("x" * 199 + "…",) * 2, id="a very long text"),
])  # fmt: skip
def test_shown(column, value, texts):
    made = office.template()
    spec = made.sheets["customers"].columns[column]
    assert (shown(value, spec, made.context("zh")), shown(value, spec, made.context("en"))) == texts


def test_a_length_of_time_is_hours_and_minutes():
    column = Column.choose({"type": "duration", "title": "X"})
    assert shown(timedelta(hours=36, minutes=5), column, office.template().context("zh")) == "36:05"
