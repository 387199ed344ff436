"""The whole job against a real mail server: who is told what, once, and what is said about the rest."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default

import office
import pytest
from desk_of_runs import ANN, BOB, EVE, MORNING, THREE, TODAY, Desk, arrived, row, states, text

from sheetcrm.remind.allow import AllowList
from sheetcrm.remind.digest import Style
from sheetcrm.remind.ledger import Ledger
from sheetcrm.remind.message import Sender
from sheetcrm.remind.notifiers.folder import FolderNotifier
from sheetcrm.remind.notifiers.smtp import SmtpNotifier
from sheetcrm.remind.run import Settings, run


@pytest.fixture
def desk(tmp_path, post):
    return Desk(tmp_path, post)


def test_one_digest_an_owner_and_a_second_run_sends_nothing(desk, post):
    rows = (*THREE, row(4, -3), row(5, 10))
    first = desk.remind(*rows)
    assert states(first) == {ANN: "sent", BOB: "sent", EVE: "sent"}
    assert sorted(arrived(post)) == [ANN, BOB, EVE]
    assert {mail.address: mail.reminders for mail in first.mails} == {ANN: 2, BOB: 1, EVE: 1}
    second = desk.remind(*rows)
    assert (second.mails, [told.state for told in second.told]) == ((), ["sent"] * 4)
    assert len(post.mails) == 3


def test_exactly_the_guarded_bytes_arrive(desk, post):
    desk.remind(row(name="=?utf-8?q?hi=0D=0ABcc:_evil@x.io?=", owner="Ann"))
    ((sender, recipient, data),) = post.mails
    mail = message_from_bytes(data, policy=default)
    assert (sender, recipient, mail["Auto-Submitted"]) == ("crm@example.com", ANN, "auto-generated")
    assert mail["Bcc"] is None
    assert mail["Message-ID"] == desk.mails()[0].message_id


def test_a_dry_run_says_exactly_what_would_go_and_leaves_no_trace(desk, post):
    dry = desk.remind(*THREE, dry_run=True)
    assert not desk.path.exists()
    assert states(dry) == {ANN: "planned", BOB: "planned", EVE: "planned"}
    wet = desk.remind(*THREE)
    assert [mail.draft for mail in dry.mails] == [mail.draft for mail in wet.mails]
    again = desk.remind(*THREE, dry_run=True)
    assert (again.mails, len(again.told)) == ((), 3)
    assert len(post.mails) == 3


def test_the_report_is_plain_data_for_programs(desk):
    found = desk.remind(row(1), row(2, owner="Zed")).json()
    assert json.loads(json.dumps(found)) == found
    assert found["counts"] == {"sent": 1, "unsent": 1}
    assert "Customer 1" in found["mails"][0]["text"]


# Who is not told, and that it is said


def test_what_nobody_can_be_told_is_reported_in_every_run_and_never_dropped(desk):
    rows = (
        row(1, owner=""),
        row(2, owner="Zed"),
        row(3, id="C009"),
        row(4, id="C009"),
        row(5, next="2026-13-01"),
        row(6),
    )
    for _ in range(2):
        found = desk.remind(*rows)
        assert [(one.place.row, one.code) for one in found.unsent] == [
            (2, "owner_blank"), (3, "owner_unknown"), (4, "duplicate_id"), (5, "duplicate_id"), (6, "date_bad"),
        ]  # fmt: skip
        assert found.worth_seeing
    assert found.unsent[1].message == "Zed is not in Team"
    assert found.unsent[1].place.a1 == "Customers!D3"
    assert found.unsent[1].place.link.endswith("range=D3")


def test_example_rows_are_counted_and_never_mailed(desk, post):
    found = desk.remind(row(id="SAMPLE-1"))
    assert (found.samples, found.mails, found.worth_seeing, post.mails) == (1, (), False, [])


def test_a_team_sheet_that_cannot_be_read_stops_no_run(desk):
    found = desk.remind(row(), team=[])
    assert [one.code for one in found.unsent] == ["owner_unknown"]


@pytest.mark.parametrize(("allow", "told"), [
    pytest.param((), [], id="nobody, when the list is empty"),
    pytest.param(("bob@example.com",), [BOB], id="only those on it"),
    pytest.param(("*@example.com",), [ANN, BOB, EVE], id="a domain"),
])  # fmt: skip
def test_case_11_real_people_are_not_mailed_from_a_test(desk, post, allow, told):
    found = desk.remind(*THREE, allow=allow)
    assert sorted(arrived(post)) == told
    assert [one.code for one in found.unsent] == ["not_allowed"] * (3 - len(told))


def test_case_11_a_mail_that_waits_is_not_sent_to_who_left_the_list(desk, post):
    post.after_data[ANN] = "drop"
    desk.remind(row())
    post.mails.clear()
    found = desk.remind(row(), allow=("bob@example.com",))
    assert (states(found), post.mails) == ({ANN: "held"}, [])


# Run after run, day after day


def test_case_2_a_job_that_runs_far_too_often_sends_one_mail_a_step(desk, post):
    """liberapay: 148 identical mails; invoiceninja: hourly instead of daily."""
    for _ in range(24):
        desk.remind(row())
        desk.later(minutes=10)
    assert len(post.mails) == 1


def test_case_4_running_on_any_days_tells_every_step_that_was_reached_once(desk, post):
    """londonhackspace: if it does not run on the right date, we never send."""
    for day in (-3, -3, -2, 0, 4, 8, 8, 30, 60):
        desk.remind(row(), today=TODAY + timedelta(days=day))
        desk.later(days=1)
    assert len(post.mails) == 4
    assert len({message_from_bytes(data)["Message-ID"] for _, _, data in post.mails}) == 4


def test_case_4_two_runs_at_once_are_one(desk, post):
    """lokole: four workers, four mails."""
    with ThreadPoolExecutor(2) as both:
        found = list(both.map(lambda _: desk.remind(*THREE), range(2)))
    assert sorted(arrived(post)) == [ANN, BOB, EVE]
    assert not any(report.failed and report.stopped for report in found)
    assert desk.states() == {ANN: "sent", BOB: "sent", EVE: "sent"}


def test_case_5_the_day_in_the_mail_is_the_day_in_the_cell(desk, post):
    """twenty: a date-only field showed the day before."""
    desk.now = datetime(2026, 1, 5, 0, 30, tzinfo=UTC)
    desk.remind(row())
    assert "Next follow-up: 2026-01-05" in text(post.mails[0][2])


def test_a_sorted_sheet_is_the_same_sheet(desk, post):
    desk.remind(*THREE)
    assert desk.remind(*reversed(THREE)).mails == ()


def test_a_new_date_is_a_new_reminder_and_the_old_date_again_is_not(desk, post):
    desk.remind(row())
    desk.remind(row(next=TODAY + timedelta(days=1)))
    assert len(post.mails) == 2
    desk.remind(row())
    assert len(post.mails) == 2


def test_mails_into_a_folder(desk, tmp_path):
    notifier = FolderNotifier(tmp_path / "mails")
    found = desk.remind(*THREE, notifier=notifier)
    assert set(states(found).values()) == {"sent"}
    assert len(list(notifier.folder.glob("*.eml"))) == len(list(notifier.folder.glob("*.html"))) == 3


def test_the_run_is_noted(desk):
    desk.remind(*THREE, row(4, owner="Zed"))
    with Ledger.open(desk.path, read_only=True) as ledger:
        last = ledger.last_run(office.ID)
    assert (last.counts, last.finished, last.stopped) == ({"sent": 3, "unsent": 1}, MORNING, "")


def test_two_rows_with_the_same_id_in_two_spreadsheets_are_two(desk):
    desk.remind(row())
    reading = office.reading([row()])
    reading.layout.spreadsheet_id = "another"
    settings = Settings(Sender.parse("crm@example.com"), AllowList.of(["example.com"]))
    with Ledger.open(desk.path) as ledger:
        notifier = SmtpNotifier("127.0.0.1", desk.post.port, "none")
        found = run(reading, ledger, notifier, today=TODAY, now=lambda: MORNING, settings=settings)
    assert states(found) == {ANN: "sent"}


def test_a_second_mail_stands_with_the_first_and_says_what_changed(desk, post):
    desk.remind(row(1), row(2), row(3))
    changed = (row(1, stage="Won"), row(2, 9), row(3), row(4, 1))
    desk.later(days=1)
    planned = desk.remind(*changed, today=TODAY + timedelta(1), dry_run=True)
    desk.remind(*changed, today=TODAY + timedelta(1))
    first, second = (message_from_bytes(data, policy=default) for _, _, data in post.mails)
    assert first["References"] == second["References"] != first["Message-ID"]
    assert first["List-Id"] == second["List-Id"]
    said = second.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert said == planned.mails[0].draft.text
    assert [line for line in said.splitlines() if line.startswith("* ")] == [
        "* Customer 4 (today)",
        "* Customer 1 (Customers to follow up: settled)",
        "* Customer 2 (Customers to follow up: now 2026-01-14)",
        "* Customer 3 (Customers to follow up: 1 day overdue, told on 2026-01-05)",
    ]


def test_what_came_too_late_stands_below_until_it_is_seen_to(desk, post):
    desk.remind(row(1, -90), row(2))
    desk.later(days=1)
    desk.remind(row(1, -90), row(2), row(3, 1), today=TODAY + timedelta(1))
    for _, _, data in post.mails:
        assert "no reminder comes any more (1)" in text(data)
        assert "* Customer 1 (Customers to follow up:" in text(data)


def test_a_mail_template_that_fails_is_in_the_report_and_the_mail_goes_out_all_the_same(desk, post, tmp_path):
    (tmp_path / "digest.txt").write_text("{{ nonsense }}")
    report = desk.remind(row(1), style=Style(templates=tmp_path))
    (trouble,) = report.template_troubles
    assert trouble.startswith(f"{tmp_path / 'digest.txt'}:1: 'nonsense' is undefined;")
    assert (report.failed, report.worth_seeing) == (False, True)
    assert report.json()["template_troubles"] == [trouble]
    assert "Customer 1" in text(post.mails[0][2])
