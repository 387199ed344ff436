"""A CSV file comes in as it stands: every cell text, every line with its number."""

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
        pytest.param(b'id,x\n1,2\n3,"open\n4,5\n', "x.csv:3: is not CSV from here on", id="a quote that nobody closes"),
        pytest.param(b'id,x\n1,"a"b\n', "x.csv:2: is not CSV from here on", id="text after a closing quote"),
        pytest.param(b"id\n\x00\n", "x.csv:2: not a text file", id="binary"),
        pytest.param(b"id\n\xff\xff\n", "x.csv: is not utf-8 or gb18030 text", id="no encoding fits"),
        pytest.param(
            b"id,x\n1," + b"y" * 200_000 + b"\n",
            "x.csv:2: is not CSV from here on",
            id="a cell longer than any sheet takes",
        ),
    ],
)
def test_unusable_files_are_refused_with_the_line(body, words):
    with pytest.raises(FileError) as caught:
        parse(body, "x.csv")
    assert str(caught.value).startswith(words)


def test_a_given_encoding_is_not_second_guessed():
    body = "é\n1\n".encode("latin-1")
    assert parse(body, "x.csv", encoding="latin-1").header.cells == ("é",)
    with pytest.raises(FileError, match="no encoding klingon"):
        parse(body, "x.csv", encoding="klingon")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileError, match="cannot be read: No such file"):
        read_file(tmp_path / "none.csv")
