"""
A difference → what speaks against carrying it out.

Losing data and changing much at once can be allowed by name; a spreadsheet that
something else was made in cannot.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Protocol

from sheetcrm.allowances import BACK_TO_BASE, DATA_LOSS, MANY_CHANGES
from sheetcrm.layout import Layout, letters, quoted, same_title
from sheetcrm.messages import admin, tr
from sheetcrm.provision.diff import Change, Difference
from sheetcrm.provision.live import Live
from sheetcrm.provision.plan import Refusal
from sheetcrm.resources import (
    SPREADSHEET,
    Address,
    BasicFilter,
    Cell,
    Column,
    FilterView,
    Memory,
    State,
    Tab,
    TemplateMark,
)

SHARE, FEW = 0.3, 10
"""A plan that changes or deletes more than this share of the tabs and columns, of this many or more, is refused."""

UNSEEN = frozenset({Tab.kind, Column.kind, Memory.kind, BasicFilter.kind, FilterView.kind})
"""Kinds that are put back or stretched without anybody seeing a difference."""


class Reads(Protocol):
    """What counting cells needs of a gateway."""

    def values(self, ranges: Sequence[str]) -> list[list[list[Cell]]]:
        """Values of A1 ranges: by range, columns x rows."""


def objections(
    gateway: Reads, live: Live, desired: State, difference: Difference, allow: Collection[str]
) -> list[Refusal]:
    """Every reason not to; one more read when columns or tabs with cells would go."""
    found = [
        *_strangers(live, desired),
        *_headless(live),
        *_covered(live, difference),
        *_made_otherwise(live, desired, allow),
    ]
    return found or dangers(gateway, live, difference, allow)


def dangers(gateway: Reads, live: Live, difference: Difference, allow: Collection[str]) -> list[Refusal]:
    """What is lost or changed at once; one read when columns or tabs with cells would go."""
    found = [] if DATA_LOSS in allow else list(_losses(gateway, live, difference))
    return found if MANY_CHANGES in allow else [*found, *_many(live, difference)]


def _strangers(live: Live, desired: State) -> Iterator[Refusal]:
    """A tab that we would make has its title taken by one that is not ours."""
    for trouble in live.layout.troubles:
        tab = desired.get(Address(trouble.sheet, "", Tab.kind))
        if (
            trouble.code == "title_taken"
            and isinstance(tab, Tab)
            and same_title(dict(trouble.values)["title"], tab.title)
        ):
            yield Refusal("", trouble.say(admin()), trouble)


def _headless(live: Live) -> Iterator[Refusal]:
    """A tab whose header row was deleted or stands elsewhere: what we would write as header lands in somebody's record."""
    for trouble in live.layout.troubles:
        if trouble.code in {"header_missing", "header_below"}:
            yield Refusal("", trouble.say(admin()), trouble)


def _covered(live: Live, difference: Difference) -> Iterator[Refusal]:
    """Cells that people filled stand where something is to be made."""
    making = {(change.address.sheet, change.address.kind) for change in difference.changes if change.action == "create"}
    for trouble in live.layout.troubles:
        if trouble.code == "pivot_covered" and (trouble.sheet, dict(trouble.values)["pivot"]) in making:
            yield Refusal("", trouble.say(admin()), trouble)


def _made_otherwise(live: Live, desired: State, allow: Collection[str]) -> Iterator[Refusal]:
    address = Address(SPREADSHEET, "", TemplateMark.kind)
    made, wanted = live.state.get(address), desired.get(address)
    if not isinstance(made, TemplateMark) or not isinstance(wanted, TemplateMark):
        return
    before, now = ({mark.template: mark.version, **dict(mark.lineage)} for mark in (made, wanted))
    if made.template not in now and (wanted.template not in before or BACK_TO_BASE not in allow):
        yield _of_another(made.template, wanted.template, extends=wanted.template in before)
    elif newer := [name for name, version in before.items() if version > now.get(name, version)]:
        yield Refusal(
            "",
            tr(
                "this spreadsheet was made from version {before} of {template}, this is version {now}; update sheetcrm, or the file if it is your own",
                before=before[newer[0]],
                template=newer[0],
                now=now[newer[0]],
            ),
        )
    elif made.language != wanted.language:
        yield Refusal(
            "",
            tr(
                "this spreadsheet is in {language}, and people have filled it in that language; use --lang {language}",
                language=made.language,
            ),
        )


def _of_another(made: str, wanted: str, *, extends: bool) -> Refusal:
    if not extends:
        message = tr(
            "this spreadsheet was made from the template {made}, not {wanted}; use another spreadsheet",
            made=made,
            wanted=wanted,
        )
        return Refusal("", message)
    message = tr(
        "this spreadsheet was made from {made}, which extends {wanted}; going back takes away what it added; add --allow-{flag}, or apply {made}",
        made=made,
        wanted=wanted,
        flag=BACK_TO_BASE,
    )
    return Refusal(BACK_TO_BASE, message)


def _losses(gateway: Reads, live: Live, difference: Difference) -> Iterator[Refusal]:
    """Columns and tabs that go, if there are cells in them."""
    losing = [change for change in difference.changes if change.action == "delete" and change.resource.loses_data()]
    if not losing:
        return
    answers = gateway.values([_place(change.address, live.layout) for change in losing])
    for change, columns in zip(losing, answers, strict=True):
        rows = _filled([live.layout.cells_then(change.address.sheet, column) for column in columns])
        if rows:
            message = (
                tr(
                    "would delete data in {place} ({count} {count:row|rows}); add --allow-data-loss, or keep the column in the template",
                    place=change.address.place,
                    count=rows,
                )
                if change.address.column
                else tr(
                    "would delete data in {place} ({count} {count:row|rows}); add --allow-data-loss, or keep the sheet in the template",
                    place=change.address.place,
                    count=rows,
                )
            )
            yield Refusal(DATA_LOSS, message)


def _place(address: Address, layout: Layout) -> str:
    title = quoted(layout.tab_title(address.sheet))
    last = letters(max(layout.width(address.sheet), 1) - 1)
    letter = letters(layout.index(address.sheet, address.column)) if address.column else ""
    return f"{title}!{letter or 'A'}{layout.first_row(address.sheet)}:{letter or last}"


def _filled(columns: list[list[Cell]]) -> int:
    """How many rows have a cell that is not blank or FALSE."""
    return len({row for column in columns for row, cell in enumerate(column) if cell not in (None, "", False)})


def _many(live: Live, difference: Difference) -> Iterator[Refusal]:
    """Tabs and columns are counted, not what is set on them: to put marks back or stretch filters is no change that anybody sees."""
    places = {address.place for address in live.state if address.kind in {Tab.kind, Column.kind}}
    touched = {
        place
        for change in difference.changes
        if change.action == "delete"
        or (change.action == "update" and change.resource.kind not in UNSEEN and not _heads_anew(change, live))
        for place in _with_columns(change, places)
    }
    if len(places) >= FEW and len(touched & places) > SHARE * len(places):
        yield Refusal(
            MANY_CHANGES,
            tr(
                "would change or delete {count} of {total} tabs and columns at once; add --allow-many-changes if that is meant",
                count=len(touched & places),
                total=len(places),
            ),
        )


def _heads_anew(change: Change, live: Live) -> bool:
    """Whether it is part of a header row that comes back."""
    return change.resource.heads() and (change.address.sheet, "header") in live.layout.grown


def _with_columns(change: Change, places: Collection[str]) -> Iterator[str]:
    """The place of a change; a tab that goes takes its columns along."""
    yield change.address.place
    if change.action == "delete" and change.address.kind == Tab.kind:
        yield from (place for place in places if place.startswith(f"{change.address.sheet}."))
