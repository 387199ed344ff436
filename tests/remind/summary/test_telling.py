"""The summary of a week, against a real mail server: to each reader once, late rather than never."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.policy import default

import office
import pytest
import shop
from shop import TODAY, deal

from sheetcrm.errors import Refused
from sheetcrm.remind.allow import AllowList
from sheetcrm.remind.guard import Guards
from sheetcrm.remind.ledger import Ledger, Snooze
from sheetcrm.remind.message import Sender
from sheetcrm.remind.notifiers.smtp import SmtpNotifier
from sheetcrm.remind.resend import resend
from sheetcrm.remind.run import Settings, run
from sheetcrm.remind.summary.telling import tell_week
from sheetcrm.remind.summary.weeks import Week
from sheetcrm.schema.template import Template

TOP, ANN, EVE = "top@example.com", "ann@example.com", "eve@example.com"
ROWS = (deal(1, owner="Bob", amount=10), deal(2, owner="Eve", amount=20), deal(3, owner="Top", amount=40))


class Desk:
    """Somebody who runs the job day after day."""

    def __init__(self, folder, post):
        self.path, self.post = folder / "ledger.db", post
        self.notifier = SmtpNotifier("127.0.0.1", post.port, "none")

    def remind(self, today=TODAY, rows=ROWS, people=shop.PEOPLE, made=None, dry_run=False, **settings):
        reading = shop.reading(rows, people, made=made)
        with Ledger.open(self.path) as ledger:
            return run(reading, ledger, self.notifier, today=today, dry_run=dry_run, **self._how(today, **settings))

    def tell(self, week, today=TODAY, **settings):
        with Ledger.open(self.path) as ledger:
            how = self._how(today, **settings)
            return tell_week(shop.reading(ROWS), ledger, self.notifier, week=week, today=today, **how)

    def quiet(self, until, **whom):
        with Ledger.open(self.path) as ledger:
            ledger.snoozes.add(Snooze(office.ID, until, **whom), now=datetime(2026, 3, 1, tzinfo=UTC))

    def _how(self, today, allow=("example.com",), **settings):
        made = Settings(Sender.parse("crm@example.com"), AllowList.of(allow), **settings)
        now = datetime(today.year, today.month, today.day, 8, tzinfo=UTC)
        return {"settings": made, "now": lambda: now}

    @property
    def mails(self):
        return [message_from_bytes(data, policy=default) for _, _, data in self.post.mails]

    @property
    def told(self):
        """Whom, and the week."""
        return [(mail["To"].addresses[0].addr_spec, mail["Subject"].split()[-1]) for mail in self.mails]


@pytest.fixture
def desk(tmp_path, post):
    return Desk(tmp_path, post)


def to(*whom, **settings):
    return shop.template(shop.weekly(to=list(whom), **settings))


def test_it_is_a_mail_with_its_picture_within(desk):
    desk.remind()
    (mail,) = desk.mails
    assert mail["Subject"] == "Shop: Weekly summary 2026-W10"
    (picture,) = (part for part in mail.walk() if part.get_content_type() == "image/png")
    assert picture["Content-ID"] == "<chart1>"
    assert "cid:chart1" in mail.get_body(("html",)).get_content()
    assert "Together: Count 3, Amount CN¥70" in mail.get_body(("plain",)).get_content()


def test_once_a_week_however_often_the_job_runs(desk):
    for at in range(15):
        desk.remind(TODAY + timedelta(at))
        desk.remind(TODAY + timedelta(at))
    assert desk.told == [(TOP, "2026-W10"), (TOP, "2026-W11"), (TOP, "2026-W12")]


def test_a_week_that_was_missed_comes_once_and_late_and_older_ones_do_not(desk):
    desk.remind(TODAY)
    desk.remind(TODAY + timedelta(7 * 5 + 3))
    desk.remind(TODAY + timedelta(7 * 5 + 4))
    assert desk.told == [(TOP, "2026-W10"), (TOP, "2026-W15")]


def test_another_weekday_does_not_tell_the_week_again(desk):
    desk.remind(TODAY)
    desk.remind(TODAY + timedelta(3), made=to("boss", weekday="wednesday"))
    assert desk.told == [(TOP, "2026-W10")]


def test_over_new_year(desk):
    for day in (date(2026, 12, 28), date(2027, 1, 4), date(2027, 1, 5)):
        desk.remind(day, rows=())
    assert desk.told == [(TOP, "2026-W52"), (TOP, "2026-W53")]


def test_each_manager_is_told_of_their_own_people(desk):
    desk.remind(made=to("manager"))
    counts = {
        mail["To"].addresses[0].addr_spec: [
            line for line in mail.get_body(("plain",)).get_content().splitlines() if line.startswith("* Together")
        ]
        for mail in desk.mails
    }
    assert counts == {
        TOP: ["* Together: Count 3, Amount CN¥70"],
        ANN: ["* Together: Count 1, Amount CN¥10"],
    }


def test_it_neither_waits_for_a_digest_nor_stands_in_one(desk):
    desk.remind(rows=[deal(1, owner="Top", next=TODAY)])
    assert sorted(mail["Subject"] for mail in desk.mails) == ["Shop: Deal 1, today", "Shop: Weekly summary 2026-W10"]
    assert len({mail["Message-ID"] for mail in desk.mails}) == 2


def test_a_server_that_does_not_take_it_today_gets_it_tomorrow_with_the_figures_of_then(desk):
    desk.post.after_data[TOP] = "451 later"
    assert desk.remind().failed
    desk.post.after_data.clear()
    desk.remind(TODAY + timedelta(1), rows=[deal(1, amount=7)])
    (mail,) = desk.mails
    assert "Amount CN¥7" in mail.get_body(("plain",)).get_content()


def test_a_week_that_could_not_be_sent_gives_way_to_the_next(desk):
    desk.post.after_data[TOP] = "451 later"
    desk.remind()
    desk.post.after_data.clear()
    desk.remind(TODAY + timedelta(7))
    assert desk.told == [(TOP, "2026-W11")]


def test_a_rule_that_is_taken_away_takes_its_unsent_mail_along(desk):
    desk.post.after_data[TOP] = "451 later"
    desk.remind()
    desk.post.after_data.clear()
    desk.remind(TODAY + timedelta(1), made=to("Eve"))
    assert desk.told == [(EVE, "2026-W10")]


@pytest.mark.parametrize(("settings", "people", "said"), [
    pytest.param({"allow": ["example.org"]}, shop.PEOPLE, "allow-list", id="a reader who is not on the allow-list"),
    pytest.param({}, shop.PEOPLE[1:], "nobody in Team who can get mail has the role Boss", id="a role that nobody has"),
])  # fmt: skip
def test_who_cannot_be_told_is_in_every_report(desk, settings, people, said):
    for at in range(2):
        report = desk.remind(TODAY + timedelta(at), people=people, **settings)
        (trouble,) = report.troubles
        assert trouble.code == "summary_unheard"
        assert said in trouble.message
        assert report.worth_seeing
    assert desk.mails == []


def test_a_dry_run_shows_it_and_changes_nothing(desk):
    for _ in range(2):
        (mail,) = desk.remind(dry_run=True).mails
        assert (mail.address, mail.state, mail.draft.subject) == (TOP, "planned", "Shop: Weekly summary 2026-W10")
    assert desk.mails == []
    desk.remind()
    assert desk.remind(dry_run=True).mails == ()


def test_a_redirect_gets_it_and_nobody_counts_as_told(desk):
    desk.remind(guards=Guards(redirect="trial@example.com"))
    desk.remind()
    assert [mail["To"].addresses[0].addr_spec for mail in desk.mails] == ["trial@example.com", TOP]
    assert desk.mails[0]["Subject"].startswith("[for Top <top@example.com>]")


def test_one_that_was_lost_is_sent_once_more_by_the_next_run(desk):
    desk.remind()
    with Ledger.open(desk.path) as ledger:
        resend(ledger, 1, now=datetime(2026, 3, 10, tzinfo=UTC))
    desk.remind(TODAY + timedelta(1))
    assert desk.told == [(TOP, "2026-W10")] * 2


def test_two_summaries_for_one_reader_are_one_mail(desk):
    raw = shop.raw()
    raw["reminders"]["second"] = shop.weekly(title="Another summary", stage=None)
    desk.remind(made=Template.model_validate(raw))
    (mail,) = desk.mails
    lines = mail.get_body(("plain",)).get_content().splitlines()
    assert [line for line in lines if "summary" in line] == ["Weekly summary 2026-W10", "Another summary 2026-W10"]


def test_a_rule_for_another_channel_is_left_to_that_one(desk):
    assert desk.remind(made=to("boss", channels="sales")).mails == ()


@pytest.mark.parametrize(("whom", "told"), [
    pytest.param({}, [], id="the whole team"),
    pytest.param({"sheet": "deals"}, [], id="the sheet"),
    pytest.param({"recipient": TOP}, [ANN], id="a person"),
    pytest.param({"recipient": "somebody@example.com"}, [ANN, TOP], id="somebody else"),
    pytest.param({"sheet": "orders"}, [ANN, TOP], id="another sheet"),
    pytest.param({"sheet": "deals", "row_id": "D001"}, [ANN, TOP], id="a row alone"),
])  # fmt: skip
def test_a_pause_holds_it_until_it_is_over(desk, whom, told):
    made, until = to("manager"), TODAY + timedelta(3)
    desk.quiet(until, **whom)
    for dry_run in (True, False):
        report = desk.remind(made=made, dry_run=dry_run)
        assert sorted(mail.address for mail in report.mails) == told
        assert {(one.summary, one.place.rule, one.until) for one in report.resting} == {
            (f"Weekly summary 2026-W10 for {name}", "weekly", until)
            for name, address in (("Top", TOP), ("Ann", ANN))
            if address not in told
        }
        assert not report.worth_seeing
    desk.remind(until, made=made)
    desk.remind(until + timedelta(1), made=made)
    assert sorted(desk.told) == [(ANN, "2026-W10"), (TOP, "2026-W10")]


def test_of_the_weeks_of_a_pause_the_last_one_is_told(desk):
    desk.quiet(TODAY + timedelta(30))
    for at in range(35):
        desk.remind(TODAY + timedelta(at))
    assert desk.told == [(TOP, "2026-W14")]


def test_a_week_that_was_told_is_not_said_to_be_quiet(desk):
    desk.remind()
    desk.quiet(TODAY + timedelta(3))
    assert desk.remind(TODAY + timedelta(1)).resting == ()


def test_what_waits_to_be_tried_again_waits_for_the_pause_too(desk):
    desk.post.after_data[TOP] = "451 later"
    desk.remind()
    desk.post.after_data.clear()
    desk.quiet(TODAY + timedelta(3))
    desk.remind(TODAY + timedelta(2))
    assert desk.told == []
    desk.remind(TODAY + timedelta(3))
    assert desk.told == [(TOP, "2026-W10")]


def test_a_pause_that_ends_on_a_day_off_ends_on_the_next_working_day(desk):
    saturday = TODAY + timedelta(5)
    desk.quiet(saturday)
    made = to("boss", working_days="after")
    for at in range(7):
        desk.remind(TODAY + timedelta(at), made=made)
    assert desk.told == []
    desk.remind(TODAY + timedelta(7), made=made)
    assert desk.told == [(TOP, "2026-W11")]


class TestFirstRun:
    ROWS = (deal(1, owner="Bob", next=TODAY), deal(2, owner="Eve", next=TODAY))

    def test_every_mail_counts(self, desk):
        made = to("manager")
        with pytest.raises(
            Refused, match=r"would tell of 4 reminders \(2 of them weekly summaries\), more than first_run: 3"
        ):
            desk.remind(rows=self.ROWS, made=made, guards=Guards(first_run=3))
        assert "4 reminders" in desk.remind(rows=self.ROWS, made=made, guards=Guards(first_run=3), dry_run=True).stopped
        desk.remind(rows=self.ROWS, made=made, guards=Guards(first_run=4))
        assert len(desk.mails) == 4

    def test_summaries_alone(self, desk):
        with pytest.raises(Refused, match="would tell of 2 reminders"):
            desk.remind(made=to("manager"), guards=Guards(first_run=1))
        assert desk.mails == []

    def test_who_is_left_in_peace_is_not_counted(self, desk):
        desk.quiet(TODAY + timedelta(3), recipient=TOP)
        desk.remind(made=to("manager"), guards=Guards(first_run=1))
        assert desk.told == [(ANN, "2026-W10")]

    def test_what_a_run_planned_before_it_died_was_let_through(self, desk):
        class Dying(SmtpNotifier):
            def open(self, *_):
                raise KeyboardInterrupt

        alive, desk.notifier = desk.notifier, Dying("127.0.0.1", desk.post.port, "none")
        with pytest.raises(KeyboardInterrupt):
            desk.remind(rows=self.ROWS)
        desk.notifier = alive
        desk.remind(rows=self.ROWS, guards=Guards(first_run=0))
        assert len(desk.mails) == 3


class TestOnDemand:
    def test_a_pause_holds(self, desk):
        desk.quiet(TODAY + timedelta(3))
        told = desk.tell(Week.of(TODAY).before)
        assert told.mails == ()
        assert [one["summary"] for one in told.json()["resting"]] == ["Weekly summary 2026-W10 for Top"]

    def test_any_week_and_each_once(self, desk):
        week = Week.parse("2026-W05")
        assert [mail.state for mail in desk.tell(week).mails] == ["sent"]
        again = desk.tell(week)
        assert (again.mails, again.known) == ((), 1)
        assert desk.told == [(TOP, "2026-W05")]

    def test_what_was_asked_for_is_not_told_again_by_the_job(self, desk):
        desk.tell(Week.of(TODAY).before)
        desk.remind()
        assert desk.told == [(TOP, "2026-W10")]

    def test_nobody_beside_the_allow_list(self, desk):
        told = desk.tell(Week.of(TODAY).before, allow=())
        assert (told.mails, [one.code for one in told.troubles]) == ((), ["summary_unheard"])
