"""What a template may say of charts: every kind from its own example, and what does not fit, with the way out."""

from __future__ import annotations

import gc
from typing import Any, ClassVar, Literal

import pytest
from jsonschema import Draft202012Validator

from sheetcrm.resources import Address, ChartPlace, Series
from sheetcrm.schema.charts import Chart, _Axes
from sheetcrm.schema.template import Template, json_schema

from .model_sheet import plan, template

NUMBERS = {key: {"type": kind, "title": key} for key, kind in (("size", "integer"), ("cost", "money"))}
KINDS = list(Chart.members().values())


def name(kind):
    return kind.model_fields["type"].default if isinstance(kind, type) else ""


def sheet(**charts):
    """The data of a template whose customers have numbers, and these charts."""
    return plan(columns=NUMBERS, charts=charts, rows=100)


def made(**charts):
    found = Template.model_validate(sheet(**charts))
    assert list(found.problems()) == []
    return found


def chart(kind="column", **settings):
    return {"type": kind, "title": {"zh": "图", "en": "Chart"}, "x": "stage", "y": "size", **settings}


def drawn(language="zh", **settings):
    one = made(one=chart(**settings)).compile(language)[Address("customers", "", "chart.one")]
    return one.drawn


@pytest.mark.parametrize("kind", KINDS, ids=name)
class TestEveryKind:
    def test_its_example_fits_and_shows_something(self, kind):
        state = made(one={"type": name(kind), **kind.example}).compile("en")
        one = state[Address("customers", "", "chart.one")]
        assert one.is_of_columns()
        assert one.drawn.title == kind.example["title"]
        assert Address("customers", "", "chart_place.one") in state

    def test_editors_know_it(self, kind):
        data = sheet(one={"type": name(kind), **kind.example})
        assert list(Draft202012Validator(json_schema()).iter_errors(data)) == []
        wrong = sheet(one={"type": name(kind), **kind.example, "colour": "red"})
        assert list(Draft202012Validator(json_schema()).iter_errors(wrong))

    def test_it_says_what_it_is(self, kind):
        assert kind.__doc__

    def test_a_column_that_is_not_there_is_a_problem(self, kind):
        example = {"type": name(kind), **kind.example}
        for setting in ("x", "y", "value"):
            if setting in example:
                problems = list(Template.model_validate(sheet(one={**example, setting: "siez"})).problems())
                assert any("no such column in customers: siez" in message for _, message in problems)


@pytest.fixture
def stepped():
    """A kind of chart made here; gone again afterwards, because a family is whatever has been defined."""

    class SteppedChart(_Axes):
        """Flat tops."""

        example: ClassVar[dict[str, Any]] = {"title": "Steps", "x": "stage", "y": "size"}
        google = "STEPPED_AREA"

        type: Literal["stepped"] = "stepped"

    yield {"type": "stepped", **SteppedChart.example}
    del SteppedChart
    gc.collect()


def test_a_kind_made_in_a_test_is_in_the_yaml_the_editors_and_the_plan(stepped):
    one = made(one=stepped).compile("zh")[Address("customers", "", "chart.one")]
    assert one.drawn.type == "STEPPED_AREA"
    assert list(Draft202012Validator(json_schema()).iter_errors(sheet(one=stepped))) == []


class TestWhatIsDrawn:
    def test_titles_are_in_the_language_of_the_spreadsheet(self):
        texts = {"x_title": {"zh": "阶段", "en": "Stage"}, "y_title": {"zh": "数量", "en": "Size"}}
        assert (drawn("zh", **texts).title, drawn("en", **texts).title) == ("图", "Chart")
        assert drawn("zh", **texts).axes == (("BOTTOM_AXIS", "阶段"), ("LEFT_AXIS", "数量"))
        assert drawn("en", kind="bar", **texts).axes == (("BOTTOM_AXIS", "Size"), ("LEFT_AXIS", "Stage"))

    def test_rows_bound_the_data_and_all_of_them_are_the_whole_column(self):
        assert (drawn(rows=12).x, drawn().x, drawn(rows=99).x) == (
            "customers.stage:12",
            "customers.stage",
            "customers.stage",
        )

    def test_series_have_the_colours_of_the_theme_by_turns_or_their_own(self):
        theme = {"series": ["#111111", "#222222"]}
        data = {**sheet(one=chart(y=["size", "cost", {"column": "size", "color": "green"}, "cost"])), "theme": theme}
        one = Template.model_validate(data).compile("zh")[Address("customers", "", "chart.one")]
        assert [series.color for series in one.drawn.series] == ["#111111", "#222222", "#d5edd8", "#222222"]

    def test_one_series_needs_no_legend_and_several_have_it_below(self):
        assert drawn().legend == "NO_LEGEND"
        assert drawn(y=["size", "cost"]).legend == "BOTTOM_LEGEND"
        assert drawn(legend="top").legend == "TOP_LEGEND"

    def test_a_combo_has_columns_first_and_lines_after(self):
        both = drawn(kind="combo", y=["size", {"column": "cost", "axis": "right"}]).series
        assert [(one.type, one.right) for one in both] == [("COLUMN", False), ("LINE", True)]

    def test_stacks(self):
        assert [drawn(stacked=how).stacked for how in (False, True, "percent")] == ["", "STACKED", "PERCENT_STACKED"]

    def test_a_funnel_is_bars_with_their_numbers(self):
        funnel = drawn(kind="funnel")
        assert (funnel.type, funnel.series[0].labels, funnel.legend) == ("BAR", True, "NO_LEGEND")

    def test_a_pie_with_its_middle_open(self):
        assert (drawn(kind="pie", donut=True).hole, drawn(kind="pie").hole) == (0.5, 0)
        assert drawn(kind="pie", legend="labels").legend == "LABELED_LEGEND"
        assert drawn(kind="pie", rows=1).series == (Series("customers.size@2"),)

    def test_a_scorecard_of_a_cell_or_of_a_column(self):
        card = {"type": "scorecard", "title": "x", "value": "size"}
        one = made(one={**card, "row": 5}, two={**card, "by": "average", "at": {"column": "id"}}).compile("zh")
        cell, column = (one[Address("customers", "", f"chart.{key}")].drawn for key in ("one", "two"))
        assert (cell.series, cell.aggregate) == ((Series("customers.size@5"),), "")
        assert (column.series, column.aggregate) == ((Series("customers.size"),), "AVERAGE")

    def test_columns_of_another_sheet(self):
        data = sheet()
        data["sheets"]["lists"]["charts"] = {"one": chart(x="customers.stage", y="customers.size")}
        one = Template.model_validate(data).compile("zh")[Address("lists", "", "chart.one")]
        assert one.needs(Address("lists", "", "chart.one")) >= {"customers", "customers.stage", "customers.size"}


class TestPlaces:
    def place(self, key="one", **charts):
        return made(**charts).compile("zh")[Address("customers", "", f"chart_place.{key}")]

    def test_at_a_cell(self):
        at = {"column": "day", "row": 9, "x": 5, "y": 6}
        assert self.place(one=chart(at=at, width=300, height=200)) == ChartPlace("day", 9, 5, 6, 300, 200)

    def test_without_one_at_the_right_of_the_last_column_one_below_the_other(self):
        one, two = (self.place(key, one=chart(), two=chart()) for key in ("one", "two"))
        assert (one.column, one.row, two.column) == ("cost", 2, "cost")
        assert one.x > 0
        assert (two.row - one.row) * 21 >= one.height


PROBLEMS = [
    pytest.param(chart(y="stage"), "y.0.column", "stage is not a column of numbers", id="a chart on texts"),
    pytest.param(chart(y="day"), "y.0.column", "not a column of numbers", id="a chart on dates"),
    pytest.param(chart(x="nothing.stage"), "x", "no such sheet: nothing", id="a sheet that is not there"),
    pytest.param(chart("pie", y=["size", "cost"]), "y.1", "a pie has one series", id="a pie with two series"),
    pytest.param(chart("funnel", y=["size", "cost"]), "y.1", "a funnel has one", id="a funnel with two series"),
    pytest.param(chart("pie", y={"column": "size", "color": "red"}), "y.0", "slices of a pie", id="a colour for a pie"),
    pytest.param(chart(y={"column": "size", "axis": "right"}), "y.0", "only the series of a combo", id="a second axis"),
    pytest.param(chart(rows=100), "rows", "has 99 rows below its header", id="rows beyond the grid"),
    pytest.param(chart(at={"column": "dya"}), "at.column", "no such column", id="a place that is not there"),
    pytest.param(chart(at={"column": "day", "row": 101}), "at.row", "has 100 rows", id="a place below the grid"),
    pytest.param(
        {"type": "scorecard", "title": "x", "value": "size", "row": 101}, "row", "has 100 rows", id="a cell below it"
    ),
]


@pytest.mark.parametrize(("settings", "path", "message"), PROBLEMS)
def test_problems(settings, path, message):
    problems = list(Template.model_validate(sheet(one=settings)).problems())
    assert [".".join(map(str, where)) for where, _ in problems] == [f"sheets.customers.charts.one.{path}"]
    assert message in problems[0][1]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        pytest.param(chart(y=["size"] * 13), "at most 12", id="more series than anybody tells apart"),
        pytest.param(chart(y=[]), "at least 1", id="no series"),
        pytest.param(chart("bubble"), "no such chart type: bubble", id="a kind that is not there"),
        pytest.param(chart("line", stacked=True), "stacked", id="a stack of lines"),
        pytest.param(
            {"type": "scorecard", "title": "x", "value": "size"}, "one cell (row:) or all together", id="no number"
        ),
        pytest.param(
            {"type": "scorecard", "title": "x", "value": "size", "row": 2, "rows": 3}, "row: is a single", id="two"
        ),
    ],
)
def test_settings_that_are_refused(settings, message):
    with pytest.raises(ValueError, match=r"(?s).") as refused:
        Template.model_validate(sheet(one=settings))
    assert message in str(refused.value)


def test_a_chart_on_another_is_a_problem():
    at = {"column": "day", "row": 5}
    beside = {"column": "day", "row": 5, "x": 560}
    problems = list(
        Template.model_validate(
            sheet(one=chart(at=at), two=chart(at={**at, "row": 10}), three=chart(at=beside))
        ).problems()
    )
    assert [(path[-2], message.partition(";")[0]) for path, message in problems] == [
        ("two", "stands on the chart one"),
    ]


def test_charts_for_which_there_is_no_room_are_a_problem():
    data = sheet(**{f"c{number}": chart(height=600) for number in range(5)})
    assert [path[-1] for path, _ in Template.model_validate(data).problems()] == ["c4"]


def test_charts_say_the_same_in_every_order_of_columns():
    one = template(columns=NUMBERS, charts={"one": chart()}).compile("zh")
    other = template(columns=dict(reversed(NUMBERS.items())), charts={"one": chart()}).compile("zh")
    key = Address("customers", "", "chart.one")
    assert one[key] == other[key]
