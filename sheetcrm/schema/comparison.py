"""
A number or a day against another one of the same row.

A blank on either side asks nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

from sheetcrm.messages import N_
from sheetcrm.resources.validation import Condition
from sheetcrm.schema.context import BadCell, Context, Lookup, Place
from sheetcrm.schema.rules import Example, Found, Rule, Trouble, Values, column_at
from sheetcrm.schema.states import column_problem


class _Compared(Rule):
    """A number or date against another column of the row."""

    column: str
    or_equal: bool = True
    suits = "integer"
    sign: ClassVar[str]
    word: ClassVar[str]

    def condition(self, place: Place, context: Context) -> Condition | None:
        """The same by formula; a blank on the other side asks nothing."""
        if self.unless or self.when:
            return None
        other = "{" + self.column + "}"
        sign = self.sign + "=" * self.or_equal
        return Condition("CUSTOM_FORMULA", (f'=OR({other}="",{place.cell}{sign}{other})',))

    def check(self, place: Place, values: Values, context: Context, lookup: Lookup) -> Iterator[Found]:
        """The rows where both are there and the wrong way round."""
        title = column_at(Place(place.sheet, self.column), context).title.say(context.language)
        for offset, (one, other) in enumerate(zip(values[place.column], values[self.column], strict=True)):
            if one is None or other is None or not self.asked(values, offset):
                continue
            if not (self.or_equal and one == other) and not self.right(one, other):
                yield offset, BadCell(self.code, self.word, {"value": one, "other": other, "column": title})

    def right(self, one: Any, other: Any) -> bool:
        """Whether the order of two unequal values is the wanted one."""
        raise NotImplementedError

    def problems(self, place: Place, context: Context) -> Iterator[Trouble]:
        """A column that is not there, or cannot be compared with this one."""
        yield from super().problems(place, context)
        if message := column_problem(place.sheet, self.column, context):
            yield ("column",), message
        elif column_at(place, context).bounds != column_at(Place(place.sheet, self.column), context).bounds:
            yield ("column",), f"{self.column} cannot be compared with {place.column}"


class AfterRule(_Compared):
    """Not before another column: `{type: after, column: start}`."""

    examples: ClassVar[tuple[Example, ...]] = (
        ({"column": "y"}, {"x": [1, 2, 3, None, 1], "y": [2, 2, 2, 2, None]}, [0]),
        ({"column": "y", "or_equal": False}, {"x": [1, 2, 3], "y": [2, 2, 2]}, [0, 1]),
    )

    type: Literal["after"] = "after"
    sign = ">"
    word = N_("{value} is before {column} ({other})")

    def right(self, one: Any, other: Any) -> bool:
        """Later, or more."""
        return bool(one > other)


class BeforeRule(_Compared):
    """Not after another column: `{type: before, column: end}`."""

    examples: ClassVar[tuple[Example, ...]] = (
        ({"column": "y"}, {"x": [1, 2, 3, None, 3], "y": [2, 2, 2, 2, None]}, [2]),
    )

    type: Literal["before"] = "before"
    sign = "<"
    word = N_("{value} is after {column} ({other})")

    def right(self, one: Any, other: Any) -> bool:
        """Earlier, or less."""
        return bool(one < other)
