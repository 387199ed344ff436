"""Writes are written down before they are sent, by whom and by which command, and never lost to another process."""

from __future__ import annotations

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from sheetcrm.errors import ApiError, SheetcrmError
from sheetcrm.journal import By, Journal, read

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
ENTRY = {"sheet": "customers", "id": "C1", "column": "name", "before": None, "after": "Ann"}


@pytest.fixture
def journal(tmp_path):
    return Journal(tmp_path, "x", By("ann", "robot@example.com", "team add"))


def stages(journal):
    return [write.stage for _, write in journal.writes()]


def test_who_and_which_command_stand_beside_what_and_when(journal):
    with journal.written("team add Ann", [ENTRY], NOW):
        pass
    ((_, write),) = journal.writes()
    assert (write.by.user, write.by.account, write.by.command) == ("ann", "robot@example.com", "team add")
    assert (write.when, write.what, write.stage, write.entries) == (
        "2026-11-22T08:00:00Z",
        "team add Ann",
        "done",
        (ENTRY,),
    )


def test_nothing_that_was_written_down_is_changed_later(journal):
    path = journal.begin("a write", "f", [ENTRY], NOW)
    before = path.read_bytes()
    journal.mark(path, "done")
    journal.mark(path, "undone")
    assert path.read_bytes().startswith(before)
    assert read(path).stage == "undone"


@pytest.mark.parametrize(
    ("raised", "stage"),
    [
        pytest.param(ApiError("no", status=400), "refused", id="what was refused was not done"),
        pytest.param(ApiError("?", status=503), "begun", id="of what may have happened nobody knows"),
    ],
)
def test_what_went_wrong_is_told_apart(journal, raised, stage):
    with pytest.raises(ApiError), journal.written("a write", [ENTRY], NOW):
        raise raised
    assert stages(journal) == [stage]


def test_what_is_never_taken_back_says_so_before_it_is_sent(journal):
    with journal.written("access", [ENTRY], NOW, stage="aside"):
        assert stages(journal) == ["aside"]
    assert stages(journal) == ["aside"]


def test_processes_that_write_at_once_never_take_one_number(tmp_path):
    def write(at):
        return Journal(tmp_path, "x", By(command=f"c{at}")).begin("a write", "f", [ENTRY], NOW)

    with ThreadPoolExecutor(8) as pool:
        paths = list(pool.map(write, range(40)))
    assert len(set(paths)) == 40
    assert {read(path).by.command for path in paths} == {f"c{at}" for at in range(40)}


def test_a_write_that_was_torn_by_a_crash_was_never_sent_and_is_left_out(journal):
    path = journal.begin("a write", "f", [ENTRY], NOW)
    journal.begin("another", "f", [ENTRY], NOW)
    path.write_text(path.read_text()[:40])
    assert [write.what for _, write in journal.writes()] == ["another"]
    with pytest.raises(SheetcrmError, match="no write of a journal"):
        read(path)


def test_a_character_may_be_torn_too(journal):
    path = journal.begin("a write", "f", [{**ENTRY, "after": "王"}], NOW)
    path.write_bytes(path.read_bytes()[: path.read_bytes().index("王".encode()) + 1])
    assert list(journal.writes()) == []


def test_a_cell_may_hold_half_a_surrogate_pair(journal):
    entry = {**ENTRY, "after": "a\ud800"}
    with journal.written("a write", [entry], NOW):
        pass
    assert [write.entries for _, write in journal.writes()] == [(entry,)]


def test_a_stage_that_was_torn_by_a_crash_was_not_reached(journal):
    path = journal.begin("a write", "f", [ENTRY], NOW)
    with path.open("a") as file:
        file.write('{"stage": "do')
    assert stages(journal) == ["begun"]
    journal.mark(path, "undone")
    assert stages(journal) == ["undone"]


def test_files_of_before_are_read_and_their_numbers_are_not_taken_again(journal, tmp_path):
    folder = tmp_path / "x"
    folder.mkdir()
    old = {"when": "2026-01-01T00:00:00Z", "what": "apply", "fingerprint": "f", "entries": [ENTRY], "stage": "done"}
    (folder / "000007.json").write_text(json.dumps(old, indent=1))
    assert journal.begin("a write", "f", [ENTRY], NOW).stem == "000008"
    assert [write.what for _, write in journal.writes()] == ["a write", "apply"]
    journal.mark(folder / "000007.json", "undone")
    assert stages(journal) == ["begun", "undone"]


def test_nobody_else_may_read_it(journal):
    path = journal.begin("a write", "f", [ENTRY], NOW)
    assert [stat.S_IMODE(one.stat().st_mode) for one in (path, path.parent)] == [0o600, 0o700]


def test_what_cannot_be_written_down_is_not_sent(tmp_path):
    (tmp_path / "file").write_text("")
    sent = []
    with (
        pytest.raises(SheetcrmError, match="nothing was sent"),
        Journal(tmp_path / "file", "x").written("a write", [ENTRY], NOW),
    ):
        sent.append(1)
    assert not sent
