"""Long work shows how far it is: on a terminal, after a second, and nowhere else."""

from __future__ import annotations

import io

import pytest

from sheetcrm.cli.bar import Bar


class Terminal(io.StringIO):
    """Where a person looks on."""

    def isatty(self):
        return True


class Clock:
    """Seconds, as the test says."""

    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def terminal():
    return Terminal()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def bar(terminal, clock):
    return Bar(terminal, clock)


def test_work_that_is_done_within_a_second_shows_nothing(bar, terminal, clock):
    for done in range(100):
        clock.now = done / 100
        bar("rows read", done, 100)
    bar.close()
    assert terminal.getvalue() == ""


def test_longer_work_says_what_is_done_and_how_much(bar, terminal, clock):
    clock.now = 2
    bar("rows read", 20_000, 60_000)
    bar("rows read", 60_000, 60_000)
    bar.close()
    assert "rows read" in terminal.getvalue()
    assert "20000/60000" in terminal.getvalue()
    assert "60000/60000" in terminal.getvalue()


def test_what_is_counted_anew_has_a_line_of_its_own(bar, terminal, clock):
    clock.now = 2
    for what in ("rows surveyed", "rows read"):
        bar(what, 1, 2)
    bar.close()
    surveyed, read = (line for line in terminal.getvalue().split("\n") if "rows" in line)
    assert "rows surveyed" in surveyed
    assert "rows read" in read


def test_a_count_without_an_end_is_a_number_drawn_now_and_then(bar, terminal, clock):
    for at in range(1, 1_000):
        clock.now = 2 + at / 1_000
        bar("pairs of names compared", at * 2_000, 0)
    bar.close()
    drawn = terminal.getvalue()
    assert 2 < drawn.count("\r") < 20
    assert drawn.endswith("\n")


@pytest.mark.parametrize("option", [[], ["--no-progress"], ["--json"]], ids=["piped", "not wanted", "for programs"])
def test_without_a_terminal_there_is_none(pipeline, tmp_path, monkeypatch, option):
    monkeypatch.setattr("sheetcrm.cli.bar.SHORT", 0.0)
    (tmp_path / "x.csv").write_text("客户编号,客户名称\n0007,One\n", encoding="utf-8")
    assert "lines written" not in pipeline("import", "x.csv", "--sheet", "progress", *option).err


@pytest.mark.parametrize(
    ("option", "shown"),
    [
        pytest.param([], True, id="a person"),
        pytest.param(["--no-progress"], False, id="not wanted"),
        pytest.param(["--json"], False, id="for programs"),
    ],
)
def test_on_a_terminal(pipeline, tmp_path, monkeypatch, option, shown):
    terminal = Terminal()
    monkeypatch.setattr("sheetcrm.cli.bar.SHORT", 0.0)
    (tmp_path / "x.csv").write_text("客户编号,客户名称\n0007,One\n", encoding="utf-8")
    monkeypatch.setattr("sys.stderr", terminal)
    pipeline("import", "x.csv", "--sheet", "progress", *option)
    assert ("lines written" in terminal.getvalue()) is shown
