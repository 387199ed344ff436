"""
Sheets as exported → tables of a database, made or grown, and the references between them.

Which tables are ours stands in one of our own, `sheetcrm_tables`; nobody
else's is ever touched.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    ForeignKeyConstraint,
    MetaData,
    String,
    Text,
    delete,
    exists,
    func,
    insert,
    inspect,
    or_,
    select,
)
from sqlalchemy import Table as DbTable
from sqlalchemy.schema import AddConstraint, CreateColumn, DropConstraint

from sheetcrm.errors import UsageError
from sheetcrm.messages import tr
from sheetcrm.schema.columns.base import Context
from sheetcrm.sync.export.dbtypes import database_type, kind_name, words
from sheetcrm.sync.export.pages import Field

DIGEST = "_digest"
WRITTEN = "_written"
OURS = "sheetcrm_tables"
Plan = Mapping[str, Sequence[Field]]
"""Sheet → what is exported of it."""


@dataclass(frozen=True)
class Reference:
    """A column that leads to the key of another table."""

    table: str
    column: str
    target: str
    target_column: str

    @property
    def name(self) -> str:
        """Of the constraint."""
        return f"fk_{self.table}_{self.column}"


class Tables:
    """The tables of one transaction; `made` has them by sheet, `new` those that were not there before."""

    def __init__(self, db: Connection, spreadsheet: str, plan: Plan, context: Context) -> None:
        """Makes and grows them.  UsageError for tables that are somebody else's or have other types."""
        self.db, self._context = db, context
        self._metadata = MetaData()
        self._ours = DbTable(
            OURS,
            self._metadata,
            Column("name", words(255), primary_key=True),
            Column("spreadsheet", Text, nullable=False),
            Column("columns", Text, nullable=False),
        )
        self._ours.create(db, checkfirst=True)
        every = {**self._earlier(spreadsheet), **plan}
        self.references = tuple(one for sheet in every for one in self._leading(sheet, every))
        self.made = {sheet: self._described(sheet, every[sheet]) for sheet in every}
        self.new: set[str] = set()
        self._loose = False
        if db.dialect.name == "sqlite":
            # There a constraint is made with its table or never, and kept by nobody unless a connection asks for it.
            for one in self.references:
                self._constraint(one)
        for sheet in plan:
            self._open(sheet, {one.key: kind_name(one.kind) for one in plan[sheet]}, spreadsheet)

    def _earlier(self, spreadsheet: str) -> Plan:
        """What was exported of other sheets before: their references lead to what is written now."""
        rows = self.db.execute(select(self._ours).where(self._ours.c.spreadsheet == spreadsheet)).all()
        names, sheets = set(inspect(self.db).get_table_names()), self._context.template.sheets
        return {
            row.name: tuple(
                Field(key, "", sheets[row.name].columns[key])
                for key in json.loads(row.columns)
                if key in sheets[row.name].columns
            )
            for row in rows
            if row.name in names and row.name in sheets
        }

    def _open(self, sheet: str, kinds: dict[str, str], spreadsheet: str) -> None:
        known = self.db.execute(select(self._ours).where(self._ours.c.name == sheet)).one_or_none()
        before: dict[str, str] = {}
        if inspect(self.db).has_table(sheet):
            _check(sheet, None if known is None else known.spreadsheet, spreadsheet)
            before = json.loads(known.columns) if known is not None else {}
            _same(sheet, before, kinds)
            for key in kinds:
                if key not in before:
                    self.db.exec_driver_sql(self._adding(sheet, key))
        else:
            self.made[sheet].create(self.db)
            self.new.add(sheet)
        after = {**before, **kinds}
        if after != before:
            self.db.execute(delete(self._ours).where(self._ours.c.name == sheet))
            row = {"name": sheet, "spreadsheet": spreadsheet, "columns": json.dumps(after)}
            self.db.execute(insert(self._ours).values(row))

    def loosen(self) -> None:
        """Before the first write: references are looked at when all rows are there, and not row by row."""
        if not self._loose and self.db.dialect.name != "sqlite":
            for one in self._kept():
                self.db.execute(DropConstraint(self._constraint(one)))
        self._loose = True

    def fasten(self) -> dict[Reference, int]:
        """
        Have the database keep the references that hold; the others, and how many rows lead nowhere.

        Rows that lead into an archive lead somewhere, but no database can keep a reference to one of two tables.
        """
        outside = {one for one in self.references if self._dangling(one)}
        broken = {one: count for one in outside if (count := self._dangling(one, archives=True))}
        if self.db.dialect.name != "sqlite":
            kept = set(self._kept())
            for one in self.references:
                if one not in outside and one not in kept:
                    self.db.execute(AddConstraint(self._constraint(one)))
        return broken

    def _described(self, sheet: str, fields: Sequence[Field]) -> DbTable:
        key = self._context.template.sheets[sheet].key
        leading = {one.column for one in self.references if one.table == sheet}
        columns: list[Column[Any]] = [
            Column(
                one.key, database_type(one.kind, key=one.key == key or one.key in leading), primary_key=one.key == key
            )
            for one in fields
        ]
        ours: list[Column[Any]] = [
            Column(DIGEST, String(32), nullable=False),
            Column(WRITTEN, DateTime(timezone=True), nullable=False),
        ]
        return DbTable(sheet, self._metadata, *columns, *ours)

    def _leading(self, sheet: str, plan: Plan) -> Iterator[Reference]:
        """Columns whose values must stand in the key of a sheet that is exported, too."""
        sheets = self._context.template.sheets
        for one in plan[sheet]:
            rules = one.column.all_rules() if one.column is not None and one.kind is str else ()
            for place in dict.fromkeys(rule.looks_in(self._context) for rule in rules):
                if place is not None and place.sheet in plan and sheets[place.sheet].key == place.column:
                    yield Reference(sheet, one.key, place.sheet, place.column)

    def _adding(self, sheet: str, key: str) -> str:
        made, dialect = self.made[sheet], self.db.dialect
        column = CreateColumn(made.c[key]).compile(dialect=dialect)
        return f"ALTER TABLE {dialect.identifier_preparer.quote(made.name)} ADD COLUMN {column}"

    def _kept(self) -> list[Reference]:
        """Those that the database keeps already."""
        inspector = inspect(self.db)
        names = {found["name"] for sheet in self.made for found in inspector.get_foreign_keys(sheet)}
        return [one for one in self.references if one.name in names]

    def _constraint(self, one: Reference) -> ForeignKeyConstraint:
        target = self.made[one.target].c[one.target_column]
        found = ForeignKeyConstraint([one.column], [target], name=one.name)
        self.made[one.table].append_constraint(found)
        return found

    def _dangling(self, one: Reference, *, archives: bool = False) -> int:
        table, away = self.made[one.table], self._context.template.archive_of(one.target)
        names = [one.target, *([away] if archives and away in self.made else [])]
        targets = [self.made[name].alias() for name in names if one.target_column in self.made[name].c]
        found = [exists().where(target.c[one.target_column] == table.c[one.column]) for target in targets]
        query = select(func.count()).select_from(table).where(table.c[one.column].is_not(None), ~or_(*found))
        return int(self.db.execute(query).scalar_one())


def _check(sheet: str, known: str | None, spreadsheet: str) -> None:
    if known is None:
        raise UsageError(
            tr("the database has a table {sheet} that sheetcrm did not make; export into another database", sheet=sheet)
        )
    if known != spreadsheet:
        raise UsageError(
            tr(
                "table {sheet} is of another spreadsheet ({known}); export into another database",
                sheet=sheet,
                known=known,
            )
        )


def _same(sheet: str, before: Mapping[str, str], kinds: Mapping[str, str]) -> None:
    for key, kind in kinds.items():
        if (was := before.get(key, kind)) != kind:
            raise UsageError(
                tr(
                    "{sheet}.{key} was {was} and is {kind} now; drop table {sheet} and export again",
                    sheet=sheet,
                    key=key,
                    was=was,
                    kind=kind,
                )
            )
