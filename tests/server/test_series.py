"""How a row of cells goes on when somebody drags the fill handle."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetcrm.server.series import EPOCH, Source, continued


def day(year: int, month: int, number: int) -> int:
    return (date(year, month, number) - EPOCH).days


def after(values, count=3, *, format_type="", alternate=False):
    term = continued([Source(value, format_type) for value in values], alternate=alternate)
    return [term(len(values) + index) for index in range(count)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([7], [7, 7, 7], id="a lone number repeats"),
        pytest.param([1, 2], [3, 4, 5], id="counting"),
        pytest.param([10, 7], [4, 1, -2], id="counting down"),
        pytest.param([0.1, 0.2], [0.3, 0.4, 0.5], id="tenths, exactly"),
        pytest.param([1, 2, 4], [16 / 3, 41 / 6, 25 / 3], id="the line that fits best"),
        pytest.param([5, 5], [5, 5, 5], id="a level line"),
        pytest.param(["a", "b"], ["a", "b", "a"], id="texts repeat"),
        pytest.param(["Item 9"], ["Item 10", "Item 11", "Item 12"], id="a counted text"),
        pytest.param(["A08", "A10"], ["A12", "A14", "A16"], id="with leading zeros"),
        pytest.param(["第1", "第2"], ["第3", "第4", "第5"], id="a counted Chinese text"),
        pytest.param(["Q2", "Q1"], ["Q0", "Q1", "Q2"], id="counted down to nought and up again"),
        pytest.param(["Nov"], ["Dec", "Jan", "Feb"], id="months come around"),
        pytest.param(["Apr", "May"], ["Jun", "Jul", "Aug"], id="May is a short month too"),
        pytest.param(["April", "May"], ["June", "July", "August"], id="and a long one"),
        pytest.param(["MON", "WED"], ["FRI", "SUN", "TUE"], id="every other day"),
        pytest.param(["星期五"], ["星期六", "星期日", "星期一"], id="Chinese days"),
        pytest.param(["Jan", "Mar", "Apr"], ["Jan", "Mar", "Apr"], id="names without a step repeat"),
        pytest.param([True], [True, True, True], id="a checkbox"),
        pytest.param([None, 1], [None, 1, None], id="blanks"),
        pytest.param([1, 2, "a"], [3, 4, "a"], id="numbers beside a text count on their own"),
        pytest.param([1, "a", 2], [1, "a", 2], id="numbers apart do not"),
        pytest.param([1e308, 1.7e308], [1.7976931348623157e308] * 3, id="as far as a number goes"),
    ],
)
def test_goes_on(values, expected):
    assert after(values) == pytest.approx(expected) if isinstance(expected[0], float) else after(values) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([day(2026, 2, 27)], [day(2026, 2, 28), day(2026, 3, 1), day(2026, 3, 2)], id="day by day"),
        pytest.param([day(2026, 1, 5), day(2026, 1, 12)], [day(2026, 1, 19), day(2026, 1, 26), day(2026, 2, 2)], id="weekly"),
        pytest.param([day(2026, 11, 1), day(2026, 12, 1)], [day(2027, 1, 1), day(2027, 2, 1), day(2027, 3, 1)], id="monthly"),
        pytest.param([day(2025, 12, 31), day(2026, 1, 31)], [day(2026, 2, 28), day(2026, 3, 31), day(2026, 4, 30)], id="at the end of each month"),
        pytest.param([day(2024, 5, 1), day(2025, 5, 1)], [day(2026, 5, 1), day(2027, 5, 1), day(2028, 5, 1)], id="yearly"),
    ],
)  # fmt: skip
def test_dates_go_on(values, expected):
    assert after(values, format_type="DATE") == expected


def test_times_go_on_by_the_hour():
    assert after([0.5], 2, format_type="TIME") == pytest.approx([13 / 24, 14 / 24])


@pytest.mark.parametrize(
    ("values", "format_type", "expected"),
    [
        pytest.param([7], "", [8, 9, 10], id="a lone number counts"),
        pytest.param([1, 2], "", [1, 2, 1], id="numbers repeat"),
        pytest.param([46000], "DATE", [46000] * 3, id="a date repeats"),
        pytest.param(["Item 1"], "", ["Item 1"] * 3, id="a counted text repeats"),
        pytest.param(["a"], "", ["a"] * 3, id="a text repeats as ever"),
    ],
)
def test_the_alternate_series(values, format_type, expected):
    assert after(values, format_type=format_type, alternate=True) == expected


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["", "a", "A1", "May", "jan", "周日", "x 09"]),
)


@given(
    sources=st.lists(
        st.builds(Source, VALUES, st.sampled_from(["", "DATE", "TIME", "PERCENT"])), min_size=1, max_size=5
    ),
    position=st.integers(-10_000, 10_000),
    alternate=st.booleans(),
)
def test_every_series_goes_on_both_ways_in_kind(sources, position, alternate):
    """A number stays one that JSON can hold, everything else stays what it was."""
    found = continued(sources, alternate=alternate)(position)
    origin = sources[position % len(sources)].value
    if isinstance(origin, (int, float)) and not isinstance(origin, bool):
        assert isinstance(found, (int, float))
        assert abs(found) < float("inf")
    else:
        assert type(found) is type(origin)
