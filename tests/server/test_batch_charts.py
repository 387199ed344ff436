"""Requests about charts and slicers: kept, placed, and moving with what they read."""

from __future__ import annotations

import pytest

from sheetcrm.server import door, spreadsheets, values
from sheetcrm.server.batch import HANDLERS
from sheetcrm.server.errors import ApiError
from sheetcrm.server.model import Spreadsheet
from tests.server.books import book, do, everything, first_sheet, lines, read, span

NO_KIND = (
    "One of basicChart, pieChart, bubbleChart, candelstickChart, histogramChart, or orgChart must be set on chartSpec."
)
NOWHERE = "One of EmbeddedObjectPosition.overlayPosition or EmbeddedObjectPosition.sheetId must be set"
RED = {"red": 1}
RED_TWICE = {"color": RED, "colorStyle": {"rgbColor": RED}}


def data(*sources):
    return {"sourceRange": {"sources": list(sources)}}


DOMAIN, SERIES = data(span(0, 6, 0, 1)), data(span(0, 6, 1, 2))
BASIC = {"basicChart": {"chartType": "LINE", "domains": [{"domain": DOMAIN}], "series": [{"series": SERIES}]}}
PIE = {"pieChart": {"domain": DOMAIN, "series": SERIES}}
KINDS = {
    **BASIC,
    **PIE,
    "bubbleChart": {"domain": DOMAIN, "series": SERIES},
    "candlestickChart": {
        "domain": {"data": DOMAIN},
        "data": [{f"{part}Series": {"data": SERIES} for part in ("low", "open", "close", "high")}],
    },
    "orgChart": {"labels": DOMAIN, "parentLabels": SERIES},
    "histogramChart": {"series": [{"data": SERIES}]},
    "waterfallChart": {"domain": {"data": DOMAIN}, "series": [{"data": SERIES}]},
    "treemapChart": {"labels": DOMAIN, "sizeData": SERIES},
    "scorecardChart": {"keyValueData": SERIES},
}


def at(row=0, column=0, sheet=0, **more):
    return {"overlayPosition": {"anchorCell": {"sheetId": sheet, "rowIndex": row, "columnIndex": column}, **more}}


def chart(spec=BASIC, position=None, **more):
    return {"addChart": {"chart": {"spec": spec, "position": position or at(), **more}}}


def slicer(column=1, position=None, **more):
    spec = {"dataRange": span(0, 6, 0, 3), "columnIndex": column, **more.pop("spec", {})}
    return {"addSlicer": {"slicer": {"spec": spec, "position": position or at(0, 5), **more}}}


def charts(spreadsheet, title="Sheet1"):
    (sheet,) = [one for one in everything(spreadsheet)["sheets"] if one["properties"]["title"] == title]
    return sheet.get("charts", [])


def refusal(spreadsheet, *requests):
    before = everything(spreadsheet)
    with pytest.raises(ApiError) as refused:
        do(spreadsheet, *requests)
    assert everything(spreadsheet) == before
    return refused.value.message


def sources(spec):
    """Every range that a spec reads, as A1-like (top, bottom, left, right)."""
    if isinstance(spec, list):
        return [one for part in spec for one in sources(part)]
    if not isinstance(spec, dict):
        return []
    if "sources" in spec:
        return [(one["startRowIndex"], one["endRowIndex"], one["startColumnIndex"], one["endColumnIndex"]) for one in spec["sources"]]  # fmt: skip
    return [one for part in spec.values() for one in sources(part)]


class TestAdd:
    @pytest.mark.parametrize("kind", door.CHARTS)
    def test_every_kind_of_chart_is_kept_and_shown_as_it_was_answered(self, kind):
        spreadsheet = book()
        (reply,) = do(spreadsheet, chart({kind: KINDS[kind]}))
        (shown,) = charts(spreadsheet)
        assert shown == reply["addChart"]["chart"]
        assert shown["spec"].keys() == {kind, "hiddenDimensionStrategy", "fontName"}
        assert sources(shown["spec"]) == sources(KINDS[kind])
        door.check({"sheets": [{"charts": [shown]}]}, "Spreadsheet")

    def test_google_fills_in_sizes_font_and_strategy(self):
        spreadsheet = book()
        (reply,) = do(spreadsheet, chart({**BASIC, "title": "销售"}, at(0, 6, offsetXPixels=3, offsetYPixels=0)))
        made = reply["addChart"]["chart"]
        assert made["position"] == {
            "overlayPosition": {
                "anchorCell": {"columnIndex": 6},
                "offsetXPixels": 3,
                "widthPixels": 600,
                "heightPixels": 371,
            }
        }
        assert made["spec"]["hiddenDimensionStrategy"] == "SKIP_HIDDEN_ROWS_AND_COLUMNS"
        assert (made["spec"]["fontName"], made["spec"]["titleTextFormat"]) == ("Roboto", {"fontFamily": "Roboto"})

    def test_a_corner_at_the_first_cell_of_the_first_sheet_is_empty(self):
        (reply,) = do(book(), chart())
        assert reply["addChart"]["chart"]["position"]["overlayPosition"]["anchorCell"] == {}

    def test_open_ranges_are_closed_and_colours_stand_twice(self):
        column = {"sheetId": 0, "startColumnIndex": 1, "endColumnIndex": 2}
        spec = {"histogramChart": {"series": [{"data": data(column), "barColor": RED}]}}
        (reply,) = do(book(), chart(spec))
        (series,) = reply["addChart"]["chart"]["spec"]["histogramChart"]["series"]
        assert sources(series) == [(0, 1000, 1, 2)]
        assert (series["barColor"], series["barColorStyle"]) == (RED, {"rgbColor": RED})

    def test_a_chosen_id_comes_back_and_is_taken_for_slicers_too(self):
        spreadsheet = book()
        (reply,) = do(spreadsheet, chart(chartId=7))
        assert reply["addChart"]["chart"]["chartId"] == 7
        assert "already used" in refusal(spreadsheet, chart(chartId=7))
        assert "already used" in refusal(spreadsheet, slicer(slicerId=7))

    def test_on_a_sheet_of_its_own(self):
        spreadsheet = book(["a"])
        (reply,) = do(spreadsheet, chart(position={"newSheet": True}))
        sheet_id = reply["addChart"]["chart"]["position"]["sheetId"]
        made = everything(spreadsheet)["sheets"][1]
        assert made["properties"] == {"sheetId": sheet_id, "title": "Chart1", "index": 1, "sheetType": "OBJECT"}
        assert made.keys() == {"properties", "charts"}
        do(spreadsheet, chart(position={"newSheet": True}), chart(position={"sheetId": 33}))
        titles = [sheet["properties"]["title"] for sheet in everything(spreadsheet)["sheets"]]
        assert titles == ["Sheet1", "Chart1", "Chart2", "Chart3"]
        assert spreadsheet.sheets[3].id == 33

    def test_a_spreadsheet_may_be_created_with_them(self):
        body = {"sheets": [{"charts": [chart()["addChart"]["chart"]], "slicers": [slicer()["addSlicer"]["slicer"]]}]}
        made = spreadsheets.create(body, new_id="made")
        assert first_sheet(made).keys() == {"properties", "charts", "slicers"}

    @pytest.mark.parametrize(
        ("request_", "message"),
        [
            pytest.param(chart({"title": "none"}), f"Invalid requests[0].addChart: {NO_KIND}", id="no kind of chart"),
            pytest.param({"addChart": {}}, f"Invalid requests[0].addChart: {NO_KIND}", id="nothing"),
            pytest.param({"addChart": {"chart": {"spec": BASIC}}}, f"Invalid requests[0].addChart: {NOWHERE}", id="nowhere"),
            pytest.param(chart({"basicChart": {"chartType": "BAR"}}), "Internal error encountered.", id="basic without data, as Google"),
            pytest.param(chart({"pieChart": {"domain": data(span(0, 6, 0, 2))}}), "Invalid requests[0].addChart: ChartSourceRange ranges require all rows or all columns to have length of 1", id="two columns"),
            pytest.param(chart({"pieChart": {"domain": data(span(0, 1, 0, 2), span(0, 2, 0, 1))}}), "Invalid requests[0].addChart: ChartSourceRange ranges require all rows or all columns to have length of 1", id="a row and a column"),
            pytest.param(chart({"pieChart": {"domain": data(span(0, 6, 0, 1, sheet=5))}}), "Invalid requests[0].addChart: No grid with id: 5", id="data on no sheet"),
            pytest.param(chart({"pieChart": {"domain": {"columnReference": {"name": "x"}}}}), "Invalid requests[0].addChart: this embedded server does not support charts over data sources yet (Google does)", id="data source"),
            pytest.param(chart(position=at(1000)), "Invalid requests[0].addChart: GridCoordinate.rowIndex[1000] is after last row in grid[999]", id="below the grid"),
            pytest.param(chart(position=at(sheet=9)), "Invalid requests[0].addChart: No grid with id: 9", id="on no sheet"),
            pytest.param(chart(position={"sheetId": 0}), "Invalid requests[0].addChart: Sheet with id 0 already exists", id="own sheet with a taken id"),
            pytest.param(chart({**BASIC, **PIE}), "Invalid value at 'requests[0].add_chart.chart.spec' (oneof), oneof field 'chart' is already set. Cannot set 'pieChart'", id="two kinds"),
        ],
    )  # fmt: skip
    def test_refused(self, request_, message):
        assert refusal(book(), request_) == message

    def test_basic_without_data_is_googles_internal_error(self):
        with pytest.raises(ApiError) as refused:
            do(book(), chart({"basicChart": {}}))
        assert (refused.value.code, refused.value.status) == (500, "INTERNAL")


class TestChange:
    def test_a_spec_is_replaced_whole(self):
        spreadsheet = book()
        do(spreadsheet, chart({**BASIC, "title": "old"}, chartId=7))
        do(spreadsheet, {"updateChartSpec": {"chartId": 7, "spec": PIE}})
        assert charts(spreadsheet)[0]["spec"].keys() == {"pieChart", "hiddenDimensionStrategy", "fontName"}
        assert refusal(spreadsheet, {"updateChartSpec": {"chartId": 7, "spec": {"title": "new"}}}).endswith(NO_KIND)
        assert refusal(spreadsheet, {"updateChartSpec": {"chartId": 8, "spec": PIE}}).endswith("No chart with id: 8")

    def test_only_the_masked_parts_of_a_position_change(self):
        spreadsheet = book()
        do(spreadsheet, chart(position=at(2, 3, widthPixels=100, heightPixels=50), chartId=7))
        moved = {"objectId": 7, "newPosition": at(5, 5, widthPixels=300), "fields": "widthPixels"}
        (reply,) = do(spreadsheet, {"updateEmbeddedObjectPosition": moved})
        assert reply["updateEmbeddedObjectPosition"]["position"] == charts(spreadsheet)[0]["position"]
        assert charts(spreadsheet)[0]["position"] == {
            "overlayPosition": {
                "anchorCell": {"rowIndex": 2, "columnIndex": 3},
                "widthPixels": 300,
                "heightPixels": 50,
            }
        }

    def test_to_another_sheet_to_its_own_and_back(self):
        spreadsheet = book()
        do(spreadsheet, {"addSheet": {"properties": {"sheetId": 4, "title": "other"}}}, chart(chartId=7))
        do(spreadsheet, {"updateEmbeddedObjectPosition": {"objectId": 7, "newPosition": at(sheet=4), "fields": "*"}})
        assert (charts(spreadsheet), len(charts(spreadsheet, "other"))) == ([], 1)
        do(spreadsheet, {"updateEmbeddedObjectPosition": {"objectId": 7, "newPosition": {"newSheet": True}}})
        assert len(charts(spreadsheet, "Chart1")) == 1
        do(spreadsheet, {"updateEmbeddedObjectPosition": {"objectId": 7, "newPosition": at(1), "fields": "anchorCell"}})
        assert [sheet.title for sheet in spreadsheet.sheets] == ["Sheet1", "other"]
        assert charts(spreadsheet)[0]["position"]["overlayPosition"]["widthPixels"] == 600

    def test_a_border(self):
        spreadsheet = book()
        do(spreadsheet, chart(chartId=7))
        do(
            spreadsheet,
            {"updateEmbeddedObjectBorder": {"objectId": 7, "border": {"color": RED}, "fields": "color"}},
        )
        assert charts(spreadsheet)[0]["border"] == RED_TWICE

    def test_deleted_once(self):
        spreadsheet = book()
        do(spreadsheet, chart(chartId=7), slicer(slicerId=8), chart(position={"newSheet": True}, chartId=9))
        for object_id in (7, 8, 9):
            do(spreadsheet, {"deleteEmbeddedObject": {"objectId": object_id}})
            assert refusal(spreadsheet, {"deleteEmbeddedObject": {"objectId": object_id}}).endswith(
                f"deleteEmbeddedObject: No embedded object with id: {object_id}"
            )
        assert everything(spreadsheet) == everything(book())

    @pytest.mark.parametrize(
        ("request_", "message"),
        [
            pytest.param({"updateEmbeddedObjectPosition": {"objectId": 7, "newPosition": at(1)}}, "At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)", id="no mask"),
            pytest.param({"updateEmbeddedObjectPosition": {"objectId": 7, "newPosition": at(1), "fields": "spec"}}, "Invalid field: spec", id="a mask about something else"),
            pytest.param({"updateEmbeddedObjectPosition": {"objectId": 7}}, NOWHERE, id="nowhere"),
            pytest.param({"updateEmbeddedObjectPosition": {"objectId": 8, "newPosition": {"newSheet": True}}}, "A slicer can only be positioned on an existing sheet.", id="a slicer on its own"),
            pytest.param({"updateSlicerSpec": {"slicerId": 8, "spec": {}}}, "At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)", id="slicer without a mask"),
            pytest.param({"updateSlicerSpec": {"slicerId": 7, "spec": {}, "fields": "*"}}, "No slicer with id: 7", id="a chart is no slicer"),
        ],
    )  # fmt: skip
    def test_refused(self, request_, message):
        spreadsheet = book()
        do(spreadsheet, chart(chartId=7), slicer(slicerId=8))
        assert refusal(spreadsheet, request_).split(": ", 1)[1] == message


class TestSheetsWithoutAGrid:
    @pytest.fixture
    def spreadsheet(self):
        made = book(["a", 1], ["b", 2])
        do(made, chart(position={"sheetId": 33}, chartId=7))
        return made

    def test_it_has_no_cells_to_read_or_write(self, spreadsheet):
        with pytest.raises(ApiError, match="Unable to parse range: Chart1"):
            read(spreadsheet, "Chart1")
        message = "Invalid requests[0].repeatCell: No grid with id: 33"
        assert refusal(spreadsheet, {"repeatCell": {"range": {"sheetId": 33}, "cell": {}, "fields": "note"}}) == message

    def test_it_can_be_renamed_moved_hidden_duplicated_and_deleted(self, spreadsheet):
        properties = {"sheetId": 33, "title": "图", "index": 0}
        do(spreadsheet, {"updateSheetProperties": {"properties": properties, "fields": "title,index"}})
        (reply,) = do(spreadsheet, {"duplicateSheet": {"sourceSheetId": 33}})
        assert reply["duplicateSheet"]["properties"]["sheetType"] == "OBJECT"
        assert charts(spreadsheet, "Copy of 图")[0]["chartId"] != 7
        assert read(spreadsheet, "A1") == [["a"]]
        do(spreadsheet, {"deleteSheet": {"sheetId": 33}})
        assert refusal(spreadsheet, {"deleteSheet": {"sheetId": 0}}).endswith("remove all the sheets in a document.")

    def test_its_grid_cannot_be_set(self, spreadsheet):
        properties = {"sheetId": 33, "gridProperties": {"rowCount": 5}}
        request_ = {"updateSheetProperties": {"properties": properties, "fields": "gridProperties.rowCount"}}
        assert refusal(spreadsheet, request_).endswith("No grid with id: 33")

    def test_data_filters_pass_it_by(self, spreadsheet):
        made = {"metadataKey": "k", "visibility": "DOCUMENT", "location": {"sheetId": 33}}
        do(spreadsheet, {"createDeveloperMetadata": {"developerMetadata": made}})
        lookup = {"dataFilters": [{"developerMetadataLookup": {"metadataKey": "k"}}]}
        assert "valueRanges" not in values.batch_get_by_data_filter(spreadsheet, lookup)
        changed = {"developerMetadata": {"metadataValue": "v"}, "fields": "metadataValue"}
        do(spreadsheet, {"updateDeveloperMetadata": {**lookup, **changed}})
        assert spreadsheet.metadata[0]["metadataValue"] == "v"

    def test_searching_all_sheets_passes_it_by(self, spreadsheet):
        (reply,) = do(spreadsheet, {"findReplace": {"find": "a", "replacement": "c", "allSheets": True}})
        assert reply["findReplace"]["valuesChanged"] == 1


class TestStructure:
    def test_ranges_and_corners_follow_edits_also_of_other_sheets(self):
        spreadsheet = book()
        do(
            spreadsheet,
            {"addSheet": {"properties": {"sheetId": 4, "title": "other"}}},
            chart(position=at(10, 3), chartId=1),
            chart(position=at(10, 3, sheet=4), chartId=2),
            {"insertDimension": {"range": lines("ROWS", 2, 4)}},
            {"insertDimension": {"range": lines("COLUMNS", 0, 1)}},
        )
        for title, corner in (("Sheet1", {"rowIndex": 12, "columnIndex": 4}), ("other", {"sheetId": 4, "rowIndex": 10, "columnIndex": 3})):  # fmt: skip
            (shown,) = charts(spreadsheet, title)
            assert sources(shown["spec"]) == [(0, 8, 1, 2), (0, 8, 2, 3)]
            assert shown["position"]["overlayPosition"]["anchorCell"] == corner

    def test_an_edit_and_its_inverse_change_nothing(self):
        spreadsheet = book()
        do(spreadsheet, chart(position=at(10, 3)), slicer())
        before = everything(spreadsheet)
        do(spreadsheet, {"insertDimension": {"range": lines("ROWS", 2, 4)}}, {"deleteDimension": {"range": lines("ROWS", 2, 4)}})  # fmt: skip
        do(spreadsheet, {"moveDimension": {"source": lines("COLUMNS", 0, 1), "destinationIndex": 5}})
        assert sources(charts(spreadsheet)[0]["spec"]) == [(0, 6, 4, 5), (0, 6, 0, 1)]
        do(spreadsheet, {"moveDimension": {"source": lines("COLUMNS", 4, 5), "destinationIndex": 0}})
        assert everything(spreadsheet)["sheets"][0]["charts"] == before["sheets"][0]["charts"]

    @pytest.mark.parametrize("kind", door.CHARTS)
    def test_deleting_a_charted_column_takes_its_series_and_leaves_the_chart(self, kind):
        spreadsheet = book()
        do(spreadsheet, chart({kind: KINDS[kind]}, at(3, 1)), {"deleteDimension": {"range": lines("COLUMNS", 1, 2)}})
        (shown,) = charts(spreadsheet)
        assert sources(shown["spec"]) == [place for place in sources(KINDS[kind]) if place[2] == 0]
        assert shown["position"]["overlayPosition"]["anchorCell"] == {"rowIndex": 3, "columnIndex": 1}
        door.check({"sheets": [{"charts": [shown]}]}, "Spreadsheet")
        assert everything(Spreadsheet.load("book", spreadsheet.dump())) == everything(spreadsheet)

    def test_cut_cells_are_read_where_they_were_pasted(self):
        spreadsheet = book()
        do(spreadsheet, chart(), slicer())
        cut = {"source": span(0, 6, 0, 3), "destination": {"sheetId": 0, "rowIndex": 10, "columnIndex": 4}}
        do(spreadsheet, {"cutPaste": {**cut, "pasteType": "PASTE_NORMAL"}})
        assert sources(charts(spreadsheet)[0]["spec"]) == [(10, 16, 4, 5), (10, 16, 5, 6)]
        spec = first_sheet(spreadsheet)["slicers"][0]["spec"]
        assert (spec["columnIndex"], spec["dataRange"]["startColumnIndex"]) == (5, 4)

    def test_a_corner_in_rows_cut_off_stays_on_the_sheet(self):
        spreadsheet = book()
        do(spreadsheet, chart(position=at(999)))
        size = {"sheetId": 0, "gridProperties": {"rowCount": 100}}
        do(spreadsheet, {"updateSheetProperties": {"properties": size, "fields": "gridProperties.rowCount"}})
        assert charts(spreadsheet)[0]["position"]["overlayPosition"]["anchorCell"] == {"rowIndex": 99}

    def test_deleting_a_sheet_takes_its_charts_and_what_others_read_from_it(self):
        spreadsheet = book()
        do(
            spreadsheet,
            {"addSheet": {"properties": {"sheetId": 4, "title": "other"}}},
            chart(position=at(sheet=4), chartId=1),
            chart(PIE, position={"newSheet": True}, chartId=2),
            chart(chartId=3),
            {"deleteSheet": {"sheetId": 0}},
        )
        assert sources(charts(spreadsheet, "other")[0]["spec"]) == []
        assert charts(spreadsheet, "Chart1")[0]["spec"]["pieChart"] == {}

    def test_copies_read_the_copied_sheet_and_have_ids_of_their_own(self):
        spreadsheet = book()
        elsewhere = {"pieChart": {"domain": data(span(0, 2, 0, 1, sheet=4)), "series": SERIES}}
        do(
            spreadsheet,
            {"addSheet": {"properties": {"sheetId": 4, "title": "other"}}},
            chart(elsewhere, chartId=1),
            slicer(slicerId=2),
            {"duplicateSheet": {"sourceSheetId": 0, "newSheetId": 9, "insertSheetIndex": 1}},
        )
        copy = everything(spreadsheet)["sheets"][1]
        (shown,), (sliced,) = copy["charts"], copy["slicers"]
        pie = shown["spec"]["pieChart"]
        assert [pie[part]["sourceRange"]["sources"][0]["sheetId"] for part in ("domain", "series")] == [4, 9]
        assert shown["position"]["overlayPosition"]["anchorCell"] == {"sheetId": 9}
        assert sliced["spec"]["dataRange"]["sheetId"] == 9
        assert not {shown["chartId"], sliced["slicerId"]} & {1, 2}

    def test_in_another_spreadsheet_data_of_sheets_left_behind_are_gone(self):
        source, target = book(), book()
        elsewhere = {"pieChart": {"domain": data(span(0, 2, 0, 1, sheet=4)), "series": SERIES}}
        do(source, {"addSheet": {"properties": {"sheetId": 4}}}, chart(elsewhere))
        made = spreadsheets.copy_sheet_to(source, 0, target)
        (shown,) = charts(target, "Copy of Sheet1")
        assert shown["spec"]["pieChart"].keys() == {"series"}
        assert shown["spec"]["pieChart"]["series"]["sourceRange"]["sources"][0]["sheetId"] == made["sheetId"]

    def test_reopened_it_answers_identically(self):
        spreadsheet = book(["a", 1], ["b", 2])
        do(spreadsheet, *(chart({kind: KINDS[kind]}) for kind in door.CHARTS), slicer())
        do(spreadsheet, chart(position={"newSheet": True}))
        again = Spreadsheet.load("book", spreadsheet.dump())
        assert everything(again) == everything(spreadsheet)
        for one in (spreadsheet, again):
            do(one, {"insertDimension": {"range": lines("ROWS", 1, 2)}})
        assert everything(again) == everything(spreadsheet)


class TestSlicers:
    def test_added_with_defaults(self):
        spreadsheet = book()
        (reply,) = do(spreadsheet, slicer(slicerId=8, spec={"title": "谁", "backgroundColor": RED}))
        assert reply["addSlicer"]["slicer"] == first_sheet(spreadsheet)["slicers"][0]
        assert reply["addSlicer"]["slicer"] == {
            "slicerId": 8,
            "spec": {
                "dataRange": {"startRowIndex": 0, "endRowIndex": 6, "startColumnIndex": 0, "endColumnIndex": 3},
                "columnIndex": 1,
                "title": "谁",
                "applyToPivotTables": True,
                "horizontalAlignment": "LEFT",
                "backgroundColor": RED,
                "backgroundColorStyle": {"rgbColor": RED},
            },
            "position": {
                "overlayPosition": {"anchorCell": {"columnIndex": 5}, "widthPixels": 600, "heightPixels": 371}
            },
        }

    def test_only_the_masked_fields_change(self):
        spreadsheet = book()
        do(spreadsheet, slicer(slicerId=8, spec={"title": "a", "backgroundColor": RED}))
        spec = {"title": "b", "backgroundColorStyle": {"rgbColor": {"blue": 1}}}
        do(spreadsheet, {"updateSlicerSpec": {"slicerId": 8, "spec": spec, "fields": "title,backgroundColorStyle"}})
        shown = first_sheet(spreadsheet)["slicers"][0]["spec"]
        assert (shown["title"], shown["backgroundColor"], shown["columnIndex"]) == ("b", {"blue": 1}, 1)

    def test_its_column_and_its_condition_move_with_the_cells(self):
        spreadsheet = book()
        condition = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": "=B2>1"}]}
        do(spreadsheet, slicer(spec={"filterCriteria": {"condition": condition}}))
        do(spreadsheet, {"insertDimension": {"range": lines("COLUMNS", 0, 1)}})
        spec = first_sheet(spreadsheet)["slicers"][0]["spec"]
        assert (spec["columnIndex"], spec["dataRange"]["startColumnIndex"]) == (2, 1)
        assert spec["filterCriteria"]["condition"]["values"] == [{"userEnteredValue": "=C2>1"}]
        do(spreadsheet, {"deleteDimension": {"range": lines("COLUMNS", 2, 3)}})
        spec = first_sheet(spreadsheet)["slicers"][0]["spec"]
        assert (spec["columnIndex"], "filterCriteria" in spec) == (1, False)

    def test_it_goes_with_its_range(self):
        spreadsheet = book()
        do(spreadsheet, slicer(), {"deleteDimension": {"range": lines("ROWS", 0, 6)}})
        assert "slicers" not in first_sheet(spreadsheet)

    @pytest.mark.parametrize(
        ("request_", "message"),
        [
            pytest.param({"addSlicer": {"slicer": {"spec": {}, "position": at()}}}, "SlicerSpec.dataRange is required.", id="no range"),
            pytest.param(slicer(3), "Slicer column must be within range bounds", id="a column outside"),
            pytest.param(slicer(position={"newSheet": True}), NOWHERE, id="on a sheet of its own"),
        ],
    )  # fmt: skip
    def test_refused(self, request_, message):
        assert refusal(book(), request_).split(": ", 1)[1] == message


def test_every_request_about_embedded_objects_is_there():
    named = {"addChart", "updateChartSpec", "updateEmbeddedObjectPosition", "updateEmbeddedObjectBorder", "deleteEmbeddedObject", "addSlicer", "updateSlicerSpec"}  # fmt: skip
    assert named <= HANDLERS.keys()
