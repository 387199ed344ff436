"""`sheetcrm status` and `sheetcrm log`: how reminders stand, for people, programs and monitoring."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from remind_desk import MAIL, TEMPLATE, TODAY, book, in_days, mails, opened, type_in

from sheetcrm.remind.ledger import State


@pytest.fixture
def one(prepared):
    return prepared(_one)


def _one(sheetcrm):
    opened(sheetcrm, "east")


def settled(state, reason):
    """What the mail server said of the one mail that was sent."""
    with closing(sqlite3.connect("sheetcrm-ledger.db")) as ledger, ledger:
        assert ledger.execute("UPDATE message SET state = ?, reason = ?", (state, reason)).rowcount == 1


def test_before_the_first_run_and_after_it(one):
    never = one("status", "--json").json[0]["reminders"]
    assert (never["last"], never["exit_code"]) == (None, 0)
    assert "reminders: never run" in one("status").out
    one("remind")
    after = one("status", "--json").json[0]["reminders"]
    assert (after["counts"], after["mails"], after["finished"]) == ({"sent": 1}, {"sent": 1}, True)


TWO_WAYS = TEMPLATE.replace("    mirror: told\n", "    channels: [mail, copies]\n")


def by_two_ways(sheetcrm, copies):
    return opened(sheetcrm, "east", mail=f"{MAIL}channels:\n  copies: {copies}\n", template=TWO_WAYS)


def test_the_last_run_is_that_of_all_channels(sheetcrm):
    one = by_two_ways(sheetcrm, "{type: maildir, path: Copies}")
    one("remind")
    assert one("status", "--json").json[0]["reminders"]["counts"] == {"sent": 2}
    with book("east") as there:
        there.worksheet("Team").update([["Bob", "bob@example.com", True]], "A3:C3")
        type_in(there, 3, "Bob's", TODAY, owner="Bob")
        type_in(there, 4, "Nobody's", TODAY, owner="Zed")
    said = one("remind", "--json").json["counts"]
    assert said == {"sent": 2, "told": 1, "unsent": 1}
    assert one("status", "--json").json[0]["reminders"]["counts"] == said
    answer = one("status")
    assert "2 sent, 1 told before, 1 unsent\n  who is not told, and why: sheetcrm remind --dry-run" in answer.out


def test_a_channel_that_could_not_be_used_is_a_failure_though_the_others_told_everybody(sheetcrm):
    one = by_two_ways(sheetcrm, "{type: slack, webhook: {env: NOT_SET_ANYWHERE}}")
    one("remind")
    answer = one("status")
    assert answer.code == 1
    assert "1 sent" in answer.out
    assert "stopped: copies: " in answer.out
    assert "NOT_SET_ANYWHERE" in answer.out


def test_a_channel_that_was_refused_is_said_though_the_others_told_everybody(sheetcrm):
    one = by_two_ways(sheetcrm, "{type: maildir, path: Copies}")
    one("remind")
    with book("east") as there:
        for row in (3, 4, 5):
            type_in(there, row, f"Customer {row}", TODAY)
    text = Path("config.yaml").read_text(encoding="utf-8")
    Path("config.yaml").write_text(text.replace("copies:", "new:").replace("mail:\n", "mail:\n  first_run: 2\n"))
    Path("templates/desk.yaml").write_text(TWO_WAYS.replace("copies", "new"), encoding="utf-8")
    assert one("remind").code == 4
    answer = one("status")
    assert answer.code == 1
    assert "1 sent" in answer.out
    assert "stopped: refused: the first run" in answer.out


def test_a_run_that_is_overdue_is_a_failure_for_whoever_watches(one):
    assert one("status", "--max-age", "26h").code == 1, "it never ran"
    one("remind")
    assert one("status", "--max-age", "26h").code == 0
    with closing(sqlite3.connect("sheetcrm-ledger.db")) as ledger, ledger:
        ledger.execute("UPDATE run SET started = '2026-01-01T00:00:00.000000+00:00'")
    late = one("status", "--max-age", "26h")
    assert late.code == 1
    assert "the last whole run began 2026-01-01 00:00 UTC, more than 26h ago" in late.out
    assert one("status").code == 0, "nobody asked"
    assert one("status", "--max-age", "soon").code == 2


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        pytest.param(State.FAILED, "550 no such user", id="failed for good"),
        pytest.param(State.UNKNOWN, "no answer came", id="perhaps sent"),
        pytest.param(State.RETRY, "451 later", id="to be tried again"),
    ],
)
def test_what_went_wrong_is_said_with_its_reason_and_its_number(one, state, reason):
    one("remind")
    settled(state, reason)
    answer = one("status")
    assert answer.code == 3
    assert f"{state}: mail 1 to ann@example.com" in answer.out
    assert reason in answer.out


def test_what_nobody_hears_of_is_said_with_the_reason(one):
    with book("east") as there:
        type_in(there, 2, "Old", "2020-01-02", id_="C7")
    assert one("remind").code == 3
    answer = one("status", "--json")
    assert answer.code == 3
    (untold,) = answer.json[0]["reminders"]["untold"]
    assert (untold["state"], untold["count"]) == ("expired", 1)
    one("remind", "pause", "--until", in_days(3))
    assert "quiet: everything until" in one("status").out


def test_what_is_told_next(one):
    with book("east") as there:
        type_in(there, 2, "Soon", in_days(4), id_="C7")
    assert one("status", "--next", "--json").json[0]["next_due"] == f"1 on {in_days(4)}"
    with book("east") as there:
        type_in(there, 2, "Far", in_days(400), id_="C7")
    assert "next: nothing within two weeks" in one("status", "--next").out
    assert not Path("sheetcrm-ledger.db").exists()


def test_a_ledger_that_cannot_be_used_is_said_of_every_spreadsheet(one):
    Path("sheetcrm-ledger.db").write_bytes(b"no database" * 500)
    answer = one("status")
    assert answer.code == 1
    assert "the ledger cannot be used" in answer.out


def test_without_a_mail_part_there_is_nothing_to_watch(one):
    text = Path("config.yaml").read_text(encoding="utf-8")
    Path("config.yaml").write_text(text.replace(MAIL, ""), encoding="utf-8")
    answer = one("status")
    assert answer.code == 0
    assert "no mail: part" in answer.out


def test_the_log_says_who_was_told_of_what(sheetcrm):
    two = opened(sheetcrm, "east", "west")
    assert "nothing was ever told" in two("log", "--mails").err
    with book("west") as there:
        there.worksheet("Team").update([["Bob", "bob@example.com", True]], "A3:C3")
        type_in(there, 2, "Bob's", TODAY, owner="Bob", id_="C7")
    two("remind")
    assert mails() == 2
    every = two("log", "--mails")
    assert len(every.out.splitlines()) == 2
    assert "customers C7" in every.out
    by_row = two("log", "--mails", "--customer", "C7", "--json").json
    assert [(line["spreadsheet"], line["address"], line["fate"]["state"]) for line in by_row] == [
        ("west", "bob@example.com", "sent")
    ]
    assert "Ann" in two("log", "--mails", "--person", "Ann").out
    assert "Ann" in two("log", "--mails", "--person", "ann").out
    assert "Bob" not in two("log", "--mails", "--person", "ann@example.com").out
    assert two("log", "--mails", "--in", "east", "--person", "Bob").out == ""
    assert "there is more" in two("log", "--mails", "--limit", "1").err
    assert two("log").code == 2


def test_the_log_says_what_was_sent_once_more(one):
    one("remind")
    assert one("remind", "resend", "1").code == 0
    assert "(once more: mail 2 planned " in one("log", "--mails").out
    one("remind")
    (line,) = one("log", "--mails", "--json").json
    assert [(copy["mail"], copy["state"]) for copy in line["once_more"]] == [(2, "sent")]
