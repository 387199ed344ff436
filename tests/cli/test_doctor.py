"""`sheetcrm doctor`, and `status --deep`: a line a thing, what to do, and an exit code for monitoring."""

from __future__ import annotations

from pathlib import Path

import pytest
from remind_desk import book, opened


def checks(answer):
    return {one["check"]: one for one in answer.json["findings"]}


def test_before_there_is_a_config_it_says_what_to_do_first(sheetcrm):
    answer = sheetcrm("doctor")
    assert answer.code == 1
    lines = answer.out.splitlines()
    assert lines[0].startswith("!  config        config.yaml: no config here; make one with: sheetcrm init")
    assert lines[1].startswith("–  network, clock, credentials,")
    assert lines[1].endswith(": not looked at: first see to config")
    assert lines[2:] == ["1 thing does not work, 0 to see to"]


def test_a_config_that_cannot_be_names_the_line(sheetcrm):
    Path("config.yaml").write_text("api: local\nspredsheets: {}\n", encoding="utf-8")
    answer = sheetcrm("doctor")
    assert answer.code == 1
    assert "config.yaml:2: spredsheets: no such setting; did you mean spreadsheets?" in answer.out


def test_from_the_first_day_to_all_well(sheetcrm):
    first = opened(sheetcrm, "east")("doctor", "--stats")
    assert first.code == 3
    assert "no backup yet → sheetcrm backup; every day: sheetcrm backup install" in first.out
    assert "; every ten minutes: sheetcrm remind install" in first.out
    assert "Sheets requests: 6 read, 0 written" in first.err
    # Ann was typed in by hand: nobody gave her access, and she counts for no lists yet.
    with book("east") as one:
        one.share("ann@example.com", perm_type="user", role="writer", notify=False)
    for command in (["apply"], ["remind"], ["backup"], ["backup", "verify"]):
        assert sheetcrm(*command).code == 0
    deep = sheetcrm("status", "--deep")
    assert deep.code == 0, deep.out
    assert deep.out.startswith("ok config")
    assert "\nall is well\n" in deep.out
    assert "reminders: last run" in deep.out
    both = sheetcrm("status", "--deep", "--json")
    assert (both.code, both.json["doctor"]["exit_code"]) == (0, 0)
    assert [one["reminders"]["finished"] for one in both.json["spreadsheets"]] == [True]


def test_when_there_is_nothing_to_do(sheetcrm):
    sheetcrm("init", "--local")
    answer = sheetcrm("doctor", "--only", "config", "--only", "ledger")
    assert (answer.code, answer.out.splitlines()[-1]) == (0, "all is well")
    assert [line[:9] for line in answer.out.splitlines()[:-1]] == ["ok config", "ok ledger"]


def test_where_nothing_can_be_reached_status_does_not_try(sheetcrm):
    Path("config.yaml").write_text(
        "api: http://127.0.0.1:9\ntoken: {env: HOME}\nspreadsheets: {one: {id: abc}}\n", encoding="utf-8"
    )
    answer = sheetcrm("status", "--deep", "--json")
    assert (answer.code, answer.json["spreadsheets"]) == (1, [])
    found = checks(sheetcrm("doctor", "--json"))
    assert found["network"]["grade"] == "broken"
    assert found["spreadsheets"]["text"] == "not looked at: first see to network"
    assert found["journal"]["grade"] == "ok"


def test_words_that_are_no_check(sheetcrm):
    answer = sheetcrm("doctor", "--only", "pemissions")
    assert answer.code == 2
    assert "did you mean permissions?" in answer.err


@pytest.mark.parametrize("command", [["doctor"], ["status", "--deep"]], ids=" ".join)
def test_in_chinese(sheetcrm, command):
    answer = sheetcrm("--lang", "zh", *command)
    assert "未检查：请先处理 config" in answer.out
    assert answer.code == 1
