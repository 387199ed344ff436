"""
Changes → one batch of requests, a fingerprint, and what speaks against it.

The layout moves along while requests are made, so they are made once, in order.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sheetcrm.errors import Refused
from sheetcrm.layout import Layout, Trouble
from sheetcrm.messages import tr
from sheetcrm.provision import render
from sheetcrm.provision.access import NO_SHARING, Sharing
from sheetcrm.provision.diff import Change, Difference
from sheetcrm.provision.live import Live
from sheetcrm.resources import Request, Resource, State, Tab, TemplateMark


@dataclass(frozen=True)
class Refusal:
    """Why a plan will not be carried out; `flag` is what allows it, empty when nothing does."""

    flag: str
    message: str
    trouble: Trouble | None = None
    """What it is about, where that is one: it is then told once, as the refusal."""

    def __str__(self) -> str:
        """`refused: …`."""
        return tr("refused: {message}", message=self.message)


@dataclass(frozen=True)
class Plan:
    """Ordered changes and the one batch that makes them; `kept` and `troubles` are only told."""

    changes: tuple[Change, ...]
    kept: tuple[Change, ...]
    troubles: tuple[Trouble, ...]
    refusals: tuple[Refusal, ...]
    requests: tuple[Request, ...]
    layout: Layout
    """Where things will stand when the batch has run."""
    live: State
    """What was there when it was made."""
    steps: tuple[tuple[Change | None, int], ...] = ()
    """How many of the requests, in their order, belong to which change; None where something follows a grid that grew."""
    sharing: Sharing = NO_SHARING
    """What Drive is to be told before the batch is sent; nothing unless that was asked for."""

    @cached_property
    def body(self) -> bytes:
        """The batch as it goes over the wire, more or less."""
        return json.dumps(self.requests, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()

    @property
    def bytes(self) -> int:
        """How big the batch is."""
        return len(self.body)

    @property
    def fingerprint(self) -> str:
        """12 hex digits that are the same exactly when the same requests would be sent to the same spreadsheet, or a new one."""
        where = "" if self._is_new else self.layout.spreadsheet_id
        access = "".join(grant.say() for grant in self.sharing.grants)
        return hashlib.sha256(where.encode() + self.body + access.encode()).hexdigest()[:12]

    @property
    def has_work(self) -> bool:
        """Whether carrying it out does anything, to the spreadsheet or to who may open it."""
        return bool(self.changes or self.sharing.grants)

    @property
    def _is_new(self) -> bool:
        """Whether there is nothing of ours yet: then all blank spreadsheets are alike."""
        return not any(isinstance(found, TemplateMark) for found in self.live.values())

    def check(self, reviewed: str | None = None) -> None:
        """Raise Refused when something speaks against it, or when it is not the plan whose fingerprint was reviewed."""
        if self.refusals:
            raise Refused("\n".join(str(refusal) for refusal in self.refusals))
        if reviewed is not None and reviewed != self.fingerprint:
            raise Refused(
                tr(
                    "refused: this plan is {fingerprint}, not {reviewed}: the spreadsheet or the template changed since; review it again",
                    fingerprint=self.fingerprint,
                    reviewed=reviewed,
                )
            )

    def text(self, *, refusals: bool = True) -> str:
        """For people; without `refusals` where `check` is about to say them."""
        return render.text(self, refusals=refusals)

    def markdown(self) -> str:
        """For a review."""
        return render.markdown(self)

    def json(self) -> dict[str, Any]:
        """For programs."""
        return render.as_json(self)


def make(live: Live, difference: Difference, refusals: Sequence[Refusal]) -> Plan:
    """The plan of a difference; a refused one has no requests."""
    told = tuple(trouble for trouble in live.layout.troubles if trouble.code != "header_blank")
    made = [] if refusals else list(_steps(live, difference))
    requests = tuple(request for _, asked in made for request in asked)
    steps = tuple((change, len(asked)) for change, asked in made)
    state, layout = live.state, live.layout
    return Plan(difference.changes, difference.kept, told, tuple(refusals), requests, layout, state, steps)


def _steps(live: Live, difference: Difference) -> Iterator[tuple[Change | None, list[Request]]]:
    """Each change and its requests, in order; then what follows grids that grew."""
    layout, spare = live.layout, live.layout.spare
    for change in difference.changes:
        asked = _send(change, layout)
        if spare is not None and change.address.kind == Tab.kind:
            # As soon as another tab is there: so far nothing refers to anything.
            asked.append({"deleteSheet": {"sheetId": spare}})
            spare = None
        yield change, asked
    done = {change.address for change in difference.changes}
    for address, found in sorted(live.state.items(), key=lambda item: (item[1].rank, item[0])):
        grown = {(sheet, way) for sheet in found.refers(address) for way in found.follows}
        if address not in done and grown & layout.grown and layout.has(address.sheet, address.column):
            yield None, found.update(address, layout, found)


def _send(change: Change, layout: Layout) -> list[Request]:
    if change.action == "delete":
        return list(change.resource.delete(change.address, layout))
    if change.live is None:
        return list(change.resource.create(change.address, layout))
    return list(change.resource.update(change.address, layout, _same(change.live)))


def _same(live: Resource) -> Any:
    # `update` takes its own class; that live and desired at one address are of one kind is what an address means.
    return live
