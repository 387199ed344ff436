"""Help in Chinese: a character takes two columns of the terminal, and a line may end behind nearly each."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetcrm.cli.columns import NOT_FIRST, Columns, filled, joined, padded, width
from sheetcrm.messages import speaking


@pytest.mark.parametrize(("text", "room", "lines"), [
    pytest.param("客户管理系统", 8, ["客户管理", "系统"], id="between characters"),
    pytest.param("客户管理系统", 9, ["客户管理", "系统"], id="not within one, where half of it would fit"),
    pytest.param("客户管理，系统", 8, ["客户管", "理，系统"], id="no line begins with a comma"),
    pytest.param("客户（管理）系统", 6, ["客户", "（管", "理）系", "统"], id="brackets stay with what is in them"),
    pytest.param("运行 sheetcrm plan", 12, ["运行", "sheetcrm", "plan"], id="not within a word"),
    pytest.param("写入config.yaml里", 11, ["写入", "config.yaml", "里"], id="beside a word without blanks"),
    pytest.param("共postgresql://localhost", 10, ["共", "postgresql://localhost"], id="a word longer than the line stands alone"),
    pytest.param("", 10, [], id="nothing"),
])  # fmt: skip
def test_lines(text, room, lines):
    assert list(filled(text, room)) == lines


@pytest.mark.parametrize(("lines", "text"), [
    pytest.param(["客户", "管理"], "客户管理", id="no blank between characters"),
    pytest.param(["见 docs/a.md。", "See"], "见 docs/a.md。See", id="none behind a full stop of theirs"),
    pytest.param(["配置里的", "backup:"], "配置里的 backup:", id="one before a word"),
    pytest.param(["one", "two"], "one two", id="one between words"),
])  # fmt: skip
def test_the_lines_of_a_paragraph_become_one(lines, text):
    assert joined(lines) == text


@given(st.text(alphabet="客户，。（）ab.-", max_size=60), st.integers(min_value=12, max_value=40))
def test_nothing_is_lost_and_no_line_begins_with_a_comma(text, room):
    lines = list(filled(text, room))
    assert "".join(lines) == text
    assert not any(line[0] in NOT_FIRST for line in lines[1:])


@pytest.mark.parametrize("text", ["sent", "已发送", "张 Ann", "", "longer than that"])
def test_what_is_padded_is_that_wide_or_as_it_is(text):
    made = padded(text, 9)
    assert made.rstrip(" ") == text
    assert width(made) == max(width(text), 9)


def test_a_list_of_options_is_aligned_by_columns():
    form = Columns(width=42)
    form.write_dl(
        [("--out 路径", "写到这个文件里，不写则打印。"), ("--a-very-long-option-of-ours [x|y]", "是"), ("-h", "")]
    )
    assert form.getvalue().splitlines() == [
        "--out 路径                      写到这个文",
        "                                件里，不写",
        "                                则打印。",
        "--a-very-long-option-of-ours [x|y]",
        "                                是",
        "-h",
    ]


def test_examples_stand_as_they_are_and_paragraphs_are_filled():
    form = Columns(width=20)
    with form.indentation():
        form.write_text(
            "把每个表格和台账\n写成备份文件。\n\n\b\nsheetcrm backup --in our-customers\nsheetcrm backup verify"
        )
    assert form.getvalue().splitlines() == [
        "  把每个表格和台账写",
        "  成备份文件。",
        "",
        "  sheetcrm backup --in our-customers",
        "  sheetcrm backup verify",
    ]


def test_usage_goes_on_below_its_arguments():
    form = Columns(width=44)
    with speaking("zh"):
        form.write_usage("sheetcrm restore", "[OPTIONS] FILE [ROW] [COLUMN]")
    assert form.getvalue().splitlines() == [
        "用法：sheetcrm restore [OPTIONS] FILE [ROW]",
        "                       [COLUMN]",
    ]
    assert {width(line) > 44 for line in form.getvalue().splitlines()} == {False}
