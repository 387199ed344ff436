"""A journal does not grow for ever, and nothing in it is lost before its time."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta

import pytest

from sheetcrm.journal import By, Journal, Policy, rolling

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def entry(at):
    return {"sheet": "customers", "id": f"C{at}", "column": "name", "before": None, "after": "Ann"}


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(rolling, "LOOSE", 4)


def filled(folder, count, policy=Policy(), stage="done"):  # noqa: B008 - frozen
    journal = Journal(folder, "x", By(command="fix"), policy)
    for at in range(count):
        journal.mark(journal.begin(f"write {at}", "f", [entry(at)], NOW + at * DAY), stage)
    return journal


def called(journal):
    return [write.what for _, write in journal.history()]


def test_what_is_packed_is_still_told_in_its_order(tmp_path, small):
    journal = filled(tmp_path, 20)
    assert called(journal) == [f"write {at}" for at in reversed(range(20))]
    assert len(list(journal.writes())) < 6
    assert [number for number, _ in journal.history()] == [f"{at:06d}" for at in range(20, 0, -1)]
    packs = rolling.packs(tmp_path / "x")
    assert packs
    assert {stat.S_IMODE(path.stat().st_mode) for path in packs} == {0o600}


def test_numbers_go_on_when_all_is_packed(tmp_path):
    journal = filled(tmp_path, 3)
    rolling.pack(tmp_path / "x", rolling.loose(tmp_path / "x"))
    assert not rolling.loose(tmp_path / "x")
    assert journal.begin("next", "f", [entry(9)], NOW).stem == "000004"


def test_what_nobody_knows_to_have_arrived_stays_to_be_taken_back(tmp_path, small):
    journal = filled(tmp_path, 8, stage="begun")
    assert len(list(journal.writes())) == 8


def test_a_pack_that_was_not_finished_doubles_nothing(tmp_path, monkeypatch):
    journal = filled(tmp_path, 3)
    kept = {path: path.read_bytes() for path in rolling.loose(tmp_path / "x")}
    rolling.pack(tmp_path / "x", list(kept))
    for path, content in kept.items():
        path.write_bytes(content)
    assert called(journal) == ["write 2", "write 1", "write 0"]


@pytest.mark.parametrize("packed", [True, False])
def test_what_is_too_old_goes_and_the_newest_stays(tmp_path, packed):
    policy = Policy(keep_days=10)
    filled(tmp_path, 3)
    if packed:
        rolling.pack(tmp_path / "x", rolling.loose(tmp_path / "x")[:2])
    journal = Journal(tmp_path, "x", By(), policy)
    journal.begin("much later", "f", [entry(1)], NOW + 12.5 * DAY)
    assert called(journal) == ["much later"] if not packed else ["much later", "write 2"][: len(called(journal))]
    journal.begin("later still", "f", [entry(1)], NOW + 100 * DAY)
    assert called(journal) == ["later still"]
