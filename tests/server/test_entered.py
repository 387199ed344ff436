"""What a person types, as Sheets understands it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetcrm.server import display
from sheetcrm.server.entered import EPOCH, Entered, parse

TODAY = date(2026, 9, 12)
SATURDAY = 46270  # 5 September 2026


def typed(text: str, locale: str = "en_US") -> Entered:
    return parse(text, locale, today=TODAY)


@pytest.mark.parametrize(("text", "value", "kind", "pattern"), [
    pytest.param("$100.15", 100.15, "CURRENCY", "$#,##0.00", id="dollars"),
    pytest.param("$1,200", 1200, "CURRENCY", "$#,##0", id="whole dollars"),
    pytest.param("-$5", -5, "CURRENCY", "$#,##0", id="minus before the dollar"),
    pytest.param("$-5", -5, "CURRENCY", "$#,##0", id="minus after the dollar"),
    pytest.param("40%", 0.4, "PERCENT", "0%", id="percent"),
    pytest.param("12.5%", 0.125, "PERCENT", "0.00%", id="percent with decimals"),
    pytest.param("0.07%", 0.0007, "PERCENT", "0.00%", id="percent, exactly"),
    pytest.param("1,234", 1234, "NUMBER", "#,##0", id="thousands"),
    pytest.param("1,234.5", 1234.5, "NUMBER", "#,##0.00", id="thousands with decimals"),
    pytest.param("1e5", 100000, "SCIENTIFIC", "0.00E+00", id="scientific"),
    pytest.param("2026-09-05", SATURDAY, "DATE", "yyyy-mm-dd", id="ISO date"),
    pytest.param("2026-9-5", SATURDAY, "DATE", "yyyy-m-d", id="ISO date without zeros"),
    pytest.param("2026/12/25", 46381, "DATE", "yyyy/mm/dd", id="slashes, year first"),
    pytest.param("1-2", 46024, "DATE", "m-d", id="month and day: this year"),
    pytest.param("9/5/2026", SATURDAY, "DATE", "m/d/yyyy", id="US date"),
    pytest.param("09/05/2026", SATURDAY, "DATE", "mm/dd/yyyy", id="US date with zeros"),
    pytest.param("9/5/26", SATURDAY, "DATE", "m/d/yy", id="short year"),
    pytest.param("Sep 5, 2026", SATURDAY, "DATE", "mmm d, yyyy", id="short month"),
    pytest.param("5 september 2026", SATURDAY, "DATE", "d mmmm yyyy", id="long month"),
    pytest.param("9:30", 9.5 / 24, "TIME", "h:mm", id="time"),
    pytest.param("9:30:15 PM", (21.5 * 3600 + 15) / 86400, "TIME", "h:mm:ss am/pm", id="time after noon"),
    pytest.param("12:15 am", 0.25 / 24, "TIME", "h:mm am/pm", id="after midnight"),
    pytest.param("36:00", 1.5, "TIME", "[h]:mm", id="duration"),
    pytest.param("2026-09-05 12:00", SATURDAY + 0.5, "DATE_TIME", "yyyy-mm-dd h:mm", id="date and time"),
])  # fmt: skip
def test_what_brings_a_format(text, value, kind, pattern):
    found = typed(text)
    assert found.value == pytest.approx(value, abs=1e-12)
    assert found == Entered(found.value, None, {"type": kind, "pattern": pattern})


@pytest.mark.parametrize(("text", "value"), [
    pytest.param("007", 7, id="zeros are lost"),
    pytest.param("+8613800138000", 8613800138000, id="a phone number is a number"),
    pytest.param("-2.5", -2.5, id="negative"),
    pytest.param(".5", 0.5, id="no whole part"),
    pytest.param(" 5 ", 5, id="spaces around"),
    pytest.param("true", True, id="boolean"),
    pytest.param("FALSE", False, id="the other boolean"),
    pytest.param("'0123", "0123", id="an apostrophe makes it text"),
    pytest.param("'=1+1", "=1+1", id="even a formula"),
    pytest.param("", None, id="nothing"),
])  # fmt: skip
def test_what_brings_none(text, value):
    found = typed(text)
    assert found == Entered(value)
    assert type(found.value) is type(value)


@pytest.mark.parametrize("text", [
    "hello", "=", "-", "+", ".", "1,23", "12,34,567", "1.2.3", "0x1F", "1_000", "inf", "nan", "1e999", "8085807e40000000", "２０２６",
    "2026-13-05", "2026-02-30", "13/13/2026", "0/1", "25:99", "13:00 PM", "2026-09-05 noon", "- milk", "may", "¥100", "2026年9月5日", "1%%",
    "$5%", "$1e5", "--5", "-$-5", "2026-09-05T12:00:00Z", "9" * 400,
])  # fmt: skip
def test_what_stays_text(text):
    assert typed(text) == Entered(text)


@pytest.mark.parametrize(("text", "formula"), [
    ("=1+1", "=1+1"), ("= A1", "= A1"), ("+86 138 0013", "=+86 138 0013"), ("+A1", "=+A1"), ("=", None),
])  # fmt: skip
def test_formulas(text, formula):
    assert typed(text).formula == formula


@pytest.mark.parametrize(("text", "value", "pattern"), [
    pytest.param("2026年9月5日", SATURDAY, 'yyyy"年"m"月"d"日"', id="date in Chinese"),
    pytest.param("9月5日", SATURDAY, 'm"月"d"日"', id="month and day in Chinese"),
    pytest.param("2026/9/5", SATURDAY, "yyyy/m/d", id="slashes"),
    pytest.param("¥1,200.50", 1200.5, "[$¥]#,##0.00", id="yuan"),
    pytest.param("￥5", 5, "[$¥]#,##0", id="full-width yuan"),
    pytest.param("下午3:30", 15.5 / 24, "上午/下午h:mm", id="afternoon in Chinese"),
    pytest.param("3:30 下午", 15.5 / 24, "h:mm am/pm", id="as am/pm is shown in Chinese"),
    pytest.param("2026-09-05 3:30 下午", SATURDAY + 15.5 / 24, "yyyy-mm-dd h:mm am/pm", id="the same with a day"),
])  # fmt: skip
def test_chinese(text, value, pattern):
    found = typed(text, "zh_CN")
    assert found.value == pytest.approx(value, abs=1e-12)
    assert found.number_format["pattern"] == pattern
    assert typed("$5", "zh_CN") == Entered("$5")
    assert typed("9/5/2026", "zh_CN") == Entered("9/5/2026"), "which of the two is the month?"


@given(st.text(alphabet="0123456789-+/:.,%$¥eE年月日 '=apmTRUEjan", max_size=16) | st.text(max_size=30))
def test_nothing_is_refused(text):
    for locale in ("en_US", "zh_CN", "xx"):
        found = parse(text, locale, today=TODAY)
        assert found.value is None or found.formula is None


@given(st.text(alphabet="0123456789-/:., $%", max_size=12))
def test_what_was_understood_reads_the_same_when_shown(text):
    found = typed(text)
    if found.number_format is not None:
        shown = display.text(found.value, found.number_format, "en_US")
        again = typed(shown)
        assert again.value == pytest.approx(found.value, rel=1e-2, abs=1e-2), shown


@given(st.dates(date(1900, 1, 1), date(9999, 12, 31)))
def test_a_date_is_its_day_number(day):
    assert typed(day.isoformat()).value == (day - EPOCH).days


FORMATS = [{"type": kind} for kind in ("NUMBER", "CURRENCY", "PERCENT", "DATE", "TIME", "DATE_TIME")]
PATTERNS = ["yyyy-mm-dd", "yyyy/m/d", "h:mm", "h:mm am/pm", "yyyy-mm-dd hh:mm:ss", "#,##0.00"]
CHINESE = ['yyyy"年"m"月"d"日"', "上午/下午h:mm", 'yyyy"年"m"月"d"日" h:mm', "[$¥]#,##0.00", "[$￥]#,##0.00"]


@given(st.data())
def test_what_is_shown_can_be_typed_again(data):
    locale = data.draw(st.sampled_from(["en_US", "zh_CN"]))
    patterns = PATTERNS + (CHINESE if locale == "zh_CN" else [])
    form = data.draw(st.sampled_from([None, *FORMATS, *({"pattern": pattern} for pattern in patterns)]))
    pattern = (display.pattern_of(form, locale) or "").replace("上午/下午", "")
    day = data.draw(st.integers(0, 80_000)) if "y" in pattern else 0
    steps = 86_400 if "s" in pattern else 1440 if "h" in pattern else 1
    part = data.draw(st.integers(0, steps - 1)) / steps
    number = data.draw(st.integers(-(10**8), 10**8)) / (10_000 if "%" in pattern else 100)
    value = day + part if set(pattern) & set("yhms") else number
    shown = display.text(value, form, locale)
    found = typed(shown, locale).value
    assert type(found) in (int, float), shown
    assert found == pytest.approx(value, abs=1e-9), shown
