"""
Spreadsheet → files.

People who move rows while a large sheet is read cause another try from the
start: files are put into place only when all was read as it stood.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sheetcrm.errors import MovedMeanwhile, UsageError
from sheetcrm.messages import tr
from sheetcrm.schema.template import Template
from sheetcrm.sync.export.formats import Format
from sheetcrm.sync.export.pages import Chosen, Options, Table, Unfit, Where, fields
from sheetcrm.sync.export.source import Source, Sources, named
from sheetcrm.sync.export.target import Drafts, drafts
from sheetcrm.sync.records import Issue

Result = TypeVar("Result")
TRIES = 3


@dataclass(frozen=True)
class ExportedSheet:
    """What became of one sheet."""

    sheet: str
    rows: int
    wrong: int
    """Cells that made no sense: blank, or marked where the format shows them."""
    issues: int
    """Everything wrong in the rows that were read, these cells among it."""
    unfit: tuple[Unfit, ...] = ()
    """Values that the format cannot hold; they are blank, too."""
    troubles: tuple[Issue, ...] = ()
    """What is wrong with the sheet's columns and headers."""
    withheld: int = 0
    """Rows whose personal columns are blank because their person did not agree."""


@dataclass(frozen=True)
class Exported:
    """What was written, and where."""

    sheets: tuple[ExportedSheet, ...]
    files: tuple[Path, ...]


@dataclass(frozen=True)
class Wish:
    """What is to be exported of a sheet: columns by key or title (None: all), rows by `column=value`."""

    sheet: str
    columns: tuple[str, ...] | None = None
    where: tuple[str, ...] = ()
    agreed: bool = False
    """Personal columns only of people who agreed, where the sheet asks for that (`consent:`)."""


def export(
    sources: Sources,
    wishes: Sequence[Wish],
    out: Path,
    form: type[Format],
    options: Options | None = None,
    *,
    samples: bool = False,
) -> Exported:
    """
    Write those sheets to `out`: a file, or a folder with a file a sheet where the format holds only one.

    Nothing is put into place unless all was read and written.  UsageError for
    columns that there are not and for what cannot be written, SheetcrmError
    when a sheet is not there, MovedMeanwhile when people move rows each time.
    """
    options = options or Options()
    if not form.many and len(wishes) > 1 and out.suffix:
        raise UsageError(tr("{out}: a file in {name} holds one sheet; name a folder", out=out, name=form.name))

    def once() -> Exported:
        with drafts() as made:
            return _Writing(sources, form, options, samples).all(wishes, out, made)

    return tried(once)


def tried(work: Callable[[], Result]) -> Result:
    """Again from the start when people moved rows or columns, three times at most."""
    for _ in range(TRIES - 1):
        try:
            return work()
        except MovedMeanwhile:
            continue
    return work()


@dataclass
class _Writing:
    sources: Sources
    form: type[Format]
    options: Options
    samples: bool

    def all(self, wishes: Sequence[Wish], out: Path, made: Drafts) -> Exported:
        folder = not self.form.many and (len(wishes) > 1 or out.is_dir())
        files = [out / f"{wish.sheet}.{self.form.name}" for wish in wishes] if folder else [out]
        found: list[ExportedSheet] = []
        writer: Format | None = None
        try:
            for at, (wish, source) in enumerate(zip(wishes, self._sources(wishes), strict=True)):
                if writer is None or folder:
                    writer = self._closed(writer, made, files[at])
                found.append(self._sheet(writer, wish, source))
            if writer is not None:
                writer.close()
                writer = None
        finally:
            if writer is not None:
                writer.abandon()
        return Exported(tuple(found), tuple(files))

    def _closed(self, before: Format | None, made: Drafts, file: Path) -> Format:
        if before is not None:
            before.close()
        return self.form(made.beside(file), self.options)

    def _sources(self, wishes: Sequence[Wish]) -> Iterator[Source]:
        return self.sources.of(
            [wish.sheet for wish in wishes],
            {wish.sheet: read for wish in wishes if (read := self._read(wish)) is not None},
        )

    def _read(self, wish: Wish) -> set[str] | None:
        """The columns that must be read; None: all, for rules look at others than are written."""
        if wish.columns is None or self.options.issues:
            return None
        context = self.sources.template.context("en")
        written = fields(wish.sheet, context, wish.columns, ids=True, issues=False)
        tested = (Where.parse(text, wish.sheet, context).column for text in wish.where)
        return {*(one.key for one in written), *tested, *consented(wish, self.sources.template)}

    def _sheet(self, writer: Format, wish: Wish, source: Source) -> ExportedSheet:
        chosen = choice(
            wish, source, ids=self.form.ids, issues=self.options.issues and not self.form.many, samples=self.samples
        )
        writer.begin(chosen.table)
        rows = wrong = issues = withheld = 0
        unfit: list[Unfit] = []
        for part in source.parts:
            page, blank = chosen.page(part)
            writer.write(page)
            rows, wrong, issues = rows + len(page), wrong + blank, issues + len(part.issues)
            withheld += page.withheld
            unfit += page.unfit
            writer.note(
                [(one.a1, one.text, one.message, one.link) for one in chosen.issues(part)]
                if self.options.issues
                else []
            )
        return ExportedSheet(wish.sheet, rows, wrong, issues, tuple(unfit), source.troubles, withheld)


def consented(wish: Wish, template: Template) -> frozenset[str]:
    """The columns that have to be read to know who agreed."""
    consent = template.sheets[wish.sheet].consent
    return frozenset(consent.when) if wish.agreed and consent is not None else frozenset()


def choice(wish: Wish, source: Source, *, ids: bool, issues: bool, samples: bool) -> Chosen:
    """The rows and columns of a sheet that were wished for; SheetcrmError when the sheet is not there."""
    for trouble in source.troubles:
        if not source.layout.has(wish.sheet) and trouble.sheet == wish.sheet:
            raise named(trouble)
    made = tuple(fields(wish.sheet, source.context, wish.columns, ids=ids, issues=issues))
    table = Table(wish.sheet, source.layout.tab_title(wish.sheet), made, source.context, source.layout, source.offered)
    where = tuple(Where.parse(text, wish.sheet, source.context) for text in wish.where)
    return Chosen(table, where, samples, wish.agreed)
