"""
Template → plan → spreadsheet.

Planning takes two reads and changes nothing; applying is one atomic batch.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from sheetcrm.journal import Journal
from sheetcrm.provision.diff import Past, diff
from sheetcrm.provision.misfits import misfits
from sheetcrm.provision.objections import objections
from sheetcrm.provision.people import with_team
from sheetcrm.provision.plan import MISFITS, Plan, make
from sheetcrm.provision.samples import Reads, Writes, with_missing
from sheetcrm.provision.selection import EVERYTHING, Selection
from sheetcrm.provision.typed import around
from sheetcrm.provision.undo import entries
from sheetcrm.resources import Memory

if TYPE_CHECKING:
    from sheetcrm.schema.template import Template


def plan(
    gateway: Reads,
    template: Template,
    language: str,
    *,
    samples: bool = False,
    today: date,
    allow: Collection[str] = frozenset(),
    deep: bool = False,
    selection: Selection = EVERYTHING,
    admins: Collection[str] = (),
) -> Plan:
    """
    What it takes to make the spreadsheet what the template wants; `allow` has names out of ALLOWANCES.

    `deep` looks at every row, not just at the first and the last; `selection` is
    the part that is meant; `admins` are addresses that may edit whatever is locked.
    Two reads; a third when example rows are wanted and
    tabs have rows, one more when columns or tabs would go, one when formulas
    are written again, one when types or options change.  Never raises for a
    plan that will be refused: see `Plan.refusals`.
    """
    live, desired = with_team(gateway, template, language, deep=deep, admins=admins)
    if samples:
        desired = with_missing(gateway, live, desired, template, template.sample_rows(language, today))
    untouchable = {f"{sheet}.{column}" for sheet, column in live.layout.moved}
    past = Past.of(live.state, template.policy, untouchable)
    selection.check([*desired, *live.state])
    untouched = [at for at in desired if at.place in untouchable or not selection.has(at)]
    desired = {**desired, **Memory.of(desired, past.digests, untouched)}
    difference, lacking = selection.of(diff(live.state, desired, past))
    found = around(gateway, live, difference, past, allow)
    against = [*objections(gateway, live, desired, found.difference, allow), *found.refusals, *lacking]
    if MISFITS not in allow:
        against += misfits(gateway, live, found.difference, template.context(language))
    return make(found.live, found.difference, against, language)


def apply(gateway: Writes, plan: Plan, *, reviewed: str | None = None, log: Log | None = None) -> None:
    """
    Send the batch, if there is anything to send; Refused when something speaks against it or `reviewed` is another plan.

    With a `log` it is in the journal before it is sent, and marked as done after the answer.
    """
    plan.check(reviewed)
    if not plan.requests:
        return
    file = log.journal.begin(log.what, plan.fingerprint, entries(plan), log.now) if log else None
    gateway.batch(plan.requests)
    if log and file:
        log.journal.mark(file, "done")


@dataclass(frozen=True)
class Log:
    """Where an apply is written down, as what, and when."""

    journal: Journal
    what: str
    now: datetime
