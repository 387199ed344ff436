"""A ledger file that cannot be used is said so, and left as it is."""

from __future__ import annotations

import sqlite3
import stat
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import inspect

from sheetcrm.errors import LedgerError
from sheetcrm.remind.ledger import Ledger
from sheetcrm.remind.ledger.tables import METADATA, VERSION


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ledger.db"


@pytest.fixture
def made(path):
    with Ledger.open(path) as ledger:
        ledger.start_run("S", today=date(2026, 1, 5), now=datetime(2026, 1, 5, tzinfo=UTC))
    return path


def test_a_new_ledger_is_for_its_owner_alone_and_its_folder_is_made(tmp_path):
    path = tmp_path / "deep" / "ledger.db"
    with Ledger.open(path) as ledger:
        ledger.start_run("S", today=date(2026, 1, 5), now=datetime(2026, 1, 5, tzinfo=UTC))
        modes = {
            stat.S_IMODE(found.stat().st_mode) for found in path.parent.glob("ledger.db*") if found.suffix != ".lock"
        }
    assert modes == {0o600}


def test_opened_again_it_is_the_same(made):
    with Ledger.open(made) as ledger:
        assert ledger.last_run().spreadsheet == "S"
        assert set(inspect(ledger._engine).get_table_names()) == set(METADATA.tables)


def test_read_only_makes_no_file(path):
    with Ledger.open(path, read_only=True) as ledger:
        assert ledger.counts() == {}
    assert not path.exists()


def test_read_only_changes_nothing(made):
    before = made.read_bytes()
    with Ledger.open(made, read_only=True) as ledger:
        assert ledger.last_run() is not None
        with pytest.raises(LedgerError, match="readonly"):
            ledger.start_run("S", today=date(2026, 1, 5), now=datetime(2026, 1, 5, tzinfo=UTC))
    assert made.read_bytes() == before


def test_an_empty_file_is_what_a_run_left_that_died_at_once(path):
    path.touch()
    with Ledger.open(path, read_only=True) as ledger:
        assert ledger.counts() == {}
    with Ledger.open(path) as ledger:
        assert ledger.counts() == {}


def test_not_a_database(path):
    path.write_text("customers,dates\n" * 100, encoding="utf-8")
    with pytest.raises(LedgerError, match=r"not a database; .*nothing is sent without it"):
        Ledger.open(path)
    assert path.read_text(encoding="utf-8").startswith("customers")


def test_damaged_in_the_middle(made):
    with sqlite3.connect(made) as db:
        db.execute("PRAGMA journal_mode = DELETE")
    db.close()
    data = bytearray(made.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    made.write_bytes(data)
    with pytest.raises(LedgerError, match="damaged"):
        Ledger.open(made)


def test_somebody_elses_database(path):
    db = sqlite3.connect(path)
    db.execute("create table customers (name text)")
    db.close()
    with pytest.raises(LedgerError, match="not a ledger of sheetcrm"):
        Ledger.open(path)


def test_a_newer_ledger_is_refused(made):
    db = sqlite3.connect(made)
    db.execute("update sheetcrm_schema set version = ?", [VERSION + 1])
    db.commit()
    db.close()
    with pytest.raises(LedgerError, match=r"newer sheetcrm .* upgrade sheetcrm"):
        Ledger.open(made)


def test_an_older_ledger_is_only_read_after_it_was_brought_up(made):
    db = sqlite3.connect(made)
    db.execute("update sheetcrm_schema set version = ?", [VERSION - 1])
    db.commit()
    db.close()
    with pytest.raises(LedgerError, match="older version"):
        Ledger.open(made, read_only=True)


def test_locked_by_another_program(made):
    db = sqlite3.connect(made, isolation_level=None)
    db.execute("begin immediate")
    try:
        with pytest.raises(LedgerError, match=r"locked; another program holds it"):
            Ledger.open(made, patience=0.1)
    finally:
        db.close()


def test_a_folder_in_the_place_of_the_file(path):
    path.mkdir()
    with pytest.raises(LedgerError, match="ledger"):
        Ledger.open(path)


def test_a_moment_without_a_zone_is_a_mistake_of_ours(path):
    with Ledger.open(path) as ledger, pytest.raises(LedgerError, match="needs its time zone"):
        ledger.start_run("S", today=date(2026, 1, 5), now=datetime(2026, 1, 5))  # noqa: DTZ001 - that is the point
