"""docs/python.md, typed in as it stands by somebody who has nothing."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import gspread
import pytest

from sheetcrm import testing
from sheetcrm.cli import main

PAGE = Path(__file__).resolve().parent.parent / "docs" / "python.md"
BLOCK = re.compile(r"```(python|sh)\n(.*?)```", re.DOTALL)
PRINTED = re.compile(r"^\s*print\(.*\)  # (.*)$", re.MULTILINE)
ORDERS = [
    ["number", "电话", "Total", "Status", "Due", "note"],
    ["0012", "+8613800138000", 12.5, "PAID", 46024, "x"],
    ["0013", "", "ten", "payed", "", ""],
]


@pytest.fixture
def google(monkeypatch):
    """The embedded server where the page says `gspread.service_account()`, with the worksheet that it opens."""
    with testing.server() as running:
        running.seed("Orders", {"2026": ORDERS})
        monkeypatch.setattr(gspread, "service_account", lambda: running.client)
        yield running


@pytest.mark.usefixtures("google")
def test_everything_on_the_page_works_and_prints_what_it_says(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    names: dict[str, object] = {"__name__": "page"}
    for kind, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        capfd.readouterr()
        if kind == "python":
            exec(compile(text, "docs/python.md", "exec", dont_inherit=True), names)
            printed = capfd.readouterr().out.splitlines()
            assert printed == [line for said in PRINTED.findall(text) for line in said.split("; ")], text
            continue
        for line in text.splitlines():
            with pytest.raises(SystemExit) as ended:
                main(shlex.split(line, comments=True)[1:])
            assert not ended.value.code, capfd.readouterr().err
