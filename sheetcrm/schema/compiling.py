"""
Template → State: every resource that the spreadsheet should hold.

The same template and language give the same State on any day: what changes
with the day (sample rows) is not part of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sheetcrm.messages import N_, texts
from sheetcrm.resources.banding import Banding
from sheetcrm.resources.base import SPREADSHEET, Address, Resource, State
from sheetcrm.resources.basic_filter import BasicFilter
from sheetcrm.resources.column import Column
from sheetcrm.resources.filter_view import FilterView
from sheetcrm.resources.grid import Grid
from sheetcrm.resources.header_style import HeaderStyle
from sheetcrm.resources.highlight import Highlights
from sheetcrm.resources.locale import Locale
from sheetcrm.resources.named_range import NamedRange
from sheetcrm.resources.palette import Palette
from sheetcrm.resources.protection import Protection
from sheetcrm.resources.rows import Rows
from sheetcrm.resources.tab import Tab
from sheetcrm.resources.tab_style import TabStyle
from sheetcrm.resources.template_mark import TemplateMark
from sheetcrm.resources.title import Title
from sheetcrm.schema import chart_places, pivots, roles, samples
from sheetcrm.schema.context import Context, Place
from sheetcrm.schema.groups import groups

if TYPE_CHECKING:
    from sheetcrm.schema.template import SheetSpec, Template

LOCALES = {"zh": "zh_CN", "en": "en_US"}
"""The spreadsheet's locale by language: both write formulas with commas and numbers with points."""


def state(template: Template, context: Context) -> State:
    """Everything by address, in the order of the template."""
    found: dict[Address, Resource] = {}
    for address, resource in _all(template, context):
        found[address] = resource
    return found


def _all(template: Template, context: Context) -> Iterator[tuple[Address, Resource]]:
    language = context.language
    yield Address(SPREADSHEET, "", Locale.kind), Locale(LOCALES[language], template.time_zone)
    yield (
        Address(SPREADSHEET, "", TemplateMark.kind),
        TemplateMark(template.key, template.version, language, template.lineage),
    )
    yield Address(SPREADSHEET, "", Palette.kind), Palette.of(template.theme.series)
    seeds = samples.seeds(template, context)
    for key, spec in template.sheets.items():
        for resource in _of_sheet(key, spec, context):
            yield Address(key, "", resource.kind), resource
        if key in seeds:
            rows = tuple(tuple(row.items()) for row in seeds[key])
            yield Address(key, "", Rows.kind), Rows(rows)
        yield from _of_columns(key, spec, context)
        yield from chart_places.resources(key, spec, context)
        yield from pivots.resources(key, spec, context)
        for name, group in groups(spec):
            yield Address(key, "", f"{group.kind}.{name}"), group
        yield from _views(key, spec, context)
    yield from roles.locks(context)


def _views(key: str, spec: SheetSpec, context: Context) -> Iterator[tuple[Address, Resource]]:
    if spec.filter:
        yield Address(key, "", BasicFilter.kind), BasicFilter()
    for name, view in spec.views.items():
        for part, resource in view.views(name, key, context):
            yield Address(key, "", f"{FilterView.kind}.{part}"), resource


def _of_sheet(key: str, spec: SheetSpec, context: Context) -> Iterator[Resource]:
    theme = context.template.theme
    title = spec.title.say(context.language)
    yield Tab(title)
    yield Title(title)
    yield TabStyle(spec.color or "", spec.hidden, 1, spec.frozen_columns)
    yield Grid(spec.rows)
    if spec.banding:
        yield Banding(theme.header, theme.first, theme.second)
    yield Protection("header", texts(context.language)(N_("sheetcrm: titles are read by programs; rename with care")))
    formats = tuple(dict.fromkeys(one for highlight in spec.highlights for one in highlight.formats(key, context)))
    if formats:
        yield Highlights(formats)


def _of_columns(sheet: str, spec: SheetSpec, context: Context) -> Iterator[tuple[Address, Resource]]:
    theme = context.template.theme
    after = ""
    for key, column in spec.columns.items():
        place = Place(sheet, key)
        yield Address(sheet, key, Column.kind), Column(after)
        yield (
            Address(sheet, key, HeaderStyle.kind),
            HeaderStyle(theme.computed if column.computed else theme.header, theme.text, theme.font, theme.header_size),
        )
        yield from column.resources(place, context)
        if spec.content == "lists" or (key == spec.key and not column.hidden):
            yield Address(sheet, key, NamedRange.kind), NamedRange(f"{sheet}_{key}")
        after = key
