"""Which rows of a sheet are shown, and in which order: filters, views, slicers, and what people have hidden."""

from __future__ import annotations

import pytest

from sheetcrm.server import page_rows
from tests.server.books import book, do, span

RED = {"red": 1}


@pytest.fixture
def deals():
    """Seven rows: a header, five deals and a blank one."""
    rows = (
        ["客户", "阶段", "金额"],
        ["a", "成交", 30],
        ["b", "流失", 10],
        ["c", "成交", 20],
        ["d", "潜在", 40],
        ["e", "", 50],
    )
    return book(*rows, rows_in_grid=7)  # fmt: skip


def shown(spreadsheet, view=""):
    """The rows, counted from 1."""
    sheet = spreadsheet.sheets[0]
    chosen = page_rows.filters(sheet, page_rows.view_of(sheet, view))
    gone = page_rows.hidden(spreadsheet, sheet, chosen)
    return [row + 1 for row in page_rows.order(spreadsheet, sheet, chosen, gone)]


def of(column, **criteria):
    return {"columnIndex": column, "filterCriteria": criteria}


def condition(kind, *values):
    return {"condition": {"type": kind, "values": [{"userEnteredValue": value} for value in values]}}


def view(**parts):
    return {"addFilterView": {"filter": {"filterViewId": 5, "title": "v", "range": span(0, 7, 0, 3), **parts}}}


def basic(*specs):
    return {"setBasicFilter": {"filter": {"range": span(0, 7, 0, 3), "filterSpecs": list(specs)}}}


def test_all_rows_in_their_order_when_nothing_filters(deals):
    assert shown(deals) == [1, 2, 3, 4, 5, 6, 7]


def test_frozen_rows_are_not_among_them(deals):
    do(deals, {"updateSheetProperties": {"properties": {"gridProperties": {"frozenRowCount": 2}}, "fields": "gridProperties.frozenRowCount"}})  # fmt: skip
    assert shown(deals) == [3, 4, 5, 6, 7]


def test_rows_that_a_person_has_hidden_are_not(deals):
    hide = {"range": {"dimension": "ROWS", "startIndex": 2, "endIndex": 4}, "properties": {"hiddenByUser": True}, "fields": "hiddenByUser"}  # fmt: skip
    do(deals, {"updateDimensionProperties": hide})
    assert shown(deals) == [1, 2, 5, 6, 7]


@pytest.mark.parametrize(
    ("specs", "rows"),
    [
        pytest.param([], [1, 2, 3, 4, 5, 6, 7], id="a filter that hides nothing"),
        pytest.param([of(1, hiddenValues=["流失"])], [1, 2, 4, 5, 6, 7], id="a value"),
        pytest.param([of(1, hiddenValues=["", "潜在"])], [1, 2, 3, 4], id="blank cells"),
        pytest.param([of(2, **condition("NUMBER_GREATER", "25"))], [1, 2, 5, 6], id="a condition"),
        pytest.param([of(0, **condition("CUSTOM_FORMULA", "=C2>=40"))], [1, 5, 6], id="a formula, seen from each row"),
        pytest.param([of(1, hiddenValues=["流失"]), of(2, **condition("NUMBER_LESS", "35"))], [1, 2, 4], id="both of two"),
    ],
)  # fmt: skip
def test_the_basic_filter_hides_rows_below_its_header(deals, specs, rows):
    do(deals, basic(*specs))
    assert shown(deals) == rows


def test_a_filter_by_colour_looks_at_conditional_colours_too(deals):
    rule = {"ranges": [span(1, 7, 2, 3)], "booleanRule": {**condition("NUMBER_GREATER", "35"), "format": {"backgroundColor": RED}}}  # fmt: skip
    do(deals, {"addConditionalFormatRule": {"rule": rule}}, basic(of(2, visibleBackgroundColorStyle={"rgbColor": RED})))
    assert shown(deals) == [1, 5, 6]


def test_a_view_stands_in_for_the_basic_filter(deals):
    do(deals, basic(of(1, hiddenValues=["成交"])), view(filterSpecs=[of(1, hiddenValues=["流失"])]))
    assert shown(deals) == [1, 3, 5, 6, 7]
    assert shown(deals, "5") == [1, 2, 4, 5, 6, 7]


def test_an_unknown_view_is_none(deals):
    do(deals, basic(of(1, hiddenValues=["成交"])))
    assert shown(deals, "99") == shown(deals)


@pytest.mark.parametrize(
    ("specs", "rows"),
    [
        pytest.param([{"dimensionIndex": 2, "sortOrder": "ASCENDING"}], [1, 3, 4, 2, 5, 6, 7], id="upwards"),
        pytest.param([{"dimensionIndex": 2, "sortOrder": "DESCENDING"}], [1, 6, 5, 2, 4, 3, 7], id="downwards, blanks last"),
        pytest.param(
            [{"dimensionIndex": 1, "sortOrder": "ASCENDING"}, {"dimensionIndex": 2, "sortOrder": "ASCENDING"}],
            [1, 4, 2, 3, 5, 6, 7],
            id="by two columns",
        ),
    ],
)  # fmt: skip
def test_a_view_sorts_what_it_shows_and_changes_no_cell(deals, specs, rows):
    do(deals, view(sortSpecs=specs))
    assert shown(deals, "5") == rows
    assert shown(deals) == [1, 2, 3, 4, 5, 6, 7]


def test_a_slicer_filters_too(deals):
    spec = {"dataRange": span(0, 7, 0, 3), "columnIndex": 1, "filterCriteria": {"hiddenValues": ["成交"]}}
    place = {"overlayPosition": {"anchorCell": {"sheetId": 0, "columnIndex": 5}}}
    do(deals, {"addSlicer": {"slicer": {"spec": spec, "position": place}}}, basic(of(2, **condition("NUMBER_LESS", "45"))))  # fmt: skip
    assert shown(deals) == [1, 3, 5]
