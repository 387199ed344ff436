"""Text in, the same without somebody out: by keyed hashes alone, however it is written."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetcrm.errors import SheetcrmError
from sheetcrm.privacy.erased import Erased
from sheetcrm.privacy.folding import Forms, mail_form, name_form
from sheetcrm.privacy.registry import Registry
from sheetcrm.privacy.tombstone import RowOf, Tombstone, Treatment, place_of

KNOWN = Forms(
    frozenset(map(name_form, ("张三丰", "Zoë  Vandermeer"))),
    frozenset({mail_form("Zoe@X.org")}),
    frozenset({"8613800138000", "13800138000"}),
)
ROW = RowOf("book", "customers", "C007")


@pytest.fixture(autouse=True)
def _own_key(tmp_path, monkeypatch):
    monkeypatch.setenv("SHEETCRM_HOME", str(tmp_path / "home"))


def stone(known=KNOWN, near=frozenset({"ann"})):
    sheets = {place_of("book", "customers"): Treatment("id", gone=False, columns={"name": True})}
    return Tombstone.of(known, near, [ROW], sheets, "2026-01-02T03:04:05Z")


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        pytest.param("找张 三丰聊过", "找█聊过", id="a Chinese name inside a sentence, with a blank in it"),
        pytest.param("ZOË\nvandermeer!", "█!", id="other case, over two lines"),
        pytest.param("zoe vandermeer", "zoe vandermeer", id="another name: letters with marks are other letters"),
        pytest.param("Zoë Vandermeers", "Zoë Vandermeers", id="a longer word is another"),
        pytest.param("邮箱zoe@x.org。", "邮箱█。", id="an address with no blank around it"),
        pytest.param("mailto:ZOE@X.ORG?x", "mailto:█?x", id="an address in a link"),
        pytest.param("lzoe@x.org zoe@x.org.cn", "lzoe@x.org zoe@x.org.cn", id="longer addresses are other people's"),
        pytest.param("call +86 138-0013-8000 now", "call +█ now", id="a number in groups, with its country"),
        pytest.param("１３８００１３８０００", "█", id="wide digits"),
        pytest.param("0013800138000", "█", id="with zeros in front"),
        pytest.param("138001380001", "138001380001", id="a longer number is another"),
        pytest.param("13800138000 13900139000", "█ 13900139000", id="two numbers"),
        pytest.param("Ann", "Ann", id="a name that is others', too, outside of a row of theirs"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_what_is_found(text, cleaned):
    assert Erased([stone()]).cleaned(text, lambda _: "█") == cleaned


def test_in_a_row_of_theirs_less_is_enough():
    erased = Erased([stone()])
    assert erased.cleaned("Ann came", lambda _: "█", near=True) == "█ came"
    assert (erased.own("book", "customers", "C007"), erased.own("book", "customers", "C008")) == (True, False)
    assert erased.row("another book", "customers", "C007") is None


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_name_is_found_in_any_text_and_nothing_else_is_touched(before, after):
    erased = Erased([stone(Forms(frozenset({"张三丰"})), frozenset())])
    text = f"{before}张三丰{after}"
    done = erased.cleaned(text, lambda _: "")
    assert not erased.holds(done) or "张三丰" in done.replace(" ", "") or "张三丰" not in before + after
    assert erased.cleaned(before, lambda _: "") == before or "张三丰" in name_form(before)
    assert len(done) <= len(text) - 3


def test_json_is_cleaned_wherever_it_says_it():
    said = {"zoe@x.org": [13800138000, "张三丰", "with 张三丰", {"n": True}], "x": 1.5}
    assert Erased([stone()]).without(said, lambda _: "█") == {"█": ["█", "with █", {"n": True}], "x": 1.5}


def test_a_tombstone_says_nothing_in_clear_and_outlives_a_crash(tmp_path):
    registry = Registry(tmp_path / "backups")
    registry.put(stone())
    registry.put(stone())
    registry.path.write_text(registry.path.read_text("utf-8") + '\n{"mark": "torn', "utf-8")
    (found,) = registry.tombstones()
    assert not found.done
    assert found.knows("zoë vandermeer")
    assert found.knows("138 0013 8000")
    assert not found.knows("somebody else")
    registry.note(found.mark, archives=["a.zip"])
    registry.note(found.mark, done=True)
    (found,) = registry.tombstones()
    assert (found.done, found.archives) == (True, ["a.zip"])
    text = registry.path.read_text("utf-8")
    assert not any(one in text.casefold() for one in ("zoe", "张三丰", "13800138000", "c007"))
    assert registry.path.stat().st_mode & 0o077 == 0


def test_without_the_key_nobody_is_taken_for_forgotten(tmp_path, monkeypatch):
    registry = Registry(tmp_path / "backups")
    registry.put(stone())
    monkeypatch.setenv("SHEETCRM_HOME", str(tmp_path / "another"))
    with pytest.raises(SheetcrmError, match="another key"):
        registry.everybody()
    assert len(registry.kept()) == 1, "which backups hold them is known all the same"
    assert json.loads(registry.path.read_text("utf-8"))["done"] is False
