"""Several ways to send are one run in the ledger: whole when the last of them came to its end."""

from __future__ import annotations

from contextlib import nullcontext, suppress
from datetime import UTC, date, datetime

import pytest

from sheetcrm.errors import LedgerError, Refused
from sheetcrm.remind.ledger import Ledger
from sheetcrm.remind.record import Record
from sheetcrm.remind.report import MailReport, RunReport

TODAY, NOW = date(2026, 1, 5), datetime(2026, 1, 5, 9, tzinfo=UTC)


@pytest.fixture
def ledger(tmp_path):
    with Ledger.open(tmp_path / "ledger.db") as opened:
        yield opened


def report(*states, stopped=""):
    mails = tuple(MailReport("Ann", "ann@example.com", "due", 1, state) for state in states)
    return RunReport("S", TODAY, False, mails, stopped=stopped)


def recorded(ledger, *reports, error=None, problems=()):
    """The last run in the ledger after these, and after that error."""
    with suppress(type(error)) if error else nullcontext(), Record(ledger, "S", lambda: NOW, list(problems)) as record:
        for one in reports:
            record.begin(TODAY)
            record.add(one)
        if error:
            raise error
    return ledger.last_run("S")


def test_all_ways_are_counted_together(ledger):
    last = recorded(ledger, report("sent", "sent"), report("sent", "failed"))
    assert (last.counts, last.stopped, last.finished) == ({"sent": 3, "failed": 1}, "", NOW)


def test_whatever_stopped_one_of_them_is_said(ledger):
    last = recorded(ledger, report("sent", stopped="no route"), report(), problems=["chat: no secret"])
    assert (last.counts, last.stopped) == ({"sent": 1}, "no route; chat: no secret")


def test_one_that_was_refused_ends_it_with_the_reason(ledger):
    last = recorded(ledger, report("sent"), error=Refused("too many at first"))
    assert (last.counts, last.stopped, last.finished) == ({"sent": 1}, "too many at first", NOW)


@pytest.mark.parametrize("error", [LedgerError("gone"), RuntimeError("bug")], ids=["no ledger", "a mistake of ours"])
def test_what_nobody_can_say_the_end_of_has_none(ledger, error):
    last = recorded(ledger, report("sent"), error=error)
    assert (last.counts, last.finished) == ({}, None)


def test_nothing_began_and_nothing_is_noted(ledger):
    assert recorded(ledger) is None
    assert recorded(ledger, error=Refused("too many at first")) is None
