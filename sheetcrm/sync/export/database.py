"""
Spreadsheet → a database, in one transaction: only rows that are new, changed or gone are written.

Each row has the digest of what was written of it and the moment when.  A row
without an id has no place in a table and is left out; rows that share one are
left as the database has them, for nobody knows which one is right.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    bindparam,
    create_engine,
    delete,
    event,
    insert,
    make_url,
    select,
    update,
)
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from sheetcrm.errors import MissingExtra, SheetcrmError, UsageError
from sheetcrm.messages import tr
from sheetcrm.sync.export.pages import Page, Unfit, fields
from sheetcrm.sync.export.run import Wish, choice, consented, tried
from sheetcrm.sync.export.source import Source, Sources
from sheetcrm.sync.export.tables import DIGEST, WRITTEN, Plan, Reference, Tables
from sheetcrm.sync.large.digests import Known
from sheetcrm.sync.records import Issue

MANY = 1_000
"""Rows of one statement."""


@dataclass(frozen=True)
class StoredSheet:
    """What became of one sheet; rows by their ids, cells by A1."""

    sheet: str
    rows: int
    added: int
    changed: int
    deleted: int
    wrong: int
    """Cells that made no sense and are NULL."""
    issues: int
    left_out: tuple[str, ...] = ()
    """Rows without an id."""
    shared: tuple[str, ...] = ()
    """Rows whose id another row has, too; the database has what it had."""
    unfit: tuple[Unfit, ...] = ()
    """Values that the database cannot hold; they are NULL, too."""
    troubles: tuple[Issue, ...] = ()
    withheld: int = 0
    """Rows whose personal columns are NULL because their person did not agree."""


@dataclass(frozen=True)
class Stored:
    """What was written."""

    database: str
    """Its URL without the password."""
    sheets: tuple[StoredSheet, ...]
    loose: Mapping[str, int] = field(default_factory=dict)
    """References (`orders.customer`) that the database does not keep, because so many rows lead nowhere."""


def store(sources: Sources, wishes: Sequence[Wish], url: str, *, now: datetime, samples: bool = False) -> Stored:
    """
    Make the tables of that database (an SQLAlchemy URL) what the sheets are; all of it or nothing.

    A table is called as the key of its sheet and is made when it is missing.
    `now` is when.  UsageError for a URL that makes no sense and for tables that are
    somebody else's, MissingExtra without the driver, SheetcrmError when the
    database refuses or a sheet is not there, MovedMeanwhile as `export`.
    """
    address = _address(url)
    with _engine(address) as engine:

        def once() -> Stored:
            with _said(address), engine.begin() as db:
                return _store(db, sources, wishes, address, now, samples=samples)

        return tried(once)


def _store(
    db: Connection, sources: Sources, wishes: Sequence[Wish], address: URL, now: datetime, *, samples: bool
) -> Stored:
    context = sources.template.context("en")
    plan: Plan = {
        wish.sheet: tuple(fields(wish.sheet, context, wish.columns, ids=True, issues=False)) for wish in wishes
    }
    tables = Tables(db, sources.gateway.spreadsheet_id, plan, context)
    read = {sheet: {one.key for one in found} | _tested(wishes, sheet) for sheet, found in plan.items()}
    for wish in wishes:
        read[wish.sheet] |= consented(wish, sources.template)
    narrow = {wish.sheet: read[wish.sheet] for wish in wishes if wish.columns is not None}
    stored = [
        _sheet(tables, wish, source, now, samples=samples)
        for wish, source in zip(wishes, sources.of(list(plan), narrow), strict=True)
    ]
    loose: Mapping[Reference, int] = tables.fasten()
    hidden = address.render_as_string(hide_password=True)
    return Stored(hidden, tuple(stored), {f"{one.table}.{one.column}": count for one, count in loose.items()})


def _tested(wishes: Sequence[Wish], sheet: str) -> set[str]:
    tests = (text for wish in wishes if wish.sheet == sheet for text in wish.where)
    return {text.partition("=")[0].removesuffix("!").strip() for text in tests}


def _sheet(tables: Tables, wish: Wish, source: Source, now: datetime, *, samples: bool) -> StoredSheet:
    chosen = choice(wish, source, ids=True, issues=False, samples=samples)
    rows = _Rows(tables, wish.sheet, chosen.table.spec.key or "", now)
    wrong = issues = withheld = 0
    for part in source.parts:
        page, blank = chosen.page(part)
        rows.write(page)
        wrong, issues, withheld = wrong + blank, issues + len(part.issues), withheld + page.withheld
    rows.delete_gone()
    return StoredSheet(
        sheet=wish.sheet,
        rows=rows.count,
        added=rows.added,
        changed=rows.changed,
        deleted=rows.deleted,
        wrong=wrong,
        issues=issues,
        left_out=tuple(rows.left_out),
        shared=tuple(rows.shared),
        unfit=tuple(rows.unfit),
        troubles=source.troubles,
        withheld=withheld,
    )


class _Rows:
    """The rows of one table while they are written."""

    def __init__(self, tables: Tables, sheet: str, key: str, now: datetime) -> None:
        self._tables, self._db, self._table = tables, tables.db, tables.made[sheet]
        self._new, self._key, self._now = sheet in tables.new, key, now
        self._seen = array("q")
        self.count = self.added = self.changed = self.deleted = 0
        self.left_out: list[str] = []
        self.shared: list[str] = []
        self.unfit: list[Unfit] = []

    def write(self, page: Page) -> None:
        """Insert what is new, update what is other than before."""
        _fit(page, self._db.dialect.name)
        self.unfit += page.unfit
        keys = [one.key for one in page.table.fields]
        columns = [page.values[key] for key in keys]
        rows: dict[str, dict[str, Any]] = {}
        for at, (id_, values) in enumerate(zip(page.ids, zip(*columns, strict=True), strict=True)):
            place = f"{page.table.title}!{page.numbers[at]}:{page.numbers[at]}"
            if id_ is None:
                self.left_out.append(place)
                continue
            self._seen.append(hash(id_))
            if id_ in page.shared:
                self.shared.append(place)
                continue
            row = dict(zip(keys, values, strict=True))
            rows[id_] = {**row, self._key: id_, DIGEST: _digest(row), WRITTEN: self._now}
        self.count += len(rows)
        known = {} if self._new else self._known(list(rows))
        self._insert([row for id_, row in rows.items() if id_ not in known])
        self._update([row for id_, row in rows.items() if known.get(id_, row[DIGEST]) != row[DIGEST]])

    def delete_gone(self) -> None:
        """Delete the rows whose ids no row of the sheet has any more."""
        if self._new:
            return
        seen, key = Known(self._seen), self._table.c[self._key]
        gone = [one for one in self._db.execute(select(key)).scalars() if one not in seen]
        for some in _several(gone):
            self._tables.loosen()
            self._db.execute(delete(self._table).where(key.in_(some)))
        self.deleted = len(gone)

    def _known(self, ids: list[str]) -> dict[str, str]:
        """Id → digest of the rows that are there."""
        key, digest = self._table.c[self._key], self._table.c[DIGEST]
        found: dict[str, str] = {}
        for some in _several(ids):
            for id_, known in self._db.execute(select(key, digest).where(key.in_(some))):
                found[id_] = known
        return found

    def _insert(self, rows: list[dict[str, Any]]) -> None:
        for some in _several(rows):
            self._tables.loosen()
            self._db.execute(insert(self._table), some)
        self.added += len(rows)

    def _update(self, rows: list[dict[str, Any]]) -> None:
        if rows:
            self._tables.loosen()
            names = [name for name in rows[0] if name != self._key]
            statement = (
                update(self._table)
                .where(self._table.c[self._key] == bindparam("the row"))
                .values({name: bindparam(f"new {name}") for name in names})
            )
            for some in _several(rows):
                values = [{"the row": row[self._key], **{f"new {name}": row[name] for name in names}} for row in some]
                self._db.execute(statement, values)
        self.changed += len(rows)


def _digest(row: Mapping[str, Any]) -> str:
    """Of keys and values, so that a new column is a change; the same in every process."""
    return blake2b(repr(row).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _fit(page: Page, dialect: str) -> None:
    """Blank what the database cannot hold."""
    for one in page.table.fields:
        if one.kind is int:
            page.fit(one.key, lambda value: -(2**63) <= value < 2**63, tr("more than a whole number of 64 bits"))
        elif one.kind is Decimal:
            page.values[one.key] = list(page.values[one.key])
            if dialect == "sqlite":
                page.fit(one.key, _in_double, tr("more than 15 digits, which SQLite does not keep"))
        elif one.kind is str:
            page.fit(one.key, lambda value: "\0" not in value, tr("a NUL character"))


def _in_double(value: Decimal) -> bool:
    return Decimal(f"{float(value):.15g}") == value


def _several(items: Sequence[Any]) -> Iterator[Any]:
    for first in range(0, len(items), MANY):
        yield items[first : first + MANY]


def _address(url: str) -> URL:
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise UsageError(
            tr("not the URL of a database; expected one as in sqlite:///crm.db or postgresql+psycopg://user@host/name")
        ) from error
    # The driver that comes with the extra; SQLAlchemy's own default is another one.
    return address.set(drivername="postgresql+psycopg") if address.drivername in ("postgres", "postgresql") else address


@contextmanager
def _engine(address: URL) -> Iterator[Engine]:
    try:
        engine = create_engine(address)
    except NoSuchModuleError as error:
        raise UsageError(tr("no such kind of database: {drivername}", drivername=address.drivername)) from error
    except ModuleNotFoundError as error:
        raise MissingExtra(
            tr("{name}, which talks to {kind},", name=error.name, kind=address.get_backend_name()), "sql"
        ) from error
    if address.get_backend_name() == "sqlite":
        _whole_transactions(engine)
    try:
        yield engine
    finally:
        engine.dispose()


def _whole_transactions(engine: Engine) -> None:
    """Python's driver begins a transaction at the first row, not at the first table; SQLAlchemy's page on SQLite has this cure."""

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")


@contextmanager
def _said(address: URL) -> Iterator[None]:
    """A database's error as ours, without the password."""
    try:
        yield
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip()
        raise SheetcrmError(f"{address.render_as_string(hide_password=True)}: {reason}") from error
