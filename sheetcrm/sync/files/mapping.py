"""
Which CSV column goes into which sheet column, and how.

A mapping adds to what titles already say: a header that is a column's key or
title, in any language, needs no entry.  An entry of `null` leaves the column out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from sheetcrm import yamlfile
from sheetcrm.errors import FileError, Problem
from sheetcrm.schema.columns.base import Column
from sheetcrm.schema.template import SheetSpec
from sheetcrm.sync.files.csvfile import CsvFile
from sheetcrm.variants import nearest

BLANKS = ("NULL", r"\N")
"""What databases write for nothing."""


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return text


class Source(BaseModel):
    """Where a sheet column's cells come from: a CSV column (`from`) or the same `value` in every row."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    header: str | None = Field(None, alias="from")
    """The CSV column's header; alone it may be written as a bare text."""
    value: str | None = None
    values: dict[str, str] | None = None
    """CSV text → what is written; a text that is not listed is written as it stands."""
    format: str | None = None
    """How the file writes dates, in `strptime`'s letters; the calendar day is taken, the time dropped."""

    @model_validator(mode="before")
    @classmethod
    def _bare_header(cls, value: Any) -> Any:
        return {"from": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.header is None) == (self.value is None):
            raise ValueError("say either from: (a header of the CSV) or value: (the same in every row)")
        return self

    def cells(self, texts: list[str]) -> list[str]:
        """What to write for these CSV texts; a date that is not in `format` stays as it is, to be refused later."""
        if self.values is not None:
            texts = [self.values.get(text, text) for text in texts]
        return texts if self.format is None else [_day(text, self.format) for text in texts]


class ImportMap(BaseModel):
    """A mapping file; everything is optional."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    encoding: str | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    blank: tuple[str, ...] = BLANKS
    """Texts that mean a blank cell, besides the empty one."""
    columns: dict[str, Source | None] = {}
    """Column key → where its cells come from."""
    expect: dict[str, Annotated[str, AfterValidator(_pattern)]] = {}
    """CSV header → a regular expression that every whole cell that is not blank matches; else the row is refused."""


def read_map(path: Path) -> ImportMap:
    """The mapping in that file; FileError with file and line when it is not one."""
    return yamlfile.validate(ImportMap, yamlfile.read(path), FileError)


def sources(spec: SheetSpec, file: CsvFile, mapping: ImportMap) -> dict[str, Source]:
    """
    Column key → source, in the order of the sheet.

    FileError when the mapping names what is not there, a header that is
    needed stands twice, or the file's first line names none of the columns.
    """
    headers = [cell.strip() for cell in file.header.cells]
    problems = list(_problems(spec, headers, file, mapping))
    if problems:
        raise FileError(problems)
    taken = {source.header for source in mapping.columns.values() if source is not None}
    found: dict[str, Source] = {}
    for key, column in _writable(spec).items():
        source = mapping.columns.get(key)
        if key not in mapping.columns and (header := _titled(_titles(key, column), headers)) not in (None, *taken):
            source = Source(header=header)
        if source is not None:
            found[key] = source
    _usable(found, headers, spec, file)
    return found


def _problems(spec: SheetSpec, headers: list[str], file: CsvFile, mapping: ImportMap) -> Iterator[Problem]:
    for key, source in mapping.columns.items():
        if key not in spec.columns:
            message = f"the mapping names a column that the sheet does not have{nearest(key, list(spec.columns))}"
            yield Problem(file.path, None, key, message)
        elif key not in _writable(spec):
            yield Problem(file.path, None, key, "the sheet fills this column itself; leave it out of the mapping")
        elif source is not None and source.header is not None and source.header not in headers:
            message = f"the file has no column {source.header}{nearest(source.header, headers)}"
            yield Problem(file.path, file.header.number, key, message)
    for header in mapping.expect:
        if header not in headers:
            message = f"the file has no column {header}{nearest(header, headers)}"
            yield Problem(file.path, file.header.number, "expect", message)


def _usable(found: dict[str, Source], headers: list[str], spec: SheetSpec, file: CsvFile) -> None:
    used = [source.header for source in found.values() if source.header is not None]
    if not used:
        titles = ", ".join(_titles(key, column)[1] for key, column in _writable(spec).items())
        message = (
            f"the first line must name the columns, and none of its cells ({', '.join(headers[:6])} …) is one of: "
            f"{titles}; put a header line there, or map the columns with --map"
        )
        raise FileError([Problem(file.path, file.header.number, "", message)])
    twice = [header for header in dict.fromkeys(used) if headers.count(header) > 1]
    if twice:
        message = f"two columns are called {twice[0]}; rename one of them"
        raise FileError([Problem(file.path, file.header.number, "", message)])


def unused(file: CsvFile, found: Mapping[str, Source]) -> tuple[str, ...]:
    """The file's columns that go nowhere, in its order."""
    used = {source.header for source in found.values()}
    return tuple(header for header in (cell.strip() for cell in file.header.cells) if header and header not in used)


def _writable(spec: SheetSpec) -> dict[str, Column]:
    return {key: column for key, column in spec.columns.items() if not column.computed and not key.startswith("_")}


def _titles(key: str, column: Column) -> tuple[str, ...]:
    return (key, *column.title.all(), *column.aliases)


def _titled(titles: tuple[str, ...], headers: list[str]) -> str | None:
    """The header that is one of these titles; capitals and blanks around make no difference."""
    wanted = {title.casefold() for title in titles}
    return next((header for header in headers if header.casefold() in wanted), None)


@lru_cache(maxsize=4096)
def _day(text: str, form: str) -> str:
    try:
        return datetime.strptime(text.strip(), form).date().isoformat()  # noqa: DTZ007 - a calendar day has no zone
    except ValueError:
        return text
