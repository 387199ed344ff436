"""What is drawn of a chart: marks where the numbers are, round ticks, names; and nothing that people type becomes markup."""

from __future__ import annotations

import math
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetcrm.server import charts
from sheetcrm.server.charts.axes import scale
from sheetcrm.server.charts.canvas import INK, ink_on, wide
from sheetcrm.server.charts.registry import DRAWN
from sheetcrm.server.charts.source import Source
from sheetcrm.server.door import CHARTS
from tests.server.books import book, do, put, span

WORDS = {"no data": "nothing here", "undrawn": "not drawn: {kind}"}
STAGES = (["阶段", "本月", "上月"], ["潜在", 42, 30], ["接触", 21, 35], ["成交", 7, 5])
SIZE = (480, 300)


def data(column, top=0, bottom=4):
    return {"sourceRange": {"sources": [span(top, bottom, column, column + 1)]}}


def basic(kind, *columns, **parts):
    series = [{"series": data(column)} for column in columns]
    return {"basicChart": {"chartType": kind, "domains": [{"domain": data(0)}], "series": series, **parts}}


def drawn(spec, spreadsheet=None, hidden=()):
    """The chart's elements, parsed."""
    spreadsheet = spreadsheet or book(*STAGES)
    spreadsheet.now = book().now
    html = charts.svg(spec, Source(spreadsheet, lambda _: hidden), size=SIZE, words=WORDS)
    return ElementTree.fromstring(html)


def texts(root):
    return [element.text for element in root.iter("text")]


def hints(root):
    return [element.find("title").text for element in root.iter("g") if element.find("title") is not None]


def bars(root):
    """(left, top, width, height) of the marks, without the paper."""
    names = ("x", "y", "width", "height")
    return [tuple(float(one.get(name)) for name in names) for one in root.iter("rect") if one.get("x") is not None]


def paths(root, fill):
    return [one.get("d") for one in root.iter("path") if (one.get("fill") or "") == fill]


def test_columns_are_as_high_as_their_numbers():
    found = bars(drawn(basic("COLUMN", 1)))
    assert [round(height / found[0][3] * 42) for _, _, _, height in found] == [42, 21, 7]
    assert len({round(top + height) for _, top, _, height in found}) == 1  # on one line


def test_bars_lie_and_run_from_top_to_bottom():
    root = drawn(basic("BAR", 1))
    found = bars(root)
    assert [round(width / found[0][2] * 42) for _, _, width, _ in found] == [42, 21, 7]
    assert [top for _, top, _, _ in found] == sorted(top for _, top, _, _ in found)
    assert [text for text in texts(root) if text in {"潜在", "接触", "成交"}] == ["潜在", "接触", "成交"]


def test_marks_tell_category_series_and_value_to_a_resting_pointer():
    assert hints(drawn(basic("COLUMN", 1)))[:3] == ["潜在\n本月\n42", "接触\n本月\n21", "成交\n本月\n7"]


def test_numbers_below_zero_hang_from_the_line_of_zero():
    root = drawn(basic("COLUMN", 1), book(["", "x"], ["a", 10], ["b", -10]))
    (_, first, _, height), (_, second, _, _) = bars(root)
    assert round(first + height, 1) == second
    assert {"-10", "0", "10"} <= set(texts(root))


@pytest.mark.parametrize(
    ("kind", "tops"),
    [
        pytest.param("STACKED", [72, 56, 12], id="one on the other"),
        pytest.param("PERCENT_STACKED", [1, 1, 1], id="shares of the whole"),
    ],
)
def test_stacks(kind, tops):
    found = bars(drawn(basic("COLUMN", 1, 2, stackedType=kind)))
    below, above = found[:3], found[3:]
    assert [round(one[1] + one[3], 1) for one in above] == pytest.approx([one[1] for one in below], abs=0.2)
    heights = [one[3] + other[3] for one, other in zip(below, above, strict=True)]
    assert [height / heights[0] * tops[0] for height in heights] == pytest.approx(tops, rel=0.02)


def test_a_line_ends_at_a_blank_cell_and_goes_on_behind_it():
    root = drawn(basic("LINE", 1), book(["", "x"], ["a", 1], ["b", 2], ["c", ""], ["d", 3]))
    assert len(paths(root, "none")) == 1  # the fourth row is outside of the chart's range
    assert paths(root, "none")[0].count("L") == 1


def test_an_area_is_filled_below_its_line():
    root = drawn(basic("AREA", 1))
    assert [one.get("fill-opacity") for one in root.iter("path") if one.get("fill-opacity")] == ["0.3"]


def test_a_combo_has_columns_and_a_line_on_an_axis_of_its_own():
    spec = basic("COMBO", 1)
    spec["basicChart"]["series"].append({"series": data(2), "type": "LINE", "targetAxis": "RIGHT_AXIS"})
    spreadsheet = book(["", "x", "y"], ["a", 1000, 0.1], ["b", 2000, 0.2], ["c", 3000, 0.3])
    root = drawn(spec, spreadsheet)
    assert len(bars(root)) == 3
    assert {"0", "1000", "2000", "3000", "0.1", "0.2", "0.3"} <= set(texts(root))


def test_ticks_wear_the_number_format_of_the_cells():
    spreadsheet = book(*STAGES)
    form = {"numberFormat": {"type": "CURRENCY", "pattern": "¥#,##0.00"}}
    do(spreadsheet, {"repeatCell": {"range": span(1, 4, 1, 2), "cell": {"userEnteredFormat": form}, "fields": "userEnteredFormat.numberFormat"}})  # fmt: skip
    assert {"¥0", "¥20", "¥40"} <= set(texts(drawn(basic("COLUMN", 1), spreadsheet)))


def test_titles_of_chart_axes_and_series_are_written():
    axes = [{"position": "BOTTOM_AXIS", "title": "阶段名"}, {"position": "LEFT_AXIS", "title": "客户数"}]
    root = drawn(
        {"title": "漏斗", "subtitle": "按月", **basic("COLUMN", 1, 2, axis=axes, legendPosition="BOTTOM_LEGEND")}
    )
    assert {"漏斗", "按月", "阶段名", "客户数", "本月", "上月"} <= set(texts(root))


def test_colours_are_the_specs_or_else_the_themes():
    spec = basic("COLUMN", 1, 2)
    spec["basicChart"]["series"][1]["colorStyle"] = {"rgbColor": {"red": 1}}
    fills = [one.get("fill") for one in drawn(spec).iter("g") if one.find("rect") is not None]
    assert fills == ["#4285f4"] * 3 + ["#ff0000"] * 3


def test_rows_that_are_hidden_are_left_out():
    assert len(bars(drawn(basic("COLUMN", 1), hidden={2}))) == 2
    assert len(bars(drawn({**basic("COLUMN", 1), "hiddenDimensionStrategy": "SHOW_ALL"}, hidden={2}))) == 3


def test_blank_rows_at_the_end_of_a_range_are_no_categories():
    spec = {"basicChart": {"chartType": "COLUMN", "domains": [{"domain": data(0, 0, 900)}], "series": [{"series": data(1, 0, 900)}]}}  # fmt: skip
    assert bars(drawn(spec)) == bars(drawn(basic("COLUMN", 1)))


LONG = "一家名字很长很长很长很长的有限责任公司"


@pytest.mark.parametrize("kind", ["COLUMN", "BAR", "LINE"])
def test_long_names_are_cut_and_stay_within_the_chart(kind):
    root = drawn({"title": LONG * 4, **basic(kind, 1)}, book(["", "x"], *([f"{name}{LONG}", 10**7] for name in "abc")))
    for one in root.iter("text"):
        width = wide(one.text, float(one.get("font-size")))
        turned = math.cos(math.radians(40)) if one.get("transform") else 1
        left = float(one.get("x")) - width * turned * {"end": 1, "middle": 0.5}.get(one.get("text-anchor"), 0)
        assert left >= 0, one.text
        assert one.get("transform") or left + width <= SIZE[0], one.text


@pytest.mark.parametrize(
    ("shade", "ink"), [("#4285f4", "#ffffff"), ("#c5221f", "#ffffff"), ("#fdd663", INK), ("#ffffff", INK)]
)
def test_what_is_written_on_a_colour_can_be_read(shade, ink):
    assert ink_on(shade) == ink


@pytest.mark.parametrize("hole", [0, 0.5])
def test_slices_take_their_share_of_the_turn(hole):
    spec = {"pieChart": {"domain": data(0), "series": data(1), "pieHole": hole}}
    root = drawn(spec)
    assert [text for text in texts(root) if "%" in text] == ["60%", "30%", "10%"]
    assert [hint for hint in hints(root) if "%" in hint] == ["潜在\n42 (60%)", "接触\n21 (30%)", "成交\n7 (10%)"]


def test_a_pie_of_one_slice_is_whole():
    root = drawn({"pieChart": {"domain": data(0, 1, 2), "series": data(1, 1, 2)}})
    assert "100%" in texts(root)
    assert len([one for one in root.iter("path") if "A" in one.get("d")]) == 1


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        pytest.param({}, ["42"], id="the first number"),
        pytest.param({"aggregateType": "SUM"}, ["70"], id="their sum"),
        pytest.param({"aggregateType": "AVERAGE", "customFormatOptions": {"suffix": "%"}}, ["23.33333333%"], id="with a suffix"),
        pytest.param({"aggregateType": "SUM", "baselineValueData": data(2)}, ["70", "0"], id="as much as the base line"),
        pytest.param(
            {"aggregateType": "MAX", "baselineValueData": data(2), "baselineValueFormat": {"comparisonType": "PERCENTAGE_DIFFERENCE"}},
            ["42", "▲ 20.0%"],
            id="above the base line",
        ),
    ],
)  # fmt: skip
def test_a_scorecard_is_one_number(parts, said):
    assert texts(drawn({"scorecardChart": {"keyValueData": data(1), **parts}})) == said


def test_a_histogram_counts_numbers_between_borders():
    root = drawn({"histogramChart": {"series": [{"data": data(0)}], "bucketSize": 10}}, book([1], [5], [15], [31]))
    assert hints(root) == ["0–10\n2", "10–20\n1", "20–30\n0", "30–40\n1"]


def test_a_scatter_chart_places_points_by_two_numbers():
    root = drawn(basic("SCATTER", 1), book(["x", "y"], [0, 1], [5, 2], [10, 3]))
    across = [float(one.get("cx")) for one in root.iter("circle")]
    assert across[1] - across[0] == pytest.approx(across[2] - across[1], abs=0.2)


@pytest.mark.parametrize("kind", sorted(set(CHARTS) - {"basicChart"}))
def test_a_kind_that_is_not_drawn_says_so_by_name(kind):
    root = drawn({"title": "T", kind: {}})
    assert "T" in texts(root)
    assert texts(root)[1:] == ["nothing here" if kind in DRAWN else f"not drawn: {kind}"]


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        pytest.param(0, 42, [0, 10, 20, 30, 40, 50], id="tens"),
        pytest.param(0, 0.31, [0, 0.1, 0.2, 0.3, 0.4], id="tenths"),
        pytest.param(-3, 7, [-4, -2, 0, 2, 4, 6, 8], id="on both sides of zero"),
        pytest.param(0, 0, [0, 0.2, 0.4, 0.6, 0.8, 1], id="nothing but zero"),
        pytest.param(0, 1_234_567, [0, 250_000, 500_000, 750_000, 1_000_000, 1_250_000], id="a million"),
    ],
)
def test_ticks_are_round(low, high, ticks):
    assert scale(low, high, ticks=5).ticks == ticks


@given(low=st.floats(-1e300, 1e300), high=st.floats(-1e300, 1e300), count=st.integers(0, 30))
def test_every_scale_holds_its_values_with_few_ticks(low, high, count):
    low, high = min(low, high), max(low, high)
    found = scale(low, high, ticks=count)
    assert found.low < found.high
    assert found.share(low) <= found.share(high)
    assert len(found.ticks) <= count + 4


hostile = st.text(alphabet="<>\"'&/=;{} ax\n程序", max_size=20) | st.just("]]><script>alert(1)</script>")
anything = hostile | st.integers(-(10**12), 10**12) | st.floats(-1e300, 1e300) | st.booleans() | st.none()


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.lists(anything, min_size=3, max_size=3), min_size=1, max_size=5),
    title=hostile,
    kind=st.sampled_from(["COLUMN", "BAR", "LINE", "AREA", "STEPPED_AREA", "COMBO", "SCATTER", *CHARTS[1:]]),
    stacking=st.sampled_from(["NOT_STACKED", "STACKED", "PERCENT_STACKED"]),
    legend=st.sampled_from(["BOTTOM_LEGEND", "LEFT_LEGEND", "RIGHT_LEGEND", "TOP_LEGEND", "NO_LEGEND", "LABELED_LEGEND"]),
)  # fmt: skip
def test_whatever_cells_hold_a_chart_is_drawn_and_no_text_becomes_markup(rows, title, kind, stacking, legend):
    spreadsheet = book()
    put(spreadsheet, "Sheet1!A1", *rows, option="RAW")
    spec = {"title": title, "fontName": title}
    common = {
        "legendPosition": legend,
        "domain": data(0),
        "series": data(1),
        "keyValueData": data(1),
        "baselineValueData": data(2),
    }
    if kind == "histogramChart":
        spec[kind] = {"series": [{"data": data(1)}]}
    elif kind in CHARTS:
        spec[kind] = common
    else:
        spec |= basic(kind, 1, 2, stackedType=stacking, legendPosition=legend)
    root = drawn(spec, spreadsheet)
    assert {element.tag for element in root.iter()} <= {"svg", "title", "rect", "text", "g", "path", "circle"}
    places = [
        value for one in root.iter() for key, value in one.attrib.items() if key in {"d", "x", "y", "cx", "cy", "width"}
    ]
    assert not [value for value in places if "nan" in value or "inf" in value]
