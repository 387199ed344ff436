"""
What a value may be: once for Sheets (`condition`), once for us (`check`).

Sheets cannot ask for a value, and whatever comes in through the API passes its
validation by, so `check` is not a copy of `condition` but the gate that counts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from sheetcrm.messages import N_
from sheetcrm.resources.validation import Condition
from sheetcrm.schema.context import BadCell, Context, Lookup, Place
from sheetcrm.schema.states import States, column_problem, holds, states_formula, states_problems
from sheetcrm.variants import Variant

if TYPE_CHECKING:
    from sheetcrm.schema.columns.base import Column

Values = Mapping[str, Sequence[Any]]
"""Column key → values of the rows at hand, all of one length; None where blank or wrong."""
Found = tuple[int, BadCell]
"""0-based offset among those rows, and what is wrong there."""
Trouble = tuple[tuple[str | int, ...], str]
"""Where in the rule, and what does not fit the rest of the template."""


class Rule(Variant):
    """What the values of a column must be; `unless` and `when` name other columns' states in which it is asked."""

    family: ClassVar[str] = "rule"
    unless: States = Field(default_factory=dict)
    when: States = Field(default_factory=dict)

    @property
    def code(self) -> str:
        """Its `type:`, which is also the code of most of its issues."""
        return str(type(self).model_fields["type"].default)

    def condition(self, place: Place, context: Context) -> Condition | None:
        """What Sheets itself can hold; None when it cannot (or only in some states)."""
        return None

    def check(self, place: Place, values: Values, context: Context, lookup: Lookup) -> Iterator[Found]:
        """
        What is wrong, by offset.

        Rows that are blank, and cells that did not parse, are the caller's to
        leave out; here such a cell is None like a blank one.
        """
        for offset, value in enumerate(values[place.column]):
            if value not in (None, ()) and self.asked(values, offset) and (bad := self.bad(value, place, context)):
                yield offset, bad

    def bad(self, value: Any, place: Place, context: Context) -> BadCell | None:
        """What is wrong with one value that is not blank."""
        return None

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


def _column(place: Place, context: Context) -> Column:
    return context.template.sheets[place.sheet].columns[place.column]


class RequiredRule(Rule):
    """A cell that must not be blank."""

    type: Literal["required"] = "required"

    def check(self, place: Place, values: Values, context: Context, lookup: Lookup) -> Iterator[Found]:
        """The rows in which it is blank."""
        for offset, value in enumerate(values[place.column]):
            if value in (None, "", ()) and self.asked(values, offset):
                yield offset, BadCell("required", N_("must not be blank"))

    def missing(self, place: Place, context: Context) -> str:
        """The formula, without `=`, that is true where it is asked for and blank."""
        parts = [f'{place.cell}=""']
        parts += [f"NOT({states_formula(self.unless, place.sheet, context)})"] if self.unless else []
        parts += [states_formula(self.when, place.sheet, context)] if self.when else []
        return f"AND({','.join(parts)})" if len(parts) > 1 else parts[0]


class UniqueRule(Rule):
    """No value twice; upper and lower case are the same to people."""

    type: Literal["unique"] = "unique"

    def condition(self, place: Place, context: Context) -> Condition:
        """Equal cells are counted as they are: COUNTIF would take `0012` for `12` and `*` for anything."""
        return Condition("CUSTOM_FORMULA", (f"=SUMPRODUCT(--({place.range}={place.cell}))=1",))

    def check(self, place: Place, values: Values, context: Context, lookup: Lookup) -> Iterator[Found]:
        """Every row of every group of equals: nobody knows which one is right."""
        alike = [value.casefold() if isinstance(value, str) else value for value in values[place.column]]
        count = Counter(alike)
        for offset, value in enumerate(alike):
            if value is not None and count[value] > 1 and self.asked(values, offset):
                text = str(values[place.column][offset])
                yield (
                    offset,
                    BadCell("unique", N_("{text} stands here {count} times"), {"text": text, "count": count[value]}),
                )


class RangeRule(Rule):
    """A number or date within bounds, both inclusive."""

    type: Literal["range"] = "range"
    min: float | int | str | None = None
    max: float | int | str | None = None

    @model_validator(mode="after")
    def _has_a_bound(self) -> RangeRule:
        if self.min is None and self.max is None:
            raise PydanticCustomError("bounds", "expected min:, max: or both")
        return self

    def condition(self, place: Place, context: Context) -> Condition | None:
        """Google's own comparison of numbers or of dates."""
        kind = _column(place, context).bounds
        if kind is None or self.unless or self.when:
            return None
        ends = [str(end) for end in (self.min, self.max) if end is not None]
        if len(ends) == 2:
            return Condition(f"{kind}_BETWEEN", tuple(ends))
        names = {
            "NUMBER": ("NUMBER_GREATER_THAN_EQ", "NUMBER_LESS_THAN_EQ"),
            "DATE": ("DATE_ON_OR_AFTER", "DATE_ON_OR_BEFORE"),
        }
        return Condition(names[kind][self.min is None], tuple(ends))

    def bad(self, value: Any, place: Place, context: Context) -> BadCell | None:
        """Outside of the bounds."""
        column = _column(place, context)
        low, high = (None if end is None else column.parse_cell(end, context) for end in (self.min, self.max))
        if low is not None and value < low:
            return BadCell("range", N_("{value} is less than {bound}"), {"value": value, "bound": low})
        if high is not None and value > high:
            return BadCell("range", N_("{value} is more than {bound}"), {"value": value, "bound": high})
        return None

    def problems(self, place: Place, context: Context) -> Iterator[Trouble]:
        """A column without an order, or bounds that are not its values."""
        yield from super().problems(place, context)
        column = _column(place, context)
        if column.bounds is None:
            yield (), "a range is for numbers and dates"
            return
        for name in ("min", "max"):
            try:
                if getattr(self, name) is not None:
                    column.parse_cell(getattr(self, name), context)
            except BadCell as bad:
                yield (name,), str(bad)


class LengthRule(Rule):
    """A text of so many characters, both ends inclusive."""

    type: Literal["length"] = "length"
    min: int = Field(0, ge=0)
    max: int = Field(50_000, ge=1)

    def condition(self, place: Place, context: Context) -> Condition | None:
        """The same by formula."""
        if self.unless or self.when:
            return None
        return Condition("CUSTOM_FORMULA", (f"=AND(LEN({place.cell})>={self.min},LEN({place.cell})<={self.max})",))

    def bad(self, value: Any, place: Place, context: Context) -> BadCell | None:
        """Too short or too long."""
        if self.min <= len(str(value)) <= self.max:
            return None
        values = {"length": len(str(value)), "min": self.min, "max": self.max}
        return BadCell("length", N_("{length} characters; {min} to {max} are allowed"), values)


class PatternRule(Rule):
    """A text that a regular expression (RE2, as Sheets has it) matches from end to end."""

    type: Literal["pattern"] = "pattern"
    pattern: str
    example: str

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as wrong:
            raise PydanticCustomError("pattern", "not a regular expression: {why}", {"why": str(wrong)}) from wrong
        if re.search(r"\(\?[=!<]|\\[1-9]", value):
            raise PydanticCustomError("pattern", "look-around and back references do not work in Sheets")
        return value

    @model_validator(mode="after")
    def _fits_its_example(self) -> PatternRule:
        if not re.fullmatch(self.pattern, self.example):
            raise PydanticCustomError("pattern", "the example does not match the pattern")
        return self

    def condition(self, place: Place, context: Context) -> Condition | None:
        """The same by formula."""
        if self.unless or self.when:
            return None
        pattern = self.pattern.replace('"', '""')
        return Condition("CUSTOM_FORMULA", (f'=REGEXMATCH({place.cell}&"","^(?:{pattern})$")',))

    def bad(self, value: Any, place: Place, context: Context) -> BadCell | None:
        """No match."""
        if re.fullmatch(self.pattern, str(value)):
            return None
        return BadCell(
            "pattern", N_("{text} should look like {example}"), {"text": str(value)[:60], "example": self.example}
        )


class OneOfRule(Rule):
    """One of a few values, for columns that are not a `choice`."""

    type: Literal["one_of"] = "one_of"
    values: tuple[str | int | float, ...] = Field(min_length=1)

    def condition(self, place: Place, context: Context) -> Condition | None:
        """A dropdown."""
        return (
            None if self.unless or self.when else Condition("ONE_OF_LIST", tuple(str(value) for value in self.values))
        )

    def bad(self, value: Any, place: Place, context: Context) -> BadCell | None:
        """None of them."""
        column = _column(place, context)
        if value in [column.parse_cell(one, context) for one in self.values]:
            return None
        known = ", ".join(str(one) for one in self.values)
        return BadCell("one_of", N_("{text} is none of {known}"), {"text": str(value)[:60], "known": known})

    def problems(self, place: Place, context: Context) -> Iterator[Trouble]:
        """Values that are not the column's."""
        yield from super().problems(place, context)
        for offset, value in enumerate(self.values):
            try:
                _column(place, context).parse_cell(value, context)
            except BadCell as bad:
                yield ("values", offset), str(bad)


class ExistsInRule(Rule):
    """A value that stands in a column of another sheet: `sheet` (its key column) or `sheet.column`."""

    type: Literal["exists_in"] = "exists_in"
    target: str

    def place(self, context: Context) -> Place:
        """The column looked in; KeyError when there is none."""
        sheet, _, column = self.target.partition(".")
        return Place(sheet, column or str(context.template.sheets[sheet].key))

    def condition(self, place: Place, context: Context) -> Condition | None:
        """A dropdown of what stands there."""
        return None if self.unless or self.when else Condition("ONE_OF_RANGE", (f"={self.place(context).range}",))

    def check(self, place: Place, values: Values, context: Context, lookup: Lookup) -> Iterator[Found]:
        """The rows whose value is not there."""
        target = self.place(context)
        known = lookup.values(target.sheet, target.column)
        if known is None:
            return
        there = set(known)
        title = context.template.sheets[target.sheet].title.say(context.language)
        for offset, value in enumerate(values[place.column]):
            if value is not None and value not in there and self.asked(values, offset):
                yield (
                    offset,
                    BadCell("exists_in", N_("{text} is not in {sheet}"), {"text": str(value)[:60], "sheet": title}),
                )

    def problems(self, place: Place, context: Context) -> Iterator[Trouble]:
        """A sheet or column that is not there."""
        yield from super().problems(place, context)
        sheet, _, column = self.target.partition(".")
        if message := column_problem(sheet, column, context):
            yield ("target",), message


class _Compared(Rule):
    """A number or date against another column of the row."""

    column: str
    or_equal: bool = True
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
        title = _column(Place(place.sheet, self.column), context).title.say(context.language)
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
        elif _column(place, context).bounds != _column(Place(place.sheet, self.column), context).bounds:
            yield ("column",), f"{self.column} cannot be compared with {place.column}"


class AfterRule(_Compared):
    """Not before another column: `{type: after, column: start}`."""

    type: Literal["after"] = "after"
    sign = ">"
    word = N_("{value} is before {column} ({other})")

    def right(self, one: Any, other: Any) -> bool:
        """Later, or more."""
        return bool(one > other)


class BeforeRule(_Compared):
    """Not after another column: `{type: before, column: end}`."""

    type: Literal["before"] = "before"
    sign = "<"
    word = N_("{value} is after {column} ({other})")

    def right(self, one: Any, other: Any) -> bool:
        """Earlier, or less."""
        return bool(one < other)
