"""
A plain gspread worksheet and any pydantic model → records, and all issues.

No template, no marks and nothing to prepare: the script that used
`get_all_records` comes over by changing one line.  Nothing is raised for what
people did to the sheet; a row that makes no record is an issue.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

from sheetcrm.errors import UsageError
from sheetcrm.messages import tr
from sheetcrm.schema.context import BadCell, Context
from sheetcrm.schema.template import Template
from sheetcrm.sheets.given import Worksheet, worksheet_gateway
from sheetcrm.sync.notebook import Issues, Records
from sheetcrm.sync.own.fields import Header, asks_for_more, fields_of
from sheetcrm.sync.own.headers import placed
from sheetcrm.sync.own.making import parsed, records, used_rows
from sheetcrm.sync.own.tab import looked, wrong_cells, wrong_headers

__all__ = ["Header", "OwnRecords", "read"]

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class OwnRecords(Generic[M]):
    """What a worksheet holds, by a model of your own: iterate over it for the records."""

    records: list[M]
    """One for each row that is right."""
    numbers: list[int]
    """Their row numbers (1-based)."""
    issues: Issues
    """Everything wrong: first with headers and merged cells, then row by row."""
    unread: tuple[str, ...] = ()
    """Headers that no field takes."""

    def __iter__(self) -> Iterator[M]:
        """The records."""
        return iter(self.records)

    def __len__(self) -> int:
        """How many records."""
        return len(self.records)

    def __getitem__(self, at: int) -> M:
        """The record at that 0-based place, counted among those that are right."""
        return self.records[at]

    def _repr_html_(self) -> str:
        return Records(self.records)._repr_html_() + (self.issues._repr_html_() if self.issues else "")


def read(
    worksheet: Worksheet, model: type[M], *, header: int = 1, language: str | None = None, country: str = "CN"
) -> OwnRecords[M]:
    """
    The records of a gspread worksheet, and everything that is wrong in it: two requests.

    A field is found under a `Header` of its annotation, an alias, its title or
    its name, in row `header` (1-based).  Dates are read from numbers or texts,
    Decimals exactly, text byte for byte; a blank cell is the field's default.
    `language` is the one of messages (`zh`, `en`; None: as the spreadsheet's
    locale), `country` the one of phone numbers without a code.  UsageError
    when that is no worksheet, or no model; ApiError when there is no answer.
    """
    if header < 1:
        raise UsageError(tr("header={header}: rows are counted from 1", header=header))
    fields = fields_of(model)
    tab, columns = looked(worksheet_gateway(worksheet), worksheet, language)
    headers = placed(fields, columns, header)
    cells = {
        field.name: columns[headers.places[field.name]][header:] for field in fields if field.name in headers.places
    }
    context = _setting(tab.language, country)
    whole = asks_for_more(model, fields)
    kept, used = used_rows(cells)
    made = [parsed(field, used[field.name], context, whole=whole) for field in fields if field.name in used]
    wrong: dict[int, dict[str, BadCell]] = {}
    for column in made:
        for at, bad in column.bad.items():
            wrong.setdefault(at, {})[column.field.name] = bad
    lacking = any(field.required and field.name not in used for field in fields)
    found = [] if lacking else records(model, made, len(kept), wrong, whole=whole)
    numbers = [at + header + 1 for at in kept]
    issues = (*wrong_headers(tab, headers, header), *wrong_cells(tab, headers, made, wrong, numbers))
    right = [] if lacking else [number for at, number in enumerate(numbers) if at not in wrong]
    return OwnRecords(found, right, Issues(issues, tab.language), headers.unread)


@lru_cache(maxsize=64)
def _setting(language: str, country: str) -> Context:
    """What our column types want to know; no column of an own model looks at the template."""
    sheets = {"own": {"title": "-", "content": "page", "columns": {"own": {"type": "text", "title": "-"}}}}
    try:
        template = Template.model_validate({"version": 1, "title": "-", "country": country, "sheets": sheets})
    except ValidationError as error:
        raise UsageError(tr("country={country!r}: use two letters, as in CN", country=country)) from error
    return template.context(language)
