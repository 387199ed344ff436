"""The ledger's promises: told once, nothing lost, nothing sent that is not noted first."""

from __future__ import annotations

import hashlib
import json
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, precondition, rule

from sheetcrm.remind.ledger import Ledger, Occurrence, Recipient, Sealed, State

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
TODAY = date(2026, 1, 5)
ANN = Recipient("S", "mail", "Ann", "Ann@example.com")


def occurrence(row="C1", step=0, recipient=ANN, due=TODAY):
    return Occurrence("S", "customers", row, "follow_up", due, step, recipient.key, "mail")


def sealed(claimed):
    name = hashlib.sha256(json.dumps([str(one) for one in claimed]).encode()).hexdigest()[:16]
    return Sealed(f"<{name}@example.com>", f"{len(claimed)} due", name.encode())


def queue(ledger, *occurrences, recipient=ANN, now=NOW):
    return ledger.queue(recipient, occurrences, sealed, today=TODAY, now=now)


@pytest.fixture
def ledger(place):
    with Ledger.open(place, patience=2) as found:
        yield found


def begin(ledger, mail, now=NOW):
    """Claimed and begun, as a run does it."""
    (claimed,) = ledger.claim([mail], limit=1, now=now)
    assert ledger.begin(claimed, now=now)
    return claimed


def deliver(ledger, mail, state=State.SENT, reason=""):
    ledger.settle(begin(ledger, mail), state, reason, now=NOW)


def test_what_was_sent_is_told_and_is_not_queued_again(ledger):
    deliver(ledger, queue(ledger, occurrence()))
    assert queue(ledger, occurrence()) is None
    assert ledger.told([occurrence()])[occurrence()].state is State.SENT


@pytest.mark.parametrize("state", [State.SENT, State.FAILED, State.UNKNOWN])
def test_a_mail_that_went_somewhere_keeps_what_it_claimed(ledger, state):
    deliver(ledger, queue(ledger, occurrence()), state)
    assert queue(ledger, occurrence()) is None


def test_a_step_before_the_one_told_is_told_too(ledger):
    deliver(ledger, queue(ledger, occurrence(step=0)))
    assert queue(ledger, occurrence(step=-1)) is None
    assert queue(ledger, occurrence(step=7)) is not None


def test_the_same_address_in_other_letters_is_the_same_person(ledger):
    deliver(ledger, queue(ledger, occurrence()))
    assert queue(ledger, occurrence(), recipient=Recipient("S", "mail", "Ann", "ann@EXAMPLE.com")) is None


def test_a_new_date_a_new_owner_and_another_channel_are_new(ledger):
    deliver(ledger, queue(ledger, occurrence()))
    bob = Recipient("S", "mail", "Bob", "bob@example.com")
    assert queue(ledger, occurrence(due=TODAY + timedelta(days=1))) is not None
    assert queue(ledger, occurrence(recipient=bob), recipient=bob) is not None


def test_what_was_surely_not_taken_is_planned_anew_and_folds_into_one_mail(ledger):
    first = queue(ledger, occurrence("C1"))
    deliver(ledger, first, State.RETRY, "451 later")
    second = queue(ledger, occurrence("C1"), occurrence("C2"))
    assert [mail.id for mail in ledger.outbox("S", "mail")] == [second.id]
    assert (second.reminders, second.attempts, second.reason) == (2, 1, "451 later")
    (replaced,) = ledger.mails([State.SUPPRESSED])
    assert (replaced.id, replaced.reason, replaced.data) == (first.id, f"planned anew as {second.message_id}", None)


def test_the_same_set_is_the_same_mail(ledger):
    first = queue(ledger, occurrence())
    again = queue(ledger, occurrence())
    assert (again.id, again.message_id) == (first.id, first.message_id)


def test_back_to_a_set_that_was_replaced(ledger):
    first = queue(ledger, occurrence("C1"))
    queue(ledger, occurrence("C1"), occurrence("C2"))
    again = queue(ledger, occurrence("C1"))
    assert (again.id, again.state) == (first.id, State.PLANNED)


def test_nothing_due_any_more_suppresses_what_was_planned_and_frees_it(ledger):
    queue(ledger, occurrence())
    assert [recipient.key for recipient in ledger.awaiting("S", "mail")] == ["ann@example.com"]
    assert queue(ledger) is None
    (mail,) = ledger.mails()
    assert (mail.state, mail.reason) == (State.SUPPRESSED, "nothing in it was due any more")
    assert queue(ledger, occurrence()) is not None


def test_a_mail_that_cannot_be_built_leaves_everything_as_it_was(ledger):
    before = queue(ledger, occurrence("C1"))

    def explode(_claimed):
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        ledger.queue(ANN, [occurrence("C2")], explode, today=TODAY, now=NOW)
    assert ledger.mails() == [before]


def test_a_mail_can_only_be_begun_by_who_claimed_it_and_once(ledger):
    mail = queue(ledger, occurrence())
    assert not ledger.begin(mail, now=NOW)
    mail = begin(ledger, mail)
    assert not ledger.begin(mail, now=NOW)


def test_what_a_dead_process_left_behind_is_unknown_and_goes_out_as_the_same_mail(ledger, place):
    mail = begin(ledger, queue(ledger, occurrence()))
    ledger.close()
    with Ledger.open(place) as other:
        assert other.recover(now=NOW) == 1
        (found,) = other.outbox("S", "mail")
        (claimed,) = other.claim([found], limit=1, now=NOW)
        assert (claimed.state, claimed.message_id, claimed.data) == (State.UNKNOWN, mail.message_id, mail.data)
        assert queue(other, occurrence(), occurrence("C2")).reminders == 1


def test_the_wait_doubles_and_has_an_end(ledger):
    waits = []
    for _ in range(9):
        mail = queue(ledger, occurrence())
        deliver(ledger, mail, State.RETRY)
        waits.append((ledger.outbox("S", "mail")[0].next_try - NOW) / timedelta(minutes=1))
    assert waits == [5, 10, 20, 40, 80, 160, 320, 360, 360]


def test_taken_back_is_as_if_it_had_not_been_tried(ledger):
    ledger.take_back(begin(ledger, queue(ledger, occurrence())), "nobody there", now=NOW)
    (found,) = ledger.outbox("S", "mail")
    assert (found.state, found.attempts, found.next_try, found.reason) == (State.PLANNED, 0, None, "nobody there")


def test_the_bytes_are_kept_only_while_they_may_be_needed(ledger):
    mail = queue(ledger, occurrence())
    assert mail.data
    deliver(ledger, mail)
    waiting = queue(ledger, occurrence("C2"))
    assert ledger.prune("S", before=NOW) == 0
    assert ledger.mails()[0].data == mail.data, "it may be asked for once more"
    assert ledger.prune("S", before=NOW + timedelta(days=1)) == 1
    assert [found.data for found in ledger.mails()] == [None, waiting.data]


def test_runs_and_counts(ledger):
    assert ledger.last_run() is None
    dead = ledger.start_run("S", today=TODAY, now=NOW)
    assert ledger.last_run("S").finished is None
    ledger.finish_run(dead, {"sent": 2}, "stopped", now=NOW)
    deliver(ledger, queue(ledger, occurrence()))
    assert (ledger.last_run().counts, ledger.last_run().stopped) == ({"sent": 2}, "stopped")
    assert ledger.counts() == ledger.counts("S") == {State.SENT: 1}
    assert ledger.counts("other") == {}


def test_ten_thousand_reminders_of_one_person(ledger):
    many = [occurrence(f"C{number}") for number in range(10_000)]
    deliver(ledger, queue(ledger, *many))
    assert queue(ledger, *many) is None


ROWS = st.sampled_from(["C1", "C2", "C3"])
STEPS = st.sampled_from([-1, 0, 7])
PEOPLE = [ANN, Recipient("S", "mail", "Bob", "bob@example.com")]


# Every commit waits for the disk; a story has thousands.
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None


class LedgerStory(RuleBasedStateMachine):
    """Any order of planning, sending, failing and dying."""

    begun = Bundle("begun")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(dir=MEMORY)
        self.ledger = Ledger.open(Path(self.folder.name) / "ledger.db")
        self.handed_over: dict[int, Sealed] = {}
        self.told: dict[tuple[str, str, int], int] = {}
        self.contents: dict[int, list[Occurrence]] = {}
        self.in_hand: set[tuple[int, int]] = set()

    def teardown(self) -> None:
        self.ledger.close()
        self.folder.cleanup()

    @rule(wanted=st.lists(st.tuples(ROWS, STEPS), unique_by=lambda one: one[0]), who=st.sampled_from(PEOPLE))
    def plan(self, wanted, who):
        mail = queue(self.ledger, *[occurrence(row, step, who) for row, step in wanted], recipient=who)
        if mail:
            claimed = [occurrence(row, step, who) for row, step in wanted if self.is_new(row, step, who)]
            assert mail.data == sealed(claimed).data
            self.contents[mail.id] = claimed
        else:
            assert not any(self.is_new(row, step, who) for row, step in wanted)

    def is_new(self, row, step, who):
        return all(told < step for (known, person, told) in self.told if (known, person) == (row, who.key))

    @precondition(lambda self: self.ledger.outbox("S", "mail"))
    @rule(target=begun, pick=st.integers(0, 9))
    def begin(self, pick):
        waiting = self.ledger.outbox("S", "mail")
        mail = waiting[pick % len(waiting)]
        (mail,) = self.ledger.claim([mail], limit=1, now=NOW)
        copy = Sealed(mail.message_id, mail.subject, mail.data)
        assert self.handed_over.setdefault(mail.id, copy) == copy or mail.state is not State.UNKNOWN
        self.handed_over[mail.id] = copy
        assert self.ledger.begin(mail, now=NOW)
        for one in self.contents[mail.id]:
            self.told[one.row_id, one.recipient, one.step] = mail.id
        self.in_hand.add((mail.id, mail.attempts))
        return multiple(mail)

    @rule(mail=consumes(begun), state=st.sampled_from([State.SENT, State.FAILED, State.UNKNOWN]))
    def settle(self, mail, state):
        self.ledger.settle(mail, state, now=NOW)

    @rule(mail=consumes(begun))
    def refuse(self, mail):
        back = State.UNKNOWN if mail.state is State.UNKNOWN else State.RETRY
        self.ledger.settle(mail, back, now=NOW)
        if back is State.RETRY and (mail.id, mail.attempts) in self.in_hand:
            self.told = {key: number for key, number in self.told.items() if number != mail.id}

    @rule()
    def die(self):
        self.ledger.close()
        self.ledger = Ledger.open(Path(self.folder.name) / "ledger.db")
        self.ledger.recover(now=NOW)
        self.in_hand.clear()

    @invariant()
    def nothing_is_promised_twice_and_nothing_that_may_be_needed_is_gone(self):
        everything = [occurrence(row, step, who) for row in ("C1", "C2", "C3") for step in (-1, 0, 7) for who in PEOPLE]
        assert set(self.ledger.told(everything)) == {
            one
            for one in everything
            if not self.is_new(one.row_id, one.step, next(who for who in PEOPLE if who.key == one.recipient))
        }
        for mail in self.ledger.mails():
            assert (mail.data is None) is (mail.state is State.SUPPRESSED)


TestLedgerStory = LedgerStory.TestCase
TestLedgerStory.settings = settings(stateful_step_count=20)
