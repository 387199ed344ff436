"""
`duplicates:` of a sheet → by what rows are told to be of the same thing; they are found in `sync.quality`.

Without the section a sheet of people or companies is known by its columns: see `usual`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, TypeVar

from pydantic import Field

from sheetcrm.messages import N_
from sheetcrm.schema.columns.contact import ContactColumn
from sheetcrm.schema.columns.email import EmailColumn
from sheetcrm.schema.columns.phone import PhoneColumn
from sheetcrm.schema.columns.reference import ReferenceColumn
from sheetcrm.schema.columns.text import TextColumn
from sheetcrm.schema.context import Context
from sheetcrm.schema.rules import Trouble
from sheetcrm.schema.states import column_problem
from sheetcrm.variants import Variant

if TYPE_CHECKING:
    from sheetcrm.schema.template import SheetSpec

NAMES = frozenset({"name", "company", "organisation", "organization", "firm"})
"""Words in the key of a column that say that it has the name of what the row is about."""
COMPANIES = NAMES - {"name"}
PEOPLE = frozenset({"person", "contact", "full", "first", "last", "people"})


Found_co = TypeVar("Found_co", covariant=True)


class Comparison(Protocol[Found_co]):
    """What can be compared; `sync.quality` does it."""

    def same(self, rule: SameRule) -> Found_co:
        """Rows that say the same."""

    def companies(self, rule: NamedRule) -> Found_co:
        """Rows with companies' names that are alike."""

    def people(self, rule: NamedRule) -> Found_co:
        """Rows with people's names that are alike."""


class DuplicateRule(Variant):
    """By what two rows of a sheet are told to be of the same thing (`duplicates:` of a sheet)."""

    family: ClassVar[str] = N_("duplicate rule")
    example: ClassVar[dict[str, Any]]
    """Settings that fit a sheet with the columns `name` and `phone`."""

    def columns(self) -> tuple[str, ...]:
        """The keys of the columns that it looks at."""
        raise NotImplementedError

    def compared(self, by: Comparison[Found_co]) -> Found_co:
        """The rows that it tells to be of the same thing."""
        raise NotImplementedError

    def problems(self, sheet: str, context: Context) -> Iterator[Trouble]:
        """Columns that are not there."""
        for column in self.columns():
            if message := column_problem(sheet, column, context):
                yield (), message


class SameRule(DuplicateRule):
    """The same in all of these columns: phones by number, addresses without case, texts without case, width and signs."""

    example: ClassVar[dict[str, Any]] = {"of": ["phone"]}

    type: Literal["same"] = "same"
    of: tuple[str, ...] = Field(min_length=1)

    def columns(self) -> tuple[str, ...]:
        """Those."""
        return self.of

    def compared(self, by: Comparison[Found_co]) -> Found_co:
        """By what they say."""
        return by.same(self)


class NamedRule(DuplicateRule):
    """What rules over names share."""

    example: ClassVar[dict[str, Any]] = {"column": "name"}

    column: str
    least: int = Field(90, ge=50, le=100)
    """Percent from which on two names are alike."""
    supported: int = Field(80, ge=50, le=100)
    """The same where something that few rows say (an address, a person) is the same, too."""

    def columns(self) -> tuple[str, ...]:
        """That one."""
        return (self.column,)


class CompanyRule(NamedRule):
    """Names of companies that are alike, legal forms (有限公司, GmbH, Ltd) put aside; regions in brackets must not differ."""

    type: Literal["company"] = "company"

    def compared(self, by: Comparison[Found_co]) -> Found_co:
        """As companies."""
        return by.companies(self)


class PersonRule(NamedRule):
    """Names of people that are alike, titles and the order of words put aside, where something else is the same, too: namesakes are many."""

    supported: int = Field(90, ge=50, le=100)
    """The same where something that few rows say (an address, a company) is the same, too."""

    type: Literal["person"] = "person"

    def compared(self, by: Comparison[Found_co]) -> Found_co:
        """As people."""
        return by.people(self)


def usual(spec: SheetSpec) -> tuple[DuplicateRule, ...]:
    """
    The rules of a sheet that says none: equal phones and addresses, and its first name.

    None for a sheet without a name or without a phone or an address, and for
    one that must name a row of another sheet: there the same customer may
    stand many times.
    """
    columns = {key: column for key, column in spec.columns.items() if key in spec.inputs and key != spec.key}
    ways = [key for key, column in columns.items() if isinstance(column, PhoneColumn | EmailColumn | ContactColumn)]
    names = [key for key, column in columns.items() if isinstance(column, TextColumn) and NAMES & set(key.split("_"))]
    tied = any(isinstance(column, ReferenceColumn) and column.is_required for column in columns.values())
    if spec.content != "records" or not ways or not names or tied:
        return ()
    first, others = names[0], set(columns) - {names[0]}
    about_people = not _says(first, COMPANIES) and any(_says(key, COMPANIES) for key in others)
    about_people = about_people and not any(
        _says(key, PEOPLE) and isinstance(columns[key], TextColumn) for key in others
    )
    named = PersonRule(column=first) if about_people else CompanyRule(column=first)
    return (*(SameRule(of=(key,)) for key in ways), named)


def _says(key: str, words: frozenset[str]) -> bool:
    return bool(words & set(key.split("_")))
