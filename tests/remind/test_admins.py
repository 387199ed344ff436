"""What failed for good, and who is told of that."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from desk_of_guards import ROWS, TESTER, TODAY, Desk, Taking

from sheetcrm.remind.admins import tell_admins
from sheetcrm.remind.allow import AllowList
from sheetcrm.remind.guard import Guards
from sheetcrm.remind.message import Sender
from sheetcrm.remind.notifiers.base import Outcome, Verdict
from sheetcrm.remind.run import Settings


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def told_admins(desk, *, days=0, allow=("example.com",), redirect="", halted=lambda: ""):
    wanted = Settings(
        Sender.parse("crm@example.com"), AllowList.of(allow), guards=Guards(redirect), admins=("it@example.com",)
    )
    with desk.ledger() as ledger:
        return tell_admins(
            ledger,
            desk.post,
            settings=wanted,
            today=TODAY + timedelta(days),
            now=lambda: desk.now + timedelta(days),
            halted=halted,
        )


def fail(desk, *rows):
    desk.remind(rows, notifier=Taking(lambda: Outcome(Verdict.FAILED, "550 no such mailbox")))


def test_admins_hear_of_every_failure_once_and_of_all_in_one_mail_a_day(desk):
    fail(desk, *ROWS[:2])
    (report,) = told_admins(desk)
    assert (report.state, report.reminders) == ("sent", 2)
    mail = message_from_bytes(desk.post.mails[0].data, policy=default)
    text = mail.get_body(("plain",)).get_content()
    assert "P0 <P0@example.com>" in text
    assert "550 no such mailbox" in text
    fail(desk, ROWS[2])
    assert told_admins(desk) == ()
    (second,) = told_admins(desk, days=1)
    assert (second.reminders, told_admins(desk, days=2)) == (1, ())


def test_admins_do_not_keep_anybody_who_wants_to_stop_and_hear_of_it_later(desk):
    fail(desk, ROWS[0])
    (report,) = told_admins(desk, halted=lambda: "asked to by SIGTERM")
    assert (report.state, report.reason, desk.post.mails) == ("planned", "asked to by SIGTERM", [])
    assert [one.state for one in told_admins(desk)] == ["sent"]


def test_nothing_failed_and_admins_hear_nothing(desk):
    desk.remind()
    assert told_admins(desk) == ()


def test_an_admin_who_is_not_allowed_gets_nothing_and_one_that_is_redirected_neither(desk):
    fail(desk, ROWS[0])
    assert told_admins(desk, allow=["other.org"]) == ()
    told_admins(desk, redirect=TESTER)
    assert [mail.recipient for mail in desk.post.mails] == [TESTER]
    told_admins(desk)
    assert [mail.recipient for mail in desk.post.mails] == [TESTER, "it@example.com"]


def test_a_mail_to_an_admin_that_failed_is_no_news_to_them(desk):
    fail(desk, ROWS[0])
    desk.post.answer = lambda: Outcome(Verdict.FAILED, "550 nobody")
    told_admins(desk)
    assert told_admins(desk, days=1) == ()
