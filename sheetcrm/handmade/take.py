"""
A column that people made beside those of a template → what an overlay says to have it.

The column stays where it is and as it is; what it refers to is named by the
keys of the template.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sheetcrm.errors import UsageError
from sheetcrm.handmade.columns import Drafted, Setting, drafted
from sheetcrm.handmade.evidence import Evidence
from sheetcrm.handmade.keys import Named, key_of
from sheetcrm.handmade.sketch import Sketch, sketch
from sheetcrm.handmade.survey import FoundColumn, FoundTab, Survey
from sheetcrm.handmade.yamltext import part
from sheetcrm.layout import Layout, same_title
from sheetcrm.messages import N_, tr
from sheetcrm.schema.context import Place
from sheetcrm.schema.template import Template
from sheetcrm.variants import nearest

_REPLACED = {
    "validation": N_("apply would replace the rule that people set"),
    "number_format": N_("apply would replace the format that people set"),
}
"""By what differs."""


@dataclass(frozen=True)
class Taken:
    """A column's settings, its place by key, the column that it stands behind (empty: none), and what is unsure."""

    sheet: str
    column: str
    after: str
    settings: dict[str, Any]
    remarks: tuple[str, ...]

    @property
    def place(self) -> str:
        """`customers.birthday`."""
        return f"{self.sheet}.{self.column}"

    def said(self) -> dict[str, Any]:
        """As a file that extends the template says it."""
        return {**self.settings, **({"after": self.after} if self.after else {})}

    def text(self) -> str:
        """The same as YAML, with the remarks above it."""
        return part({self.column: self.said()}, {(self.column,): self.remarks}, 6)


def take(survey: Survey, template: Template, language: str, where: str) -> Taken:
    """Draft the column called `Tab!Title`; UsageError when there is none, or it is the template's."""
    layout = Layout.locate(survey.description, template.wanted(), {tab.id: _header(tab) for tab in survey.tabs})
    tab, column = _find(survey, where)
    sheet = layout.sheet_key(tab.id)
    if sheet is None or sheet not in template.sheets:
        raise UsageError(
            tr(
                "the tab {title} is none of {template}; connect it first: sheetcrm connect --template {template}",
                title=tab.title,
                template=template.key,
            )
        )
    if (known := layout.column_at(sheet, column.index)) is not None and not _is_dropped(template, sheet, known):
        raise UsageError(
            tr("{where} is {place} of {template} already", where=where, place=f"{sheet}.{known}", template=template.key)
        )
    taken = [*template.sheets[sheet].columns, *layout.columns(sheet)]
    key = key_of(column.title, taken, f"column_{column.index + 1}")
    places = {
        (layout.sheet_id(one), layout.index(one, name)): name for one in layout.sheets() for name in layout.columns(one)
    }
    named = Named({layout.sheet_id(one): one for one in layout.sheets()}, {**places, (tab.id, column.index): key})
    found = _with_keys(sketch(survey, named), template)
    setting = Setting(language, template.country, template.currency, template.time_zone)
    made = drafted(found, setting)[sheet][key]
    differs = _differing(found.sheets[sheet].seen[key], made)
    settings = {"type": made.settings["type"], "title": column.title, **made.settings}
    return Taken(sheet, key, _before(layout, sheet, column.index, template), settings, (*made.remarks, *differs))


def _differing(seen: Evidence, made: Drafted) -> list[str]:
    """What apply would set otherwise than people have it."""
    theirs = {"validation": seen.validation, "number_format": seen.format}
    return [tr(_REPLACED[kind]) for kind in made.differs if theirs[kind] is not None]


def _header(tab: FoundTab) -> list[str]:
    width = max((column.index for column in tab.columns), default=-1) + 1
    titles = {column.index: column.title for column in tab.columns}
    return [titles.get(index, "") for index in range(width)]


def _find(survey: Survey, where: str) -> tuple[FoundTab, FoundColumn]:
    """The tab and column of those titles."""
    title, sign, name = where.rpartition("!")
    if not sign:
        raise UsageError(tr("expected Tab!Column, not {where}", where=where))
    tab = next((tab for tab in survey.tabs if same_title(tab.title, title.strip("'"))), None)
    if tab is None:
        hint = nearest(title, [tab.title for tab in survey.tabs])
        raise UsageError(tr("there is no tab called {title}{hint}", title=title, hint=hint))
    column = next((column for column in tab.columns if same_title(column.title, name)), None)
    if column is None:
        hint = nearest(name, [column.title for column in tab.columns])
        raise UsageError(tr("there is no column called {title} in {tab}{hint}", title=name, tab=tab.title, hint=hint))
    return tab, column


def _is_dropped(template: Template, sheet: str, column: str) -> bool:
    """Whether the column is marked as one that the template does not have any more."""
    return column not in template.sheets[sheet].columns


def _with_keys(found: Sketch, template: Template) -> Sketch:
    """What the template knows better than anybody could guess: keys, lists, the team."""
    for key, sheet in found.sheets.items():
        spec = template.sheets.get(key)
        if spec is not None:
            sheet.content = spec.content
            sheet.id_column = spec.key if spec.key in sheet.columns else None
    team = template.team
    known = team is not None and team.sheet in found.sheets and team.name in found.sheets[team.sheet].columns
    place = Place(team.sheet, team.name) if team is not None and known else None
    return Sketch(found.sheets, found.layout, found.description, place, found.left)


def _before(layout: Layout, sheet: str, index: int, template: Template) -> str:
    """The nearest column of the template on its left."""
    columns: Mapping[str, Any] = template.sheets[sheet].columns
    left = [key for key in layout.columns(sheet) if layout.index(sheet, key) < index and key in columns]
    return left[-1] if left else ""
