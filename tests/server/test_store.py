"""What the data folder keeps, and what it refuses to touch."""

from __future__ import annotations

import json
import sqlite3
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetcrm.server.store import FILE_NAME, SCHEMA_VERSION, File, Store, StoreError

FILE = File(id="1abc", name="客户", created="2026-11-21T00:00:00.000Z", modified="2026-11-21T00:00:00.000Z")


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path)
    yield store
    store.close()


def reopened(store):
    store.close()
    return Store(store.path.parent)


def test_what_was_saved_is_there_after_reopening(store):
    store.save(FILE, {"properties": b"{}", "cells/0/0": "单元格".encode()})
    again = reopened(store)
    assert again.files() == {"1abc": FILE}
    assert again.parts("1abc") == {"properties": b"{}", "cells/0/0": "单元格".encode()}
    again.close()


def test_a_part_that_is_none_is_removed_and_the_others_stay(store):
    store.save(FILE, {"a": b"1", "b": b"2"})
    store.save(FILE, {"a": None, "c": b"3"})
    assert store.parts("1abc") == {"b": b"2", "c": b"3"}


def test_a_save_that_fails_changes_nothing(store):
    store.save(FILE, {"a": b"1"})
    with pytest.raises(StoreError):
        store.save(FILE, {"a": b"2", "b": object()})
    assert store.parts("1abc") == {"a": b"1"}


def test_deleting_takes_the_parts_along_and_leaves_other_files(store):
    other = File(id="2", name="b", created="", modified="")
    store.save(FILE, {"a": b"1"})
    store.save(other, {"a": b"2"})
    store.delete(FILE.id)
    assert store.files() == {"2": other}
    assert store.parts("1abc") == {}
    assert store.parts("2") == {"a": b"2"}


def test_the_secret_is_made_once_and_stays(store):
    secret = store.secret
    assert len(secret) == 32
    again = reopened(store)
    assert again.secret == secret
    again.close()


def test_only_the_owner_of_the_folder_may_read_the_file(store):
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600


def test_writes_are_synced_before_they_are_acknowledged(store):
    # 2 is FULL: in WAL mode every commit is fsynced.
    assert store._db.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert store._db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def damaged_text(path):
    path.write_bytes(b"this is not a database, it is a letter to a friend" * 40)


def damaged_middle(path):
    data = bytearray(path.read_bytes())
    data[4096 : 2 * 4096] = b"\xff" * 4096
    path.write_bytes(bytes(data))


def truncated(path):
    path.write_bytes(path.read_bytes()[:5000])


def foreign(path):
    path.unlink()
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE songs (name TEXT)")
    db.close()


def newer(path):
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()


def test_an_older_folder_is_read_and_told_to_older_programs_from_then_on(store):
    store.save(FILE, {"a": b"1"})
    store.close()
    with sqlite3.connect(store.path) as db:
        (body,) = db.execute("SELECT body FROM files").fetchone()
        older = {name: value for name, value in json.loads(body).items() if name != "own"}
        db.execute("UPDATE files SET body = ?", (json.dumps(older),))
        db.execute("PRAGMA user_version = 1")
    db.close()
    again = Store(store.path.parent)
    assert again.files() == {FILE.id: FILE}
    again.close()
    with sqlite3.connect(store.path) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
    db.close()


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        pytest.param(damaged_text, "not a database", id="not SQLite at all"),
        pytest.param(damaged_middle, "damaged|malformed", id="a page overwritten"),
        pytest.param(truncated, "damaged|malformed", id="cut off"),
        pytest.param(foreign, "some other program", id="another program's SQLite file"),
        pytest.param(newer, "newer version", id="written by a newer version"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_and_left_alone(store, harm, says):
    for number in range(50):
        store.save(FILE, {f"cells/0/{number}": b"x" * 1000})
    store.close()
    harm(store.path)
    before = store.path.read_bytes()
    with pytest.raises(StoreError, match=says) as raised:
        Store(store.path.parent)
    assert str(store.path) in str(raised.value)
    assert store.path.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be opened"):
        Store(tmp_path / "file")


def test_memory_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    store = Store(None)
    store.save(FILE, {"a": b"1"})
    assert store.parts("1abc") == {"a": b"1"}
    store.close()
    assert not list(tmp_path.iterdir())


names = st.sampled_from(["properties", "sheet/0", "cells/0/0", "cells/0/1", "单元格"])
saves = st.lists(st.dictionaries(names, st.none() | st.binary(max_size=20), max_size=4), max_size=8)


@given(saves)
def test_any_sequence_of_saves_leaves_what_a_dictionary_would(sequence):
    store, expected = Store(None), {}
    for parts in sequence:
        store.save(FILE, parts)
        expected.update(parts)
    assert store.parts(FILE.id) == {name: body for name, body in expected.items() if body is not None}
    store.close()


@pytest.mark.parametrize(
    ("grants", "role"),
    [
        pytest.param([], None, id="not shared"),
        pytest.param([("user", "reader", "ann@x.org")], "reader", id="shared for reading"),
        pytest.param([("user", "reader", "ANN@x.org")], "reader", id="whatever the case of the address"),
        pytest.param([("user", "reader", "ann@x.org"), ("anyone", "writer", None)], "writer", id="the stronger of two"),
        pytest.param([("user", "owner", "bob@x.org")], None, id="somebody else's"),
    ],
)
def test_role(grants, role):
    permissions = tuple(
        {"type": kind, "role": held, **({"emailAddress": who} if who else {})} for kind, held, who in grants
    )
    assert File(id="1", name="", created="", modified="", permissions=permissions).role("ann@x.org") == role


def test_the_data_file_is_named_as_documented():
    assert FILE_NAME == "sheets.db"
