"""
When a row came and when we last wrote to it → days that fill themselves.

Sheets tells nobody when a cell was typed.  So `created` is the day on which we
first saw the row (an import, or the first `remind` after it), and `touched` the
day on which *we* last wrote to it; what people type leaves it as it is.
"""

from typing import ClassVar, Literal

from sheetcrm.messages import N_
from sheetcrm.schema.columns.date import DayColumn


class CreatedColumn(DayColumn):
    """The day on which a row was first seen; filled when blank, and people may put it right."""

    stamped = "created"
    hint: ClassVar[str] = N_("Filled by itself soon after the row is new; correct it where you know better.")

    type: Literal["created"] = "created"


class TouchedColumn(DayColumn):
    """The day on which an import or another command last wrote to the row; edits by people do not move it."""

    stamped = "touched"
    hint: ClassVar[str] = N_("The day of the last import into this row; type a date when you checked the row yourself.")

    type: Literal["touched"] = "touched"
