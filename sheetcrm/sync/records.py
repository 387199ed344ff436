"""
A sheet's columns → a pydantic model; what a reading is made of.

Every field of a model may be None: a bad cell is an issue and leaves its
field blank, so a row that is half right still has a record.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, create_model

if TYPE_CHECKING:
    from sheetcrm.layout import Layout
    from sheetcrm.resources.base import Cell
    from sheetcrm.schema.template import Template

FIRST_ROW = 2
"""The row number, as people see it, of the first row below the header."""


@dataclass(frozen=True)
class Row:
    """
    One row that is not blank.

    `number` is 1-based with the header as row 1.  `id` is the text of the
    key column, or of the hidden `_id`; None while it is blank.
    """

    number: int
    id: str | None
    record: BaseModel
    sample: bool = False
    """One of the template's example rows: shown, never mailed, never added twice."""
    complete: bool = True
    """Every cell made sense and keeps the rules; otherwise the fields of cells that made none are None in `record`."""
    unique: bool = True
    """No other row has this id; rows for which this is False are reported and never mailed."""

    def get(self, column: str) -> Any:
        """The value of that column key; None when it is blank, wrong or not there."""
        return getattr(self.record, column, None)


@dataclass(frozen=True)
class Issue:
    """One thing wrong in one cell (or column, or sheet), said so that its owner can find and fix it."""

    sheet: str
    row: int | None
    """1-based; None when the whole column or sheet is meant."""
    column: str | None
    """The column's key; None when the whole row or sheet is meant."""
    code: str
    """A short word for programs; never translated."""
    message: str
    """For people, in the language of the sheet."""
    a1: str = ""
    """As people say it: `客户进度!D7`; empty when there is no such place."""
    link: str = ""
    text: str = ""
    """What stands in the cell."""
    suggestion: str | None = None
    """What the cell should probably say."""
    owner: str | None = None
    """The name in the row's owner column, when it has one."""


@dataclass(frozen=True)
class Extract:
    """One sheet as read: its rows in the order of the sheet, and what is wrong in them."""

    sheet: str
    rows: tuple[Row, ...]
    issues: tuple[Issue, ...]
    cells: Mapping[str, list[Cell]] = field(default_factory=dict, repr=False, compare=False)
    """Column key → cells as they stand from row 2 on, all of one length; columns that were not found are missing."""

    def cell(self, row: int, column: str) -> Cell:
        """What stands there, exactly; `row` is 1-based; None where nothing was read."""
        cells = self.cells.get(column, ())
        return cells[row - FIRST_ROW] if 0 <= row - FIRST_ROW < len(cells) else None

    def by_id(self) -> dict[str, Row]:
        """Rows that have an id of their own; rows that share one are left out."""
        return {row.id: row for row in self.rows if row.id is not None and row.unique}


@dataclass(frozen=True)
class Reading:
    """One look at a spreadsheet: where things stand, its records and all issues."""

    layout: Layout
    language: str
    template: Template
    extracts: Mapping[str, Extract]
    troubles: tuple[Issue, ...] = ()
    """What is wrong with whole sheets, columns and headers; the issues of rows are in their extracts."""

    @property
    def issues(self) -> tuple[Issue, ...]:
        """Everything wrong: troubles first, then sheet by sheet in the order of the template, row by row."""
        return (*self.troubles, *(issue for extract in self.extracts.values() for issue in extract.issues))

    def rows(self) -> Iterator[tuple[str, Row]]:
        """Every row of every sheet that was read, with the key of its sheet."""
        for sheet, extract in self.extracts.items():
            for row in extract.rows:
                yield sheet, row


@lru_cache(maxsize=64)
def model(template: Template, sheet: str) -> type[BaseModel]:
    """
    The record of that sheet: a frozen pydantic model with one field a column, by column key.

    Formula results are fields too; the hidden `_id` is not (see `Row.id`).
    The fields do not depend on the language.  KeyError when there is no such sheet.
    """
    columns = template.sheets[sheet].columns
    fields: dict[str, Any] = {
        key: (column.python_annotation() | None, None) for key, column in columns.items() if not key.startswith("_")
    }
    with warnings.catch_warnings():
        # A column may be called `copy` or `schema`; the record's field is then what is meant.
        warnings.filterwarnings("ignore", message="Field name .* shadows an attribute", category=UserWarning)
        made: type[BaseModel] = create_model(
            f"{sheet.title().replace('_', '')}Record",
            __config__=ConfigDict(frozen=True, extra="forbid", protected_namespaces=()),
            **fields,
        )
    return made
