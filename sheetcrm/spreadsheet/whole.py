"""
A spreadsheet as Python users have it: its sheets by key, their records, and what is wrong.

What is read is one look: it does not change until `refresh`, so a loop over it
sees one state of the spreadsheet whatever people type meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import ModuleType, TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, overload
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from sheetcrm.errors import UsageError
from sheetcrm.messages import tr
from sheetcrm.sheets.manners import Wait, nobody
from sheetcrm.spreadsheet.sheet import Sheet
from sheetcrm.spreadsheet.source import Source, opened
from sheetcrm.sync.cells import Log
from sheetcrm.sync.look import look
from sheetcrm.sync.models import models_of
from sheetcrm.sync.notebook import Issues, cell, table
from sheetcrm.sync.read import judged
from sheetcrm.sync.records import Reading, model
from sheetcrm.sync.save import Saved
from sheetcrm.variants import nearest

if TYPE_CHECKING:
    from sheetcrm.config import Config
    from sheetcrm.schema.template import Template

__all__ = ["Progress", "Requests", "Spreadsheet", "open_spreadsheet"]

R = TypeVar("R", bound=BaseModel)
Progress = Callable[[int, int, str], object]
"""Told of long work: how many steps are done, of how many, and what comes now."""


def open_spreadsheet(
    source: Any = None,
    template: str | Path | Template | None = None,
    *,
    language: str | None = None,
    config: str | Path | Config | None = None,
    today: date | None = None,
    models: ModuleType | Mapping[str, type[BaseModel]] | None = None,
    sheets: Collection[str] | None = None,
    columns: Collection[str] | None = None,
    samples: bool = False,
    progress: Progress | None = None,
    waiting: Callable[[Wait], None] = nobody,
) -> Spreadsheet:
    """
    Open a spreadsheet: `with open_spreadsheet("客户") as crm: …`; nothing is read before it is asked for.

    `source` is a name in the config, a URL, an id (None: the config's only
    one), a gspread Spreadsheet or (client, id).  `template` is a name, a path
    or a Template; None: as the config says, or as the spreadsheet is marked.
    `language` is the one of messages (`zh`, `en`), `today` the day for rules
    and stamps (None: today in the template's time zone).  `models` is a module
    from `sheetcrm template models`, or classes by sheet key.  Only `sheets`
    and `columns` (`customers.phone`) are read, if given; without `samples` the
    template's example rows are left out.  `waiting` is told before each wait for
    Google's quota, where one is kept.  UsageError says what is not usable.
    """
    found = opened(source, template, language, config, waiting)
    try:
        wish = Wish(
            today, _known_sheets(found.template, sheets, columns), _known_columns(found.template, columns), samples
        )
        return Spreadsheet(found, wish, models=models_of(models, found.template), progress=progress)
    except BaseException:
        found.close()
        raise


@dataclass(frozen=True)
class Wish:
    """What is to be read, and as of which day."""

    today: date | None
    sheets: tuple[str, ...] | None
    columns: frozenset[str] | None
    samples: bool


@dataclass(frozen=True)
class Requests:
    """What it has cost so far: requests to the Sheets API that read, and that wrote."""

    reads: int
    writes: int


class Spreadsheet(AbstractContextManager["Spreadsheet"]):
    """Its sheets by key (`crm["customers"]`, or by a class of `models`); made by `open_spreadsheet`."""

    def __init__(
        self,
        source: Source,
        wish: Wish,
        *,
        models: Mapping[str, type[BaseModel]],
        progress: Progress | None = None,
    ) -> None:
        """Nothing is read yet."""
        self.template = source.template
        self.source, self.wish, self.models = source, wish, dict(models)
        self._progress = progress or (lambda _done, _of, _what: None)
        self._reading: Reading | None = None
        self._sheets: dict[str, Sheet[Any]] = {}

    @property
    def id(self) -> str:
        """Google's id of the file."""
        return self.source.gateway.spreadsheet_id

    @property
    def title(self) -> str:
        """The file's name."""
        return self.reading.layout.title

    @property
    def url(self) -> str:
        """Its page."""
        return self.reading.layout.url

    @property
    def language(self) -> str:
        """`zh` or `en`: the one that its team reads, and that messages are in."""
        return self.reading.language

    @property
    def today(self) -> date:
        """The day for rules and stamps."""
        return self.wish.today or datetime.now(UTC).astimezone(ZoneInfo(self.template.time_zone)).date()

    @property
    def issues(self) -> Issues:
        """Everything wrong in what was read, headers and missing columns first."""
        return Issues(self.reading.issues, self.reading.language)

    @property
    def requests(self) -> Requests:
        """What it has cost so far."""
        counts = self.source.gateway.counts
        return Requests(counts.reads, counts.writes)

    @property
    def reading(self) -> Reading:
        """The look that everything here comes from; two requests when there has been none yet."""
        if self._reading is None:
            self._reading = self._look()
        return self._reading

    def written(self, what: str, sheet: str, write: Callable[[Log | None], Saved]) -> Saved:
        """Carry out a write, in the journal if there is a config; what was read stays as it is."""
        journal = self.source.journal
        log = None if journal is None else Log(journal, f"{what} {sheet}", datetime.now(UTC))
        self._progress(0, 1, f"{what} {sheet}")
        saved = write(log)
        self._progress(1, 1, f"{what} {sheet}")
        return saved

    def refresh(self) -> Self:
        """Forget what was read: what is asked for next is looked at again."""
        self._reading = None
        for sheet in self._sheets.values():
            sheet.forget()
        return self

    def close(self) -> None:
        """Close the way to the spreadsheet; what was read stays."""
        self.source.close()

    @overload
    def __getitem__(self, sheet: str) -> Sheet[Any]: ...
    @overload
    def __getitem__(self, sheet: type[R]) -> Sheet[R]: ...
    def __getitem__(self, sheet: str | type[BaseModel]) -> Sheet[Any]:
        """The sheet of that key, title or class; UsageError names the nearest right word."""
        key = self._key(sheet)
        if key not in self._sheets:
            self._sheets[key] = Sheet(self, key)
        return self._sheets[key]

    def __iter__(self) -> Iterator[str]:
        """The keys of its sheets of records, in the order of the template."""
        return iter(self.template.records if self.wish.sheets is None else self.wish.sheets)

    def __len__(self) -> int:
        """How many sheets of records."""
        return len(list(iter(self)))

    def __contains__(self, sheet: object) -> bool:
        """Whether that is the key of a sheet of records."""
        return sheet in tuple(self)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Close it."""
        self.close()

    def __repr__(self) -> str:
        """Which one it is; its name where it has been looked at."""
        name = self.id if self._reading is None else repr(self._reading.layout.title)
        return f"<Spreadsheet {name} from {self.template.key}>"

    def _repr_html_(self) -> str:
        rows = ([cell(key), cell(self[key].title), cell(len(self[key])), cell(len(self[key].issues))] for key in self)
        return table(("sheet", "title", "records", "issues"), rows, 0, tr("no sheets"))

    def _look(self) -> Reading:
        self._progress(0, 2, tr("reading cells"))
        wish, source = self.wish, self.source
        seen = look(
            source.gateway,
            self.template,
            language=source.language,
            sheets=wish.sheets,
            columns=wish.columns,
            today=self.today,
        )
        self._progress(1, 2, tr("checking"))
        reading = judged(seen)
        made = {key: replace(extract, made=self.models.get(key)) for key, extract in reading.extracts.items()}
        self._progress(2, 2, tr("done"))
        return replace(reading, extracts=made)

    def _key(self, sheet: str | type[BaseModel]) -> str:
        if isinstance(sheet, type):
            for key in self:
                if self.models.get(key) is sheet or model(self.template, key) is sheet:
                    return key
            raise UsageError(
                tr("{name} is not among the models; say open_spreadsheet(…, models=…)", name=sheet.__name__)
            )
        titles = {title: key for key in self for title in (*self.template.titles(key), key)}
        if sheet not in titles:
            there = ", ".join(self)
            raise UsageError(
                tr(
                    "no such sheet: {text}{hint} (there are {names})",
                    text=sheet,
                    hint=nearest(sheet, list(titles)),
                    names=there,
                )
            )
        return titles[sheet]


def _known_sheets(
    template: Template, sheets: Collection[str] | None, columns: Collection[str] | None
) -> tuple[str, ...] | None:
    if sheets is None and columns is not None:
        sheets = list(dict.fromkeys(name.partition(".")[0] for name in columns))
    for sheet in sheets or ():
        if sheet not in template.records:
            hint = nearest(sheet, list(template.records))
            raise UsageError(
                tr(
                    "no such sheet: {text}{hint} (there are {names})",
                    text=sheet,
                    hint=hint,
                    names=", ".join(template.records),
                )
            )
    return None if sheets is None else tuple(key for key in template.records if key in sheets)


def _known_columns(template: Template, columns: Collection[str] | None) -> frozenset[str] | None:
    """With the columns that rows are known by."""
    if columns is None:
        return None
    known = [f"{sheet}.{key}" for sheet in template.records for key in template.sheets[sheet].columns]
    for name in columns:
        if name not in known:
            raise UsageError(
                tr("no such column: {name}{hint} (expected sheet.column)", name=name, hint=nearest(name, known))
            )
    sheets = {name.partition(".")[0] for name in columns}
    return frozenset({*columns, *(f"{sheet}.{template.sheets[sheet].key}" for sheet in sheets)})
