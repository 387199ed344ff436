"""
Northwind's orders as a pipeline: every number of the weekly summary equals what the raw files say.

An order is a lead while it is young, a first contact after that, won when it was shipped in time, lost when it was
shipped too late; whoever took it is to call a week after.
"""

from __future__ import annotations

import csv
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest

from sheetcrm import provision, sync, testing
from sheetcrm.remind.allow import AllowList
from sheetcrm.remind.gather import everybody_in
from sheetcrm.remind.ledger import Ledger
from sheetcrm.remind.message import Sender
from sheetcrm.remind.notifiers.folder import FolderNotifier
from sheetcrm.remind.run import Settings, run
from sheetcrm.remind.summary.figures import figures
from sheetcrm.remind.summary.readers import readers
from sheetcrm.remind.summary.weeks import Week
from sheetcrm.schema import loader
from sheetcrm.sheets.gateway import Drive, Gateway

TODAY = date(1998, 5, 11)
"""A Monday: the last order is from the Wednesday before."""
YOUNG = date(1998, 4, 20)
WEEKS = [date(1996, 7, 8) + timedelta(7 * at) for at in range(96)]
TEAMS = {"Andrew Fuller": "123456789", "Steven Buchanan": "5679"}
"""Whom each leads, at whatever distance, by number; as reportsTo says."""


def lines(folder, name):
    """Whole lines of a file, by header."""
    with (folder / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        header, *rest = csv.reader(file)
    return [dict(zip(header, cells, strict=True)) for cells in rest if len(cells) == len(header)]


def day(text):
    return None if text == "NULL" else date.fromisoformat(text[:10])


class Raw:
    """What the files say, in the plainest way."""

    def __init__(self, folder):
        self.names = {one["employeeID"]: f"{one['firstName']} {one['lastName']}" for one in lines(folder, "employees")}
        self.bosses = {one["employeeID"]: one["reportsTo"] for one in lines(folder, "employees")}
        sums = Counter()
        for one in lines(folder, "order-details"):
            sums[one["orderID"]] += Decimal(one["unitPrice"]) * int(one["quantity"]) * (1 - Decimal(one["discount"]))
        self.orders = [
            {
                "id": one["orderID"], "customer": one["customerID"], "who": one["employeeID"],
                "amount": sums[one["orderID"]].quantize(Decimal("0.01"), ROUND_HALF_UP),
                "placed": day(one["orderDate"]), "shipped": day(one["shippedDate"]), "required": day(one["requiredDate"]),
            }
            for one in lines(folder, "orders")
        ]  # fmt: skip

    def write(self, folder):
        """As two files to import, with the template's titles."""
        team = [
            [name, f"{name.replace(' ', '.').lower()}@northwind.example", self.names.get(self.bosses[key], ""), "TRUE"]
            for key, name in self.names.items()
        ]
        orders = [
            [
                one["id"], one["customer"], self.stage(one), one["shipped"] or one["placed"], self.names[one["who"]],
                "" if one["shipped"] else one["placed"] + timedelta(7), one["amount"],
            ]
            for one in self.orders
        ]  # fmt: skip
        heads = {
            "team": ["Name", "E-mail", "Manager", "Active"],
            "progress": ["Customer ID", "Customer", "Stage", "In stage since", "Owner", "Next follow-up", "Expected amount"],
        }  # fmt: skip
        for name, rows in (("team", team), ("progress", orders)):
            with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows([heads[name], *rows])

    def stage(self, one):
        if one["shipped"]:
            return "Lost" if one["shipped"] > one["required"] else "Won"
        return "Lead" if one["placed"] >= YOUNG else "First contact"

    def of(self, team):
        return [one for one in self.orders if one["who"] in team]


def tally(orders):
    """How many, and how much."""
    return len(orders), sum((one["amount"] for one in orders), Decimal(0))


def within(when, monday):
    return when is not None and monday <= when <= monday + timedelta(6)


class Story:
    """The spreadsheet on that Monday, and the raw files."""

    def __init__(self, folder, session, work):
        self.raw = Raw(folder)
        self.raw.write(work)
        self.template = loader.load(loader.find("pipeline"))
        gateway = Gateway(session, Drive(session).create("Northwind"))
        provision.apply(gateway, provision.plan(gateway, self.template, "en", today=TODAY))
        self.refused = [
            refusal
            for sheet in ("team", "progress")
            for refusal in sync.load(gateway, self.template, sheet, work / f"{sheet}.csv").refused
        ]
        self.reading = sync.read(gateway, self.template, language="en")
        told, _ = readers(self.template.reminders["weekly"], everybody_in(self.reading))
        self.scopes = {reader.person.name: reader.scope for reader in told}

    def told(self, monday, who):
        return figures(self.reading, "weekly", Week(monday), today=TODAY, language="en", scope=self.scopes[who])


@pytest.fixture(scope="module")
def story(northwind, tmp_path_factory):
    with testing.server() as running:
        yield Story(northwind.source, running.session, tmp_path_factory.mktemp("northwind"))


def test_every_whole_order_is_there(story):
    assert (story.refused, len(story.raw.orders)) == ([], 654)
    assert len(story.reading.extracts["progress"].rows) == 654


def test_whoever_leads_is_told(story):
    assert sorted(story.scopes) == sorted(TEAMS)


@pytest.mark.parametrize("who", TEAMS)
def test_the_pipeline_by_stage(story, who):
    orders = story.raw.of(TEAMS[who])
    found = story.told(WEEKS[-1], who)
    open_ = {"lead": "Lead", "contact": "First contact", "needs": "", "proposal": "", "contract": ""}
    assert {one.key: (one.tally.rows, one.tally.home) for one in found.stages} == {
        key: tally([one for one in orders if story.raw.stage(one) == title]) for key, title in open_.items()
    }
    assert (found.open.rows, found.open.home) == tally([one for one in orders if not one["shipped"]])
    assert found.open.rows > 5


@pytest.mark.parametrize("who", TEAMS)
def test_what_is_overdue_and_what_is_coming_by_owner(story, who):
    calls = [(one["placed"] + timedelta(7), one) for one in story.raw.of(TEAMS[who]) if not one["shipped"]]
    found = story.told(WEEKS[-1], who)
    (waiting,) = found.waiting
    overdue = Counter(story.raw.names[one["who"]] for when, one in calls if when < TODAY)
    assert {line.name: line.overdue for line in found.lines.values() if line.overdue} == overdue
    assert waiting.overdue.rows == sum(overdue.values()) > 3
    coming = sorted((when, one["id"]) for when, one in calls if within(when, TODAY))
    assert sorted((one.day, one.row.id) for one in found.coming) == coming
    assert waiting.coming.rows == len(coming) > 0


@pytest.mark.parametrize("who", TEAMS)
def test_new_won_and_lost_of_every_week_and_of_the_one_before(story, who):
    seen = Counter()
    for monday in WEEKS:
        found = story.told(monday, who)
        for change, title, when in zip(
            found.changes, ("Lead", "Won", "Lost"), ("placed", "shipped", "shipped"), strict=True
        ):
            orders = [one for one in story.raw.of(TEAMS[who]) if story.raw.stage(one) == title]
            # What was new is told without its sum: the template names none.
            keep = 1 if change.key == "new" else 2
            for told, first in ((change.week, monday), (change.before, monday - timedelta(7))):
                assert (told.rows, told.home)[:keep] == tally([one for one in orders if within(one[when], first)])[
                    :keep
                ], monday
            seen[change.key] += change.week.rows
            by_owner = Counter(story.raw.names[one["who"]] for one in orders if within(one[when], monday))
            lines_ = {line.name: getattr(line, change.key) for line in found.lines.values()}
            assert {name: count for name, count in lines_.items() if count} == by_owner, monday
    everything = Counter(story.raw.stage(one) for one in story.raw.of(TEAMS[who]))
    assert seen == {"new": everything["Lead"], "won": everything["Won"], "lost": everything["Lost"]}
    assert min(seen.values()) > 1


def test_the_mails_say_so(story, tmp_path):
    settings = Settings(Sender.parse("crm@northwind.example"), AllowList.of(["northwind.example"]))
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        report = run(
            story.reading, ledger, FolderNotifier(tmp_path / "mails"), today=TODAY, now=lambda: datetime.now(UTC),
            settings=settings, dry_run=True,
        )  # fmt: skip
    mails = {mail.name: mail.draft.text for mail in report.mails if "Weekly summary" in mail.subject}
    assert set(mails) == set(TEAMS)
    for who, text in mails.items():
        orders = story.raw.of(TEAMS[who])
        count, amount = tally([one for one in orders if not one["shipped"]])
        assert f"Together: Count {count}, Amount CN¥{amount:,.2f}" in text
        won = tally([one for one in orders if story.raw.stage(one) == "Won" and within(one["shipped"], WEEKS[-1])])
        assert f"Won: In the week {won[0]} · CN¥{won[1]:,.2f}, " in text
