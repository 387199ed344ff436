"""A person at a terminal: a folder of their own, and the command line."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sheetcrm.cli import main
from sheetcrm.connect import open_local
from tests import told

# The tests of reminders share `remind_desk.py`, others `first_steps.py`.
sys.path.insert(0, str(Path(__file__).parent))
import first_steps

LOUD = ("--debug-http",) if "SHEETCRM_PROVE" in os.environ else ()
"""The long form logs whole requests and answers, too, for tests/told.py to look through."""


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
            main((*LOUD, *arguments))
        out, err = (told.listened(text, f"sheetcrm {' '.join(arguments)}") for text in capfd.readouterr())
        return Answer(int(ended.value.code or 0), out, err)

    return command


@pytest.fixture(scope="session")
def _made():
    """By the steps that were taken in them, the folders that were prepared so far."""
    return {}


@pytest.fixture
def prepared(sheetcrm, tmp_path, tmp_path_factory, _made):
    """`prepared(step, …)`: the command line in a folder in which `step(sheetcrm)` was taken, and the others after it.

    A step is taken once; every test has a copy of its own of the folder, spreadsheets, journal and all.
    In another hour it is taken anew: a day may have begun.
    """
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)

    def folder(*steps: Callable[..., None]) -> Path:
        if (hour, *steps) not in _made:
            new = tmp_path_factory.mktemp("prepared")
            if steps[:-1]:
                shutil.copytree(folder(*steps[:-1]), new, dirs_exist_ok=True)
            with contextlib.chdir(new):
                steps[-1](sheetcrm)
            _made[hour, *steps] = new
        return _made[hour, *steps]

    with ExitStack() as stack:

        def copied(*steps: Callable[..., None]) -> Callable[..., Answer]:
            shutil.copytree(folder(*steps), tmp_path, dirs_exist_ok=True)
            # As with `sheetcrm local serve` beside it: no command has to open the folder anew, which takes half a second.
            stack.enter_context(open_local(tmp_path / "sheetcrm-data"))
            return sheetcrm

        yield copied


@pytest.fixture
def pipeline(prepared):
    """The command line in a folder with a config and a spreadsheet made from `pipeline`, in Chinese, with sample rows."""
    return prepared(first_steps.pipeline)
