"""
A sheet's columns → a pydantic model; what a reading is made of.

Every field of a model may be None: a bad cell is an issue and leaves its
field blank, so a row that is half right still has a record.
"""

from __future__ import annotations

import warnings
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import repeat
from typing import TYPE_CHECKING, Any, TypeVar, cast

from pydantic import BaseModel, ConfigDict, create_model

from sheetcrm.schema.template import HIDDEN_ID
from sheetcrm.sync.columns import Columns, picked

if TYPE_CHECKING:
    from sheetcrm.layout import Layout
    from sheetcrm.resources.base import Cell
    from sheetcrm.schema.context import BadCell
    from sheetcrm.schema.template import Template

FIRST_ROW = 2
"""The row number, as people see it, of the first row below the header."""


class Record(BaseModel):
    """What the records of every sheet have in common: nothing about them can be set, and a notebook shows them as a table."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=(), validate_by_name=True)

    def _repr_html_(self) -> str:
        from sheetcrm.sync.notebook import record_table  # noqa: PLC0415 - only notebooks ask

        return record_table(self)


@dataclass(frozen=True, slots=True)
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
class Parsed:
    """The rows of a sheet that are not blank, column by column, before any rule was asked."""

    sheet: str
    numbers: Sequence[int]
    """Their row numbers."""
    values: Columns
    """Column key → values; None where blank or wrong."""
    bad: Mapping[str, Mapping[int, BadCell]]
    """Column key → offset among `numbers` → what is wrong."""
    cells: dict[str, list[Cell]]
    """Every cell from row 2 on, blank rows included, all columns of one length."""
    used: dict[str, list[Cell]]
    """The cells of the rows that are not blank."""
    first: int = FIRST_ROW
    """The row at which `cells` begin: a later one where a large sheet is read in parts."""

    def ids(self, key: str) -> Sequence[str | None]:
        """The id of each row, from the column `key`; None where it is blank or wrong."""
        values = self.values.get(key, [None] * len(self.numbers))
        if {str, type(None)}.issuperset(map(type, values)):
            return cast("Sequence[str | None]", values)
        return [value if value is None or type(value) is str else str(value) for value in values]


@dataclass(frozen=True)
class Extract:
    """
    One sheet as read: its rows in the order of the sheet, and what is wrong in them.

    Rows and records are made when they are first asked for; whoever needs a
    column, an issue or a few rows only does not wait for the others.
    """

    sheet: str
    template: Template = field(repr=False)
    parsed: Parsed = field(repr=False)
    issues: tuple[Issue, ...]
    wrong: frozenset[int] = frozenset()
    """The offsets of rows that are not `complete`."""
    elsewhere: frozenset[str] = frozenset()
    """Ids that rows have that are not at hand, too."""
    made: type[BaseModel] | None = None
    """The class of its records; None: that of `model`."""

    @property
    def cells(self) -> Mapping[str, list[Cell]]:
        """Column key → cells as they stand from row 2 on, all of one length; columns that were not found are missing."""
        return self.parsed.cells

    def cell(self, row: int, column: str) -> Cell:
        """What stands there, exactly; `row` is 1-based; None where nothing was read."""
        cells = self.cells.get(column, ())
        at = row - self.parsed.first
        return cells[at] if 0 <= at < len(cells) else None

    @cached_property
    def ids(self) -> Sequence[str | None]:
        """The id of each row (see `Row.id`), by offset among the rows that are not blank."""
        return self.parsed.ids(self.template.sheets[self.sheet].key or "")

    @cached_property
    def shared(self) -> frozenset[str]:
        """Ids that more than one row has."""
        if len(set(self.ids)) == len(self.ids):
            return self.elsewhere
        return self.elsewhere.union(id_ for id_, count in Counter(self.ids).items() if id_ is not None and count > 1)

    @cached_property
    def offsets(self) -> Mapping[str, int]:
        """Where each id stands, among the rows that are not blank; ids that several rows share are left out."""
        found = {id_: offset for offset, id_ in enumerate(self.ids) if id_ is not None}
        return {id_: at for id_, at in found.items() if id_ not in self.shared} if self.shared else found

    def number(self, id_: str) -> int | None:
        """The row number (1-based) of the one row with that id; None when there is none, or several."""
        offset = self.offsets.get(id_)
        return None if offset is None else self.parsed.numbers[offset]

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Every row that is not blank; none of a sheet that holds lists or pages."""
        if self.template.sheets[self.sheet].content != "records":
            return ()
        return tuple(self.some(range(len(self.parsed.numbers))))

    def records(self, *, samples: bool = True) -> Sequence[BaseModel]:
        """The record of each of `rows` (but those that are examples, without `samples`), for who needs no more; the very same objects."""
        if self.template.sheets[self.sheet].content != "records":
            return ()
        left_out = () if samples else self.template.sample_keys(self.sheet)
        return (
            [one for one, id_ in zip(self._every, self.ids, strict=True) if id_ not in left_out]
            if left_out
            else self._every
        )

    @cached_property
    def _every(self) -> list[BaseModel]:
        return self._records(range(len(self.parsed.numbers)))

    def _records(self, offsets: Sequence[int]) -> list[BaseModel]:
        values = self.parsed.values
        every = isinstance(offsets, range) and len(offsets) == len(self.parsed.numbers)
        fields = {key: values[key] if every else values.some(key, offsets) for key in values if key != HIDDEN_ID}
        return records_of(self.made or model(self.template, self.sheet), fields, len(offsets))

    def some(self, offsets: Sequence[int]) -> list[Row]:
        """The rows at those offsets among those that are not blank; no other is made."""
        every = isinstance(offsets, range) and len(offsets) == len(self.parsed.numbers)
        records = self._every if every else self._records(offsets)
        ids, samples = self.ids if every else picked(self.ids, offsets), self.template.sample_keys(self.sheet)
        columns = {
            "number": self.parsed.numbers if every else picked(self.parsed.numbers, offsets),
            "id": ids,
            "record": records,
            "sample": map(samples.__contains__, ids) if samples else repeat(False),
            "complete": (at not in self.wrong for at in offsets) if self.wrong else repeat(True),
            "unique": self._unique(ids),
        }
        return in_bulk(Row, columns, len(offsets))

    def _unique(self, ids: Sequence[str | None]) -> Iterable[bool]:
        """Whether each of them is the id of one row only; for a few of many rows only these are counted."""
        if len(ids) * 10 > len(self.ids) or "shared" in self.__dict__:
            shared = self.shared
        else:
            count = Counter(filter(set(ids).__contains__, self.ids))
            shared = self.elsewhere.union(id_ for id_ in ids if id_ is not None and count[id_] > 1)
        return (id_ not in shared for id_ in ids) if shared else repeat(True)

    def by_id(self) -> dict[str, Row]:
        """Rows that have an id of their own; rows that share one are left out."""
        return {row.id: row for row in self.rows if row.id is not None and row.unique}

    def with_values(self, changed: Mapping[str, Mapping[int, Any]]) -> Extract:
        """The same with other values: column key → offset → value; cells and issues stay what they were read as."""
        before = self.parsed.values
        values = before.having(
            {key: [at.get(offset, value) for offset, value in enumerate(before[key])] for key, at in changed.items()}
        )
        return replace(self, parsed=replace(self.parsed, values=values))


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
            __base__=Record,
            **fields,
        )
    return made


Made = TypeVar("Made")


def records_of(record: type[BaseModel], fields: Mapping[str, Sequence[Any]], count: int) -> list[BaseModel]:
    """
    `count` records from columns of values that are right already: what `model_construct` makes, without its cost.

    `fields` are by alias, where a field has one: that is what a column is
    called whose key is no name in Python.  Fields that are not among them have
    their default, columns that are no field are left out.
    """
    # A record's own dict must have its fields in order: that is how it is printed and dumped.
    keys = {about.alias or name: (name, about.default) for name, about in record.model_fields.items()}
    names = [name for name, _default in keys.values()]
    rows = zip(
        *(fields[key] if key in fields else repeat(default, count) for key, (_name, default) in keys.items()),
        strict=False,
    )
    said = {name for key, (name, _default) in keys.items() if key in fields}
    # A dict that has its keys already is filled faster than one that grows.
    dicts = list(map(dict[str, Any].copy, repeat(dict.fromkeys(names), count)))
    deque(map(dict[str, Any].update, dicts, map(zip, repeat(names), rows)), maxlen=0)
    return in_bulk(
        record,
        {
            "__dict__": dicts,
            # Nobody can set a field of a frozen record, so all may share it; `model_copy` makes its own.
            "__pydantic_fields_set__": repeat(said),
            "__pydantic_extra__": repeat(None),
            "__pydantic_private__": repeat(None),
        },
        count,
    )


def in_bulk(made: type[Made], slots: Mapping[str, Iterable[Any]], count: int) -> list[Made]:
    """`count` objects whose slots are set directly: no `__init__`, no check, five times as fast."""
    objects = list(map(object.__new__, repeat(made, count)))
    for name, values in slots.items():
        setter = next(base.__dict__[name] for base in made.__mro__ if name in base.__dict__).__set__
        deque(map(setter, objects, values), maxlen=0)
    return objects
