"""
What a row as a whole must be.

Sheets has no such thing: these are only ever checked by us.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Literal

from pydantic import Field

from sheetcrm.messages import N_
from sheetcrm.schema.context import BadCell, Context
from sheetcrm.schema.rules import Example, Trouble, Values, blank, folded, repeated
from sheetcrm.schema.states import column_problem
from sheetcrm.variants import Variant


class SheetRule(Variant):
    """A rule over several columns of a row."""

    family: ClassVar[str] = N_("sheet rule")
    examples: ClassVar[tuple[Example, ...]]
    """The rule at work on the columns `x` and `y`."""

    @classmethod
    def shown(cls) -> dict[str, Any]:
        """The settings of its first example."""
        return dict(cls.examples[0][0])

    @property
    def code(self) -> str:
        """Its `type:`."""
        return str(type(self).model_fields["type"].default)

    def compares(self) -> tuple[str, ...]:
        """The columns in which rows are compared with each other; none: each row is looked at by itself."""
        return ()

    def looks_at(self) -> frozenset[str]:
        """The columns that it needs; it is not asked where they were not read."""
        raise NotImplementedError

    def check(self, sheet: str, values: Values, context: Context) -> Iterator[tuple[int, str, BadCell]]:
        """What is wrong: 0-based offset among the rows at hand (none of them blank), column key, why."""
        raise NotImplementedError

    def problems(self, sheet: str, context: Context) -> Iterator[Trouble]:
        """What does not fit the template."""
        raise NotImplementedError


class _Of(SheetRule):
    """What rules over a few columns share."""

    of: tuple[str, ...] = Field(min_length=2)

    def looks_at(self) -> frozenset[str]:
        """All of them."""
        return frozenset(self.of)

    def titles(self, sheet: str, context: Context) -> str:
        """What people call the columns."""
        columns = context.template.sheets[sheet].columns
        return ", ".join(columns[key].title.say(context.language) for key in self.of)

    def problems(self, sheet: str, context: Context) -> Iterator[Trouble]:
        """Columns that are not there."""
        for offset, column in enumerate(self.of):
            if message := column_problem(sheet, column, context):
                yield ("of", offset), message


class AtLeastOneRule(_Of):
    """One of these columns must be filled: `{type: at_least_one, of: [phone, email]}`."""

    examples: ClassVar[tuple[Example, ...]] = (
        ({"of": ["x", "y"]}, {"x": ["a", None, None], "y": [None, None, "b"]}, [1]),
    )

    type: Literal["at_least_one"] = "at_least_one"

    def check(self, sheet: str, values: Values, context: Context) -> Iterator[tuple[int, str, BadCell]]:
        """The rows in which all are blank, at the first of the columns."""
        titles = self.titles(sheet, context)
        for offset in sorted(set.intersection(*(set(blank(values[key])) for key in self.of))):
            message = N_("fill at least one of {columns}")
            yield offset, self.of[0], BadCell("at_least_one", message, {"columns": titles})


class UniqueTogetherRule(_Of):
    """No two rows with the same in all of these columns: `{type: unique, of: [customer, date]}`; blanks are not compared."""

    examples: ClassVar[tuple[Example, ...]] = (
        ({"of": ["x", "y"]}, {"x": ["a", "A", "a", None, None], "y": ["1", "1", "2", "1", "1"]}, [0, 1]),
    )

    type: Literal["unique"] = "unique"

    def compares(self) -> tuple[str, ...]:
        """All of its columns."""
        return self.of

    def check(self, sheet: str, values: Values, context: Context) -> Iterator[tuple[int, str, BadCell]]:
        """Every row of every group of equals, at the first of the columns; upper and lower case are the same to people."""
        rows = together([values[key] for key in self.of])
        count = repeated(rows, self.of, context)
        for offset, row in enumerate(rows) if count else ():
            if row in count:
                names = {"columns": self.titles(sheet, context), "count": count[row]}
                yield offset, self.of[0], BadCell("unique", N_("the same {columns} stand in {count} rows"), names)


def together(columns: Sequence[Sequence[Any]]) -> list[tuple[Any, ...] | None]:
    """Rows of several columns, with what people take for the same made the same; None where one of them is blank."""
    rows = zip(*map(folded, columns), strict=True)
    return [None if any(value in (None, "", ()) for value in row) else row for row in rows]
