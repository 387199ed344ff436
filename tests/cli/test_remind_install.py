"""`sheetcrm remind install`: the recipes work where they are meant to."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from remind_desk import MAIL, mails, opened

from sheetcrm.cli.recipes import cron, github, systemd
from sheetcrm.errors import UsageError

TEN = timedelta(minutes=10)
WORDS = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0\n\r"), min_size=1), min_size=1, max_size=4)


def as_cron_does(line):
    """What cron gives to the shell of a line: all after five fields, up to a percent sign that is not escaped."""
    *_times, command = line.rstrip("\n").split(" ", 5)
    return command.replace(r"\%", "%")


@pytest.fixture
def here(sheetcrm, tmp_path, monkeypatch):
    """A config in a folder whose name nothing is used to."""
    folder = tmp_path / "50% of 'our' $HOME"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return opened(sheetcrm, "east")


def test_the_line_of_a_crontab_sends_from_anywhere_with_next_to_no_environment(here, monkeypatch):
    line = here("remind", "install", "cron").out.splitlines()[1]
    assert line.startswith("*/10 * * * * ")
    package = Path(__file__).resolve().parents[2]
    # As /bin/sh of cron, which knows neither our folder nor our PATH; PYTHONPATH, because tests run from a checkout.
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(package)}
    command = as_cron_does(line).partition(" 2>&1 | logger")[0]
    done = subprocess.run(["/bin/sh", "-c", command], cwd="/", env=environment, capture_output=True, check=False)
    assert (done.returncode, mails()) == (0, 1), done.stderr


@given(WORDS)
def test_whatever_a_path_has_in_it_cron_takes_it_as_one_word(words):
    line = cron(words, TEN).files["crontab"]
    assert shlex.split(as_cron_does(line).removesuffix(" 2>&1 | logger -t sheetcrm-remind")) == words


@pytest.mark.parametrize(
    ("every", "times"),
    [
        ({"minutes": 1}, "* * * * *"),
        ({"minutes": 15}, "*/15 * * * *"),
        ({"hours": 1}, "7 * * * *"),
        ({"hours": 6}, "7 */6 * * *"),
        ({"days": 1}, "7 6 * * *"),
    ],
)
def test_times(every, times):
    assert cron(["x"], timedelta(**every)).files["crontab"].startswith(f"{times} x ")


@pytest.mark.parametrize("every", [{"seconds": 90}, {"minutes": 7}, {"minutes": 90}, {"hours": 5}, {"days": 2}])
def test_what_a_crontab_cannot_say_is_refused(every):
    with pytest.raises(UsageError, match="cron cannot count that"):
        cron(["x"], timedelta(**every))


def test_systemd_takes_the_units(here, tmp_path):
    assert here("remind", "install", "systemd", "--out", str(tmp_path / "units")).code == 0
    service, timer = (tmp_path / "units" / f"sheetcrm-remind.{kind}" for kind in ("service", "timer"))
    assert "OnUnitInactiveSec=600" in timer.read_text()
    assert "of 'our' $$HOME" in service.read_text()
    assert "50%% of" in service.read_text()
    if shutil.which("systemd-analyze") is None:
        pytest.skip("needs systemd-analyze")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", service, timer], capture_output=True, text=True, check=False
    )
    ours = [line for line in (done.stdout + done.stderr).splitlines() if "sheetcrm-remind" in line]
    assert ours == []


def test_the_workflow_for_github_is_yaml_that_takes_three_for_good_and_runs_alone(here, monkeypatch):
    text = Path("config.yaml").read_text(encoding="utf-8").replace(MAIL, f"ledger: {{env: SHEETCRM_LEDGER}}\n{MAIL}")
    Path("config.yaml").write_text(text.replace("api: local", "api: google"), encoding="utf-8")
    monkeypatch.delenv("SHEETCRM_LEDGER", raising=False)
    answer = here("remind", "install", "github")
    assert answer.code == 0, answer.err
    flow = yaml.safe_load(answer.out)
    assert flow[True]["schedule"] == [{"cron": "*/10 * * * *"}], "YAML 1.1 reads on as true"
    *_, step = flow["jobs"]["remind"]["steps"]
    assert step["run"] == "sheetcrm remind --config config.yaml || [ $? -eq 3 ]"
    assert step["env"]["SHEETCRM_LEDGER"] == "${{ secrets.SHEETCRM_LEDGER }}"
    assert flow["concurrency"]["cancel-in-progress"] is False
    monkeypatch.setenv("SHEETCRM_LEDGER", "ledger.db")
    refused = here("remind", "install", "github")
    assert refused.code == 2


def test_github_refuses_what_its_machines_would_forget(here):
    Path("config.yaml").write_text(
        Path("config.yaml").read_text(encoding="utf-8").replace("api: local", "api: google"), encoding="utf-8"
    )
    answer = here("remind", "install", "github")
    assert answer.code == 2
    assert "every run would send everything again" in answer.err


@given(WORDS)
def test_a_workflow_is_yaml_whatever_the_config_is_called(words):
    (text,) = github(words, TEN).files.values()
    *_, step = yaml.safe_load(text)["jobs"]["remind"]["steps"]
    assert shlex.split(step["run"].removesuffix(" || [ $? -eq 3 ]")) == words


def test_systemd_quotes_what_it_would_take_for_its_own():
    service = systemd(["a b", 'c"d', "%h", "$HOME", "back\\slash"], TEN).files["sheetcrm-remind.service"]
    assert r'ExecStart="a b" "c\"d" "%%h" "$$HOME" "back\\slash"' in service


@pytest.mark.parametrize("api", ["local", "http://127.0.0.1:1"])
def test_github_refuses_servers_that_its_machines_do_not_reach(here, api):
    text = Path("config.yaml").read_text(encoding="utf-8").replace(MAIL, f"ledger: {{env: SHEETCRM_LEDGER}}\n{MAIL}")
    Path("config.yaml").write_text(text.replace("api: local", f"api: {api}"), encoding="utf-8")
    answer = here("remind", "install", "github")
    assert (answer.code, "GitHub's machines do not reach" in answer.err) == (2, True)
