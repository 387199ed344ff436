"""
What parsing and compiling need to know beside the cell.

`today` is an argument like everything else: a template means the same thing
whenever it is read, except for sample rows with relative dates.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from sheetcrm.messages import tr

if TYPE_CHECKING:
    from sheetcrm.schema.people import Member
    from sheetcrm.schema.template import Template


@dataclass(frozen=True)
class Context:
    """
    The spreadsheet that a cell stands in.

    `language` is the one the sheet is written in (values do not depend on
    it), `country` two letters for phones without a country code, `currency`
    three letters for money without one, `time_zone` an IANA name, `today` a
    day there; without it nothing that depends on the day is said.
    """

    language: str
    country: str
    currency: str
    time_zone: str
    template: Template
    today: date | None
    people: tuple[Member, ...] | None = None
    """The team as it is live, for views and locks; None where it was not read, and then nothing is made for people."""
    admins: tuple[str, ...] = ()
    """Addresses of those who may edit whatever is locked."""
    whole: Whole | None = None
    """What is known of whole columns, where only some rows of the sheet are at hand."""


class Lookup(Protocol):
    """What other sheets hold, for rules that look there."""

    def values(self, sheet: str, column: str) -> Collection[Any] | None:
        """Every value of that column that parsed, by keys; None when it was not read (then nothing is said)."""


class Whole(Protocol):
    """Columns of which only some rows are at hand, for rules that compare rows with each other."""

    def times(self, columns: tuple[str, ...], value: Any) -> int:
        """In how many rows of the sheet `value` stands, upper and lower case alike; of several columns a tuple of theirs."""


class BadCell(Exception):  # noqa: N818 - news to report about a cell, not an error of ours
    """
    A cell does not hold what its column promises.

    `code` is a short word for programs, `message` an English text to be
    translated and filled with `values`, `suggestion` what to write instead.
    """

    def __init__(
        self, code: str, message: str, values: Mapping[str, Any] | None = None, suggestion: str | None = None
    ) -> None:
        """`message` is marked with `N_` where it is written, so that the catalogue has it."""
        self.code, self.message, self.suggestion = code, message, suggestion
        self.values = dict(values or {})
        super().__init__(code)

    def __str__(self) -> str:
        """What is wrong, for the admin; the team reads `message` in the language of its sheet."""
        return tr(self.message, **self.values)


@dataclass(frozen=True)
class Place:
    """A column by the keys of its sheet and itself."""

    sheet: str
    column: str

    @property
    def cell(self) -> str:
        """Its cell in the row at hand, in a formula: `{stage}`."""
        return "{" + self.column + "}"

    @property
    def range(self) -> str:
        """All its cells below the header, in a formula: `{customers.stage}`."""
        return "{" + f"{self.sheet}.{self.column}" + "}"
