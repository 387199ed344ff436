"""What did not go the first time, run after run: refused, lost on the way, or changed meanwhile."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta

import pytest
from desk_of_runs import ANN, BOB, EVE, THREE, TODAY, Desk, row, states, text

from sheetcrm.errors import MailError
from sheetcrm.remind.notifiers.base import Notifier
from sheetcrm.remind.notifiers.smtp import SmtpNotifier


@pytest.fixture
def desk(tmp_path, post):
    return Desk(tmp_path, post)


@pytest.fixture
def unreachable():
    return SmtpNotifier("127.0.0.1", 1, "none", timeout=1)


# Refused, or out of reach


def test_one_of_three_recipients_is_rejected(desk, post):
    post.at_rcpt[BOB] = "550 no such user"
    found = desk.remind(*THREE)
    assert states(found) == {ANN: "sent", BOB: "failed", EVE: "sent"}
    assert found.failed
    assert next(mail.reason for mail in found.mails if mail.address == BOB) == "550 no such user"
    again = desk.remind(*THREE)
    assert again.mails == ()
    assert [(told.state, told.reason) for told in again.told if told.place.owner == "Bob"] == [
        ("failed", "550 no such user")
    ]


def test_a_transient_refusal_is_tried_again_in_a_later_run(desk, post):
    post.at_rcpt[BOB] = "451 greylisted"
    desk.remind(*THREE)
    post.at_rcpt.clear()
    desk.later(minutes=1)
    assert states(desk.remind(*THREE)) == {BOB: "retry"}
    desk.later(minutes=5)
    assert states(desk.remind(*THREE)) == {BOB: "sent"}
    assert len(post.mails) == 3


def test_a_clock_that_went_back_does_not_make_a_mail_wait_for_ever(desk, post):
    post.at_rcpt[ANN] = "451 greylisted"
    desk.remind(row())
    post.at_rcpt.clear()
    desk.later(days=-300)
    assert states(desk.remind(row())) == {ANN: "sent"}


def test_case_1_an_outage_burns_nothing_and_replays_nothing(desk, post, unreachable):
    """Monica: ten failed sends delete the reminders; every missed day is replayed."""
    for day in range(10):
        found = desk.remind(*THREE, today=TODAY + timedelta(days=day), notifier=unreachable)
        assert "cannot be used" in found.stopped
        assert found.failed
        assert set(states(found).values()) == {"planned"}
        desk.later(days=1)
    found = desk.remind(*THREE, today=TODAY + timedelta(days=10))
    assert states(found) == {ANN: "sent", BOB: "sent", EVE: "sent"}
    assert len(post.mails) == 3
    assert "10 days overdue" in text(post.mails[0][2])


def test_once_the_server_is_back_nobody_waits(desk, unreachable):
    desk.remind(*THREE, notifier=unreachable)
    assert set(states(desk.remind(*THREE)).values()) == {"sent"}


def test_case_3_a_failed_send_keeps_the_reminder_and_a_date_typed_into_the_past_counts(desk, post):
    """EspoCRM: deleted even if SMTP failed; Odoo: dates in the past are skipped."""
    post.after_data[ANN] = "451 try again"
    desk.remind(row(days=-3))
    post.after_data.clear()
    desk.later(hours=1)
    assert states(desk.remind(row(days=-3))) == {ANN: "sent"}
    assert states(desk.remind(row(days=-3), row(2, days=-40))) == {ANN: "sent"}


def test_case_3_what_was_missed_comes_in_one_digest(desk, post):
    """cal.com: whatever was missed is deleted."""
    desk.remind(row(1, 20), row(2, 21), row(3, 22))
    found = desk.remind(row(1, 20), row(2, 21), row(3, 22), today=TODAY + timedelta(days=21))
    assert [(mail.reminders, mail.state) for mail in found.mails] == [(3, "sent")]
    assert len(post.mails) == 1


# People go on working between plan and send


@pytest.mark.parametrize(("changed", "told"), [
    pytest.param(row(stage="Won"), {}, id="done: nobody"),
    pytest.param(row(next=TODAY + timedelta(days=60)), {}, id="put off: nobody"),
    pytest.param(row(owner="Bob"), {BOB: "sent"}, id="given to Bob: Bob"),
    pytest.param(row(next=TODAY + timedelta(days=1)), {ANN: "sent"}, id="moved to tomorrow: Ann, of tomorrow"),
    pytest.param(row(name="Renamed"), {ANN: "sent"}, id="renamed: by its new name"),
])  # fmt: skip
def test_what_was_not_sent_yet_is_planned_anew(desk, post, unreachable, changed, told):
    desk.remind(row(), notifier=unreachable)
    assert states(desk.remind(changed)) == told
    assert desk.states() == told
    assert [changed["name"] in text(data) for _, _, data in post.mails] == [True] * len(told)


def test_a_removed_row_is_not_mailed(desk, post, unreachable):
    desk.remind(row(), notifier=unreachable)
    desk.remind()
    assert (post.mails, [str(mail.state) for mail in desk.mails()]) == ([], ["suppressed"])


# Nobody knows


@pytest.mark.parametrize(
    ("on_unknown", "copies"), [pytest.param("resend", 2, id="sent again"), pytest.param("hold", 1, id="held")]
)
def test_a_lost_answer(desk, post, on_unknown, copies):
    post.after_data[ANN] = "drop"
    assert states(desk.remind(row(), on_unknown=on_unknown)) == {ANN: "unknown"}
    post.after_data.clear()
    desk.later(days=1)
    found = desk.remind(row(), on_unknown=on_unknown, today=TODAY + timedelta(days=1))
    assert states(found) == {ANN: "sent" if copies == 2 else "held"}
    assert len(post.mails) == copies
    assert len({data for _, _, data in post.mails}) == 1


def test_a_mail_of_which_nobody_knows_stays_so_when_the_server_refuses_for_now(desk, post):
    post.after_data[ANN] = "drop"
    desk.remind(row())
    post.after_data.clear()
    post.at_rcpt[ANN] = "451 later"
    assert states(desk.remind(row())) == {ANN: "unknown"}
    post.at_rcpt.clear()
    assert states(desk.remind(row())) == {ANN: "sent"}


# What is wrong is on our side


def test_a_bug_in_a_notifier_loses_nothing(desk, post):
    class Broken(Notifier):
        channel = "mail"

        @contextmanager
        def open(self):
            def send(_mail):
                raise RuntimeError("bug")

            yield send

    with pytest.raises(RuntimeError, match="bug"):
        desk.remind(*THREE, notifier=Broken())
    assert sorted(desk.states().values()) == ["planned", "planned", "sending"]
    assert set(states(desk.remind(*THREE)).values()) == {"sent"}


def test_an_end_that_cannot_be_opened_is_in_the_report(desk):
    class Closed(Notifier):
        channel = "mail"

        @contextmanager
        def open(self):
            raise MailError("closed today")
            yield

    found = desk.remind(*THREE, notifier=Closed())
    assert (found.stopped, set(states(found).values())) == ("closed today", {"planned"})
