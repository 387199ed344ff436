"""`sheetcrm check`: every wrong cell, in the form that is asked for, for whom it is asked."""

from __future__ import annotations

import csv
import io

import first_steps
import pytest
from first_steps import typed_below_the_samples


@pytest.fixture
def broken(prepared):
    """Beside the samples a customer of 甲 without a name and with a phone that is none, one of nobody without a date."""
    return prepared(first_steps.pipeline, _broken)


def _broken(_sheetcrm):
    typed_below_the_samples(
        {"客户编号": "C1", "销售阶段": "潜在客户", "负责人": "甲", "下次跟进日期": 46024, "电话": "12"},
        {"客户编号": "C2", "客户名称": "B", "销售阶段": "潜在客户", "电话": "13800138000"},
    )


def codes(answer):
    return [issue["code"] for issue in answer.json["issues"]]


def test_json_is_a_format_like_the_others(broken):
    short, long = broken("check", "--json"), broken("check", "--format", "json")
    assert short.code == long.code == 3
    assert short.json == long.json
    assert codes(short) == ["required", "exists_in", "not_a_phone", "required", "required"]


def test_only_some_codes_and_sheets(broken):
    assert codes(broken("check", "--json", "--only", "not_a_phone,exists_in")) == ["exists_in", "not_a_phone"]
    assert len(codes(broken("check", "--json", "--only", "客户进度"))) == 5
    none = broken("check", "--only", "log")
    assert (none.code, none.out) == (0, "")


def test_a_word_that_is_neither_code_nor_sheet(broken):
    answer = broken("check", "--only", "not_a_fone")
    assert answer.code == 2
    assert "did you mean not_a_phone?" in answer.err


def test_a_csv_on_the_terminal_and_in_a_file(broken, tmp_path):
    answer = broken("check", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(answer.out)))
    assert [row["code"] for row in rows] == ["required", "exists_in", "not_a_phone", "required", "required"]
    assert (rows[0]["a1"], rows[0]["owner"]) == ("客户进度!B6", "甲")
    written = broken("check", "--format", "csv", "--out", "issues.csv")
    assert (written.out, written.code) == ("", 3)
    assert (tmp_path / "issues.csv").read_bytes() == b"\xef\xbb\xbf" + answer.out.encode()


def test_by_owner_each_has_a_heading_and_nobody_comes_last(broken):
    text = broken("check", "--by", "owner").out
    assert text.index("甲: 3") < text.index("not_a_phone") < text.index("(nobody): 2")


def test_by_sheet_each_has_its_title(broken):
    assert "客户进度: 5" in broken("check", "--by", "sheet").out


def test_a_page_for_the_team(broken, tmp_path):
    assert broken("check", "--format", "html", "--by", "owner", "--out", "issues.html").code == 3
    page = (tmp_path / "issues.html").read_text()
    for said in ('<html lang="zh-CN">', "客户进度!B6", "甲 (3)", "必填的单元格是空的。"):
        assert said in page


def test_a_file_that_cannot_be_written_is_a_usage_error(broken):
    answer = broken("check", "--out", "nowhere/issues.txt")
    assert answer.code == 2
    assert "cannot write nowhere/issues.txt" in answer.err


def test_nothing_wrong_is_said_in_every_format(pipeline):
    for form in ("text", "json", "csv", "html"):
        assert pipeline("check", "--format", form).code == 0


def test_marks_come_and_go(broken):
    marked = broken("check", "--mark", "--json")
    assert (marked.code, marked.json["marks"]) == (3, {"marked": 5, "written": 5, "hidden": []})
    assert broken("plan", "--check").code == 0, "nothing that the template wants has changed"
    gone = broken("check", "--unmark")
    assert gone.code == 3
    assert "0 cells are marked; 5 were changed" in gone.err


def test_marks_are_for_everything(broken):
    answer = broken("check", "--mark", "--only", "required")
    assert answer.code == 2
    assert "leave --only away" in answer.err


@pytest.fixture
def quiet(prepared):
    """A customer in whom nothing is wrong, and to whom nobody has spoken."""
    return prepared(first_steps.pipeline, _quiet)


def _quiet(_sheetcrm):
    typed_below_the_samples(
        {"客户编号": "C1", "客户名称": "A", "销售阶段": "成交", "进入阶段日期": 44000, "负责人": "王芳（示例）"}
    )


def test_rows_worth_a_look_are_told_when_asked_for(quiet):
    assert quiet("check").code == 0
    asked = quiet("check", "--quality", "--json")
    assert (asked.code, codes(asked)) == (3, ["childless"])
    assert codes(quiet("check", "--quality", "--json", "--only", "stale")) == []
    marked = quiet("check", "--quality", "--mark", "--json")
    assert marked.json["marks"]["marked"] == 1


def test_a_snapshot_stands_beside_the_journal(quiet, tmp_path):
    assert "rows remembered" in quiet("check", "--snapshot").err
    (file,) = tmp_path.glob("sheetcrm-journal/*/snapshot.json")
    assert "C1" in file.read_text()
    assert quiet("undo", "--dry-run").code == 4, "the journal does not take it for a write"
    file.write_text("{}")
    broken = quiet("check", "--quality")
    assert broken.code == 2
    assert "check --snapshot" in broken.err


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        pytest.param(
            "https://docs.google.com/spreadsheets/d/1AbCdEfGhIjKlMnOpQrStUvWxYz012345/edit#gid=0",
            "https://docs.google.com/spreadsheets/d/1AbCdEfGhIjKlMnOpQrStUvWxYz012345 is at Google, and config.yaml says api: local",
            id="a URL of Google's",
        ),
        pytest.param(
            "1AbCdEfGhIjKlMnOpQrStUvWxYz012345",
            "no spreadsheet 1AbCdEfGhIjKlMnOpQrStUvWxYz012345 in local",
            id="an id",
        ),
    ],
)
def test_a_spreadsheet_that_is_not_in_the_local_folder_is_nobodys_to_share(pipeline, wanted, said):
    answer = pipeline("check", "--in", wanted)
    assert answer.code == pipeline("plan", "pipeline", "--in", wanted).code != 0
    assert said in answer.err
    assert "share" not in answer.err
