"""
Which column of a file goes into which column of the sheet, and how.

A mapping adds to what titles already say: a header that is a column's key,
title or alias, in any language, needs no entry; capitals, blanks and signs make
no difference.  An entry of `null` leaves the column out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from sheetcrm import yamlfile
from sheetcrm.errors import FileError, Problem
from sheetcrm.messages import tr
from sheetcrm.resources.base import Cell
from sheetcrm.schema.columns.base import Column
from sheetcrm.schema.columns.reading import plain
from sheetcrm.schema.template import SheetSpec
from sheetcrm.sync.files.table import Table, said
from sheetcrm.variants import nearest

BLANKS = ("NULL", r"\N")
"""What databases write for nothing."""


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(tr("not a regular expression: {error}", error=error)) from error
    return text


def _day_format(text: str) -> str:
    if "%y" in text:
        raise ValueError(tr("a year of two digits may be of two centuries; the file must write four (%Y)"))
    if not all(part in text for part in ("%Y", "%d")):
        raise ValueError(tr("a date needs a day and a year of four digits, as in %d.%m.%Y"))
    return text


DecimalMark = Literal[".", ","]
Header = Annotated[str, AfterValidator(plain)]
"""As people see it, without what cannot be seen."""


class Source(BaseModel):
    """Where a sheet column's cells come from: a column of the file (`from`) or the same `value` in every row."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    header: Header | None = Field(None, alias="from")
    """The header in the file; alone it may be written as a bare text."""
    value: str | None = None
    values: dict[str, str] | None = None
    """Text in the file → what is written; a text that is not listed is written as it stands."""
    format: Annotated[str, AfterValidator(_day_format)] | None = None
    """How the file writes dates, in `strptime`'s letters; the calendar day is taken, the time dropped."""
    decimal: DecimalMark | None = None
    """What stands before the decimals of this column, where it is another sign than in the others."""

    @model_validator(mode="before")
    @classmethod
    def _bare_header(cls, value: Any) -> Any:
        return {"from": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.header is None) == (self.value is None):
            raise ValueError(tr("say either from: (a header of the file) or value: (the same in every row)"))
        return self

    def cells(self, found: list[Cell]) -> list[Cell]:
        """What to write for these cells of the file; a date that is not in `format` stays as it is, to be refused later."""
        if self.values is not None:
            known = self.values
            found = [known.get(said(cell), cell) for cell in found]
        form = self.format
        return found if form is None else [_day(cell, form) if isinstance(cell, str) else cell for cell in found]


class ImportMap(BaseModel):
    """A mapping file; everything is optional."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    encoding: str | None = None
    """Of a CSV, by Python's name; None: as it is found out."""
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    tab: str | None = None
    """Which tab of an Excel file."""
    header: Annotated[int, Field(ge=1)] | None = None
    """The line (of a spreadsheet: row) that names the columns; what stands above is left out.  None: the first."""
    key: str | None = None
    """The column by which rows are known again, instead of the sheet's key."""
    decimal: DecimalMark | None = None
    """What stands before the decimals; None: a point, and what could be both is refused."""
    blank: tuple[str, ...] = BLANKS
    """Texts that mean a blank cell, besides the empty one."""
    columns: dict[str, Source | None] = {}
    """Column key → where its cells come from."""
    expect: dict[Header, Annotated[str, AfterValidator(_pattern)]] = {}
    """Header in the file → a regular expression that every whole cell that is not blank matches; else the row is refused."""


def read_map(path: Path) -> ImportMap:
    """The mapping in that file; FileError with file and line when it is not one."""
    return yamlfile.validate(ImportMap, yamlfile.read(path), FileError)


def sources(spec: SheetSpec, file: Table, mapping: ImportMap) -> dict[str, Source]:
    """
    Column key → source, in the order of the sheet.

    FileError when the mapping names what is not there, a header that is
    needed stands twice, or the file's first line names none of the columns.
    """
    headers = list(file.headers)
    problems = list(_problems(spec, headers, file, mapping))
    if problems:
        raise FileError(problems)
    found = {**by_title(spec, headers, mapping), **{key: one for key, one in mapping.columns.items() if one}}
    found = {key: found[key] for key in writable(spec) if key in found}
    _usable(found, headers, spec, file)
    return found


def by_title(spec: SheetSpec, headers: Sequence[str], mapping: ImportMap) -> dict[str, Source]:
    """The columns of which the mapping says nothing: those that are called so to the letter go first."""
    taken = {source.header for source in mapping.columns.values() if source is not None}
    found: dict[str, Source] = {}
    for look in (exactly, nearly):
        for key, column in writable(spec).items():
            if key in mapping.columns or key in found:
                continue
            header = look(names(key, column), [one for one in headers if one not in taken])
            if header is not None:
                found[key] = Source(header=header)
        taken |= {source.header for source in found.values()}
    return found


def _problems(spec: SheetSpec, headers: list[str], file: Table, mapping: ImportMap) -> Iterator[Problem]:
    for key, source in mapping.columns.items():
        if key not in spec.columns:
            hint = nearest(key, list(spec.columns))
            message = tr("the mapping names a column that the sheet does not have{hint}", hint=hint)
            yield Problem(file.path, None, key, message)
        elif key not in writable(spec):
            yield Problem(file.path, None, key, tr("the sheet fills this column itself; leave it out of the mapping"))
        elif source is not None and source.header is not None and source.header not in headers:
            message = _missing(source.header, headers)
            yield Problem(file.path, file.header.number, key, message)
    for header in mapping.expect:
        if header not in headers:
            yield Problem(file.path, file.header.number, "expect", _missing(header, headers))


def _missing(header: str, headers: list[str]) -> str:
    return tr("the file has no column {header}{hint}", header=header, hint=nearest(header, headers))


def _usable(found: dict[str, Source], headers: list[str], spec: SheetSpec, file: Table) -> None:
    used = [source.header for source in found.values() if source.header is not None]
    if not used:
        titles = ", ".join(names(key, column)[1] for key, column in writable(spec).items())
        message = tr(
            "the first line must name the columns, and none of its cells ({cells} …) is one of: "
            "{titles}; put a header line there, or map the columns with --map",
            cells=", ".join(headers[:6]),
            titles=titles,
        )
        raise FileError([Problem(file.path, file.header.number, "", message)])
    twice = [header for header in dict.fromkeys(used) if headers.count(header) > 1]
    if twice:
        message = tr("two columns are called {header}; rename one of them", header=twice[0])
        raise FileError([Problem(file.path, file.header.number, "", message)])


def unused(spec: SheetSpec, file: Table, found: Mapping[str, Source]) -> tuple[str, ...]:
    """The file's columns that go nowhere, in its order; those that the sheet computes itself are not missed."""
    used = {source.header for source in found.values()}
    left = [header for header in file.headers if header and header not in used]
    known = {bared(name) for key, column in spec.columns.items() if column.computed for name in names(key, column)}
    return tuple(header for header in left if bared(header) not in known)


def writable(spec: SheetSpec) -> dict[str, Column]:
    """What a file may fill: not what the sheet computes; the hidden id, so that what we exported comes back by it."""
    return {
        key: column
        for key, column in spec.columns.items()
        if not column.computed and (not key.startswith("_") or key == spec.key)
    }


def names(key: str, column: Column) -> tuple[str, ...]:
    """Everything that a column is called."""
    return (key, *column.title.all(), *column.aliases)


def exactly(wanted: Iterable[str], headers: Sequence[str]) -> str | None:
    """The header that is one of these names; capitals make no difference."""
    known = {name.casefold() for name in wanted}
    return next((header for header in headers if header.casefold() in known), None)


def nearly(wanted: Iterable[str], headers: Sequence[str]) -> str | None:
    """The only header that is one of these names but for capitals, blanks and signs."""
    bare = {bared(name) for name in wanted} - {""}
    alike = [header for header in headers if bared(header) in bare]
    return alike[0] if len(alike) == 1 else None


def bared(name: str) -> str:
    """A name without what tells nothing: `E-Mail *`, `e_mail` and `Email（必填）` are one."""
    without = re.sub(r"[(\[（【].*?[)\]）】]\s*\*?\s*$", "", plain(name))
    return "".join(char for char in without.casefold() if char.isalnum())


@lru_cache(maxsize=4096)
def _day(text: str, form: str) -> str:
    try:
        return datetime.strptime(text.strip(), form).date().isoformat()  # noqa: DTZ007 - a calendar day has no zone
    except ValueError:
        return text
