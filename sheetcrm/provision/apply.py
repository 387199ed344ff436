"""
Template → plan → spreadsheet.

Planning takes two reads and changes nothing; applying is one atomic batch.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING

from sheetcrm.provision.diff import diff
from sheetcrm.provision.live import read
from sheetcrm.provision.objections import objections
from sheetcrm.provision.plan import Plan, make
from sheetcrm.provision.samples import Reads, Writes, with_missing
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
) -> Plan:
    """
    What it takes to make the spreadsheet what the template wants; `allow` has names out of DATA_LOSS, MANY_CHANGES.

    Two reads; a third when example rows are wanted and tabs have rows, one more
    when columns or tabs would go.  Never raises for a plan that will be refused:
    see `Plan.refusals`.
    """
    desired = template.compile(language)
    desired = {**desired, **Memory.of(desired)}
    live = read(gateway, desired, template.wanted())
    if samples:
        desired = with_missing(gateway, live, desired, template, template.sample_rows(language, today))
    untouchable = {f"{sheet}.{column}" for sheet, column in live.layout.moved}
    difference = diff(live.state, desired, untouchable)
    return make(live, difference, objections(gateway, live, desired, difference, allow), language)


def apply(gateway: Writes, plan: Plan, *, reviewed: str | None = None) -> None:
    """Send the batch, if there is anything to send; Refused when something speaks against it or `reviewed` is another plan."""
    plan.check(reviewed)
    gateway.batch(plan.requests)
