"""
Spreadsheet → what each role sees of it: pages of values.

In doubt a row is not shown: what a cell that decides over it says has to make
sense, and columns have to be where they were.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from sheetcrm.errors import UsageError
from sheetcrm.messages import tr
from sheetcrm.resources import Address, Json, NumberFormat
from sheetcrm.resources.base import Cell
from sheetcrm.schema.people import Member
from sheetcrm.schema.privacy import personal
from sheetcrm.schema.sees import Sees
from sheetcrm.schema.template import Template
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sync.read import read
from sheetcrm.sync.records import Extract, Reading, Row
from sheetcrm.sync.team import colleagues
from sheetcrm.variants import nearest


@dataclass(frozen=True)
class Heading:
    """A column of a page: its title, width in pixels and number format."""

    title: str
    width: int
    format: Json | None


@dataclass(frozen=True)
class Page:
    """A tab of a copy: `rows` are cells as the source has them, all as long as `headings`."""

    sheet: str
    title: str
    headings: tuple[Heading, ...]
    rows: tuple[tuple[Cell, ...], ...]
    unsure: int = 0
    """Rows that are left out because a cell that decides over them makes no sense."""

    @property
    def look(self) -> str:
        """Eight hex digits that tell its columns' looks from others: they are not read back from a copy."""
        said = json.dumps([(one.width, one.format) for one in self.headings], sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()[:8]


@dataclass(frozen=True)
class Source:
    """What was read of the spreadsheet, once for all roles."""

    reading: Reading
    today: date

    @property
    def template(self) -> Template:
        """Of the spreadsheet."""
        return self.reading.template

    @cached_property
    def people(self) -> tuple[Member, ...]:
        """The team, examples left out."""
        everybody = colleagues(self.reading)
        return tuple(Member(one.name, one.email, one.role, one.active) for one in everybody if not one.sample)

    def role_title(self, role: str) -> str:
        """As the team reads it."""
        team = self.template.team
        assert team is not None
        assert team.role is not None
        context = self.template.context(self.reading.language)
        return str(self.template.sheets[team.sheet].columns[team.role].dump(role, context))

    def pages(self, role: str) -> tuple[Page, ...]:
        """In the order of the template; UsageError when a tab or a column that decides is not where it was."""
        sees = self.template.roles[role].sees
        names = frozenset(one.name for one in self.people if one.active and one.role == role)
        return tuple(self._page(sheet, sees[sheet], names) for sheet in self.template.sheets if sheet in sees)

    def _page(self, sheet: str, sees: Sees, names: frozenset[str]) -> Page:
        consent = self.template.sheets[sheet].consent
        self._check(sheet, (*sees.columns, *sees.asks, *(consent.when if consent else ())))
        extract, spec = self.reading.extracts[sheet], self.template.sheets[sheet]
        rows, unsure = [], 0
        for offset, row in enumerate(extract.rows):
            if row.sample:
                continue
            if any(offset in extract.parsed.bad.get(column, ()) for column in sees.asks):
                unsure += 1
            elif sees.shows({column: row.get(column) for column in sees.asks}, names, self.today):
                hidden = self._hidden(sheet, row)
                rows.append(
                    tuple(None if column in hidden else _cell(extract, row.number, column) for column in sees.columns)
                )
        headings = tuple(self._heading(sheet, column) for column in sees.columns)
        return Page(sheet, spec.title.say(self.reading.language), headings, tuple(rows), unsure)

    def _hidden(self, sheet: str, row: Row) -> frozenset[str]:
        """Columns of a row that are blank in a copy: about somebody who did not agree."""
        spec = self.template.sheets[sheet]
        if spec.consent is None or spec.consent.given_by({key: row.get(key) for key in spec.consent.when}):
            return frozenset()
        return frozenset(personal(spec))

    def _check(self, sheet: str, columns: Collection[str]) -> None:
        """That they are there and what they were: a column taken for another one would show what nobody may see."""
        extract = self.reading.extracts.get(sheet)
        there = extract.cells if extract is not None else {}
        if gone := [column for column in columns if column not in there]:
            raise UsageError(
                tr(
                    "{place} is not in the spreadsheet any more, so nothing was published; see: sheetcrm check",
                    place=f"{sheet}.{gone[0]}",
                )
            )
        for issue in self.reading.troubles:
            if issue.sheet in ("", sheet) and (issue.column is None or issue.column in columns):
                raise UsageError(tr("nothing was published: {message}", message=issue.message))

    def _heading(self, sheet: str, key: str) -> Heading:
        language = self.reading.language
        column = self.template.sheets[sheet].columns[key]
        wanted = self._desired.get(Address(sheet, key, NumberFormat.kind))
        form = {"type": wanted.type, "pattern": wanted.pattern} if isinstance(wanted, NumberFormat) else None
        return Heading(column.title.say(language), column.width or column.pixels, form)

    @cached_property
    def _desired(self) -> dict[Address, object]:
        return dict(self.template.compile(self.reading.language))


def source(gateway: Gateway, template: Template, roles: Collection[str], *, language: str, today: date) -> Source:
    """
    Read what these roles see, and the team: two requests.

    UsageError for a role of which the template says nothing to see.
    """
    team = template.team
    for role in roles:
        if role not in template.roles or not template.roles[role].sees:
            known = [key for key, one in template.roles.items() if one.sees]
            hint = nearest(role, known) or (tr(" (there are {roles})", roles=", ".join(known)) if known else "")
            text = tr(
                "the template says nothing of what {role} sees: roles: {{{role}: {{sees: …}}}}{hint}",
                role=role,
                hint=hint,
            )
            raise UsageError(text)
    if team is None:
        raise UsageError(tr("the template has no team:, so nobody has a role"))
    said = (team.name, team.email, team.role, team.active, template.sheets[team.sheet].key)
    columns = {f"{team.sheet}.{key}" for key in said if key}
    sheets = dict.fromkeys([team.sheet])
    for role in roles:
        for sheet, sees in template.roles[role].sees.items():
            sheets[sheet] = None
            spec = template.sheets[sheet]
            asked = (*sees.columns, *sees.asks, *(spec.consent.when if spec.consent else ()), spec.key)
            columns |= {f"{sheet}.{key}" for key in asked if key}
    reading = read(gateway, template, language=language, sheets=list(sheets), columns=columns, today=today, rules=False)
    return Source(reading, today)


def roles_seeing(template: Template) -> Sequence[str]:
    """The roles that see something."""
    return [key for key, role in template.roles.items() if role.sees]


def _cell(extract: Extract, row: int, column: str) -> Cell:
    """What stands there; blank is None, however it came to be so."""
    cell = extract.cell(row, column)
    return None if cell == "" else cell


def cells(page: Page) -> Iterator[tuple[Cell, ...]]:
    """The header, then the rows."""
    yield tuple(one.title for one in page.headings)
    yield from page.rows
