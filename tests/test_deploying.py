"""What is handed out: wheel, source distribution and image have everything in them that they need, and nothing of ours."""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shlex
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import click
import pytest

from sheetcrm.cli import cli

ROOT = Path(__file__).resolve().parent.parent
PROVE = "SHEETCRM_PROVE" in os.environ


def built(kind, source, out):
    """A distribution made of that folder."""
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", out],
        cwd=source,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (made,) = out.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return made


def held(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def dist(tmp_path_factory):
    """A folder with the source distribution, and the wheel that was made from it alone."""
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("dist")
    with tarfile.open(built("sdist", ROOT, folder)) as archive:
        archive.extractall(folder, filter="data")
    (source,) = (one for one in folder.iterdir() if one.is_dir())
    return source, built("wheel", source, folder)


def test_the_wheel_has_every_file_of_the_package_the_templates_and_the_example_config(dist):
    _source, wheel = dist
    there = held(wheel)
    package = [path for path in (ROOT / "sheetcrm").rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    wanted = {path.relative_to(ROOT).as_posix(): path for path in package}
    wanted |= {f"sheetcrm/templates/{path.name}": path for path in (ROOT / "templates").glob("*.yaml")}
    wanted |= {"sheetcrm/config.example.yaml": ROOT / "config.example.yaml"}
    assert wanted.keys() - there.keys() == set()
    assert [name for name, path in wanted.items() if there[name] != path.read_bytes()] == []


def test_the_wheel_has_nothing_else(dist):
    _source, wheel = dist
    kinds = {name.partition("/")[0].rpartition(".")[2] for name in held(wheel)}
    assert kinds == {"sheetcrm", "dist-info"}
    assert [name for name in held(wheel) if re.search(r"__pycache__|\.pyc$|/tests?/|\.db$|\.env$", name)] == []


def test_the_source_distribution_is_enough_to_run_the_tests(dist):
    source, _wheel = dist
    for name in ("tests/conftest.py", "scripts/test", "scripts/constraints.txt", "templates/pipeline.yaml", "LICENSE"):
        assert (source / name).is_file(), name
    assert os.access(source / "scripts" / "test", os.X_OK)


@pytest.mark.skipif(not PROVE, reason="installs a wheel: scripts/prove")
def test_the_wheel_alone_does_the_whole_main_job(dist, tmp_path):
    """In an empty environment, from a folder of its own, with no path to this checkout and next to no variables."""
    _source, wheel = dist
    venv.create(tmp_path / "venv", with_pip=True)
    place = tmp_path / "venv" / "bin"
    alone = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [place / "pip", "install", "--quiet", "--constraint", ROOT / "scripts" / "constraints.txt", f"{wheel}[demo]"],
        env=alone,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    done = subprocess.run(
        [place / "sheetcrm", "local", "demo", "--json"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert (figures["mails_sent"], figures["second_run_mails"], figures["second_plan_changes"]) == (3, 0, 0)


def steps():
    """The steps of the Dockerfile: word, rest."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [tuple(line.split(" ", 1)) for line in text.replace("\\\n", " ").splitlines() if line.strip()]


def ignored(path):
    """Whether .dockerignore keeps it out: the last line that fits it, or a folder above it, decides."""
    out = False
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        pattern = line.removeprefix("!")
        above = [path, *map(str, Path(path).parents)]
        if line and not line.startswith("#") and any(fnmatch.fnmatchcase(one, pattern) for one in above):
            out = not line.startswith("!")
    return out


def test_what_the_image_copies_is_there_and_goes_to_the_daemon():
    for word, rest in steps():
        if word == "COPY" and not rest.startswith("--from"):
            *sources, _target = rest.split()
            assert [one for one in sources if not (ROOT / one).exists() or ignored(one)] == []


@pytest.mark.parametrize(
    "path",
    ["config.yaml", ".git/config", "sheetcrm-ledger.db", "key.json", "tests/conftest.py", "scripts/test", ".venv/x"],
)
def test_nothing_else_goes_to_the_daemon(path):
    assert ignored(path)


def test_the_image_runs_as_nobody_and_keeps_all_in_one_volume():
    said = dict(steps())
    assert said["USER"] == "sheetcrm"
    assert said["VOLUME"] == "/data"
    assert {"SHEETCRM_CONFIG=/data/config.yaml", "SHEETCRM_HOME=/data/home"} <= set(said["ENV"].split())


def test_the_image_installs_extras_that_there_are():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    ((_word, install),) = [(word, rest) for word, rest in steps() if "pip install" in rest]
    asked = re.search(r"\.\[([a-z,]+)\]", install)
    assert asked is not None
    assert set(asked[1].split(",")) <= project["optional-dependencies"].keys()


def test_the_image_runs_commands_that_there_are():
    said = dict(steps())
    entry, usual = json.loads(said["ENTRYPOINT"]), json.loads(said["CMD"])
    health = said["HEALTHCHECK"].partition(" CMD ")[2].partition(" || ")[0]
    for first, *words in ([*entry, *usual], shlex.split(health)):
        assert first == "sheetcrm"
        command = cli.get_command(click.Context(cli), words[0])
        assert command is not None
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= known
