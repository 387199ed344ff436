"""`plan --all`, `apply --all`, `status`: every spreadsheet of the config, whatever is wrong with one of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import gspread
import pytest

from sheetcrm import config, provision, testing
from sheetcrm.connect import connect
from sheetcrm.schema import loader
from sheetcrm.server.quota import Quota
from sheetcrm.sheets.gateway import Drive, Gateway

SHOP = """\
version: 1
title: {zh: 店, en: Shop}
sheets:
  customers:
    title: {zh: 客户, en: Customers}
    key: id
    rows: 20
    columns:
      id: {type: id, title: {zh: 编号, en: ID}}
      name: {type: text, title: {zh: 姓名, en: Name}}
      day: {type: date, title: {zh: 日期, en: Day}}
"""
OVERLAY = (
    "extends: shop\nversion: 1\nsheets: {customers: {columns: {size: {type: text, title: {zh: 规模, en: Size}}}}}\n"
)


def write(name, text):
    Path("templates").mkdir(exist_ok=True)
    Path(f"templates/{name}.yaml").write_text(text, encoding="utf-8")


@pytest.fixture
def three(prepared):
    """The command line in a folder with three spreadsheets, two from a template and one from an overlay of it."""
    return prepared(_three)


def _three(sheetcrm):
    sheetcrm("init", "--local")
    write("shop", SHOP)
    write("own", OVERLAY)
    for title, template in (("north", "shop"), ("south", "shop"), ("west", "own")):
        made = sheetcrm("apply", template, "--create", title)
        assert made.code == 0, made.err


def people(title):
    """Plain gspread on one of the spreadsheets."""

    class People:
        def __enter__(self):
            loaded = config.load(Path("config.yaml").absolute())
            self.way = connect(loaded)
            session = self.way.__enter__().session
            return gspread.Client(auth=None, session=session).open_by_key(loaded.spreadsheets[title].id)

        def __exit__(self, *error):
            return self.way.__exit__(*error)

    return People()


def outcomes(answer):
    return {one["name"]: (one["outcome"], one["exit_code"]) for one in answer.json["spreadsheets"]}


def test_what_is_up_to_date_costs_two_reads_each(three):
    answer = three("plan", "--all", "--check", "--json")
    assert answer.code == 0
    assert outcomes(answer) == dict.fromkeys(("north", "south", "west"), ("nothing to change", 0))
    assert {tuple(one["requests"].values()) for one in answer.json["spreadsheets"]} == {(2, 0)}
    assert three("plan", "--all").out.splitlines()[-1] == "3 spreadsheets: 3 in order"


def test_an_upgrade_reaches_all_of_them_overlays_too(three):
    write(
        "shop", SHOP.replace("version: 1", "version: 2") + "      phone: {type: phone, title: {zh: 电话, en: Phone}}\n"
    )
    plan = three("plan", "--all", "--check", "--json")
    assert plan.code == 3
    assert plan.json["counts"] == {"ok": 0, "pending": 3, "refused": 0, "failed": 0}
    assert three("plan", "--all").out.splitlines()[-1] == "3 spreadsheets: 3 with changes to make"
    applied = three("apply", "--all", "--json")
    assert applied.code == 0, applied.err
    assert all("customers.phone.column" in str(one["changes"]) for one in applied.json["spreadsheets"])
    assert three("plan", "--all", "--check").code == 0
    with people("west") as book:
        assert book.worksheet("Customers").row_values(1) == ["ID", "Name", "Day", "Phone", "Size"]


def test_what_fails_for_one_does_not_stop_the_others_and_again_does_the_rest(three):
    write(
        "shop",
        SHOP.replace("version: 1", "version: 2").replace("      day: {type: date, title: {zh: 日期, en: Day}}\n", ""),
    )
    with people("north") as book:
        book.worksheet("Customers").update([["1", "Ann", 46000]], "A2", raw=True)
    text = Path("config.yaml").read_text(encoding="utf-8")
    gone = text.replace(
        "spreadsheets:\n", f"spreadsheets:\n  gone:\n    id: {'x' * 44}\n    template: shop\n    language: en\n"
    )
    Path("config.yaml").write_text(gone, encoding="utf-8")
    applied = three("apply", "--all", "--json")
    assert applied.code == 1, "the worst of all"
    found = outcomes(applied)
    assert found["gone"] == (applied.json["spreadsheets"][0]["outcome"], 1)
    assert "no spreadsheet" in found["gone"][0]
    assert found["north"][1] == 4
    assert "would delete data in customers.day (1 row); add --allow-data-loss" in found["north"][0]
    assert (found["south"][1], found["west"][1]) == (0, 0)
    Path("config.yaml").write_text(text, encoding="utf-8")
    again = three("apply", "--all", "--allow-data-loss", "--json")
    assert again.code == 0
    assert [one["name"] for one in again.json["spreadsheets"] if one["changes"]] == ["north"]


def test_a_template_that_is_wrong_fails_where_it_is_used(three):
    write("own", OVERLAY.replace("text", "txet"))
    answer = three("plan", "--all")
    assert answer.code == 2
    assert "✓ north" in answer.out
    assert "own.yaml:3: sheets.customers.columns.size: no such column type: txet; did you mean text?" in answer.out
    assert answer.out.splitlines()[-1] == "3 spreadsheets: 2 in order, 1 failed"


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        pytest.param(["plan", "shop", "--all"], "leave out TEMPLATE", id="a template"),
        pytest.param(["apply", "--all", "--in", "north"], "leave out --in", id="one of them"),
        pytest.param(["apply", "--all", "--create", "x"], "leave out --create", id="a new one"),
        pytest.param(["apply", "--all", "--plan", "0" * 12], "leave out --plan", id="a fingerprint"),
    ],
)
def test_mistakes(three, arguments, part):
    answer = three(*arguments)
    assert (answer.code, part in answer.err) == (2, True), answer.err


def test_no_spreadsheet_at_all(sheetcrm):
    sheetcrm("init", "--local")
    answer = sheetcrm("apply", "--all")
    assert answer.code == 2
    assert "names no spreadsheet yet" in answer.err


def test_status_says_who_is_behind_and_who_ahead(three):
    write("shop", SHOP.replace("version: 1", "version: 2"))
    three("apply", "--in", "south")
    found = {one["name"]: one for one in three("status", "--json").json}
    assert {name: one["standing"] for name, one in found.items()} == {
        "north": "behind",
        "south": "same",
        "west": "behind",
    }
    assert found["west"]["made_from"] == {"own": 1, "shop": 1}
    assert found["west"]["there_is"] == {"own": 1, "shop": 2}
    assert "Sheets requests: 1 read, 0 written" in three("status", "--in", "west", "--stats").err
    assert "own 1, over shop 1, behind: there is own 1, over shop 2" in three("status", "--in", "west").out
    write("shop", SHOP)
    ahead = three("status", "--in", "south")
    assert "shop 2, ahead of what is here: shop 1; update sheetcrm, or your template's file" in ahead.out
    assert ahead.out.count("\n  shop") == 1, "only the one that was asked for"
    assert three("status", "--in", "sotuh").code == 2


def test_a_template_given_by_path_is_found_again_from_anywhere(three, tmp_path, monkeypatch):
    Path("elsewhere").mkdir()
    Path("elsewhere/mine.yaml").write_text(SHOP, encoding="utf-8")
    assert three("apply", "elsewhere/mine.yaml", "--create", "east").code == 0
    assert config.load(tmp_path / "config.yaml").spreadsheets["east"].template == "elsewhere/mine.yaml"
    monkeypatch.chdir("elsewhere")
    answer = three("plan", "--in", "east", "--config", "../config.yaml", "--check")
    assert (answer.code, answer.out.strip()) == (0, "nothing to change")


def test_many_spreadsheets_wait_for_googles_quota_and_all_get_done():
    """Forty plans are eighty reads; sixty a minute are allowed."""
    clock = [datetime(2026, 11, 21, 1, 0, tzinfo=UTC)]

    def sleep(seconds):
        clock[0] += timedelta(seconds=seconds)

    template = loader.named("pipeline")
    with testing.server(quota=Quota(), now=lambda: clock[0]) as running:
        new = Drive(running.session, sleep=sleep).create("T")
        first = Gateway(running.session, new, sleep=sleep)
        provision.apply(first, provision.plan(first, template, "zh", today=date(2026, 11, 21)))
        began = clock[0]
        for _ in range(40):
            gateway = Gateway(running.session, new, sleep=sleep, jitter=lambda low, high: high)
            assert provision.plan(gateway, template, "zh", today=date(2026, 11, 21)).changes == ()
        assert timedelta(seconds=30) < clock[0] - began < timedelta(minutes=3)
