"""A whole run by a robot: the same promises as by mail."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import office
import pytest

from sheetcrm.remind.allow import AllowList
from sheetcrm.remind.ledger import Ledger
from sheetcrm.remind.message import Sender
from sheetcrm.remind.notifiers.dingtalk import DingTalkNotifier
from sheetcrm.remind.notifiers.smtp import SmtpNotifier
from sheetcrm.remind.run import Settings, run

TODAY = date(2026, 1, 5)
YES, BUSY, GONE = {"errcode": 0}, {"errcode": -1, "errmsg": "busy"}, {"errcode": 400013, "errmsg": "group dissolved"}


@pytest.fixture
def ledger(tmp_path):
    with Ledger.open(tmp_path / "ledger.db") as found:
        yield found


def go(ledger, notifier, hours=0, rows=2):
    owners = ("Ann", "Bob")
    customers = [
        {"id": f"C{at}", "name": f"Customer {at}", "stage": "Lead", "next": TODAY, "owner": owners[at % 2]}
        for at in range(rows)
    ]
    now = datetime(2026, 1, 5, 9, tzinfo=UTC) + timedelta(hours=hours)
    settings = Settings(Sender("", "crm@example.com"), AllowList.of(["example.com"]))
    reading = office.reading(customers)
    return run(reading, ledger, notifier, today=TODAY, now=lambda: now, settings=settings)


def states(report):
    return [mail.state for mail in report.mails]


def test_each_person_is_told_once_and_only_once(ledger, service):
    service.will(YES)
    robot = DingTalkNotifier(service.url, channel="sales")
    assert states(go(ledger, robot)) == ["sent", "sent"]
    assert states(go(ledger, robot)) == []
    titles = [body.decode() for _, _, body in service.asked]
    assert ["Hello Ann" in titles[0], "Hello Bob" in titles[1]] == [True, True]


def test_another_channel_is_told_for_itself(ledger, service, post):
    service.will(YES)
    assert states(go(ledger, DingTalkNotifier(service.url, channel="sales"))) == ["sent", "sent"]
    assert states(go(ledger, SmtpNotifier("127.0.0.1", post.port, "none"))) == ["sent", "sent"]
    assert len(post.mails) == len(service.asked) == 2


def test_a_robot_that_is_busy_is_asked_again(ledger, service):
    service.will(BUSY)
    robot = DingTalkNotifier(service.url, channel="sales")
    assert states(go(ledger, robot)) == ["retry", "retry"]
    service.will(YES)
    assert states(go(ledger, robot, hours=12)) == ["sent", "sent"]


def test_a_robot_that_is_gone_burns_nothing(ledger, service):
    service.will(GONE)
    robot = DingTalkNotifier(service.url, channel="sales")
    report = go(ledger, robot)
    assert "takes nothing from us" in report.stopped
    assert len(service.asked) == 1
    service.will(YES)
    assert states(go(ledger, robot)) == ["sent", "sent"]
