"""Groups, fonts, alignment, banding and gradients: made once, the team's from then on, and following a template that changes."""

from __future__ import annotations

import pytest

from .bakery import actions, bakery, columns

STAGE = "        type: choice\n        title: {zh: 阶段, en: Stage}\n"
NEXT = "next: {type: date, title: {zh: 下次, en: Next}}"
AMOUNT = "amount: {type: money, title: {zh: 金额, en: Amount}}\n"


def grouped(folder, *keys):
    """The bakery with some of stage and next in the group `plan`."""
    stage = STAGE + "        group: plan\n" * ("stage" in keys)
    following = NEXT.replace("}}", "}, group: plan}") if "next" in keys else NEXT
    return bakery(folder, was=STAGE, now=stage, was1=NEXT, now1=following)


def groups(desk):
    found = desk.describe("sheets(columnGroups)")["sheets"][0].get("columnGroups", [])
    return [(group["range"]["startIndex"], group["range"]["endIndex"]) for group in found]


def style(desk, cell):
    """The format that was given to a cell of the customers."""
    found = desk.describe("sheets.data.rowData.values.userEnteredFormat", f"'客户'!{cell}")["sheets"][0]
    return found["data"][0]["rowData"][0]["values"][0]["userEnteredFormat"]


class TestGroups:
    @pytest.fixture
    def two(self, tmp_path):
        return grouped(tmp_path, "stage", "next")

    def test_neighbours_fold_away_together(self, desk, two):
        assert ("create", "customers.group.plan") in actions(desk.apply(two))
        assert groups(desk) == [(2, 4)]
        assert desk.plan(two).changes == ()

    def test_a_group_that_people_took_away_stays_away(self, desk, two):
        desk.apply(two)
        desk.send({"deleteDimensionGroup": {"range": columns(desk.tab("客户").id, 2, 4)}})
        plan = desk.plan(two)
        assert plan.changes == ()
        assert [str(change.address) for change in plan.kept] == ["customers.group.plan"]

    def test_a_group_that_people_widened_is_theirs(self, desk, two):
        desk.apply(two)
        desk.send({"addDimensionGroup": {"range": columns(desk.tab("客户").id, 4, 5)}})
        assert groups(desk) == [(2, 5)]
        assert desk.plan(two).changes == ()

    def test_a_column_of_their_own_in_it_is_no_difference(self, desk, two):
        desk.apply(two)
        insert = {"range": columns(desk.tab("客户").id, 3, 4), "inheritFromBefore": True}
        desk.send({"insertDimension": insert})
        plan = desk.plan(two)
        assert (plan.changes, plan.kept) == ((), ())

    def test_it_follows_the_template(self, desk, two, tmp_path):
        desk.apply(two)
        one = grouped(tmp_path, "next")
        assert ("update", "customers.group.plan") in actions(desk.apply(one))
        assert groups(desk) == [(3, 4)]
        assert desk.plan(one).changes == ()
        assert ("delete", "customers.group.plan") in actions(desk.apply(desk.template))
        assert groups(desk) == []

    def test_a_group_that_people_made_is_never_taken_for_ours(self, desk):
        desk.send({"addDimensionGroup": {"range": columns(desk.tab("客户").id, 1, 3)}})
        assert desk.plan().changes == ()

    @pytest.mark.parametrize(
        ("stage", "following", "message"),
        [
            pytest.param("a", "b", "b would become one group with a; put a column between them", id="two that touch"),
            pytest.param("", "a", "the columns of the group a do not stand side by side", id="one with a hole"),
        ],
    )
    def test_groups_that_cannot_be(self, tmp_path, stage, following, message):
        first = "id: {type: id, title: {zh: 客户编号, en: Customer ID}" + (", group: a}" if not stage else "}")
        name = STAGE + (f"        group: {stage}\n" if stage else "")
        with pytest.raises(Exception, match=message):
            bakery(
                tmp_path,
                was=STAGE,
                now=name,
                was1=NEXT,
                now1=NEXT.replace("}}", "}, group: " + following + "}"),
                was2="id: {type: id, title: {zh: 客户编号, en: Customer ID}",
                now2=first[:-1],
            )


class TestFonts:
    @pytest.fixture
    def printed(self, tmp_path):
        return bakery(tmp_path, was="version: 1", now="version: 1\ntheme: {font: Arial, size: 11, header_size: 13}")

    def test_headers_and_cells_have_the_font_of_the_theme(self, desk, printed):
        desk.apply(printed, allow=["many-changes"])
        assert [style(desk, cell)["textFormat"]["fontSize"] for cell in ("B1", "B2", "B100")] == [13, 11, 11]
        assert {style(desk, cell)["textFormat"]["fontFamily"] for cell in ("B1", "B2")} == {"Arial"}
        assert desk.plan(printed).changes == ()

    def test_what_people_chose_is_kept(self, desk, printed):
        desk.apply(printed, allow=["many-changes"])
        desk.tab("客户").format("B2:B100", {"textFormat": {"fontSize": 20}})
        plan = desk.plan(printed)
        assert plan.changes == ()
        assert [str(change.address) for change in plan.kept] == ["customers.name.look"]

    def test_without_it_they_have_the_spreadsheets_own_again(self, desk, printed):
        desk.apply(printed, allow=["many-changes"])
        desk.apply(desk.template, allow=["many-changes"])
        assert "fontSize" not in style(desk, "B2").get("textFormat", {})
        assert "fontSize" not in style(desk, "B1")["textFormat"]
        assert desk.plan().changes == ()


def test_a_column_may_be_aligned_otherwise_than_its_type(desk, tmp_path):
    desk.apply(bakery(tmp_path, was=NEXT, now=NEXT.replace("}}", "}, align: right}")))
    assert style(desk, "D2")["horizontalAlignment"] == "RIGHT"


def test_banding_is_taken_away_where_the_template_turns_it_off(desk, tmp_path):
    plain = bakery(tmp_path, was="    rows: 20\n", now="    rows: 20\n    banding: false\n")
    assert ("delete", "team.banding") in actions(desk.apply(plain))
    found = desk.describe("sheets(properties.title,bandedRanges.bandedRangeId)")["sheets"]
    assert {part["properties"]["title"] for part in found if "bandedRanges" in part} == {"客户", "订单"}


class TestGradients:
    def template(self, folder, high):
        rule = f"    highlights: [{{type: gradient, column: amount, min: 0, high: {high}}}]\n"
        return bakery(folder, was=AMOUNT, now=AMOUNT + rule)

    def rules(self, desk):
        return desk.describe("sheets.conditionalFormats")["sheets"][1].get("conditionalFormats", [])

    def test_a_gradient_is_made_once_and_follows_the_template(self, desk, tmp_path):
        desk.apply(self.template(tmp_path, "green"))
        (rule,) = self.rules(desk)
        assert rule["gradientRule"]["minpoint"]["type"] == "NUMBER"
        assert rule["gradientRule"]["maxpoint"]["type"] == "MAX"
        assert desk.plan(self.template(tmp_path, "green")).changes == ()
        desk.apply(self.template(tmp_path, "blue"))
        assert len(self.rules(desk)) == 1
        assert desk.plan(self.template(tmp_path, "blue")).changes == ()

    def test_gradients_of_people_stay(self, desk, tmp_path):
        place = {"sheetId": desk.tab("订单").id, "startRowIndex": 1, "startColumnIndex": 1, "endColumnIndex": 2}
        ends = {"minpoint": {"type": "MIN", "color": {"red": 1}}, "maxpoint": {"type": "MAX", "color": {"blue": 1}}}
        rule = {"ranges": [place], "gradientRule": ends}
        desk.send({"addConditionalFormatRule": {"index": 0, "rule": rule}})
        desk.apply(self.template(tmp_path, "green"))
        assert len(self.rules(desk)) == 2
        desk.apply(desk.template)
        (left,) = self.rules(desk)
        assert left["gradientRule"]["maxpoint"]["type"] == "MAX"
        assert "value" not in left["gradientRule"]["minpoint"]
