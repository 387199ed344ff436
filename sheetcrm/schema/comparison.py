"""
A number or a day against another one of the same row, or against today.

A blank on either side asks nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, ClassVar, Literal

from sheetcrm.messages import N_, tr
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

    def looks_at(self) -> frozenset[str]:
        """The other column too."""
        return super().looks_at() | {self.column}

    def condition(self, place: Place, context: Context) -> Condition | None:
        """The same by formula; a blank on the other side asks nothing."""
        other = "{" + self.column + "}"
        sign = self.sign + "=" * self.or_equal
        return self.by_formula(f'OR({other}="",{place.cell}{sign}{other})', place, context)

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
            yield (
                ("column",),
                tr("{column} cannot be compared with {other}", column=self.column, other=place.column),
            )


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


class _Today(Rule):
    """A day against the day on which it is typed or checked, in the spreadsheet's zone."""

    or_today: bool = True
    suits = "date"
    sign: ClassVar[str]
    word: ClassVar[str]

    def condition(self, place: Place, context: Context) -> Condition:
        """The same by formula."""
        return self.by_formula(f"{place.cell}{self.sign}{'=' * self.or_today}TODAY()", place, context)

    def tests(self, place: Place, context: Context) -> Callable[[Any], BadCell | None]:
        """The wrong side of today; nothing where nobody said which day it is."""
        today = context.today

        def test(value: Any) -> BadCell | None:
            if today is None or (self.or_today and value == today) or self.right(value, today):
                return None
            return BadCell(self.code, self.word, {"value": value, "today": today})

        return test

    def right(self, value: Any, today: date) -> bool:
        """Whether it is on the wanted side of another day."""
        raise NotImplementedError

    def problems(self, place: Place, context: Context) -> Iterator[Trouble]:
        """A column that is no date."""
        yield from super().problems(place, context)
        if column_at(place, context).bounds != "DATE":
            yield (), tr("{column} is not a date", column=place.column)


class PastRule(_Today):
    """A day that is not after today, such as one on which something was done: `past`."""

    examples: ClassVar[tuple[Example, ...]] = (
        ({}, {"x": [date(2026, 1, 14), date(2026, 1, 15), date(2026, 1, 16), None]}, [2]),
        ({"or_today": False}, {"x": [date(2026, 1, 14), date(2026, 1, 15)]}, [1]),
    )

    type: Literal["past"] = "past"
    sign = "<"
    word = N_("{value} is still to come")

    def right(self, value: Any, today: date) -> bool:
        """Before."""
        return bool(value < today)


class FutureRule(_Today):
    """A day that is not before today: `future`.  `check` asks again every day, so what has passed is told then."""

    examples: ClassVar[tuple[Example, ...]] = (
        ({}, {"x": [date(2026, 1, 14), date(2026, 1, 15), date(2026, 1, 16), None]}, [0]),
    )

    type: Literal["future"] = "future"
    sign = ">"
    word = N_("{value} has passed")

    def right(self, value: Any, today: date) -> bool:
        """Later."""
        return bool(value > today)
