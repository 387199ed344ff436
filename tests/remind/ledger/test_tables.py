"""A ledger file that cannot be used is said so, and left as it is."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import threading
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from filelock import FileLock
from sqlalchemy import create_engine, inspect, text

from sheetcrm.errors import LedgerError, UsageError
from sheetcrm.remind.ledger import Ledger, Occurrence, Recipient, Sealed, State
from sheetcrm.remind.ledger.tables import METADATA, VERSION


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ledger.db"


@pytest.fixture
def made(path):
    with Ledger.open(path) as ledger:
        ledger.start_run("S", today=date(2026, 1, 5), now=datetime(2026, 1, 5, tzinfo=UTC))
    return path


def test_a_new_ledger_waits_for_the_run_that_makes_it_at_the_same_time(path):
    """SQLite itself does not wait there: "database is locked" at once."""
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    ends = threading.Timer(0.3, other.rollback)
    ends.start()
    with Ledger.open(path, patience=30) as ledger:
        assert ledger.outbox("S", "mail") == []
    ends.join()
    other.close()


def test_a_new_ledger_does_not_wait_for_ever(path):
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LedgerError, match="another program holds it"):
        Ledger.open(path, patience=0.1)
    other.close()


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


# From version 1


NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


@pytest.fixture
def version_1(path):
    """As the first version left it: a mail in every state."""
    db = sqlite3.connect(path)
    db.executescript((Path(__file__).parent / "version_1.sql").read_text(encoding="utf-8"))
    db.close()
    return path


def shape(path):
    """Tables, columns, indexes and constraints, for comparison."""
    engine = create_engine(f"sqlite:///{path}")
    look = inspect(engine)
    found = {
        table: (
            sorted((c["name"], str(c["type"]), c["nullable"], c["default"]) for c in look.get_columns(table)),
            sorted((i["name"], tuple(i["column_names"])) for i in look.get_indexes(table)),
            look.get_unique_constraints(table),
            sorted((tuple(k["constrained_columns"]), k["referred_table"]) for k in look.get_foreign_keys(table)),
        )
        for table in look.get_table_names()
    }
    engine.dispose()
    return found


def test_brought_up_it_is_as_if_it_had_been_made_anew(version_1, tmp_path):
    Ledger.open(version_1).close()
    Ledger.open(tmp_path / "new.db").close()
    assert shape(version_1) == shape(tmp_path / "new.db")


def test_brought_up_nothing_is_lost_and_nothing_is_sent_twice(version_1):
    with Ledger.open(version_1) as ledger:
        before = Counter(dict.fromkeys(("planned", "sent", "retry", "failed", "unknown", "sending", "suppressed"), 1))
        assert Counter(str(mail.state) for mail in ledger.mails()) == before
        assert ledger.last_run("S").counts == {"sent": 1}
        assert ledger.recover(now=NOW) == 1, "what version 1 was sending when it died"
        for name in before:
            who = Recipient("S", "mail", name.title(), f"{name}@example.com")
            one = Occurrence("S", "customers", f"C-{name}", "follow_up", date(2026, 1, 5), 0, who.key, "mail")
            sealed = Sealed(f"<{name}@example.com>", "again", b"again")
            mail = ledger.queue(who, [one], lambda _, sealed=sealed: sealed, today=date(2026, 1, 5), now=NOW)
            assert (mail is None) is (name in ("sent", "failed", "unknown", "sending")), name
        kept = {mail.recipient.name: mail for mail in ledger.mails([State.UNKNOWN])}
        assert set(kept) == {"Unknown", "Sending"}
        assert kept["Sending"].data.startswith(b"Message-ID: <sending@example.com>")


def test_not_brought_up_while_version_1_is_at_work(version_1):
    with (
        FileLock(f"{version_1}.lock"),
        pytest.raises(LedgerError, match=r"an older sheetcrm is under way; try again"),
    ):
        Ledger.open(version_1)


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_only_read_it_stays_as_it_was_and_says_all_that_it_knows(version_1, mode):
    db = sqlite3.connect(version_1)
    db.execute(f"pragma journal_mode = {mode}")
    db.close()
    before = {found.name: found.read_bytes() for found in version_1.parent.iterdir()}
    with FileLock(f"{version_1}.lock"), Ledger.open(version_1, read_only=True) as ledger:
        assert set(map(str, ledger.counts())) == {
            "planned",
            "sent",
            "retry",
            "failed",
            "unknown",
            "sending",
            "suppressed",
        }
        assert ledger.last_run("S").counts == {"sent": 1}
        told = {line.fate.state for line in ledger.watch.log(spreadsheet="S")}
        assert State.SENT in told
        with pytest.raises(LedgerError, match="readonly"):
            ledger.start_run("S", today=date(2026, 1, 5), now=NOW)
    after = {found.name: found.read_bytes() for found in version_1.parent.iterdir() if found.suffix != ".lock"}
    assert after == before


def test_a_damaged_one_is_not_read_either(version_1):
    data = bytearray(version_1.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    version_1.write_bytes(data)
    with pytest.raises(LedgerError, match=r"ledger .*damaged"):
        Ledger.open(version_1, read_only=True)


# PostgreSQL


def test_postgres_the_second_time_it_is_the_same(postgres):
    with Ledger.open(postgres) as ledger:
        ledger.start_run("S", today=date(2026, 1, 5), now=NOW)
    with Ledger.open(postgres, read_only=True) as ledger:
        assert ledger.last_run().spreadsheet == "S"
        with pytest.raises(LedgerError, match="read-only"):
            ledger.start_run("S", today=date(2026, 1, 5), now=NOW)


def test_postgres_read_only_makes_nothing(postgres):
    with Ledger.open(postgres, read_only=True) as ledger:
        assert ledger.counts() == {}
    assert tables(postgres) == set()


def test_postgres_beside_other_tables_but_not_in_the_place_of_them(postgres):
    order(postgres, "create table customers (name text)")
    Ledger.open(postgres).close()
    order(postgres, "drop table sheetcrm_schema")
    with pytest.raises(LedgerError, match="not a ledger of sheetcrm"):
        Ledger.open(postgres)


def test_postgres_a_newer_ledger_is_refused(postgres):
    Ledger.open(postgres).close()
    order(postgres, f"update sheetcrm_schema set version = {VERSION + 1}")
    with pytest.raises(LedgerError, match=r"newer sheetcrm .* upgrade sheetcrm"):
        Ledger.open(postgres)


def test_postgres_an_older_ledger_is_only_read_after_it_was_brought_up(postgres):
    Ledger.open(postgres).close()
    order(postgres, f"update sheetcrm_schema set version = {VERSION - 1}")
    with pytest.raises(LedgerError, match=r"older version .* run `sheetcrm remind` once to bring it up"):
        Ledger.open(postgres, read_only=True)


def test_postgres_locked_by_another_program(postgres):
    with Ledger.open(postgres, patience=0.2) as ledger:
        engine = create_engine(postgres)
        with engine.begin() as db:
            db.execute(text("lock table run"))
            with pytest.raises(LedgerError, match="another program holds it: try again"):
                ledger.start_run("S", today=date(2026, 1, 5), now=NOW)
        engine.dispose()


@pytest.mark.parametrize(("change", "said"), [
    pytest.param(lambda url: url.replace("host=", "host=/nowhere"), "is the database server running", id="nobody there"),
    pytest.param(lambda _: "postgresql://crm:s3cret@127.0.0.1:1/crm", "is the database server running", id="nobody at that port"),
    pytest.param(lambda url: url.replace("postgres@", "nobody:s3cret@"), "make the database or the user first", id="no such user"),
    pytest.param(lambda url: url.replace("@/t", "@/no"), "make the database or the user first", id="no such database"),
])  # fmt: skip
def test_postgres_that_cannot_be_used(postgres, change, said):
    with pytest.raises(LedgerError, match=said) as caught:
        Ledger.open(change(postgres), patience=1)
    assert "s3cret" not in str(caught.value)
    assert "ledger postgresql://" in str(caught.value)


def test_postgres_without_the_right_to_make_tables(postgres):
    order(postgres, "create role guest login", "revoke create on schema public from public")
    try:
        with pytest.raises(LedgerError, match=r"permission denied.*the right to make and write tables"):
            Ledger.open(postgres.replace("postgres@", "guest@"))
    finally:
        order(postgres, "drop role guest")


def test_postgres_a_wrong_password(postgres):
    """The server of the tests trusts everybody on its socket, so one role is made to need a password."""
    folder = postgres.partition("host=")[2]
    rules = Path(folder) / "data" / "pg_hba.conf"
    before = rules.read_text()
    order(postgres, "create role careful login password 'right'")
    try:
        rules.write_text(f"local all careful scram-sha-256\n{before}")
        order(postgres, "select pg_reload_conf()")
        with pytest.raises(LedgerError, match="check its user and password") as caught:
            open_often(postgres.replace("postgres@", "careful:s3cret@"))
        assert "s3cret" not in str(caught.value)
    finally:
        rules.write_text(before)
        order(postgres, "select pg_reload_conf()", "drop role careful")


@pytest.mark.parametrize(("location", "said"), [
    ("postgresql://crm:s3cret@host:no/crm", "not the URL of a database"),
    ("mysql://crm:s3cret@host/crm", "mysql cannot hold a ledger"),
])  # fmt: skip
def test_a_place_that_makes_no_sense(location, said):
    with pytest.raises(UsageError, match=said) as caught:
        Ledger.open(location)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("location", ["{path}", "sqlite:///{path}"], ids=["a path as text", "a URL"])
def test_other_ways_to_say_a_file(path, location):
    Ledger.open(location.format(path=path)).close()
    assert path.exists()


@pytest.mark.skipif(os.getuid() != 0 or not Path("/dev/shm").is_dir(), reason="needs the right to mount a small disk")
def test_a_full_disk_loses_nothing(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "none", disk], check=False, capture_output=True)
    if made.returncode:
        pytest.skip("may not mount a small disk here")
    try:
        with Ledger.open(disk / "ledger.db") as ledger:
            with pytest.raises(LedgerError, match="make room on the disk"):
                fill(ledger)
            found = ledger.mails()
            assert [mail.message_id for mail in found] == [f"<{number}@example.com>" for number in range(len(found))]
            assert found
    finally:
        subprocess.run(["umount", disk], check=True)


def open_often(url):
    """A server reads its rules in its own time."""
    for _ in range(200):
        Ledger.open(url, read_only=True).close()


def fill(ledger):
    for number in range(1000):
        who = Recipient("S", "mail", "Ann", f"a{number}@example.com")
        one = Occurrence("S", "customers", "C1", "follow_up", date(2026, 1, 5), 0, who.key, "mail")
        sealed = Sealed(f"<{number}@example.com>", "big", b"x" * 20_000)
        ledger.queue(who, [one], lambda _, sealed=sealed: sealed, today=date(2026, 1, 5), now=NOW)


def order(url, *statements):
    engine = create_engine(url)
    with engine.begin() as db:
        for statement in statements:
            db.execute(text(statement))
    engine.dispose()


def tables(url):
    engine = create_engine(url)
    found = set(inspect(engine).get_table_names())
    engine.dispose()
    return found
