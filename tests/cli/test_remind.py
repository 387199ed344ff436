"""`sheetcrm remind` over all spreadsheets of a config: what goes, what is said, what it exits with."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from remind_desk import MAIL, TEMPLATE, TODAY, book, in_days, mails, opened, type_in


@pytest.fixture
def two(sheetcrm):
    """Two spreadsheets, east and west, each with a customer who is due."""
    return opened(sheetcrm, "east", "west")


@pytest.fixture
def one(sheetcrm):
    return opened(sheetcrm, "east")


def test_every_spreadsheet_of_the_config_is_looked_after_and_none_twice(two):
    first = two("remind", "--json")
    assert first.code == 0, first.err
    assert {one["name"]: one["counts"] for one in first.json["spreadsheets"]} == {
        "east": {"sent": 1},
        "west": {"sent": 1},
    }
    assert mails() == 2
    again = two("remind", "--json")
    assert (again.code, mails()) == (0, 2)
    assert again.json["counts"] == {"told": 2}


def test_one_of_them_by_in(two):
    answer = two("remind", "--in", "west")
    assert (answer.code, mails()) == (0, 1)
    assert "Ann <ann@example.com>" in answer.out


def test_a_spreadsheet_that_cannot_be_read_keeps_nobody_else_waiting(two):
    text = Path("config.yaml").read_text(encoding="utf-8")
    Path("config.yaml").write_text(
        text.replace("spreadsheets:\n", f"spreadsheets:\n  gone: {{id: 1{'a' * 43}, template: desk, language: en}}\n")
    )
    answer = two("remind", "--json")
    assert answer.code == 1
    assert answer.json["failed"] == ["gone"]
    assert "no spreadsheet" in answer.json["spreadsheets"][0]["error"]
    assert mails() == 2
    assert "1 could not be looked after" in two("remind").out


def test_a_run_costs_at_most_three_requests_a_spreadsheet_and_three_more_to_write_down_that_somebody_was_told(one):
    dry = one("remind", "--dry-run", "--json")
    assert dry.json["requests"] == {"reads": 2, "writes": 0}
    first = one("remind", "--json").json
    assert first["requests"] == {"reads": 2, "writes": 1}, "an id for the new row"
    assert first["mirroring"] == {"reads": 2, "writes": 1}, "the day on which Ann was told"
    assert one("remind", "--json").json["requests"] == {"reads": 2, "writes": 0}
    assert "Sheets requests: 2 read, 0 written" in one("remind", "--stats").err


def test_a_dry_run_says_what_would_go_to_whom_and_leaves_no_trace(one):
    with book("east") as there:
        type_in(there, 2, "Due", TODAY)
        type_in(there, 3, "Nobody's", TODAY, owner="Zed")
        type_in(there, 4, "Old", "2020-01-02")
    answer = one("remind", "--dry-run")
    assert answer.code == 3
    assert "planned" in answer.out
    assert "Due" in answer.out
    assert "Zed is not in Team" in answer.out
    assert "Customers!C4  due 2020-01-02" in answer.out
    assert not Path("sheetcrm-ledger.db").exists()
    assert not Path("Maildir").exists()


def test_a_dry_run_reads_a_ledger_of_an_older_version_and_leaves_it_as_it_is(one):
    left = (Path(__file__).parent.parent / "remind/ledger/version_1.sql").read_text(encoding="utf-8")
    with closing(sqlite3.connect("sheetcrm-ledger.db")) as db:
        db.executescript(left)
    before = Path("sheetcrm-ledger.db").read_bytes()
    answer = one("remind", "--dry-run")
    assert (answer.code, "Ann <ann@example.com>" in answer.out) == (0, True), answer.err
    assert one("status").code == 0
    assert "sent" in one("log", "--mails").out
    assert Path("sheetcrm-ledger.db").read_bytes() == before
    assert one("remind").code == 0
    assert Path("sheetcrm-ledger.db").read_bytes() != before


def test_rows_say_when_their_owner_was_last_told_and_the_journal_knows_who_wrote_it(one):
    with book("east") as there:
        type_in(there, 3, "Later", in_days(5), id_="C9")
    one("remind")
    with book("east") as there:
        tab = there.worksheet("Customers")
        assert tab.col_values(5) == ["Last told", str(TODAY)], "and nothing of the row that was not told"
        tab.update([[""]], "E2")
    assert one("remind").code == 0
    with book("east") as there:
        assert there.worksheet("Customers").acell("E2").value == str(TODAY), "from what was sent, not from this run"
    assert "remind" in one("undo", "--dry-run").out


def test_what_people_wrote_into_the_column_is_theirs(one):
    with book("east") as there:
        there.worksheet("Customers").update([["by phone"]], "E2")
    assert one("remind").code in (0, 3)
    assert mails() == 1
    with book("east") as there:
        assert there.worksheet("Customers").acell("E2").value == "by phone"


def test_reminders_go_out_though_nothing_can_be_written_down_in_the_sheet(one):
    with Path("config.yaml").open("a", encoding="utf-8") as file:
        file.write("journal: config.yaml\n")
    with book("east") as there:
        type_in(there, 2, "Due", TODAY, id_="C7")
    answer = one("remind")
    assert mails() == 1
    assert answer.code == 3
    assert "last told of could not be written" in answer.err


def test_each_channel_that_a_rule_names_tells_once(sheetcrm):
    template = TEMPLATE.replace("    mirror: told\n", "    channels: [mail, copies]\n")
    mail = MAIL + "channels:\n  copies: {type: maildir, path: Copies}\n"
    one = opened(sheetcrm, "east", mail=mail, template=template)
    first = one("remind", "--json")
    assert sorted((mail["channel"], mail["state"]) for mail in first.json["mails"]) == [
        ("copies", "sent"),
        ("mail", "sent"),
    ]
    assert (mails(), mails("Copies")) == (1, 1)
    assert one("remind").code == 0
    assert (mails(), mails("Copies")) == (1, 1)


def test_a_channel_that_the_config_does_not_have_is_said_and_mail_still_goes(sheetcrm):
    one = opened(sheetcrm, "east", template=TEMPLATE.replace("    mirror: told\n", "    channels: [mail, sales]\n"))
    answer = one("remind")
    assert (answer.code, mails()) == (1, 1)
    assert "the rule follow_up of desk names the channel sales, which config.yaml does not have" in answer.err


def test_a_channel_whose_secret_is_not_there_keeps_no_mail_from_going(sheetcrm):
    mail = MAIL + "channels:\n  sales: {type: slack, webhook: {env: NOT_SET_ANYWHERE}}\n"
    one = opened(
        sheetcrm, "east", mail=mail, template=TEMPLATE.replace("    mirror: told\n", "    channels: [mail, sales]\n")
    )
    answer = one("remind")
    assert (answer.code, mails()) == (1, 1)
    assert "NOT_SET_ANYWHERE" in answer.err


MISTAKES = [
    pytest.param(["--every", "5m"], "--every is for --forever", id="a span without --forever"),
    pytest.param(["--forever", "--every", "often"], "write 90s, 10m, 26h or 7d", id="no span"),
    pytest.param(["--forever", "--every", "0m"], "write 90s, 10m, 26h or 7d", id="no time at all"),
    pytest.param(["--forever", "--dry-run"], "leave out --dry-run", id="for ever without doing anything"),
    pytest.param(["--dry-run", "preview"], "say --dry-run after preview", id="an option before a command"),
    pytest.param(["snooze", "C404", "--until", "2999-01-01"], "no row has the id C404", id="no such row"),
    pytest.param(["snooze", "C1"], "--until", id="until when"),
    pytest.param(["pause", "--until", "2020-01-01"], "not a day to come", id="until a day that is over"),
    pytest.param(["pause", "--until", "2999-01-01", "--who", "Zed"], "Zed is nobody in the team", id="nobody"),
    pytest.param(["wake", "7"], "nothing is quiet by the number 7", id="no such snooze"),
    pytest.param(["resend", "7"], "no mail 7", id="no such mail"),
    pytest.param(["test", "--channel", "mial"], "did you mean mail?", id="no such channel"),
    pytest.param(["install", "github"], "GitHub's machines forget their disk", id="a SQLite ledger at GitHub"),
    pytest.param(["install", "cron", "--every", "7m"], "cron cannot count that", id="what no crontab can say"),
]


def test_mistakes(one):
    """In one folder, because making one takes longer than all of them."""
    for case in MISTAKES:
        arguments, part = case.values
        answer = one("remind", *arguments)
        assert (case.id, answer.code) == (case.id, 2), answer.out
        assert part in answer.err, case.id
    assert mails() == 0


def test_a_row_is_left_in_peace_until_a_day_and_can_be_woken(one):
    with book("east") as there:
        type_in(there, 2, "Due", TODAY, id_="C7")
    snoozed = one("remind", "snooze", "--customer", "C7", "--until", in_days(3), "--json")
    assert snoozed.code == 0, snoozed.err
    resting = one("remind", "--json")
    assert (resting.json["mails"], mails()) == ([], 0)
    assert [rest["until"] for rest in resting.json["resting"]] == [in_days(3)]
    assert f"customers C7, until {in_days(3)}" in one("remind", "snooze", "--list").out
    assert one("remind", "wake", str(snoozed.json["number"])).code == 0
    one("remind")
    assert mails() == 1


def test_numbers_of_what_is_quiet_are_good_without_saying_in_which_spreadsheet(two):
    for name in ("east", "west"):
        assert two("remind", "pause", "--in", name, "--until", in_days(3)).code == 0
    assert f"west: everything, until {in_days(3)}" in two("remind", "snooze", "--list").out
    assert "west" not in two("remind", "snooze", "--list", "--in", "east").out
    assert "(sheetcrm remind wake 2)" in two("status").out
    assert two("remind", "wake", "2", "--in", "east").code == 2
    assert two("remind", "wake", "2", "--json").json == {"lifted": 2}
    assert [one["number"] for one in two("remind", "pause", "--list", "--json").json] == [1]
    assert two("remind", "wake", "2").code == 2


def test_a_pause_for_one_of_the_team_leaves_the_others_alone(one):
    with book("east") as there:
        there.worksheet("Team").update([["Bob", "bob@example.com", True]], "A3:C3")
        type_in(there, 3, "Bob's", TODAY, owner="Bob", id_="C9")
    assert one("remind", "pause", "--until", in_days(2), "--who", "Ann").code == 0
    sent = one("remind", "--json").json["mails"]
    assert [mail["address"] for mail in sent] == ["bob@example.com"]
    assert one("remind", "pause", "--until", in_days(2)).code == 0
    assert "everything, until" in one("remind", "pause", "--list").out
    one("remind", "--date", in_days(1))
    assert mails() == 1
    one("remind", "--date", in_days(2))
    assert mails() == 2, "Ann's, once the pause was over"


def test_a_mail_is_sent_once_more_when_somebody_asks(one):
    one("remind")
    (line,) = one("log", "--mails", "--json").json
    again = one("remind", "resend", str(line["fate"]["mail"]))
    assert again.code == 0, again.err
    assert mails() == 1, "by the next run"
    one("remind")
    assert mails() == 2
    one("remind")
    assert mails() == 2


def test_a_test_message_tells_each_step(one):
    answer = one("remind", "test", "--to", "ann@example.com")
    assert (answer.code, mails()) == (0, 1)
    assert "ann@example.com is on the allow-list" in answer.out
    refused = one("remind", "test", "--to", "x@else.org")
    assert (refused.code, mails()) == (1, 1)
    assert "not on the allow-list" in refused.out


def test_a_preview_is_a_page_and_sends_nothing(two):
    answer = two("remind", "preview", "--out", "page.html")
    assert answer.code == 0, answer.err
    page = Path("page.html").read_text(encoding="utf-8")
    assert "Customer of east" in page
    assert "Customer of west" in page
    assert two("remind", "preview", "--out", "page.html", "--json").json == {"page": "page.html", "mails": 2}
    assert mails() == 0
