"""Without a template, connect drafts one that says what is there already."""

from __future__ import annotations

import os

import pytest

from sheetcrm import provision
from sheetcrm.errors import Refused
from sheetcrm.handmade.draft import draft
from sheetcrm.handmade.survey import survey
from sheetcrm.schema import loader
from sheetcrm.sheets.gateway import Drive, Gateway

from . import shop
from .shop import TODAY, bound, cells, drafted, gateway, unmarked


@pytest.mark.parametrize(("name", "language"), [
    (name, language)
    for at, name in enumerate(loader.names())
    # The long form takes each in both languages.
    for language in (("zh", "en") if os.environ.get("SHEETCRM_PROVE") else (("zh", "en")[at % 2],))
])  # fmt: skip
def test_the_draft_of_what_a_template_made_changes_nothing_there(running, tmp_path, name, language):
    template = loader.load(loader.find(name))
    book = running.client.open_by_key(Drive(running.session).create("by hand"))
    provision.apply(
        gateway(running, book), provision.plan(gateway(running, book), template, language, samples=True, today=TODAY)
    )
    unmarked(running, book.id)
    made, sealed = bound(running, book, tmp_path / "draft.yaml")
    assert made.language == language
    assert sealed.plan.text().splitlines()[-1] == "nothing to change"
    gateway(running, book).batch(sealed.requests)
    after = provision.plan(gateway(running, book), loader.load(tmp_path / "draft.yaml"), language, today=TODAY)
    assert after.changes == ()
    assert after.refusals == ()


@pytest.mark.parametrize("name", ["pipeline"])
def test_without_a_single_row_the_rules_and_formats_tell_the_types(running, tmp_path, name):
    book = running.client.open_by_key(Drive(running.session).create("by hand"))
    template = loader.load(loader.find(name))
    provision.apply(gateway(running, book), provision.plan(gateway(running, book), template, "zh", today=TODAY))
    unmarked(running, book.id)
    _, sealed = bound(running, book, tmp_path / "draft.yaml")
    assert sealed.plan.changes == ()


class TestTypes:
    @pytest.mark.parametrize(
        ("sheet", "column", "settings"),
        [
            pytest.param("customers", "customer_id", {"type": "id", "auto": "C{:03d}"}, id="an id that is numbered"),
            pytest.param("customers", "e_mail", {"type": "email", "required": True}, id="e-mail addresses"),
            pytest.param("customers", "phone", {"type": "phone"}, id="phone numbers"),
            pytest.param("customers", "since", {"type": "date"}, id="days, by their format"),
            pytest.param("customers", "looked_after_by", {"type": "person"}, id="names from the team tab"),
            pytest.param("customers", "notes", {"type": "text"}, id="nothing in it yet"),
            pytest.param("orders", "customer", {"type": "reference", "to": "customers"}, id="ids of another tab"),
            pytest.param("orders", "date", {"type": "date"}, id="dates that are text"),
            pytest.param("orders", "amount", {"type": "money"}, id="money, by its format"),
            pytest.param("orders", "paid", {"type": "checkbox"}, id="ticks"),
            pytest.param(
                "orders",
                "total_with_vat",
                {"type": "formula", "formula": "{amount}*1.19"},
                id="a formula down the column",
            ),
        ],
    )
    def test_a_column_is_what_its_cells_are(self, running, book, sheet, column, settings):
        found = drafted(running, book).data["sheets"][sheet]["columns"][column]
        assert {name: found.get(name) for name in settings} == settings

    def test_words_that_come_again_and_again_are_options(self, running, book):
        found = drafted(running, book).data["sheets"]["customers"]["columns"]["level"]
        assert found["type"] == "choice"
        assert set(found["options"].values()) == {"high", "low", "medium"}

    def test_a_dropdown_is_a_choice_whatever_is_in_the_cells(self, running, book):
        condition = {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": word} for word in ("new", "old")]}
        place = {
            "sheetId": book.worksheet("Customers").id,
            "startRowIndex": 1,
            "startColumnIndex": 7,
            "endColumnIndex": 8,
        }
        book.batch_update({"requests": [{"setDataValidation": {"range": place, "rule": {"condition": condition}}}]})
        book.worksheet("Customers").update([["new"], ["neww"]], "H2", raw=True)
        made = drafted(running, book)
        assert made.data["sheets"]["customers"]["columns"]["notes"]["options"] == {"new": "new", "old": "old"}
        assert "1 of 2 cells do not fit: 'neww'" in [remark.text for remark in made.remarks if remark.column == "notes"]

    def test_the_team_and_the_keys_are_found(self, running, book):
        data = drafted(running, book).data
        assert data["team"] == {"sheet": "staff", "name": "name", "email": "e_mail"}
        assert [sheet["key"] for sheet in data["sheets"].values()] == ["customer_id", "order", "name"]

    @pytest.mark.parametrize(
        ("title", "numbers", "kind", "country"),
        [
            pytest.param("电话", [13800138000, 13912345678], "phone", "CN", id="mobiles that became numbers"),
            pytest.param("Phone", [13800138000, 13912345678], "phone", "CN", id="of China, under an English title"),
            pytest.param("电话", ["02012345678", "01087654321"], "phone", "CN", id="fixed lines with a zero"),
            pytest.param("Tel", ["+8613800138000", "+8613912345678"], "phone", "CN", id="with the country's code"),
            pytest.param("Mobile", ["+4930901820", "0171 7654321"], "phone", "DE", id="one with the code, one without"),
            pytest.param("电话", [87654321, 12345678], "text", "CN", id="without the area: digits, but no number"),
            pytest.param("Phone", ["(212) 555-0142", "312 555 0143"], "phone", "US", id="of the United States"),
            pytest.param("邮编", [100000, 200030], "text", "CN", id="post codes"),
        ],
    )
    def test_digits_that_are_no_numbers(self, running, title, numbers, kind, country):
        book = running.client.open_by_key(Drive(running.session).create("by hand"))
        names = [["Ann"], ["Bo"]] if title.isascii() else [["王芳"], ["李明"]]
        head = "Name" if title.isascii() else "姓名"
        book.sheet1.update(
            [[head, title], *([*name, number] for name, number in zip(names, numbers, strict=True))], raw=True
        )
        made = drafted(running, book)
        (sheet,) = made.data["sheets"].values()
        (found,) = (one["type"] for one in sheet["columns"].values() if one["title"] == title)
        assert (found, made.data["country"]) == (kind, country)

    @pytest.mark.parametrize(
        ("zone", "titles", "country", "why"),
        [
            pytest.param("Asia/Shanghai", ["Name", "Sum"], "CN", "the time zone", id="where the clock is"),
            pytest.param("Etc/GMT", ["姓名", "合计"], "CN", "the language of the titles", id="what is spoken"),
            pytest.param("Etc/GMT", ["Name", "Sum"], "US", "the spreadsheet's locale", id="what the spreadsheet says"),
        ],
    )
    def test_the_country_is_a_guess_and_says_by_what(self, running, zone, titles, country, why):
        book = running.client.open_by_key(Drive(running.session).create("by hand"))
        properties = {"timeZone": zone, "locale": "en_US"}
        update = {"properties": properties, "fields": "timeZone,locale"}
        book.batch_update({"requests": [{"updateSpreadsheetProperties": update}]})
        book.sheet1.update([titles, ["a", 1]], raw=True)
        made = drafted(running, book)
        lines = made.text.splitlines()
        at = lines.index(f"country: {country}")
        assert lines[at - 1] == f"# A guess, by {why}: phone numbers without a + are read as of this country."

    def test_the_currency_is_that_of_the_formats(self, running, book):
        assert drafted(running, book).data["currency"] == "EUR"

    def test_a_formula_into_another_tab_names_its_columns(self, running, book):
        tab = book.worksheet("Customers")
        tab.update([["Spent"]], "I1")
        tab.update([[f"=SUMIFS(Orders!D:D,Orders!$B$2:$B$500,A{row})"] for row in range(2, 26)], "I2", raw=False)
        found = drafted(running, book).data["sheets"]["customers"]["columns"]["spent"]
        assert found["formula"] == "SUMIFS({orders.amount},{orders.customer},{customer_id})"

    def test_a_formula_of_records_stays_blank_where_there_is_no_record(self, running, book, tmp_path):
        _, sealed = bound(running, book, tmp_path / "shop.yaml")
        wanted = [change.desired for change in sealed.plan.changes if change.address.kind == "formula"]
        assert [formula.text for formula in wanted] == ['=IF({order}="","",{amount}*1.19)']

    def test_a_formula_that_differs_from_row_to_row_is_none_of_ours(self, running, book):
        book.worksheet("Orders").update([[f"=D{row}*{row}/4"] for row in range(2, 30)], "F2", raw=False)
        assert drafted(running, book).data["sheets"]["orders"]["columns"]["total_with_vat"]["type"] == "number"

    def test_chinese_titles_give_numbered_keys(self, running):
        book = running.client.create("手工表")
        book.sheet1.update([["编号", "客户名称", "Remark"], ["1", "甲", "x"], ["2", "乙", "y"]], raw=True)
        (sheet,) = drafted(running, book).data["sheets"].values()
        assert list(sheet["columns"]) == ["column_1", "column_2", "remark"]
        assert [column["title"] for column in sheet["columns"].values()] == ["编号", "客户名称", "Remark"]


class TestUnsure:
    def test_every_remark_stands_above_its_column_and_the_file_is_right(self, running, book, tmp_path):
        book.worksheet("Customers").update([["not an address"]], "C5", raw=True)
        made = drafted(running, book)
        (tmp_path / "shop.yaml").write_text(made.text, encoding="utf-8")
        assert loader.load(tmp_path / "shop.yaml").sheets["customers"].columns["e_mail"].titles
        lines = made.text.splitlines()
        at = next(number for number, line in enumerate(lines) if line.strip().startswith("e_mail:"))
        assert lines[at - 1].strip() == "# 1 of 24 cells do not fit: 'not an address'"

    def test_dates_that_are_text_are_counted(self, running, book):
        texts = [remark.text for remark in drafted(running, book).remarks if remark.column == "date"]
        assert texts == ["28 of 28 cells are text to the sheet, which neither sorts nor computes with them"]

    def test_a_header_that_is_not_the_first_row_is_told(self, running, book):
        book.worksheet("Staff").insert_row(["Our people"], 1)
        made = drafted(running, book)
        assert "staff" not in made.data["sheets"]
        assert any(
            "Staff is left out: its header seems to be row 2; delete or move row 1" in one.text for one in made.remarks
        )

    def test_columns_without_a_title_and_titles_that_stand_twice_are_told(self, running, book):
        book.worksheet("Staff").update([["Role", ""], ["x", "y"]], "D1", raw=True)
        texts = [remark.text for remark in drafted(running, book).remarks if remark.sheet == "staff"]
        assert "column E has values and no title; it is left out" in texts
        assert "a second column called Role is left out; give it another title" in texts

    def test_a_tab_whose_rows_nothing_tells_apart_gets_a_hidden_id_and_says_so(self, running, book):
        tab = book.add_worksheet("Visits", 100, 3)
        tab.update([["Customer", "Day"], *[["C001", f"2026-01-{day:02d}"] for day in range(1, 9)]], "A1", raw=True)
        made = drafted(running, book)
        assert "key" not in made.data["sheets"]["visits"]
        assert any("hidden column _id" in one.text for one in made.remarks if one.sheet == "visits")

    def test_how_many_rows_were_looked_at_is_said(self, running, book):
        made = draft(survey(gateway(running, book), sample=10))
        assert "at most 10 rows" in made.text.splitlines()[0]
        assert any(one.text == "only the first 10 rows were looked at" for one in made.remarks)

    def test_a_blank_spreadsheet_is_refused(self, running):
        with pytest.raises(Refused, match="it is blank"):
            drafted(running, running.client.create("empty"))


def test_looking_takes_three_reads_and_changes_nothing(running, book):
    before, wire = cells(book), Gateway(running.session, book.id)
    draft(survey(wire))
    assert (wire.counts.reads, wire.counts.writes) == (3, 0)
    assert cells(book) == before


def test_what_people_set_and_the_draft_cannot_say_is_kept(running, book, tmp_path):
    """Their date format is another one than ours, and their rule one that we do not know."""
    place = {
        "sheetId": book.worksheet("Customers").id,
        "startRowIndex": 1,
        "endRowIndex": 1000,
        "startColumnIndex": 1,
        "endColumnIndex": 2,
    }
    condition = {"type": "TEXT_CONTAINS", "values": [{"userEnteredValue": "Company"}]}
    book.batch_update({"requests": [{"setDataValidation": {"range": place, "rule": {"condition": condition}}}]})
    made, sealed = bound(running, book, tmp_path / "shop.yaml")
    assert made.data["policy"] == {"number_format": "keep", "validation": "keep"}
    changed = {str(change.address) for change in sealed.plan.changes if change.action == "update"}
    assert not changed & {"customers.since.number_format", "customers.company.validation"}


def test_the_next_plan_makes_what_was_not_there_and_touches_no_value(running, book, tmp_path):
    _, sealed = bound(running, book, tmp_path / "shop.yaml")
    before = cells(book)
    gateway(running, book).batch(sealed.requests)
    assert cells(book) == before
    plan = provision.plan(gateway(running, book), loader.load(tmp_path / "shop.yaml"), "en", today=TODAY)
    assert not plan.refusals
    assert {change.action for change in plan.changes} <= {"create", "update"}
    assert not [
        change
        for change in plan.changes
        if change.address.kind in ("tab", "column", "header", "banding", "width", "look")
    ]
    provision.apply(gateway(running, book), plan)
    typed = {title: [row[:5] for row in rows] for title, rows in before.items()}
    assert {title: [row[:5] for row in rows[: len(typed[title])]] for title, rows in cells(book).items()} == typed


def test_shop_has_what_the_tests_speak_of():
    assert len(shop.CUSTOMERS) == 25
