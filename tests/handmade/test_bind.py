"""With a template, connect finds which tab and column is which, and writes marks and nothing else."""

from __future__ import annotations

import csv

import pytest

from sheetcrm import provision, sync
from sheetcrm.errors import FileError, Refused
from sheetcrm.handmade.bind import bind
from sheetcrm.handmade.known import refuse_marked
from sheetcrm.handmade.mapfile import Map, read
from sheetcrm.handmade.marks import old_marks
from sheetcrm.handmade.survey import survey
from sheetcrm.schema import loader

from .shop import TODAY, cells, gateway

TEMPLATE = """
version: 1
title: {zh: 店, en: Shop}
country: DE
team: {sheet: team, name: name, email: email}
sheets:
  customers:
    title: {zh: 客户, en: Clients}
    key: id
    columns:
      id: {type: id, title: {zh: 客户编号, en: Customer ID}}
      name: {type: text, title: {zh: 客户名称, en: Company name}, aliases: [Company]}
      post: {type: email, title: {zh: 邮箱, en: Electronic post}}
      tel: {type: phone, title: {zh: 电话, en: Telephone}, aliases: [Phone]}
      since: {type: date, title: {zh: 起始日, en: Client since}}
      owner: {type: person, title: {zh: 负责人, en: Looked after by}}
      next: {type: date, title: {zh: 下次, en: Next call}}
  team:
    title: {zh: 团队, en: Staff}
    key: name
    columns:
      name: {type: id, title: {zh: 姓名, en: Name}}
      email: {type: email, title: {zh: 邮箱, en: E-mail}}
  visits:
    title: {zh: 拜访, en: Visits}
    columns:
      customer: {type: reference, to: customers, title: {zh: 客户编号, en: Customer ID}}
      day: {type: date, title: {zh: 日期, en: Day}}
"""
NAMES = {"zh": ["客户编号", "客户名称", "邮箱", "电话"]}


@pytest.fixture
def template(tmp_path):
    (tmp_path / "clients.yaml").write_text(TEMPLATE, encoding="utf-8")
    return loader.load(tmp_path / "clients.yaml")


@pytest.fixture
def bound(running, book, template):
    """Bind the shop's spreadsheet and write the marks; the binding and what was sealed."""

    def do(said=None, **options):
        binding = bind(survey(gateway(running, book)), template, said or Map(), **options)
        sealed = binding.seal(gateway(running, book), TODAY)
        gateway(running, book).batch(sealed.requests)
        return binding, sealed

    return do


def plan(running, book, template):
    return provision.plan(gateway(running, book), template, "en", today=TODAY)


def pairs(binding, sheet="customers"):
    (one,) = [one for one in binding.bound if one.sheet == sheet]
    return {pair.key: (pair.column.title, pair.reason) for pair in one.match.pairs}


def test_columns_are_found_by_title_alias_likeness_and_values(bound):
    binding, _ = bound()
    assert pairs(binding) == {
        "id": ("Customer ID", "title"),
        "name": ("Company", "alias"),
        "post": ("E-mail", "values"),
        "tel": ("Phone", "alias"),
        "since": ("Since", "key"),
        "owner": ("Looked after by", "title"),
    }


def test_a_tab_of_another_title_is_found_by_its_columns(bound):
    binding, _ = bound()
    assert [(one.sheet, one.tab.title, one.reason) for one in binding.bound] == [
        ("customers", "Customers", "likeness"),
        ("team", "Staff", "title"),
    ]
    assert binding.lacking == ("visits",)
    assert binding.unused == ("Orders",)


def test_titles_in_the_other_language_are_as_good(running, template):
    book = running.client.create("中文")
    book.sheet1.update_title("客户")
    book.sheet1.update([NAMES["zh"], ["C1", "甲", "a@example.com", "030 901820"]], raw=True)
    binding = bind(survey(gateway(running, book)), template, Map())
    assert binding.language == "zh"
    assert {key: title for key, (title, _) in pairs(binding).items()} == dict(
        zip(["id", "name", "post", "tel"], NAMES["zh"], strict=True)
    )


def test_only_marks_are_written(running, book, bound):
    fields = "sheets(properties,data(rowData.values(userEnteredFormat,dataValidation,note),columnMetadata.pixelSize),conditionalFormats,bandedRanges)"
    before, looks = cells(book), book.fetch_sheet_metadata({"fields": fields})
    _, sealed = bound()
    assert {name for request in sealed.requests for name in request} == {"createDeveloperMetadata"}
    assert cells(book) == before
    assert book.fetch_sheet_metadata({"fields": fields}) == looks


def test_the_plan_shown_before_is_the_plan_made_after(running, book, template, bound):
    _, sealed = bound()
    after = plan(running, book, template)
    assert {(change.action, str(change.address)) for change in after.changes} == {
        (change.action, str(change.address)) for change in sealed.plan.changes
    }
    assert not after.refusals


def test_an_apply_makes_what_was_missing_and_keeps_titles_looks_and_values(running, book, template, bound):
    before = cells(book)
    bound()
    provision.apply(gateway(running, book), plan(running, book, template))
    after = cells(book)
    assert after["Customers"][0] == [*before["Customers"][0][:7], "Next call", "Notes"]
    assert [row[:7] for row in after["Customers"]] == [row[:7] for row in before["Customers"]]
    assert after["Orders"] == before["Orders"]
    assert "Visits" in after
    bands = book.fetch_sheet_metadata({"fields": "sheets(properties.title,bandedRanges)"})["sheets"]
    assert {sheet["properties"]["title"] for sheet in bands if sheet.get("bandedRanges")} == {"Visits"}
    assert plan(running, book, template).changes == ()


def test_records_are_read_by_the_marks(running, book, template, bound):
    bound()
    extract = sync.read(gateway(running, book), template, language="en").extracts["customers"]
    assert len(extract.rows) == 24
    assert extract.rows[0].get("tel") == "+4930901801" or extract.rows[0].get("tel").startswith("+49")


def test_headers_of_their_own_are_no_lost_header_row(running, book, template, bound):
    """Nothing in row 1 is called as in the template, and no row is frozen."""
    tab = book.worksheet("Customers")
    tab.update([["Kundennummer", "Firma", "Post", "Fon", "Stufe", "Seit", "Wer", "Notiz"]], "A1")
    words = {"id": "Kundennummer", "name": "Firma", "post": "Post", "tel": "Fon", "since": "Seit", "owner": "Wer"}
    bound(Map({"customers": tab.id}, {f"customers.{key}": title for key, title in words.items()}))
    assert not [trouble for trouble in plan(running, book, template).troubles if trouble.code == "header_missing"]
    assert not plan(running, book, template).refusals


class TestUnclear:
    def test_two_columns_that_are_as_likely_are_both_named_and_neither_bound(self, running, template):
        book = running.client.create("two")
        book.sheet1.update(
            [["Customer ID", "Company name", "Telephone 1", "Telephone 2"], ["C1", "x", "030 901820", "030 901821"]],
            raw=True,
        )
        (one,) = bind(survey(gateway(running, book)), template, Map()).bound
        assert one.match.unclear == (("tel", ("Telephone 1", "Telephone 2")),)

    def test_a_map_decides(self, running, template, tmp_path):
        book = running.client.create("two")
        book.sheet1.update(
            [["Customer ID", "Company name", "Telephone 1", "Telephone 2"], ["C1", "x", "030 901820", "030 901821"]],
            raw=True,
        )
        (tmp_path / "map.yaml").write_text("columns: {customers.tel: Telephone 2}", encoding="utf-8")
        found = survey(gateway(running, book))
        binding = bind(found, template, read(tmp_path / "map.yaml", template, found.tabs))
        assert pairs(binding)["tel"] == ("Telephone 2", "map")

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            pytest.param(
                "columns: {customers.nmae: Company}",
                "no such column; did you mean customers.name",
                id="a key that is none",
            ),
            pytest.param(
                "columns: {customers.name: Compnay}",
                "is no column of Customers; did you mean Company",
                id="a title that is none",
            ),
            pytest.param(
                "sheets: {customers: Custmers}",
                "no tab called Custmers; did you mean Customers",
                id="a tab that is none",
            ),
            pytest.param("columns: {customers.id: null}", "has its very title", id="left out, but found by its title"),
        ],
    )
    def test_a_map_that_names_what_is_not_there_is_told_by_line(self, request, tmp_path, text, message):
        running, book, template = (request.getfixturevalue(name) for name in ("running", "book", "template"))
        (tmp_path / "map.yaml").write_text(text, encoding="utf-8")
        found = survey(gateway(running, book))
        with pytest.raises(FileError, match=message) as wrong:
            bind(found, template, read(tmp_path / "map.yaml", template, found.tabs))
        assert "map.yaml:1" in str(wrong.value)


class TestMarksThatAreThere:
    def test_binding_twice_writes_nothing_the_second_time(self, running, book, bound):
        bound()
        _, sealed = bound()
        assert sealed.requests == ()

    def test_marks_that_were_deleted_come_back(self, running, book, template, bound):
        bound()
        wire = gateway(running, book)
        wire.batch([old.request() for old in old_marks(survey(wire).description) if old.index is not None])
        binding, sealed = bound()
        assert len(sealed.requests) == 8
        assert pairs(binding)["id"] == ("Customer ID", "title")
        assert not [
            change
            for change in plan(running, book, template).changes
            if change.address.kind == "tab" and change.action == "update"
        ]

    def test_a_copied_tab_loses_the_marks_that_it_brought_along(self, running, book, template, bound):
        bound()
        book.worksheet("Customers").duplicate(new_sheet_name="Customers old")
        binding, sealed = bound()
        assert binding.copies == (("customers", ("Customers old",)),)
        assert {name for request in sealed.requests for name in request} == {"deleteDeveloperMetadata"}
        assert not [trouble for trouble in plan(running, book, template).troubles if trouble.code == "sheet_copied"]

    def test_the_spreadsheet_of_another_template_is_refused_unless_asked_for_anew(
        self, running, book, template, bound, tmp_path
    ):
        bound()
        (tmp_path / "others.yaml").write_text(TEMPLATE, encoding="utf-8")
        other = loader.load(tmp_path / "others.yaml")
        found = survey(gateway(running, book))
        with pytest.raises(Refused, match=r"has the marks of clients .* add --anew"):
            bind(found, other, Map())
        sealed = bind(found, other, Map(), anew=True).seal(gateway(running, book), TODAY)
        gateway(running, book).batch(sealed.requests)
        assert not plan(running, book, other).refusals

    def test_a_whole_copy_is_told_by_the_marks_that_it_has(self, running, book, bound):
        bound()
        copy = running.client.copy(book.id, title="Shop copy")
        with pytest.raises(Refused, match="copied whole from one that was"):
            refuse_marked(survey(gateway(running, copy)).description, "Shop copy")

    def test_marks_without_the_one_of_the_template_are_told(self, running, book, bound):
        bound()
        wire = gateway(running, book)
        wire.batch([old.request() for old in old_marks(survey(wire).description) if old.sheet_id is None])
        with pytest.raises(Refused, match="but not of which"):
            refuse_marked(survey(wire).description, "Shop")


def test_northwind_is_bound_to_the_customer_list(running, shared):
    with (shared / "northwind" / "customers.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    whole = [row for row in rows if len(row) == len(header)]
    book = running.client.create("Northwind")
    book.sheet1.update([header, *whole], raw=True)
    template = loader.load(loader.find("customer-list"))
    before = cells(book)
    binding = bind(survey(gateway(running, book)), template, Map())
    assert {key: title for key, (title, _) in pairs(binding).items()} == {
        "id": "customerID",
        "name": "contactName",
        "company": "companyName",
        "phone": "phone",
        "region": "region",
        "address": "address",
    }
    sealed = binding.seal(gateway(running, book), TODAY)
    gateway(running, book).batch(sealed.requests)
    assert cells(book) == before
    after = plan(running, book, template)
    assert not after.refusals
    made = {
        change.address.column
        for change in after.changes
        if change.action == "create" and change.address.kind == "column" and change.address.sheet == "customers"
    }
    (one,) = binding.bound
    assert made == set(one.match.missing)
    provision.apply(gateway(running, book), after)
    title = book.sheet1.title
    columns = [cells(book)[title][0].index(name) for name in header]
    assert [[row[at] if at < len(row) else "" for at in columns] for row in cells(book)[title][: len(whole) + 1]] == [
        header,
        *whole,
    ]
