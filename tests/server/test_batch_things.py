"""Requests about conditional formats, banding, filters, named and protected ranges: things with a place of their own."""

from __future__ import annotations

import pytest

from sheetcrm.server.errors import ApiError
from tests.server.books import book, cells, do, everything, first_sheet, put, read, span

RED = {"red": 1}
RED_TWICE = {"color": RED, "colorStyle": {"rgbColor": RED}}
NOT_BLANK = {"condition": {"type": "NOT_BLANK"}, "format": {"backgroundColor": RED}}
BANDS = {"firstBandColor": RED, "secondBandColor": {"blue": 1}}


def refusal(spreadsheet, *requests):
    before = everything(spreadsheet)
    with pytest.raises(ApiError) as refused:
        do(spreadsheet, *requests)
    assert everything(spreadsheet) == before
    return refused.value.message.split(": ", 1)[1]


def rule(*places, **kind):
    return {"rule": {"ranges": list(places), **(kind or {"booleanRule": NOT_BLANK})}}


class TestConditionalFormats:
    def test_a_rule_is_shown_with_closed_ranges_and_both_colours(self):
        spreadsheet = book()
        do(
            spreadsheet,
            {
                "addConditionalFormatRule": rule(
                    {"sheetId": 0, "startRowIndex": 1, "startColumnIndex": 2, "endColumnIndex": 3}
                )
            },
        )
        (shown,) = first_sheet(spreadsheet)["conditionalFormats"]
        assert shown == {
            "ranges": [{"startRowIndex": 1, "endRowIndex": 1000, "startColumnIndex": 2, "endColumnIndex": 3}],
            "booleanRule": {
                "condition": {"type": "NOT_BLANK"},
                "format": {"backgroundColor": RED, "backgroundColorStyle": {"rgbColor": RED}},
            },
        }

    def test_order_is_by_position(self):
        spreadsheet = book()
        for column, index in ((0, 0), (1, 0), (2, 1)):
            do(spreadsheet, {"addConditionalFormatRule": {**rule(span(0, 1, column, column + 1)), "index": index}})
        order = [one["ranges"][0]["startColumnIndex"] for one in spreadsheet.sheets[0].things["conditionalFormats"]]
        assert order == [1, 2, 0]
        (moved,) = do(spreadsheet, {"updateConditionalFormatRule": {"sheetId": 0, "index": 0, "newIndex": 2}})
        assert (
            moved["updateConditionalFormatRule"].get("oldIndex", 0),
            moved["updateConditionalFormatRule"]["newIndex"],
        ) == (0, 2)
        (gone,) = do(spreadsheet, {"deleteConditionalFormatRule": {"sheetId": 0, "index": 2}})
        assert gone["deleteConditionalFormatRule"]["rule"]["ranges"][0]["startColumnIndex"] == 1

    def test_replacing_answers_old_and_new(self):
        spreadsheet = book()
        do(spreadsheet, {"addConditionalFormatRule": rule(span(0, 1, 0, 1))})
        (reply,) = do(spreadsheet, {"updateConditionalFormatRule": {"index": 0, **rule(span(0, 1, 5, 6))}})
        assert [
            reply["updateConditionalFormatRule"][key]["ranges"][0]["startColumnIndex"] for key in ("oldRule", "newRule")
        ] == [0, 5]

    @pytest.mark.parametrize(
        ("request_", "message"),
        [
            pytest.param({"addConditionalFormatRule": {"rule": {"ranges": [span(0, 1, 0, 1)]}}}, "Exactly one of booleanRule and gradientRule must be set.", id="neither kind"),
            pytest.param({"addConditionalFormatRule": {"rule": {"booleanRule": NOT_BLANK}}}, "ConditionalFormatRule.ranges is required.", id="nowhere"),
            pytest.param({"addConditionalFormatRule": {**rule(span(0, 1, 0, 1)), "index": 1}}, "Invalid index: 1. There are 0 conditional format rules on the sheet.", id="no such position"),
            pytest.param({"deleteConditionalFormatRule": {"sheetId": 0, "index": 0}}, "No conditional format on sheet: 0 at index: 0", id="delete what is not there"),
            pytest.param({"addConditionalFormatRule": rule(span(0, 1, 0, 1), gradientRule={"minpoint": {"color": RED}, "maxpoint": {"type": "MAX", "color": RED}})}, "No interpolationPointType specified.", id="scale without type"),
            pytest.param({"addConditionalFormatRule": rule(span(0, 1, 0, 1), gradientRule={"minpoint": {"type": "NUMBER", "color": RED}, "maxpoint": {"type": "MAX", "color": RED}})}, "InterpolationPoint.value is required.", id="scale without value"),
            pytest.param({"addConditionalFormatRule": rule(span(0, 1, 0, 1), booleanRule={"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "a"}]}})}, "ConditionType 'ONE_OF_LIST' is not supported for conditional formatting.", id="a condition for rules only"),
            pytest.param({"addConditionalFormatRule": rule(span(0, 1, 0, 1), booleanRule={"condition": {"type": "TEXT_EQ"}})}, "BooleanCondition of type 'TEXT_EQ' requires 1 ConditionValue(s), but 0 were given.", id="no value"),
        ],
    )  # fmt: skip
    def test_refused(self, request_, message):
        assert refusal(book(), request_) == message


class TestBanding:
    def test_a_chosen_id_comes_back(self):
        spreadsheet = book()
        (reply,) = do(
            spreadsheet,
            {"addBanding": {"bandedRange": {"bandedRangeId": 77, "range": span(0, 9, 0, 2), "rowProperties": BANDS}}},
        )
        band = reply["addBanding"]["bandedRange"]
        assert band["bandedRangeId"] == 77
        assert band["rowProperties"]["firstBandColorStyle"] == {"rgbColor": RED}
        assert first_sheet(spreadsheet)["bandedRanges"] == [band]

    def test_update_and_delete(self):
        spreadsheet = book()
        do(
            spreadsheet,
            {"addBanding": {"bandedRange": {"bandedRangeId": 7, "range": span(0, 9, 0, 2), "rowProperties": BANDS}}},
        )
        changed = {"bandedRangeId": 7, "range": span(0, 4, 0, 2), "rowProperties": {"firstBandColor": {"green": 1}}}
        do(spreadsheet, {"updateBanding": {"bandedRange": changed, "fields": "range,rowProperties.firstBandColor"}})
        (band,) = first_sheet(spreadsheet)["bandedRanges"]
        assert (band["range"]["endRowIndex"], band["rowProperties"]["firstBandColorStyle"]) == (
            4,
            {"rgbColor": {"green": 1}},
        )
        assert band["rowProperties"]["secondBandColor"] == {"blue": 1}
        do(spreadsheet, {"deleteBanding": {"bandedRangeId": 7}})
        assert "bandedRanges" not in first_sheet(spreadsheet)

    @pytest.mark.parametrize(
        ("banding", "message"),
        [
            pytest.param({"bandedRangeId": 1, "range": span(50, 60, 0, 1), "rowProperties": BANDS}, "Cannot add banding with id 1: that id is already used.", id="id taken"),
            pytest.param({"range": span(5, 60, 0, 1), "rowProperties": BANDS}, "You cannot add alternating background colors to a range that already has alternating background colors.", id="overlap"),
            pytest.param({"range": span(50, 60, 0, 1)}, "Must specify at least one of rowProperties or columnProperties.", id="no colours"),
            pytest.param({"range": span(50, 60, 0, 1), "rowProperties": {"headerColor": RED}}, "rowProperties.firstBandColor and rowProperties.secondBandColor are required.", id="a header alone"),
        ],
    )  # fmt: skip
    def test_refused(self, banding, message):
        spreadsheet = book()
        do(
            spreadsheet,
            {"addBanding": {"bandedRange": {"bandedRangeId": 1, "range": span(0, 9, 0, 2), "rowProperties": BANDS}}},
        )
        assert refusal(spreadsheet, {"addBanding": {"bandedRange": banding}}) == message


class TestFilters:
    def test_a_basic_filter_hides_nothing_from_the_api(self):
        spreadsheet = book(["a"], ["b"])
        specs = [{"columnIndex": 0, "filterCriteria": {"hiddenValues": ["b"]}}]
        do(spreadsheet, {"setBasicFilter": {"filter": {"range": {"sheetId": 0}, "filterSpecs": specs}}})
        shown = first_sheet(spreadsheet)["basicFilter"]
        assert shown["range"] == {"startRowIndex": 0, "endRowIndex": 1000, "startColumnIndex": 0, "endColumnIndex": 26}
        assert shown["filterSpecs"] == specs
        assert read(spreadsheet) == [["a"], ["b"]]
        do(spreadsheet, {"clearBasicFilter": {"sheetId": 0}})
        assert "basicFilter" not in first_sheet(spreadsheet)

    def test_the_old_criteria_are_read_as_specs(self):
        spreadsheet = book()
        criteria = {"1": {"condition": {"type": "NOT_BLANK"}}}
        do(spreadsheet, {"setBasicFilter": {"filter": {"range": span(0, 9, 0, 3), "criteria": criteria}}})
        assert first_sheet(spreadsheet)["basicFilter"]["filterSpecs"] == [
            {"columnIndex": 1, "filterCriteria": criteria["1"]}
        ]

    def test_views(self):
        spreadsheet = book()
        view = {"filterViewId": 5, "title": "我的客户", "range": span(0, 9, 0, 3)}
        (reply,) = do(spreadsheet, {"addFilterView": {"filter": view}})
        assert reply["addFilterView"]["filter"]["filterViewId"] == 5
        do(spreadsheet, {"updateFilterView": {"filter": {"filterViewId": 5, "title": "mine"}, "fields": "title"}})
        (copy,) = do(spreadsheet, {"duplicateFilterView": {"filterId": 5}})
        assert copy["duplicateFilterView"]["filter"]["title"] == "Copy of mine"
        do(spreadsheet, {"deleteFilterView": {"filterId": 5}})
        assert [one["title"] for one in first_sheet(spreadsheet)["filterViews"]] == ["Copy of mine"]

    @pytest.mark.parametrize(
        ("request_", "message"),
        [
            pytest.param({"addFilterView": {"filter": {"title": "x", "range": span(0, 9, 0, 3), "filterSpecs": [{"columnIndex": 3}]}}}, "filterSpecs.columnIndex 3 is outside of the filter's range.", id="a column elsewhere"),
            pytest.param({"addFilterView": {"filter": {"range": span(0, 9, 0, 3)}}}, "FilterView.title is required.", id="no title"),
            pytest.param({"addFilterView": {"filter": {"title": "x"}}}, "Filter.range is required.", id="no range"),
            pytest.param({"deleteFilterView": {"filterId": 1}}, "No filter view with id: 1", id="not there"),
        ],
    )  # fmt: skip
    def test_refused(self, request_, message):
        assert refusal(book(), request_) == message


class TestNamedRanges:
    def test_the_id_is_a_text_and_open_ends_stay_open(self):
        spreadsheet = book()
        place = {"sheetId": 0, "startColumnIndex": 1, "endColumnIndex": 2}
        (reply,) = do(spreadsheet, {"addNamedRange": {"namedRange": {"name": "阶段", "range": place}}})
        named = reply["addNamedRange"]["namedRange"]
        assert named["namedRangeId"].isdigit()
        assert named["range"] == {"startColumnIndex": 1, "endColumnIndex": 2}
        assert everything(spreadsheet)["namedRanges"] == [named]

    def test_formulas_know_the_name(self):
        spreadsheet = book([1], [2])
        do(
            spreadsheet,
            {"addNamedRange": {"namedRange": {"namedRangeId": "5", "name": "both", "range": span(0, 2, 0, 1)}}},
        )
        put(spreadsheet, "B1", ["=SUM(both)"])
        assert read(spreadsheet, "B1") == [[3]]
        do(
            spreadsheet,
            {"updateNamedRange": {"namedRange": {"namedRangeId": "5", "range": span(0, 1, 0, 1)}, "fields": "range"}},
        )
        assert read(spreadsheet, "B1") == [[1]]
        do(spreadsheet, {"deleteNamedRange": {"namedRangeId": "5"}})
        assert read(spreadsheet, "B1") == [["#NAME?"]]

    @pytest.mark.parametrize("name", ["A1", "r1c1", "R2", "true", "two words", "1st", "a-b", ""])
    def test_names_that_cannot_be(self, name):
        message = refusal(book(), {"addNamedRange": {"namedRange": {"name": name, "range": span(0, 1, 0, 1)}}})
        assert message.startswith(f"Invalid name: {name}.")

    def test_names_are_unique_whatever_the_case(self):
        named = {"addNamedRange": {"namedRange": {"name": "Area", "range": span(0, 1, 0, 1)}}}
        again = {"addNamedRange": {"namedRange": {"name": "AREA", "range": span(0, 1, 0, 1)}}}
        assert (
            refusal(book(), named, again)
            == "Cannot add named range with name AREA, a named range with that name already exists."
        )


class TestProtection:
    def test_the_answer_lists_no_editors_and_reading_lists_the_owner(self):
        spreadsheet = book()
        (reply,) = do(
            spreadsheet,
            {
                "addProtectedRange": {
                    "protectedRange": {"range": span(0, 1, 0, 2), "editors": {"users": []}, "warningOnly": False}
                }
            },
        )
        answered = reply["addProtectedRange"]["protectedRange"]
        assert answered["requestingUserCanEdit"] is True
        assert answered["editors"] == {}
        (shown,) = first_sheet(spreadsheet)["protectedRanges"]
        assert shown == {**answered, "editors": {"users": [spreadsheet.owner]}}

    def test_a_whole_sheet_is_protected_once(self):
        whole = {"addProtectedRange": {"protectedRange": {"range": {"sheetId": 0}, "warningOnly": True}}}
        assert refusal(book(), whole, whole) == 'Sheet "Sheet1" already has sheet protection.'

    def test_a_warning_has_no_editors(self):
        protected = {"range": span(0, 1, 0, 1), "warningOnly": True, "editors": {"users": ["a@b.c"]}}
        message = refusal(book(), {"addProtectedRange": {"protectedRange": protected}})
        assert message == "ProtectedRange is warningOnly. Editors cannot be set on it."

    def test_update_and_delete(self):
        spreadsheet = book()
        do(
            spreadsheet,
            {
                "addProtectedRange": {
                    "protectedRange": {"protectedRangeId": 4, "range": span(0, 1, 0, 2), "description": "header"}
                }
            },
        )
        changed = {"protectedRangeId": 4, "range": span(0, 1, 0, 9), "warningOnly": True}
        do(spreadsheet, {"updateProtectedRange": {"protectedRange": changed, "fields": "range,warningOnly"}})
        (shown,) = first_sheet(spreadsheet)["protectedRanges"]
        assert (shown["warningOnly"], shown["description"], shown["range"]["endColumnIndex"]) == (True, "header", 9)
        do(spreadsheet, {"deleteProtectedRange": {"protectedRangeId": 4}})
        assert (
            refusal(spreadsheet, {"deleteProtectedRange": {"protectedRangeId": 4}}) == "No protected range with id: 4"
        )

    def test_an_id_is_used_once(self):
        one = {"addProtectedRange": {"protectedRange": {"protectedRangeId": 4, "range": span(0, 1, 0, 2)}}}
        assert refusal(book(), one, one) == "Cannot add protected range with id 4: that id is already used."


def test_validation_by_a_named_source_survives_a_new_title():
    spreadsheet = book()
    do(spreadsheet, {"addSheet": {"properties": {"sheetId": 5, "title": "选项"}}})
    condition = {"type": "ONE_OF_RANGE", "values": [{"userEnteredValue": "='选项'!$A$2:$A$50"}]}
    do(
        spreadsheet,
        {"setDataValidation": {"range": span(1, 9, 0, 1), "rule": {"condition": condition, "strict": True}}},
    )
    do(
        spreadsheet,
        {"insertDimension": {"range": {"sheetId": 5, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 1}}},
        {"updateSheetProperties": {"properties": {"sheetId": 5, "title": "lists"}, "fields": "title"}},
    )
    (found,) = cells(spreadsheet, "A2", "dataValidation")[0]
    assert found["condition"]["values"] == [{"userEnteredValue": "=lists!$B$2:$B$50"}]
