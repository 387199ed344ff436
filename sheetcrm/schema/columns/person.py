"""
A colleague, by the name in the team tab.

The name is the value; the address is looked up when there is something to send.
"""

from collections.abc import Iterator
from typing import ClassVar, Literal

from sheetcrm.messages import N_, tr
from sheetcrm.resources.base import Cell
from sheetcrm.resources.number_format import NumberFormat
from sheetcrm.resources.validation import Condition
from sheetcrm.schema.columns.base import BadCell, Column, Context, Place
from sheetcrm.schema.columns.reading import shown, wordless
from sheetcrm.schema.membership import InTeamRule
from sheetcrm.schema.rules import Rule, Trouble


class PersonColumn(Column):
    """Somebody of the team."""

    python_type = str
    examples = (("Ann Lee", "Ann Lee"), (" 王芳 ", "王芳"))
    nonsense = (True, "Ann\nBcc: eve@x.org", "x" * 101)
    pixels = 150
    hint: ClassVar[str] = N_("A name from the team tab.")

    type: Literal["person"] = "person"
    history: bool = False
    """Who did something once (sold, wrote it down): it stays when that person leaves and others take over what they own."""

    def parse_cell(self, cell: Cell, context: Context) -> str:
        """The name without blanks around it."""
        name = wordless(cell).strip()
        if not name.isprintable() or not 1 <= len(name) <= 100:
            raise BadCell("not_a_name", N_("{text} is not a name"), {"text": shown(cell)})
        return name

    def condition(self, place: Place, context: Context) -> Condition | None:
        """A dropdown of the team."""
        team = context.template.team
        return Condition("ONE_OF_RANGE", (f"={Place(team.sheet, team.name).range}",)) if team else None

    def implied_rules(self) -> tuple[Rule, ...]:
        """It must be somebody of the team."""
        return (InTeamRule(),)

    def problems(self, place: Place, context: Context) -> Iterator[Trouble]:
        """A template that does not say where its team is."""
        yield from super().problems(place, context)
        if context.template.team is None:
            yield ("type",), tr("people are found in the team: of the template, and there is none")

    def number_format(self, context: Context) -> NumberFormat:
        """Plain text."""
        return NumberFormat("TEXT", "@")
