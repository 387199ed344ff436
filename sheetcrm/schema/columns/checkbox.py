"""
Tick boxes: true or false, never blank.

A blank cell is an empty box.
"""

from typing import Any, ClassVar, Literal

from sheetcrm.messages import N_
from sheetcrm.resources.base import Cell
from sheetcrm.resources.validation import Condition
from sheetcrm.schema.columns.base import BadCell, Column, Context, Place
from sheetcrm.schema.columns.reading import plain, shown

_WORDS = {
    **dict.fromkeys(("true", "yes", "y", "x", "1", "是", "✓", "✔", "√"), True),
    **dict.fromkeys(("false", "no", "n", "0", "否", "✗", "×"), False),
}


class CheckboxColumn(Column):
    """Ticked or not."""

    python_type = bool
    examples = ((True, True), (False, False), ("TRUE", True), ("是", True), ("no", False), (1, True), (0, False))
    nonsense = ("perhaps", 2, 0.5)
    pixels = 80
    alignment = "CENTER"
    hint: ClassVar[str] = N_("A tick box.")

    type: Literal["checkbox"] = "checkbox"

    def parse_cell(self, cell: Cell, context: Context) -> bool:
        """True for a tick, or for a word that says so."""
        found = cell if isinstance(cell, bool) else _WORDS.get(plain(str(cell)).casefold())
        if found is None:
            raise BadCell("not_a_tick", N_("{text} is neither yes nor no"), {"text": shown(cell)})
        return found

    def blank(self) -> Any:
        """An empty box."""
        return False

    def states(self) -> tuple[bool | str, ...]:
        """Ticked, or not."""
        return (True, False)

    def condition(self, place: Place, context: Context) -> Condition:
        """A box to tick."""
        return Condition("BOOLEAN", ())
