"""Rows worth a look are told like issues, once, with their owner; examples are left in peace."""

from __future__ import annotations

from datetime import date

from sheetcrm.sync.quality.findings import findings
from sheetcrm.sync.records import Reading

TODAY = date(2026, 6, 15)
COLUMNS = ["id", "name", "email", "stage", "next", "owner"]


def found(sheets, rows, orders=(), language="en"):
    sheets.put("team", [["Bo", "bo@x.org"]])
    sheets.put("customers", rows, COLUMNS).put("orders", orders, ["_id", "customer", "product"])
    extracts = {sheet: sheets.extract(sheet) for sheet in ("customers", "orders")}
    return findings(Reading(sheets.layout, language, sheets.template, extracts), today=TODAY)


def test_each_has_its_place_its_owner_and_a_message(sheets):
    rows = [["C1", "Ann", "a@x.org", "Won", 46024, "Bo"], ["C2", "Cy", "c@x.org", "Won", "", "Bo"]]
    stale, undated, childless = found(sheets, rows, [["x1", "C1", "tea"]])
    assert (stale.code, stale.a1, stale.message) == (
        "stale", "Customers!A2", "nothing has happened here since 2026-01-02, 164 days ago",
    )  # fmt: skip
    assert (undated.code, undated.a1, undated.owner) == ("undated", "Customers!F3", "Bo")
    assert (childless.code, childless.a1, childless.text) == ("childless", "Customers!A3", "C2")
    assert childless.message == "nothing in Orders belongs to this row"
    assert childless.link.endswith("&range=A3")


def test_a_cell_that_is_wrong_already_is_not_told_twice(sheets):
    rows = [["C1", "Ann", "a@x.org", "Lead", "", "Bo"]]
    assert found(sheets, rows, [["x1", "C1", "tea"]]) == (), "a lead must have a date, and that is an issue"
    assert found(sheets, rows, [["x1", "C1", "tea"], ["x2", "", "tea"]]) == (), "an order must have a customer"


def test_messages_are_in_the_language_of_the_sheet(sheets):
    texts = [issue.message for issue in found(sheets, [["C1", "Ann", "a@x.org", "Won", 46180, "Bo"]], language="zh")]
    assert texts == ["订单中没有属于这一行的内容"]


def test_examples_are_left_in_peace(sheets):
    assert found(sheets, [["SAMPLE-1", "Ann", "a@x.org", "Won", "", ""]]) == ()


def test_a_template_may_ask_for_nothing(sheets, monkeypatch):
    quiet = sheets.template.sheets["customers"].model_copy(update={"quality": ()})
    monkeypatch.setitem(sheets.template.sheets, "customers", quiet)
    assert found(sheets, [["C1", "Ann", "a@x.org", "Won", "", ""]]) == ()
