"""
The team and Drive's permissions → who is to get access, who is to lose it, who has it besides.

Only ever asked for by name (`--share`).  Access is taken from nobody but people
whom the team tab has as gone; the owner, groups and strangers are only told of.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from sheetcrm.errors import UsageError
from sheetcrm.messages import tr
from sheetcrm.provision.access import Grant, Sharing
from sheetcrm.provision.plan import Plan
from sheetcrm.resources import Json
from sheetcrm.schema.people import Member

if TYPE_CHECKING:
    from sheetcrm.provision.audit import House
    from sheetcrm.schema.template import Template

OURS = frozenset({"writer", "commenter", "reader"})
"""Levels that we give and take; owners and organizers of Shared Drives are nobody's business of ours."""


class Shares(Protocol):
    """What sharing needs of Drive."""

    def permissions(self, file: str) -> list[Json]:
        """Who may open the file."""

    def share(self, file: str, address: str, level: str) -> None:
        """Give somebody access, without a mail."""

    def reshare(self, file: str, permission: str, level: str) -> None:
        """Another level."""

    def lift(self, file: str, permission: str) -> None:
        """Take it away."""


@dataclass(frozen=True)
class Share:
    """That sharing is asked for: by which way, of which file, and what the config says by role."""

    drive: Shares
    file: str
    levels: Mapping[str, str] = field(default_factory=dict)
    house: House | None = None
    """Whom it has as outside is given no access: whoever edits the team tab cannot let in the world."""

    def with_access(
        self, plan: Plan, people: Sequence[Member] | None, template: Template, admins: Collection[str]
    ) -> Plan:
        """The plan with what Drive is to be told; UsageError when nobody said which role gets what."""
        levels = {**template.share, **self.levels}
        if not levels:
            raise UsageError(tr("nobody said which role gets what access: add share: {role: writer} to the config"))
        if people is None:
            raise UsageError(tr("the team tab cannot be read, so nobody's access can be told; see: sheetcrm check"))
        found = sharing(self.drive.permissions(self.file), people, levels, admins)
        return replace(plan, sharing=self._within(found))

    def _within(self, found: Sharing) -> Sharing:
        """Without access for people of other domains, who are told of."""
        house = self.house
        if house is None:
            return found
        outside = [one for one in found.grants if one.action != "lift" and house.is_outside(one.address.casefold())]
        domains = ", ".join(sorted(house.domains))
        said = [
            tr("{who} is in the team and outside of {domains}, so gets no access", who=one.address, domains=domains)
            for one in outside
        ]
        return Sharing(tuple(one for one in found.grants if one not in outside), (*found.others, *said))


def sharing(
    permissions: Sequence[Json], people: Sequence[Member], levels: Mapping[str, str], admins: Collection[str] = ()
) -> Sharing:
    """`levels` is by role key; roles that it does not name neither get nor lose anything while their people are active."""
    held = {
        one["emailAddress"].casefold(): one
        for one in permissions
        if one.get("type") == "user" and "emailAddress" in one
    }
    here = {one.email.casefold(): one for one in people if one.active and one.email}
    gone = [one.email.casefold() for one in people if not one.active and one.email.casefold() not in here]
    grants = [*_given(here, held, levels), *_lifted(gone, held)]
    known = {*here, *gone, *(admin.casefold() for admin in admins)}
    return Sharing(tuple(grants), tuple(_others(permissions, known)))


def carry_out(drive: Shares, file: str, wanted: Sharing) -> None:
    """One call each, before anything is written to the spreadsheet; whatever was done stays done when one fails."""
    for grant in wanted.grants:
        if grant.action == "share":
            drive.share(file, grant.address, grant.level)
        elif grant.action == "change":
            drive.reshare(file, grant.permission, grant.level)
        else:
            drive.lift(file, grant.permission)


def _given(here: Mapping[str, Member], held: Mapping[str, Json], levels: Mapping[str, str]) -> Iterator[Grant]:
    for address, person in here.items():
        level, live = levels.get(person.role), held.get(address)
        if level is None:
            continue
        if live is None:
            yield Grant("share", person.email, level)
        elif live["role"] != level and live["role"] in OURS:
            yield Grant("change", person.email, level, live["role"], live["id"])


def _lifted(gone: Collection[str], held: Mapping[str, Json]) -> Iterator[Grant]:
    for address in dict.fromkeys(gone):
        live = held.get(address)
        if live is not None and live["role"] in OURS:
            yield Grant("lift", address, live["role"], "", live["id"])


def _others(permissions: Sequence[Json], known: Collection[str]) -> Iterator[str]:
    """Whoever else may open the file, but the owner."""
    for one in permissions:
        who = one.get("emailAddress") or one.get("domain") or ""
        if one.get("type") == "anyone":
            yield tr("anyone with the link may open it ({level})", level=one["role"])
        elif one["role"] != "owner" and who.casefold() not in known:
            yield tr(
                "{who} ({kind}, {level}) has access and is not in the team",
                who=who,
                kind=one["type"],
                level=one["role"],
            )
