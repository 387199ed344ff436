"""
One column for a phone *or* an e-mail address.

An `@` decides which of the two a cell is held to be.
"""

from typing import Any, ClassVar, Literal

from sheetcrm.messages import N_
from sheetcrm.resources.base import Cell
from sheetcrm.resources.number_format import NumberFormat
from sheetcrm.resources.validation import Condition
from sheetcrm.schema.columns.base import BadCell, Column, Context, Place
from sheetcrm.schema.columns.email import address
from sheetcrm.schema.columns.phone import e164, looks_like_a_phone, national
from sheetcrm.schema.columns.reading import shown


class ContactColumn(Column):
    """How to reach somebody: a phone number (E.164) or an e-mail address."""

    python_type = str
    examples = (("ann@x.org", "ann@x.org"), ("13800138000", "+8613800138000"), ("+49 30 901820", "+4930901820"))
    nonsense = ("ask Ann", "ann@", "12", True)
    pixels = 190
    hint: ClassVar[str] = N_("A mobile number or an e-mail address.")

    type: Literal["contact"] = "contact"

    def parse_cell(self, cell: Cell, context: Context) -> str:
        """Whichever of the two it is."""
        if isinstance(cell, str) and ("@" in cell or "＠" in cell):
            return address(cell)
        try:
            return e164(cell, context.country)
        except BadCell as bad:
            if bad.code != "not_a_phone":
                raise
            message = N_("{text} is neither a phone number nor an e-mail address")
            raise BadCell("not_a_contact", message, {"text": shown(cell)}) from bad

    def said(self, value: Any, context: Context) -> str | None:
        """Phones as they are dialled there."""
        return None if "@" in value else national(value, context.country)

    def usual(self, value: Any, cell: Cell) -> str:
        """An address in small letters."""
        return str(value).lower() if "@" in value else str(value)

    def condition(self, place: Place, context: Context) -> Condition:
        """Looks like an e-mail address or a phone number; whether it is one, `parse_cell` knows better."""
        email = f'REGEXMATCH({place.cell}&"","^[^@ ]+@[^@ ]+[.][^@ ]+$")'
        return Condition("CUSTOM_FORMULA", (f"=OR({email},{looks_like_a_phone(place)})",))

    def number_format(self, context: Context) -> NumberFormat:
        """Plain text: a `+` in front would be read as a formula."""
        return NumberFormat("TEXT", "@")
