"""The story that scripts/demo tells, whole, in both languages."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_demo_tells_the_whole_main_job(tmp_path, language):
    command = [sys.executable, "-m", "sheetcrm", "local", "demo", "--json", "--lang", language]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert figures["changes"] > 100
    assert figures["second_plan_changes"] == 0
    assert figures["plan_after_edits_losses"] == 0
    assert all(address.startswith("progress.filter_view.") for address in figures["plan_after_edits_changes"])
    assert figures["records"] > 20
    assert {issue["code"] for issue in figures["issues"]} >= {"unique", "no_such_day", "not_an_option", "required"}
    assert all(issue["a1"] and "#gid=" in issue["link"] for issue in figures["issues"])
    assert figures["mails_sent"] == 3
    assert figures["second_run_mails"] == 0
    limits = {"apply": 3, "plan": 2, "check": 2, "remind": 3}
    assert {step: sum(cost.values()) <= limits[step] for step, cost in figures["requests"].items()} == dict.fromkeys(
        limits, True
    )
    mails = tmp_path / "sheetcrm-demo" / "mails"
    assert len(list(mails.glob("*.eml"))) == len(list(mails.glob("*.html"))) == 3


def test_a_folder_that_no_demo_made_is_left_alone(tmp_path):
    (tmp_path / "sheetcrm-demo").mkdir()
    (tmp_path / "sheetcrm-demo" / "mine.txt").write_text("keep", encoding="utf-8")
    command = [sys.executable, "-m", "sheetcrm", "local", "demo"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 4
    assert (tmp_path / "sheetcrm-demo" / "mine.txt").read_text(encoding="utf-8") == "keep"
