"""YAML as people write it: 1.2 rules, every line known, every problem at once, nothing that takes the process down."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from sheetcrm.errors import ConfigError, FileError, TemplateError
from sheetcrm.yamlfile import parse, read, validate


def lines(text):
    """What is wrong with the text, without the name of the file."""
    with pytest.raises(FileError) as caught:
        parse(text, "x.yaml")
    return [str(problem).removeprefix("x.yaml:") for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        pytest.param("NO", "NO", id="Norway is a text"),
        pytest.param("yes", "yes", id="yes is a text"),
        pytest.param("on", "on", id="on is a text"),
        pytest.param("true", True, id="true is true"),
        pytest.param("12:30", "12:30", id="a time is no number of base 60"),
        pytest.param("010", "010", id="a leading zero is neither octal nor lost"),
        pytest.param("0o17", "0o17", id="nor is the other octal"),
        pytest.param("2026-01-02", "2026-01-02", id="a date is a text"),
        pytest.param("+8613800138000", "+8613800138000", id="a phone keeps its plus"),
        pytest.param("1_000", "1_000", id="underscores make no number"),
        pytest.param("-5", -5, id="whole number"),
        pytest.param("1e3", 1000.0, id="number with exponent"),
        pytest.param(".5", 0.5, id="number without its zero"),
        pytest.param("~", None, id="nothing"),
        pytest.param("", None, id="blank"),
        pytest.param("'12'", "12", id="quotes make a text"),
        pytest.param("!!str 12", "12", id="so does a tag"),
        pytest.param("=1+1", "=1+1", id="a formula"),
        pytest.param("客户", "客户", id="Chinese"),
    ],
)
def test_plain_words(written, meant):
    assert parse(f"a: {written}\n", "x.yaml").data == {"a": meant}


def test_every_setting_has_its_line():
    located = parse("a: 1\nb:\n  c:\n    - x\n    - y\n", "x.yaml")
    assert [located.line(path) for path in [("a",), ("b",), ("b", "c"), ("b", "c", 1)]] == [1, 2, 3, 5]
    assert located.line(("b", "nothing", "here")) == 2, "the nearest setting around it"


def test_an_empty_file_is_nothing():
    assert parse("", "x.yaml").data is None
    assert parse("# only a remark\n", "x.yaml").data is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("a: 1\nb: 2\na: 3\n", ["3: a: said twice; the first is in line 1"], id="duplicate key"),
        pytest.param("a: {b: 1, b: 2}\nc: 1\nc: 1", ["1: a.b: said twice; the first is in line 1", "3: c: said twice; the first is in line 2"], id="all duplicates at once"),
        pytest.param("a:\n\tb: 1", ["2: not YAML: indented with a tab; use spaces"], id="tab"),
        pytest.param("a: 1\nb: 'x\nc: 1\n", ["2: not YAML: the quote that opens here is not closed"], id="quote left open"),
        pytest.param("a: b: c", ["1: not YAML: a colon too many; quote a text with a colon in it, or look at the indentation"], id="two colons"),
        pytest.param("a: {x: no #1, y: 2}\nb: 1\n", ["1: not YAML: the { that opens here is not closed, or a text in it needs quotes, as one with , : # { } [ ] does"], id="a remark that was none"),
        pytest.param("a: {x: {b: 1}\nb: 1\n", ["1: not YAML: the { that opens here is not closed, or a text in it needs quotes, as one with , : # { } [ ] does"], id="brace left open"),
        pytest.param("a: [1, 2\nb: 1\n", ["1: not YAML: the [ that opens here is not closed, or a text in it needs quotes, as one with , : # { } [ ] does"], id="bracket left open"),
        pytest.param("a: 1\nkey name\nb: 2\n", ["2: not YAML: no colon behind the key; it is written key: value"], id="no colon"),
        pytest.param("a: 1\nkey：name\nb: 2\n", ["2: not YAML: a Chinese ： where YAML has :"], id="a Chinese colon"),
        pytest.param("a:\n  x: {type: date， title: {zh: 一，二}}\n", ["2: not YAML: a Chinese ， where YAML has ,"], id="a Chinese comma"),
        pytest.param("a:\n  b: 1\n c: 2\n", ["3: not YAML: its indentation fits nothing above it, or it closes a bracket that is not open"], id="indented too little"),
        pytest.param("a:\n  - b: 1\n  c: 2\n", ["3: not YAML: its indentation fits nothing above it, or an entry of a list lacks its -"], id="a list that goes on otherwise"),
        pytest.param("a: *x", ["1: not YAML: no &name above for this *name; quote a text that begins with *"], id="an alias of nothing"),
        pytest.param("a: @x", ["1: not YAML: a text that begins like this needs quotes"], id="a sign that nothing begins with"),
        pytest.param("a: \"C:\\d\"", ["1: not YAML: in double quotes \\ begins an escape; use single quotes"], id="a backslash"),
        pytest.param("a: \0", ["1: a character that YAML does not allow: U+0000"], id="control character"),
        pytest.param("a: !!python/object:os.system x", ["1: a: the tag tag:yaml.org,2002:python/object:os.system is not supported"], id="code in a tag"),
        pytest.param("a: !!int x", ["1: a: x does not fit its tag tag:yaml.org,2002:int"], id="a tag that lies"),
        pytest.param("? [1]\n: 2", ["1: a key must be a word"], id="a list as a key"),
        pytest.param("a: 1\n---\nb: 1", ["2: not YAML: but found another document"], id="two documents"),
        pytest.param("[" * 100_000, ["1: nested too deep"], id="brackets that crash the C composer"),
        pytest.param("a: &x [1, *x]", ["1: a.1.1: too large or too deep once its aliases are followed"], id="an alias to itself"),
    ],
)  # fmt: skip
def test_what_is_refused(text, said):
    assert lines(text) == said


def test_an_alias_bomb_is_refused_and_not_followed():
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10))
    assert "too large or too deep" in lines(bomb)[0]


class TestFiles:
    def test_a_byte_order_mark_is_no_text(self, tmp_path):
        (tmp_path / "x.yaml").write_bytes(b"\xef\xbb\xbfa: 1\n")
        assert read(tmp_path / "x.yaml").data == {"a": 1}

    def test_another_encoding_is_named_with_its_line(self, tmp_path):
        (tmp_path / "x.yaml").write_bytes("a: 1\nb: 客户\n".encode("gbk"))
        with pytest.raises(TemplateError, match=r"x\.yaml:2: not UTF-8; save the file as UTF-8"):
            read(tmp_path / "x.yaml", TemplateError)

    def test_a_file_that_is_not_there(self, tmp_path):
        with pytest.raises(ConfigError, match="no such file"):
            read(tmp_path / "x.yaml", ConfigError)

    def test_a_folder(self, tmp_path):
        with pytest.raises(FileError, match="cannot be read"):
            read(tmp_path)

    def test_a_huge_file(self, tmp_path):
        (tmp_path / "x.yaml").write_text("#" * 1_000_001)
        with pytest.raises(FileError, match="larger than"):
            read(tmp_path / "x.yaml")


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    options: int = 0
    size: int


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    parts: dict[str, Inner] = {}
    maybe: Inner | None = None


def test_all_problems_of_a_model_with_line_and_nearest_word():
    text = "parts:\n  a: {optons: 1, size: 2}\n  b: {size: many}\n  c: {}\nmaybe: {size: 1, sise: 2}\npart: 1\n"
    with pytest.raises(TemplateError) as caught:
        validate(Outer, parse(text, "t.yaml"), TemplateError)
    assert [str(problem) for problem in caught.value.problems] == [
        "t.yaml:2: parts.a.optons: no such setting; did you mean options?",
        "t.yaml:3: parts.b.size: expected a whole number, not 'many'",
        "t.yaml:4: parts.c.size: is missing",
        "t.yaml:5: maybe.sise: no such setting; did you mean size?",
        "t.yaml:6: part: no such setting; did you mean parts?",
    ]


def test_a_list_where_settings_belong():
    with pytest.raises(TemplateError, match=r"t\.yaml:1: expected settings, each as key: value"):
        validate(Outer, parse("- 1\n", "t.yaml"), TemplateError)


@given(st.text(max_size=60))
def test_any_text_is_data_or_a_file_error(text):
    with contextlib.suppress(FileError):
        parse(text, "x.yaml")
