"""Who is to be told what, before any ledger is asked."""

from __future__ import annotations

from datetime import date, timedelta

import desk_of_rules as desk
import office
import pytest

from sheetcrm.remind.allow import AllowList
from sheetcrm.remind.gather import Snooze, gather, needed

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


def of_rules(rules, *rows, today=desk.TODAY, team=desk.TEAM, allow="example.com", **options):
    settings = options.pop("settings", {})
    reading = desk.reading(rules, rows, team, **settings)
    return gather(reading, today=today, channel="mail", allow=AllowList.of([allow]), **options)


def told(mails):
    return sorted((recipient.name, one.row_id, one.step) for recipient, found in mails.items() for one in found)


FOLLOW_UP = {"call": desk.FOLLOW_UP}
LADDER = {"call": {**desk.FOLLOW_UP, "escalate": [{"after": 2, "to": "manager"}]}}
LATE = desk.TODAY - timedelta(3)


def test_what_came_long_ago_is_expired_and_for_the_ledger_to_see():
    rows = [desk.row(1, next=desk.TODAY - timedelta(30)), desk.row(2, next=desk.TODAY - timedelta(31))]
    found = of_rules(FOLLOW_UP, *rows)
    assert (told(found.mails), told(found.expired)) == ([("Eve", "C001", 0)], [("Eve", "C002", 0)])
    found = of_rules(FOLLOW_UP, *rows, catch_up=10)
    assert (told(found.mails), len(told(found.expired))) == ([], 2)
    found = of_rules({"call": {**desk.FOLLOW_UP, "catch_up": 400}}, *rows, catch_up=10)
    assert (len(told(found.mails)), told(found.expired)) == (2, [])


def test_a_pause_that_ends_makes_nothing_expired():
    rule = {"call": {**desk.FOLLOW_UP, "pause": "quiet"}}
    found = of_rules(rule, desk.row(next=desk.TODAY - timedelta(90), quiet=desk.TODAY - timedelta(1)))
    assert (told(found.mails), told(found.expired)) == ([("Eve", "C001", 0)], [])


def test_each_recipient_has_their_own_occurrence():
    assert told(of_rules(LADDER, desk.row(next=LATE)).mails) == [("Bob", "C001", 2), ("Eve", "C001", 0)]


def test_who_hears_twice_of_a_row_hears_of_the_later_step():
    """Zed has left: Bob is told instead of him, and is his manager."""
    assert told(of_rules(LADDER, desk.row(next=LATE, owner="Zed")).mails) == [("Bob", "C001", 2)]


def test_a_later_step_that_is_due_takes_an_expired_one_away():
    rule = {"call": {**desk.FOLLOW_UP, "escalate": [{"after": 35, "to": "manager"}]}}
    found = of_rules(rule, desk.row(next=desk.TODAY - timedelta(40), owner="Zed"))
    assert (told(found.mails), found.expired) == ([("Bob", "C001", 35)], {})


@pytest.mark.parametrize(("snooze", "names"), [
    pytest.param({"sheet": "customers", "row_id": "C001"}, [], id="a row, for everybody"),
    pytest.param({"sheet": "orders", "row_id": "C001"}, ["Bob", "Eve"], id="a row of another sheet"),
    pytest.param({"sheet": "customers", "row_id": "C001", "recipient": "eve@example.com"}, ["Bob"], id="a row, for one"),
    pytest.param({"recipient": "bob@example.com"}, ["Eve"], id="a person"),
    pytest.param({}, [], id="everything"),
])  # fmt: skip
def test_snoozed(snooze, names):
    rows = [desk.row(next=LATE)]
    found = of_rules(LADDER, *rows, snoozes=[Snooze(desk.TODAY + timedelta(1), **snooze)])
    assert [name for name, *_ in told(found.mails)] == names
    assert {one.until for one in found.resting} == ({desk.TODAY + timedelta(1)} if len(names) < 2 else set())


def test_a_snooze_that_is_over_makes_nothing_expired():
    row, over = desk.row(next=desk.TODAY - timedelta(90)), desk.TODAY - timedelta(1)
    for snooze in (Snooze(over, "customers", "C001"), Snooze(over, recipient="eve@example.com")):
        found = of_rules(FOLLOW_UP, row, snoozes=[snooze])
        assert (told(found.mails), told(found.expired)) == ([("Eve", "C001", 0)], [])


@pytest.mark.parametrize("whom", [{}, {"sheet": "customers", "row_id": "C001"}, {"recipient": "eve@example.com"}], ids=["everything", "a row", "a person"])  # fmt: skip
@pytest.mark.parametrize(("due", "since", "until", "told_still"), [
    pytest.param(400, 90, 1, False, id="what was expired before is not woken"),
    pytest.param(100, 90, 1, True, id="what still had twenty days has them afterwards"),
    pytest.param(100, 90, 20, True, id="and all of them"),
    pytest.param(100, 90, 21, False, id="and not one more"),
    pytest.param(50, 90, 30, True, id="what came meanwhile has as long as if it had come on the last day"),
    pytest.param(50, 90, 31, False, id="and not longer"),
    pytest.param(40, 90, 45, False, id="quiet that was over before does not count"),
    pytest.param(40, 5, 9, False, id="quiet that was asked for after its end is none"),
])  # fmt: skip
def test_days_of_quiet_make_nothing_older_and_wake_nothing(whom, due, since, until, told_still):
    row = desk.row(next=desk.TODAY - timedelta(due))
    asked, over = (desk.TODAY - timedelta(days) for days in (since, until))
    found = of_rules(FOLLOW_UP, row, snoozes=[Snooze(over, **whom, since=asked)])
    assert bool(found.mails) is told_still
    assert bool(found.expired) is not told_still


def test_two_snoozes_at_once_are_not_twice_as_long():
    row, since, over = (desk.TODAY - timedelta(days) for days in (100, 90, 30))
    everything, hers = Snooze(over, since=since), Snooze(over, recipient="eve@example.com", since=since)
    for snoozes in ([everything], [hers], [everything, hers], [everything, everything]):
        found = of_rules(FOLLOW_UP, desk.row(next=row), snoozes=snoozes)
        assert (told(found.mails), told(found.expired)) == ([], [("Eve", "C001", 0)])


def test_a_pause_does_not_begin_the_ladder_anew_for_what_had_climbed_it_long_before():
    pause = Snooze(desk.TODAY - timedelta(2), since=desk.TODAY - timedelta(9))
    found = of_rules(LADDER, desk.row(next=desk.TODAY - timedelta(400)), snoozes=[pause])
    assert (told(found.mails), told(found.expired)) == ([], [("Bob", "C001", 2), ("Eve", "C001", 0)])
    found = of_rules(LADDER, desk.row(next=desk.TODAY - timedelta(10)), snoozes=[pause])
    assert told(found.mails) == [("Bob", "C001", 2), ("Eve", "C001", 0)]


def test_a_rule_for_another_way_to_send_is_not_mailed():
    rule = {"call": {**desk.FOLLOW_UP, "channels": ["robot"]}}
    assert told(of_rules(rule, desk.row(next=LATE)).mails) == []
    assert told(of_rules(rule, desk.row(next=LATE), way="robot").mails) == [("Eve", "C001", 0)]


def test_past_the_last_published_year_the_report_says_so():
    rule = {"call": {**desk.FOLLOW_UP, "working_days": "after"}}
    found = of_rules(rule, desk.row(next=date(2027, 1, 4)), today=date(2027, 1, 4))
    assert [(one.code, "2027" in one.message) for one in found.troubles] == [("workdays_guessed", True)]
    assert of_rules(rule, desk.row(next=LATE)).troubles == ()


def test_steps_that_have_not_come_ask_nothing_of_a_year_to_come():
    rule = {
        "call": {
            **desk.FOLLOW_UP,
            "working_days": "after",
            "overdue": {"every": 7, "times": 4},
            "escalate": [{"after": 9}],
        }
    }
    found = of_rules(rule, desk.row(next=date(2026, 12, 24)), today=date(2026, 12, 25))
    assert (found.troubles, told(found.mails)) == ((), [("Eve", "C001", 0)])


def test_a_country_of_which_no_working_days_are_known_is_said():
    rule = {"call": {**desk.FOLLOW_UP, "working_days": "after", "country": "ZZ"}}
    found = of_rules(rule, desk.row(next=LATE))
    assert [one.code for one in found.troubles] == ["workdays_unknown"]


def test_a_role_that_nobody_has_is_called_as_people_call_it():
    rule = {"call": {**desk.FOLLOW_UP, "escalate": [{"after": 1, "to": "boss"}]}}
    (unsent,) = of_rules(rule, desk.row(next=LATE), team=desk.TEAM[1:]).unsent
    assert unsent.message == "nobody in Team who can get mail has the role Boss"


def test_whoever_hears_instead_must_be_allowed_too():
    found = of_rules(
        {"call": {**desk.FOLLOW_UP, "fallback": ["Ann"]}}, desk.row(next=LATE, owner=""), allow="eve@example.com"
    )
    assert ([one.code for one in found.unsent], found.mails) == (["not_allowed"], {})


def test_every_column_that_a_rule_names_is_read():
    rules = {
        "call": {**desk.FOLLOW_UP, "pause": "quiet", "mirror": "since", "show": ["name"]},
        "visit": {"type": "cadence", "last": "last", "every": {"column": "cycle"}},
        "pay": {"type": "receivable", "date": "next", "amount": "amount", "paid": "paid"},
        "fill": {"type": "missing", "columns": ["phone"]},
    }
    found = {key.split(".")[1] for key in needed(desk.made(rules)) if key.startswith("customers.")}
    assert found == {"id", "owner", "next", "quiet", "since", "name", "last", "cycle", "amount", "paid", "phone"}
    assert {"team.role", "team.mobile"} <= needed(desk.made(rules))
