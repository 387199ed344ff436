"""
YAML data → Template: what its author wants a spreadsheet to be.

Keys are the same in every language and never change; titles are what people see.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, field_validator, model_validator
from pydantic_core import PydanticCustomError

from sheetcrm.layout import Wanted
from sheetcrm.messages import LANGUAGES, tr
from sheetcrm.resources.base import Cell, State, kinds
from sheetcrm.schema import columns, comparison, compiling, membership, problems, samples
from sheetcrm.schema.archive import Archive, key_of, with_archives
from sheetcrm.schema.charts import Chart
from sheetcrm.schema.colors import PALETTE, SERIES, Color
from sheetcrm.schema.columns.base import Column
from sheetcrm.schema.columns.money import known_currency
from sheetcrm.schema.columns.phone import known_country
from sheetcrm.schema.consent import Consent
from sheetcrm.schema.context import Context
from sheetcrm.schema.duplicates import DuplicateRule
from sheetcrm.schema.editors import with_overlays
from sheetcrm.schema.highlights import Highlight
from sheetcrm.schema.people import Member
from sheetcrm.schema.pivots import Pivot
from sheetcrm.schema.quality import Finding
from sheetcrm.schema.reminders import ReminderRule
from sheetcrm.schema.roles import Level, Role
from sheetcrm.schema.rules import Trouble
from sheetcrm.schema.sheet_rules import SheetRule
from sheetcrm.schema.text import Text
from sheetcrm.schema.views import View
from sheetcrm.variants import WholeSchema, nearest

FAMILIES = (columns, comparison, membership)
"""Imported for their members: a family is whatever has been defined."""

HIDDEN_ID = "_id"
"""The key of the column that a sheet without `key:` gets."""


def _is_a_key(key: str) -> str:
    if not re.fullmatch(r"_?[a-z][a-z0-9_]{0,40}", key):
        raise PydanticCustomError("key", tr("a key is a small English word: a to z, then digits and _ too"))
    return key


Key = Annotated[str, AfterValidator(_is_a_key)]


def _is_a_kind(name: str) -> str:
    known = [kind.kind for kind in kinds() if kind.policy != "once" and not kind.fixed]
    if name not in known:
        hint = nearest(name, known) or tr("; there are {known}", known=", ".join(known))
        raise PydanticCustomError("kind", tr("no such kind of setting: {name}{hint}", name=name, hint=hint))
    return name


Kind = Annotated[str, AfterValidator(_is_a_kind)]


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError) as wrong:
        message = tr("no such time zone: {name}; use a name as in Asia/Shanghai", name=name)
        raise PydanticCustomError("time_zone", message) from wrong
    return name


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Team(_Part):
    """Where people are found: a sheet, and the keys of its columns."""

    sheet: str
    name: str
    email: str
    role: str | None = None
    manager: str | None = None
    """Names of the same sheet: who hears when somebody cannot, and of what waits too long."""
    active: str | None = None
    phone: str | None = None
    """For robots of group chats, which mention people by it."""
    language: str | None = None
    """A choice of `zh` and `en`: what somebody's mails are written in."""


class Theme(_Part):
    """Colours of every sheet: header, headers of computed columns, text on both, rows by turns."""

    header: Color = PALETTE["navy"]
    computed: Color = PALETTE["pine"]
    text: Color = PALETTE["white"]
    first: Color = PALETTE["white"]
    second: Color = "#f5f8fa"
    series: tuple[Color, ...] = Field(SERIES, min_length=1)
    """Of charts, in this order."""
    font: str = Field("", max_length=100)
    """A family that Sheets has, for headers and cells; empty: the spreadsheet's own."""
    size: int = Field(0, ge=0, le=36)
    """Points of the text in cells; 0: the spreadsheet's own.  As `header_size` for headers."""
    header_size: int = Field(0, ge=0, le=36)


class SheetSpec(_Part):
    """
    A sheet by its columns.

    `content`: `records` are rows with an id that we read; `lists` are columns
    of options, each read by itself; a `page` is for people (help, dashboard)
    and never read.  `rows` counts the whole grid, header included.
    """

    title: Text
    was: tuple[Key, ...] = ()
    """Keys that it had before."""
    content: Literal["records", "lists", "page"] = "records"
    key: str | None = None
    columns: dict[Key, Column] = Field(min_length=1)
    rows: int = Field(1000, ge=2, le=100_000)
    color: Color | None = None
    frozen_columns: int = Field(0, ge=0, le=10)
    hidden: bool = False
    filter: bool = False
    """Buttons in the header to filter and sort by."""
    views: dict[Key, View] = {}
    banding: bool = True
    """Rows by turns in the colours of the theme; a cell's own colour lies over it, a highlight over both."""
    rules: tuple[SheetRule, ...] = ()
    highlights: tuple[Highlight, ...] = ()
    charts: dict[Key, Chart] = {}
    pivots: dict[Key, Pivot] = {}
    samples: tuple[dict[str, Any], ...] = ()
    seeds: tuple[dict[str, Any], ...] = ()
    duplicates: tuple[DuplicateRule, ...] | None = None
    """By what `dedupe` tells that rows are of the same thing; None: as is usual for its columns."""
    quality: tuple[Finding, ...] | None = None
    """Which rows are worth a look, for `check --quality`; None: as its reminders, highlights and references suggest."""
    consent: Consent | None = None
    """Who has agreed; of the others exports, copies and mails have no personal columns."""
    erase: Literal["blank", "delete"] = "blank"
    """What `privacy erase` does with a row of the person's: its personal columns are blanked, or it goes whole."""
    archive: Archive | None = None
    """Which rows go to an archive tab of their own, which the spreadsheet then has."""

    @model_validator(mode="before")
    @classmethod
    def _with_identity(cls, value: Any) -> Any:
        """A key is required and unique; a sheet of records without one gets the hidden first column `_id`."""
        if not isinstance(value, dict) or not isinstance(value.get("columns"), dict):
            return value
        if own := [key for key in value["columns"] if str(key).startswith("_")]:
            raise PydanticCustomError(
                "key", tr("keys with a leading _ are ours: {keys}", keys=", ".join(map(str, own)))
            )
        key = value.get("key")
        if isinstance(value["columns"].get(key), dict):
            # A key that may be blank or stand twice would be none; one that we fill ourselves may be blank for now.
            column = value["columns"][key]
            filled = column.get("auto") or column.get("hidden")
            column = {"unique": True, "required": not filled, **column}
            return {**value, "columns": {**value["columns"], key: column}}
        if key is not None or value.get("content", "records") != "records":
            return value
        hidden = {"type": "id", "title": HIDDEN_ID, "hidden": True, "width": 80}
        return {**value, "key": HIDDEN_ID, "columns": {HIDDEN_ID: hidden, **value["columns"]}}

    @property
    def inputs(self) -> tuple[str, ...]:
        """The keys of the columns that people fill: neither computed, nor stamped with the day, nor the hidden id."""
        return tuple(
            key for key, column in self.columns.items() if not (column.computed or column.stamped or key == HIDDEN_ID)
        )


class Template(_Part):
    """A spreadsheet as its author wants it: sheets and columns in order, reminders, sample rows."""

    version: int = Field(ge=1)
    extends: str | None = None
    """The template, by name or path, that this one changes; it then says only what is different."""
    title: Text
    description: Text | None = None
    time_zone: Annotated[str, AfterValidator(_known_zone)] = "Asia/Shanghai"
    country: Annotated[str, AfterValidator(known_country)] = "CN"
    currency: Annotated[str, AfterValidator(known_currency)] = "CNY"
    theme: Theme = Theme()
    policy: dict[Kind, Literal["keep", "restore"]] = {}
    """By kind of resource: whether a change by people stays (`keep`) or is put back (`restore`)."""
    team: Team | None = None
    sheets: dict[Key, SheetSpec] = Field(min_length=1)
    roles: dict[Key, Role] = {}
    """By option of the team's role column, what only people of that role may edit, and what they see in a copy."""
    share: dict[Key, Level] = {}
    """By option of the team's role column, the access to the file that its people get, when that is asked for (--share)."""
    reminders: dict[Key, ReminderRule] = {}

    _key: str = PrivateAttr("")
    _lineage: tuple[tuple[str, int], ...] = PrivateAttr(())

    @field_validator("sheets", mode="after")
    @classmethod
    def _with_archives(cls, value: dict[str, SheetSpec]) -> dict[str, SheetSpec]:
        return with_archives(value)

    def __hash__(self) -> int:
        """By identity: a template is loaded once and handed around."""
        return id(self)

    def __eq__(self, other: object) -> bool:
        """By identity, as its hash."""
        return self is other

    @property
    def key(self) -> str:
        """The name of its file without `.yaml`."""
        return self._key

    @property
    def lineage(self) -> tuple[tuple[str, int], ...]:
        """The keys and versions of the templates that it extends, the nearest first."""
        return self._lineage

    def called(self, key: str, lineage: tuple[tuple[str, int], ...] = ()) -> Template:
        """The same under that key, as made over those templates."""
        made = self.model_copy()
        made._key, made._lineage = key, lineage
        return made

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that its spreadsheets can be made in."""
        return LANGUAGES

    @cached_property
    def records(self) -> tuple[str, ...]:
        """The keys of the sheets whose rows are records, in order."""
        return tuple(key for key, sheet in self.sheets.items() if sheet.content == "records")

    def archive_of(self, sheet: str) -> str | None:
        """The key of the tab that rows of that sheet are put away in; None when there is none."""
        return None if self.sheets[sheet].archive is None else key_of(sheet)

    def home_of(self, sheet: str) -> str:
        """The sheet whose rows are put away there; itself where that is no archive."""
        homes = (key for key, spec in self.sheets.items() if spec.archive is not None and key_of(key) == sheet)
        return next(homes, sheet)

    def context(self, language: str, today: date | None = None) -> Context:
        """What columns need to know; without `today` nothing is said that depends on the day."""
        return Context(language, self.country, self.currency, self.time_zone, self, today)

    def compile(self, language: str, people: Iterable[Member] | None = None, admins: Iterable[str] = ()) -> State:
        """
        Everything that the spreadsheet should hold, by address; sample rows are not part of it.

        `people` are the team; None: not known, and nothing is made for people.
        `admins` are addresses of those who may edit whatever is locked.
        """
        team = None if people is None else tuple(people)
        return compiling.state(self, replace(self.context(language), people=team, admins=tuple(admins)))

    @cached_property
    def asks_for_people(self) -> bool:
        """Whether what it wants depends on who is in the team."""
        views = (view for spec in self.sheets.values() for view in spec.views.values())
        return self.team is not None and (bool(self.roles) or any(view.of for view in views))

    def titles(self, sheet: str, column: str = "") -> tuple[str, ...]:
        """Every title by which that sheet, or column of it, may be known; KeyError when there is none."""
        spec = self.sheets[sheet]
        return spec.columns[column].title.all() if column else spec.title.all()

    def sample_rows(self, language: str, today: date) -> dict[str, list[dict[str, Cell]]]:
        """Sheet key → example rows as cells by column key, the row's id always among them."""
        return samples.rows(self, self.context(language, today))

    def sample_keys(self, sheet: str) -> frozenset[str]:
        """The ids of the example rows of that sheet, in every language."""
        return samples.keys(self, sheet)

    def wanted(self, sheets: Iterable[str] | None = None) -> dict[str, Wanted]:
        """By which titles, in every language, those sheets (None: all) and their columns are found when marks are gone."""
        return {
            sheet: Wanted(
                self.titles(sheet),
                {key: self.titles(sheet, key) for key in self.sheets[sheet].columns},
                self.sheets[sheet].was,
                {key: column.was for key, column in self.sheets[sheet].columns.items() if column.was},
            )
            for sheet in (self.sheets if sheets is None else sheets)
        }

    def problems(self) -> Iterator[Trouble]:
        """What does not fit together: the path in the file, and why."""
        return problems.of(self)


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a template file, overlays too, for editors that complete and check YAML."""
    schema = Template.model_json_schema(schema_generator=WholeSchema)
    return with_overlays({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})
