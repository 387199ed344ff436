"""
A type or a list of options that changes → the cells that would no longer make sense.

Looking costs one read, and only when the template itself changed what a column
holds: a plan that is up to date, or puts back what people changed, pays nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from sheetcrm.allowances import MISFITS
from sheetcrm.layout import quoted
from sheetcrm.messages import tr
from sheetcrm.provision.diff import Difference
from sheetcrm.provision.live import Live
from sheetcrm.provision.plan import Refusal
from sheetcrm.resources import Address, Cell, Column, NumberFormat, Validation

if TYPE_CHECKING:
    from sheetcrm.schema.context import Context
    from sheetcrm.schema.template import Template

SHOWN = 5


class Reads(Protocol):
    """What looking at cells needs of a gateway."""

    def values(self, ranges: Sequence[str]) -> list[list[list[Cell]]]:
        """Values of A1 ranges: by range, columns x rows."""


def misfits(gateway: Reads, live: Live, difference: Difference, context: Context) -> Iterator[Refusal]:
    """A refusal for each column that has cells which its new type or options cannot read."""
    template = context.template
    places = dict.fromkeys(_changing(live, difference, template))
    if not places:
        return
    layout = live.layout
    letter = {at: layout.cell(at.sheet, at.column, 2).rstrip("2") for at in places}
    ranges = [
        f"{quoted(layout.tab_title(at.sheet))}!{letter[at]}{layout.first_row(at.sheet)}:{letter[at]}" for at in places
    ]
    for at, found in zip(places, gateway.values(ranges), strict=True):
        cells = layout.cells_then(at.sheet, found[0]) if found else []
        _, bad = template.sheets[at.sheet].columns[at.column].parse(cells, context)
        if bad:
            some = [f"{letter[at]}{row + 2} {str(cells[row])[:30]!r}" for row in sorted(bad)[:SHOWN]]
            some += [tr("{count} more", count=len(bad) - SHOWN)] if len(bad) > SHOWN else []
            message = tr(
                "{place} has {count} {count:cell|cells} that would make no sense any more: {cells}; correct them, say was: for options that are called otherwise now, or add --allow-{flag}",
                place=at.place,
                count=len(bad),
                cells=", ".join(some),
                flag=MISFITS,
            )
            yield Refusal(MISFITS, message)


def _changing(live: Live, difference: Difference, template: Template) -> Iterator[Address]:
    """The columns whose type or options the template changed since it was last applied."""
    kinds = {NumberFormat.kind, Validation.kind}
    for change in difference.changes:
        at = Address(change.address.sheet, change.address.column, Column.kind)
        if change.address.kind in kinds and change.cause in {"template", "both"} and at in live.state:
            spec = template.sheets.get(at.sheet)
            column = spec.columns.get(at.column) if spec else None
            if column is not None and not column.computed:
                yield at
