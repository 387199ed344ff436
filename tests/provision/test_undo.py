"""The last apply is taken back where nobody touched the same things since."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sheetcrm import provision
from sheetcrm.errors import Refused
from sheetcrm.journal import Journal
from sheetcrm.provision import Log
from sheetcrm.provision.undo import undo

from .bakery import actions, bakery, data_rows

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
STAGE = "      stage:\n"
CHANGES = {
    "another option": ("won: {zh: 成交", "lost: {zh: 流失, en: Lost}, won: {zh: 成交"),
    "another title and width": ("title: {zh: 姓名, en: Name}, required", "title: {zh: 名字, en: Name}, width: 300, required"),
    "a new column": (STAGE, "      phone: {type: phone, title: {zh: 电话, en: Phone}}\n" + STAGE),
    "another formula": ("SUMIFS({orders.amount},{orders.customer},{id})", "COUNTIFS({orders.customer},{id})"),
    "no highlights": ("    highlights: [{type: state, column: stage}]\n", ""),
    "other colours": ("version: 1", 'version: 2\ntheme: {second: "#ddeeff"}'),
    "a gradient": ("    highlights: [{type: state, column: stage}]\n", "    highlights: [{type: gradient, column: spent}]\n"),
    "another alignment": ("title: {zh: 姓名, en: Name}, required", "title: {zh: 姓名, en: Name}, align: right, required"),
    "no banding": ("    key: id\n    rows: 100\n", "    key: id\n    rows: 100\n    banding: false\n"),
    "a filter and a view": ("    key: id\n    rows: 100\n", "    key: id\n    rows: 100\n    filter: true\n    views: {open: {title: {zh: 进行中, en: Open}, unless: {stage: won}, sort: [next]}}\n"),
    "a new tab": ("  team:\n    title", "  log:\n    title: {zh: 记录, en: Log}\n    columns: {what: {type: text, title: {zh: 事, en: What}}}\n  team:\n    title"),
}  # fmt: skip


@pytest.fixture
def book(desk, tmp_path):
    """The journal of the desk's spreadsheet."""
    return Journal(tmp_path / "journal", desk.people.id)


def apply(desk, book, template, **options):
    plan = desk.plan(template, **options)
    provision.apply(desk.gateway, plan, log=Log(book, "apply", NOW))
    return plan


def take_back(desk, book, template, allow=()):
    path, write = next(iter(book.writes()))
    found = undo(desk.gateway, write, template.wanted(), allow)
    provision.apply(desk.gateway, found.plan)
    book.mark(path, "undone")
    return found


@pytest.mark.parametrize("change", list(CHANGES))
def test_it_is_as_it_was(desk, book, tmp_path, change):
    newer = bakery(tmp_path, was=CHANGES[change][0], now=CHANGES[change][1])
    before = desk.describe(
        "sheets(properties,conditionalFormats,bandedRanges,protectedRanges),namedRanges",
    )
    apply(desk, book, newer, allow={"many-changes"})
    take_back(desk, book, newer, {"many-changes"})
    assert desk.plan().changes == ()
    assert desk.describe("sheets(properties,conditionalFormats,bandedRanges,protectedRanges),namedRanges") == before


def test_columns_that_fold_away_stand_by_themselves_again(desk, book, tmp_path):
    newer = bakery(tmp_path, was=STAGE, now=STAGE + "        group: plan\n")
    apply(desk, book, newer)
    assert desk.describe("sheets.columnGroups")["sheets"][0]["columnGroups"]
    take_back(desk, book, newer)
    assert not any(desk.describe("sheets.columnGroups").get("sheets", []))
    assert desk.plan().changes == ()


def test_what_people_changed_since_stays_and_is_named(desk, book, tmp_path):
    newer = bakery(tmp_path, was=CHANGES["another option"][0], now=CHANGES["another option"][1])
    apply(desk, book, newer)
    desk.send(
        {
            "setDataValidation": {
                "range": data_rows(desk.tab("客户").id, 2),
                "rule": {"condition": {"type": "TEXT_IS_EMAIL"}},
            }
        }
    )
    found = take_back(desk, book, newer)
    assert [(str(address), why) for address, why in found.left] == [
        ("customers.stage.validation", "people changed it since")
    ]


def test_a_column_that_people_filled_since_is_not_taken_away_unasked(desk, book, tmp_path):
    newer = bakery(tmp_path, was=CHANGES["a new column"][0], now=CHANGES["a new column"][1])
    apply(desk, book, newer)
    desk.tab("客户").update([["13800138000"]], "C2", raw=True)
    _, write = next(iter(book.writes()))
    found = undo(desk.gateway, write, newer.wanted(), ())
    assert "would delete data in customers.phone (1 row)" in found.plan.text()


def test_a_column_that_was_deleted_comes_back_blank_and_says_so(desk, book, tmp_path):
    desk.tab("客户").update([["C1", "Ann", "潜在", 46000]], "A2", raw=True)
    fewer = bakery(
        tmp_path, was="      next: {type: date, title: {zh: 下次, en: Next}}\n", now="",
        was1=", next: +3d", now1="",
    )  # fmt: skip
    apply(desk, book, fewer, allow={"data-loss"})
    found = take_back(desk, book, desk.template)
    assert [str(address) for address, why in found.left if "blank" in why] == ["customers.next.column"]
    assert "下次" in desk.tab("客户").row_values(1)
    assert not {address for _, address in actions(desk.plan()) if address.startswith("customers.next")}


def test_that_everything_was_made_is_not_taken_back(blank, tmp_path):
    book = Journal(tmp_path / "journal", blank.people.id)
    apply(blank, book, blank.template)
    _, write = next(iter(book.writes()))
    with pytest.raises(Refused, match="delete the spreadsheet instead"):
        undo(blank.gateway, write, blank.template.wanted(), ())


def test_a_write_is_in_the_journal_before_it_is_sent(desk, book, tmp_path):
    newer = bakery(tmp_path, was=CHANGES["another formula"][0], now=CHANGES["another formula"][1])
    plan = desk.plan(newer)

    class Lost:
        def batch(self, requests):
            raise ConnectionError

    with pytest.raises(ConnectionError):
        provision.apply(Lost(), plan, log=Log(book, "apply", NOW))
    assert [write.stage for _, write in book.writes()] == ["begun"]
