"""
A way to look at a sheet that changes nothing for others ↔ a filter view.

Several in a sheet, each at its own address (`filter_view.overdue`).  The
team's once it is there; views that people made are never in a State.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from sheetcrm.layout import Layout, normal, places_in
from sheetcrm.messages import tr
from sheetcrm.resources.base import (
    Address,
    Json,
    Policy,
    Request,
    Resource,
    State,
    Verdict,
    changed,
    made_before,
    sheets_of,
)

Reach = Literal["whole", "short", "other"]
"""Header to the grid's last row and all columns of ours; the same but not to the last row; anything else."""
RELATIVE = frozenset({"PAST_YEAR", "PAST_MONTH", "PAST_WEEK", "YESTERDAY", "TODAY", "TOMORROW"})
"""Days that a date condition may name instead of a date."""


ROW = re.compile(r"\$?\b[A-Z]{1,3}\$?([1-9][0-9]*)\b")
VIEWS = "sheets(properties.sheetId,filterViews(filterViewId,range,filterSpecs))"
"""The fields of a description that `rewritten` reads."""


def rewritten(description: Json, sheet_id: int, gone: Collection[int]) -> Iterator[Request]:
    """
    Views, also people's own, that filter by a formula at their first row, as they are: for after rows `gone` (1-based) went.

    A formula whose row is deleted says #REF! from then on, and the view shows
    nothing; that of the row that comes up is the same.  Views whose formulas
    look at other rows as well are left.
    """
    for part in description.get("sheets", []):
        views = part.get("filterViews", []) if part.get("properties", {}).get("sheetId", 0) == sheet_id else []
        for view in views:
            first = view.get("range", {}).get("startRowIndex", 0) + 2
            said = [value for value in _said(view) if value.startswith("=")]
            if first in gone and said and {int(row) for value in said for row in ROW.findall(value)} == {first}:
                again = {"filterViewId": view["filterViewId"], "filterSpecs": view["filterSpecs"]}
                yield {"updateFilterView": {"filter": again, "fields": "filterSpecs"}}


def _said(view: Json) -> Iterator[str]:
    for spec in view.get("filterSpecs", []):
        for value in spec.get("filterCriteria", {}).get("condition", {}).get("values", []):
            yield value.get("userEnteredValue", "")


@dataclass(frozen=True)
class Criterion:
    """
    What a column shows: not the values `hidden`, and only what meets Google's condition of `type` with its `values`.

    A value that begins with `=` is a formula in key form; of a condition on
    dates, `TODAY` and its like are days as seen from today.
    """

    column: str
    """Its key; what people filter in columns of their own is `#5`, by index."""
    hidden: tuple[str, ...] = ()
    type: str = ""
    values: tuple[str, ...] = ()
    other: str = ""
    """What people chose that we never write; always empty in a desired state."""

    def __post_init__(self) -> None:
        """Equal in whatever order values were hidden, and however formulas were spaced."""
        object.__setattr__(self, "hidden", tuple(sorted(self.hidden)))
        values = tuple(normal(value) if value.startswith("=") else value for value in self.values)
        object.__setattr__(self, "values", values)


@dataclass(frozen=True)
class FilterView(Resource):
    """A view called `title` that shows the rows that meet all `criteria`, sorted by (column, ascending)."""

    title: str
    criteria: tuple[Criterion, ...] = ()
    sort: tuple[tuple[str, bool], ...] = ()
    reach: Reach = "whole"
    """Always `whole` in a desired state."""

    kind: ClassVar[str] = "filter_view"
    rank: ClassVar[int] = 92
    policy: ClassVar[Policy] = "keep"
    fields: ClassVar[tuple[str, ...]] = ("sheets.filterViews",)
    follows: ClassVar[frozenset[str]] = frozenset({"rows", "columns", "header"})
    removable: ClassVar[bool] = True
    optional: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Equal in whatever order columns were filtered."""
        object.__setattr__(self, "criteria", tuple(sorted(self.criteria, key=lambda one: one.column)))

    @classmethod
    def read(cls, description: Json, layout: Layout, desired: State) -> Iterator[tuple[Address, Self]]:
        """Ours by the ids that we chose; one of somebody else where it has the title that ours is to have."""
        for key, part in sheets_of(description, layout):
            live = {view["filterViewId"]: view for view in part.get("filterViews", [])}
            addresses = list(_addresses(key, part, layout, desired))
            ours = {one for at in addresses for one in layout.own_ids(at.place, at.kind)}
            theirs = {view.get("title", ""): one for one, view in live.items() if one not in ours}
            for address in addresses:
                wanted = desired.get(address)
                found = next(iter(layout.own_ids(address.place, address.kind) & live.keys()), None)
                if found is None and isinstance(wanted, cls):
                    found = theirs.get(wanted.title)
                if found is not None:
                    layout.ids[str(address)] = found
                    yield address, cls._of(live[found], key, layout)

    @classmethod
    def _of(cls, view: Json, sheet: str, layout: Layout) -> Self:
        return cls(
            view.get("title", ""),
            tuple(_criterion(spec, sheet, layout) for spec in view.get("filterSpecs", [])),
            tuple(
                (_column(spec.get("dimensionIndex", 0), sheet, layout), spec.get("sortOrder") != "DESCENDING")
                for spec in view.get("sortSpecs", [])
            ),
            reach(view.get("range", {}), sheet, layout),
        )

    def create(self, address: Address, layout: Layout) -> list[Request]:
        """Add it under an id of our choice."""
        view = {"filterViewId": layout.choose_id(str(address)), **self._written(address, layout)}
        return [{"addFilterView": {"filter": view}}]

    def update(self, address: Address, layout: Layout, live: Self) -> list[Request]:
        """All of it; where only the grid has grown, its range, and not even that where people chose their own."""
        view = {"filterViewId": layout.ids[str(address)], **self._written(address, layout)}
        if self.reach == "other":
            return []
        same = (self.title, self.criteria, self.sort) == (live.title, live.criteria, live.sort)
        return [
            {"updateFilterView": {"filter": view, "fields": "range" if same else "title,range,filterSpecs,sortSpecs"}}
        ]

    def delete(self, address: Address, layout: Layout) -> list[Request]:
        """Take the view away; no row changes."""
        return [{"deleteFilterView": {"filterId": layout.ids[str(address)]}}]

    def verdict(self, live: Self, before: str | None, policy: Policy) -> Verdict:
        """Rows that people added at the end belong in it, and a formula whose row was deleted is nothing that they chose."""
        broken = {one.column for one in live.criteria if any("#REF!" in value for value in one.values)}
        if self._without(broken) == live._without(broken) and (broken or live.reach == "short"):
            return "change"
        return super().verdict(live, before, policy)

    def _without(self, columns: set[str]) -> tuple[object, ...]:
        """Title, sorting, and what is filtered by other columns."""
        return self.title, self.sort, tuple(one for one in self.criteria if one.column not in columns)

    def needs(self, address: Address) -> frozenset[str]:
        """Also the columns that it filters, sorts or looks at."""
        sheet = address.sheet
        named = {f"{sheet}.{one.column}" for one in self.criteria} | {f"{sheet}.{column}" for column, _ in self.sort}
        formulas = [value for one in self.criteria for value in one.values if value.startswith("=")]
        return super().needs(address).union(named, *(places_in(value, sheet) for value in formulas))

    def say(self, live: Self | None = None) -> str:
        """The title and what it shows."""
        return changed(live and _words(live), _words(self))

    def _written(self, address: Address, layout: Layout) -> Json:
        sheet = address.sheet
        written: Json = {"title": self.title, "range": layout.grid_range(sheet, first=1)}
        if self.criteria:
            written["filterSpecs"] = [
                {"columnIndex": _index(one.column, sheet, layout), "filterCriteria": _criteria(one, sheet, layout)}
                for one in self.criteria
            ]
        if self.sort:
            written["sortSpecs"] = [
                {"dimensionIndex": _index(column, sheet, layout), "sortOrder": "ASCENDING" if up else "DESCENDING"}
                for column, up in self.sort
            ]
        return written


def reach(place: Json, sheet: str, layout: Layout) -> Reach:
    """How much of a sheet the range of a filter takes in."""
    if layout.covers(place, sheet, first=1):
        return "whole"
    last = place.get("endRowIndex", layout.rows(sheet))
    return "short" if layout.covers(place, sheet, first=1, last=last) else "other"


def _addresses(sheet: str, part: Json, layout: Layout, desired: State) -> Iterator[Address]:
    """Of the views of a sheet that are to be, and of those that we made before."""
    wanted = [at for at, resource in desired.items() if at.sheet == sheet and isinstance(resource, FilterView)]
    made = [at for at in made_before(part, sheet, layout) if at.kind.partition(".")[0] == FilterView.kind]
    yield from dict.fromkeys([*wanted, *made])


def _column(index: int, sheet: str, layout: Layout) -> str:
    return layout.column_at(sheet, index) or f"#{index}"


def _index(column: str, sheet: str, layout: Layout) -> int:
    return int(column[1:]) if column.startswith("#") else layout.index(sheet, column)


def _criterion(spec: Json, sheet: str, layout: Layout) -> Criterion:
    criteria = dict(spec.get("filterCriteria", {}))
    condition, hidden = criteria.pop("condition", {}), criteria.pop("hiddenValues", [])
    values = [one.get("relativeDate") or one.get("userEnteredValue", "") for one in condition.get("values", [])]
    return Criterion(
        _column(spec.get("columnIndex", 0), sheet, layout),
        tuple(hidden),
        condition.get("type", ""),
        tuple(layout.keys(value, sheet) if value.startswith("=") else value for value in values),
        json.dumps(criteria, sort_keys=True) if criteria else "",
    )


def _criteria(one: Criterion, sheet: str, layout: Layout) -> Json:
    """FilterCriteria; also what people chose, when it is put back as it was."""
    written: Json = json.loads(one.other) if one.other else {}
    if one.hidden:
        written["hiddenValues"] = list(one.hidden)
    if one.type:
        written["condition"] = {"type": one.type}
        if one.values:
            written["condition"]["values"] = [_value(one.type, value, sheet, layout) for value in one.values]
    return written


def _value(type_: str, value: str, sheet: str, layout: Layout) -> Json:
    if type_.startswith("DATE_") and value in RELATIVE:
        return {"relativeDate": value}
    return {"userEnteredValue": layout.a1(value, sheet) if value.startswith("=") else value}


def _words(view: FilterView) -> str:
    parts = [f"{one.column} {_shows(one)}" for one in view.criteria]
    sorts = [
        tr("by {column}", column=column) if up else tr("by {column} downwards", column=column)
        for column, up in view.sort
    ]
    return ", ".join([view.title, *parts, *sorts])


def _shows(one: Criterion) -> str:
    shown = f"{one.type} {', '.join(one.values)}".strip() if one.type else ""
    hidden = tr("without {values}", values=", ".join(one.hidden)) if one.hidden else ""
    return " ".join(part for part in (shown, hidden, one.other) if part)
