"""`sheetcrm report`: the weekly summary on the screen, as a page, and mailed once."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
import remind_desk
from remind_desk import TODAY

MONDAY = TODAY - timedelta(TODAY.weekday() + 7)
"""Of the week that is over."""
WEEK = "{}-W{:02}".format(*MONDAY.isocalendar())
TEMPLATE = (
    remind_desk.TEMPLATE.replace(
        "      told: {type",
        "      since: {type: date, title: {zh: 创建, en: Since}}\n      told: {type",
    )
    .replace("email: email, active: active}", "email: email, active: active, manager: manager}")
    .replace(
        "      active: {type",
        "      manager: {type: person, title: {zh: 上级, en: Manager}}\n      active: {type",
    )
    + """  weekly:
    type: summary
    title: {zh: 每周汇总, en: Weekly summary}
    sheet: customers
    owner: owner
    new: {date: since}
    follow_ups: [follow_up]
"""
)


@pytest.fixture
def desk(prepared):
    return prepared(_desk)


def _desk(sheetcrm):
    remind_desk.opened(sheetcrm, "shop", template=TEMPLATE)
    with remind_desk.book("shop") as one:
        team = [["Ann", "ann@example.com", "Top", True], ["Top", "top@example.com", "", True]]
        one.worksheet("Team").update(team, "A2:D3")
        rows = [["", "First", str(TODAY), "Ann", str(MONDAY)], ["", "Second", "", "Ann", str(MONDAY - timedelta(1))]]
        one.worksheet("Customers").update(rows, "A2:E3", value_input_option="USER_ENTERED")


def test_on_the_screen_for_programs_and_as_a_page(desk):
    for arguments in ([], ["--week"], ["--week", WEEK]):
        shown = desk("report", *arguments)
        assert shown.code == 0, shown.err
        assert "* New: In the week 1, The week before 1" in shown.out
        assert f"Week {WEEK}" in shown.out
    found = desk("report", "--json").json
    assert (
        found["week"],
        found["changes"]["new"]["week"]["rows"],
        found["waiting"]["follow_up"]["coming"]["rows"],
    ) == (WEEK, 1, 1)
    written = desk("report", "--out", "week.html")
    assert (written.code, written.out) == (0, "")
    page = Path("week.html").read_text(encoding="utf-8")
    assert WEEK in page
    assert "cid:" not in page
    assert remind_desk.mails() == 0


def test_mailed_once_to_whom_it_is_for(desk):
    sent = desk("report", "--mail")
    assert (sent.code, sent.out.count("sent")) == (0, 1), sent
    (file,) = Path("Maildir/new").iterdir()
    mail = message_from_bytes(file.read_bytes(), policy=default)
    assert mail["To"] == "Top <top@example.com>"
    assert mail["Subject"].endswith(WEEK)
    again = desk("report", "--mail", "--json").json
    assert (again["mails"], again["told_before"]) == ([], 1)
    assert remind_desk.mails() == 1


@pytest.mark.parametrize(("arguments", "said"), [
    pytest.param(["--week", "2026-W60"], "no such week: 2026-W60", id="no such week"),
    pytest.param(["--rule", "weakly"], "did you mean weekly?", id="no such summary"),
    pytest.param(["--rule", "follow_up"], "no such summary: follow_up", id="a rule of another kind"),
    pytest.param(["--mail", "--out", "x.html"], "leave out --out", id="a page and a mail"),
    pytest.param(["--out", "no/such/folder.html"], "cannot be written", id="a page where none can be"),
])  # fmt: skip
def test_what_makes_no_sense_is_refused(desk, arguments, said):
    answer = desk("report", *arguments)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err


def test_a_template_without_a_summary_is_named(sheetcrm):
    answer = remind_desk.opened(sheetcrm, "shop")("report")
    assert answer.code == 2
    assert "desk has no rule of type summary" in answer.err


def test_a_sheet_without_a_column_that_it_needs_is_said(desk):
    with remind_desk.book("shop") as one:
        one.worksheet("Customers").delete_columns(5)
    answer = desk("report")
    assert answer.code == 3
    assert "* New: In the week 0, The week before 0" in answer.out
    assert "Since" in answer.err
