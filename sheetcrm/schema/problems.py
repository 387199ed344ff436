"""
Template → what does not fit together in it.

Each setting has been right by itself before this is asked; here they are held
against each other, all of them, in the order of the file.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from sheetcrm.messages import tr
from sheetcrm.resources.base import SPREADSHEET
from sheetcrm.schema import addresses, chart_places, pivots, roles, samples
from sheetcrm.schema.archive import archive_problems
from sheetcrm.schema.columns.list import ListColumn
from sheetcrm.schema.context import BadCell, Context, Place
from sheetcrm.schema.formulas import formula_problems
from sheetcrm.schema.groups import group_problems
from sheetcrm.schema.limits import too_long, too_much_to_remember
from sheetcrm.schema.rules import Trouble
from sheetcrm.schema.states import column_problem
from sheetcrm.schema.text import Text
from sheetcrm.variants import nearest
from sheetcrm.yamlfile import in_words

if TYPE_CHECKING:
    from sheetcrm.schema.template import SheetSpec, Template

MAX_CELLS = 10_000_000
_ANY_DAY = date(2026, 6, 15)
"""Samples relative to today are right on one day when they are on any: rules compare them with each other."""


def of(template: Template) -> Iterator[Trouble]:
    """Everything, in the order of the file; samples only where the structure is right."""
    contexts = [template.context(language, _ANY_DAY) for language in template.languages]
    found = list(dict.fromkeys(trouble for context in contexts for trouble in _structure(template, context)))
    yield from found
    if not found:
        yield from dict.fromkeys(trouble for context in contexts for trouble in too_long(template, context))
        yield from too_much_to_remember(template, contexts[0])
        yield from dict.fromkeys(trouble for context in contexts for trouble in _rows(template, context))


def _structure(template: Template, context: Context) -> Iterator[Trouble]:
    if sum(spec.rows * len(spec.columns) for spec in template.sheets.values()) > MAX_CELLS:
        yield (
            ("sheets",),
            tr("more than {most:,} cells, which is all that a spreadsheet holds; lower rows:", most=MAX_CELLS),
        )
    yield from _twice(("sheets",), {key: spec.title.all() for key, spec in template.sheets.items()})
    if template.team is not None:
        yield from _team(template, context)
    for key, spec in template.sheets.items():
        for path, message in _sheet(key, spec, context):
            yield ("sheets", key, *path), message
    yield from roles.problems(context)
    for key, reminder in template.reminders.items():
        for path, message in reminder.problems(context):
            yield ("reminders", key, *path), message


def _team(template: Template, context: Context) -> Iterator[Trouble]:
    team = template.team
    assert team is not None
    if team.sheet not in template.sheets:
        yield ("team", "sheet"), column_problem(team.sheet, "", context)
        return
    for name in ("name", "email", "role", "manager", "active", "phone", "language"):
        key = getattr(team, name)
        if key is not None and (message := column_problem(team.sheet, key, context)):
            yield ("team", name), message


def _sheet(key: str, spec: SheetSpec, context: Context) -> Iterator[Trouble]:
    if key == SPREADSHEET:
        yield (), tr("this key is taken; call the sheet something else")
    if spec.key is not None and spec.key not in spec.columns:
        yield ("key",), tr("no such column: {key}{hint}", key=spec.key, hint=nearest(spec.key, list(spec.columns)))
        return
    if any(not 1 <= len(title) <= 100 for title in spec.title.all()):
        yield ("title",), tr("a tab's title has 1 to 100 characters")
    yield from _twice(("columns",), {name: column.title.all() for name, column in spec.columns.items()})
    for name, column in spec.columns.items():
        for path, message in column.problems(Place(key, name), context):
            yield ("columns", name, *path), message
    yield from chart_places.problems(key, spec, context)
    yield from pivots.problems(key, spec, context)
    yield from group_problems(spec)
    yield from archive_problems(key, spec, context)
    if spec.consent is not None:
        yield from spec.consent.problems(key, context)
    yield from addresses.problems(key, spec)
    yield from _twice(("views",), {name: view.title.all() for name, view in spec.views.items()})
    parts: dict[str, Iterable[tuple[str | int, Any]]] = {
        "rules": enumerate(spec.rules),
        "highlights": enumerate(spec.highlights),
        "views": spec.views.items(),
        "duplicates": enumerate(spec.duplicates or ()),
        "quality": enumerate(spec.quality or ()),
    }
    for family, members in parts.items():
        for which, part in members:
            for path, message in part.problems(key, context):
                yield (family, which, *path), message


def _twice(path: tuple[str, ...], titles: Mapping[str, Collection[str]]) -> Iterator[Trouble]:
    """Two things of one title, in whatever languages: a header would not tell which is meant."""
    seen: dict[str, str] = {}
    for key, wordings in titles.items():
        for wording in wordings:
            other = seen.setdefault(wording.casefold(), key)
            if other != key:
                yield (
                    (*path, key, "title"),
                    tr("{wording} is the title of {other} already", wording=wording, other=other),
                )


def _rows(template: Template, context: Context) -> Iterator[Trouble]:
    values: dict[str, dict[str, list[Any]]] = {}
    seeded: dict[str, dict[str, list[Any]]] = {}
    for key, spec in template.sheets.items():
        values[key] = {name: [] for name in spec.columns}
        seeded[key] = {name: [] for name in spec.columns}
        for offset, written in enumerate(spec.samples, 1):
            for path, message in _row(spec, samples.with_id(spec, offset, written), values[key], context):
                yield ("sheets", key, "samples", offset - 1, *path), message
        for offset, written in enumerate(spec.seeds):
            for path, message in _seed(key, spec, written, seeded[key], context):
                yield ("sheets", key, "seeds", offset, *path), message
    lookup = _Rows((values, seeded), context)
    for key, spec in template.sheets.items():
        yield from _broken_rules(key, spec, values[key], lookup, context)


def _row(
    spec: SheetSpec, written: Mapping[str, Any], values: dict[str, list[Any]], context: Context
) -> Iterator[Trouble]:
    for name in written:
        if name not in spec.columns or spec.columns[name].computed:
            yield (name,), tr("no such column to fill: {name}{hint}", name=name, hint=nearest(name, list(spec.inputs)))
    for name, column in spec.columns.items():
        value = column.blank()
        if name in written:
            try:
                cell = column.sample(written[name], context)
                value = value if cell is None else column.parse_cell(cell, context)
            except (BadCell, ValueError) as bad:
                yield (name,), _why(bad) + nearest(str(written[name]), list(column.option_keys(context)))
        values[name].append(value)


def _seed(
    sheet: str, spec: SheetSpec, written: Mapping[str, Any], values: dict[str, list[Any]], context: Context
) -> Iterator[Trouble]:
    for name, value in written.items():
        if name not in spec.columns:
            yield (name,), tr("no such column: {name}{hint}", name=name, hint=nearest(name, list(spec.columns)))
        elif isinstance(value, str) and value.startswith("="):
            for message in formula_problems(value[1:], sheet, context):
                yield (name,), message
        else:
            another_day = replace(context, today=_ANY_DAY + timedelta(1))
            try:
                cells = {samples.seed_cell(sheet, spec, name, value, one) for one in (context, another_day)}
                if len(cells) > 1:
                    yield (name,), tr("only samples may have a date relative to today")
                values[name] += [spec.columns[name].parse_cell(cell, context) for cell in cells if cell is not None]
            except (BadCell, ValueError) as bad:
                yield (name,), _why(bad)


def _broken_rules(
    key: str, spec: SheetSpec, values: Mapping[str, list[Any]], lookup: _Rows, context: Context
) -> Iterator[Trouble]:
    if not spec.samples:
        return
    for name, column in spec.columns.items():
        if column.computed:
            continue
        for rule in column.all_rules():
            for offset, bad in rule.check(Place(key, name), values, context, lookup):
                yield (
                    ("sheets", key, "samples", offset, name),
                    tr("breaks its rule {code}: {bad}", code=rule.code, bad=bad),
                )
    for sheet_rule in spec.rules:
        for offset, name, bad in sheet_rule.check(key, values, context):
            yield (
                ("sheets", key, "samples", offset, name),
                tr("breaks the rule {code}: {bad}", code=sheet_rule.code, bad=bad),
            )


def _why(bad: Exception) -> str:
    return next(said for _, said in in_words(bad, Text, None)) if isinstance(bad, ValidationError) else str(bad)


class _Rows:
    """A look-up among sample rows, first rows and the options of lists."""

    def __init__(self, parts: tuple[Mapping[str, Mapping[str, list[Any]]], ...], context: Context) -> None:
        self._parts, self._context = parts, context

    def values(self, sheet: str, column: str) -> Collection[Any]:
        found = self._context.template.sheets[sheet].columns[column]
        if isinstance(found, ListColumn):
            return list(found.options)
        return [value for values in self._parts for value in values[sheet][column]]
