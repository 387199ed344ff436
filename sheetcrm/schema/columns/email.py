"""
Addresses → e-mail, as its owner writes it.

Whether the mailbox exists is not asked: nothing here opens a connection.
"""

import re
from typing import Any, ClassVar, Literal

from sheetcrm.messages import N_
from sheetcrm.resources.base import Cell
from sheetcrm.resources.validation import Condition
from sheetcrm.schema.columns.base import BadCell, Column, Context, Place
from sheetcrm.schema.columns.glance import Glance
from sheetcrm.schema.columns.reading import plain, shown

_PLAIN = re.compile(
    r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}"
)

_RIGHT = Glance(
    "[A-Za-z0-9_+-]{1,20}(?:[.][A-Za-z0-9_+-]{1,20}){0,2}"
    "@(?:[A-Za-z0-9]{1,20}(?:-[A-Za-z0-9]{1,20}){0,1}[.]){1,4}[A-Za-z]{2,24}"
)
"""The same where nothing is near the lengths that an address may have."""


def address(cell: Cell) -> str:
    """The e-mail address in a cell; BadCell when it is none, with the one that was probably meant."""
    typed = str(cell).strip() if isinstance(cell, str) else ""
    if (found := _valid(typed)) is not None:
        return found
    meant = _valid(plain(typed).replace(" ", "").replace("。", ".").removeprefix("mailto:"))
    raise BadCell("not_an_email", N_("{text} is not an e-mail address"), {"text": shown(cell)}, meant)


def _valid(text: str) -> str | None:
    if len(text) > 254 or text.count("@") != 1 or text.index("@") > 64 or "。" in text:
        return None
    if _PLAIN.fullmatch(text):
        return text
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - only for the rare address

    try:
        validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return None
    return text if text == plain(text) else None


class EmailColumn(Column):
    """An e-mail address."""

    python_type = str
    examples = (
        ("ann@x.org", "ann@x.org"),
        (" Ann.Lee+crm@mail.example.com ", "Ann.Lee+crm@mail.example.com"),
        ("李@例子.中国", "李@例子.中国"),
    )
    nonsense = (
        "ann",
        "ann@",
        "ann@x..org",
        12,
        "ann＠x.org",
        "a b@x.org",
        "a@x.org, b@x.org",
        "ann@x.org\nBcc: eve@x.org",
    )
    pixels = 190
    hint: ClassVar[str] = N_("An e-mail address.")

    type: Literal["email"] = "email"

    def right(self, context: Context) -> Glance:
        """Addresses as nearly all are."""
        return _RIGHT

    def parse_cell(self, cell: Cell, context: Context) -> str:
        """The address without blanks around it."""
        return address(cell)

    def usual(self, value: Any, cell: Cell) -> str:
        """In small letters: no mail server tells them from capitals."""
        return str(value).lower()

    def condition(self, place: Place, context: Context) -> Condition:
        """Is an e-mail address, as Sheets sees it."""
        return Condition("TEXT_IS_EMAIL", ())
