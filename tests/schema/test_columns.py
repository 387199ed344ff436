"""Cells as people really leave them: what each means, or the code and suggestion of its issue."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetcrm.schema.columns.phone import looked_up, mobiles

from .model_sheet import STAGES, column

INTERESTS = {"read": {"zh": "阅读", "en": "Reading"}, "travel": {"zh": "旅行", "en": "Travel"}}


def meaning(settings, cell):
    """The value, or code and suggestion of what is wrong."""
    made, context = column(settings)
    values, bad = made.parse([cell], context)
    return (bad[0].code, bad[0].suggestion) if bad else values[0]


@given(st.sampled_from(["CN", "US", "GB", "DE", "FR", "JP", "AU", "CA", "BR"]), st.data())
def test_mobile_numbers_told_by_their_digits_are_those_of_a_look_up(country, data):
    known = mobiles(country)
    example = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
    digits = list(str(example.national_number))
    for _ in range(data.draw(st.integers(0, 6))):
        digits[data.draw(st.integers(0, len(digits) - 1))] = data.draw(st.sampled_from("0123456789"))
    national = "".join(digits)
    whole = f"+{known.code}{national}"
    if known.whole.one(whole):
        assert looked_up(whole, whole, "IS") == whole
    if known.national and known.national.one(national):
        assert looked_up(national, national, country) == whole


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        pytest.param(46024, date(2026, 1, 2), id="a day number"),
        pytest.param(46024.99, date(2026, 1, 2), id="the time of day is dropped, not rounded"),
        pytest.param(1, date(1899, 12, 31), id="the first day"),
        pytest.param("2026-1-2", date(2026, 1, 2), id="text with dashes"),
        pytest.param("2026.01.02", date(2026, 1, 2), id="text with points"),
        pytest.param("2026 年 1 月 2 日", date(2026, 1, 2), id="Chinese with blanks"),
        pytest.param("２０２６／１／２", date(2026, 1, 2), id="full-width"),
        pytest.param("1996-07-04 00:00:00.000", date(1996, 7, 4), id="a timestamp"),
        pytest.param("2028-02-29", date(2028, 2, 29), id="leap day"),
        pytest.param("2026-02-29", ("no_such_day", None), id="no leap day"),
        pytest.param("2026-13-01", ("no_such_day", None), id="13th month"),
        pytest.param("3/4/2026", ("ambiguous_date", None), id="day or month first"),
        pytest.param("20260102", ("not_a_date", "2026-01-02"), id="digits in a row, as text"),
        pytest.param(20260102, ("not_a_date", "2026-01-02"), id="digits in a row, as a number"),
        pytest.param(20261302, ("not_a_date", None), id="digits in a row that are no day"),
        pytest.param("tomorrow", ("not_a_date", None), id="a word"),
        pytest.param("#REF!", ("error_value", None), id="a failed formula"),
        pytest.param(0, ("not_a_date", None), id="the zero of MAXIFS"),
        pytest.param(True, ("not_a_date", None), id="a tick"),
    ],
)
def test_dates(cell, meant):
    assert meaning({"type": "date"}, cell) == meant


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        pytest.param("13800138000", "+8613800138000", id="mobile"),
        pytest.param(13800138000, "+8613800138000", id="mobile that became a number"),
        pytest.param(13800138000.0, "+8613800138000", id="and a float"),
        pytest.param("１３８００１３８０００", "+8613800138000", id="full-width digits"),
        pytest.param("138-0013-8000", "+8613800138000", id="in groups"),
        pytest.param("8613800138000", "+8613800138000", id="country code without plus"),
        pytest.param("(010) 6552-9988 转 123", "+861065529988;ext=123", id="extension"),
        pytest.param("+861065529988;ext=123", "+861065529988;ext=123", id="as we write it"),
        pytest.param("\u202d13800138000\u202c", "+8613800138000", id="invisible marks of a copied contact"),
        pytest.param("+49 30 901820", "+4930901820", id="from abroad"),
        pytest.param("030-0074321", ("phone_no_country", None), id="Berlin without country code"),
        pytest.param("(206) 555-9857", ("phone_no_country", None), id="Seattle, whose digits Guangzhou has too"),
        pytest.param("0221-0644327", ("phone_no_country", None), id="Cologne, whose digits Tianjin has too"),
        pytest.param("99999999999999", ("phone_no_country", None), id="digits of nowhere"),
        pytest.param("4915123456789", ("phone_no_country", "+4915123456789"), id="a plus was forgotten"),
        pytest.param("12345", ("not_a_phone", None), id="too short"),
        pytest.param("ann@x.org", ("not_a_phone", None), id="an e-mail address"),
        pytest.param("+86 138 0013 80000", ("not_a_phone", None), id="a digit too many"),
        pytest.param("13800138000 / 13800138001", ("not_a_phone", None), id="two numbers"),
    ],
)
def test_phones(cell, meant):
    assert meaning({"type": "phone"}, cell) == meant


def test_a_phone_column_may_have_a_country_of_its_own():
    assert meaning({"type": "phone", "country": "DE"}, "030 901820") == "+4930901820"


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        pytest.param("Ann.Lee@Example.com", "Ann.Lee@Example.com", id="as its owner writes it"),
        pytest.param("ann＠x.org", ("not_an_email", "ann@x.org"), id="full-width at"),
        pytest.param("ann@x。org", ("not_an_email", "ann@x.org"), id="Chinese full stop"),
        pytest.param("ann @x.org", ("not_an_email", "ann@x.org"), id="a blank inside"),
        pytest.param("mailto:ann@x.org", ("not_an_email", "ann@x.org"), id="a pasted link"),
        pytest.param("ann@x.org\nBcc: eve@x.org", ("not_an_email", None), id="a line break and a header"),
        pytest.param("ann@x.org, bob@x.org", ("not_an_email", None), id="two addresses"),
        pytest.param("ann@localhost", ("not_an_email", None), id="no domain"),
        pytest.param("a" * 65 + "@x.org", ("not_an_email", None), id="name too long"),
    ],
)
def test_emails(cell, meant):
    assert meaning({"type": "email"}, cell) == meant


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        pytest.param("潜在客户", "lead", id="title in Chinese"),
        pytest.param("LEAD", "lead", id="title in English, shouted"),
        pytest.param("Lead ", "lead", id="a blank behind"),
        pytest.param("won", "won", id="the key"),
        pytest.param("潜在客戶", ("not_an_option", "潜在客户"), id="almost: the nearest title"),
        pytest.param("Leed", ("not_an_option", "潜在客户"), id="misspelt in the other language"),
        pytest.param("something else", ("not_an_option", None), id="nothing near"),
        pytest.param(1, ("not_an_option", None), id="a number"),
    ],
)
def test_choices_of_one(cell, meant):
    assert meaning({"type": "choice", "options": STAGES}, cell) == meant


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        pytest.param("阅读, 旅行", ("read", "travel"), id="comma"),
        pytest.param("旅行、阅读", ("read", "travel"), id="Chinese comma, in the order of the list"),
        pytest.param("阅读；阅读,", ("read",), id="each once, a comma too many"),
        pytest.param("阅读\n旅行", ("read", "travel"), id="a line each"),
        pytest.param("阅读, 旅游", ("not_an_option", "阅读, 旅行"), id="the whole list as it was meant"),
        pytest.param("阅读, xyz", ("not_an_option", None), id="one that is nothing"),
    ],
)
def test_choices_of_several(cell, meant):
    assert meaning({"type": "choices", "options": INTERESTS}, cell) == meant


@pytest.mark.parametrize(
    ("settings", "cell", "meant"),
    [
        pytest.param({"type": "money"}, "￥1,234.50", Decimal("1234.50"), id="full-width yuan"),
        pytest.param({"type": "money"}, "US$20", Decimal(20), id="dollars"),
        pytest.param({"type": "money"}, "1.2万", ("not_a_number", None), id="ten thousands in words"),
        pytest.param({"type": "money"}, 0.1, Decimal("0.1"), id="exactly what is shown"),
        pytest.param({"type": "integer"}, 1.5, ("not_whole", "2"), id="a fraction"),
        pytest.param({"type": "integer"}, "1,00", ("not_a_number", None), id="a comma for a point"),
        pytest.param({"type": "percent"}, "40％", Decimal("0.4"), id="full-width percent"),
        pytest.param({"type": "number"}, "１，２３４．５", Decimal("1234.5"), id="full-width number"),
        pytest.param({"type": "number"}, "9" * 60, ("not_a_number", None), id="sixty digits"),
        pytest.param({"type": "number", "unit": {"zh": "公斤", "en": "kg"}, "decimals": 1}, "12.5 KG", Decimal("12.5"), id="with its unit"),
        pytest.param({"type": "integer", "unit": {"zh": "台", "en": "pcs"}}, "３台", 3, id="with its unit in Chinese"),
        pytest.param({"type": "integer", "unit": "kg"}, "3 t", ("not_a_number", None), id="with another unit"),
        pytest.param({"type": "rating", "max": 10}, "9/10", 9, id="nine of ten"),
        pytest.param({"type": "rating"}, "9/10", ("not_a_rating", None), id="nine of ten where five are all"),
        pytest.param({"type": "duration"}, 1.5, timedelta(hours=36), id="a day and a half"),
        pytest.param({"type": "duration"}, "1 小时 5 分钟", timedelta(minutes=65), id="an hour and five minutes in words"),
        pytest.param({"type": "duration"}, "90", ("not_a_duration", None), id="ninety of what"),
        pytest.param({"type": "currency", "of": ["CNY", "USD"]}, "美元", "USD", id="dollars in Chinese"),
        pytest.param({"type": "currency", "of": ["CNY", "USD"]}, "EUR", ("not_a_currency", None), id="a currency that is not used here"),
    ],
)  # fmt: skip
def test_numbers(settings, cell, meant):
    assert meaning(settings, cell) == meant


@pytest.mark.parametrize(
    "text", ["0012", "+86 138", "1e5", "=1+1", " x ", "a\nb", "客" * 50_000, "#1", "TRUE"], ids=lambda text: text[:8]
)
def test_text_stays_text_byte_for_byte(text):
    assert meaning({"type": "text"}, text) == text


def test_a_list_keeps_what_the_team_added():
    made, context = column({"type": "choice", "options_from": "lists.source"})
    assert made.parse(["网站", "Web", "抖音"], context) == (["web", "web", "抖音"], {})
    assert made.dump("web", context) == "网站"
    assert made.dump("抖音", context) == "抖音"


class TestIds:
    def test_blank_ids_follow_the_highest_of_their_shape(self):
        made, _ = column({"type": "id", "auto": "C{:04d}"})
        assert made.following(["C0007", "X9", "C12", "示例-C001"], 2) == ["C0013", "C0014"]
        assert made.following([], 1) == ["C0001"]
        assert made.following(["C9999"], 1) == ["C10000"]

    def test_without_auto_there_is_nothing_to_follow(self):
        made, _ = column({"type": "id"})
        with pytest.raises(ValueError, match="no auto"):
            made.following([], 1)

    def test_a_hidden_one_is_random_unless_it_is_counted(self):
        assert column({"type": "id", "hidden": True})[0].random
        assert column({"type": "id", "auto": "random"})[0].random
        assert not column({"type": "id", "hidden": True, "auto": "C{}"})[0].random
        assert not column({"type": "id"})[0].random

    @pytest.mark.parametrize("auto", ["C", "{}{}", "C{:x}", "C{:04d}{", "{0.__class__}"])
    def test_auto_is_text_around_one_number(self, auto):
        with pytest.raises(ValueError, match="text around one number"):
            column({"type": "id", "auto": auto})


class TestSamples:
    @pytest.mark.parametrize(("written", "day"), [("+3d", 18), ("-2w", 1), ("2026-01-20", 20)])
    def test_dates_may_be_relative(self, written, day):
        made, context = column({"type": "date"})
        assert made.parse_cell(made.sample(written, context), context) == date(2026, 1, day)

    def test_options_by_key_and_texts_by_language(self):
        made, context = column({"type": "choices", "options": INTERESTS})
        assert made.sample(["travel", "read"], context) == "阅读, 旅行"
        text, context = column({"type": "text"})
        assert text.sample({"zh": "你好", "en": "Hello"}, context) == "你好"


def test_a_column_of_dates_is_read_at_once_and_equal_cells_once():
    made, context = column({"type": "date"})
    cells = [46024, "2026-13-01", "", None, 46024, "2026-13-01"]
    values, bad = made.parse(cells, context)
    assert values == [date(2026, 1, 2), None, None, None, date(2026, 1, 2), None]
    assert sorted(bad) == [1, 5]


def test_true_and_one_are_not_the_same_cell():
    made, context = column({"type": "integer"})
    values, bad = made.parse([1, True, 1.0, False, 0], context)
    assert (values, sorted(bad)) == ([1, None, 1, None, 0], [1, 3])


def test_a_text_among_numbers_does_not_make_each_of_them_at_once():
    from sheetcrm.schema.columns.number import Decimals

    made, context = column({"type": "money"})
    values, bad = made.parse([12.5, "¥1,234.50", "", 7, "lots", None, True, 0.1 + 0.2], context)
    there = [Decimal("12.5"), Decimal("1234.50"), None, Decimal(7), None, None, None, Decimal("0.3")]
    assert isinstance(values, Decimals)
    assert values.cells == [12.5, Decimal("1234.50"), None, 7, None, None, None, 0.1 + 0.2]
    assert list(values) == [values[at] for at in range(8)] == there
    assert {at: why.code for at, why in bad.items()} == {4: "not_a_number", 6: "not_a_number"}


@pytest.mark.parametrize(("cell", "value"), [
    pytest.param(0.1 + 0.2, "0.3", id="what a formula computes, as people see it"),
    pytest.param(30338.300000000003, "30338.3", id="a sum of money"),
    pytest.param(123456789012345.0, "123456789012345", id="fifteen digits are all there"),
    pytest.param(1e300, "1E+300", id="far beyond money"),
])  # fmt: skip
def test_numbers_are_read_to_the_fifteen_digits_that_a_sheet_shows(cell, value):
    from sheetcrm.schema.columns.number import decimal

    assert str(decimal(cell)) == value
