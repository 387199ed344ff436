"""Headers that people deleted, overwrote or sorted into the data: named by a plan, put back by `apply --deep`, no record harmed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from sheetcrm import provision
from sheetcrm.errors import Refused
from sheetcrm.journal import Journal
from sheetcrm.provision import undo

from .bakery import Desk, actions, bakery

TITLES = ["客户编号", "姓名", "阶段", "下次", "消费"]
ROWS = [["C1", "Ann", "潜在", 46000], ["C2", "Bob", "成交", 46001], ["C3", "Zoe", "潜在", 46002]]
EVERYTHING = (
    "namedRanges,sheets(properties(gridProperties,title),charts(spec,position),filterViews,basicFilter,conditionalFormats,bandedRanges,"
    "protectedRanges,data(columnMetadata.developerMetadata,rowData.values(userEnteredValue,userEnteredFormat,dataValidation,note)))"
)
RICH = {
    "was": "  orders:\n    title",
    "now": "    filter: true\n"
    "    views: {late: {title: {zh: 逾期, en: Late}, where: {next: {before: today}, stage: [lead]}, sort: [next]}}\n"
    "    charts:\n"
    "      spending: {type: column, title: {zh: 消费, en: Spending}, x: name, y: spent}\n"
    "      shares: {type: pie, title: {zh: 份额, en: Shares}, x: name, y: spent}\n"
    "  orders:\n    title",
    "was1": "name: {type: text, title: {zh: 姓名, en: Name}, required: true}",
    "now1": "name: {type: text, title: {zh: 姓名, en: Name}, required: true, note: {zh: 注, en: Mind}}",
}


@pytest.fixture
def desk(blank, tmp_path):
    """A desk with a spreadsheet that has some of everything, three customers and their orders."""
    blank.template = bakery(tmp_path, **RICH)
    blank.apply()
    blank.tab("客户").update(ROWS, "A2", raw=True)
    blank.tab("订单").update([["C1", 5], ["C2", 7]], "B2", raw=True)
    return blank


def everything(desk: Desk) -> Any:
    """All that people can see, and our marks; protections and views in whatever order."""
    seen = desk.describe(EVERYTHING)
    for part in seen["sheets"]:
        part.get("protectedRanges", []).sort(key=lambda one: one["protectedRangeId"])
        part.get("filterViews", []).sort(key=lambda one: one["filterViewId"])
    return seen


def values(desk: Desk) -> list[list[Any]]:
    return desk.tab("客户").get("A1:E100", value_render_option="UNFORMATTED_VALUE")


def delete_header_row(desk: Desk) -> None:
    desk.tab("客户").delete_rows(1)


def codes(plan) -> list[str]:
    return [trouble.code for trouble in plan.troubles]


class TestADeletedHeaderRow:
    def test_a_plan_names_it_and_writes_nothing_over_the_record_in_row_1(self, desk):
        delete_header_row(desk)
        plan = desk.plan()
        assert (codes(plan), plan.requests) == (["header_missing"], ())
        assert "apply --deep" in str(plan.refusals[0])

    @pytest.mark.parametrize("form", ["text", "markdown"])
    def test_is_told_once(self, desk, form):
        delete_header_row(desk)
        plan = desk.plan()
        said = getattr(plan, form)()
        assert said.count("apply --deep") == 1
        assert plan.troubles[0].say("zh") not in said.replace("\\", ""), "as a refusal, like any other"

    def test_whoever_looks_deep_has_everything_as_it_was_in_one_batch(self, desk):
        before = everything(desk)
        delete_header_row(desk)
        plan = desk.plan(deep=True)
        assert plan.refusals == ()
        assert "header_row  a row is inserted above row 1" in plan.text()
        assert "name.header  姓名" in plan.text()
        desk.apply(deep=True)
        assert everything(desk) == before
        assert (desk.plan().changes, desk.plan(deep=True).changes) == ((), ())

    def test_of_any_tab_with_rows_that_people_added_since(self, desk):
        delete_header_row(desk)
        desk.tab("客户").insert_rows([["C0", "New", "成交"]], 2)
        desk.tab("客户").add_rows(5)
        desk.tab("订单").delete_rows(1)
        desk.apply(deep=True, allow={"many-changes"})
        assert [row[:3] for row in values(desk)[:5]] == [
            TITLES[:3],
            ["C1", "Ann", "潜在"],
            ["C0", "New", "成交"],
            ["C2", "Bob", "成交"],
            ["C3", "Zoe", "潜在"],
        ]
        assert [row[4] for row in values(desk)[1:5]] == [5, 0, 7, 0]
        assert (desk.plan().changes, desk.plan(deep=True).changes) == ((), ())

    def test_what_people_typed_into_a_computed_column_stays_where_it_is(self, desk, tmp_path):
        desk.tab("客户").update([["mine"]], "E3", raw=True)
        delete_header_row(desk)
        newer = bakery(
            tmp_path,
            **RICH,
            was2="SUMIFS({orders.amount},{orders.customer},{id})",
            now2="COUNTIFS({orders.customer},{id})",
        )
        desk.apply(newer, deep=True)
        assert [row[4] for row in values(desk)[:4]] == ["消费", 1, "mine", 0]
        assert desk.plan(newer, deep=True).changes == ()

    def test_a_column_that_goes_at_the_same_time_is_still_asked_for_by_name(self, desk, tmp_path):
        tab = desk.tab("客户")
        tab.batch_clear(["D3:D4"])
        delete_header_row(desk)
        newer = bakery(
            tmp_path,
            was="      next: {type: date, title: {zh: 下次, en: Next}}\n",
            now="",
            was1=", stage: lead, next: +3d",
            now1="",
        )
        with pytest.raises(Refused, match=r"customers.next \(1 row\)"):
            desk.apply(newer, deep=True)

    def test_with_no_record_at_all(self, desk):
        desk.tab("客户").batch_clear(["A2:D4"])
        before = everything(desk)
        delete_header_row(desk)
        desk.apply(deep=True)
        assert everything(desk) == before

    def test_the_way_out_by_hand_works_too(self, desk):
        delete_header_row(desk)
        desk.tab("客户").insert_row([], 1)
        desk.apply()
        assert values(desk)[0] == TITLES
        assert desk.plan().changes == ()

    def test_undo_says_that_it_stays(self, desk, tmp_path):
        delete_header_row(desk)
        log = provision.Log(Journal(tmp_path / "journal", desk.people.id), "apply", datetime(2026, 11, 21, tzinfo=UTC))
        provision.apply(desk.gateway, desk.plan(deep=True), log=log)
        before = values(desk)
        write = next(log.journal.writes())[1]
        taken = undo.undo(desk.gateway, write, desk.template.wanted(), set())
        assert {"customers.header_row", "customers.name.header"} <= {str(address) for address, _ in taken.left}
        assert taken.plan.requests == ()
        assert values(desk) == before


class TestRenamedHeaders:
    """A team may call everything otherwise; that is no lost header row."""

    def test_all_of_them(self, desk):
        desk.tab("客户").update([["a", "b", "c", "d", "e"]], "A1")
        plan = desk.plan(deep=True)
        assert (plan.changes, plan.troubles, plan.refusals) == ((), (), ())

    def test_all_of_them_unfrozen_and_some_numbers(self, desk):
        desk.tab("客户").update([["a", "b", "c", 2026, "e"]], "A1", raw=True)
        desk.tab("客户").freeze(rows=0)
        plan = desk.plan(deep=True)
        assert plan.requests == ()
        assert "customers.header_row" not in {str(change.address) for change in plan.changes}

    def test_a_table_pasted_with_its_header_is_no_header_row(self, desk):
        desk.tab("客户").update([TITLES[:4]], "A7", raw=True)
        plan = desk.plan(deep=True)
        assert (plan.changes, plan.troubles) == ((), ())


class TestBlankedHeaders:
    def test_one_and_all_are_written_again(self, desk):
        before = everything(desk)
        for cells in ("B1", "A1:E1"):
            desk.tab("客户").batch_clear([cells])
            desk.apply()
            assert everything(desk) == before


class TestAHeaderSortedIntoTheData:
    def sort(self, desk, column=1, direction="des"):
        tab = desk.tab("客户")
        tab.sort((column, direction), range="A1:E100")

    def test_it_is_named_with_the_row_in_which_it_stands(self, desk):
        self.sort(desk, 2, "asc")
        assert values(desk)[3] == TITLES
        plan = desk.plan(deep=True)
        assert "sorted back from row 4 to row 1" in plan.text()

    def test_where_a_plan_sees_it_it_says_so(self, desk):
        desk.tab("客户").sort((1, "asc"), range="A1:E2")
        plan = desk.plan()
        assert (codes(plan), plan.requests) == (["header_below"], ())
        assert "row 2" in str(plan.refusals[0])

    @pytest.mark.parametrize("column", range(1, 6))
    @pytest.mark.parametrize("direction", ["asc", "des"])
    def test_it_comes_back_and_everything_is_right(self, desk, column, direction):
        before = everything(desk)
        records = sorted(map(str, values(desk)[1:4]))
        self.sort(desk, column, direction)
        desk.apply(deep=True)
        assert values(desk)[0] == TITLES
        assert sorted(map(str, [row for row in values(desk)[1:] if row[0]])) == records
        assert (desk.plan().changes, desk.plan(deep=True).changes) == ((), ())
        after = everything(desk)
        for part in (*before["sheets"], *after["sheets"]):
            del part["data"]
        assert after == before, "nobody's range has moved"

    def test_not_when_two_rows_look_like_it(self, desk):
        self.sort(desk, 2, "asc")
        desk.tab("客户").update([TITLES[:4]], "A8", raw=True)
        before = everything(desk)
        plan = desk.plan(deep=True)
        assert codes(plan) == ["header_below"]
        with pytest.raises(Refused, match="row 4"):
            desk.apply(deep=True)
        assert everything(desk) == before

    def test_a_caption_that_somebody_put_above_is_told_and_stays(self, desk):
        desk.tab("客户").insert_row(["我们的客户"], 1)
        plan = desk.plan(deep=True)
        assert codes(plan) == ["header_below"]
        assert plan.refusals

    def test_a_part_of_it_is_told(self, desk):
        desk.tab("客户").sort((2, "asc"), range="A1:C100")
        plan = desk.plan(deep=True)
        assert codes(plan) == ["header_below"]
        assert plan.refusals


class TestAnotherColumnsTitle:
    def overwrite(self, desk):
        desk.tab("客户").update([["阶段"]], "B1")

    def test_a_plan_names_the_cell_and_leaves_the_column_alone(self, desk):
        self.overwrite(desk)
        plan = desk.plan()
        assert (plan.changes, codes(plan)) == ((), ["header_overwritten"])
        assert "B1" in plan.text()
        assert "C1" in plan.text()

    def test_whoever_looks_deep_has_it_written_back_and_nothing_else(self, desk):
        before = everything(desk)
        self.overwrite(desk)
        plan = desk.plan(deep=True)
        assert actions(plan) == {("update", "customers.name.header")}
        assert "阶段 → 姓名" in plan.text()
        assert plan.troubles == ()
        desk.apply(deep=True)
        assert everything(desk) == before
        assert desk.plan(deep=True).changes == ()

    def test_while_rows_are_added_and_renamed_headers_stay(self, desk):
        desk.tab("客户").update([["我们的叫法"]], "D1")
        self.overwrite(desk)
        desk.tab("客户").insert_rows([["C9", "Kim", "潜在"]], 3)
        desk.apply(deep=True)
        assert values(desk)[0] == ["客户编号", "姓名", "阶段", "我们的叫法", "消费"]

    def test_a_column_without_cells(self, desk):
        desk.tab("客户").batch_clear(["A2:D4"])
        desk.tab("客户").update([["姓名"]], "D1")
        assert actions(desk.plan(deep=True)) == {("update", "customers.next.header")}

    def test_a_computed_column(self, desk):
        desk.tab("客户").update([["姓名"]], "E1")
        assert actions(desk.plan(deep=True)) == {("update", "customers.spent.header")}

    @pytest.mark.parametrize(
        "cells",
        [
            pytest.param([["潜在"], ["成交"], ["潜在"]], id="the whole column was pasted over"),
            pytest.param([["成交"], ["成交"], ["成交"]], id="cells that only the other column is particular about"),
            pytest.param([["潜在"], ["成交"], ["=1+1"]], id="a formula among them"),
        ],
    )
    def test_where_the_cells_say_otherwise_nothing_is_decided(self, desk, cells):
        self.overwrite(desk)
        desk.tab("客户").update(cells, "B2", raw=False)
        before = everything(desk)
        plan = desk.apply(deep=True)
        assert codes(plan) == ["header_overwritten"]
        assert not [change for change in plan.changes if change.address.column == "name"]
        assert everything(desk) == before

    def test_a_date_under_the_title_of_a_choice(self, desk):
        desk.tab("客户").update([["阶段"]], "D1")
        assert actions(desk.plan(deep=True)) == {("update", "customers.next.header")}

    def test_choices_under_the_title_of_a_date_that_were_pasted(self, desk):
        desk.tab("客户").update([["下次"], [46000], [46001], [46002]], "C1", raw=True)
        assert codes(desk.plan(deep=True)) == ["header_overwritten"]

    def test_undo_takes_it_back(self, desk, tmp_path):
        self.overwrite(desk)
        log = provision.Log(Journal(tmp_path / "journal", desk.people.id), "apply", datetime(2026, 11, 21, tzinfo=UTC))
        provision.apply(desk.gateway, desk.plan(deep=True), log=log)
        taken = undo.undo(desk.gateway, next(log.journal.writes())[1], desk.template.wanted(), set())
        assert taken.left == ()
        provision.apply(desk.gateway, taken.plan)
        assert values(desk)[0][1] == "阶段"


def test_swapped_headers_are_named_both_with_their_cells_and_a_way_out(desk):
    desk.tab("客户").update([["阶段", "姓名"]], "B1")
    for deep in (False, True):
        plan = desk.plan(deep=deep)
        assert (plan.changes, codes(plan)) == ((), ["header_swapped", "header_swapped"])
        assert "B1" in plan.text()
        assert "C1" in plan.text()
