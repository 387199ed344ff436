"""What a cell shows."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetcrm.server import display, entered
from sheetcrm.server.cell_error import TEXTS, CellError
from sheetcrm.server.patterns import sections

SATURDAY = 46270  # 5 September 2026


@pytest.mark.parametrize(("value", "pattern", "shown"), [
    pytest.param(1234.5, "#,##0", "1,235", id="half goes up"),
    pytest.param(-1234.5, "#,##0", "-1,235", id="half goes away from zero"),
    pytest.param(2.5, "0", "3", id="half of an even one too"),
    pytest.param(1.005, "0.00", "1.01", id="as the digits say, not the binary fraction"),
    pytest.param(-0.001, "0.00", "0.00", id="no minus before nothing"),
    pytest.param(999999.999, "#,##0.00", "1,000,000.00", id="rounding carries"),
    pytest.param(0.5, "#.##", ".5", id="no whole digit asked for"),
    pytest.param(5, "#.##", "5.", id="a point stays"),
    pytest.param(0, "#", "", id="nothing to show of zero"),
    pytest.param(12, "0000", "0012", id="leading zeros"),
    pytest.param(1234567, "0,000,000,000", "0,001,234,567", id="grouped leading zeros"),
    pytest.param(0.125, "0.00%", "12.50%", id="percent"),
    pytest.param(0.125, "0%", "13%", id="percent, rounded"),
    pytest.param(1234.5, '"¥"#,##0.00', "¥1,234.50", id="quoted currency"),
    pytest.param(1234.5, "[$¥-804]#,##0.00", "¥1,234.50", id="currency with a locale"),
    pytest.param(1234.5, "[$€] #,##0", "€ 1,235", id="currency in brackets"),
    pytest.param(-5, "$#,##0.00", "-$5.00", id="minus before the currency"),
    pytest.param(-5, "#,##0.00;(#,##0.00)", "(5.00)", id="negative section"),
    pytest.param(-5, "[Red]0;[Blue]-0", "-5", id="colours do not show in the text"),
    pytest.param(0, '0;-0;"none"', "none", id="zero section"),
    pytest.param(5, ";;;", "", id="hidden"),
    pytest.param(12345678, '0.0,,"M"', "12.3M", id="millions"),
    pytest.param(12345, '#,##0,"K"', "12K", id="thousands"),
    pytest.param(123, '[<100]"few";[>=100]"many"', "many", id="conditions"),
    pytest.param(5, '[<1]"low";[>9]"high"', "########", id="no condition met"),
    pytest.param(8613800138000, "000-0000-0000", "86138-0013-8000", id="digits between literals"),
    pytest.param(5123456, "# ##0", "5123 456", id="a space between digits is a space"),
    pytest.param(0.00001234, "0.00E+00", "1.23E-05", id="scientific"),
    pytest.param(99995, "0.00E+00", "1.00E+05", id="scientific, rounding carries"),
    pytest.param(12345.678, "##0.0E+0", "12.3E+3", id="engineering"),
    pytest.param(0, "0.00E+00", "0.00E+00", id="scientific zero"),
    pytest.param(5.25, "# ??/??", "5  1/4 ", id="fraction"),
    pytest.param(0.99, "# ?/?", "1    ", id="fraction that rounds to a whole"),
    pytest.param(2.5, "?/?", "5/2", id="fraction without a whole"),
    pytest.param(0.3, "0/8", "2/8", id="fraction of eighths"),
    pytest.param(5, "@", "5", id="text format"),
    pytest.param("ab", '"x"@', "xab", id="text section"),
    pytest.param("ab", '0;0;0;"<"@">"', "<ab>", id="fourth section"),
    pytest.param("ab", "#,##0", "ab", id="text in a number format"),
    pytest.param(True, "#,##0", "TRUE", id="booleans ignore the format"),
    pytest.param(5, '0" 元"', "5 元", id="Chinese unit"),
    pytest.param(5, r"0\ \k", "5 k", id="escaped"),
    pytest.param(1, "_-0_-", " 1 ", id="spaces as wide as a sign"),
    pytest.param(3, "General", "3", id="general"),
    pytest.param(1e300, "0", "1" + "0" * 300, id="very large"),
    pytest.param(SATURDAY, "yyyy-mm-dd", "2026-09-05", id="ISO date"),
    pytest.param(SATURDAY, "m/d/yy", "9/5/26", id="US date"),
    pytest.param(SATURDAY, 'yyyy"年"m"月"d"日"', "2026年9月5日", id="Chinese date"),
    pytest.param(SATURDAY, "yyyy年m月d日", "2026年9月5日", id="Chinese date, unquoted"),
    pytest.param(SATURDAY, "ddd, mmm d", "Sat, Sep 5", id="short names"),
    pytest.param(SATURDAY, "dddd d mmmm yyyy", "Saturday 5 September 2026", id="long names"),
    pytest.param(SATURDAY, "mmmmm", "S", id="first letter of the month"),
    pytest.param(SATURDAY + 0.75, "yyyy-mm-dd hh:mm:ss", "2026-09-05 18:00:00", id="date and time"),
    pytest.param(0.75, "h:mm AM/PM", "6:00 PM", id="afternoon"),
    pytest.param(0.0, "h:mm am/pm", "12:00 AM", id="midnight"),
    pytest.param(0.5, "h a/p", "12 p", id="noon"),
    pytest.param(0.75, '上午/下午h"时"mm"分"', "下午6时00分", id="Chinese afternoon"),
    pytest.param(1.5, "[h]:mm", "36:00", id="elapsed hours"),
    pytest.param(-0.5, "[h]:mm", "-12:00", id="elapsed backwards"),
    pytest.param(1 / 1440, "[mm]:ss", "01:00", id="elapsed minutes"),
    pytest.param(0.123456, "hh:mm:ss.000", "02:57:46.598", id="milliseconds"),
    pytest.param(0.7083333333, "h:mm", "17:00", id="not a minute short"),
    pytest.param(-1, "yyyy-mm-dd", "1899-12-29", id="before day zero"),
    pytest.param(60, "yyyy-mm-dd", "1900-02-28", id="no 29 February 1900"),
    pytest.param(1e300, "[h]:mm", "1E+300", id="hours that nobody counted"),
    pytest.param(1e300, "0." + "0" * 500, "1E+300", id="more digits than a number has"),
    pytest.param(0.5, "0" + "%" * 5000, "0.5", id="five thousand percent signs"),
    pytest.param(2958465.99999, "yyyy-mm-dd", "9999-12-31", id="the last moment of the calendar"),
    pytest.param(1e15, "yyyy-mm-dd", "1E+15", id="past the calendar: the number"),
])  # fmt: skip
def test_text(value, pattern, shown):
    assert display.text(value, {"type": "NUMBER", "pattern": pattern}, "en_US") == shown


@pytest.mark.parametrize(("value", "shown"), [
    (None, ""), ("", ""), ("ab", "ab"), (True, "TRUE"), (False, "FALSE"), (0, "0"), (-0.0, "0"), (7.0, "7"), (0.1 + 0.2, "0.3"),
    (1 / 3, "0.3333333333"), (2000 / 3, "666.6666667"), (100.15, "100.15"), (8613800138000, "8613800138000"),
    (10**15, "1E+15"), (1.5e-7, "1.5E-07"), (-2.25, "-2.25"), (CellError("DIVIDE_BY_ZERO"), "#DIV/0!"), (CellError("N_A"), "#N/A"),
    (math.inf, "#NUM!"), (math.nan, "#NUM!"),
])  # fmt: skip
def test_without_a_format(value, shown):
    assert display.text(value, None, "en_US") == shown


@pytest.mark.parametrize(("kind", "english", "chinese"), [
    ("DATE", "9/5/2026", "2026-9-5"), ("DATE_TIME", "9/5/2026 12:00:00", "2026-9-5 12:00:00"), ("TIME", "12:00:00 PM", "12:00:00"),
    ("CURRENCY", "$46,270.50", "¥46,270.50"), ("NUMBER", "46,270.50", "46,270.50"), ("PERCENT", "4627050.00%", "4627050.00%"),
    ("TEXT", "46270.5", "46270.5"), ("SCIENTIFIC", "4.63E+04", "4.63E+04"), ("NUMBER_FORMAT_TYPE_UNSPECIFIED", "46270.5", "46270.5"),
])  # fmt: skip
def test_a_type_without_a_pattern_shows_as_the_locale_does(kind, english, chinese):
    assert display.text(SATURDAY + 0.5, {"type": kind}, "en_US") == english
    assert display.text(SATURDAY + 0.5, {"type": kind}, "zh_CN") == chinese


def test_names_and_marks_are_the_locale_s():
    assert display.text(SATURDAY, {"pattern": "dddd mmmm"}, "zh_CN") == "星期六 九月"
    assert display.text(1234.5, {"pattern": "#,##0.00"}, "de_DE") == "1.234,50"
    assert display.text(1234.5, {"pattern": "#,##0.00"}, "no such locale") == "1,234.50"


@pytest.mark.parametrize("kind", TEXTS)
def test_every_error_shows_its_name(kind):
    assert display.text(CellError(kind), {"pattern": "0.00"}, "zh_CN") == TEXTS[kind]


PIECES = st.sampled_from(
    [*'0#?.,%/@;"\\_*[]$¥ymdhsEe+-:() ', "[h]", "[$¥]", "[<5]", "[Red]", "AM/PM", "General", "E+00", "?/?", "年"]
)


@given(
    st.one_of(st.none(), st.booleans(), st.floats(), st.integers(-(10**18), 10**18), st.text(max_size=9)),
    st.lists(PIECES, max_size=14).map("".join) | st.text(max_size=14),
    st.sampled_from(["en_US", "zh_CN", "de_DE"]),
)
def test_no_pattern_is_refused(value, pattern, locale):
    assert isinstance(display.text(value, {"pattern": pattern}, locale), str)


@given(st.integers(-700_000, 2_900_000))
def test_a_date_shown_is_the_date_typed(day):
    shown = display.text(day, {"pattern": "yyyy-mm-dd"}, "en_US")
    typed = entered.parse(shown, "en_US", today=entered.EPOCH)
    assert typed.value in (day, shown) if len(shown) < 10 else typed.value == day


@given(st.decimals(-(10**9), 10**9, places=2))
def test_an_amount_shown_is_the_amount_typed(amount):
    shown = display.text(float(amount), {"pattern": "$#,##0.00"}, "en_US")
    assert entered.parse(shown, "en_US", today=entered.EPOCH).value == float(amount)


def test_a_pattern_is_read_once():
    assert sections("#,##0.00") is sections("#,##0.00")
