"""What people mean the same by, and how alike two names are."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetcrm.errors import MissingExtra
from sheetcrm.sync.quality import likeness
from sheetcrm.sync.quality.likeness import alike, company, folded, person, unlike

NAMES = st.text(
    st.sampled_from("abcdefgzäéß ABC-.,'&()（）12上海北京化工有限公司集团 Ltd GmbH"), min_size=1, max_size=24
)  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("+8613800138000", "+8613800138000;ext=12", id="an extension"),
        pytest.param("030-0074321", "(030) 007 43 21", id="a number without a country, as it is written"),
        pytest.param("Ann.Lee@X.org", "ann.lee@x.org", id="an address in capitals"),
        pytest.param("ＡＢＣ　１２", "abc 12", id="width"),
        pytest.param("Obere Str. 57", "obere str 57", id="signs and case"),
        pytest.param("Constitución", "Constitucion", id="accents"),
    ],
)
def test_the_same_to_people(one, other):
    assert folded(one) == folded(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("a.b@x.org", "ab@x.org", id="dots in addresses count"),
        pytest.param("+8613800138000", "13800138000", id="a number whose country is not known"),
        pytest.param("ガ", "カ", id="marks that are letters"),
    ],
)
def test_not_the_same(one, other):
    assert folded(one) != folded(other)


@pytest.mark.parametrize("blank", [None, "", "  ", "—", "..."], ids=repr)
def test_nothing_is_the_same_as_nothing(blank):
    assert folded(blank) == ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("上海华谊化工有限公司", "上海华谊化工股份有限公司", id="有限公司, 股份有限公司"),
        pytest.param("国美电器集团有限公司", "国美电器", id="集团"),
        pytest.param("华为（北京）有限公司", "北京华为有限公司", id="a region in brackets or in front"),
        pytest.param("ＡＢＣ　有限公司", "abc", id="width"),
        pytest.param("Weber GmbH & Co. KG", "WEBER", id="two forms joined"),
        pytest.param("Smith & Sons Co., Ltd.", "Smith and Sons", id="& and and"),
        pytest.param("Bólido Comidas S.A. de C.V.", "Bolido Comidas", id="accents and dots"),
        pytest.param("Save-a-lot Markets", "Savealot Markets Inc", id="hyphens"),
        pytest.param("Toys 4 U", "TOYS 04 U", id="a number with a nought"),
        pytest.param("株式会社ソニー", "ソニー株式会社", id="a form in front"),
    ],
)
def test_names_that_differ_in_nothing_that_says_anything(one, other):
    assert alike(company(one), company(other)) == 100


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("阿里（北京）有限公司", "阿里（上海）有限公司", id="two regions"),
        pytest.param("Store 12", "Store 13", id="two numbers"),
        pytest.param("第一化工厂", "第二化工厂", id="two Chinese numbers"),
        pytest.param("Northern Chemicals Supply", "Southern Chemicals Supply", id="another word"),
        pytest.param("Alpha Trading Company", "Omega Trading Company", id="the same trade"),
        pytest.param("", "", id="none at all"),
    ],
)
def test_names_of_different_things(one, other):
    assert alike(company(one), company(other)) == 0


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        pytest.param("Chop-suey Chinese", "Chop-suey Chinesse", 95, 99, id="a letter too many"),
        pytest.param("Alfreds Futterkiste", "Alfreds Futterksite", 90, 99, id="two letters exchanged"),
        pytest.param("上海精细化工研究", "上海精细化功研究", 80, 89, id="another character: not without support"),
        pytest.param("ABC (Germany) GmbH", "ABC GmbH", 95, 95, id="a region that one of them names"),
    ],
)
def test_slips_of_the_pen_are_alike_and_not_the_same(one, other, least, most):
    assert least <= alike(company(one), company(other)) <= most


def test_people_by_their_words_in_any_order():
    assert alike(person("Anders, Maria"), person("Ms. Maria Anders")) == 100
    assert alike(person("王芳女士"), person("王芳")) == 100
    assert alike(person("王芳"), person("王方")) == 0


def test_a_short_form_is_not_unlike_but_another_name_is():
    assert not unlike(company("Alfreds"), company("Alfreds Futterkiste"))
    assert unlike(company("Alfreds Futterkiste"), company("Around the Horn"))
    assert not unlike(company(""), company("Around the Horn"))


def test_a_name_that_is_only_a_form_is_a_name():
    assert company("Ltd").text == "ltd"
    assert company("有限公司").text == "有限公司"


@given(NAMES, NAMES)
def test_likeness_goes_both_ways_and_a_name_is_like_itself(one, other):
    first, second = company(one), company(other)
    assert alike(first, second) == alike(second, first)
    assert 0 <= alike(first, second) <= 100
    assert alike(first, first) == (100 if first.text else 0)
    assert unlike(first, second) == unlike(second, first)


@given(st.text(max_size=30))
def test_no_text_stops_it(text):
    assert isinstance(folded(text), str)
    assert company(text).text == company(text).text
    assert folded(folded(text)) is not None
    person(text)


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "rapidfuzz.fuzz", None)
    likeness._rapidfuzz.cache_clear()
    with pytest.raises(MissingExtra, match=r"sheetcrm\[quality\]"):
        alike(company("Alfreds"), company("Alfredz"))
    assert alike(company("Alfreds"), company("ALFREDS")) == 100
    likeness._rapidfuzz.cache_clear()
