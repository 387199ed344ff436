"""Whatever a file is called, it is read as what it is, or refused as what it is."""

from __future__ import annotations

import pytest

from sheetcrm.errors import FileError
from sheetcrm.sync.files.mapping import ImportMap
from sheetcrm.sync.files.reading import read_file


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        pytest.param("<HTML><table><tr><td>名称</td></tr></table>".encode("gbk"), "a web page", id="a web page called .xls"),
        pytest.param(b"\xef\xbb\xbf\r\n<!DOCTYPE html><table>", "a web page", id="with a mark and blanks before it"),
        pytest.param(b'<?xml version="1.0"?><Workbook>', "XML", id="Excel's XML of 2003"),
        pytest.param(b"%PDF-1.7\n", "a PDF", id="a PDF"),
        pytest.param(b"\x89PNG\r\n\x1a\n", "a picture", id="a screenshot"),
        pytest.param(b"\xff\xd8\xff\xe0\x00\x10JFIF", "a picture", id="a photograph"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_called_what_it_is(tmp_path, start, kind):
    path = tmp_path / "customers.xls"
    path.write_bytes(start)
    with pytest.raises(FileError, match=f"is {kind}, whatever it is called; .* save the table as .xlsx"):
        read_file(path, ImportMap())


def test_a_csv_is_a_csv_whatever_it_is_called(tmp_path):
    path = tmp_path / "customers.xlsx"
    path.write_text("name,note\nAnn,<html>\n", encoding="utf-8")
    assert [cell.text if hasattr(cell, "text") else cell for cell in read_file(path, ImportMap()).header.cells] == [
        "name",
        "note",
    ]
