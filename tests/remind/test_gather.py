"""Who is to be told what, before any ledger is asked."""

from __future__ import annotations

from datetime import date

import office

from sheetcrm.remind.allow import AllowList
from sheetcrm.remind.gather import gather

TODAY = date(2026, 1, 5)


def agenda(*rows, team=office.TEAM, **options):
    reading = office.reading(rows, team, **options)
    return gather(reading, today=TODAY, channel="mail", allow=AllowList.of(["example.com"]))


def row(number=1, owner="Ann", **cells):
    return {"id": f"C{number:03}", "name": "Acme", "stage": "Lead", "next": TODAY, "owner": owner} | cells


def test_one_recipient_an_address_and_all_rules_together():
    found = agenda(row(1), row(2, owner="Bob", paper=TODAY), row(3, paper=TODAY))
    told = {recipient.address: [(one.rule, one.row_id) for one in mails] for recipient, mails in found.mails.items()}
    assert told == {
        "ann@example.com": [("follow_up", "C001"), ("follow_up", "C003"), ("paper", "C003")],
        "bob@example.com": [("follow_up", "C002"), ("paper", "C002")],
    }


def test_two_names_that_share_a_mailbox_are_one_recipient():
    team = [
        {"name": "Ann", "email": "sales@example.com", "active": True},
        {"name": "Bob", "email": "Sales@Example.com", "active": True},
    ]
    (mails,) = agenda(row(1), row(2, owner="Bob"), team=team).mails.values()
    assert [one.row_id for one in mails] == ["C001", "C002"]


def test_what_nobody_can_be_told_is_said_in_the_language_of_the_sheet():
    (unsent,) = agenda(row(owner="Zed"), language="en").unsent
    assert (unsent.code, unsent.message) == ("owner_unknown", "Zed is not in Team")
    (place, owner) = (agenda(row(owner="赵六"), language="zh").unsent[0].place, "赵六")
    assert (place.a1, place.owner) == ("客户!D2", owner)


def test_an_address_that_is_not_allowed_is_named():
    team = [{"name": "Ann", "email": "ann@elsewhere.org", "active": True}]
    found = agenda(row(), team=team)
    assert found.mails == {}
    assert found.unsent[0].message == "ann@elsewhere.org is not on the allow-list of the configuration"


def test_a_sheet_that_was_not_read_asks_for_nothing():
    reading = office.reading([row()])
    empty = type(reading)(reading.layout, reading.language, reading.template, {})
    assert gather(empty, today=TODAY, channel="mail", allow=AllowList()).mails == {}
