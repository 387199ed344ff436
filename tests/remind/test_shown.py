"""What stands in the mail is what stands in the cell."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import office
import pytest

from sheetcrm.remind.shown import number, shown
from sheetcrm.schema.columns.base import Column


@pytest.mark.parametrize(("value", "pattern", "text"), [
    pytest.param("1234.5", '"¥"#,##0.00', "¥1,234.50", id="money"),
    pytest.param("-1234.567", '"US$"#,##0.00', "-US$1,234.57", id="money owed, rounded"),
    pytest.param("1.005", '"¥"#,##0.00', "¥1.01", id="half a cent goes up"),
    pytest.param("-0.001", '"¥"#,##0.00', "¥0.00", id="no minus before nothing"),
    pytest.param("0.4", "0%", "40%", id="a share"),
    pytest.param("0.125", "0.0%", "12.5%", id="a share with a place"),
    pytest.param("1234", "#,##0.##", "1,234", id="no places when there are none"),
    pytest.param("0.10", "#,##0.##", "0.1", id="no zeros at the end"),
    pytest.param("12.5", '#,##0.0" kg"', "12.5 kg", id="a unit behind it"),
    pytest.param("4", '0"★"', "4★", id="stars"),
    pytest.param("2026", "0", "2026", id="a year without separators"),
    pytest.param("2026", "[h]:mm", "2026", id="a format that we do not know: plainly"),
    pytest.param("1E+3", "", "1000", id="never in powers of ten"),
])  # fmt: skip
def test_number(value, pattern, text):
    assert number(Decimal(value), pattern) == text


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
