"""What starts fast, what the first help page shows, what `init` writes."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"gspread", "pandas", "sqlalchemy", "starlette", "google.auth", "jinja2", "formualizer", "requests", "pydantic"}


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["--help"], id="help"),
        pytest.param(["plan", "--help"], id="help of a command"),
        pytest.param(["team", "leave", "--help"], id="help of a command of a group"),
        pytest.param(["--version"], id="version"),
    ],
)
def test_nothing_heavy_is_imported_for_help(arguments):
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "sheetcrm", *arguments], capture_output=True, text=True, check=True
    )
    imported = {line.rsplit("|", 1)[-1].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}
    assert "click" in imported
    assert not HEAVY & imported


def test_the_first_help_page(sheetcrm):
    page = sheetcrm("--help").out
    first, more = page.split("More:")
    for name in ("init", "apply", "plan", "check", "import", "export", "remind", "status"):
        assert f"\n  {name} " in first
    for name in ("template", "samples", "local"):
        assert f"\n  {name} " in more
    assert "3 something to see" in more


def test_a_wrong_command_names_the_nearest_right_one(sheetcrm):
    answer = sheetcrm("aply")
    assert answer.code == 2
    assert "did you mean apply?" in answer.err


def test_init_does_not_overwrite(sheetcrm, tmp_path):
    assert sheetcrm("init", "--local").code == 0
    (tmp_path / "config.yaml").write_text("mine", encoding="utf-8")
    answer = sheetcrm("init")
    assert answer.code == 4
    assert "exists already" in answer.err
    assert (tmp_path / "config.yaml").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    "command",
    [["plan"], ["apply"], ["check"], ["export", "progress"], ["remind"], ["status"], ["samples", "remove"]],
    ids=lambda command: command[0],
)
def test_without_a_config_a_command_says_how_to_get_one(sheetcrm, tmp_path, command):
    answer = sheetcrm(*command)
    assert answer.code == 2
    assert "sheetcrm init" in answer.err
    assert not list(tmp_path.iterdir()), "it must not work on an empty store of its own making"


@pytest.mark.parametrize(
    "command",
    [["plan"], ["check"], ["export", "progress"], ["remind"], ["samples", "remove"]],
    ids=lambda command: command[0],
)
def test_without_a_spreadsheet_a_command_says_how_to_get_one(sheetcrm, command):
    sheetcrm("init", "--local")
    answer = sheetcrm(*command)
    assert answer.code == 2
    assert "--create TITLE" in answer.err
