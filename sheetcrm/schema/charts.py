"""
Numbers in columns → charts.

A chart looks at columns by key, `month` of its own sheet or `sales.month` of another, and takes their titles along.  Of
the rows it takes `rows`, counted from the first below the header, or all there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from sheetcrm.messages import N_, tr
from sheetcrm.resources.chart_spec import PIE, SCORECARD, Drawn, Series
from sheetcrm.schema.colors import Color
from sheetcrm.schema.context import Context, Place
from sheetcrm.schema.rules import Trouble
from sheetcrm.schema.states import column_problem
from sheetcrm.schema.text import Text
from sheetcrm.variants import Variant

MOST_SERIES = 12
"""More than that nobody tells apart."""
MEASURED = frozenset({"NUMBER", "CURRENCY", "PERCENT", "SCIENTIFIC"})
"""Number formats of cells whose values have a height."""


class At(BaseModel):
    """The cell at which a chart's upper left corner stands, and how many pixels from there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    column: str
    row: int = Field(2, ge=1)
    x: int = Field(0, ge=0, le=4000)
    y: int = Field(0, ge=0, le=4000)


class Y(BaseModel):
    """A column of numbers; `type` and `axis` only count in a combo."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    column: str
    color: Color | None = None
    type: Literal["column", "line", "area"] | None = None
    axis: Literal["left", "right"] = "left"
    labels: bool | None = None


def _listed(value: Any) -> Any:
    many = value if isinstance(value, list | tuple) else [value]
    return [{"column": one} if isinstance(one, str) else one for one in many]


Ys = Annotated[
    tuple[Y, ...],
    # Inside of the next, or the JSON schema would count the letters of a single key.
    Field(min_length=1, max_length=MOST_SERIES),
    BeforeValidator(_listed, json_schema_input_type=str | Y | list[str | Y]),
]
"""A column key, a column with settings, or a list of them."""


class Chart(Variant):
    """A picture of the numbers in some columns; without `at:` it stands at the right of its sheet."""

    family: ClassVar[str] = N_("chart")
    example: ClassVar[dict[str, Any]]
    """Settings that fit a sheet with the columns `stage` and `day`, and `size` and `cost`, which are numbers."""

    title: Text
    rows: int | None = Field(None, ge=1)
    at: At | None = None
    width: int = Field(560, ge=100, le=4000)
    height: int = Field(320, ge=60, le=4000)

    def drawn(self, sheet: str, context: Context) -> Drawn:
        """What it shows, as a Resource has it."""
        raise NotImplementedError

    def measured(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """The columns of numbers, with where it names them."""
        yield from ()

    def named(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """All the columns that it names, with where it names them."""
        yield from self.measured()

    def problems(self, sheet: str, context: Context) -> Iterator[Trouble]:
        """Columns that are not there, or are no numbers; rows beyond the grid; a place that is none."""
        spec = context.template.sheets[sheet]
        if self.at is not None:
            if message := column_problem(sheet, self.at.column, context):
                yield ("at", "column"), message
            elif self.at.row > spec.rows:
                yield (
                    ("at", "row"),
                    tr("{sheet} has {rows} rows; raise rows: of the sheet", sheet=sheet, rows=spec.rows),
                )
        measured = dict(self.measured())
        for path, name in self.named():
            place = where(name, sheet)
            if message := column_problem(place.sheet, place.column, context):
                yield path, message
            elif path in measured and not is_measured(place, context):
                yield path, tr("{column} is not a column of numbers, so it has no height", column=name)
            elif self.rows is not None and self.rows >= context.template.sheets[place.sheet].rows:
                have = context.template.sheets[place.sheet].rows - 1
                yield (
                    ("rows",),
                    tr(
                        "{sheet} has {have} rows below its header; raise rows: of the sheet",
                        sheet=place.sheet,
                        have=have,
                    ),
                )

    def source(self, name: str, sheet: str, context: Context) -> str:
        """A column as a Resource has it."""
        place = where(name, sheet)
        whole = self.rows is None or self.rows + 1 == context.template.sheets[place.sheet].rows
        return f"{place.sheet}.{place.column}" + ("" if whole else f":{self.rows}")


def where(name: str, sheet: str) -> Place:
    """`month` or `sales.month`, said in `sheet`."""
    other, _, column = name.rpartition(".")
    return Place(other or sheet, column)


def is_measured(place: Place, context: Context) -> bool:
    """Whether the cells of a column are numbers, computed or not."""
    shown = context.template.sheets[place.sheet].columns[place.column].number_format(context)
    return shown is not None and shown.type in MEASURED


class _Named(Chart):
    """A name and one number or more in every row."""

    x: str
    y: Ys

    def measured(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Every series."""
        for at, one in enumerate(self.y):
            yield ("y", at, "column"), one.column

    def named(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """The names too."""
        yield ("x",), self.x
        yield from self.measured()


class _Axes(_Named):
    """Categories along one axis, numbers along the other."""

    google: ClassVar[str]
    """Google's chartType."""
    axes: ClassVar[tuple[str, str]] = ("BOTTOM_AXIS", "LEFT_AXIS")
    """Where the categories and where the numbers are written."""

    x_title: Text | None = None
    y_title: Text | None = None
    legend: Literal["none", "top", "bottom", "left", "right"] | None = None
    labels: bool = False

    def drawn(self, sheet: str, context: Context) -> Drawn:
        """One series a column, in the colours of the theme."""
        legend = self.legend or ("none" if len(self.y) == 1 else "bottom")
        titles = zip(self.axes, (self.x_title, self.y_title), strict=True)
        return Drawn(
            type=self.google,
            title=self.title.say(context.language),
            x=self.source(self.x, sheet, context),
            series=tuple(self.series(at, sheet, context) for at in range(len(self.y))),
            stacked=self.stacking(),
            legend="NO_LEGEND" if legend == "none" else f"{legend.upper()}_LEGEND",
            axes=tuple(sorted((side, title.say(context.language)) for side, title in titles if title is not None)),
        )

    def series(self, at: int, sheet: str, context: Context) -> Series:
        """The series of a column of numbers, counted from 0."""
        one, colors = self.y[at], context.template.theme.series
        color, labels = one.color or colors[at % len(colors)], self.labels if one.labels is None else one.labels
        return Series(self.source(one.column, sheet, context), color=color, labels=labels)

    def stacking(self) -> str:
        """Google's stackedType; empty for side by side."""
        return ""

    def problems(self, sheet: str, context: Context) -> Iterator[Trouble]:
        """Also a kind or an axis of one series, which only a combo has."""
        yield from super().problems(sheet, context)
        for at, one in enumerate(self.y):
            if self.google != "COMBO" and (one.type is not None or one.axis != "left"):
                yield ("y", at), tr("only the series of a combo have a type: and an axis: of their own")


class _Stackable(_Axes):
    """Series that may stand one on the other; `percent` makes every stack equally high."""

    stacked: bool | Literal["percent"] = False

    def stacking(self) -> str:
        """As Google says it."""
        return "PERCENT_STACKED" if self.stacked == "percent" else "STACKED" if self.stacked else ""


class ColumnChart(_Stackable):
    """Upright bars: amounts by month, counts by level."""

    example: ClassVar[dict[str, Any]] = {"title": "Size by stage", "x": "stage", "y": "size", "rows": 5}
    google = "COLUMN"

    type: Literal["column"] = "column"


class BarChart(_Stackable):
    """Lying bars, the first row on top: for categories with long names."""

    example: ClassVar[dict[str, Any]] = {"title": "By stage", "x": "stage", "y": ["size", "cost"], "stacked": "percent"}
    google = "BAR"
    axes = ("LEFT_AXIS", "BOTTOM_AXIS")

    type: Literal["bar"] = "bar"


class LineChart(_Axes):
    """A line through the numbers: a trend over time."""

    example: ClassVar[dict[str, Any]] = {"title": "Over time", "x": "day", "y": "size", "y_title": "Pieces"}
    google = "LINE"

    type: Literal["line"] = "line"


class AreaChart(_Stackable):
    """A line with the room below it filled: a total and its parts over time."""

    example: ClassVar[dict[str, Any]] = {"title": "Parts", "x": "day", "y": ["size", "cost"], "stacked": True}
    google = "AREA"

    type: Literal["area"] = "area"


class ComboChart(_Stackable):
    """Series of different kinds over one axis: the first is columns and the others are lines, unless they say."""

    example: ClassVar[dict[str, Any]] = {
        "title": "Size and cost",
        "x": "stage",
        "y": ["size", {"column": "cost", "type": "line", "axis": "right"}],
    }
    google = "COMBO"

    type: Literal["combo"] = "combo"

    def series(self, at: int, sheet: str, context: Context) -> Series:
        """With its kind and its axis."""
        plain, one = super().series(at, sheet, context), self.y[at]
        kind = one.type or ("line" if at else "column")
        return Series(plain.source, kind.upper(), plain.color, one.axis == "right", plain.labels)


class FunnelChart(_Axes):
    """Bars in the order of the rows, each with its number: how many are left at every step.  Sheets has no other funnel."""

    example: ClassVar[dict[str, Any]] = {"title": "Stages", "x": "stage", "y": "size"}
    google = "BAR"
    axes = ("LEFT_AXIS", "BOTTOM_AXIS")

    type: Literal["funnel"] = "funnel"
    labels: bool = True

    def problems(self, sheet: str, context: Context) -> Iterator[Trouble]:
        """Also a second series."""
        yield from super().problems(sheet, context)
        if len(self.y) > 1:
            yield ("y", 1), tr("a funnel has one series; use a bar chart for several")


class PieChart(_Named):
    """Shares of a whole; `donut: true` leaves the middle open.  Slices have the colours of the spreadsheet's own theme."""

    example: ClassVar[dict[str, Any]] = {"title": "Shares", "x": "stage", "y": "size", "donut": True}

    type: Literal["pie"] = "pie"
    donut: bool = False
    legend: Literal["none", "top", "bottom", "left", "right", "labels"] = "right"

    def drawn(self, sheet: str, context: Context) -> Drawn:
        """One slice a row."""
        return Drawn(
            type=PIE,
            title=self.title.say(context.language),
            x=_cell(self.source(self.x, sheet, context)),
            series=(Series(_cell(self.source(self.y[0].column, sheet, context))),),
            legend={"none": "NO_LEGEND", "labels": "LABELED_LEGEND"}.get(self.legend, f"{self.legend.upper()}_LEGEND"),
            hole=0.5 if self.donut else 0.0,
        )

    def problems(self, sheet: str, context: Context) -> Iterator[Trouble]:
        """Also a second series, and what no slice has."""
        yield from super().problems(sheet, context)
        if len(self.y) > 1:
            yield ("y", 1), tr("a pie has one series; use a column chart for several")
        elif self.y[0].model_fields_set - {"column"}:
            yield ("y", 0), tr("the slices of a pie have the colours and labels that Sheets gives them")


class ScorecardChart(Chart):
    """One large number: the cell in `row`, or all of a column taken together `by:` sum, average and so on."""

    example: ClassVar[dict[str, Any]] = {"title": "Total", "value": "cost", "by": "sum", "suffix": " in all"}

    type: Literal["scorecard"] = "scorecard"
    value: str
    row: int | None = Field(None, ge=2)
    by: Literal["sum", "average", "count", "max", "median", "min"] | None = None
    prefix: str = ""
    suffix: str = ""
    width: int = Field(240, ge=100, le=4000)
    height: int = Field(140, ge=60, le=4000)

    @model_validator(mode="after")
    def _one_number(self) -> ScorecardChart:
        if (self.row is None) == (self.by is None):
            raise PydanticCustomError("scorecard", tr("a scorecard shows one cell (row:) or all together (by:)"))
        if self.row is not None and self.rows is not None:
            raise PydanticCustomError("scorecard", tr("row: is a single cell; rows: is for all together (by:)"))
        return self

    def drawn(self, sheet: str, context: Context) -> Drawn:
        """As its cell shows it, or with a text before and after it."""
        place = where(self.value, sheet)
        cell = (
            f"{place.sheet}.{place.column}@{self.row}" if self.row else _cell(self.source(self.value, sheet, context))
        )
        return Drawn(
            type=SCORECARD,
            title=self.title.say(context.language),
            x="",
            series=(Series(cell),),
            aggregate=(self.by or "").upper(),
            prefix=self.prefix,
            suffix=self.suffix,
        )

    def measured(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """The number."""
        yield ("value",), self.value

    def problems(self, sheet: str, context: Context) -> Iterator[Trouble]:
        """Also a cell below the grid."""
        before = list(super().problems(sheet, context))
        yield from before
        rows = 0 if before else context.template.sheets[where(self.value, sheet).sheet].rows
        if self.row is not None and 0 < rows < self.row:
            sheet = where(self.value, sheet).sheet
            yield ("row",), tr("{sheet} has {rows} rows; raise rows: of the sheet", sheet=sheet, rows=rows)


def _cell(source: str) -> str:
    """Without a header a single row is a cell."""
    return source.replace(":", "@").replace("@1", "@2") if source.endswith(":1") else source
