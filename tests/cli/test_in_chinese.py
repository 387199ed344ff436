"""A day of an admin who reads Chinese: whatever a command prints, asks for or refuses is in Chinese."""

from __future__ import annotations

import re
from pathlib import Path

import first_steps
import pytest
from first_steps import typed_below_the_samples

TYPED = re.compile(
    r"sheetcrm( [a-z]+)*( [A-Z]+)?|\S*[/=_.{}<>@\\:][\x21-\x7e]*|--?[a-z-]+|'[^']*'|\"[^\"]*\"|\([a-z_]+\)|[A-Z]+"
)
"""Commands, options, addresses, settings, codes, what somebody else has written, and names in capitals stand as they are."""
ENGLISH = re.compile(r"[A-Za-z]{2,} [a-z']{2,} [a-z']{2,}")
NAMES = ("local · ",)


@pytest.fixture
def spoken(prepared, monkeypatch):
    """The command line as somebody types it whose locale is Chinese, over customers of whom one is wrong."""
    command = prepared(first_steps.pipeline, _broken)
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    return command


def _broken(_sheetcrm):
    typed_below_the_samples(
        {"客户编号": "C1", "销售阶段": "潜在客户", "负责人": "甲", "下次跟进日期": 46024, "电话": "12"}
    )


def english(answer):
    """Lines with three English words in a row that nobody has to type."""
    lines = (answer.out + answer.err).splitlines()
    return [line for line in lines if ENGLISH.search(TYPED.sub(" · ", line)) and not line.startswith(NAMES)]


@pytest.mark.parametrize(("words", "code", "chinese"), [
    pytest.param(["plan"], 0, "无需改动", id="a plan of nothing"),
    pytest.param(["plan", "--except", "progres"], 2, "是不是 progress？", id="a place that is not there"),
    pytest.param(["plan", "--create", "另一个", "pipeline", "--lang", "zh"], 0, "计划", id="a plan of everything"),
    pytest.param(["check"], 3, "处需要处理", id="a wrong cell"),
    pytest.param(["remind", "--dry-run"], 3, "没有", id="nobody to tell"),
    pytest.param(["remind", "snooze", "C1", "--until", "2020-01-01"], 2, "不是将来的日期", id="a day that is over"),
    pytest.param(["samples", "remove"], 4, "已拒绝：将删除 10 条示例行；请加上 --yes", id="a refusal"),
    pytest.param(["export", "nosuch"], 2, "没有这张表：nosuch", id="no such sheet"),
    pytest.param(["undo", "--yes"], 4, "拒绝", id="what cannot be taken back"),
    pytest.param(["fix", "--dry-run"], 3, "无需改动", id="nothing to put into its usual form"),
    pytest.param(["team", "leave", "nobody"], 2, "不在团队中", id="nobody of that name"),
    pytest.param(["status"], 0, "提醒：从未运行", id="how it stands"),
])  # fmt: skip
def test_what_is_done_and_refused_is_said_in_chinese(spoken, words, code, chinese):
    answer = spoken(*words)
    assert english(answer) == []
    assert chinese in answer.out + answer.err
    assert answer.code == code


@pytest.mark.parametrize(("text", "said"), [
    pytest.param("apii: local", "config.yaml:1: apii: 没有这项设置；是不是 api？", id="a slip"),
    pytest.param("data: x", "config.yaml:1: api: 缺少这一项", id="a setting that is missing"),
    pytest.param("api: local\njournal: {keep_days: 0}", "config.yaml:2: journal.keep_days: 不能小于 1", id="out of bounds"),
    pytest.param("api: local\njournal: {keep_days: soon}", "应为整数，而不是 'soon'", id="no number"),
    pytest.param("api: local\naccess: {link: all}", "应为 'none', 'reader', 'commenter' 或 'writer'，而不是 'all'", id="none of the words"),
    pytest.param("api: local\ndata：x", "config.yaml:2: 不是 YAML：用了中文的 ：，YAML 里应为 :", id="a Chinese colon"),
    pytest.param("api: local\nmail: {sender: a@x.org, by: {type: smpt}}", "没有这种发送方式类型：smpt；是不是 smtp？", id="no such kind"),
])  # fmt: skip
def test_what_is_wrong_in_a_config_is_said_in_chinese_with_its_line(sheetcrm, text, said):
    Path("config.yaml").write_text(text + "\n", encoding="utf-8")
    answer = sheetcrm("--lang", "zh", "status")
    assert answer.code == 2
    assert said in answer.err
    assert english(answer) == []


def test_a_config_is_begun_in_chinese(sheetcrm):
    assert "下一步" in sheetcrm("--lang", "zh", "init").err
    comments = [
        line for line in Path("config.yaml").read_text(encoding="utf-8").splitlines() if line.lstrip().startswith("#")
    ]
    assert [line for line in comments if ENGLISH.search(TYPED.sub(" · ", line))] == []


def test_the_next_command_of_the_same_process_is_in_english_again(sheetcrm):
    sheetcrm("--lang", "zh", "status")
    assert "no config here" in sheetcrm("status").err


def test_a_plan_is_the_same_plan_in_any_language(sheetcrm):
    sheetcrm("init", "--local")
    plan = ("plan", "--create", "x", "customer-list", "--json")
    chinese, english = sheetcrm("--lang", "zh", *plan).json, sheetcrm(*plan).json
    assert chinese["fingerprint"] == english["fingerprint"]
    assert [one["address"] for one in chinese["changes"]] == [one["address"] for one in english["changes"]]


def test_an_outline_of_a_template_is_in_what_the_admin_reads_or_as_asked(sheetcrm):
    chinese = sheetcrm("--lang", "zh", "template", "show", "pipeline").out
    assert chinese == sheetcrm("template", "show", "pipeline", "--lang", "zh").out
    assert chinese != sheetcrm("template", "show", "pipeline").out
