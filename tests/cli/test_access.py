"""`sheetcrm access`: who may open and edit what, what of it should not be, and mending it; through the command line."""

from __future__ import annotations

from pathlib import Path

import gspread
import pytest

from sheetcrm import config
from sheetcrm.connect import connect
from sheetcrm.sheets.gateway import Drive

SHOP = """\
version: 1
title: {zh: 店, en: Shop}
team: {sheet: team, name: name, email: email, role: role, active: active}
sheets:
  orders:
    title: {zh: 订单, en: Orders}
    key: id
    rows: 20
    columns:
      id: {type: id, title: {zh: 编号, en: ID}}
      paid: {type: checkbox, title: {zh: 已付, en: Paid}}
  team:
    title: {zh: 团队, en: Team}
    key: name
    rows: 20
    columns:
      name: {type: text, title: {zh: 姓名, en: Name}, required: true, unique: true}
      email: {type: email, title: {zh: 邮箱, en: E-mail}}
      role: {type: choice, title: {zh: 角色, en: Role}, options: {sales: {zh: 销售, en: Sales}, finance: {zh: 财务, en: Finance}}}
      active: {type: checkbox, title: {zh: 在职, en: Active}}
roles:
  finance: {edits: [orders.paid]}
share: {sales: writer, finance: commenter}
"""
ANN, BOB, GUY = (
    ["Ann", "ann@x.org", "Sales", True],
    ["Bob", "bob@x.org", "Finance", True],
    ["Guy", "guy@x.org", "Sales", False],
)


@pytest.fixture
def at_google(sheetcrm):
    """`at_google(work)` calls it with gspread's spreadsheet and Drive, as somebody who owns the spreadsheet."""

    def call(work, title="shop"):
        loaded = config.load(Path("config.yaml").absolute())
        with connect(loaded) as way:
            file = loaded.spreadsheets[title].id
            return work(gspread.Client(auth=None, session=way.session).open_by_key(file), Drive(way.session))

    return call


@pytest.fixture
def shop(sheetcrm, at_google):
    """The command line in a folder with one spreadsheet, its team hired, its locks made, nobody let in."""
    sheetcrm("init", "--local")
    Path("templates").mkdir(exist_ok=True)
    Path("templates/shop.yaml").write_text(SHOP, encoding="utf-8")
    assert sheetcrm("apply", "shop", "--create", "shop", "--lang", "en").code == 0
    at_google(lambda book, _: book.worksheet("Team").update([ANN, BOB, GUY], "A2", raw=True))
    assert sheetcrm("apply", "--yes").code == 0
    return sheetcrm


def levels(book, drive):
    found = drive.permissions(book.id)
    return {one.get("emailAddress", one["type"]): one["role"] for one in found if one["role"] != "owner"}


def as_it_should_be(book, _drive):
    book.share("ann@x.org", perm_type="user", role="writer", notify=False)
    book.share("bob@x.org", perm_type="user", role="commenter", notify=False)


def untidy(book, _drive):
    as_it_should_be(book, _drive)
    book.share("guy@x.org", perm_type="user", role="writer", notify=False)
    book.share("eve@y.org", perm_type="user", role="reader", notify=False)
    book.share(None, perm_type="anyone", role="reader", notify=False)


def codes(answer):
    (one,) = answer.json["spreadsheets"]
    return {(finding["code"], finding["who"]) for finding in one["findings"]}


def test_all_is_well(shop, at_google):
    at_google(as_it_should_be)
    answer = shop("access")
    assert answer.code == 0, answer.out + answer.err
    assert "commenter  bob@x.org" in answer.out
    assert "Bob, finance" in answer.out
    assert "locked     orders.paid" in answer.out
    assert "all is as it should be" in answer.out


def test_what_is_wrong_is_told_and_nothing_is_done(shop, at_google):
    at_google(untidy)
    before = at_google(levels)
    answer = shop("access", "--json")
    assert answer.code == 3
    assert codes(answer) == {("leaver", "guy@x.org"), ("stranger", "eve@y.org"), ("link", "anyone with the link")}
    assert at_google(levels) == before
    shown = shop("access")
    assert (shown.code, "Guy left, and guy@x.org still has access (writer)" in shown.out) == (3, True)
    assert "3 things are not as they should be; sheetcrm access --fix mends 2" in shown.out


def test_who_is_missing_gets_in_without_a_question(shop, at_google):
    answer = shop("access", "--fix")
    assert answer.code == 0, answer.err
    assert at_google(levels) == {"ann@x.org": "writer", "bob@x.org": "commenter"}


def test_nobody_loses_access_unasked(shop, at_google):
    at_google(untidy)
    answer = shop("access", "--fix")
    assert answer.code == 4
    assert "add --yes" in answer.err
    assert "guy@x.org" in at_google(levels)


def test_what_was_reviewed_is_done_or_nothing(shop, at_google):
    at_google(untidy)
    plan = shop("access", "--fix", "--json").json["spreadsheets"][0]
    assert plan["exit_code"] == 4
    shown = shop("access", "--fix").out
    fingerprint = shown.split("plan ")[-1].split()[0]
    at_google(lambda book, _: book.share("dan@x.org", perm_type="user", role="reader", notify=False))
    at_google(lambda book, drive: book.remove_permissions("guy@x.org"))
    assert shop("access", "--fix", "--plan", fingerprint).code == 4
    assert "anyone" in at_google(levels)


def test_mended_but_for_strangers_and_then_those_too(shop, at_google):
    at_google(untidy)
    answer = shop("access", "--fix", "--yes")
    assert answer.code == 3, "a stranger is left"
    assert at_google(levels) == {"ann@x.org": "writer", "bob@x.org": "commenter", "eve@y.org": "reader"}
    assert shop("access", "--fix", "--strangers", "--yes").code == 0
    assert at_google(levels) == {"ann@x.org": "writer", "bob@x.org": "commenter"}
    assert "eve@y.org" in shop("log", "--ours").out


def test_a_lock_that_lets_others_in_is_put_right_and_nothing_else_is_touched(shop, at_google):
    at_google(as_it_should_be)

    def loosen(book, _drive):
        found = book.fetch_sheet_metadata({"fields": "sheets(properties,protectedRanges)"})
        (lock,) = [
            one for part in found["sheets"] for one in part.get("protectedRanges", []) if not one.get("warningOnly")
        ]
        lock["editors"]["users"].append("ann@x.org")
        changed = {"protectedRangeId": lock["protectedRangeId"], "editors": lock["editors"]}
        book.batch_update({"requests": [{"updateProtectedRange": {"protectedRange": changed, "fields": "editors"}}]})
        book.worksheet("Orders").update([["Paid?"]], "B1")

    at_google(loosen)
    assert codes(shop("access", "--json")) == {("editors", "orders.paid")}
    assert shop("access", "--fix", "--yes").code == 0
    assert codes(shop("access", "--json")) == set()
    assert at_google(lambda book, _: book.worksheet("Orders").acell("B1").value) == "Paid?"


def test_a_range_that_people_protected_names_somebody_who_left(shop, at_google):
    at_google(as_it_should_be)
    place = {"sheetId": 0, "startRowIndex": 4, "endRowIndex": 6, "startColumnIndex": 0, "endColumnIndex": 2}

    def protect(book, _drive):
        range_ = {**place, "sheetId": book.worksheet("Orders").id}
        protected = {"range": range_, "editors": {"users": ["guy@x.org"]}}
        book.batch_update({"requests": [{"addProtectedRange": {"protectedRange": protected}}]})

    at_google(protect)
    answer = shop("access")
    assert "guy@x.org may edit the protected range Orders!A5:B6" in answer.out
    assert answer.code == 3


def test_other_domains_and_who_is_named_beside_the_team(shop, at_google):
    at_google(untidy)
    with Path("config.yaml").open("a", encoding="utf-8") as file:
        file.write("access: {domains: [x.org], link: reader, also: {eve@y.org: reader}}\nadmins: [local@example.com]\n")
    found = codes(shop("access", "--json"))
    assert ("outside", "eve@y.org") not in found
    assert ("link", "anyone with the link") not in found
    assert ("leaver", "guy@x.org") in found


def test_every_spreadsheet_and_one_that_cannot_be_looked_at(shop, at_google):
    at_google(as_it_should_be)
    assert shop("apply", "shop", "--create", "other", "--lang", "en").code == 0
    file = Path("config.yaml")
    gone = config.load(file.absolute()).spreadsheets["other"].id
    file.write_text(file.read_text(encoding="utf-8").replace(gone, "x" * 44), encoding="utf-8")
    answer = shop("access", "--json")
    said = {one["name"]: one for one in answer.json["spreadsheets"]}
    assert (said["shop"]["exit_code"], answer.code) == (0, 1)
    assert "There is no spreadsheet" in said["other"]["error"]


def test_a_team_of_nobody_has_nothing_to_lock(sheetcrm):
    sheetcrm("init", "--local")
    Path("shop.yaml").write_text(SHOP, encoding="utf-8")
    sheetcrm("apply", "shop.yaml", "--create", "shop", "--lang", "en")
    assert sheetcrm("access").code == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("access: {domains: [ann@x.org]}", "expected a domain", id="an address for a domain"),
        pytest.param("access: {link: editor}", "link", id="no such level"),
        pytest.param("access: {domain: [x.org]}", "did you mean domains?", id="a slip"),
    ],
)
def test_a_config_that_makes_no_sense(shop, text, message):
    with Path("config.yaml").open("a", encoding="utf-8") as file:
        file.write(text + "\n")
    answer = shop("access")
    assert answer.code == 2
    assert message in answer.err


def test_how_to_mend_without_mending(shop):
    assert shop("access", "--yes").code == 2
