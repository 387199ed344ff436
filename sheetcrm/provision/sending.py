"""
Plan → spreadsheet: one batch, journalled before it is sent.

A batch whose answer was lost may have been applied, and is never sent again
blindly: who sends looks first.  Only a plan beyond the size that Google advises
goes in several, cut where it is safe to stop for good.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from sheetcrm.errors import ApiError, NoAnswer
from sheetcrm.journal import Journal, Stage
from sheetcrm.messages import tr
from sheetcrm.meter import Meter, unmetered
from sheetcrm.provision.diff import Change
from sheetcrm.provision.plan import Plan
from sheetcrm.provision.samples import Writes
from sheetcrm.provision.sharing import Shares, carry_out
from sheetcrm.provision.undo import entries
from sheetcrm.resources import Address, Request, Resource

ADVISED = 2_000_000
"""Bytes of a request that Google advises to stay below (developers.google.com/workspace/sheets/api/limits)."""
TOGETHER = 53
"""Ranks below make the places, and write once what they begin with: a tab that is there is taken to have it."""

Sent = Literal["nothing", "done", "found done", "sent again"]
"""`found done`: the answer was lost, the change was not; `sent again`: both were, the first time."""


@dataclass(frozen=True)
class Log:
    """Where an apply is written down, as what, and when."""

    journal: Journal
    what: str
    now: datetime


@dataclass
class Part:
    """What goes in one batch."""

    changes: list[Change] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Bytes as they go over the wire, more or less."""
        return len(json.dumps(self.requests, ensure_ascii=False, separators=(",", ":")).encode())


def apply(
    gateway: Writes,
    plan: Plan,
    *,
    reviewed: str | None = None,
    log: Log | None = None,
    again: Callable[[], Plan] | None = None,
    drive: Shares | None = None,
    limit: int = ADVISED,
    meter: Meter = unmetered,
) -> Sent:
    """
    Send it, if there is anything to send; Refused when something speaks against it or `reviewed` is another plan.

    With a `log` each batch is in the journal before it is sent, and marked as
    done after the answer.  When an answer is lost, `again` makes the plan anew:
    nothing left is done, the same left is tried once more, anything else is
    NoAnswer; so it is at once without `again`.  Who is to get or lose access to
    the file does so first, by way of `drive`, without which nobody does.  Batches have `limit` bytes at
    most, unless what belongs together is larger; `meter` counts them.
    """
    plan.check(reviewed)
    if drive is not None:
        carry_out(drive, plan.layout.spreadsheet_id, plan.sharing)
    sent: Sent = "nothing"
    cut = parts(plan, limit)
    for at, part in enumerate(cut):
        file = _begin(log, plan, part, f" ({at + 1}/{len(cut)})" if len(cut) > 1 else "")
        try:
            gateway.batch(part.requests)
        except ApiError as lost:
            if 400 <= lost.status < 500:
                _mark(log, file, "refused")
            if again is None or not lost.in_doubt:
                raise
            left = _left(again, lost)
            was_done = _was_done(plan, cut, at, left, lost)
            _mark(log, file, "done" if was_done else "undone")
            apply(gateway, left, log=log, limit=limit)
            return "found done" if was_done else "sent again"
        _mark(log, file, "done")
        sent = "done"
        meter(tr("batches sent"), at + 1, len(cut))
    return sent


def parts(plan: Plan, limit: int = ADVISED) -> list[Part]:
    """The plan in batches, the first with everything that others stand on; none for a plan that asks for nothing."""
    if plan.bytes <= limit:
        return [Part(list(plan.changes), list(plan.requests))] if plan.requests else []
    small = [Part()]
    for change, asked in _asked(plan):
        # What follows a grid that grew would not be sent another time: the grid has grown then.
        if change is None or change.resource.rank < TOGETHER:
            small[0].changes += [change] if change else []
            small[0].requests += asked
        else:
            small.append(Part([change], asked))
    return [part for part in _packed(small, limit) if part.requests]


def _asked(plan: Plan) -> Iterator[tuple[Change | None, list[Request]]]:
    start = 0
    for change, number in plan.steps:
        yield change, list(plan.requests[start : start + number])
        start += number


def _packed(small: list[Part], limit: int) -> Iterator[Part]:
    """Neighbours together, as long as they are below the limit."""
    packed, size = Part(), 0
    for part in small:
        if packed.requests and size + part.size > limit:
            yield packed
            packed, size = Part(), 0
        packed = Part([*packed.changes, *part.changes], [*packed.requests, *part.requests])
        size += part.size
    yield packed


def _left(again: Callable[[], Plan], lost: ApiError) -> Plan:
    """What is left to do; what was lost when that cannot be found out: its text says what may have happened."""
    try:
        return again()
    except ApiError as error:
        raise lost from error


def _was_done(plan: Plan, cut: Sequence[Part], at: int, left: Plan, lost: ApiError) -> bool:
    """Whether part `at` was carried out, by what is `left` to do; NoAnswer when that is neither all nor nothing of it."""
    todo = _wanted(left.changes)
    if not left.refusals and todo <= _wanted(change for part in cut[at + 1 :] for change in part.changes):
        return True
    alike = todo <= _wanted(change for part in cut[at:] for change in part.changes) and not left.refusals
    if left.body == plan.body or (len(cut) > 1 and alike):
        return False
    raise NoAnswer(
        tr(
            "No answer came, and what is there now is neither the one nor the other: {count} {count:change is|changes are} left, and not those that were sent. Somebody else is at it too; look with `sheetcrm plan` before you go on.",
            count=len(left.changes),
        )
    ) from lost


def _begin(log: Log | None, plan: Plan, part: Part, which: str) -> Path | None:
    if log is None:
        return None
    return log.journal.begin(log.what + which, plan.fingerprint, entries(plan, part.changes), log.now)


def _mark(log: Log | None, file: Path | None, stage: Stage) -> None:
    if log and file:
        log.journal.mark(file, stage)


def _wanted(changes: Iterable[Change]) -> set[tuple[str, Address, Resource | None]]:
    return {(change.action, change.address, change.desired) for change in changes}
