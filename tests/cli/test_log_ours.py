"""`sheetcrm log --ours`: whatever a command writes is there, by whom, when and by which command."""

from __future__ import annotations

import getpass

import pytest

from sheetcrm import sync
from sheetcrm.cli.options import Asked, now
from sheetcrm.sync.cells import Log


@pytest.fixture
def busy(pipeline):
    """The command line after a day of work: a colleague came and left, cells were marked, examples went."""
    assert pipeline("team", "add", "王芳", "wf@example.com").code == 0
    with Asked(None, None, as_json=False, stats=False).open() as job:
        template, _ = job.template()
        title = sync.read(job.gateway, template).layout.tab_title("progress")
        job.gateway.write([{"range": f"'{title}'!A7:C7", "values": [["C9", "客户", "x"]]}])
    assert pipeline("check", "--mark").code == 3
    assert pipeline("team", "leave", "王芳", "--to", "李强（示例）", "--yes").code == 0
    assert pipeline("undo", "--yes").code == 0
    assert pipeline("samples", "remove", "--yes").code == 0
    return pipeline


def commands(answer):
    return [write["command"] for write in answer.json]


def test_every_command_that_writes_is_there_with_who_when_and_what(busy):
    found = busy("log", "--ours", "--json")
    assert commands(found) == [
        "samples remove",
        "undo",
        "team leave",
        "check",
        "team add",
        "apply",
        "apply",
    ]
    assert {write["user"] for write in found.json} == {getpass.getuser()}
    assert {write["spreadsheet"] for write in found.json} == {"客户进度"}
    made = found.json[-1]["changes"][0]
    assert (made["kind"], made["place"]) == ("file", "客户进度")
    marked = found.json[3]["changes"]
    assert {(one["kind"], one["sheet"], one["row_id"]) for one in marked} == {("note", "progress", "C9")}
    assert all(one["after"] for one in marked)
    added = {one["column"]: (one["before"], one["after"]) for one in found.json[4]["changes"]}
    assert added["email"] == (None, "wf@example.com")

    texts = busy("log", "--ours", "--command", "team").out.splitlines()
    assert any("team add 王芳" in line and "done" in line for line in texts)
    assert "    team 王芳 email: (blank) → wf@example.com" in texts

    asked = {
        ("--command", "team add"): ["team add"],
        ("--customer", "C9"): ["check"],
        ("--sheet", "log"): ["samples remove", "apply"],
        ("--person", "nobody-of-that-name"): [],
        ("--until", "2020-01-01"): [],
        ("--since", "2020-01-01", "--limit", "2"): ["samples remove", "undo"],
        ("--in", "客户进度", "--command", "check"): ["check"],
    }
    for words, expected in asked.items():
        assert commands(busy("log", "--ours", "--json", *words)) == expected, words


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(("log",), "which log?", id="no kind of log"),
        pytest.param(("log", "--ours", "--since", "yesterday"), "no day and no moment", id="no date"),
        pytest.param(("log", "--mails", "--sheet", "x"), "are not for --mails", id="an option of another log"),
    ],
)
def test_what_makes_no_sense_is_said(sheetcrm, words, said):
    sheetcrm("init", "--local")
    answer = sheetcrm(*words)
    assert answer.code == 2
    assert said in answer.err


def test_a_day_is_a_day_and_not_the_number_that_a_cell_holds(pipeline):
    with Asked(None, None, as_json=False, stats=False).open() as job:
        template, _ = job.template()
        reading = sync.read(job.gateway, template)
        extract = reading.extracts["progress"]
        row = next(one for one in extract.rows if one.id and isinstance(extract.cell(one.number, "next"), int))
        before = extract.cell(row.number, "next")
        change = sync.CellChange("progress", row.id, "next", before, 46_350)
        sync.change_cells(job.gateway, template, [change], log=Log(job.journal, "a day moved", now()))
    texts = pipeline("log", "--ours", "--limit", "1").out.splitlines()
    assert texts[1].endswith("→ 2026-11-24")
    assert pipeline("log", "--ours", "--limit", "1", "--json").json[0]["changes"][0]["after"] == "2026-11-24"
