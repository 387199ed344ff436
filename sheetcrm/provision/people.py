"""
The rows of the team tab → who the spreadsheet is to be made for.

They come with the second read of a plan, so nobody costs a third.  Example
people count as nobody; where the team cannot be read, what was made for
people stays as it is.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sheetcrm.layout import Trouble
from sheetcrm.provision.headers import recognise
from sheetcrm.provision.live import Describes, Live, Seen, entire, look
from sheetcrm.resources import Address, Cell, FilterView, Json, Lock, Resource
from sheetcrm.resources.base import cell_of, sheets_of
from sheetcrm.schema.people import Member

if TYPE_CHECKING:
    from sheetcrm.schema.template import Team, Template

FOR_PEOPLE = (FilterView, Lock)
"""What may be made for people."""


@dataclass(frozen=True)
class Peopled:
    """What is there, what is desired for these people, and who they are; None: not asked, or not to be read."""

    live: Live
    desired: dict[Address, Resource]
    people: tuple[Member, ...] | None


def with_team(
    gateway: Describes,
    template: Template,
    language: str,
    *,
    deep: bool = False,
    admins: Collection[str] = (),
    asked: bool = False,
) -> Peopled:
    """What is there, and what is desired for the team that is there; two reads.  `asked`: the team is wanted in any case."""
    desired = dict(template.compile(language))
    whole, team = entire(desired), template.team if asked or template.asks_for_people else None
    if team is None:
        seen = look(gateway, template.wanted(), entire=whole, deep=deep)
        recognise(seen, template, language)
        return Peopled(seen.live(desired), desired, None)
    columns = {team.sheet: _needed(team, template)}
    seen = look(gateway, template.wanted(), entire=whole, deep=deep, columns=columns)
    recognise(seen, template, language)
    people = members(seen, team, template, language)
    if people is None:
        live = seen.live(desired)
        return Peopled(live, {**desired, **_made_for_people(live, desired)}, None)
    desired = dict(template.compile(language, people, admins))
    live = seen.live(desired)
    return Peopled(live, _held(live, desired, people), people)


def members(seen: Seen, team: Team, template: Template, language: str) -> tuple[Member, ...] | None:
    """Everybody with a name, in the order of the tab, those who left too; None when columns of it are not where they were."""
    layout = seen.layout
    if not layout.has(team.sheet) or layout.adopted(team.sheet):
        return ()
    spec, context = template.sheets[team.sheet], template.context(language)
    needed = _needed(team, template)
    gone = [key for key in needed if not layout.has(team.sheet, key) or (team.sheet, key) in layout.moved]
    if any(key in (team.name, team.email, team.role, team.active) for key in gone):
        return None
    cells = {key: _cells(seen, team.sheet, key) for key in needed}
    values = {key: spec.columns[key].parse(found, context)[0] for key, found in cells.items()}
    examples = template.sample_keys(team.sheet)
    return tuple(
        _member(team, {key: column[row] for key, column in values.items()})
        for row, name in enumerate(values[team.name])
        if name and str(values[spec.key or team.name][row]) not in examples
    )


def _needed(team: Team, template: Template) -> list[str]:
    """The columns that say who is there, and the one that tells examples."""
    wanted = (team.name, team.email, team.role, team.active, template.sheets[team.sheet].key)
    return list(dict.fromkeys(key for key in wanted if key))


def _member(team: Team, row: dict[str, Any]) -> Member:
    role = row[team.role] if team.role else None
    active = row[team.active] is True if team.active else True
    return Member(str(row[team.name]).strip(), str(row[team.email] or ""), str(role or ""), active)


def _cells(seen: Seen, sheet: str, column: str) -> list[Cell]:
    """The values of a column from row 2 on; nothing where a formula failed."""
    if not seen.layout.has(sheet, column):
        return [None] * (seen.layout.rows(sheet) - 1)
    part = next(part for key, part in sheets_of(seen.description, seen.layout) if key == sheet)
    index = seen.layout.index(sheet, column)
    return [_value(cell_of(part, row, index)) for row in range(2, seen.layout.rows(sheet) + 1)]


def _value(cell: Json) -> Cell:
    values = cell.get("effectiveValue", {})
    return next((values[name] for name in ("stringValue", "numberValue", "boolValue") if name in values), None)


def _made_for_people(live: Live, desired: dict[Address, Resource]) -> dict[Address, Resource]:
    return {at: found for at, found in live.state.items() if isinstance(found, FOR_PEOPLE) and at not in desired}


def _held(live: Live, desired: dict[Address, Resource], people: tuple[Member, ...]) -> dict[Address, Resource]:
    """
    Without locks that nobody could open: a new one is not made, one that is there stays as it is.

    While the team is empty new ones are waited for in silence: there is nobody yet to keep out.
    """
    held = dict(desired)
    for address, lock in desired.items():
        if isinstance(lock, Lock) and not lock.editors:
            if people or address in live.state:
                live.layout.trouble(Trouble(address.sheet, address.column, "lock_nobody", (("place", address.place),)))
            held.pop(address)
            if address in live.state:
                held[address] = live.state[address]
    return held
