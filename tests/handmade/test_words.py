"""Titles → keys and likeness."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetcrm.handmade.keys import key_of, word
from sheetcrm.handmade.likeness import likeness
from sheetcrm.schema.template import SheetSpec


@pytest.mark.parametrize(
    ("title", "key"),
    [
        pytest.param("Customer ID", "customer_id", id="words"),
        pytest.param("customerID", "customer_id", id="humps"),
        pytest.param("Straße", "strasse", id="a letter with another spelling"),
        pytest.param("Łódź", "", id="a letter without one"),
        pytest.param("Café № 5", "cafe_no_5", id="accents"),
        pytest.param("2024 sales", "sales", id="a number in front"),
        pytest.param("客户名称", "", id="Chinese"),
        pytest.param("···", "", id="signs only"),
    ],
)
def test_a_title_gives_a_word_or_none(title, key):
    assert word(title) == key


@given(titles=st.lists(st.text(max_size=60), max_size=12))
def test_keys_are_keys_and_each_is_there_once(titles):
    keys: list[str] = []
    for number, title in enumerate(titles, 1):
        keys.append(key_of(title, keys, f"column_{number}"))
    assert len(set(keys)) == len(keys)
    if keys:
        columns = {key: {"type": "text", "title": key} for key in keys}
        assert list(SheetSpec.model_validate({"title": "x", "content": "page", "columns": columns}).columns) == keys


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        pytest.param("E-Mail", "email", True, id="signs between"),
        pytest.param("companyName", "Company", True, id="a word of it"),
        pytest.param("电话", "联系电话", True, id="part of a Chinese word"),
        pytest.param("Adress", "Address", True, id="a slip"),
        pytest.param("Phone", "Owner", False, id="letters that happen to be the same"),
        pytest.param("", "Name", False, id="nothing"),
    ],
)
def test_titles_are_alike_by_words_first(one, other, alike):
    assert (likeness(one, other) >= 0.6) is alike
    assert likeness(one, other) == likeness(other, one)
