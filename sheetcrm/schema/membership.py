"""
What must be one of something: of a few values, of another sheet's column, of the team.

A value that is not there is news only if the other sheet was read.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Set
from typing import Any, ClassVar, Literal

from pydantic import Field

from sheetcrm.messages import N_, tr
from sheetcrm.resources.validation import Condition
from sheetcrm.schema.context import BadCell, Context, Lookup, Place
from sheetcrm.schema.rules import Example, Found, Rule, Trouble, Values, column_at
from sheetcrm.schema.states import column_problem

MOST_OPTIONS = 500
"""Entries of a list in a dropdown of Sheets."""


def too_many(name: str, options: Collection[Any]) -> Iterator[Trouble]:
    """More than a dropdown can have."""
    if len(options) > MOST_OPTIONS:
        yield (
            (name,),
            tr(
                "{count} options, and a dropdown holds {most}; put them into a column of a lists sheet, and use options_from:",
                count=len(options),
                most=MOST_OPTIONS,
            ),
        )


class OneOfRule(Rule):
    """One of a few values, for columns that are not a `choice`."""

    examples: ClassVar[tuple[Example, ...]] = (({"values": ["a", "b"]}, {"x": ["a", "c", None]}, [1]),)

    type: Literal["one_of"] = "one_of"
    values: tuple[str | int | float, ...] = Field(min_length=1)

    def condition(self, place: Place, context: Context) -> Condition | None:
        """A dropdown."""
        return (
            None if self.unless or self.when else Condition("ONE_OF_LIST", tuple(str(value) for value in self.values))
        )

    def tests(self, place: Place, context: Context) -> Callable[[Any], BadCell | None]:
        """None of them."""
        column = column_at(place, context)
        allowed = [column.parse_cell(one, context) for one in self.values]
        known = ", ".join(str(one) for one in self.values)

        def test(value: Any) -> BadCell | None:
            if value in allowed:
                return None
            return BadCell("one_of", N_("{text} is none of {known}"), {"text": str(value)[:60], "known": known})

        return test

    def problems(self, place: Place, context: Context) -> Iterator[Trouble]:
        """Values that are not the column's."""
        yield from super().problems(place, context)
        yield from too_many("values", self.values)
        for offset, value in enumerate(self.values):
            try:
                column_at(place, context).parse_cell(value, context)
            except BadCell as bad:
                yield ("values", offset), str(bad)


class ExistsInRule(Rule):
    """A value that stands in a column of another sheet: `sheet` (its key column) or `sheet.column`."""

    examples: ClassVar[tuple[Example, ...]] = (
        ({"target": "team"}, {"x": ["Ann", "Eve", None]}, [1]),
        ({"target": "team.name"}, {"x": ["Eve"]}, [0]),
    )

    type: Literal["exists_in"] = "exists_in"
    target: str

    def place(self, context: Context) -> Place:
        """The column looked in; KeyError when there is none."""
        sheet, _, column = self.target.partition(".")
        return Place(sheet, column or str(context.template.sheets[sheet].key))

    def looks_in(self, context: Context) -> Place | None:
        """The column looked in."""
        return self.place(context)

    def condition(self, place: Place, context: Context) -> Condition | None:
        """A dropdown of what stands there."""
        return None if self.unless or self.when else Condition("ONE_OF_RANGE", (f"={self.place(context).range}",))

    def check(self, place: Place, values: Values, context: Context, lookup: Lookup) -> Iterator[Found]:
        """
        The rows whose value is not there; what was put away into its archive is still somebody's to name.

        Rows of an archive may name what has gone since: a colleague who left.
        """
        if context.template.home_of(place.sheet) != place.sheet:
            return
        target = self.place(context)
        archive = context.template.archive_of(target.sheet)
        put_away = (lookup.values(archive, target.column) if archive else None) or ()
        known = lookup.values(target.sheet, target.column)
        if known is None:
            return
        there = known if isinstance(known, Set) else frozenset(known)
        away = put_away if isinstance(put_away, Set) else frozenset(put_away)
        if all(value in there or value in away for value in set(values[place.column]) if value is not None):
            return
        title = context.template.sheets[target.sheet].title.say(context.language)
        for offset, value in enumerate(values[place.column]):
            if value is not None and value not in there and value not in away and self.asked(values, offset):
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


class InTeamRule(ExistsInRule):
    """A person who stands in the team tab; comes with the column type `person`."""

    examples: ClassVar[tuple[Example, ...]] = (({}, {"x": ["Ann", "Eve", None]}, [1]),)

    type: Literal["in_team"] = "in_team"  # type: ignore[assignment]  # a member of the family by its own name
    target: str = ""

    def place(self, context: Context) -> Place:
        """The names of the team."""
        team = context.template.team
        assert team is not None, "a template with people and without a team is refused when it is loaded"
        return Place(team.sheet, team.name)

    def problems(self, place: Place, context: Context) -> Iterator[Trouble]:
        """A template without a team."""
        if context.template.team is None:
            yield (), tr("there is no team: in the template")
