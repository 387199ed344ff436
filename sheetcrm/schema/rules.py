"""
What a value may be: once for Sheets (`condition`), once for us (`check`).

Sheets cannot ask for a value, and whatever comes in through the API passes its
validation by, so `check` is not a copy of `condition` but the gate that counts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from sheetcrm.messages import N_, tr
from sheetcrm.resources.validation import Condition
from sheetcrm.schema.conditions import as_formula
from sheetcrm.schema.context import BadCell, Context, Lookup, Place
from sheetcrm.schema.formulas import compiled, formula_problems
from sheetcrm.schema.states import States, holds, states_formula, states_problems
from sheetcrm.schema.text import Text
from sheetcrm.variants import Variant

if TYPE_CHECKING:
    from sheetcrm.schema.columns.base import Column

Values = Mapping[str, Sequence[Any]]
"""Column key → values of the rows at hand, all of one length; None where blank or wrong."""
Found = tuple[int, BadCell]
"""0-based offset among those rows, and what is wrong there."""
Example = tuple[dict[str, Any], dict[str, list[Any]], list[int]]
"""Settings of a rule, values by column, and the offsets that are wrong."""
Trouble = tuple[tuple[str | int, ...], str]
"""Where in the rule, and what does not fit the rest of the template."""


class Rule(Variant):
    """What the values of a column must be; `unless` and `when` name other columns' states in which it is asked."""

    family: ClassVar[str] = N_("rule")
    examples: ClassVar[tuple[Example, ...]]
    """The rule at work on a column `x` beside a column `y`, both of the type `suits`."""
    suits: ClassVar[str] = "text"
    unless: States = Field(default_factory=dict)
    """Other columns' states in which it is not asked: `{stage: [won, lost]}`."""
    when: States = Field(default_factory=dict)
    """States in which alone it is asked."""
    strict: bool = True
    """False: the sheet lets it pass with a mark at the cell, and `check` tells it all the same."""

    @classmethod
    def shown(cls) -> dict[str, Any]:
        """The settings of its first example."""
        return dict(cls.examples[0][0])

    @property
    def code(self) -> str:
        """Its `type:`, which is also the code of most of its issues."""
        return str(type(self).model_fields["type"].default)

    def condition(self, place: Place, context: Context) -> Condition | None:
        """What Sheets itself can hold; None when it cannot."""
        return None

    def by_formula(self, test: str, place: Place, context: Context) -> Condition:
        """The condition that `test` (a formula without `=`) is true; nothing is asked in states that are excepted."""
        free = [states_formula(self.unless, place.sheet, context)] if self.unless else []
        free += [f"NOT({states_formula(self.when, place.sheet, context)})"] if self.when else []
        return Condition("CUSTOM_FORMULA", (f"=OR({','.join([*free, test])})" if free else f"={test}",))

    def help(self) -> Text | None:
        """What people should be told of it beside what the type says."""
        return None

    def check(self, place: Place, values: Values, context: Context, lookup: Lookup) -> Iterator[Found]:
        """
        What is wrong, by offset.

        Rows that are blank, and cells that did not parse, are the caller's to
        leave out; here such a cell is None like a blank one.
        """
        test = self.tests(place, context)
        if self.kept(values[place.column], place, context):
            return
        for offset, value in enumerate(values[place.column]):
            if value not in (None, ()) and self.asked(values, offset) and (bad := test(value)):
                yield offset, bad

    def kept(self, values: Sequence[Any], place: Place, context: Context) -> bool:
        """Whether certainly none of them is wrong, found out faster than one by one; no promise when it is False."""
        return False

    def tests(self, place: Place, context: Context) -> Callable[[Any], BadCell | None]:
        """A function that says what is wrong with one value that is not blank."""
        raise NotImplementedError

    def looks_in(self, context: Context) -> Place | None:
        """The column in which its values must stand; None: it looks nowhere."""
        return None

    def looks_at(self) -> frozenset[str]:
        """The other columns of the sheet that it needs; it is not asked where they were not read."""
        return frozenset({*self.unless, *self.when})

    def asked(self, values: Values, offset: int) -> bool:
        """Whether the rule applies to that row."""
        return (not self.unless or not holds(self.unless, values, offset)) and (
            not self.when or holds(self.when, values, offset)
        )

    def problems(self, place: Place, context: Context) -> Iterator[Trouble]:
        """What does not fit the template."""
        for name in ("unless", "when"):
            for path, message in states_problems(getattr(self, name), place.sheet, context):
                yield (name, *path), message


def folded(values: Sequence[Any]) -> list[Any]:
    """What people take for the same is the same here: upper and lower case."""
    if {str}.issuperset(map(type, values)):
        return list(map(str.casefold, values))
    return [value.casefold() if isinstance(value, str) else value for value in values]


def repeated(alike: Sequence[Any], columns: tuple[str, ...], context: Context) -> dict[Any, int]:
    """What stands in more than one row of the sheet, and in how many; None is nothing."""
    if context.whole is None:
        if len(set(alike)) + max(alike.count(None) - 1, 0) == len(alike):
            return {}
        return {value: count for value, count in Counter(alike).items() if count > 1 and value is not None}
    times = context.whole.times
    counts = ((value, times(columns, value)) for value in set(alike) if value is not None)
    return {value: count for value, count in counts if count > 1}


def blank(values: Sequence[Any]) -> list[int]:
    """The offsets of those that are nothing: None, no text, none of several; 0 and False are something."""
    if all(getattr(values, "cells", values)):
        return []
    return [offset for offset, value in enumerate(values) if not value and value in (None, "", ())]


def column_at(place: Place, context: Context) -> Column:
    """The column of that place."""
    return context.template.sheets[place.sheet].columns[place.column]


class RequiredRule(Rule):
    """A cell that must not be blank."""

    examples: ClassVar[tuple[Example, ...]] = (({}, {"x": ["a", None, "b"]}, [1]),)

    type: Literal["required"] = "required"

    def check(self, place: Place, values: Values, context: Context, lookup: Lookup) -> Iterator[Found]:
        """The rows in which it is blank."""
        for offset in blank(values[place.column]):
            if self.asked(values, offset):
                yield offset, BadCell("required", N_("must not be blank"))

    def missing(self, place: Place, context: Context) -> str:
        """The formula, without `=`, that is true where it is asked for and blank."""
        parts = [f'{place.cell}=""']
        parts += [f"NOT({states_formula(self.unless, place.sheet, context)})"] if self.unless else []
        parts += [states_formula(self.when, place.sheet, context)] if self.when else []
        return f"AND({','.join(parts)})" if len(parts) > 1 else parts[0]


class UniqueRule(Rule):
    """No value twice; upper and lower case are the same to people."""

    examples: ClassVar[tuple[Example, ...]] = (({}, {"x": ["a", "b", "A", None, None]}, [0, 2]),)

    type: Literal["unique"] = "unique"

    def condition(self, place: Place, context: Context) -> Condition:
        """Equal cells are counted as they are: COUNTIF would take `0012` for `12` and `*` for anything."""
        return self.by_formula(f"SUMPRODUCT(--({place.range}={place.cell}))=1", place, context)

    def check(self, place: Place, values: Values, context: Context, lookup: Lookup) -> Iterator[Found]:
        """Every row of every group of equals: nobody knows which one is right."""
        alike = folded(values[place.column])
        count = repeated(alike, (place.column,), context)
        for offset, value in enumerate(alike) if count else ():
            if value in count and self.asked(values, offset):
                text = str(values[place.column][offset])
                yield (
                    offset,
                    BadCell("unique", N_("{text} stands here {count} times"), {"text": text, "count": count[value]}),
                )


class RangeRule(Rule):
    """A number or date within bounds, both inclusive."""

    examples: ClassVar[tuple[Example, ...]] = (
        ({"min": 0, "max": 10}, {"x": [Decimal(0), Decimal(11), None, Decimal(-1), Decimal(10)]}, [1, 3]),
    )
    suits = "number"

    type: Literal["range"] = "range"
    min: float | int | str | None = None
    max: float | int | str | None = None

    @model_validator(mode="after")
    def _has_a_bound(self) -> RangeRule:
        if self.min is None and self.max is None:
            raise PydanticCustomError("bounds", tr("expected min:, max: or both"))
        return self

    def condition(self, place: Place, context: Context) -> Condition | None:
        """Google's own comparison of numbers or of dates."""
        kind = column_at(place, context).bounds
        if kind is None:
            return None
        names = {
            "NUMBER": ("NUMBER_BETWEEN", "NUMBER_GREATER_THAN_EQ", "NUMBER_LESS_THAN_EQ"),
            "DATE": ("DATE_BETWEEN", "DATE_ON_OR_AFTER", "DATE_ON_OR_BEFORE"),
        }
        ends = tuple(self._end(end, place, context) for end in (self.min, self.max) if end is not None)
        found = Condition(names[kind][0 if len(ends) == 2 else 1 + (self.min is None)], ends)
        if self.unless or self.when:
            return self.by_formula(as_formula(found, place.cell), place, context)
        return found

    def _end(self, end: float | int | str, place: Place, context: Context) -> str:
        """A day as year-month-day, any other bound as the number that stands in a cell."""
        column = column_at(place, context)
        value = column.parse_cell(end, context)
        return str(value if column.bounds == "DATE" else column.dump(value, context))

    def _bounds(self, place: Place, context: Context) -> tuple[Any, Any]:
        column = column_at(place, context)
        low, high = (None if end is None else column.parse_cell(end, context) for end in (self.min, self.max))
        return low, high

    def kept(self, values: Sequence[Any], place: Place, context: Context) -> bool:
        """The least and the most are within."""
        low, high = self._bounds(place, context)
        there = [value for value in getattr(values, "cells", values) if value is not None]
        return not there or ((low is None or min(there) >= low) and (high is None or max(there) <= high))

    def tests(self, place: Place, context: Context) -> Callable[[Any], BadCell | None]:
        """Outside of the bounds."""
        low, high = self._bounds(place, context)

        def test(value: Any) -> BadCell | None:
            if low is not None and value < low:
                return BadCell("range", N_("{value} is less than {bound}"), {"value": value, "bound": low})
            if high is not None and value > high:
                return BadCell("range", N_("{value} is more than {bound}"), {"value": value, "bound": high})
            return None

        return test

    def problems(self, place: Place, context: Context) -> Iterator[Trouble]:
        """A column without an order, or bounds that are not its values."""
        yield from super().problems(place, context)
        column = column_at(place, context)
        if column.bounds is None:
            yield (), tr("a range is for numbers and dates")
            return
        for name in ("min", "max"):
            try:
                if getattr(self, name) is not None:
                    column.parse_cell(getattr(self, name), context)
            except BadCell as bad:
                yield (name,), str(bad)


class LengthRule(Rule):
    """A text of so many characters, both ends inclusive."""

    examples: ClassVar[tuple[Example, ...]] = (({"min": 2, "max": 3}, {"x": ["a", "ab", "abcd", None]}, [0, 2]),)

    type: Literal["length"] = "length"
    min: int = Field(0, ge=0)
    max: int = Field(50_000, ge=1)

    def condition(self, place: Place, context: Context) -> Condition | None:
        """The same by formula."""
        return self.by_formula(f"AND(LEN({place.cell})>={self.min},LEN({place.cell})<={self.max})", place, context)

    def tests(self, place: Place, context: Context) -> Callable[[Any], BadCell | None]:
        """Too short or too long."""

        def test(value: Any) -> BadCell | None:
            if self.min <= len(str(value)) <= self.max:
                return None
            values = {"length": len(str(value)), "min": self.min, "max": self.max}
            return BadCell("length", N_("{length} characters; {min} to {max} are allowed"), values)

        return test


class PatternRule(Rule):
    """A text that a regular expression (RE2, as Sheets has it) matches from end to end."""

    examples: ClassVar[tuple[Example, ...]] = (
        ({"pattern": "[0-9]+-[0-9]+", "example": "50-00"}, {"x": ["64-17-5", "7-1", None]}, [0]),
    )

    type: Literal["pattern"] = "pattern"
    pattern: str
    example: str

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as wrong:
            raise PydanticCustomError("pattern", tr("not a regular expression: {why}", why=str(wrong))) from wrong
        if re.search(r"\(\?[=!<]|\\[1-9]", value):
            raise PydanticCustomError("pattern", tr("look-around and back references do not work in Sheets"))
        return value

    @model_validator(mode="after")
    def _fits_its_example(self) -> PatternRule:
        if not re.fullmatch(self.pattern, self.example):
            raise PydanticCustomError("pattern", tr("the example does not match the pattern"))
        return self

    def condition(self, place: Place, context: Context) -> Condition | None:
        """The same by formula."""
        pattern = self.pattern.replace('"', '""')
        return self.by_formula(f'REGEXMATCH({place.cell}&"","^(?:{pattern})$")', place, context)

    def tests(self, place: Place, context: Context) -> Callable[[Any], BadCell | None]:
        """No match."""
        pattern, message = re.compile(self.pattern), N_("{text} should look like {example}")

        def test(value: Any) -> BadCell | None:
            if pattern.fullmatch(str(value)):
                return None
            return BadCell("pattern", message, {"text": str(value)[:60], "example": self.example})

        return test


class FormulaRule(Rule):
    """A formula of your own that must be true: `{type: formula, formula: "LEN({code})=6", message: …}`.

    Only the sheet asks it, when somebody types: `check` cannot evaluate
    formulas, and what is pasted or imported passes.
    """

    examples: ClassVar[tuple[Example, ...]] = (
        ({"formula": "LEN({x})>1", "message": "two letters or more"}, {"x": ["ab", "abc", None]}, []),
    )

    type: Literal["formula"] = "formula"
    formula: str
    """Without `=`; columns in braces, this one too."""
    message: Text
    """What people read when they are refused, and in the header's note."""

    def condition(self, place: Place, context: Context) -> Condition:
        """The formula itself."""
        return self.by_formula(compiled(self.formula, place.sheet, context), place, context)

    def check(self, place: Place, values: Values, context: Context, lookup: Lookup) -> Iterator[Found]:
        """Nothing: only the sheet can say."""
        return iter(())

    def help(self) -> Text:
        """Its message."""
        return self.message

    def problems(self, place: Place, context: Context) -> Iterator[Trouble]:
        """Names in the formula that are not there."""
        yield from super().problems(place, context)
        for message in formula_problems(self.formula, place.sheet, context):
            yield ("formula",), message
