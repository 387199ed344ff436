"""A CSV file comes in as it stands: every cell text, every line with its number."""

import tracemalloc

import pytest

from sheetcrm.errors import FileError
from sheetcrm.sync.files.csvfile import parse, read_file


def cells(body: bytes) -> list[tuple[str, ...]]:
    file = parse(body, "x.csv")
    return [file.header.cells, *(line.cells for line in file.lines)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(b"id,name\n1,Ann\n", [("id", "name"), ("1", "Ann")], id="plain"),
        pytest.param(
            b"\xef\xbb\xbfid,name\n1,Ann\n",
            [("id", "name"), ("1", "Ann")],
            id="byte-order mark is no part of the header",
        ),
        pytest.param(
            "编号,姓名\n1,王芳\n".encode("gbk"),
            [("编号", "姓名"), ("1", "王芳")],
            id="GBK, as Excel writes it in China",
        ),
        pytest.param(
            "编号\t姓名\n1\t王芳\n".encode("utf-16"),
            [("编号", "姓名"), ("1", "王芳")],
            id="Excel's Unicode text: UTF-16 and tabs",
        ),
        pytest.param(
            b"id;name\n1;a,b\n", [("id", "name"), ("1", "a,b")], id="semicolons, as Excel writes it in Europe"
        ),
        pytest.param(b'"a,b";c\n1;2\n', [("a,b", "c"), ("1", "2")], id="a comma in a quoted header is no delimiter"),
        pytest.param(b"id\r\n0012\r\n", [("id",), ("0012",)], id="leading zeros stay, Windows line ends go"),
        pytest.param(
            b"id,x\n1,=1+1\n2,NULL\n3, y \n",
            [("id", "x"), ("1", "=1+1"), ("2", "NULL"), ("3", " y ")],
            id="cells are not judged here",
        ),
        pytest.param(
            b"\n\nid,x\n\n1,2\n,\n", [("id", "x"), ("1", "2")], id="blank lines are nothing, before the header too"
        ),
        pytest.param(b'id,x\n1,"say ""hi"""\n', [("id", "x"), ("1", 'say "hi"')], id="doubled quotes"),
        pytest.param(b"id,x\n1\n2,3,4\n", [("id", "x"), ("1",), ("2", "3", "4")], id="ragged lines stay ragged"),
        pytest.param(
            b"id,x\n1," + b"y" * 50_000 + b"\n",
            [("id", "x"), ("1", "y" * 50_000)],
            id="a cell as long as Sheets allows",
        ),
    ],
)
def test_cells(body, expected):
    assert cells(body) == expected


def test_lines_are_numbered_as_an_editor_does_also_after_a_cell_of_several_lines():
    file = parse(b'id,note\n1,"one\ntwo\nthree"\n\n2,x\n', "x.csv")
    assert [(line.number, line.cells[0]) for line in file.lines] == [(2, "1"), (6, "2")]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param(b"", "x.csv: the file is empty", id="empty"),
        pytest.param(b"\xef\xbb\xbf", "x.csv: the file is empty", id="nothing but a byte-order mark"),
        pytest.param(b"i\x00d,name\n", "x.csv:1: not a text file", id="binary"),
        pytest.param(b"id\n\xff\xff\n", "x.csv: is neither UTF-8 nor GB 18030 nor Windows-1252", id="no encoding fits"),
        pytest.param(
            b'"id,x\n1,2\n', "x.csv:1: the line that names the columns cannot be read", id="a header of wrong quotes"
        ),
    ],
)
def test_unusable_files_are_refused_with_the_line(body, words):
    with pytest.raises(FileError) as caught:
        parse(body, "x.csv")
    assert str(caught.value).startswith(words)


@pytest.mark.parametrize(
    ("body", "whole", "fault"),
    [
        pytest.param(b'id,x\n1,2\n3,"open\n4,5\n', ["1", "4"], (3, "quotes"), id="a quote that nobody closes"),
        pytest.param(
            b'id,x\n1,2\n3,"open\n4,"x"\n5,"a\nb"\n', ["1", "4", "5"], (3, "quotes"), id="one before quotes that fit"
        ),
        pytest.param(b'id,x\n1,"a"b\n2,y\n', ["2"], (2, "quotes"), id="text after a closing quote"),
        pytest.param(b'id,x\n1,"say "hi" there"\n2,y\n', ["2"], (2, "quotes"), id="quotes within quotes, not doubled"),
        pytest.param(b"id,x\n1,\x00\n2,y\n", ["2"], (2, "nul"), id="a NUL character"),
        pytest.param(
            b"id,x\n1," + b"y" * 200_000 + b"\n2,y\n", ["2"], (2, "too_long"), id="a cell longer than any sheet takes"
        ),
        pytest.param(
            b"id,x\n1," + b"y" * 10_000_000 + b"\n2,y\n", ["2"], (2, "too_long"), id="ten megabytes in one cell"
        ),
        pytest.param(
            "编号,姓名\n1,王芳\n2,李强\n".encode() + "3,张三\n".encode("gbk") + "4,赵六\n".encode(),
            ["1", "2", "4"],
            (4, "encoding"),
            id="a line of GBK in UTF-8",
        ),
        pytest.param(
            "编号,姓名\n1,王芳\n2,李强\n".encode("gbk") + "3,张三\n".encode() + "4,赵六\n".encode("gbk"),
            ["1", "2", "4"],
            (4, "encoding"),
            id="a line of UTF-8 in GBK",
        ),
        pytest.param(
            "id,x\n1,a\ud800b\n2,c\n".encode("utf-16", "surrogatepass"),
            ["2"],
            (2, "encoding"),
            id="half a surrogate pair",
        ),
        pytest.param(b"id,x\n1,\xed\xa0\x80\n2,\xc3\xa9\n", ["2"], (2, "encoding"), id="the same in UTF-8"),
    ],
)
def test_a_line_that_cannot_be_read_costs_no_other(body, whole, fault):
    file = parse(body, "x.csv")
    assert [line.cells[0] for line in file.lines] == whole
    assert [(one.number, one.code) for one in file.faults] == [fault]


def test_what_a_line_of_another_encoding_probably_says():
    (fault,) = parse("编号,姓名\n1,王芳\n".encode() + "2,张三\n".encode("gbk"), "x.csv").faults
    assert fault.values == {"encoding": "UTF-8", "other": "GB 18030", "text": "2,张三"}


def test_memory_does_not_grow_with_a_line_that_is_no_line(tmp_path):
    path = tmp_path / "long.csv"
    with path.open("wb") as file:
        file.write(b"id,x\n1,2\n")
        for _ in range(60):
            file.write(b"y" * 1_000_000)
        file.write(b"\n3,4\n")
    tracemalloc.start()
    read = read_file(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [line.cells[0] for line in read.lines] == ["1", "3"]
    assert peak < 40_000_000


def test_a_file_may_say_its_delimiter_to_excel():
    file = parse(b"sep=;\nid;a,b\n1;2\n", "x.csv")
    assert (file.headers, file.lines[0].number) == (("id", "a,b"), 3)


def test_a_given_encoding_is_not_second_guessed():
    body = "é\n1\n".encode("latin-1")
    assert parse(body, "x.csv", encoding="latin-1").header.cells == ("é",)
    with pytest.raises(FileError, match="no encoding klingon"):
        parse(body, "x.csv", encoding="klingon")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileError, match="cannot be read: No such file"):
        read_file(tmp_path / "none.csv")
