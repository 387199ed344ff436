"""What goes wrong between the sheet and the mail, from end to end: a spreadsheet behind the API, and a real mail server."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from email import message_from_bytes
from itertools import count

import pytest

from sheetcrm.errors import ApiError, LedgerError, TemplateError
from sheetcrm.remind.ledger import Ledger
from sheetcrm.remind.round import Desk, Done, visits
from sheetcrm.schema import loader
from sheetcrm.server.faults import Fault
from sheetcrm.sheets.gateway import Gateway


def told(post):
    return sorted(recipient for _, recipient, _ in post.mails)


ALL = ["one@example.com", "three@example.com", "two@example.com"]


@pytest.fixture
def refused(office, post):
    """Everything is planned, and nothing was taken."""
    office.follow_ups(office.people)
    post.at_mail = "451 come back later"
    assert office.remind(post.port).failed
    post.at_mail = "250 OK"
    return office


def later(office, post, **span):
    """The next run, so much later."""
    moment = office.now + timedelta(**span)
    return office.remind(post.port, now=moment, today=office.today + timedelta(days=span.get("days", 0)))


# Rules


def test_a_rule_that_names_a_column_that_there_is_not(tmp_path):
    text = loader.find("pipeline").read_text(encoding="utf-8")
    path = tmp_path / "pipeline.yaml"
    path.write_text(text.replace("date: next\n", "date: nxet\n"), encoding="utf-8")
    with pytest.raises(TemplateError, match="nxet"):
        loader.load(path)


# Rows, between plan and send


def test_a_row_that_was_deleted_before_its_mail_went_is_told_to_nobody(refused, post):
    refused.tab.delete_rows(refused.tab.find("C1").row)
    later(refused, post, days=1)
    assert told(post) == ["three@example.com", "two@example.com"]


def test_rows_that_were_moved_before_their_mails_went_are_told_once(refused, post):
    refused.tab.sort((1, "des"), range="A6:S1000")
    later(refused, post, days=1)
    later(refused, post, days=1, hours=1)
    assert told(post) == ALL


def test_a_row_that_got_another_id_before_its_mail_went_is_told_once(refused, post):
    refused.put("客户编号", refused.tab.find("C1").row, "C9", raw=True)
    later(refused, post, days=1)
    later(refused, post, days=1, hours=1)
    assert told(post) == ALL


def test_two_rows_with_one_id_are_told_to_nobody_and_both_are_said(refused, post):
    refused.put("客户编号", refused.tab.find("C2").row, "C1", raw=True)
    report = later(refused, post, days=1)
    assert told(post) == ["three@example.com"]
    assert len(report.unsent) == 2


# The ledger


def test_a_locked_ledger_sends_nothing_and_the_next_run_sends_everything(office, post):
    office.follow_ups(office.people)
    path = office.folder / "ledger.db"
    with Ledger.open(path):
        pass
    holder = sqlite3.connect(path)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(LedgerError, match="locked"), Ledger.open(path, patience=0.1):
        pass
    holder.close()
    assert post.mails == []
    office.remind(post.port)
    assert told(post) == ALL


@pytest.mark.parametrize("damage", [
    pytest.param(lambda path: path.write_bytes(b"this is not a ledger" * 500), id="something else"),
    pytest.param(lambda path: path.write_bytes(path.read_bytes()[:5_000]), id="cut off"),
])  # fmt: skip
def test_a_damaged_ledger_sends_nothing(refused, post, damage):
    path = refused.folder / "ledger.db"
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA journal_mode = DELETE")
    db.close()
    damage(path)
    with pytest.raises(LedgerError, match="ledger"):
        later(refused, post, days=1)
    assert post.mails == []


# The clock


@pytest.mark.parametrize(("hours", "days"), [
    pytest.param(-2, 0, id="back two hours"),
    pytest.param(0, 366, id="forward a year"),
])  # fmt: skip
def test_a_clock_that_jumps_and_comes_back_repeats_nothing(office, post, hours, days):
    office.follow_ups(office.people)
    office.remind(post.port)
    later(office, post, hours=hours, days=days)
    there = told(post)
    later(office, post, minutes=5)
    assert told(post) == there
    assert there == ALL or (days and set(there) == set(ALL)), (
        "a year later nothing else is told of than what is new then"
    )
    assert len({message_from_bytes(data)["Message-ID"] for _, _, data in post.mails}) == len(there)


def test_a_clock_that_went_back_while_mails_wait_holds_none_of_them_for_ever(refused, post):
    later(refused, post, hours=-2)
    later(refused, post, hours=9)
    assert told(post) == ALL


# The spreadsheet


READ = "sheets.spreadsheets.*"
SAID = [
    pytest.param({"status": 429}, id="over quota"),
    pytest.param({"status": 503}, id="unavailable"),
    pytest.param({"drop": "before"}, id="no answer"),
    pytest.param({"truncate": 20}, id="half an answer"),
]


@pytest.fixture
def impatient(office):
    """Its gateway waits for nobody."""
    office.gateway = Gateway(office.running.session, office.gateway.spreadsheet_id, sleep=lambda _seconds: None)
    office.follow_ups(office.people)
    return office


@pytest.mark.parametrize("fault", SAID)
def test_an_api_that_is_gone_in_the_middle_of_a_scan_burns_nothing_and_one_that_stumbles_costs_nothing(
    impatient, post, fault
):
    impatient.running.faults.add(Fault(READ, **fault, times=1_000))
    with pytest.raises(ApiError):
        impatient.remind(post.port)
    assert post.mails == []
    impatient.running.faults.clear()
    impatient.running.faults.add(Fault(READ, **fault))
    impatient.remind(post.port)
    assert told(post) == ALL


def test_half_of_the_spreadsheets_cannot_be_read_and_the_others_are_looked_after(impatient, post):
    """The same spreadsheet under six names: what is odd cannot be reached in the first round."""
    names = [f"S{at}" for at in range(6)]

    def desk(name):
        def remind(_halted):
            if name in gone:
                impatient.running.faults.add(Fault(READ, status=503, times=1_000))
            try:
                return Done((impatient.remind(post.port),))
            finally:
                impatient.running.faults.clear()

        return Desk(name, name, remind)

    moments = count()

    def clock():
        return impatient.now + timedelta(minutes=next(moments))

    for gone in (names[1::2], []):
        with Ledger.open(impatient.folder / "turns.db") as ledger:
            found = list(visits([desk(name) for name in names], ledger.turns, since=clock(), now=clock))
        assert [visit.name for visit in found if visit.error] == gone
        assert told(post) == ALL
