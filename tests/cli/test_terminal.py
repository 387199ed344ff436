"""At a terminal a person is shown the plan and asked; without one nothing prompts."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
from pathlib import Path

import gspread
import pytest

from sheetcrm import config
from sheetcrm.connect import open_local
from tests.cli.test_publish import SHOP


def typed(folder, answer, *arguments):
    """Run a command at a terminal of its own and answer its question; what it showed, and its exit code."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "sheetcrm", *arguments]
    process = subprocess.Popen(command, cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown, asked = b"", False
    while True:
        if select.select([ours], [], [], 60)[0]:
            try:
                part = os.read(ours, 65536)
            except OSError:  # Linux says so when the other end is closed
                break
            if not part:
                break
            shown += part
            if not asked and b"[y/N]" in shown:
                os.write(ours, f"{answer}\n".encode())
                asked = True
    os.close(ours)
    return shown.decode(), process.wait(timeout=20)


CREATE = ["apply", "pipeline", "--create", "客户", "--lang", "zh"]


def test_no_means_nothing_is_made(sheetcrm, tmp_path):
    sheetcrm("init", "--local")
    shown, code = typed(tmp_path, "n", *CREATE)
    assert code == 1
    assert "客户编号" in shown, "the plan comes before the question"
    assert config.load(tmp_path / "config.yaml").spreadsheets == {}
    assert not (tmp_path / "sheetcrm-data").exists()


def test_yes_means_it_is_done_and_later_changes_are_asked_for_too(sheetcrm, tmp_path):
    sheetcrm("init", "--local")
    shown, code = typed(tmp_path, "y", *CREATE)
    assert (code, shown.count("[y/N]")) == (0, 1), "asked once"
    assert shown.count("客户编号  ") <= 2, "shown once (a line in each of two tabs)"
    assert "done: http" in shown
    with open_local(tmp_path / "sheetcrm-data") as session:
        (settings,) = config.load(tmp_path / "config.yaml").spreadsheets.values()
        tab = gspread.Client(auth=None, session=session).open_by_key(settings.id).worksheet("客户进度")
        tab.update_cell(1, 3, "")
    shown, code = typed(tmp_path, "n", "apply")
    assert code == 1
    assert "nothing was changed" in shown
    assert sheetcrm("plan", "--check").code == 3
    shown, code = typed(tmp_path, "y", "apply")
    assert code == 0
    assert sheetcrm("plan", "--check").code == 0


@pytest.mark.parametrize("by", ["id", "url"])
def test_a_blank_spreadsheet_that_a_person_made_is_bound_and_remembered_by_its_title(sheetcrm, tmp_path, by):
    sheetcrm("init", "--local")
    with open_local(tmp_path / "sheetcrm-data") as session:
        made = gspread.Client(auth=None, session=session).create("老王的表格")
    wanted = made.id if by == "id" else f"https://docs.google.com/spreadsheets/d/{made.id}/edit#gid=0"
    assert sheetcrm("apply", "pipeline", "--in", wanted, "--lang", "zh").code == 0
    assert config.load(Path("config.yaml").absolute()).spreadsheets["老王的表格"].id == made.id
    assert sheetcrm("plan", "--check").code == 0
    with open_local(tmp_path / "sheetcrm-data") as session:
        tabs = [tab.title for tab in gspread.Client(auth=None, session=session).open_by_key(made.id).worksheets()]
    assert tabs == ["客户进度", "跟进记录", "看板", "团队", "选项", "说明", "客户进度归档"], "the blank Sheet1 is gone"


def test_access_is_mended_and_a_copy_made_when_somebody_says_yes(sheetcrm, tmp_path):
    sheetcrm("init", "--local")
    Path("shop.yaml").write_text(SHOP, encoding="utf-8")
    sheetcrm("apply", "./shop.yaml", "--create", "店", "--lang", "zh")
    sheetcrm("team", "add", "王芳", "wang@example.com", "--role", "store")
    with (tmp_path / "config.yaml").open("a", encoding="utf-8") as file:
        file.write("share: {store: reader}\nadmins: [you@example.com]\n")
    shown, code = typed(tmp_path, "n", "access", "--fix")
    assert (code, "nothing was changed" in shown) == (1, True)
    shown, code = typed(tmp_path, "y", "access", "--fix")
    assert code == 0, shown
    assert "+ wang@example.com  reader" in shown, "the plan comes before the question"
    shown, code = typed(tmp_path, "n", "publish", "store")
    assert code == 1
    assert config.load(tmp_path / "config.yaml").spreadsheets["店"].published is None
    shown, code = typed(tmp_path, "y", "publish", "store")
    assert (code, "done: http" in shown) == (0, True), shown
