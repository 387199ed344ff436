"""Who has what in hand: claims, leases, deaths, turns; and occurrences that never get a mail.  On both databases."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from sheetcrm.remind.ledger import Ledger, Limit, Occurrence, Recipient, Sealed, Snooze, State, delivering

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
TODAY = date(2026, 1, 5)
ANN, BOB = (Recipient("S", "mail", name, f"{name.lower()}@example.com") for name in ("Ann", "Bob"))
LONG = NOW + timedelta(hours=1)

DIES = """
import os, signal, sys
from datetime import UTC, datetime
from sheetcrm.remind.ledger import Ledger
ledger = Ledger.open(sys.argv[1])
now = datetime(2026, 1, 5, 9, tzinfo=UTC)
mails = ledger.claim(ledger.outbox("S", "mail"), limit=9, now=now)
for mail in mails[: int(sys.argv[2])]:
    assert ledger.begin(mail, now=now)
ledger.turns.take("S", since=now, now=now)
print(len(mails), flush=True)
sys.stdin.readline()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def one(place):
    with Ledger.open(place, patience=5) as found:
        yield found


@pytest.fixture
def other(one, place):
    with Ledger.open(place, patience=5) as found:
        yield found


@pytest.fixture
def dying(place):
    """A process that claims everything, begins some, and is killed when it is told to."""
    started = []

    def start(begun):
        process = subprocess.Popen(
            [sys.executable, "-c", DIES, str(place), str(begun)],
            env={"PYTHONPATH": str(Path(__file__).parents[3])},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout.readline().strip().isdigit()

        def kill():
            print(file=process.stdin, flush=True)
            process.wait(30)

        return kill

    yield start
    for process in started:
        process.kill()
        process.communicate(timeout=30)


def occurrence(row="C1", who=ANN, step=0):
    return Occurrence(who.spreadsheet, "customers", row, "follow_up", TODAY, step, who.key, "mail")


def queue(ledger, *rows, who=ANN, now=NOW):
    def seal(claimed):
        name = "-".join([*(one.row_id for one in claimed), who.name])
        return Sealed(f"<{name}@example.com>", "due", f"Message-ID: <{name}@example.com>".encode())

    return ledger.queue(who, [occurrence(row, who) for row in rows], seal, today=TODAY, now=now)


def claim(ledger, now=NOW, **options):
    return ledger.claim(ledger.outbox("S", "mail"), limit=9, now=now, **options)


def eventually(check):
    """A database server needs a moment to see that a client is gone."""
    return any(check() for _ in range(2000))


# Claims


def test_a_mail_is_in_one_workers_hands(one, other):
    queue(one, "C1")
    (mail,) = claim(one)
    assert claim(other) == []
    assert one.counts() == {State.CLAIMED: 1}
    assert not other.begin(mail, now=NOW)
    assert one.begin(mail, now=NOW)


def test_a_claim_has_a_limit_and_the_oldest_come_first(one, other):
    for number in range(5):
        queue(one, f"C{number}", who=Recipient("S", "mail", f"P{number}", f"p{number}@example.com"))
    seen = one.outbox("S", "mail")
    assert [mail.recipient.name for mail in one.claim(seen, limit=2, now=NOW)] == ["P0", "P1"]
    assert [mail.recipient.name for mail in other.claim(seen, limit=2, now=NOW)] == ["P2", "P3"]


def test_what_changed_since_it_was_listed_is_not_claimed(one, other):
    queue(one, "C1")
    seen = one.outbox("S", "mail")
    (mail,) = other.claim(seen, limit=1, now=NOW)
    other.begin(mail, now=NOW)
    other.settle(mail, State.RETRY, "451", now=NOW)
    assert one.claim(seen, limit=1, now=NOW) == []


def test_given_up_it_is_free(one, other):
    queue(one, "C1")
    mails = claim(one)
    one.let_go(mails)
    assert not one.begin(mails[0], now=NOW)
    assert len(claim(other)) == 1


def test_a_slow_worker_loses_its_claim_and_notices(one, other):
    queue(one, "C1")
    (mail,) = claim(one)
    (taken,) = claim(other, now=LONG)
    assert not one.begin(mail, now=LONG)
    assert other.begin(taken, now=LONG)


def test_a_slow_worker_whose_lease_ran_out_and_that_nobody_relieved_goes_on(one):
    queue(one, "C1")
    (mail,) = claim(one)
    assert one.begin(mail, now=LONG)


def test_what_a_living_worker_is_sending_is_taken_by_nobody_however_long_it_takes(one, other):
    queue(one, "C1")
    (mail,) = claim(one)
    one.begin(mail, now=NOW)
    assert other.recover(now=NOW + timedelta(days=9)) == 0
    assert claim(other, now=NOW + timedelta(days=9)) == []
    one.settle(mail, State.SENT, now=LONG)
    assert one.counts() == {State.SENT: 1}


def test_planned_anew_in_anothers_hands_is_noticed(one, other):
    queue(one, "C1")
    (mail,) = claim(one)
    queue(other, "C1")
    assert not one.begin(mail, now=NOW)
    assert len(claim(other)) == 1


# Deaths


@pytest.mark.parametrize("begun", [0, 1], ids=["claimed", "being sent"])
def test_a_dead_workers_mails_are_taken_over_at_once(one, dying, begun):
    queue(one, "C1")
    kill = dying(begun)
    assert claim(one) == []
    kill()
    assert eventually(lambda: (one.recover(now=NOW), [mail for mail in one.outbox("S", "mail") if not mail.worker])[1])
    (mail,) = claim(one)
    assert mail.state is (State.UNKNOWN if begun else State.PLANNED)
    assert mail.attempts == begun
    one.begin(mail, now=NOW)
    one.settle(mail, State.SENT, now=NOW)
    assert one.perhaps_twice() == begun


def test_a_closed_ledger_is_a_dead_worker(one, place):
    queue(one, "C1")
    with Ledger.open(place) as other:
        claim(other)
        assert claim(one) == []
    assert eventually(lambda: len(claim(one)) == 1)


def test_a_worker_that_was_taken_for_dead_knows_better(postgres):
    """Its session was lost while the mail server thought about it."""
    with Ledger.open(postgres) as one, Ledger.open(postgres) as other:
        queue(one, "C1")
        (mail,) = claim(one)
        one.begin(mail, now=NOW)
        one._engine.dispose()
        assert eventually(lambda: other.recover(now=NOW) == 1)
        one.settle(mail, State.SENT, now=NOW)
        assert other.counts() == {State.SENT: 1}


def test_but_not_once_somebody_else_sends_it(postgres):
    with Ledger.open(postgres) as one, Ledger.open(postgres) as other:
        queue(one, "C1")
        (mail,) = claim(one)
        one.begin(mail, now=NOW)
        one._engine.dispose()
        assert eventually(lambda: other.recover(now=NOW) == 1)
        (again,) = claim(other)
        one.settle(mail, State.FAILED, "550", now=NOW)
        assert other.begin(again, now=NOW)
        assert other.counts() == {State.SENDING: 1}


def test_a_claim_holds_nothing_back_that_it_does_not_take(postgres):
    """Whoever claims at the same moment would take it for somebody else's, and nobody would send it."""
    with Ledger.open(postgres) as one, Ledger.open(postgres) as other:
        for name in ("Ann", "Bob", "Eve"):
            queue(one, name, who=Recipient("S", "mail", name, f"{name.lower()}@example.com"))
        mails, worker = one.outbox("S", "mail"), one.worker
        with one._transaction() as db:
            (first,) = delivering.claim(db, worker, mails, limit=1, now=NOW, lease=timedelta(minutes=10))
            rest = other.claim(mails, limit=9, now=NOW)
        assert {mail.id for mail in (first, *rest)} == {mail.id for mail in mails}


def test_dead_workers_leave_no_litter(tmp_path):
    path = tmp_path / "ledger.db"
    (tmp_path / "ledger.db.worker-0123456789abcdef.lock").touch()
    with Ledger.open(path) as ledger:
        assert ledger.worker
        assert len(list(tmp_path.glob("*.lock"))) == 1
    assert list(tmp_path.glob("*.lock")) == []


# Turns


def test_a_spreadsheet_is_scanned_by_one_worker_and_once_a_round(one, other):
    assert one.turns.take("S", since=NOW, now=NOW)
    assert not other.turns.take("S", since=NOW, now=NOW)
    assert other.turns.take("T", since=NOW, now=NOW)
    one.turns.leave("S")
    assert not other.turns.take("S", since=NOW, now=LONG), "it was scanned in this round"
    assert other.turns.take("S", since=LONG, now=LONG), "a new round"


def test_a_turn_runs_out_unless_it_is_kept(one, other):
    one.turns.take("S", since=NOW, now=NOW)
    assert one.turns.keep("S", now=LONG)
    assert not other.turns.take("S", since=NOW, now=LONG)
    assert other.turns.left(now=LONG + timedelta(hours=1)) == ["S"]
    assert other.turns.take("S", since=NOW, now=LONG + timedelta(hours=1))
    assert not one.turns.keep("S", now=LONG)
    one.turns.leave("S")
    assert other.turns.keep("S", now=LONG), "it was not one's to leave"


def test_a_dead_workers_turn_is_taken_over_at_once(one, dying):
    kill = dying(0)
    assert not one.turns.take("S", since=NOW, now=NOW)
    kill()
    assert eventually(lambda: one.turns.take("S", since=NOW, now=NOW))


@pytest.mark.parametrize("to", ["", ANN.key])
def test_no_two_workers_together_go_over_a_limit(one, other, to):
    for who, about in ((ANN, "C1"), (BOB, "C2"), (replace(ANN, spreadsheet="T"), "C3")):
        queue(one, about, who=who)
    mine, elsewhere = one.outbox("S", "mail"), one.outbox("T", "mail")
    (first, second), (third,) = one.claim(mine, limit=2, now=NOW), other.claim(elsewhere, limit=1, now=NOW)
    hour = Limit(1, NOW - timedelta(hours=1), LONG, ("mail",), to)
    assert one.begin(first, now=NOW, limits=[hour])
    assert not other.begin(third, now=NOW, limits=[hour])
    assert not one.begin(second, now=NOW, limits=[hour])
    assert other.used(replace(hour, recipient=BOB.key)) == 0, "Bob is another address"
    one.settle(first, State.FAILED, "550 nobody", now=NOW)
    assert other.begin(third, now=NOW, limits=[hour]), "what nobody took does not count"


def test_a_mail_does_not_count_itself_and_one_of_another_channel_does_not_count(one):
    queue(one, "C1")
    (mail,) = claim(one)
    hour = Limit(1, NOW - timedelta(hours=1), LONG, ("mail",))
    one.begin(mail, now=NOW, limits=[hour])
    assert (one.used(hour), one.used(hour, but=mail.id)) == (1, 0)
    assert one.used(replace(hour, channels=("chat",))) == 0
    assert one.used(replace(hour, since=LONG, until=LONG + timedelta(hours=1))) == 0


def test_what_is_planned_anew_keeps_its_place_in_the_queue(one):
    queue(one, "C1")
    queue(one, "C2", who=BOB, now=LONG)
    queue(one, "C1", "C3", now=LONG + timedelta(hours=1))
    assert [mail.recipient for mail in one.outbox("S", "mail")] == [ANN, BOB]
    assert [mail.recipient for mail in claim(one)] == [ANN, BOB]


def test_the_first_run_is_over_when_one_came_to_its_end_and_something_was_planned(one):
    assert one.is_first("S", "mail")
    queue(one, "C1")
    assert one.is_first("S", "mail")
    one.finish_run(one.start_run("S", today=TODAY, now=NOW), {}, now=NOW)
    assert (one.is_first("S", "mail"), one.is_first("S", "chat"), one.is_first("T", "mail")) == (False, True, True)


# Without a mail


def noted(one, note):
    both = [occurrence("C1"), occurrence("C2")]
    assert getattr(one, note)(both, "too late", now=NOW) == both
    assert getattr(one, note)([occurrence("C1"), occurrence("C3", BOB)], "too late", now=NOW) == [occurrence("C3", BOB)]
    fate = one.told([occurrence("C1")], expired=True)[occurrence("C1")]
    assert (fate.reason, fate.changed, fate.mail) == ("too late", NOW, None)
    return fate.state


def test_dropped_without_a_mail_it_is_never_told(one):
    assert noted(one, "suppress") is State.SUPPRESSED
    assert one.counts() == {State.SUPPRESSED: 3}
    assert queue(one, "C1", "C2") is None
    assert queue(one, "C1", "C4").reminders == 1


def test_noted_as_too_late_it_is_told_when_it_is_due_all_the_same(one):
    """The clock went a year ahead and came back; or `catch_up` was raised."""
    assert noted(one, "expire") is State.EXPIRED
    assert one.told([occurrence("C1")]) == {}
    assert one.counts() == {State.EXPIRED: 3}
    assert queue(one, "C1", "C4").reminders == 2
    assert one.counts() == {State.EXPIRED: 2, State.PLANNED: 1}
    assert one.expire([occurrence("C1")], "too late", now=NOW) == [], "it waits in a mail"
    (mail,) = claim(one)
    one.begin(mail, now=NOW)
    one.settle(mail, State.SENT, now=NOW)
    assert queue(one, "C1") is None, "told once"
    assert one.expire([occurrence("C1", step=7)], "too late", now=NOW) == [occurrence("C1", step=7)]
    assert queue(one, "C1") is None, "a later step that came too late takes nothing back"


def test_what_was_told_or_waits_does_not_expire(one):
    (mail,) = queue(one, "C1") and claim(one)
    assert one.expire([occurrence("C1")], "too late", now=NOW) == []
    one.begin(mail, now=NOW)
    one.settle(mail, State.SENT, now=NOW)
    assert one.expire([occurrence("C1"), occurrence("C1", step=-1)], "too late", now=NOW) == []
    assert one.expire([occurrence("C1", step=7)], "too late", now=NOW) == [occurrence("C1", step=7)]


# On demand, and asking


def test_sent_once_more_on_demand_as_another_mail(one):
    queue(one, "C1")
    (mail,) = claim(one)
    one.begin(mail, now=NOW)
    one.settle(mail, State.SENT, now=NOW)
    again = one.resend(mail, Sealed("<again@example.com>", mail.subject, b"again"), now=NOW)
    assert (again.again, again.state, again.message_id) == (mail.id, State.PLANNED, "<again@example.com>")
    assert queue(one, "C1") is None
    assert [found.id for found in claim(one)] == [again.id], "no planning drops it"


def test_the_log_of_a_row_and_of_a_person(one):
    queue(one, "C1", "C2")
    queue(one, "C1", who=BOB)
    one.expire([occurrence("C9")], "too late", now=LONG)
    assert [(line.occurrence.row_id, str(line.fate.state)) for line in one.watch.log(spreadsheet="S", limit=1)] == [
        ("C9", "expired")
    ]
    assert {(line.name, line.subject) for line in one.watch.log(row_id="C1")} == {("Ann", "due"), ("Bob", "due")}
    assert {line.occurrence.row_id for line in one.watch.log(person="ANN@example.com")} == {"C1", "C2", "C9"}
    assert [line.occurrence.row_id for line in one.watch.log(person="Bob")] == ["C1"]


def test_snoozes_hold_until_their_day_or_until_they_are_lifted(one):
    row = Snooze("S", date(2026, 1, 9), "customers", "C1", by="Eve")
    number = one.snoozes.add(row, now=NOW)
    everything = one.snoozes.add(Snooze("S", date(2026, 1, 6)), now=NOW)
    kept = replace(row, made=NOW)
    assert one.snoozes.of("S", today=TODAY) == {number: kept, everything: Snooze("S", date(2026, 1, 6), made=NOW)}
    assert one.snoozes.of("S", today=date(2026, 1, 6)) == {number: kept}
    lifted = [one.snoozes.lift(which, now=NOW) for which in (number, number, 404)]
    assert (lifted, one.snoozes.of("S", today=TODAY)) == (
        [True, False, False],
        {everything: one.snoozes.of("S")[everything]},
    )


def test_a_snooze_is_asked_for_on_a_day_of_the_spreadsheets_zone():
    asked = Snooze("S", date(2026, 1, 9), made=datetime(2026, 1, 4, 22, tzinfo=UTC))
    days = [asked.since(ZoneInfo(zone)) for zone in ("Asia/Shanghai", "UTC", "Pacific/Honolulu")]
    assert days == [date(2026, 1, 5), date(2026, 1, 4), date(2026, 1, 4)]


def test_the_last_run_that_came_to_its_end(one):
    done = one.start_run("S", today=TODAY, now=NOW)
    one.finish_run(done, {"sent": 1}, now=NOW)
    one.start_run("S", today=TODAY, now=LONG)
    assert (one.last_run("S").started, one.last_run("S", finished=True).started) == (LONG, NOW)
