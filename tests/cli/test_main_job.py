"""The main job through the command line, on the embedded server: what is printed, what it costs, what it exits with."""

from __future__ import annotations

import csv
import io
import os
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import gspread
import pytest
from gspread.utils import rowcol_to_a1
from ruamel.yaml import YAML

from sheetcrm import config
from sheetcrm.connect import connect, open_local
from sheetcrm.schema import loader

TEMPLATES = loader.names()
LANGUAGES = ("zh", "en")


@pytest.fixture
def person():
    """`with person() as book`: plain gspread on the one spreadsheet of the config, as somebody who works in it."""

    class Person:
        def __enter__(self):
            loaded = config.load(Path("config.yaml").absolute())
            self.way = connect(loaded)
            session = self.way.__enter__().session
            (settings,) = loaded.spreadsheets.values()
            return gspread.Client(auth=None, session=session).open_by_key(settings.id)

        def __exit__(self, *error):
            return self.way.__exit__(*error)

    return Person


def typed(book, sheet, *rows):
    """Type rows under the headers with these titles, below what is there."""
    tab = book.worksheet(sheet)
    header = tab.row_values(1)
    first = len(tab.col_values(header.index(next(iter(rows[0]))) + 1)) + 1
    for number, row in enumerate(rows, first):
        for title, value in row.items():
            tab.update_cell(number, header.index(title) + 1, value)


@pytest.mark.parametrize(("template", "language"), [
    (template, language)
    for at, template in enumerate(TEMPLATES)
    # The long form takes each in both languages, as tests/provision/test_apply.py does in the short form, too.
    for language in (LANGUAGES if os.environ.get("SHEETCRM_PROVE") else [LANGUAGES[at % 2]])
])  # fmt: skip
def test_every_template_costs_few_requests_and_is_then_done(sheetcrm, template, language):
    sheetcrm("init", "--local")
    # As with `sheetcrm local serve` beside it: nobody opens the folder anew for every command.
    with open_local(Path("sheetcrm-data")):
        costs_few_requests_and_is_then_done(sheetcrm, template, language)


def costs_few_requests_and_is_then_done(sheetcrm, template, language):
    made = sheetcrm("apply", template, "--create", "T", "--lang", language, "--with-samples", "--json")
    assert made.code == 0, made.err
    assert sum(made.json["requests"].values()) <= 3
    plan = sheetcrm("plan", "--check", "--json")
    assert (plan.code, plan.json["changes"]) == (0, [])
    assert sum(plan.json["requests"].values()) <= 2
    check = sheetcrm("check", "--json")
    assert (check.code, check.json["issues"]) == (0, [])
    assert sum(check.json["requests"].values()) <= 2
    remind = sheetcrm("remind", "--json")
    assert (remind.code, remind.json["mails"]) == (0, []), "sample rows are never mailed"
    assert sum(remind.json["requests"].values()) <= 3
    again = sheetcrm("apply", "--with-samples", "--json")
    assert again.json["changes"] == [], "sample rows are never added twice"
    removed = sheetcrm("samples", "remove", "--yes", "--json")
    assert removed.json["removed"] > 0
    mended = sheetcrm("apply", "--json").json["changes"]
    assert [change for change in mended if ".filter_view." not in change["address"]] == []
    assert sheetcrm("plan", "--check").code == 0, "formulas of views that looked at a deleted row are put right"
    seeded = {key: len(spec.seeds) for key, spec in loader.named(template).sheets.items()}
    left = sheetcrm("check", "--json").json["records"]
    assert left == {key: seeded[key] for key in left}, "first rows, such as rates, are no examples"


def test_the_config_remembers_and_stderr_says_what_it_talks_to(pipeline):
    remembered = YAML(typ="safe").load(Path("config.yaml"))["spreadsheets"]["客户进度"]
    assert (remembered["template"], remembered["language"]) == ("pipeline", "zh")
    answer = pipeline("plan")
    assert answer.err.splitlines()[0] == "客户进度 · local · ./sheetcrm-data"
    assert answer.out.strip() == "nothing to change"


def test_stats_tell_the_requests(pipeline):
    assert "Sheets requests: 2 read, 0 written" in pipeline("check", "--stats").err


def test_a_plan_of_a_new_spreadsheet_makes_none(sheetcrm):
    sheetcrm("init", "--local")
    plan = sheetcrm("plan", "pipeline", "--create", "客户", "--lang", "zh", "--json")
    assert plan.json["changes"]
    assert config.load(Path("config.yaml").absolute()).spreadsheets == {}
    made = sheetcrm("apply", "pipeline", "--create", "客户", "--lang", "zh", "--plan", plan.json["fingerprint"])
    assert made.code == 0, "exactly what was reviewed"


def test_a_new_spreadsheet_can_be_made_in_a_folder(sheetcrm):
    sheetcrm("init", "--local")
    folder = "0AFolderThatTheServerOnlyRemembers"
    answer = sheetcrm("apply", "pipeline", "--create", "客户", "--folder", folder)
    assert answer.code == 0, answer.err
    with open_local(Path("sheetcrm-data").absolute()) as session:
        (settings,) = config.load(Path("config.yaml").absolute()).spreadsheets.values()
        url = f"https://www.googleapis.com/drive/v3/files/{settings.id}"
        assert session.get(url, params={"fields": "parents"}).json()["parents"] == [folder]


def column_letter(tab, title):
    return rowcol_to_a1(1, tab.row_values(1).index(title) + 1).rstrip("1")


def test_a_plan_that_was_not_reviewed_is_refused(pipeline, person):
    with person() as book:
        tab = book.worksheet("客户进度")
        tab.batch_clear([f"{column_letter(tab, '上次跟进')}2"])
    plan = pipeline("plan", "--check", "--json")
    assert plan.code == 3
    wrong = pipeline("apply", "--plan", "0" * 12)
    assert wrong.code == 4
    assert "review it again" in wrong.err
    assert pipeline("apply", "--plan", plan.json["fingerprint"]).code == 0
    assert pipeline("plan", "--check").code == 0


def test_a_template_that_drops_a_column_with_data_is_refused_by_name(pipeline, tmp_path):
    yaml = YAML()
    mine = yaml.load(loader.find("pipeline"))
    del mine["sheets"]["progress"]["columns"]["opportunity"]
    for row in mine["sheets"]["progress"]["samples"]:
        row.pop("opportunity", None)
    mine["version"] = 2
    own = tmp_path / "own" / "pipeline.yaml"
    own.parent.mkdir()
    yaml.dump(mine, own)
    plan = pipeline("plan", str(own))
    assert plan.code == 4
    refused = pipeline("apply", str(own))
    assert refused.code == 4
    assert re.search(
        r"refused: would delete data in progress\.opportunity \(2 rows\); add --allow-data-loss", refused.err
    )
    assert "refused" not in refused.out, "said once, where errors are said"
    assert pipeline("plan").out.strip() == "nothing to change", "nothing half done"
    assert pipeline("apply", str(own), "--allow-data-loss").code == 0


def test_what_people_do_survives_and_is_read_right(pipeline, person):
    with person() as book:
        typed(book, "团队", {"姓名": "陈晨", "邮箱": "chen@example.com", "在职": True})
        typed(
            book,
            "客户进度",
            {
                "客户编号": "0012",
                "客户名称": "星河",
                "销售阶段": "需求分析",
                "负责人": "陈晨",
                "下次跟进日期": "2026-11-20",
            },
        )
        tab = book.worksheet("客户进度")
        header = tab.row_values(1)
        tab.update_cell(1, header.index("客户名称") + 1, "客户全称")
        span = {"sheetId": tab.id, "dimension": "COLUMNS", "startIndex": 2, "endIndex": 3}
        book.batch_update({"requests": [{"moveDimension": {"source": span, "destinationIndex": 8}}]})
        tab.insert_cols([["生日", "5-20"]], col=2)
        tab.update_title("我们的客户")
    plan = pipeline("plan", "--json").json
    assert [change for change in plan["changes"] if change["action"] == "delete"] == []
    assert pipeline("apply").code == 0
    assert pipeline("plan", "--check").code == 0
    records = {record["id"]: record for record in pipeline("export", "progress", "--format", "json").json}
    assert records["0012"]["name"] == "星河"
    assert records["0012"]["stage"] == "needs"
    assert records["0012"]["next"] == "2026-11-20"
    with person() as book:
        assert book.worksheet("我们的客户").row_values(1)[1] == "生日"


def test_every_wrong_cell_is_named_with_a_link_in_the_language_of_the_sheet(pipeline, person):
    with person() as book:
        row = {"客户编号": "C0001", "客户名称": "星河", "负责人": "王芳（示例）", "下次跟进日期": "2026-13-05"}
        typed(book, "客户进度", {**row, "销售阶段": "成交了"}, {**row, "销售阶段": "成交"})
    answer = pipeline("check", "--json")
    assert answer.code == 3
    found = {(issue["a1"], issue["code"]) for issue in answer.json["issues"]}
    assert {("客户进度!A6", "unique"), ("客户进度!A7", "unique"), ("客户进度!C6", "not_an_option")} <= found
    (stage,) = [issue for issue in answer.json["issues"] if issue["code"] == "not_an_option"]
    assert stage["link"].endswith("&range=C6")
    assert "#gid=" in stage["link"]
    assert stage["suggestion"] == "成交"
    assert re.search("[一-鿿]{3}", stage["message"]), "Chinese, because the sheet is"
    text = pipeline("check")
    assert text.code == 3
    assert "客户进度!C6" in text.out
    assert "to see to" in text.err


def due_row(number, **more):
    today = datetime.now(UTC).date()
    return {
        "客户编号": f"C{number:04d}",
        "客户名称": f"公司{number}",
        "销售阶段": "需求分析",
        "负责人": "陈晨",
        "下次跟进日期": str(today - timedelta(days=2)),
        **more,
    }


def test_reminders_go_out_once(pipeline, person):
    with person() as book:
        typed(
            book,
            "团队",
            {"姓名": "陈晨", "邮箱": "chen@example.com", "在职": True},
            {"姓名": "外人", "邮箱": "x@else.org", "在职": True},
        )
        typed(
            book,
            "客户进度",
            due_row(1),
            due_row(2, 负责人="外人"),
            due_row(3, 负责人="查无此人"),
            due_row(4, 销售阶段="成交"),
        )
    dry = pipeline("remind", "--dry-run", "--json")
    assert [mail["state"] for mail in dry.json["mails"]] == ["planned"]
    assert not Path("outbox").exists()
    first = pipeline("remind", "--json")
    assert first.code == 3, "there are people who cannot be told"
    assert [(mail["address"], mail["state"]) for mail in first.json["mails"]] == [("chen@example.com", "sent")]
    assert {unsent["place"]["id"] for unsent in first.json["unsent"]} == {"C0002", "C0003"}
    assert len(list(Path("outbox").glob("*.eml"))) == len(list(Path("outbox").glob("*.html"))) == 1
    second = pipeline("remind", "--json")
    assert second.json["mails"] == []
    later = pipeline("remind", "--date", str(date.today() + timedelta(days=30)), "--json")  # noqa: DTZ011 - any later day will do
    assert [mail["state"] for mail in later.json["mails"]] == ["sent"], "overdue reminders repeat"
    status = pipeline("status", "--json").json[0]
    assert status["reminders"]["last"]
    assert (status["template"], status["version"]) == ("pipeline", 1)


def test_import_is_by_key_and_as_data(pipeline, tmp_path):
    path = tmp_path / "new.csv"
    lines = [
        "客户编号,客户名称,销售阶段,负责人,下次跟进日期,电话",
        "0007,=1+1,潜在客户,王芳（示例）,2026-12-01,+8613800138000",
        "C9,好公司,没这个阶段,王芳（示例）,2026-12-01,",
        "C10,坏行",
    ]
    path.write_text("﻿" + "\r\n".join(lines), encoding="utf-8")
    dry = pipeline("import", str(path), "--sheet", "客户进度", "--dry-run", "--json")
    assert dry.json["added"] == ["0007"]
    done = pipeline("import", str(path), "--sheet", "progress", "--json")
    assert done.code == 3
    assert done.json["added"] == ["0007"]
    assert [refusal["line"] for refusal in done.json["refused"]] == [3, 4]
    assert sum(done.json["requests"].values()) <= 4
    again = pipeline("import", str(path), "--sheet", "progress", "--json").json
    assert (again["added"], again["changed"], again["same"]) == ([], [], ["0007"])
    (record,) = [one for one in pipeline("export", "progress", "--format", "json").json if one["id"] == "0007"]
    assert record["name"] == "=1+1"
    assert record["phone"] == "+8613800138000"
    rows = list(csv.DictReader(io.StringIO(pipeline("export", "progress").out)))
    assert rows[0]["id"] == "0007"


@pytest.mark.parametrize(
    ("arguments", "code", "part"),
    [
        pytest.param(["import", "nowhere.csv", "--sheet", "progress"], 2, "nowhere.csv", id="no such file"),
        pytest.param(["import", "config.yaml", "--sheet", "progres"], 2, "did you mean progress?", id="no such sheet"),
        pytest.param(["export", "跟进记"], 2, "did you mean 跟进记录?", id="no such title"),
        pytest.param(["plan", "piepline"], 2, "did you mean pipeline?", id="no such template"),
        pytest.param(["plan", "--in", "客户进"], 2, "did you mean 客户进度?", id="no such name"),
        pytest.param(["check", "--in", "1" * 44], 1, "no spreadsheet", id="an id that does not exist or is not shared"),
        pytest.param(["remind", "--date", "tomorrow"], 2, "tomorrow", id="not a day"),
        pytest.param(
            ["apply", "pipeline", "--create", "客户进度"], 2, "already has a spreadsheet", id="the same title again"
        ),
        pytest.param(["samples", "remove"], 4, "add --yes", id="deleting without a terminal to ask at"),
    ],
)
def test_mistakes(pipeline, arguments, code, part):
    answer = pipeline(*arguments)
    assert answer.code == code, answer.err
    assert part.lower() in (answer.err + answer.out).lower()
    assert "Traceback" not in answer.err


def test_a_wrong_token_is_said_as_such(pipeline, monkeypatch):
    from sheetcrm.server.folder import open_folder

    monkeypatch.setenv("WRONG", "not-the-token")
    text = Path("config.yaml").read_text(encoding="utf-8")
    with open_folder(Path("sheetcrm-data").absolute()) as opened:
        Path("config.yaml").write_text(
            text.replace("api: local", f"api: {opened.url}\ntoken: {{env: WRONG}}"), encoding="utf-8"
        )
        answer = pipeline("plan")
        assert answer.code == 1
        assert "credentials" in answer.err
        assert "not-the-token" not in answer.err
        monkeypatch.setenv("WRONG", opened.token)
        assert pipeline("plan", "--check").code == 0


def test_a_server_that_is_not_there(pipeline, monkeypatch):
    monkeypatch.setenv("TOKEN", "x")
    text = Path("config.yaml").read_text(encoding="utf-8")
    Path("config.yaml").write_text(
        text.replace("api: local", "api: http://127.0.0.1:9\ntoken: {env: TOKEN}"), encoding="utf-8"
    )
    answer = pipeline("plan")
    assert answer.code == 1
    assert "Traceback" not in answer.err


def test_templates_can_be_looked_at_and_checked(sheetcrm, tmp_path):
    assert "pipeline" in sheetcrm("template", "list").out
    assert "客户进度" in sheetcrm("template", "show", "pipeline", "--lang", "zh").out
    bad = tmp_path / "bad.yaml"
    bad.write_text(
        "version: 1\ntitle: x\nsheets:\n  a:\n    title: A\n    columns:\n      n: {type: choise, title: N}\n",
        encoding="utf-8",
    )
    answer = sheetcrm("template", "check", str(bad))
    assert answer.code == 2
    assert "bad.yaml:7: sheets.a.columns.n" in answer.err
    assert "did you mean choice?" in answer.err
