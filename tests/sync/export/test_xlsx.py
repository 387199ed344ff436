"""An Excel file looks as the template says, holds values and nothing that runs, and comes back with the edits alone."""

from __future__ import annotations

from datetime import datetime

import openpyxl
import pytest

from sheetcrm import sync

from .desk import exported, fill


@pytest.fixture
def shop_office(office):
    """With customers, orders with ids, a colleague."""
    fill(office)
    sync.fill_ids(office.gateway, office.read())
    return office


@pytest.fixture
def book(shop_office, tmp_path):
    """All three sheets, opened with another library."""
    exported(shop_office, tmp_path / "x.xlsx", "customers", "orders", "team")
    return openpyxl.load_workbook(tmp_path / "x.xlsx")


class TestLooks:
    def test_headers_are_titles_bold_frozen_and_explained(self, book):
        sheet = book["Customers"]
        assert [cell.value for cell in sheet[1]][:4] == ["Customer ID", "Name", "Phone", "E-mail"]
        assert sheet.freeze_panes == "A2"
        assert sheet["A1"].font.bold
        assert "Filled by the sheet" in sheet["J1"].comment.text

    def test_formats_and_widths(self, book):
        sheet = book["Customers"]
        assert sheet["F2"].number_format == "yyyy-mm-dd"
        assert sheet["B2"].number_format == "@"
        assert "0.00" in sheet["G2"].number_format
        assert sheet.column_dimensions["B"].width > sheet.column_dimensions["H"].width

    def test_dropdowns_offer_what_the_spreadsheet_offers(self, book):
        rules = {str(rule.sqref): rule.formula1 for rule in book["Customers"].data_validations.dataValidation}
        offered = {places[0]: formula for places, formula in rules.items()}
        assert offered["E"] == '"Lead,Won"'
        assert offered["I"] == '"Bo"'
        assert offered["H"] == '"TRUE,FALSE"'

    def test_a_long_dropdown_stands_in_a_hidden_sheet(self, shop_office, tmp_path):
        shop_office.fill(
            "Team", [{"Name": f"Somebody with a long name {at}", "E-mail": f"x{at}@x.org"} for at in range(20)]
        )
        exported(shop_office, tmp_path / "y.xlsx")
        book = openpyxl.load_workbook(tmp_path / "y.xlsx")
        rules = {str(rule.sqref)[0]: rule.formula1 for rule in book["Customers"].data_validations.dataValidation}
        assert rules["I"].replace("'", "") == "_lists!$A$1:$A$20"
        assert book["_lists"].sheet_state == "veryHidden"

    def test_the_hidden_id_goes_along_out_of_sight(self, book):
        sheet = book["Orders"]
        assert sheet["A1"].value == "_id"
        assert sheet.column_dimensions["A"].hidden
        assert len(sheet["A2"].value) > 5


class TestValues:
    def test_are_what_they_are_and_never_formulas(self, book):
        first = {cell.value: row for cell, row in zip(book["Customers"][1], book["Customers"][2], strict=True)}
        assert (first["Name"].value, first["Name"].data_type) == ("=1+1", "s")
        assert first["Next"].value == datetime(2026, 1, 3)  # noqa: DTZ001 - as openpyxl gives it
        assert first["Spent"].value == 1.1
        assert first["VIP"].value is False
        assert first["Stage"].value == "Won"
        assert first["Phone"].value == "+8613800000001"

    def test_a_text_that_excel_cannot_hold_is_blank_and_named(self, shop_office, tmp_path):
        shop_office.tab("Customers").update_acell("B3", "x" * 40_000)
        [one] = exported(shop_office, tmp_path / "y.xlsx").sheets
        assert [unfit.a1 for unfit in one.unfit] == ["Customers!B3"]
        assert openpyxl.load_workbook(tmp_path / "y.xlsx")["Customers"]["B3"].value is None

    def test_a_cell_that_makes_no_sense_says_what_it_says_in_the_sheet_and_why_it_is_marked(
        self, shop_office, tmp_path
    ):
        shop_office.tab("Customers").update([["soon", "a lot"]], "F3", raw=True)
        [one] = exported(shop_office, tmp_path / "y.xlsx").sheets
        assert (one.wrong, one.unfit) == (2, ())
        sheet = openpyxl.load_workbook(tmp_path / "y.xlsx")["Customers"]
        assert [sheet[place].value for place in ("F3", "G3")] == ["soon", "a lot"]
        assert sheet["F3"].comment.text == "soon is not a date"
        assert (sheet["F3"].fill.fgColor.rgb, sheet["F2"].fill.fill_type) == ("FFFFD7C9", None)

    def test_one_that_is_too_long_for_excel_is_blank_and_named(self, shop_office, tmp_path):
        shop_office.tab("Customers").update_acell("F3", "x" * 40_000)
        [one] = exported(shop_office, tmp_path / "y.xlsx").sheets
        assert [unfit.a1 for unfit in one.unfit] == ["Customers!F3"]

    def test_what_is_wrong_has_a_sheet(self, shop_office, tmp_path):
        shop_office.tab("Customers").update_acell("F3", "soon")
        exported(shop_office, tmp_path / "y.xlsx", issues=True)
        rows = [[cell.value for cell in row] for row in openpyxl.load_workbook(tmp_path / "y.xlsx")["Issues"]]
        assert rows[0] == ["Place", "Text", "What is wrong", "Link"]
        assert rows[1][:2] == ["Customers!F3", "soon"]
        assert rows[1][3].startswith("http")


class TestThereAndBack:
    def comes_back(self, office, book, tmp_path, sheet):
        book.save(tmp_path / "edited.xlsx")
        title = office.template.sheets[sheet].title.say("en")
        return sync.load(office.gateway, office.template, sheet, tmp_path / "edited.xlsx", tab=title)

    def test_nothing_edited_nothing_changes(self, shop_office, book, tmp_path):
        before = shop_office.tab("Customers").get_all_values()
        done = self.comes_back(shop_office, book, tmp_path, "customers")
        assert (len(done.added), len(done.changed), len(done.same), done.refused) == (0, 0, 6, ())
        assert shop_office.tab("Customers").get_all_values() == before

    def test_what_makes_no_sense_goes_out_and_comes_back_as_nothing_new(self, shop_office, tmp_path):
        tab = shop_office.tab("Customers")
        tab.update([["13800138000", "at home", "Leed", "soon", "a lot"]], "C3", raw=True)
        tab.update([[0.5, "#N/A", 99_999_999]], "D4", raw=True)
        shop_office.tab("Orders").update([["C999"]], "B3", raw=True)
        exported(shop_office, tmp_path / "x.xlsx", "customers", "orders")
        book = openpyxl.load_workbook(tmp_path / "x.xlsx")
        before = tab.get_all_values()
        for sheet in ("customers", "orders"):
            done = self.comes_back(shop_office, book, tmp_path, sheet)
            assert (done.added, done.changed, done.refused) == ((), (), ())
        assert tab.get_all_values() == before

    def test_an_edit_beside_it_arrives_and_another_nonsense_is_refused(self, shop_office, tmp_path):
        shop_office.tab("Customers").update([["soon"], ["later"]], "F3", raw=True)
        exported(shop_office, tmp_path / "x.xlsx")
        book = openpyxl.load_workbook(tmp_path / "x.xlsx")
        book["Customers"]["B3"], book["Customers"]["F4"] = "Edited", "never"
        done = self.comes_back(shop_office, book, tmp_path, "customers")
        assert (done.changed, [one.line for one in done.refused]) == (("C002",), [4])
        assert shop_office.tab("Customers").row_values(3)[1:6:4] == ["Edited", "soon"]

    def test_only_the_edits_arrive(self, shop_office, book, tmp_path):
        sheet = book["Customers"]
        sheet["B3"], sheet["E3"], sheet["F4"] = "Edited", "Won", datetime(2026, 5, 6)  # noqa: DTZ001 - as Excel has it
        sheet.append(["C900", "New", None, "n@x.org", "Won"])
        before = shop_office.tab("Customers").get_all_values()
        done = self.comes_back(shop_office, book, tmp_path, "customers")
        assert (len(done.added), len(done.changed), len(done.same), done.refused) == (1, 2, 4, ())
        before[2][1], before[2][4], before[3][5] = "Edited", "Won", "2026-05-06"
        after = shop_office.tab("Customers").get_all_values()
        assert after[:7] == before[:7]
        assert after[7][:2] == ["C900", "New"]

    def test_rows_without_a_key_of_their_own_are_known_by_the_hidden_one(self, shop_office, book, tmp_path):
        book["Orders"]["C4"] = "Coffee"
        done = self.comes_back(shop_office, book, tmp_path, "orders")
        assert (len(done.added), len(done.changed), len(done.same), done.refused) == (0, 1, 4, ())
        assert shop_office.tab("Orders").acell("C4").value == "Coffee"
