"""What keeps mails from going, one guard at a time and together; nothing that is held back is ever lost."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from itertools import combinations_with_replacement
from tempfile import TemporaryDirectory

import office
import pytest
from desk_of_guards import MORNING, NAMES, ROWS, TEAM, TESTER, TODAY, Desk, Taking, row
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetcrm.errors import MailError, Refused, UsageError
from sheetcrm.remind.allow import AllowList
from sheetcrm.remind.caution import Tally
from sheetcrm.remind.guard import Quiet
from sheetcrm.remind.ledger import Snooze, State
from sheetcrm.remind.notifiers.base import Outcome, Verdict
from sheetcrm.remind.notifiers.smtp import SmtpNotifier
from sheetcrm.remind.notifiers.wecom import WeComNotifier
from sheetcrm.remind.people import Person


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def said(report):
    """By name, where the mail stands and why it waits."""
    return {mail.name: (mail.state, mail.reason) for mail in report.mails}


def waiting(report):
    return [mail.name for mail in report.mails if mail.state == "planned"]


# Each alone


def test_per_run_leaves_the_rest_to_later_runs(desk):
    found = desk.remind(per_run=3)
    assert said(found)["P3"] == ("planned", "per_run is 3: left for the next run")
    assert (waiting(found), found.failed) == (["P3"], False)
    desk.remind(per_run=3)
    assert desk.post.whom() == NAMES


def test_per_run_is_over_all_spreadsheets_of_a_run(desk):
    tally = Tally(gone=2)
    assert waiting(desk.remind(per_run=3, tally=tally)) == ["P1", "P2", "P3"]


def test_who_waited_longest_is_first_whatever_is_new_for_others(desk):
    desk.remind(per_run=2)
    fresh = [*ROWS, *(row(10 + at, name, 1) for at, name in enumerate(NAMES))]
    desk.remind(fresh, days=1, per_run=2)
    assert desk.post.whom() == ["P0", "P1", "P2", "P3"]
    desk.remind(fresh, days=1, per_run=2)
    assert desk.post.whom()[4:] == ["P0", "P1"]


def test_per_hour_counts_every_spreadsheet_and_run_of_the_last_sixty_minutes(desk):
    found = desk.remind(per_hour=2)
    assert said(found)["P2"] == ("planned", "per_hour is 2: left for a later run")
    desk.later(minutes=59)
    assert waiting(desk.remind(per_hour=2)) == ["P2", "P3"]
    desk.later(minutes=2)
    assert waiting(desk.remind(per_hour=2)) == []


@pytest.mark.parametrize("hours", [pytest.param(-2, id="back two hours"), pytest.param(24 * 365, id="forward a year")])
def test_a_clock_that_was_wrong_does_not_fill_the_hour_for_long(desk, hours):
    desk.later(hours=hours)
    desk.remind(ROWS[:2], per_hour=2)
    desk.now = MORNING
    assert waiting(desk.remind(per_hour=2)) == []


def test_per_recipient_counts_a_day_of_the_spreadsheets_zone(desk):
    desk.remind(ROWS[:1], per_recipient=1)
    found = desk.remind([*ROWS, row(9, "P0")], per_recipient=1)
    assert said(found)["P0"] == ("planned", "per_recipient is 1 a day: left for tomorrow")
    assert desk.post.whom() == NAMES
    desk.now = datetime(2026, 1, 6, 0, 1, tzinfo=UTC)
    desk.remind([*ROWS, row(9, "P0")], per_recipient=1)
    assert desk.post.whom() == [*NAMES, "P0"]


def test_in_quiet_hours_nothing_goes_and_all_of_it_goes_after(desk):
    quiet = Quiet.parse("20:00-08:00")
    desk.now = datetime(2026, 1, 5, 7, 30, tzinfo=UTC)
    found = desk.remind(quiet=quiet)
    assert set(said(found).values()) == {("planned", "quiet until 2026-01-05 08:00 (Etc/GMT)")}
    assert (desk.post.mails, found.failed) == ([], False)
    desk.later(minutes=30)
    desk.remind(quiet=quiet)
    assert desk.post.whom() == NAMES


def test_while_nothing_may_go_the_mail_server_is_not_even_called(desk):
    class Closed(Taking):
        def open(self, *_):
            raise MailError("nobody is there at night")

    found = desk.remind(notifier=Closed(), quiet=Quiet.parse("07:00-09:00"))
    assert (found.stopped, waiting(found)) == ("", NAMES)


def test_quiet_that_begins_while_mails_go_out_stops_the_rest(desk):
    desk.now = datetime(2026, 1, 5, 19, 58, tzinfo=UTC)

    def slow():
        desk.later(minutes=1)
        return Outcome(Verdict.SENT)

    desk.post.answer = slow
    found = desk.remind(quiet=Quiet.parse("20:00-08:00"))
    assert (desk.post.whom(), waiting(found)) == (["P0", "P1"], ["P2", "P3"])


def test_a_first_run_that_would_tell_of_too_much_is_refused_with_number_and_flag(desk):
    with pytest.raises(Refused, match=r"would tell of 4 reminders, more than first_run: 3; .*--allow-first-run"):
        desk.remind(first_run=3)
    with pytest.raises(Refused):
        desk.remind(first_run=3)
    assert desk.post.mails == []
    desk.remind(first_run=None)
    assert desk.post.whom() == NAMES
    desk.remind([*ROWS, *(row(10 + at, "P0") for at in range(9))], first_run=3)
    assert len(desk.post.mails) == 5


def test_a_lost_ledger_is_a_first_run(desk):
    desk.remind()
    desk.path.unlink()
    with pytest.raises(Refused, match="the ledger is not the one that it had"):
        desk.remind(first_run=3)
    assert len(desk.post.mails) == 4


def test_a_first_run_by_another_way_is_a_first_run(desk):
    desk.remind(redirect=TESTER)
    with pytest.raises(Refused):
        desk.remind(first_run=3)


def test_what_a_first_run_planned_before_it_died_is_not_refused(desk):
    class Dying(Taking):
        def open(self, *_):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        desk.remind(notifier=Dying())
    desk.remind(first_run=3)
    assert desk.post.whom() == NAMES


def test_a_dry_run_says_that_a_first_run_would_be_refused(desk):
    found = desk.remind(first_run=3, dry_run=True)
    assert "4 reminders" in found.stopped
    assert len(found.mails) == 4


def test_redirected_mail_reaches_nobody_but_the_tester_and_says_whom_it_was_for(desk, post):
    notifier = SmtpNotifier("127.0.0.1", post.port, "none")
    desk.remind(ROWS[:2], redirect=TESTER, notifier=notifier)
    assert [to for _, to, _ in post.mails] == [TESTER, TESTER]
    mail = message_from_bytes(post.mails[0][2], policy=default)
    assert mail["To"].addresses[0].addr_spec == TESTER
    assert mail["Subject"].startswith("[for P0 <P0@example.com>] ")
    for part in ("plain", "html"):
        assert "this is what P0" in mail.get_body((part,)).get_content()
    desk.remind(ROWS[:2], notifier=notifier)
    assert [to for _, to, _ in post.mails[2:]] == ["P0@example.com", "P1@example.com"]


def test_what_was_planned_for_people_waits_while_mail_is_redirected(desk):
    desk.remind(per_hour=1)
    desk.remind(redirect=TESTER)
    assert [mail.recipient for mail in desk.post.mails[1:]] == [TESTER] * 4
    desk.remind()
    assert [mail.recipient for mail in desk.post.mails[5:]] == [f"{name}@example.com" for name in NAMES[1:]]


@pytest.mark.parametrize(("options", "why"), [
    pytest.param({"redirect": "x@evil.org"}, "not on the allow-list", id="an address that may get nothing"),
    pytest.param({"redirect": TESTER, "notifier": WeComNotifier("https://localhost/robot")}, "a chat", id="a chat"),
])  # fmt: skip
def test_a_redirect_that_cannot_be_is_refused(desk, options, why):
    with pytest.raises(UsageError, match=why):
        desk.remind(**options)


def test_the_team_sheet_may_say_who_gets_mail_only_if_the_config_says_so(desk):
    refused = desk.remind(allow=["P0@example.com"])
    assert [unsent.code for unsent in refused.unsent] == ["not_allowed"] * 3
    desk.remind(allow=["P0@example.com"], allow_team=True)
    assert desk.post.whom() == NAMES


def test_who_left_the_team_gets_nothing_that_was_planned_before(desk):
    desk.remind(allow=[], allow_team=True, quiet=Quiet.parse("00:00-23:59"))
    left = [{**one, "active": one["name"] != "P1"} for one in TEAM]
    desk.remind(allow=[], allow_team=True, team=left)
    assert desk.post.whom() == ["P0", "P2", "P3"]


def test_somebody_hears_when_nobody_else_can(desk):
    desk.remind([row(1, "Nobody")], default=Person("Boss", "boss@example.com"))
    assert desk.post.whom() == ["BOSS"]


# Together

GUARDS = {
    "per_run": {"per_run": 2},
    "per_recipient": {"per_recipient": 1},
    "per_hour": {"per_hour": 3},
    "quiet": {"quiet": Quiet.parse("07:00-09:00")},
    "first_run": {"first_run": 3},
    "redirect": {"redirect": TESTER},
    "team": {"allow": ["P0@example.com", TESTER], "allow_team": True},
}


@pytest.mark.parametrize(("first", "second"), [*combinations_with_replacement(GUARDS, 2)])
def test_a_dry_run_says_what_each_guard_and_every_pair_of_them_does(desk, first, second):
    desk.remind(ROWS[:1])
    rows, guards = [*ROWS, row(9, "P0")], GUARDS[first] | GUARDS[second]
    dry = desk.remind(rows, dry_run=True, **guards)
    if dry.stopped:
        with pytest.raises(Refused, match=re.escape(dry.stopped)):
            desk.remind(rows, **guards)
        return
    wet = desk.remind(rows, **guards)
    gone = {mail.address for mail in wet.mails if mail.state == "sent"}
    assert {mail.address for mail in dry.mails if not mail.reason} == gone
    assert {mail.address: mail.reason for mail in dry.mails} == {mail.address: mail.reason for mail in wet.mails}
    heard = {mail.recipient for mail in desk.post.mails[1:]}
    assert heard == ({TESTER} if gone else set()) if "redirect" in (first, second) else heard == gone


some = st.none() | st.integers(1, 3)
visit = st.fixed_dictionaries({
    "hours": st.integers(0, 30),
    "guards": st.fixed_dictionaries(
        {"per_run": some, "per_recipient": some, "per_hour": some, "first_run": some},
        optional={
            "quiet": st.sampled_from([Quiet.parse("20:00-08:00"), Quiet.parse("", weekends=True)]),
            "redirect": st.just(TESTER),
            "allow": st.sampled_from([("P0@example.com", TESTER), ("other.org", TESTER)]),
        },
    ),
    "answer": st.sampled_from([Verdict.SENT, Verdict.SENT, Verdict.RETRY]),
    "new": st.sampled_from([None, *NAMES]),
    "snooze": st.sampled_from([None, "C0", "C1"]),
})  # fmt: skip


@settings(max_examples=settings().max_examples // 5)
@given(st.lists(visit, min_size=1, max_size=4))
def test_whatever_guards_there_were_in_the_end_everything_is_told_once_and_nobody_else_heard_anything(visits):
    with TemporaryDirectory() as folder:
        desk, rows = Desk(folder), list(ROWS)
        for number, one in enumerate(visits):
            desk.later(hours=one["hours"])
            if one["new"]:
                rows.append(row(10 + number, one["new"]))
            _visited(desk, rows, one)
        desk.later(days=8)
        today = (desk.now.date() - TODAY).days
        desk.now -= timedelta(today)
        desk.remind(rows, days=today)
        assert desk.remind(rows, days=today).mails == ()
        with desk.ledger(read_only=True) as ledger:
            told = [line for line in ledger.watch.log() if line.occurrence.channel == "mail"]
        assert {line.fate.state for line in told} == {State.SENT}
        assert {(line.occurrence.row_id, line.address) for line in told} == {
            (one["id"], f"{one['owner']}@example.com") for one in rows
        }
        assert {line.message_id for line in told} <= set(desk.post.taken)
        assert max(Counter(desk.post.taken).values()) == 1


def _visited(desk, rows, one):
    if one["snooze"]:
        with desk.ledger() as ledger:
            until = desk.now.date() + timedelta(1)
            ledger.snoozes.add(Snooze(office.ID, until, "customers", one["snooze"]), now=desk.now)
    before = len(desk.post.mails)
    desk.post.answer = lambda: Outcome(one["answer"], "451 later" if one["answer"] is Verdict.RETRY else "")
    today = (desk.now.date() - TODAY).days
    now, desk.now = desk.now, desk.now - timedelta(today)
    try:
        desk.remind(rows, days=today, **one["guards"])
    except Refused:
        pass
    finally:
        desk.now = now
        desk.post.answer = lambda: Outcome(Verdict.SENT)
    allowed = AllowList.of(one["guards"].get("allow", ("example.com",)))
    got = [mail.recipient for mail in desk.post.mails[before:]]
    assert all(allowed.allows(address) for address in got)
    assert set(got) <= {TESTER} or "redirect" not in one["guards"]
    assert len(got) <= (one["guards"]["per_run"] or len(got))
    assert max(Counter(got).values(), default=0) <= 1 or "redirect" in one["guards"]
