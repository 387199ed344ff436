"""
Spreadsheet, Drive and team → who may do what, what of it should not be, and the plan that mends it.

The plan is one like any other, of locks and of access to the file alone: shown, agreed to, and carried out by `apply`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Protocol

from sheetcrm.errors import UsageError
from sheetcrm.layout import letters
from sheetcrm.messages import admin, tr
from sheetcrm.provision.apply import planned
from sheetcrm.provision.audit import Audit, Finding, House, audit
from sheetcrm.provision.plan import Plan
from sheetcrm.provision.samples import Reads
from sheetcrm.provision.selection import Selection
from sheetcrm.resources import Json, Lock, Protection
from sheetcrm.schema.people import Member

if TYPE_CHECKING:
    from sheetcrm.schema.template import Template

RANGES = "sheets(properties(sheetId,title),protectedRanges(protectedRangeId,range,warningOnly,editors))"
LOCKS = Selection(only=(f"*.{Lock.kind}",), typed=False)
TOLD = frozenset({"lock_nobody", "tab_locked"})
"""Troubles of a plan that are about who may edit."""


class Permits(Protocol):
    """What an inspection needs of Drive."""

    def permissions(self, file: str) -> list[Json]:
        """Who may open the file."""


@dataclass(frozen=True)
class Inspected:
    """What was found, the locks that are there by place, and the plan that mends what can be mended."""

    audit: Audit
    locks: tuple[tuple[str, str], ...]
    plan: Plan
    people: tuple[Member, ...] = ()
    """The team, those who left, too."""


def inspect(
    gateway: Reads,
    drive: Permits,
    template: Template,
    language: str,
    *,
    today: date,
    house: House,
    strangers: bool = False,
) -> Inspected:
    """
    Three reads of the spreadsheet and one of Drive; changes nothing.

    UsageError when there is a team and it cannot be read: then nobody knows who
    left.  With `strangers` the plan takes access from whom nobody knows, too.
    """
    plan, people = planned(gateway, template, language, today=today, admins=house.admins, asked=True, selection=LOCKS)
    if people is None and template.team is not None:
        raise UsageError(tr("the team tab cannot be read, so nobody's access can be told; see: sheetcrm check"))
    there = gateway.describe(RANGES)
    found = audit(drive.permissions(plan.layout.spreadsheet_id), people, house)
    editors = (*_locks(plan), *_strays(there, plan, people or (), house))
    found = replace(found, findings=(*found.findings, *editors))
    locks = sorted((at.place, one.say()) for at, one in plan.live.items() if isinstance(one, Lock))
    # Its troubles are among the findings, or not about access.
    plan = replace(plan, sharing=found.mending(strangers=strangers), troubles=(), kept=())
    return Inspected(found, tuple(locks), plan, people or ())


def _locks(plan: Plan) -> Iterator[Finding]:
    """What is locked for others than the template says, or not locked at all."""
    for change in plan.changes:
        if isinstance(change.resource, Lock):
            place = change.address.place
            told = (
                change.say()
                if change.action == "update"
                else {"create": tr("not locked"), "delete": tr("locked")}[change.action]
            )
            yield Finding("editors", place, tr("{place}: {text}", place=place, text=told), by_plan=not plan.refusals)
    for trouble in plan.troubles:
        if trouble.code in TOLD:
            yield Finding("editors", trouble.sheet, trouble.say(admin()))


def _strays(description: Json, plan: Plan, people: Sequence[Member], house: House) -> Iterator[Finding]:
    """Protected ranges that somebody made by hand and that name people who left, or who are outside."""
    here = {one.email.casefold() for one in people if one.active and one.email}
    gone = {one.email.casefold() for one in people if one.email} - here
    kinds = (f".{Lock.kind}", f".{Protection.kind}")
    ours = {known for address, known in plan.layout.ids.items() if address.endswith(kinds)}
    for part in description.get("sheets", []):
        for one in part.get("protectedRanges", []):
            if one.get("protectedRangeId") in ours or one.get("warningOnly"):
                continue
            for who in _named(one, gone, house):
                where = _a1(one.get("range", {}), part["properties"]["title"])
                text = tr(
                    "{who} may edit the protected range {where}; take them off it: Data → Protect sheets and ranges",
                    who=who,
                    where=where,
                )
                yield Finding("editors", who, text)


def _named(protected: Json, gone: Collection[str], house: House) -> Iterator[str]:
    """Its editors who should not be."""
    editors = protected.get("editors", {})
    for who in (*editors.get("users", []), *editors.get("groups", [])):
        if who.casefold() in gone or (house.is_outside(who.casefold()) and who.casefold() != house.ourselves):
            yield who


def _a1(place: Json, title: str) -> str:
    """A GridRange as people say it."""
    first, last = place.get("startColumnIndex"), place.get("endColumnIndex")
    top, bottom = place.get("startRowIndex"), place.get("endRowIndex")
    start = (letters(first) if first is not None else "") + (str(top + 1) if top is not None else "")
    end = (letters(last - 1) if last is not None else "") + (str(bottom) if bottom is not None else "")
    return title if not (start or end) else f"{title}!{start}:{end}"
