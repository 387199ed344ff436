"""
A large sheet → its rows and everything wrong in them, some thousand at a time.

The columns that are compared as a whole (keys, unique ones, those that others
lead to) are read first, as digests.  Each part is then held against the keys:
rows that were inserted above, deleted or sorted meanwhile are an error, because
some would be missing and others there twice.  What people write into cells
meanwhile is read as it then is.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date

from sheetcrm.errors import MovedMeanwhile, UsageError
from sheetcrm.layout import Layout
from sheetcrm.messages import tr
from sheetcrm.meter import Meter, unmetered
from sheetcrm.resources.base import Cell
from sheetcrm.schema.template import Template
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sync.extract import extract, parse
from sheetcrm.sync.large.binding import Binding
from sheetcrm.sync.large.digests import NOTHING, Known
from sheetcrm.sync.large.survey import Asked, Survey, Surveyed, told_apart
from sheetcrm.sync.look import Look
from sheetcrm.sync.read import judged
from sheetcrm.sync.records import FIRST_ROW, Extract, Issue
from sheetcrm.variants import nearest

ROWS = 20_000
CELLS = 500_000
"""Of a survey's request, which has few columns and so may have more rows."""


def chunks(
    gateway: Gateway,
    template: Template,
    sheet: str,
    *,
    columns: Collection[str] | None = None,
    rows: int = ROWS,
    look_every: int = 10,
    language: str | None = None,
    today: date | None = None,
    meter: Meter = unmetered,
) -> Chunks:
    """
    The records of a sheet in `Extract`s of at most `rows` rows, in the order of the sheet; one is read when it is asked for.

    `columns` (`customers.owner`; None: all) restricts what is read; the key is
    always read, and rules that need another column say nothing.  With every part the header row is looked at, every
    `look_every` parts and at the end the marks; `meter` counts the rows.  An iterator that raises
    MovedMeanwhile when rows were moved while it went on; then begin again.
    UsageError for a sheet without records or columns that there are not.
    """
    spec = template.sheets[sheet]
    if spec.content != "records":
        raise UsageError(tr("{sheet} holds no records; read it as a whole", sheet=sheet))
    if wrong := [one for one in columns or () if one.partition(".")[::2] not in {(sheet, key) for key in spec.columns}]:
        raise UsageError(
            tr(
                "no such column: {name}{hint}",
                name=wrong[0],
                hint=nearest(wrong[0], [f"{sheet}.{key}" for key in spec.columns]),
            )
        )
    chosen = [key for key in spec.columns if columns is None or f"{sheet}.{key}" in columns or key == spec.key]
    asked = Asked.of(sheet, chosen, template.context("en"))
    sheets = dict.fromkeys([sheet, *(target for target, _column in asked.targets)])
    binding = Binding(gateway, template, sheets, language=language, today=today)
    return Chunks(binding, asked, chosen, rows, look_every=look_every, meter=meter)


class Chunks(Iterator[Extract]):
    """The parts of a large sheet; see `chunks`."""

    def __init__(
        self,
        binding: Binding,
        asked: Asked,
        columns: Sequence[str],
        rows: int,
        *,
        look_every: int,
        meter: Meter = unmetered,
    ) -> None:
        """The spreadsheet has been looked at once."""
        self._binding, self._asked, self._columns = binding, asked, columns
        self._rows, self._look_every, self._meter = rows, look_every, meter
        self._whole = set(columns) == set(binding.seen.context.template.sheets[asked.sheet].columns)
        self._parts = self._read() if binding.seen.layout.has(asked.sheet) else iter(())

    def __next__(self) -> Extract:
        return next(self._parts)

    @property
    def seen(self) -> Look:
        """The last look at marks and headers, without cells."""
        return self._binding.seen

    @property
    def layout(self) -> Layout:
        """Where things stand."""
        return self.seen.layout

    @property
    def language(self) -> str:
        """Of the spreadsheet, or as asked for."""
        return self.seen.context.language

    @property
    def troubles(self) -> tuple[Issue, ...]:
        """What is wrong with the sheet, its columns and headers."""
        return tuple(
            issue for issue in judged(replace(self.seen, cells={})).troubles if issue.sheet in ("", self._asked.sheet)
        )

    def _read(self) -> Iterator[Extract]:
        survey = self._surveyed()
        order = Order(survey.keys)
        sheet = self._asked.sheet
        first, parts = FIRST_ROW, 0
        while first <= self._binding.rows(sheet):
            places = [(sheet, column) for column in self._binding.there(sheet, self._columns)]
            last = first + self._rows - 1
            cells = {column: found for (_, column), found in self._binding.read(places, first, last).items()}
            order.check(first, cells.get(self._asked.key, []), cells.get(self._asked.telling, []), self._title)
            self._meter(tr("rows read"), min(last, self._binding.rows(sheet)), self._binding.rows(sheet))
            yield self._extract(cells, first, survey)
            first, parts = last + 1, parts + 1
            if parts % self._look_every == 0 or first > self._binding.rows(sheet):
                # At the end, too: rows may have come below.
                self._binding.look_again(places)

    @property
    def _title(self) -> str:
        return self.layout.tab_title(self._asked.sheet)

    def _surveyed(self) -> Surveyed:
        """Whole columns as digests, as many rows a request as their number allows."""
        binding, survey = self._binding, Survey(self._asked, self.seen.context)
        places = [(sheet, column) for sheet, column in self._asked.places() if binding.there(sheet, [column])]
        size = max(self._rows, CELLS // max(1, len(places)))
        first = FIRST_ROW
        while places and first <= max(binding.rows(sheet) for sheet, _column in places):
            survey.add(binding.read(places, first, first + size - 1))
            most = max(binding.rows(sheet) for sheet, _column in places)
            self._meter(tr("rows surveyed"), min(first + size - 1, most), most)
            first += size
        return survey.finish()

    def _extract(self, cells: dict[str, list[Cell]], first: int, survey: Surveyed) -> Extract:
        context = replace(self.seen.context, whole=survey)
        parsed = parse(context.template.sheets[self._asked.sheet], self._asked.sheet, cells, context, first=first)
        read = None if self._whole else {f"{self._asked.sheet}.{column}" for column in self._columns}
        made = extract(parsed, survey, context, self.layout, columns=read)
        if not survey.shared:
            return made
        return replace(
            made, elsewhere=frozenset(one for one in made.ids if one is not None and hash(one) in survey.shared)
        )


class Order:
    """The keys as they stood when they were surveyed, held against the rows as they are read."""

    def __init__(self, keys: array[int]) -> None:
        """From row 2 on."""
        self._keys = keys
        self._known: Known | None = None

    def check(self, first: int, keys: Sequence[Cell], others: Sequence[Cell], title: str) -> None:
        """
        MovedMeanwhile when a key of row `first` on stood in another row.

        A key that nobody had before is a new row at the end, or was typed over
        another one; neither moves what was read.
        """
        found = told_apart([*keys, *[""] * (len(others) - len(keys))], others)
        before = self._keys[first - FIRST_ROW : first - FIRST_ROW + len(found)]
        if before == found:
            return
        self._known = self._known or Known(one for one in self._keys if one != NOTHING)
        for at, digest in enumerate(found):
            stood = before[at] if at < len(before) else None
            if digest not in (stood, NOTHING) and self._known.has(digest):
                raise MovedMeanwhile(
                    tr(
                        "{title}: rows were inserted, deleted or sorted while it was read (row {row}); try again",
                        title=title,
                        row=first + at,
                    )
                )
