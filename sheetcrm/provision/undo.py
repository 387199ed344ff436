"""
A journalled apply → the plan that takes it back.

Only where things still are as we left them: what people changed since is theirs,
and is named.  Cells that went with a column or a tab are not in the journal.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import TypeAdapter

from sheetcrm.errors import Refused
from sheetcrm.journal import Write
from sheetcrm.layout import Wanted
from sheetcrm.messages import tr
from sheetcrm.provision.diff import Change, Past, diff
from sheetcrm.provision.live import read
from sheetcrm.provision.objections import dangers
from sheetcrm.provision.plan import Plan, make
from sheetcrm.provision.samples import Reads
from sheetcrm.provision.typed import around
from sheetcrm.resources import Address, HeaderRow, Memory, Resource, TemplateMark, kinds

Json = dict[str, Any]


@dataclass(frozen=True)
class Undo:
    """The plan, and what it does not take back: the address and why."""

    plan: Plan
    left: tuple[tuple[Address, str], ...]


@dataclass(frozen=True)
class Entry:
    """What stood at an address before, and what we made of it; None for nothing."""

    address: Address
    before: Resource | None
    after: Resource | None


def entries(plan: Plan, changes: Collection[Change]) -> list[Json]:
    """What these of its changes change, as a journal keeps it; of a place that goes, everything that was set there."""
    gone = {change.address.place for change in changes if change.action == "delete" and change.resource.loses_data()}
    steps = {change.address: (change.live, change.desired) for change in changes}
    for address, found in plan.live.items():
        if address.place in gone or address.sheet in gone:
            steps.setdefault(address, (found, None))
    return [
        {"address": asdict(address), "before": _data(before), "after": _data(after)}
        for address, (before, after) in steps.items()
    ]


def undo(gateway: Reads, write: Write, wanted: Mapping[str, Wanted], allow: Collection[str]) -> Undo:
    """What takes that write back, as a plan like any other; reads like `plan`.  Refused for the write that made it all."""
    done = [_entry(entry) for entry in write.entries]
    if any(isinstance(entry.after, TemplateMark) and entry.before is None for entry in done):
        raise Refused(tr("refused: that apply made everything in this spreadsheet; delete the spreadsheet instead"))
    known = {entry.address: resource for entry in done if (resource := entry.after or entry.before) is not None}
    live = read(gateway, known, wanted)
    target: dict[Address, Resource] = dict(live.state)
    left = []
    anew = {entry.address.sheet for entry in done if isinstance(entry.after, HeaderRow)}
    for entry in done:
        if _heads(entry, anew):
            left.append((entry.address, tr("the header row that was put back stays as it is")))
        elif reason := _why_not(entry, live.state.get(entry.address)):
            left.append((entry.address, reason))
        elif entry.before is None:
            target.pop(entry.address, None)
        else:
            target[entry.address] = entry.before
            if entry.after is None and entry.before.loses_data():
                left.append((entry.address, tr("it comes back blank: its cells are not in the journal")))
    past = Past(Past.of(live.state, {}, ()).digests, {kind.kind: "restore" for kind in kinds()})
    found = around(gateway, live, diff(live.state, target, past), past, allow)
    against = [*dangers(gateway, live, found.difference, allow), *found.refusals]
    return Undo(make(found.live, found.difference, against), tuple(left))


def _heads(entry: Entry, anew: Collection[str]) -> bool:
    """Whether it belongs to a header row that was put back in one of these sheets."""
    return entry.address.sheet in anew and entry.after is not None and entry.after.heads()


def _why_not(entry: Entry, now: Resource | None) -> str:
    """Why an entry is not taken back, `now` being what is there; empty when it is."""
    resource = entry.after or entry.before
    if resource is None or isinstance(resource, Memory):
        return ""
    if not resource.reversible:
        return tr("rows and words that were written stay")
    if entry.after is None:
        return tr("it is there again") if now is not None else ""
    if now is None:
        return tr("it is gone since")
    return "" if entry.after.verdict(now, None, "restore") == "same" else tr("people changed it since")


def _data(resource: Resource | None) -> Json | None:
    return None if resource is None else {"kind": resource.kind, "value": asdict(resource)}


def _entry(entry: Json) -> Entry:
    return Entry(Address(**entry["address"]), _resource(entry["before"]), _resource(entry["after"]))


def _resource(data: Json | None) -> Resource | None:
    if data is None:
        return None
    kind = next(kind for kind in kinds() if kind.kind == data["kind"])
    found: Resource = TypeAdapter(kind).validate_python(data["value"])
    return found
