"""
Every kind of bad input that the product promises to name, end to end through the embedded server: a row here is
something that people do, and what they are told.  The same things are tested more closely beside each module.
"""

from __future__ import annotations

import re
from datetime import date

import gspread
import pytest
from ruamel.yaml import YAML

from sheetcrm import provision, sync, testing
from sheetcrm.errors import FileError, NotAllowed, NotFound, NotSignedIn, TemplateError
from sheetcrm.schema import loader
from sheetcrm.sheets.gateway import Gateway

TODAY = date(2026, 11, 21)
PIPELINE = loader.load(loader.find("pipeline"))


# Templates


def without(*path):
    def change(template):
        place = template
        for key in path[:-1]:
            place = place[key]
        del place[path[-1]]

    return change


def setting(*path, value):
    def change(template):
        place = template
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value

    return change


STAGE = ("sheets", "progress", "columns", "stage")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param(setting(*STAGE, "optons", value={}), r"stage\.optons: no such setting; did you mean options\?", id="unknown setting"),
        pytest.param(without(*STAGE, "options"), r"stage.*options", id="choice column without options"),
        pytest.param(setting("sheets", "log", "columns", "customer", "to", value="progres"), r"log\.columns\.customer.*did you mean progress\?", id="reference to a missing sheet"),
        pytest.param(setting("sheets", "progress", "columns", "last", "unique", value=True), r"last\.unique.*nobody can put right what a formula gives", id="unique on a formula"),
        pytest.param(setting("sheets", "progress", "columns", "last", "formula", value="{days_in_stage}+{last}"), r"last\.formula.*depends on itself: progress\.last → progress\.last", id="formula cycle"),
        pytest.param(setting(*STAGE, "options", value=["won", "lost", *(f"step {n}" for n in range(500))]), r"stage\.options.*502 options, and a dropdown holds 500; .*options_from", id="option list over Google's limits"),
        pytest.param(setting("sheets", "progress", "columns", "last", "formula", value="MAXIFS({log.dat})"), r"last\.formula.*did you mean .*date", id="formula naming a missing column"),
    ],
)  # fmt: skip
def test_templates(tmp_path, change, says):
    yaml = YAML()
    template = yaml.load(loader.find("pipeline"))
    change(template)
    path = tmp_path / "mine.yaml"
    yaml.dump(template, path)
    with pytest.raises(TemplateError) as caught:
        loader.load(path)
    assert re.search(rf"mine\.yaml:\d+: .*{says}", str(caught.value)), str(caught.value)


def test_a_duplicate_key_in_a_template(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("version: 1\ntitle: A\ntitle: B\nsheets: {}\n", encoding="utf-8")
    with pytest.raises(TemplateError, match=r"mine\.yaml:3: .*title"):
        loader.load(path)


# The way to the spreadsheet


def test_a_spreadsheet_that_does_not_exist():
    with testing.server() as running, pytest.raises(NotFound, match="no spreadsheet"):
        provision.plan(Gateway(running.session, "1" * 44), PIPELINE, "zh", today=TODAY)


def test_a_spreadsheet_that_is_not_shared(tmp_path):
    with testing.server(data=tmp_path, owner="ann@example.com") as running:
        theirs = running.client.create("theirs").id
    with (
        testing.server(data=tmp_path, owner="bob@example.com") as running,
        pytest.raises(NotAllowed, match="Share http"),
    ):
        provision.plan(Gateway(running.session, theirs), PIPELINE, "zh", today=TODAY)


def test_wrong_credentials():
    with testing.server() as running:
        running.session.headers["Authorization"] = "Bearer wrong"
        gateway = Gateway(running.session, "1" * 44)
        with pytest.raises(NotSignedIn, match="credentials"):
            provision.plan(gateway, PIPELINE, "zh", today=TODAY)


# The sheet as people leave it


NEXT, NAME, STAGE_TITLE, AMOUNT = "下次跟进日期", "客户名称", "销售阶段", "预期金额"


@pytest.mark.parametrize(
    ("do", "code", "a1", "says"),
    [
        pytest.param(lambda it: it.put(NEXT, 2, "2026年11月30日", raw=True), "date_as_text", "F2", "文本", id="a date as text"),
        pytest.param(lambda it: it.put(NEXT, 2, "2026-13-05"), "no_such_day", "F2", "没有这一天", id="13th month"),
        pytest.param(lambda it: it.put(NEXT, 2, "=没有这张表!A1"), "error_value", "F2", "#REF!", id="#REF!"),
        pytest.param(lambda it: it.put(AMOUNT, 2, "１２３４", raw=True), "number_as_text", "I2", "文本", id="full-width digits"),
        pytest.param(lambda it: it.put(NAME, 2, "x" * 50_000), "length", "B2", "50000", id="50,000-character cell"),
        pytest.param(lambda it: it.put("客户编号", 3, "示例-C001"), "unique", "A3", "示例-C001", id="two rows with one id"),
        pytest.param(lambda it: it.put(STAGE_TITLE, 2, "方案制订"), "not_an_option", "C2", "不是可选项", id="misspelt stage"),
        pytest.param(lambda it: it.tab.update_cell(1, 3, ""), "header_blank", "C1", "表头", id="a header deleted"),
        pytest.param(lambda it: it.tab.delete_rows(1), "header_missing", "客户进度", "表头行", id="the header row deleted"),
        pytest.param(lambda it: it.tab.insert_cols([["销售阶段"]], col=6), "header_duplicate", "C1", "两列", id="two equal headers"),
    ],
)  # fmt: skip
def test_sheets(office, do, code, a1, says):
    before = {row.id for row in office.read().extracts["progress"].rows}
    do(office)
    reading = office.read()
    (issue,) = [issue for issue in reading.issues if issue.code == code and issue.a1.endswith(a1)]
    assert says in issue.message
    assert f"#gid={office.tab.id}" in issue.link
    assert {row.id for row in reading.extracts["progress"].rows} >= before - {"示例-C001", "示例-C002"}, (
        "the rest is read all the same"
    )


def test_a_deleted_header_is_written_again_and_a_deleted_header_row_never_over_a_record(office):
    office.tab.update_cell(1, 3, "")
    provision.apply(office.gateway, office.plan())
    assert office.tab.row_values(1) == office.header
    office.tab.delete_rows(1)
    first = office.tab.row_values(1)
    (refusal,) = office.plan().refusals
    assert "Insert a blank row" in str(refusal)
    assert office.tab.row_values(1) == first, "nothing was written over the record that stands there now"
    office.tab.insert_row([], 1)
    provision.apply(office.gateway, office.plan())
    assert office.tab.row_values(1) == office.header
    assert office.read().issues == ()
    assert office.plan().changes == ()


def test_blank_rows_in_the_middle_are_no_rows(office):
    office.tab.insert_rows([[], [], []], row=3)
    reading = office.read()
    assert reading.issues == ()
    assert [row.number for row in reading.extracts["progress"].rows] == [2, 6, 7, 8]


# CSV files


HEADER = "客户编号,客户名称,销售阶段,负责人,下次跟进日期\r\n"
GOOD = "C1,甲,潜在客户,王芳（示例）,2026-12-01\r\n"


def imported(office, tmp_path, body, **options):
    path = tmp_path / "rows.csv"
    path.write_bytes(body if isinstance(body, bytes) else body.encode())
    return sync.load(office.gateway, PIPELINE, "progress", path, language="zh", **options)


def test_csv_with_shifted_columns(office, tmp_path):
    done = imported(
        office,
        tmp_path,
        HEADER + GOOD + "C2,乙, 有限公司,潜在客户,王芳（示例）,2026-12-01\r\n" + GOOD.replace("C1", "C3"),
    )
    assert done.added == ("C1", "C3")
    (refusal,) = done.refused
    assert (refusal.line, refusal.reason) == (3, "shifted")
    assert "错位" in refusal.text


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"\xef\xbb\xbf" + (HEADER + GOOD).encode(), id="BOM"),
        pytest.param((HEADER + GOOD).encode("gbk"), id="GBK"),
        pytest.param((HEADER + GOOD).replace(",", ";").encode(), id="semicolons"),
    ],
)
def test_csv_as_programs_write_it(office, tmp_path, body):
    assert imported(office, tmp_path, body).added == ("C1",)


def test_csv_cells_that_are_null_or_begin_with_an_equals_sign(office, tmp_path):
    mapping = sync.ImportMap(blank=["NULL"])
    body = '客户编号,客户名称,销售阶段,负责人,下次跟进日期,备注\r\n=1+1,"=HYPERLINK(""http://x"")",潜在客户,王芳（示例）,2026-12-01,NULL\r\n'
    assert imported(office, tmp_path, body, mapping=mapping).added == ("=1+1",)
    row = office.read().extracts["progress"].by_id()["=1+1"]
    assert row.get("name") == '=HYPERLINK("http://x")'
    assert row.get("notes") is None
    line = office.tab.find("=1+1").row
    assert office.tab.row_values(line, value_render_option=gspread.utils.ValueRenderOption.formula)[:2] == [
        "=1+1",
        '=HYPERLINK("http://x")',
    ]


def test_csv_without_a_header(office, tmp_path):
    with pytest.raises(FileError, match=r"rows\.csv:1"):
        imported(office, tmp_path, GOOD)


# Owners


@pytest.mark.parametrize(
    ("owner", "team", "says"),
    [
        pytest.param("", {}, "没有填写", id="owner empty"),
        pytest.param("查无此人", {}, "没有查无此人", id="owner unknown"),
        pytest.param("丁", {"丁": "not an address"}, "无法使用", id="a malformed address"),
        pytest.param("丁", {"丁": "ding@elsewhere.org"}, "允许名单", id="not on the allow-list"),
        pytest.param(
            "丁", {"丁": "ding@example.com\r\nBcc: evil@example.com"}, "无法使用", id="an address with a line break"
        ),
    ],
)
def test_owners(office, post, owner, team, says):
    office.follow_ups(["甲", owner], {"甲": "one@example.com", **team})
    report = office.remind(post.port)
    assert [(mail.address, mail.state) for mail in report.mails] == [("one@example.com", "sent")]
    (unsent,) = report.unsent
    assert says in unsent.message
    assert unsent.place.a1 == "客户进度!F7"
    assert [rcpt for rcpt, _ in post.mails] == [["one@example.com"]]
    assert b"evil" not in post.mails[0][1]


def test_an_owner_whose_name_has_a_line_break_adds_no_header(office, post):
    name = "戊\r\nBcc: evil@example.com"
    office.follow_ups([name], {name: "wu@example.com"})
    office.remind(post.port)
    for recipients, content in post.mails:
        assert recipients == ["wu@example.com"]
        assert b"\nbcc:" not in content.lower()


# The mail server


def test_smtp_one_of_three_recipients_rejected(office, post):
    post.refuse = ("two@example.com",)
    office.follow_ups(office.people)
    report = office.remind(post.port)
    assert {mail.address: mail.state for mail in report.mails} == {
        "one@example.com": "sent", "two@example.com": "failed", "three@example.com": "sent",
    }  # fmt: skip
    assert any("550" in mail.reason for mail in report.mails)


@pytest.mark.parametrize("refusal", [pytest.param("", id="unreachable"), pytest.param("554 not you", id="refused")])
def test_smtp_that_cannot_be_used_loses_nothing(office, post, refusal):
    office.follow_ups(office.people)
    post.refusal = refusal
    report = office.remind(post.port if refusal else 9)
    assert report.stopped
    assert not [mail for mail in report.mails if mail.state == "sent"]
    post.refusal = ""
    later = office.remind(post.port)
    assert sorted(mail.address for mail in later.mails if mail.state == "sent") == sorted(office.people.values())
    assert len(post.mails) == len(office.people)


def test_a_column_that_reminders_need_is_gone_and_remind_says_so(office, post):
    office.follow_ups(["甲"])
    office.tab.delete_columns(office.header.index(NEXT) + 1)
    report = office.remind(post.port)
    assert [trouble.code for trouble in report.troubles] == ["column_missing"]
    assert NEXT in report.troubles[0].message
    assert report.worth_seeing
