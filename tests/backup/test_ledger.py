"""The ledger is copied at one moment, and comes back where there is none."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from sheetcrm.backup.archive import Archive
from sheetcrm.backup.ledger import back_up_ledger, put_ledger_back
from sheetcrm.backup.making import Kept
from sheetcrm.errors import UsageError
from sheetcrm.remind.ledger import Ledger, Snooze
from sheetcrm.remind.ledger.tables import METADATA

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    return request.getfixturevalue("postgres") if request.param == "postgresql" else tmp_path / "ledger.db"


def test_nothing_to_copy_where_there_is_no_ledger(place, tmp_path):
    assert back_up_ledger(place, Kept(tmp_path / "backup"), now=NOW) is None
    assert not list((tmp_path / "backup").iterdir())


def test_it_comes_back_whole_and_only_where_there_is_none(place, tmp_path):
    with Ledger.open(place) as ledger:
        snoozed(ledger, "C001")
        before = ledger.snoozes.of("sheet-1")
        made = back_up_ledger(place, Kept(tmp_path / "backup"), now=NOW)
    again = back_up_ledger(place, Kept(tmp_path / "backup"), now=NOW + timedelta(hours=1))
    assert (again.path, again.new) == (made.path, False)
    with Archive(made.path) as archive:
        assert list(archive.troubles()) == []
        with pytest.raises(UsageError, match="there is a ledger at"):
            put_ledger_back(place, archive)
        wiped(place)
        put_ledger_back(place, archive)
    with Ledger.open(place) as ledger:
        assert ledger.snoozes.of("sheet-1") == before
        assert snoozed(ledger, "C002") not in before, "a new one gets a number of its own"


def test_a_backup_of_a_spreadsheet_is_none_of_a_ledger(tiny, tmp_path):
    with Archive(tiny.backup().path) as archive, pytest.raises(UsageError, match="no backup of a ledger"):
        put_ledger_back(tmp_path / "ledger.db", archive)


def snoozed(ledger, row):
    return ledger.snoozes.add(Snooze("sheet-1", date(2026, 12, 1), "customers", row, "ann@x.example", "ann"), now=NOW)


def wiped(place):
    if isinstance(place, Path):
        for file in place.parent.glob(f"{place.name}*"):
            file.unlink()
    else:
        engine = create_engine(place.replace("postgresql://", "postgresql+psycopg://"))
        METADATA.drop_all(engine)
        engine.dispose()
