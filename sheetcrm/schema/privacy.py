"""
Columns of a sheet → which are about a person, and by which one knows who it is.

`personal:` of a column says it; where it does not, ways to reach somebody are,
and in a sheet that has such a column the name beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetcrm.schema.columns.contact import ContactColumn
from sheetcrm.schema.columns.email import EmailColumn
from sheetcrm.schema.columns.id import IdColumn
from sheetcrm.schema.columns.phone import PhoneColumn
from sheetcrm.schema.columns.reference import ReferenceColumn
from sheetcrm.schema.columns.text import TextColumn
from sheetcrm.schema.context import BadCell, Context

if TYPE_CHECKING:
    from sheetcrm.schema.template import SheetSpec, Template

REACHES = (ContactColumn, EmailColumn, PhoneColumn)
NAMES = frozenset({"name", "person", "contact", "customer", "client"})
"""Words in the key of a column that say that it has somebody's name."""


def personal(spec: SheetSpec) -> tuple[str, ...]:
    """The keys of the columns that people fill and that are about a person, in order."""
    reached = bool(reaches(spec))
    return tuple(key for key in spec.inputs if _is_personal(spec, key, reached=reached))


def reaches(spec: SheetSpec) -> tuple[str, ...]:
    """Those with a phone number, an address or either."""
    return tuple(
        key
        for key, column in spec.columns.items()
        if isinstance(column, REACHES) and column.personal is not False and not column.computed
    )


def names(spec: SheetSpec) -> tuple[str, ...]:
    """Those with the name of whom the row is about."""
    return tuple(key for key in personal(spec) if _may_be_a_name(spec, key))


def hangs_on(template: Template, sheet: str) -> dict[str, str]:
    """Of the rows of a sheet that are nothing without another: the column that says which → that one's sheet."""
    spec, home = template.sheets[sheet], template.sheets[template.home_of(sheet)]
    return {
        key: column.to
        for key, column in spec.columns.items()
        if isinstance(column, ReferenceColumn) and (home.columns[key].is_required or key == spec.key)
    }


def stand_in(spec: SheetSpec, key: str, word: str, context: Context) -> bool:
    """Whether a word has to stand in that column instead of what is erased: it must not be blank, and can say so."""
    column = spec.columns[key]
    if not column.is_required or not isinstance(column, TextColumn):
        return False
    try:
        column.parse_cell(word, context)
    except BadCell:
        return False
    return True


def _is_personal(spec: SheetSpec, key: str, *, reached: bool) -> bool:
    column = spec.columns[key]
    if column.personal is not None:
        return column.personal
    return isinstance(column, REACHES) or (reached and _may_be_a_name(spec, key))


def _may_be_a_name(spec: SheetSpec, key: str) -> bool:
    column = spec.columns[key]
    return isinstance(column, TextColumn | IdColumn) and bool(NAMES & {*key.split("_")})
