"""People work in the sheet; the next plan puts back what is ours, keeps what is theirs and loses nothing."""

from __future__ import annotations

import pytest

from sheetcrm.layout import MARK_KEY

from .bakery import actions, bakery, columns, data_rows

A_RULE = {
    "booleanRule": {
        "condition": {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": '=$B2="Zoe"'}]},
        "format": {"backgroundColorStyle": {"rgbColor": {"red": 1}}},
    }
}


def _renames_a_header(desk):
    desk.tab("客户").update([["客户名字"]], "B1")


def _moves_a_column(desk):
    desk.send({"moveDimension": {"source": columns(desk.tab("客户").id, 2, 3), "destinationIndex": 0}})


def _inserts_a_column(desk):
    desk.send({"insertDimension": {"range": columns(desk.tab("客户").id, 2, 3), "inheritFromBefore": True}})
    desk.tab("客户").update([["我的备注"], ["x"]], "C1")


def _renames_a_tab(desk):
    desk.tab("订单").update_title("订单 '26")


def _reorders_tabs(desk):
    desk.people.reorder_worksheets(list(reversed(desk.people.worksheets())))


def _adds_a_tab(desk):
    desk.people.add_worksheet("草稿", 10, 5).update([["x"]], "A1")


def _inserts_a_row(desk):
    desk.tab("订单").insert_row(["", "C1", 5], 5)


def _widens_a_column(desk):
    size = {"range": columns(desk.tab("客户").id, 1, 2), "properties": {"pixelSize": 400}, "fields": "pixelSize"}
    desk.send({"updateDimensionProperties": size})


def _colours_things(desk):
    desk.tab("客户").format("A1:B1", {"backgroundColor": {"red": 1}, "textFormat": {"italic": True}})


def _adds_a_highlight(desk):
    rule = {"ranges": [data_rows(desk.tab("客户").id, 1)], **A_RULE}
    desk.send({"addConditionalFormatRule": {"index": 0, "rule": rule}})


def _types(desk):
    desk.tab("客户").update([["C1", "Ann", "nonsense", "2026-13-40"]], "A2", raw=True)


@pytest.mark.parametrize(
    "edit",
    [
        _renames_a_header,
        _moves_a_column,
        _inserts_a_column,
        _renames_a_tab,
        _reorders_tabs,
        _adds_a_tab,
        _inserts_a_row,
        _widens_a_column,
        _colours_things,
        _adds_a_highlight,
        _types,
    ],
    ids=lambda edit: edit.__name__.strip("_").replace("_", " "),
)
def test_what_people_do_is_left_alone(desk, edit):
    edit(desk)
    plan = desk.plan()
    assert actions(plan) == set()
    assert plan.troubles == ()
    assert plan.requests == ()


def test_all_at_once_is_left_alone_too(desk):
    for edit in (_renames_a_header, _moves_a_column, _inserts_a_column, _renames_a_tab, _adds_a_highlight):
        edit(desk)
    assert desk.plan().changes == ()


def test_what_was_kept_is_told(desk):
    _renames_a_header(desk)
    assert "customers.name.header: 姓名 → 客户名字" in desk.plan().text()


def test_a_blanked_header_is_written_again(desk):
    desk.tab("客户").batch_clear(["B1"])
    assert actions(desk.plan()) == {("create", "customers.name.header")}
    desk.apply()
    assert desk.tab("客户").acell("B1").value == "姓名"


def test_validation_that_somebody_removed_comes_back(desk):
    desk.send({"setDataValidation": {"range": data_rows(desk.tab("客户").id, 2)}})
    assert actions(desk.plan()) == {("create", "customers.stage.validation")}
    desk.apply()
    assert desk.plan().changes == ()


class TestTypedOver:
    """A value that a person typed into a computed column is the person's until an admin says otherwise."""

    def formula(self, desk, cell):
        return desk.tab("客户").acell(cell, value_render_option="FORMULA").value

    def test_it_is_kept_and_told(self, desk):
        desk.tab("客户").update([[7]], "E2")
        plan = desk.plan()
        assert plan.changes == ()
        assert "typed over in row 2" in plan.text()

    def test_asked_for_by_name_the_formula_comes_back(self, desk):
        desk.tab("客户").update([[7]], "E2")
        desk.apply(allow={"typed-over"})
        assert self.formula(desk, "E2").startswith("=IF(")
        assert (desk.plan().changes, desk.plan().kept) == ((), ())

    def test_whoever_looks_deep_finds_it_in_any_row(self, desk):
        desk.tab("客户").update([["a"], ["b"]], "E40")
        assert "typed over" not in desk.plan().text()
        assert "typed over in rows 40-41" in desk.plan(deep=True).text()
        desk.apply(deep=True, allow={"typed-over"})
        assert self.formula(desk, "E40").startswith("=IF(")
        assert (desk.plan(deep=True).changes, desk.plan(deep=True).kept) == ((), ())

    def test_a_new_formula_is_written_around_it(self, desk, tmp_path):
        desk.tab("客户").update([["mine"]], "E40")
        newer = bakery(
            tmp_path, was="SUMIFS({orders.amount},{orders.customer},{id})", now="COUNTIFS({orders.customer},{id})"
        )
        plan = desk.apply(newer)
        assert "typed over in row 40" in plan.text()
        assert self.formula(desk, "E40") == "mine"
        assert all("COUNTIFS" in self.formula(desk, cell) for cell in ("E2", "E39", "E41", "E100"))
        assert desk.plan(newer).changes == ()

    def test_growing_the_grid_writes_around_it_too(self, desk, tmp_path):
        desk.tab("客户").update([["mine"]], "E40")
        longer = bakery(tmp_path, was="rows: 100\n", now="rows: 250\n")
        desk.apply(longer)
        assert self.formula(desk, "E40") == "mine"
        assert self.formula(desk, "E250").startswith("=IF(")

    def test_a_blanked_formula_is_simply_written_again(self, desk):
        desk.tab("客户").batch_clear(["E2", "E50"])
        desk.apply(deep=True)
        assert self.formula(desk, "E50").startswith("=IF(")
        assert desk.plan(deep=True).changes == ()


class TestDeep:
    """Holes in the middle of a column, as pasting makes them, are found when every row is looked at."""

    def test_a_hole_in_a_validation_is_named_and_mended(self, desk):
        place = {
            "sheetId": desk.tab("客户").id,
            "startRowIndex": 9,
            "endRowIndex": 12,
            "startColumnIndex": 2,
            "endColumnIndex": 3,
        }
        desk.send({"setDataValidation": {"range": place}})
        assert desk.plan().changes == ()
        plan = desk.plan(deep=True)
        assert actions(plan) == {("create", "customers.stage.validation")}
        assert "rows 10-12" in plan.text()
        desk.apply(deep=True)
        assert desk.plan(deep=True).changes == ()

    def test_a_format_that_was_pasted_is_named_and_mended(self, desk):
        desk.tab("客户").format("D7", {"numberFormat": {"type": "TEXT", "pattern": "@"}})
        plan = desk.apply(deep=True)
        assert actions(plan) == {("update", "customers.next.number_format")}
        assert "row 7" in plan.text()
        assert desk.plan(deep=True).changes == ()

    def test_a_spreadsheet_that_was_just_made_has_none(self, desk):
        assert desk.plan(deep=True).changes == ()


def test_a_number_format_that_somebody_changed_comes_back(desk):
    desk.tab("客户").format("D2:D100", {"numberFormat": {"type": "NUMBER", "pattern": "0"}})
    assert actions(desk.plan()) == {("update", "customers.next.number_format")}
    desk.apply()
    assert desk.plan().changes == ()


def test_rows_that_people_add_at_the_end_get_what_ours_have(desk):
    desk.tab("订单").add_rows(500)
    assert ("update", "customers.spent.formula") in actions(desk.plan()), "its range no longer reaches the end"
    desk.apply()
    assert desk.plan().changes == ()
    rows = desk.describe("sheets.data.rowData.values.dataValidation", "'订单'!B600:B600")
    assert rows["sheets"][0]["data"][0]["rowData"][0]["values"][0]["dataValidation"]


class TestHighlights:
    def rules(self, desk):
        return desk.describe("sheets.conditionalFormats")["sheets"][0]["conditionalFormats"]

    def test_a_colleagues_rule_survives_and_ours_come_back(self, desk):
        _adds_a_highlight(desk)
        before = self.rules(desk)
        desk.send({"deleteConditionalFormatRule": {"sheetId": desk.tab("客户").id, "index": 2}})
        assert actions(desk.plan()) == {("update", "customers.highlights")}
        desk.apply()
        assert self.rules(desk) == before
        assert desk.plan().changes == ()

    def test_running_twice_adds_nothing(self, desk):
        before = self.rules(desk)
        desk.apply()
        desk.apply()
        assert self.rules(desk) == before

    def test_a_changed_colour_is_put_back(self, desk):
        rule = self.rules(desk)[0]
        rule["booleanRule"]["format"] = {"backgroundColorStyle": {"rgbColor": {"red": 1}}}
        update = {"sheetId": desk.tab("客户").id, "index": 0, "rule": rule}
        before = self.rules(desk)
        desk.send({"updateConditionalFormatRule": update})
        desk.apply()
        assert self.rules(desk) == before

    def test_ours_that_the_template_dropped_go_and_a_colleagues_stay(self, desk, tmp_path):
        from .bakery import bakery

        _adds_a_highlight(desk)
        desk.apply(bakery(tmp_path, was="highlights: [{type: state, column: stage}]", now="highlights: []"))
        assert len(self.rules(desk)) == 1


class TestMarks:
    def test_without_any_marks_everything_is_found_by_title_and_marked_again(self, desk):
        desk.send({"deleteDeveloperMetadata": {"dataFilter": {"developerMetadataLookup": {"metadataKey": MARK_KEY}}}})
        plan = desk.plan()
        assert {action for action, _ in actions(plan)} == {"update"}
        assert {address.rpartition(".")[2] for _, address in actions(plan)} == {"tab", "column"}
        desk.apply()
        assert desk.plan().changes == ()

    def test_a_copied_tab_is_left_alone_and_told_of(self, desk):
        tab = desk.tab("客户")
        tab.duplicate(insert_sheet_index=0, new_sheet_name="客户 backup")
        plan = desk.plan()
        assert plan.changes == ()
        assert [trouble.code for trouble in plan.troubles] == ["sheet_copied"]
        assert plan.layout.sheet_id("customers") == tab.id

    def test_a_cut_and_pasted_column_is_a_trouble_and_not_a_guess(self, desk):
        tab = desk.tab("客户")
        tab.add_cols(1)
        whole = {"sheetId": tab.id, "startRowIndex": 0, "endRowIndex": 100, "startColumnIndex": 3, "endColumnIndex": 4}
        target = {"sheetId": tab.id, "rowIndex": 0, "columnIndex": 5}
        desk.send({"cutPaste": {"source": whole, "destination": target, "pasteType": "PASTE_NORMAL"}})
        plan = desk.plan()
        assert [trouble.code for trouble in plan.troubles] == ["mark_moved"]
        assert not [change for change in plan.changes if change.address.column == "next"]
        assert "D1" in plan.text()
        assert "F1" in plan.text()

    @pytest.fixture
    def cut(self, desk):
        """A filled column that somebody cut and pasted elsewhere."""
        tab = desk.tab("客户")
        tab.update([[46000], [46001]], "D2", raw=True)
        tab.add_cols(1)
        whole = {"sheetId": tab.id, "startRowIndex": 0, "endRowIndex": 100, "startColumnIndex": 3, "endColumnIndex": 4}
        target = {"sheetId": tab.id, "rowIndex": 0, "columnIndex": 5}
        desk.send({"cutPaste": {"source": whole, "destination": target, "pasteType": "PASTE_NORMAL"}})
        return tab

    def test_whoever_looks_deep_has_the_mark_put_where_the_cells_are(self, desk, cut):
        plan = desk.apply(deep=True)
        assert (plan.troubles, "mark put back" in plan.text()) == ((), True)
        layout = desk.plan().layout
        assert (layout.index("customers", "next"), layout.is_marked("customers", "next")) == (5, True)
        assert cut.get("F2:F3", value_render_option="UNFORMATTED_VALUE") == [[46000], [46001]]
        assert (desk.plan().changes, desk.plan(deep=True).changes, desk.plan().troubles) == ((), (), ())

    def test_not_where_somebody_typed_under_the_mark_since(self, desk, cut):
        cut.update([["something"]], "D9")
        plan = desk.plan(deep=True)
        assert [trouble.code for trouble in plan.troubles] == ["mark_moved"]
        assert not [change for change in plan.changes if change.address.column == "next"]


class TestDeleted:
    def test_a_column_that_somebody_deleted_comes_back_and_formulas_find_it(self, desk):
        tab = desk.tab("订单")
        desk.send({"deleteDimension": {"range": columns(tab.id, 2, 3)}})
        plan = desk.apply()
        assert ("create", "orders.amount.column") in actions(plan)
        assert ("update", "customers.spent.formula") in actions(plan)
        assert desk.tab("订单").row_values(1)[1:] == ["客户编号", "金额"]
        assert desk.plan().changes == ()

    def test_a_tab_that_somebody_deleted_comes_back_and_formulas_find_it(self, desk):
        desk.people.del_worksheet(desk.tab("订单"))
        desk.apply()
        desk.tab("客户").update([["C1"]], "A2", raw=True)
        desk.tab("订单").update([["C1", 5]], "B2", raw=True)
        assert desk.tab("客户").acell("E2", value_render_option="UNFORMATTED_VALUE").value == 5
        assert desk.plan().changes == ()

    def test_a_first_data_row_that_somebody_deleted_is_no_change(self, desk):
        desk.tab("订单").delete_rows(2)
        desk.apply()
        assert desk.plan().changes == ()


def test_a_column_moved_by_cut_and_paste_and_the_rest_deleted_is_found_again(desk):
    tab = desk.tab("订单")
    tab.add_cols(1)
    source = {"sheetId": tab.id, "startRowIndex": 0, "endRowIndex": 100, "startColumnIndex": 2, "endColumnIndex": 3}
    target = {"sheetId": tab.id, "rowIndex": 0, "columnIndex": 3}
    desk.send(
        {"cutPaste": {"source": source, "destination": target, "pasteType": "PASTE_NORMAL"}},
        {"deleteDimension": {"range": columns(tab.id, 2, 3)}},
    )
    plan = desk.plan()
    assert plan.troubles == ()
    assert ("update", "orders.amount.column") in actions(plan), "its mark is put back"
    desk.apply()
    assert desk.plan().changes == ()
