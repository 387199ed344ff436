"""
Marks for places → all the marks of a bound spreadsheet, and the plan that comes after them.

What is as the template wants it, or is the team's to keep, is remembered as if
we had applied it; so the next plan tells what people change from what a newer
template does.  Nothing is written here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sheetcrm import provision
from sheetcrm.handmade.marks import Mark, Marked, Old
from sheetcrm.layout import HIGHLIGHTS_KEY, MADE_KEY, TEMPLATE_KEY
from sheetcrm.layout.bound import BOUND_KEY, header_words
from sheetcrm.provision.plan import Plan
from sheetcrm.resources import SPREADSHEET, Address, Banding, Highlights, Memory, Request, TemplateMark
from sheetcrm.schema.template import Template


@dataclass(frozen=True)
class Sealed:
    """The requests that write the marks, what `plan` will say when they are there, and the marks that come and go."""

    requests: tuple[Request, ...]
    plan: Plan
    marks: tuple[Mark, ...]
    removed: tuple[Old, ...]


def seal(
    gateway: Marked, template: Template, language: str, *, today: date, places: Sequence[Mark], kept: Sequence[Old] = ()
) -> Sealed:
    """
    Everything that is to be written for `places`; reads as `plan` does, each range once.

    `kept` are marks that are there and stay: they are not written again.
    """
    there = {(old.key, old.sheet_id, old.index) for old in kept}
    desired = template.compile(language)
    own = desired[Address(SPREADSHEET, "", TemplateMark.kind)]
    assert isinstance(own, TemplateMark)
    marks = [mark for mark in (Mark(TEMPLATE_KEY, own.text()), *places) if mark.place not in there]
    plan = provision.plan(gateway.with_marks(marks), template, language, today=today)
    marks += [mark for mark in (*_headers(plan), *_highlights(plan)) if mark.place not in there]
    plan = provision.plan(gateway.with_marks(marks), template, language, today=today)
    # Bands over a tab that people coloured themselves would be a change of their looks.
    lacking = [change.address for change in plan.changes if not isinstance(change.desired, Banding)]
    bound = {mark.value for mark in places}
    memories = [
        _memory(address, memory, plan)
        for address, memory in Memory.of(desired, {}, lacking).items()
        if address.sheet in bound and isinstance(memory, Memory)
    ]
    marks += [mark for mark in memories if mark.place not in there]
    plan = provision.plan(gateway.with_marks(marks), template, language, today=today)
    gone = [old.request() for old in gateway.removed]
    return Sealed((*gone, *(mark.request() for mark in marks)), plan, tuple(marks), tuple(gateway.removed))


def _headers(plan: Plan) -> list[Mark]:
    """The titles of people's own over columns of ours, by tab."""
    layout = plan.layout
    return [
        Mark(BOUND_KEY, words, layout.sheet_id(sheet))
        for sheet in layout.sheets()
        if (words := header_words(layout.header(sheet))) and layout.is_marked(sheet)
    ]


def _highlights(plan: Plan) -> list[Mark]:
    """Colour rules that are just what the template wants, and that nobody remembers."""
    return [
        Mark(
            HIGHLIGHTS_KEY,
            " ".join(sorted({rule.digest for rule in change.desired.rules})),
            plan.layout.sheet_id(change.address.sheet),
        )
        for change in plan.changes
        if isinstance(change.desired, Highlights)
        and isinstance(change.live, Highlights)
        and change.desired.rules == change.live.rules
    ]


def _memory(address: Address, memory: Memory, plan: Plan) -> Mark:
    plan.layout.ids.pop(str(address), None)
    (request,) = memory.create(address, plan.layout)
    value = request["createDeveloperMetadata"]["developerMetadata"]["metadataValue"]
    return Mark(MADE_KEY, value, plan.layout.sheet_id(address.sheet))
