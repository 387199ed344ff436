"""
What a row as a whole must be.

Sheets has no such thing: these are only ever checked by us.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from sheetcrm.messages import N_
from sheetcrm.schema.context import BadCell, Context
from sheetcrm.schema.rules import Example, Trouble, Values
from sheetcrm.schema.states import column_problem
from sheetcrm.variants import Variant


class SheetRule(Variant):
    """A rule over several columns of a row."""

    family: ClassVar[str] = "sheet rule"
    examples: ClassVar[tuple[Example, ...]]
    """The rule at work on the columns `x` and `y`."""

    @property
    def code(self) -> str:
        """Its `type:`."""
        return str(type(self).model_fields["type"].default)

    def check(self, sheet: str, values: Values, context: Context) -> Iterator[tuple[int, str, BadCell]]:
        """What is wrong: 0-based offset among the rows at hand (none of them blank), column key, why."""
        raise NotImplementedError

    def problems(self, sheet: str, context: Context) -> Iterator[Trouble]:
        """What does not fit the template."""
        raise NotImplementedError


class AtLeastOneRule(SheetRule):
    """One of these columns must be filled."""

    examples: ClassVar[tuple[Example, ...]] = (
        ({"of": ["x", "y"]}, {"x": ["a", None, None], "y": [None, None, "b"]}, [1]),
    )

    type: Literal["at_least_one"] = "at_least_one"
    of: tuple[str, ...] = Field(min_length=2)

    def check(self, sheet: str, values: Values, context: Context) -> Iterator[tuple[int, str, BadCell]]:
        """The rows in which all are blank, at the first of the columns."""
        columns = context.template.sheets[sheet].columns
        titles = ", ".join(columns[key].title.say(context.language) for key in self.of)
        for offset, row in enumerate(zip(*(values[key] for key in self.of), strict=True)):
            if all(value in (None, "", ()) for value in row):
                yield (
                    offset,
                    self.of[0],
                    BadCell("at_least_one", N_("fill at least one of {columns}"), {"columns": titles}),
                )

    def problems(self, sheet: str, context: Context) -> Iterator[Trouble]:
        """Columns that are not there."""
        for offset, column in enumerate(self.of):
            if message := column_problem(sheet, column, context):
                yield ("of", offset), message
