"""What a run does when the mail server, the clock or somebody else is in its way; against a real mail server."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes

import office
import pytest

from sheetcrm.errors import MailError, UsageError
from sheetcrm.remind import run as running
from sheetcrm.remind.allow import AllowList
from sheetcrm.remind.delivery import BATCH
from sheetcrm.remind.gather import gather
from sheetcrm.remind.ledger import Ledger, State
from sheetcrm.remind.message import Sender
from sheetcrm.remind.notifiers.base import Notifier, Outcome, Verdict
from sheetcrm.remind.notifiers.smtp import SmtpNotifier
from sheetcrm.remind.resend import resend
from sheetcrm.remind.run import Hooks, Settings, run

TODAY = date(2026, 1, 5)
NAMES = [f"P{number:02}" for number in range(BATCH + 2)]
TEAM = [{"name": name, "email": f"{name.lower()}@example.com", "active": True} for name in NAMES]
ROWS = [
    {"id": f"C{at}", "name": f"Customer {at}", "stage": "Lead", "next": TODAY, "owner": name}
    for at, name in enumerate(NAMES)
]


class Desk:
    """Somebody who runs the job over rows of as many people, twelve unless said otherwise."""

    def __init__(self, ledger, post):
        self.ledger, self.post, self.now = ledger, post, datetime(2026, 1, 5, 8, tzinfo=UTC)
        self.failed = []

    def remind(self, people=12, *, notifier=None, dry_run=False, dice=lambda: 0.0, halted=lambda: "", **options):
        settings = Settings(Sender.parse("crm@example.com"), AllowList.of(["example.com"]), **options)
        hooks = Hooks(dice, lambda mail, reason: self.failed.append((mail.recipient.name, reason)), halted)
        return run(
            office.reading(ROWS[:people], TEAM),
            self.ledger,
            notifier or SmtpNotifier("127.0.0.1", self.post.port, "none"),
            today=TODAY,
            now=lambda: self.now,
            settings=settings,
            dry_run=dry_run,
            hooks=hooks,
        )

    def states(self):
        return {mail.recipient.name: str(mail.state) for mail in self.ledger.mails()}


@pytest.fixture
def desk(tmp_path, post):
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        yield Desk(ledger, post)


class Answering(Notifier):
    """Answers as `answer(the number of the mail)` says, and does `between` before each."""

    channel = "mail"

    def __init__(self, answer, between=lambda: None):
        self.answer, self.between, self.mails = answer, between, []

    @contextmanager
    def open(self):
        def send(mail):
            self.between()
            self.mails.append(mail)
            return self.answer(len(self.mails) - 1)

        yield send


SENT, REFUSED = Outcome(Verdict.SENT), Outcome(Verdict.FAILED, "554 relaying denied")


def test_the_wait_that_the_other_end_names_is_kept(desk):
    busy = Outcome(Verdict.RETRY, "429 slow down", timedelta(minutes=90))
    desk.remind(1, notifier=Answering(lambda _: busy))
    (mail,) = desk.ledger.mails()
    assert mail.next_try - desk.now == timedelta(minutes=90)


def test_who_waits_for_the_pace_has_begun_nothing(desk):
    seen = []

    class Paced(Answering):
        def wait(self, halted):
            seen.append([str(mail.state) for mail in desk.ledger.mails()])
            return halted()

    desk.remind(2, notifier=Paced(lambda _: SENT))
    assert seen == [["planned", "planned"], ["sent", "planned"]]


# The server's fault


def test_a_server_that_refuses_everybody_burns_nothing(desk):
    found = desk.remind(notifier=Answering(lambda _: REFUSED), circuit=5)
    assert "5 mails in a row were not taken, the last with: 554 relaying denied" in found.stopped
    assert list(desk.states().values()) == ["retry"] * 5 + ["planned"] * 7
    assert desk.failed == []
    desk.now += timedelta(minutes=6)
    assert desk.remind(circuit=5).failed is False
    assert set(desk.states().values()) == {"sent"}


@pytest.mark.parametrize("verdict", [Verdict.RETRY, Verdict.UNKNOWN])
def test_a_server_that_is_of_no_use_stops_the_run(desk, verdict):
    notifier = Answering(lambda _: Outcome(verdict, "451 not now"))
    found = desk.remind(notifier=notifier, circuit=5)
    assert (len(notifier.mails), found.failed) == (5, True)
    assert list(desk.states().values()) == [str(verdict)] * 5 + ["planned"] * 7


def test_a_few_that_are_refused_among_others_that_are_taken_have_failed(desk):
    desk.remind(notifier=Answering(lambda at: SENT if at % 4 == 3 else REFUSED), circuit=5)
    assert list(desk.states().values()) == (["failed"] * 3 + ["sent"]) * 3
    assert desk.failed == [(name, "554 relaying denied") for at, name in enumerate(NAMES[:12]) if at % 4 != 3]


def test_too_few_to_tell_have_failed(desk):
    desk.remind(2, notifier=Answering(lambda _: REFUSED), circuit=5)
    assert desk.states() == {"P00": "failed", "P01": "failed"}
    assert len(desk.failed) == 2


def test_refused_together_again_and_again_is_believed_in_the_end(desk):
    for _ in range(5):
        desk.remind(5, notifier=Answering(lambda _: REFUSED), circuit=5)
        desk.now += timedelta(hours=8)
    assert set(desk.states().values()) == {"failed"}
    assert len(desk.failed) == 5


def test_mails_that_were_refused_together_do_not_come_back_together(desk):
    dice = iter([0.0, 0.5, 1.0])
    desk.remind(3, notifier=Answering(lambda _: Outcome(Verdict.RETRY, "451")), dice=lambda: next(dice))
    waits = [mail.next_try - desk.now for mail in desk.ledger.mails()]
    assert waits == [timedelta(minutes=5), timedelta(minutes=5, seconds=37.5), timedelta(minutes=6, seconds=15)]


# Rows that were read too long ago


def test_what_was_read_too_long_ago_is_planned_anew_and_not_sent(desk):
    def slowly():
        desk.now += timedelta(minutes=6)

    notifier = Answering(lambda _: SENT, slowly)
    first = desk.remind(notifier=notifier)
    assert first.is_stale
    assert first.failed
    assert len(notifier.mails) == 3
    assert {mail.state for mail in first.mails} == {"sent", "planned"}
    second = desk.remind()
    assert (second.is_stale, len(second.mails)) == (False, 9)
    assert set(desk.states().values()) == {"sent"}


def test_a_clock_that_went_back_makes_a_reading_too_old(desk):
    def back():
        desk.now -= timedelta(hours=2)

    found = desk.remind(3, notifier=Answering(lambda _: SENT, back))
    assert [mail.state for mail in found.mails].count("sent") == 1
    assert found.is_stale


def test_a_mail_of_which_nobody_knows_does_not_change_however_old_it_is(desk, post):
    post.after_data["p00@example.com"] = "drop"
    desk.remind(1)
    post.after_data.clear()
    desk.now += timedelta(days=3)
    found = desk.remind(1)
    assert [mail.state for mail in found.mails] == ["sent"]
    assert (len(post.mails), len({data for _, _, data in post.mails}), desk.ledger.perhaps_twice()) == (2, 1, 1)


# Others, and being asked to stop


def test_asked_to_stop_the_mail_in_hand_is_finished(desk, post):
    asked = iter(["", "", "asked to stop"])
    found = desk.remind(5, halted=lambda: next(asked))
    assert (len(post.mails), found.stopped) == (2, "asked to stop")
    assert sorted(desk.states().values()) == ["planned"] * 3 + ["sent"] * 2
    assert {mail.worker for mail in desk.ledger.mails()} == {None}


def test_what_another_process_has_in_hand_is_left_to_it_and_said(desk, post, tmp_path):
    count, name = len(NAMES), NAMES[-1]  # not one of those that are claimed first
    with Ledger.open(tmp_path / "ledger.db") as other:

        def busy():
            """Between our planning and our sending, the other one began the second mail."""
            (mail,) = other.claim(
                [mail for mail in other.outbox(office.ID, "mail") if mail.recipient.name == name],
                limit=1,
                now=desk.now,
            )
            assert other.begin(mail, now=desk.now)

        notifier = Answering(lambda _: SENT)
        notifier.between = lambda: busy() if not notifier.mails else None
        found = desk.remind(count, notifier=notifier)
        assert {mail.name: mail.state for mail in found.mails}[name] == "sending"
        assert [mail.state for mail in found.mails].count("sent") == count - 1


def test_a_dry_run_says_exactly_what_would_wait(desk, post):
    post.at_rcpt["p00@example.com"] = "451 later"
    desk.remind(1)
    for dry_run in (True, False):
        found = desk.remind(2, dry_run=dry_run)
        assert {mail.name: mail.state for mail in found.mails} == {
            "P00": "retry",
            "P01": "planned" if dry_run else "sent",
        }


# Too late


@pytest.fixture
def late(monkeypatch):
    """As if the rule gave up on the first two rows."""

    def gathered(*arguments, **options):
        agenda = gather(*arguments, **options)
        for recipient in [one for one in agenda.mails if one.name in ("P00", "P01")]:
            agenda.expired[recipient] = agenda.mails.pop(recipient)
        return agenda

    monkeypatch.setattr(running, "gather", gathered)


def test_what_is_too_late_is_noted_once_and_said(desk, post, late):
    for dry_run in (True, False):
        found = desk.remind(3, dry_run=dry_run)
        assert [one.place.id for one in found.expired] == ["C0", "C1"]
        assert found.worth_seeing
    assert [recipient for _, recipient, _ in post.mails] == ["p02@example.com"]
    assert desk.ledger.counts() == {State.SENT: 1, State.EXPIRED: 2}
    assert desk.remind(3).expired == ()


def test_what_waited_until_it_was_too_late_is_dropped_and_noted(desk, post, request):
    post.at_rcpt["p00@example.com"] = "451 later"
    desk.remind(1)
    request.getfixturevalue("late")
    assert [one.place.id for one in desk.remind(1).expired] == ["C0"]
    assert desk.states() == {"P00": "suppressed"}


# On demand


def test_sent_once_more_because_somebody_asked(desk, post):
    desk.remind(1)
    (mail,) = desk.ledger.mails()
    again = resend(desk.ledger, mail.id, now=desk.now)
    assert [found.state for found in desk.remind(1, dry_run=True).mails] == ["planned"]
    assert [found.state for found in desk.remind(1).mails] == ["sent"]
    (_, _, first), (_, _, second) = post.mails
    ids = [message_from_bytes(data)["Message-ID"] for data in (first, second)]
    assert ids == [mail.message_id, again.message_id]
    assert first.replace(ids[0].encode(), b"") == second.replace(ids[1].encode(), b"")
    assert resend(desk.ledger, mail.id, now=desk.now).message_id not in ids


def test_what_cannot_be_sent_once_more(desk, post):
    desk.remind(1)
    with pytest.raises(UsageError, match="no mail 99"):
        resend(desk.ledger, 99, now=desk.now)
    desk.ledger.prune(office.ID, before=desk.now + timedelta(days=1))
    with pytest.raises(UsageError, match="mail 1 of 2026-01-05 is not kept any more"):
        resend(desk.ledger, 1, now=desk.now)
    post.at_rcpt["p01@example.com"] = "451 later"
    desk.remind(2)
    with pytest.raises(UsageError, match=r"mail 2 .* is retry: it goes out by itself"):
        resend(desk.ledger, 2, now=desk.now)


def test_an_end_that_breaks_down_in_the_middle(desk):
    def answer(at):
        if at == 2:
            raise MailError("gone")
        return SENT

    found = desk.remind(5, notifier=Answering(answer))
    assert (found.stopped, sorted(mail.state for mail in found.mails)) == ("gone", ["planned"] * 3 + ["sent"] * 2)
    assert [mail.attempts for mail in desk.ledger.mails()] == [1, 1, 0, 0, 0]


def test_what_an_exception_left_is_seen_to_by_the_next_run_of_the_same_process(desk, post):
    def answer(at):
        if at == 1:
            raise RuntimeError("bug")
        return SENT

    with pytest.raises(RuntimeError, match="bug"):
        desk.remind(5, notifier=Answering(answer))
    assert sorted(desk.states().values()) == ["planned"] * 3 + ["sending", "sent"]
    assert [mail.state for mail in desk.remind(5).mails] == ["sent"] * 4
    assert set(desk.states().values()) == {"sent"}
