"""
A row of another sheet, by its key.

Whether it is there is the rule `exists_in`, which comes with the type.
"""

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

from sheetcrm.messages import N_
from sheetcrm.resources.base import Cell
from sheetcrm.resources.number_format import NumberFormat
from sheetcrm.resources.validation import Condition
from sheetcrm.schema.columns.base import BadCell, Column, Context, Place
from sheetcrm.schema.columns.glance import Glance
from sheetcrm.schema.columns.id import PLAIN_ID
from sheetcrm.schema.columns.reading import shown, wordless
from sheetcrm.schema.membership import ExistsInRule
from sheetcrm.schema.rules import Rule
from sheetcrm.schema.states import column_problem


class ReferenceColumn(Column):
    """The key of a row in the sheet `to`."""

    python_type = str
    examples = (("C0001", "C0001"), ("0012", "0012"), (" C1 ", "C1"), (12, "12"))
    nonsense = (True, "a\nb", "x" * 201)
    hint: ClassVar[str] = N_("A key from the sheet {sheet}.")
    example_settings: ClassVar[dict[str, Any]] = {"to": "customers"}

    type: Literal["reference"] = "reference"
    to: str

    def right(self, context: Context) -> Glance:
        """As in the column that it leads to."""
        return PLAIN_ID

    def parse_cell(self, cell: Cell, context: Context) -> str:
        """The key without blanks around it."""
        text = wordless(cell).strip()
        if not text.isprintable() or not 1 <= len(text) <= 200:
            raise BadCell("bad_id", N_("an id is one line of at most 200 characters"), {"text": shown(cell)})
        return text

    def hint_values(self, context: Context) -> dict[str, str]:
        """The title of the other sheet."""
        return {"sheet": context.template.sheets[self.to].title.say(context.language)}

    def condition(self, place: Place, context: Context) -> Condition | None:
        """A dropdown of the keys over there."""
        key = context.template.sheets[self.to].key
        return Condition("ONE_OF_RANGE", (f"={Place(self.to, key).range}",)) if key else None

    def implied_rules(self) -> tuple[Rule, ...]:
        """It must be there."""
        return (ExistsInRule(target=self.to),)

    def number_format(self, context: Context) -> NumberFormat:
        """Plain text, so that `0012` stays."""
        return NumberFormat("TEXT", "@")

    def problems(self, place: Place, context: Context) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """A sheet that is not there or has no key."""
        yield from super().problems(place, context)
        if message := column_problem(self.to, "", context):
            yield ("to",), message
