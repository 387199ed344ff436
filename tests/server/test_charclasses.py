"""Classes of RE2 as ranges of characters that Python takes."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetcrm.server.charclasses import translated


@given(st.text(alphabet=st.characters(exclude_characters="\\"), max_size=20).filter(lambda text: "[:" not in text))
def test_a_pattern_without_classes_is_itself(pattern):
    assert translated(pattern) == pattern


@given(st.characters(), st.sampled_from(["L", "Lu", "Ll", "N", "Nd", "P", "S", "Z"]))
def test_a_general_category_is_unicode_s(letter, name):
    belongs = unicodedata.category(letter).startswith(name)
    assert bool(re.fullmatch(translated(rf"\p{{{name}}}"), letter)) is belongs
    assert bool(re.fullmatch(translated(rf"\P{{{name}}}"), letter)) is not belongs
    assert bool(re.fullmatch(translated(rf"[^\p{{{name}}}]"), letter)) is not belongs


@pytest.mark.parametrize(("pattern", "text", "fits"), [
    (r"\p{Han}", "张", True), (r"\p{Han}", "a", False), (r"\p{^Han}", "a", True), (r"[a\p{Han}]+", "a张", True), (r"\p{Hiragana}", "ひ", True),
    (r"[[:digit:]x]", "x", True), (r"[[:digit:]x]", ":", False), (r"[:digit:]", ":", True), (r"[][:alpha:]]", "]", True), (r"[[:punct:]]", "]", True),
    (r"\\p{1}", "\\p", True), (r"[^[:space:]]", " ", False),
])  # fmt: skip
def test_where_they_stand(pattern, text, fits):
    assert bool(re.fullmatch(translated(pattern), text)) is fits


@pytest.mark.parametrize("pattern", [r"\p{Klingon}", r"\p{}", r"[[:nobody:]]", r"[[:^alpha:]]"])
def test_what_is_not_known_is_refused(pattern):
    with pytest.raises((ValueError, re.error)):
        re.compile(translated(pattern))
