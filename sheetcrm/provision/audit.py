"""
Permissions, the team and the rules of the house → who may do what with a file, and what of it should not be.

Looks only.  A finding that can be mended carries the call to Drive that does it; the owner, what comes from a Shared
Drive, and whoever runs us are only told of, so that nobody can lock themselves out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sheetcrm.messages import N_, tr
from sheetcrm.provision.access import Grant, Sharing
from sheetcrm.provision.sharing import OURS
from sheetcrm.resources import Json
from sheetcrm.schema.people import Member

ANYONE = N_("anyone with the link")
RANKS = ("none", "reader", "commenter", "writer", "fileOrganizer", "organizer", "owner")
"""Levels, the least first."""


@dataclass(frozen=True)
class House:
    """
    Who may have access: by role of the team, and beside the team.

    `levels` is by role key, `also` by address or domain the most that they may
    have.  No `domains`: people of any.  `link` is the most that anyone with the
    link may do.  `ourselves` is the address that asks, empty where it is not known.
    """

    levels: Mapping[str, str] = field(default_factory=dict)
    admins: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    link: str = "none"
    also: Mapping[str, str] = field(default_factory=dict)
    ourselves: str = ""

    def __post_init__(self) -> None:
        """Addresses are the same in whatever case they were written."""
        for name in ("admins", "domains"):
            object.__setattr__(self, name, frozenset(one.casefold() for one in getattr(self, name)))
        object.__setattr__(self, "also", {who.casefold(): level for who, level in self.also.items()})
        object.__setattr__(self, "ourselves", self.ourselves.casefold())

    def is_outside(self, who: str) -> bool:
        """Whether an address or a domain (in small letters) is none of ours, where only ours may have access."""
        return bool(self.domains) and who not in self.also and who.rpartition("@")[2] not in self.domains


@dataclass(frozen=True)
class Holder:
    """Whoever may open the file: `who` is an address, a domain or ANYONE, `level` Drive's word, `standing` why they may."""

    who: str
    kind: str
    level: str
    standing: str
    """`owner`, `us`, `admin`, `also`, `team`, `left`, `link` or `stranger`."""
    name: str = ""
    role: str = ""
    inherited: bool = False
    """Whether it comes with the Shared Drive or folder that the file is in."""


@dataclass(frozen=True)
class Finding:
    """Something about access that should not be so: `code` for programs, `text` for people, `grant` what mends it."""

    code: str
    who: str
    text: str
    grant: Grant | None = None
    asked: bool = False
    """Whether it is mended only when that is asked for by name."""
    by_plan: bool = False
    """Whether a change of the spreadsheet mends it, and no call to Drive."""

    def is_mended(self, *, strangers: bool) -> bool:
        """Whether that can be done from here, and would be."""
        return self.by_plan or (self.grant is not None and (strangers or not self.asked))


@dataclass(frozen=True)
class Audit:
    """Everybody with access, those with more first, and what is wrong with it."""

    holders: tuple[Holder, ...]
    findings: tuple[Finding, ...]

    def mending(self, *, strangers: bool = False) -> Sharing:
        """What Drive is to be told; people whom nobody knows lose access only with `strangers`."""
        meant = (found for found in self.findings if found.is_mended(strangers=strangers))
        return Sharing(tuple(found.grant for found in meant if found.grant))


def audit(permissions: Sequence[Json], people: Sequence[Member] | None, house: House) -> Audit:
    """Drive's `permissions` of one file against the team (None: there is none) and the rules of the house."""
    look = _Look(people, house)
    found = [(look.holder(one), one) for one in permissions if not one.get("deleted")]
    found.sort(key=lambda pair: (-_rank(pair[0].level), pair[0].who))
    holders = tuple(holder for holder, _ in found)
    wrong = [finding for holder, one in found for finding in look.judged(holder, one)]
    return Audit(holders, (*wrong, *look.missing(holders)))


class _Look:
    """The team and the rules, by address."""

    def __init__(self, people: Sequence[Member] | None, house: House) -> None:
        self._house, self._has_team = house, people is not None
        known = [one for one in people or () if one.email]
        self._here = {one.email.casefold(): one for one in known if one.active}
        self._gone = {one.email.casefold(): one for one in known if one.email.casefold() not in self._here}

    def holder(self, one: Json) -> Holder:
        """Who that is, and why they may."""
        kind = str(one.get("type", ""))
        who = str(one.get("emailAddress") or one.get("domain") or (ANYONE if kind == "anyone" else one.get("id", "")))
        person = self._here.get(who.casefold()) or self._gone.get(who.casefold()) or Member("")
        standing = self._standing(who.casefold(), kind, str(one["role"]))
        return Holder(who, kind, str(one["role"]), standing, person.name, person.role, _is_inherited(one))

    def _standing(self, who: str, kind: str, level: str) -> str:
        known = (
            ("owner", level == "owner"),
            ("us", bool(who) and who == self._house.ourselves),
            ("link", kind == "anyone"),
            ("admin", who in self._house.admins),
            ("also", who in self._house.also),
            ("team", who in self._here),
            ("left", who in self._gone),
        )
        return next((name for name, holds in known if holds), "stranger")

    def judged(self, holder: Holder, one: Json) -> Iterator[Finding]:
        """What is wrong with one who has access."""
        if one.get("pendingOwner"):
            text = tr("{who} was offered the file; take that back unless it is wanted", who=holder.who)
            yield Finding("offered", holder.who, text)
        if holder.standing == "owner":
            yield from self._owner(holder)
        elif holder.standing == "link":
            yield from self._link(holder, one)
        elif holder.standing not in ("us", "admin"):
            yield from self._other(holder, one)

    def _owner(self, holder: Holder) -> Iterator[Finding]:
        who = holder.who.casefold()
        if who in self._gone:
            text = tr(
                "{who} left and owns the file; only they, or an admin of their domain, can hand it on", who=holder.who
            )
            yield Finding("leaver", holder.who, text)
        elif self._house.is_outside(who) and who != self._house.ourselves:
            text = tr("{who} owns the file and is outside of {domains}", who=holder.who, domains=self._domains)
            yield Finding("outside", holder.who, text)

    def _link(self, holder: Holder, one: Json) -> Iterator[Finding]:
        allowed = self._house.link
        if _rank(holder.level) > _rank(allowed):
            text = tr("anyone with the link may open it as {level}", level=holder.level)
            yield _lowered(Finding("link", holder.who, text), holder, one, allowed)

    def _other(self, holder: Holder, one: Json) -> Iterator[Finding]:
        who = holder.who.casefold()
        if holder.standing == "left":
            text = tr(
                "{name} left, and {who} still has access ({level})",
                name=holder.name,
                who=holder.who,
                level=holder.level,
            )
            yield _lowered(Finding("leaver", holder.who, text), holder, one, "none")
        elif self._house.is_outside(who):
            text = tr(
                "{who} ({level}) is outside of {domains}", who=holder.who, level=holder.level, domains=self._domains
            )
            yield _lowered(Finding("outside", holder.who, text), holder, one, "none")
        elif holder.standing == "stranger":
            if self._has_team:
                text = tr(
                    "{who} ({kind}, {level}) is not in the team", who=holder.who, kind=holder.kind, level=holder.level
                )
                yield _lowered(Finding("stranger", holder.who, text, asked=True), holder, one, "none")
        else:
            yield from self._level(holder, one)

    def _level(self, holder: Holder, one: Json) -> Iterator[Finding]:
        """Of somebody who should have access, and perhaps another one."""
        in_team = holder.standing == "team"
        wanted = self._house.levels.get(holder.role) if in_team else self._house.also[holder.who.casefold()]
        if wanted is None or holder.level == wanted or (not in_team and _rank(holder.level) < _rank(wanted)):
            return
        text = tr("{who} is {level} and should be {wanted}", who=holder.who, level=holder.level, wanted=wanted)
        yield _lowered(Finding("level", holder.who, text), holder, one, wanted)

    def missing(self, holders: Sequence[Holder]) -> Iterator[Finding]:
        """People of the team who have no access of their own."""
        held, by_group = {holder.who.casefold() for holder in holders}, any(one.kind == "group" for one in holders)
        for address, person in self._here.items():
            if address in held or address == self._house.ourselves:
                continue
            level = self._house.levels.get(person.role)
            if self._house.is_outside(address):
                text = tr(
                    "{name} is in the team, and {who} is outside of {domains}",
                    name=person.name,
                    who=person.email,
                    domains=self._domains,
                )
                yield Finding("outside", person.email, text)
            elif level is not None:
                text = tr(
                    "{name} is in the team, and {who} has no access ({level})",
                    name=person.name,
                    who=person.email,
                    level=level,
                )
                yield Finding("missing", person.email, text, Grant("share", person.email, level))
            elif not by_group and not _is_open(address, holders):
                text = tr(
                    "{name} is in the team, and {who} has no access; say in the config what their role gets: share: {{{role}: writer}}",
                    name=person.name,
                    who=person.email,
                    role=person.role or "…",
                )
                yield Finding("missing", person.email, text)

    @property
    def _domains(self) -> str:
        return ", ".join(sorted(self._house.domains))


def _lowered(found: Finding, holder: Holder, one: Json, allowed: str) -> Finding:
    """The finding with what gives that holder no more than `allowed`, where that is ours to do."""
    if holder.inherited:
        text = tr("{text}; it comes with the Shared Drive or folder, so change it there", text=found.text)
        return Finding(found.code, found.who, text)
    if holder.level not in OURS:
        return found
    if allowed == "none":
        grant = Grant("lift", holder.who, holder.level, "", str(one["id"]))
    else:
        grant = Grant("change", holder.who, allowed, holder.level, str(one["id"]))
    return Finding(found.code, found.who, found.text, grant, found.asked)


def _is_inherited(one: Json) -> bool:
    """Whether no part of it was given to the file itself; said of files in Shared Drives only."""
    details = one.get("permissionDetails", [])
    return bool(details) and all(part.get("inherited") for part in details)


def _is_open(address: str, holders: Sequence[Holder]) -> bool:
    """Whether that address may open the file without being named."""
    domain = address.rpartition("@")[2]
    return any(one.kind == "anyone" or (one.kind == "domain" and one.who.casefold() == domain) for one in holders)


def _rank(level: str) -> int:
    return RANKS.index(level) if level in RANKS else len(RANKS)
