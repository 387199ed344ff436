"""`sheetcrm backup install`: backups that are made by themselves."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest


def test_the_line_of_a_crontab_makes_a_backup_once_a_day_from_anywhere(pipeline):
    line = pipeline("backup", "install", "cron").out.splitlines()[1]
    assert line.startswith("7 6 * * * ")
    *_times, command = line.split(" ", 5)
    command = command.partition(" 2>&1 | logger -t sheetcrm-backup")[0]
    package = Path(__file__).resolve().parents[2]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(package), "HOME": str(Path.cwd())}
    done = subprocess.run(["/bin/sh", "-c", command], cwd="/", env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert pipeline("backup", "list", "--json").json


def test_units_have_a_name_of_their_own(pipeline, tmp_path):
    assert pipeline("backup", "install", "systemd", "--out", str(tmp_path / "units")).code == 0
    service, timer = ((tmp_path / "units" / f"sheetcrm-backup.{kind}").read_text() for kind in ("service", "timer"))
    assert "OnUnitInactiveSec=86400" in timer
    words = shlex.split(next(line for line in service.splitlines() if line.startswith("ExecStart=")).partition("=")[2])
    assert words[-3:] == ["backup", "--config", str(Path("config.yaml").resolve())]


def test_github_is_no_place_for_backups(pipeline):
    answer = pipeline("backup", "install", "github")
    assert answer.code == 2
    assert "github" in answer.err


@pytest.mark.parametrize("every", ["90s", "5h"])
def test_what_a_crontab_cannot_say_is_refused(pipeline, every):
    answer = pipeline("backup", "install", "cron", "--every", every)
    assert (answer.code, "cron cannot count that" in answer.err) == (2, True)
