"""A number in a format of ours is what people see in its cell."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sheetcrm.schema.patterns import number


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
