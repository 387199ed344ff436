"""
One sheet of an open spreadsheet: its records, the ways from one to others, and changes to them.

Records are frozen: a change is a copy with another value, `save` writes what is
different.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, Literal, Self, TypeVar, cast, overload

from pydantic import BaseModel

from sheetcrm.errors import UsageError
from sheetcrm.messages import N_, tr
from sheetcrm.schema.context import Place
from sheetcrm.schema.membership import ExistsInRule
from sheetcrm.sync.notebook import Issues, Records
from sheetcrm.sync.records import Extract, Row, model
from sheetcrm.sync.rows_moved import move
from sheetcrm.sync.save import OnConflict, Saved, append, delete, save, upsert
from sheetcrm.variants import nearest

if TYPE_CHECKING:
    import pandas as pd

    from sheetcrm.spreadsheet.whole import Spreadsheet

R = TypeVar("R", bound=BaseModel)
Other = TypeVar("Other", bound=BaseModel)


class Sheet(Generic[R]):
    """The records of one sheet as they were when the spreadsheet was looked at; `for record in sheet`."""

    def __init__(self, spreadsheet: Spreadsheet, key: str) -> None:
        """Made by `spreadsheet[key]`."""
        self.spreadsheet, self.key = spreadsheet, key
        self._spec = spreadsheet.template.sheets[key]
        self._context = spreadsheet.template.context(spreadsheet.language, spreadsheet.today)

    @property
    def title(self) -> str:
        """What its tab is called."""
        layout = self.spreadsheet.reading.layout
        return layout.tab_title(self.key) if layout.has(self.key) else self._spec.title.say(self._context.language)

    @property
    def model(self) -> type[R]:
        """The class of its records."""
        return cast("type[R]", self.spreadsheet.models.get(self.key) or model(self.spreadsheet.template, self.key))

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Each record with its row number, its id and whether it is complete."""
        if self._extract is None:
            return ()
        rows = self._extract.rows
        return rows if self.spreadsheet.wish.samples else tuple(row for row in rows if not row.sample)

    @cached_property
    def records(self) -> Records[R]:
        """One for each row that is not blank; fields of cells that are blank or make no sense are None."""
        found = self._extract.records(samples=self.spreadsheet.wish.samples) if self._extract else ()
        records = Records(cast("Iterable[R]", found))
        columns = self._spec.columns
        records.titles = [columns[key].title.say(self._context.language) for key in self._fields]
        records.texts = lambda record: [self.display(record, key) for key in self._fields]
        return records

    @property
    def issues(self) -> Issues:
        """What is wrong in this sheet, its headers first."""
        return Issues((one for one in self.spreadsheet.issues if one.sheet == self.key), self._context.language)

    def frame(self, *, decimals: Literal["exact", "float"] = "exact") -> pd.DataFrame:
        """
        A typed DataFrame, a column for each column key, indexed by row number.

        Numbers are Decimal objects, or `Float64` on demand; blanks are missing values of the column's own type.
        """
        from sheetcrm.sync.frame import frame  # noqa: PLC0415 - pandas takes a second to import

        return frame(self.spreadsheet.reading, self.key, decimals=decimals, samples=self.spreadsheet.wish.samples)

    def get(self, id_: str) -> R | None:
        """The record with that id; None when there is none, or several have it."""
        row = self._by_id.get(id_)
        return None if row is None else cast("R", row.record)

    def __getitem__(self, id_: str) -> R:
        """The record with that id, as `get`; UsageError instead of None, which says why."""
        found = self.get(id_)
        if found is not None:
            return found
        count = sum(row.id == id_ for row in self.rows)
        if count:
            raise self._wrong(N_("{sheet}: {count} rows have the id {id}"), count=count, id=id_)
        hint = nearest(id_, list(self._by_id))
        raise self._wrong(N_("{sheet}: no row with the id {id} was read{hint}"), id=id_, hint=hint)

    def __contains__(self, one: object) -> bool:
        """Whether that is the id of a record here, or a record of it."""
        return one in self._by_id if isinstance(one, str) else one in self.records

    def id_of(self, record: BaseModel) -> str | None:
        """The id of a record from here, or of a copy of one whose key is a field; None where it is blank."""
        row = self._by_object.get(id(record))
        if row is not None:
            return row.id
        key = self._spec.key or ""
        if key.startswith("_"):
            raise self._wrong(
                N_(
                    "{sheet} has a hidden id, which a copy of a record does not have; hand over the record that was read"
                )
            )
        value = self.value(record, key)
        return None if value is None else str(value)

    def value(self, record: BaseModel, column: str) -> Any:
        """The value of a column of one record, by the column's key."""
        self._known(column)
        return getattr(record, self._fields.get(column, column), None)

    def display(self, record: BaseModel, column: str) -> str:
        """
        A value as people read it: a choice by its title, a phone as one dials it in the sheet's country, money with its symbol.

        Empty for None.
        """
        from sheetcrm.remind.shown import shown  # noqa: PLC0415 - only where something is shown

        value = self.value(record, column)
        if value is None:
            return ""
        about = self._spec.columns[column]
        said = about.said(value, self._context)
        return shown(value, about, self._context) if said is None else said

    def follow(self, record: BaseModel, column: str) -> Any:
        """
        The record of another sheet, or of its archive, that a reference (or a person) names; None where it is blank or leads nowhere.
        UsageError for a column that refers to nothing.
        """
        self._known(column)
        place = self._target(column)
        if place is None:
            known = ", ".join(key for key in self._spec.columns if self._target(key))
            said = N_("{sheet}.{column} refers to no other sheet (what does: {known})")
            raise self._wrong(said, column=column, known=known or tr("nothing"))
        value, away = self.value(record, column), self.spreadsheet.template.archive_of(place.sheet)
        sheets = (place.sheet, away) if away in self.spreadsheet else (place.sheet,)
        indexes = (self.spreadsheet[str(sheet)].index(place.column) for sheet in sheets)
        found: list[Any] = next((index[value] for index in indexes if value in index), [])
        return found[0] if len(found) == 1 else None

    @overload
    def related(self, record: BaseModel, sheet: str, *, by: str | None = None) -> Records[Any]: ...
    @overload
    def related(self, record: BaseModel, sheet: type[Other], *, by: str | None = None) -> Records[Other]: ...
    def related(self, record: BaseModel, sheet: str | type[BaseModel], *, by: str | None = None) -> Records[Any]:
        """
        The records of another sheet (its key, title or class) that refer to this one: all orders of a customer, in their order.

        `by` is the column that refers, where there are several; UsageError when it cannot be told.
        """
        other: Sheet[Any] = self.spreadsheet[sheet]
        home = self.spreadsheet.template.home_of(self.key)
        ways = {key: place for key in other._spec.columns if (place := other._target(key)) and place.sheet == home}
        if by is None and len(ways) != 1:
            if not ways:
                raise other._wrong(N_("{sheet} to {other}: none of its columns refers to {other}"), other=self.key)
            raise other._wrong(
                N_("{sheet} to {other}: say by=, one of: {names}"), other=self.key, names=", ".join(ways)
            )
        by = by or next(iter(ways))
        if by not in ways:
            raise other._wrong(
                N_("{sheet}.{by} does not refer to {other}{hint}"), by=by, other=self.key, hint=nearest(by, list(ways))
            )
        column = ways[by].column
        value = self.id_of(record) if column == self._spec.key else self.value(record, column)
        found = Records(other.index(by).get(value, []) if value is not None else [])
        found.titles, found.texts = other.records.titles, other.records.texts
        return found

    def index(self, column: str) -> dict[Any, list[R]]:
        """Records by the value of a column, in the order of the sheet; blank ones are left out."""
        self._known(column)
        if column not in self._indexes:
            found: dict[Any, list[R]] = {}
            for row in self.rows:
                value = row.id if column == self._spec.key else self.value(row.record, column)
                if value is not None:
                    found.setdefault(value, []).append(cast("R", row.record))
            self._indexes[column] = found
        return self._indexes[column]

    def change(self, record: R | Row, **values: Any) -> Row:
        """
        A copy of a record with other values, by column key, which knows its row: for `save`.

        UsageError for a column that the sheet does not have; whether the values are right is asked when it is saved.
        """
        row = record if isinstance(record, Row) else self._row(record)
        for key in values:
            self._known(key)
            if key not in self._fields:
                name = type(row.record).__name__
                raise self._wrong(N_("{sheet}.{column} is no field of {name}"), column=key, name=name)
        return replace(
            row, record=row.record.model_copy(update={self._fields[key]: value for key, value in values.items()})
        )

    def save(self, records: Any, *, on_conflict: OnConflict = "fail") -> Saved:
        """
        Write what is different from what was read: only those cells, found by key, if nobody has changed them since.

        `records` are those that `change` gives, changed copies of records,
        mappings with the key, or a DataFrame that `frame` gave; one or several.
        What was read stays as it is until `refresh`.  errors.Conflict, or what
        `on_conflict` says instead, where people were first; errors.BadRecords
        names every value that is wrong; nothing is written then.
        """
        seen, today = self.spreadsheet.reading, self.spreadsheet.today
        return self._written("save", save, seen, self.key, _several(records), on_conflict=on_conflict, today=today)

    def append(self, records: Any) -> Saved:
        """
        Add rows below the last record; `.added` has their ids.  `records` as for `save`.

        errors.BadRecords for values that are wrong and for ids that are there already; nothing is written then.
        """
        template, rows = self.spreadsheet.template, _several(records)
        return self._written("append", append, template, self.key, rows, **self._spoken)

    def upsert(self, records: Any, *, key: str | None = None) -> Saved:
        """
        Change the records that are there and add the others; they are known again by id, or by the column `key`.

        What a record does not say stays as it is, None blanks the cell.  `records` as for `save`; errors.BadRecords too.
        """
        template, rows = self.spreadsheet.template, _several(records)
        return self._written("upsert", upsert, template, self.key, rows, key=key, **self._spoken)

    def delete(self, records: Iterable[R | Row | str], *, on_conflict: OnConflict = "fail") -> Saved:
        """
        Take whole rows out, by record or id, if nobody has changed anything in them since they were read.

        With a config the journal keeps what stood there, and `sheetcrm undo` brings it back.
        """
        ids = [self._id(one) for one in _several(records)]
        template, seen = self.spreadsheet.template, self.spreadsheet.reading
        return self._written("delete", delete, template, self.key, ids, seen=seen, on_conflict=on_conflict)

    def archive(self, records: Any, *, on_conflict: OnConflict = "fail") -> Saved:
        """Move rows to the archive tab of this sheet, as `move` does; UsageError where the template has none."""
        to = self.spreadsheet.template.archive_of(self.key)
        if to is None:
            raise self._wrong(N_("{sheet} has no archive; give it one in the template: archive: by_hand"))
        return self.move(records, to, on_conflict=on_conflict)

    def move(self, records: Any, to: str, *, on_conflict: OnConflict = "fail") -> Saved:
        """
        Move whole rows, by record or id, below the last one of another sheet with such columns: `.deleted` has their ids.

        All of them in one batch, and only if nobody has changed anything in them since they were read.
        """
        ids, there = [self._id(one) for one in _several(records)], self.spreadsheet[to].key
        template, seen = self.spreadsheet.template, self.spreadsheet.reading
        return self._written("move", move, template, self.key, ids, there, seen=seen, on_conflict=on_conflict)

    def _written(self, what: str, write: Callable[..., Saved], *given: Any, **how: Any) -> Saved:
        """Carry out one of the library's writes to this spreadsheet, in the journal if there is one."""
        gateway = self.spreadsheet.source.gateway
        return self.spreadsheet.written(what, self.key, lambda log: write(gateway, *given, log=log, **how))

    @property
    def _spoken(self) -> dict[str, Any]:
        """The language and the day for what is new."""
        return {"language": self.spreadsheet.language, "today": self.spreadsheet.today}

    def refresh(self) -> Self:
        """Forget what was read of the whole spreadsheet: what is asked for next is looked at again."""
        self.spreadsheet.refresh()
        return self

    def forget(self) -> None:
        """What was made of the last look is made anew."""
        for name, value in vars(type(self)).items():
            if isinstance(value, cached_property):
                self.__dict__.pop(name, None)

    def __iter__(self) -> Iterator[R]:
        """Its records."""
        return iter(self.records)

    def __len__(self) -> int:
        """How many records."""
        return len(self.rows)

    def __repr__(self) -> str:
        """Which one it is."""
        return f"<Sheet {self.key} of {self.spreadsheet!r}>"

    def _repr_html_(self) -> str:
        return self.records._repr_html_()

    @cached_property
    def _extract(self) -> Extract | None:
        """None when there is no such tab; that is among the issues."""
        return self.spreadsheet.reading.extracts.get(self.key)

    @cached_property
    def _fields(self) -> dict[str, str]:
        """Column key → name of the field in a record."""
        return {about.alias or name: name for name, about in self.model.model_fields.items()}

    @cached_property
    def _by_id(self) -> dict[str, Row]:
        return {row.id: row for row in self.rows if row.id is not None and row.unique}

    @cached_property
    def _by_object(self) -> dict[int, Row]:
        return {id(row.record): row for row in self.rows}

    @cached_property
    def _indexes(self) -> dict[str, dict[Any, list[R]]]:
        return {}

    def _id(self, one: Any) -> str:
        found = one if isinstance(one, str) else one.id if isinstance(one, Row) else self.id_of(one)
        if not found:
            raise self._wrong(
                N_("{sheet}: a row without an id cannot be found again; give it one first (sheetcrm apply)")
            )
        return str(found)

    def _row(self, record: BaseModel) -> Row:
        """The row of a record from here, or of a copy of one whose key is a field."""
        known = self._by_object.get(id(record))
        if known is not None:
            return known
        row = self._by_id.get(self.id_of(record) or "")
        if row is None:
            raise self._wrong(N_("{sheet}: that record is not from here, or its id is blank or not its own"))
        return replace(row, record=record)

    def _target(self, column: str) -> Place | None:
        """The column of another sheet in which its values stand."""
        rules: Iterable[Any] = self._spec.columns[column].all_rules()
        found = next((rule.place(self._context) for rule in rules if isinstance(rule, ExistsInRule)), None)
        return found if found is not None and found.sheet in self.spreadsheet.template.records else None

    def _known(self, column: str) -> None:
        if column not in self._spec.columns:
            hint = nearest(column, list(self._spec.columns))
            raise self._wrong(N_("no such column: {sheet}.{column}{hint}"), column=column, hint=hint)

    def _wrong(self, message: str, **values: Any) -> UsageError:
        """What was asked of this sheet and cannot be."""
        return UsageError(tr(message, sheet=self.key, **values))


def _several(records: Any) -> Any:
    """One record is a list of one."""
    return [records] if isinstance(records, BaseModel | Row | Mapping | str) else records
