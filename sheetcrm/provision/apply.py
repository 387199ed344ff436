"""
Template and spreadsheet → plan.

Planning takes two reads and changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING, TypedDict, Unpack

from sheetcrm.allowances import MISFITS
from sheetcrm.provision.diff import Past, diff
from sheetcrm.provision.headers import restored
from sheetcrm.provision.misfits import misfits
from sheetcrm.provision.objections import objections
from sheetcrm.provision.people import with_team
from sheetcrm.provision.plan import Plan, make
from sheetcrm.provision.samples import Reads, with_missing
from sheetcrm.provision.selection import EVERYTHING, Selection
from sheetcrm.provision.sharing import Share
from sheetcrm.provision.typed import around
from sheetcrm.resources import HeaderRow, Memory
from sheetcrm.schema.people import Member

if TYPE_CHECKING:
    from sheetcrm.schema.template import Template


def plan(
    gateway: Reads,
    template: Template,
    language: str,
    *,
    today: date,
    admins: Collection[str] = (),
    share: Share | None = None,
    **options: Unpack[Options],
) -> Plan:
    """
    What it takes to make the spreadsheet what the template wants; `allow` has names out of ALLOWANCES.

    `deep` looks at every row, not just at the first and the last; `selection` is
    the part that is meant; `admins` are addresses that may edit whatever is locked;
    with `share` it also has who is to get or lose access to the file (one read of Drive).
    Two reads; a third when example rows are wanted and
    tabs have rows, one more when columns or tabs would go, one when formulas
    are written again, one when types or options change.  Never raises for a
    plan that will be refused: see `Plan.refusals`.
    """
    asked = share is not None
    made, people = planned(gateway, template, language, today=today, admins=admins, asked=asked, **options)
    return made if share is None else share.with_access(made, people, template, admins)


class Options(TypedDict, total=False):
    """How much is looked at and meant; see `plan`."""

    samples: bool
    allow: Collection[str]
    deep: bool
    selection: Selection


def planned(
    gateway: Reads,
    template: Template,
    language: str,
    *,
    today: date,
    admins: Collection[str] = (),
    asked: bool = False,
    **options: Unpack[Options],
) -> tuple[Plan, tuple[Member, ...] | None]:
    """The plan without any sharing, and who is in the team: None where nobody `asked` and the template does not, or it cannot be read."""
    allow, selection = options.get("allow", frozenset()), options.get("selection", EVERYTHING)
    found_team = with_team(gateway, template, language, deep=options.get("deep", False), admins=admins, asked=asked)
    live, desired = found_team.live, found_team.desired
    if options.get("samples"):
        desired = with_missing(gateway, live, desired, template, template.sample_rows(language, today))
    untouchable = {f"{sheet}.{column}" for sheet, column in live.layout.moved}
    desired = {**desired, **HeaderRow.missing(live.layout)}
    past = Past.of(live.state, template.policy, untouchable, restored(live.layout, desired))
    selection.check([*desired, *live.state])
    untouched = [at for at in desired if at.place in untouchable or not selection.has(at)]
    desired = {**desired, **Memory.of(desired, past.digests, untouched)}
    difference, lacking = selection.of(diff(live.state, desired, past))
    found = around(gateway, live, difference, past, allow)
    against = [*objections(gateway, live, desired, found.difference, allow), *found.refusals, *lacking]
    if MISFITS not in allow:
        against += misfits(gateway, live, found.difference, template.context(language))
    return make(found.live, found.difference, against), found_team.people
