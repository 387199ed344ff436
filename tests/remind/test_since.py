"""What changed since a person's last mail, found out from the rows and the ledger, and how the mail says it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import desk_of_rules
import pytest
from desk_of_rules import TODAY, row

from sheetcrm.remind.allow import AllowList
from sheetcrm.remind.digest import digest
from sheetcrm.remind.gather import gather
from sheetcrm.remind.ledger import Fate, State
from sheetcrm.remind.since import FIRST, Before, since

RULE = {
    "type": "date",
    "date": "next",
    "show": ["name"],
    "unless": {"stage": "won"},
    "overdue": {"every": 1, "times": 9},
}
THEN = TODAY - timedelta(2)


def due(reading, day):
    agenda = gather(reading, today=day, channel="mail", allow=AllowList.of(["example.com"]))
    return next(iter(agenda.mails.values()), {})


def found(was, now, *, rule=RULE, told=State.SENT):
    """What changed between the rows of the last mail, two days ago, and those of today."""
    before, after = (desk_of_rules.reading({"rule": rule}, rows) for rows in (was, now))
    named, today = due(before, THEN), due(after, TODAY)
    matters = {one.matter for one in named}
    fates = {
        one: Fate(told, "", datetime.combine(THEN, datetime.min.time(), UTC)) for one in today if one.matter in matters
    }
    return since(Before(THEN, tuple(named), fates), today, after, today=TODAY), after, today


def test_the_first_mail_has_nothing_before_it():
    assert since(Before(), {}, desk_of_rules.reading({"rule": RULE}, []), today=TODAY) == FIRST


@pytest.mark.parametrize(("cells", "to"), [
    pytest.param({"stage": "Won"}, None, id="in a state that ends it"),
    pytest.param({"next": ""}, None, id="the date was taken out"),
    pytest.param({"next": TODAY + timedelta(5)}, TODAY + timedelta(5), id="put off"),
])  # fmt: skip
def test_what_the_last_mail_named_is_settled_or_put_off(cells, to):
    rows = [row(1, next=THEN)]
    changes, _, _ = found(rows, [{**rows[0], **cells}])
    assert [(one.row.id, one.to) for one in changes.passed] == [("C001", to)]
    assert (changes.gone, changes.open) == (0, ())


def test_a_contact_puts_off_what_comes_again():
    rule = {"type": "cadence", "last": "last", "every": 30, "show": ["name"]}
    rows = [row(1, last=THEN - timedelta(30))]
    changes, _, _ = found(rows, [{**rows[0], "last": TODAY}], rule=rule)
    assert [one.to for one in changes.passed] == [TODAY + timedelta(30)]


def test_blanks_that_were_filled_in_are_settled():
    rule = {"type": "missing", "columns": ["phone"], "since": "since", "show": ["name"]}
    rows = [row(1, since=THEN - timedelta(1)), row(2, since=THEN - timedelta(1))]
    changes, _, _ = found(rows, [{**rows[0], "phone": "1"}, rows[1]], rule=rule)
    assert [one.row.id for one in changes.passed] == ["C001"]


@pytest.mark.parametrize("cells", [
    pytest.param({"next": "soon"}, id="a date that cannot be read"),
    pytest.param({"id": ""}, id="no id any more"),
])  # fmt: skip
def test_nothing_is_settled_by_what_is_wrong(cells):
    rows = [row(1, next=THEN), row(2, next=THEN)]
    changes, _, _ = found(rows, [{**rows[0], **cells}, rows[1]])
    assert changes.passed == ()
    assert changes.gone == ("id" in cells)


def test_rows_that_share_an_id_are_not_called_gone():
    changes, _, _ = found([row(1, next=THEN)], [row(1, next=THEN), row(1, next=THEN)])
    assert (changes.passed, changes.gone) == ((), 0)


def test_a_row_that_is_gone_is_counted():
    changes, _, _ = found([row(1, next=THEN), row(2, next=THEN)], [row(2, next=THEN)])
    assert (changes.passed, changes.gone) == ((), 1)


def test_what_is_due_again_on_another_date_is_news_and_not_a_change():
    rows = [row(1, next=THEN)]
    changes, _, today = found(rows, [{**rows[0], "next": TODAY}])
    assert changes.passed == ()
    assert len(today) == 1


@pytest.mark.parametrize(("state", "count"), [
    pytest.param(State.SENT, 1, id="sent"),
    pytest.param(State.UNKNOWN, 1, id="perhaps sent"),
    pytest.param(State.FAILED, 0, id="never taken"),
    pytest.param(State.SUPPRESSED, 0, id="dropped"),
])  # fmt: skip
def test_open_is_what_was_told_and_is_still_due(state, count):
    changes, _, _ = found([row(1, next=THEN)], [row(1, next=THEN)], told=state)
    assert len(changes.open) == count


def test_the_mail_says_all_of_it():
    was = [row(number, next=THEN) for number in range(1, 16)]
    now = [{**was[0], "stage": "Won"}, {**was[1], "next": TODAY + timedelta(9)}, *was[3:], row(99, next=TODAY)]
    changes, reading, today = found(was, now)
    news = [reminder for one, reminder in today.items() if one.row_id == "C099"]
    text = digest(news, reading, today=TODAY, since=changes).text
    assert "Since the mail of 2026-03-02\n" in text
    assert "* Customer 1 (settled)\n" in text
    assert "* Customer 2 (now 2026-03-13)\n" in text
    assert "* 1 row (no longer in the spreadsheet)\n" in text
    assert text.count("(2 days overdue, told on 2026-03-02)") == 10
    assert "and 2 more in the spreadsheet\n" in text


def test_what_expired_stands_below():
    reading = desk_of_rules.reading(
        {"rule": {**RULE, "overdue": None}}, [row(1, next=TODAY - timedelta(40)), row(2, next=TODAY)]
    )
    agenda = gather(reading, today=TODAY, channel="mail", allow=AllowList.of(["example.com"]))
    ((late,),) = (one.values() for one in agenda.expired.values())
    changes = since(Before(), due(reading, TODAY), reading, today=TODAY, expired=[late])
    text = digest(list(due(reading, TODAY).values()), reading, today=TODAY, since=changes).text
    assert "no reminder comes any more (1)\n" in text
    assert "* Customer 1 (40 days overdue)\n" in text
