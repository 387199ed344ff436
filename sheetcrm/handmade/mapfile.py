"""
`--map FILE` → which tab and which column a person says it is.

    sheets: {customers: Kunden, orders: null}
    columns: {customers.id: customerID, customers.fax: null}

A column may be named by its title or, where a title stands twice, by the cell
of its header (`D1`); null means that there is none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from sheetcrm import yamlfile
from sheetcrm.errors import FileError, Problem
from sheetcrm.handmade.survey import FoundColumn, FoundTab
from sheetcrm.layout import letters, same_title
from sheetcrm.messages import tr
from sheetcrm.schema.template import Template
from sheetcrm.variants import nearest


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    sheets: dict[str, str | None] = {}
    columns: dict[str, str | None] = {}


@dataclass(frozen=True)
class Map:
    """By sheet the id of its tab, by `sheet.column` the index of its column; None for none."""

    tabs: dict[str, int | None] = field(default_factory=dict)
    columns: dict[str, str | None] = field(default_factory=dict)
    located: yamlfile.Located | None = None

    def column(self, place: str, tab: FoundTab) -> FoundColumn | None:
        """The column meant; FileError when the tab has no such title, or has it twice."""
        said = self.columns[place]
        assert said is not None, place
        same = [column for column in tab.columns if same_title(column.title, said)]
        if not same and re.fullmatch(r"[A-Z]{1,3}1", said):
            same = [column for column in tab.columns if f"{letters(column.index)}1" == said]
        if len(same) == 1:
            return same[0]
        cells = ", ".join(f"{letters(column.index)}1" for column in same)
        hint = nearest(said, [column.title for column in tab.columns])
        message = (
            tr("{title} stands there more than once: say {cells}", title=said, cells=cells)
            if same
            else tr("{title} is no column of {tab}{hint}", title=said, tab=tab.title, hint=hint)
        )
        raise FileError([self.problem(("columns", place), message)])

    def problem(self, path: Sequence[str | int], message: str) -> Problem:
        """Something wrong with what the file says there."""
        assert self.located is not None
        return self.located.problem(path, message)


def read(path: Path, template: Template, tabs: Sequence[FoundTab]) -> Map:
    """What the file says; FileError with every line that names what is not there."""
    located = yamlfile.read(path)
    written = yamlfile.validate(_Written, located)
    problems = []
    found: dict[str, int | None] = {}
    for sheet, title in written.sheets.items():
        at = ("sheets", sheet)
        tab = next((tab for tab in tabs if title is not None and same_title(tab.title, title)), None)
        if sheet not in template.sheets:
            hint = nearest(sheet, list(template.sheets))
            problems.append(located.problem(at, tr("the template has no such sheet{hint}", hint=hint)))
        elif title is not None and tab is None:
            hint = nearest(title, [tab.title for tab in tabs])
            problems.append(
                located.problem(at, tr("the spreadsheet has no tab called {title}{hint}", title=title, hint=hint))
            )
        found[sheet] = tab.id if tab else None
    known = [f"{sheet}.{column}" for sheet, spec in template.sheets.items() for column in spec.columns]
    problems += [
        located.problem(("columns", place), tr("the template has no such column{hint}", hint=nearest(place, known)))
        for place in written.columns
        if place not in known
    ]
    if problems:
        raise FileError(problems)
    return Map(found, dict(written.columns), located)
