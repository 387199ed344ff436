"""A copy is written whole or done again: answers that are lost, refusals half way, copies beyond what goes in one request."""

from __future__ import annotations

import json
from datetime import date

import gspread
import pytest

from sheetcrm import provision, testing
from sheetcrm.errors import ApiError, NotAllowed
from sheetcrm.provision.audit import House
from sheetcrm.publish import carry_out, found, publication, source
from sheetcrm.schema import loader
from sheetcrm.sheets.gateway import Drive, Gateway
from sheetcrm.testing import Fault

TODAY = date(2026, 11, 21)
SHOP = """\
version: 1
title: {zh: 店, en: Shop}
team: {sheet: team, name: name, email: email, role: role}
sheets:
  orders:
    title: {zh: 订单, en: Orders}
    key: id
    rows: 400
    columns:
      id: {type: id, title: {zh: 编号, en: ID}}
      what: {type: text, title: {zh: 货物, en: What}}
      secret: {type: text, title: {zh: 秘密, en: Secret}}
  team:
    title: {zh: 团队, en: Team}
    key: name
    rows: 20
    columns:
      name: {type: text, title: {zh: 姓名, en: Name}}
      email: {type: email, title: {zh: 邮箱, en: E-mail}}
      role: {type: choice, title: {zh: 角色, en: Role}, options: {store: {zh: 仓库, en: Store}, lead: {zh: 主管, en: Lead}}}
roles:
  store: {sees: {orders: {columns: [id, what]}}}
"""


class Shop:
    """A spreadsheet of so many orders, and a blank one for the copy."""

    def __init__(self, running, template, orders):
        self.running, self.template = running, template
        self.book = running.client.create("Shop")
        provision.apply(self.gateway, provision.plan(self.gateway, template, "en", today=TODAY))
        self.book.worksheet("Orders").update(
            [[f"O{at}", f"tea {at}", "hidden"] for at in range(orders)], "A2", raw=True
        )
        self.book.worksheet("Team").update(
            [["Ann", "ann@x.org", "Store"], ["Bob", "bob@x.org", "Lead"]], "A2", raw=True
        )
        self.id = running.client.create("Copy").id

    @property
    def gateway(self):
        return Gateway(self.running.session, self.book.id)

    @property
    def copy(self):
        return Gateway(self.running.session, self.id, sleep=lambda _: None)

    @property
    def drive(self):
        return Drive(self.running.session, sleep=lambda _: None)

    def plan(self, limit=2_000_000):
        read = source(self.gateway, self.template, ["store"], language="en", today=TODAY)
        target = found(self.copy, self.book.id, "store")
        house = House(ourselves=self.running.server.owner)
        allowed = self.drive.permissions(self.id)
        return publication(read, "store", target, allowed, origin=self.book.id, house=house, limit=limit)

    def publish(self, limit=2_000_000):
        carry_out(self.copy, self.drive, self.plan(limit), self.plan, limit=limit)

    def rows(self):
        spreadsheet: gspread.Spreadsheet = self.running.client.open_by_key(self.id)
        return [row for row in spreadsheet.worksheet("Orders").get_all_values()[1:] if any(row)]


@pytest.fixture
def template(tmp_path):
    file = tmp_path / "shop.yaml"
    file.write_text(SHOP, encoding="utf-8")
    return loader.load(file)


@pytest.fixture
def shop(template):
    with testing.server() as running:
        yield Shop(running, template, 5)


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_answer_that_is_lost(shop, when):
    shop.running.faults.add(Fault("sheets.spreadsheets.batchUpdate", drop=when))
    shop.publish()
    assert len(shop.rows()) == 5
    assert not shop.plan().has_work


def test_refused_half_way_and_done_again(shop):
    shop.running.faults.add(Fault("drive.permissions.create", status=403))
    with pytest.raises(NotAllowed):
        shop.publish()
    assert [grant.address for grant in shop.plan().sharing.grants] == ["ann@x.org"]
    shop.publish()
    assert not shop.plan().has_work


def test_who_should_not_be_there_is_gone_before_anything_is_written(shop):
    shop.publish()
    shop.running.client.open_by_key(shop.id).share("bob@x.org", perm_type="user", role="reader", notify=False)
    shop.book.worksheet("Orders").update([["new"]], "B2", raw=True)
    shop.running.forget_requests()
    shop.running.faults.add(Fault("drive.permissions.delete", status=403))
    with pytest.raises(ApiError):
        shop.publish()
    assert shop.running.requests("sheets.spreadsheets.batchUpdate") == []
    assert shop.rows()[0][1] == "tea 0"


def test_one_request_for_all_of_it_and_two_reads_of_each(shop):
    shop.running.forget_requests()
    shop.publish()
    calls = [call.method for call in shop.running.requests("sheets.*")]
    assert calls.count("sheets.spreadsheets.batchUpdate") == 1
    assert len(calls) == 5


def test_more_than_goes_in_one_request(shop):
    more = [[f"P{at}", f"tea {at}", "hidden"] for at in range(40)]
    shop.book.worksheet("Orders").update(more, "A7", raw=True)
    shop.running.forget_requests()
    shop.publish(limit=1000)
    assert len(shop.running.requests("sheets.spreadsheets.batchUpdate")) > 2
    assert [row[0] for row in shop.rows()] == [f"O{at}" for at in range(5)] + [f"P{at}" for at in range(40)]
    assert not shop.plan().has_work


def test_fewer_rows_leave_nothing_behind(shop):
    shop.publish()
    shop.book.worksheet("Orders").batch_clear(["A3:C6"])
    shop.publish()
    assert shop.rows() == [["O0", "tea 0"]]
    there = shop.running.client.open_by_key(shop.id).fetch_sheet_metadata({"includeGridData": "true"})
    assert "tea 4" not in json.dumps(there)


def test_a_sheet_that_is_seen_no_more_is_taken_out_of_the_copy(shop, tmp_path):
    shop.publish()
    file = tmp_path / "shop.yaml"
    file.write_text(SHOP.replace("orders: {columns: [id, what]}", "team: {columns: [name]}"), encoding="utf-8")
    shop.template = loader.load(file)
    shop.publish()
    assert [tab.title for tab in shop.running.client.open_by_key(shop.id).worksheets()] == ["Team"]


def test_the_plan_says_what_comes_and_goes(shop):
    assert shop.plan().changed == (("Orders", 5, 0),)
    shop.publish()
    shop.book.worksheet("Orders").update([["other"]], "B2", raw=True)
    assert shop.plan().changed == (("Orders", 1, 1),)
