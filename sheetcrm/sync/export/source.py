"""
Spreadsheet → the parts of some sheets, and what dropdowns in them offer.

Small sheets come from one reading (two requests for all); large ones in parts.
One request tells which is which.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sheetcrm.errors import SheetcrmError
from sheetcrm.layout import Layout
from sheetcrm.meter import Meter, unmetered
from sheetcrm.schema.columns.base import Context, Place
from sheetcrm.schema.template import Template
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sync.large.chunks import ROWS, chunks
from sheetcrm.sync.large.survey import Asked
from sheetcrm.sync.read import read
from sheetcrm.sync.records import Extract, Issue, Reading

LARGE = 500_000
"""Cells of a grid from which on a sheet is read in parts."""
GRIDS = "sheets(properties(sheetId,title,sheetType,gridProperties),developerMetadata)"
_RANGE = re.compile(r"=\{(\w+)\.(\w+)\}")
MOST_OFFERED = 5_000


@dataclass(frozen=True)
class Source:
    """One sheet that is about to be read: `parts` can be gone through once."""

    sheet: str
    context: Context
    layout: Layout
    parts: Iterator[Extract]
    troubles: tuple[Issue, ...]
    offered: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Sources:
    """Where sheets come from."""

    gateway: Gateway
    template: Template
    language: str | None = None
    today: date | None = None
    large: int = LARGE
    rows: int = ROWS
    meter: Meter = unmetered
    """Counts the rows of large sheets."""

    def of(self, sheets: Sequence[str], columns: Mapping[str, Collection[str]]) -> Iterator[Source]:
        """One after the other; of large sheets only those `columns` are read, where they are said."""
        context = self.template.context("en", self.today)
        small = self._small()
        needed = {sheet: {one for one, _ in Asked.of(sheet, self._all(sheet), context).targets} for sheet in sheets}
        at_once = [sheet for sheet in sheets if {sheet, *needed[sheet]} <= small]
        also = {other for sheet in sheets for other in self._offering(sheet, context) | needed[sheet]} & small
        reading = self._read([*at_once, *sorted(also - set(at_once))])
        for sheet in sheets:
            if reading is not None and sheet in at_once:
                yield self._of_reading(reading, sheet)
            else:
                yield self._in_parts(sheet, columns.get(sheet), reading)

    def _all(self, sheet: str) -> tuple[str, ...]:
        return tuple(self.template.sheets[sheet].columns)

    def _small(self) -> set[str]:
        """The sheets whose grid is not large, those that are not there among them."""
        layout = Layout.locate(self.gateway.describe(GRIDS), self.template.wanted())
        cells = {sheet: layout.rows(sheet) * layout.width(sheet) for sheet in layout.sheets()}
        return {sheet for sheet in self.template.sheets if cells.get(sheet, 0) <= self.large}

    def _read(self, sheets: list[str]) -> Reading | None:
        if not sheets:
            return None
        return read(self.gateway, self.template, language=self.language, sheets=sheets, today=self.today)

    def _of_reading(self, reading: Reading, sheet: str) -> Source:
        parts = [reading.extracts[sheet]] if sheet in reading.extracts else []
        troubles = tuple(issue for issue in reading.troubles if issue.sheet in ("", sheet))
        context = self.template.context(reading.language, self.today)
        return Source(sheet, context, reading.layout, iter(parts), troubles, self._offered(sheet, context, reading))

    def _in_parts(self, sheet: str, columns: Collection[str] | None, reading: Reading | None) -> Source:
        wanted = None if columns is None else {f"{sheet}.{column}" for column in columns}
        found = chunks(
            self.gateway,
            self.template,
            sheet,
            columns=wanted,
            rows=self.rows,
            language=self.language,
            today=self.today,
            meter=self.meter,
        )
        context = found.seen.context
        return Source(sheet, context, found.layout, found, found.troubles, self._offered(sheet, context, reading))

    def _offering(self, sheet: str, context: Context) -> set[str]:
        """The sheets in which dropdowns of that sheet look."""
        return {
            match[1] for values in self._dropdowns(sheet, context).values() if (match := _RANGE.fullmatch(values[0]))
        }

    def _dropdowns(self, sheet: str, context: Context) -> dict[str, tuple[str, ...]]:
        """Column → what Sheets is told to offer: words, or one range in key form."""
        found = {}
        for key, column in self.template.sheets[sheet].columns.items():
            rule = column.validation(Place(sheet, key), context)
            if rule is not None and rule.condition.type in ("ONE_OF_LIST", "ONE_OF_RANGE") and rule.condition.values:
                found[key] = rule.condition.values
            elif rule is not None and rule.condition.type == "BOOLEAN":
                found[key] = ("TRUE", "FALSE")
        return found

    def _offered(self, sheet: str, context: Context, reading: Reading | None) -> dict[str, tuple[str, ...]]:
        found = {}
        for key, values in self._dropdowns(sheet, context).items():
            match = _RANGE.fullmatch(values[0])
            words = values if match is None else _words(reading, match[1], match[2])
            if 0 < len(words) <= MOST_OFFERED:
                found[key] = words
        return found


def _words(reading: Reading | None, sheet: str, column: str) -> tuple[str, ...]:
    """What stands in that column, each once, as people see it; nothing when it was not read."""
    if reading is None or sheet not in reading.extracts:
        return ()
    cells: Iterable[object] = reading.extracts[sheet].parsed.used.get(column, ())
    return tuple(dict.fromkeys(str(cell) for cell in cells if cell not in ("", None)))


def named(issue: Issue) -> SheetcrmError:
    """A sheet that is not there, as a reason to stop."""
    return SheetcrmError(f"{issue.message} ({issue.link})" if issue.link else issue.message)
