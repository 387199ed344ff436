"""
What should catch the eye → conditional formats.

The first rule that is true wins, so the order in the template is the order of importance.
They lie over the colours of cells, and those over banding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar, Literal

from pydantic import Field

from sheetcrm.messages import N_, tr
from sheetcrm.resources.highlight import Highlight as Format
from sheetcrm.schema.colors import PALETTE, Color
from sheetcrm.schema.columns.base import Column
from sheetcrm.schema.context import BadCell, Context, Place
from sheetcrm.schema.formulas import compiled, formula_problems
from sheetcrm.schema.rules import RequiredRule, Trouble
from sheetcrm.schema.sheet_rules import AtLeastOneRule
from sheetcrm.schema.states import States, column_problem, states_formula, states_problems
from sheetcrm.variants import Variant

_ELSEWHERE = re.compile(r"\{\w+\.\w+\}")


class Highlight(Variant):
    """A reason to colour cells."""

    family: ClassVar[str] = N_("highlight")
    example: ClassVar[dict[str, Any]]
    """Settings that fit a sheet with the columns `id`, `stage` (coloured options `lead`, `won`), `day` and `price`."""

    def formats(self, sheet: str, context: Context) -> Iterator[Format]:
        """The rules of the sheet, the most important first."""
        raise NotImplementedError

    def named(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """The columns that it names, with where it names them."""
        column = getattr(self, "column", None)
        if column is not None:
            yield ("column",), column

    def problems(self, sheet: str, context: Context) -> Iterator[Trouble]:
        """Columns that are not there."""
        for path, column in self.named():
            if message := column_problem(sheet, column, context):
                yield path, message


class StateHighlight(Highlight):
    """Each option of a choice in the colour that the option has; `row: true` colours the whole row."""

    example: ClassVar[dict[str, Any]] = {"column": "stage"}

    type: Literal["state"] = "state"
    column: str
    row: bool = False

    def formats(self, sheet: str, context: Context) -> Iterator[Format]:
        """One a coloured option."""
        column = context.template.sheets[sheet].columns[self.column]
        for key, color in column.option_colors(context).items():
            formula = f"={{{self.column}}}={column.literal(key, context)}"
            yield Format(() if self.row else (self.column,), formula, background=color)

    def problems(self, sheet: str, context: Context) -> Iterator[Trouble]:
        """A column without coloured options."""
        before = list(super().problems(sheet, context))
        yield from before
        if not before and not context.template.sheets[sheet].columns[self.column].option_colors(context):
            yield ("column",), tr("no option of {column} has a color:", column=self.column)


class _DateHighlight(Highlight):
    """A date near today, in rows that are not in one of the states `unless`."""

    column: str
    unless: States = Field(default_factory=dict)
    row: bool = False
    color: Color
    background_of: ClassVar[str]

    def due(self) -> str:
        """The comparison with today, as a formula without `=`."""
        raise NotImplementedError

    def formats(self, sheet: str, context: Context) -> Iterator[Format]:
        """One rule."""
        tests = [f"ISNUMBER({{{self.column}}})", self.due()]
        tests += [f"NOT({states_formula(self.unless, sheet, context)})"] if self.unless else []
        yield Format(() if self.row else (self.column,), f"=AND({','.join(tests)})", background=self.color)

    def problems(self, sheet: str, context: Context) -> Iterator[Trouble]:
        """A column that is no date, states that are not there."""
        before = list(super().problems(sheet, context))
        yield from before
        if not before and context.template.sheets[sheet].columns[self.column].bounds != "DATE":
            yield ("column",), tr("{column} is not a date", column=self.column)
        for path, message in states_problems(self.unless, sheet, context):
            yield ("unless", *path), message


class OverdueHighlight(_DateHighlight):
    """A date that has passed."""

    example: ClassVar[dict[str, Any]] = {"column": "day", "unless": {"stage": "won"}}

    type: Literal["overdue"] = "overdue"
    color: Color = PALETTE["red"]

    def due(self) -> str:
        """Before today."""
        return f"{{{self.column}}}<TODAY()"


class DueSoonHighlight(_DateHighlight):
    """A date from today to `days` from now, both inclusive."""

    example: ClassVar[dict[str, Any]] = {"column": "day", "days": 7}

    type: Literal["due_soon"] = "due_soon"
    color: Color = PALETTE["amber"]
    days: int = Field(3, ge=0, le=366)

    def due(self) -> str:
        """Today or soon."""
        return f"{{{self.column}}}>=TODAY(),{{{self.column}}}<=TODAY()+{self.days}"


class StaleHighlight(_DateHighlight):
    """A date more than `days` ago: a customer nobody spoke to, a row nobody checked."""

    example: ClassVar[dict[str, Any]] = {"column": "day", "days": 90, "unless": {"stage": "won"}}

    type: Literal["stale"] = "stale"
    color: Color = PALETTE["orange"]
    days: int = Field(90, ge=1, le=3660)

    def due(self) -> str:
        """Long ago."""
        return f"{{{self.column}}}<TODAY()-{self.days}"


class MissingHighlight(Highlight):
    """
    Required cells that are blank, in rows that have something in `filled` (by default the sheet's key).

    Of columns of which `at_least_one` is asked, all, while all are blank.
    """

    example: ClassVar[dict[str, Any]] = {}

    type: Literal["missing"] = "missing"
    filled: str | None = None
    color: Color = PALETTE["yellow"]

    def formats(self, sheet: str, context: Context) -> Iterator[Format]:
        """One a required column."""
        spec = context.template.sheets[sheet]
        used = self.filled or spec.key
        for key, column in spec.columns.items():
            for rule in column.all_rules():
                if isinstance(rule, RequiredRule) and key != used:
                    test = rule.missing(Place(sheet, key), context)
                    yield Format((key,), f'=AND({{{used}}}<>"",{test})', background=self.color)
        for together in spec.rules:
            if isinstance(together, AtLeastOneRule):
                tests = ",".join(f'{{{key}}}=""' for key in together.of)
                yield Format(together.of, f'=AND({{{used}}}<>"",{tests})', background=self.color)

    def problems(self, sheet: str, context: Context) -> Iterator[Trouble]:
        """Also a sheet in which used rows cannot be told."""
        yield from super().problems(sheet, context)
        if not self.filled and context.template.sheets[sheet].key is None:
            yield (), tr("needs filled:, because the sheet has no key:")

    def named(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """The column that tells used rows."""
        if self.filled:
            yield ("filled",), self.filled


class DuplicateHighlight(Highlight):
    """A value that stands in the column more than once; with `beside`, together with the same in those columns."""

    example: ClassVar[dict[str, Any]] = {"column": "stage", "beside": ["day"]}

    type: Literal["duplicate"] = "duplicate"
    column: str
    beside: tuple[str, ...] = ()
    color: Color = PALETTE["pink"]

    def formats(self, sheet: str, context: Context) -> Iterator[Format]:
        """Equal cells are counted as they are, not as COUNTIF reads them; rows with a blank among them never."""
        columns = (self.column, *self.beside)
        places = [Place(sheet, column) for column in columns]
        same = "*".join(f"({place.range}={place.cell})" for place in places)
        count = f"SUMPRODUCT({same if self.beside else f'--{same}'})>1"
        filled = ",".join(f'{place.cell}<>""' for place in places)
        yield Format(columns, f"=AND({filled},{count})", background=self.color)

    def named(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """The column and those beside it."""
        yield from super().named()
        for offset, column in enumerate(self.beside):
            yield ("beside", offset), column


class GradientHighlight(Highlight):
    """
    Numbers or days from the colour `low` to the colour `high`, by way of `middle` when it is given.

    From the least to the greatest value that there is, unless `min` or `max` say
    where the colours end; `middle` is halfway between them, or at the median.
    """

    example: ClassVar[dict[str, Any]] = {"column": "price", "middle": "yellow", "min": 0}

    type: Literal["gradient"] = "gradient"
    column: str
    low: Color = PALETTE["red"]
    middle: Color | None = None
    high: Color = PALETTE["green"]
    min: float | int | str | None = None
    max: float | int | str | None = None

    def formats(self, sheet: str, context: Context) -> Iterator[Format]:
        """One rule."""
        column = context.template.sheets[sheet].columns[self.column]
        low, high = (_end(column, end, context) for end in (self.min, self.max))
        points = [("NUMBER", f"{low:.15g}", self.low) if low is not None else ("MIN", "", self.low)]
        if self.middle and low is not None and high is not None:
            points.append(("NUMBER", f"{(low + high) / 2:.15g}", self.middle))
        elif self.middle:
            points.append(("PERCENTILE", "50", self.middle))
        points.append(("NUMBER", f"{high:.15g}", self.high) if high is not None else ("MAX", "", self.high))
        yield Format((self.column,), "", gradient=tuple(points))

    def problems(self, sheet: str, context: Context) -> Iterator[Trouble]:
        """A column without an order, ends that are not its values or the wrong way round."""
        before = list(super().problems(sheet, context))
        yield from before
        if before:
            return
        column = context.template.sheets[sheet].columns[self.column]
        if column.bounds is None:
            yield ("column",), tr("{column} is neither a number nor a date", column=self.column)
            return
        ends = []
        for name in ("min", "max"):
            try:
                ends.append(_end(column, getattr(self, name), context))
            except BadCell as bad:
                yield (name,), str(bad)
                return
        if None not in ends and ends[0] >= ends[1]:  # type: ignore[operator]  # neither is None
            yield ("max",), tr("max: must be more than min:")


def _end(column: Column, end: float | int | str | None, context: Context) -> float | None:
    """Where a gradient ends, as the cell has it; BadCell when it is no value of the column."""
    if end is None:
        return None
    cell = column.dump(column.parse_cell(end, context), context)
    assert isinstance(cell, int | float), "a column with bounds has numbers"
    return cell


class CustomHighlight(Highlight):
    """Whatever a formula says; `columns` left out means the whole row."""

    example: ClassVar[dict[str, Any]] = {"formula": "{stage}={stage=won}", "columns": ["id"], "bold": True}

    type: Literal["custom"] = "custom"
    formula: str
    columns: tuple[str, ...] = ()
    color: Color | None = None
    text: Color | None = None
    bold: bool = False
    strikethrough: bool = False

    def formats(self, sheet: str, context: Context) -> Iterator[Format]:
        """One rule."""
        formula = "=" + compiled(self.formula, sheet, context)
        yield Format(self.columns, formula, self.color or "", self.text or "", self.bold, self.strikethrough)

    def named(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """The columns that it colours."""
        for offset, column in enumerate(self.columns):
            yield ("columns", offset), column

    def problems(self, sheet: str, context: Context) -> Iterator[Trouble]:
        """Names in the formula too; a look that is none."""
        yield from super().problems(sheet, context)
        for message in formula_problems(self.formula, sheet, context):
            yield ("formula",), message
        if _ELSEWHERE.search(self.formula):
            yield ("formula",), tr("a highlight can only look at its own sheet; add a formula column for what it needs")
        if not (self.color or self.text or self.bold or self.strikethrough):
            yield (), tr("looks like everything else; add color:, text:, bold: or strikethrough:")
