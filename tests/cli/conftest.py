"""A person at a terminal: a folder of their own, and the command line."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sheetcrm.cli import main

# The tests of reminders share `remind_desk.py`.
sys.path.insert(0, str(Path(__file__).parent))


@dataclass(frozen=True)
class Answer:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def sheetcrm(tmp_path, monkeypatch, capfd):
    """`sheetcrm("plan", "--check")` in a folder of its own, without a terminal."""
    monkeypatch.chdir(tmp_path)

    def command(*arguments: str) -> Answer:
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        out, err = capfd.readouterr()
        return Answer(int(ended.value.code or 0), out, err)

    return command


@pytest.fixture
def pipeline(sheetcrm):
    """The command line in a folder with a config and a spreadsheet made from `pipeline`, in Chinese, with sample rows."""
    assert sheetcrm("init", "--local").code == 0
    made = sheetcrm("apply", "pipeline", "--create", "客户进度", "--lang", "zh", "--with-samples")
    assert made.code == 0, made.err
    return sheetcrm
