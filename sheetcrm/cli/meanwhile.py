"""What people did while we wrote → lines for whoever typed the command."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from sheetcrm.messages import tr

if TYPE_CHECKING:
    from sheetcrm.sync.aims import CellChange
    from sheetcrm.sync.cells import Changed


def stayed(conflicts: Iterable[CellChange]) -> Iterator[str]:
    """Cells that were changed since they were read, and are left as they are."""
    for change in conflicts:
        yield tr(
            "stays: {sheet} {id} {column}: somebody changed it meanwhile",
            sheet=change.sheet,
            id=change.id,
            column=change.column,
        )


def moved(done: Changed) -> Iterator[str]:
    """What happened because rows or columns were moved in the moment of the write."""
    for change in done.righted:
        yield tr(
            "put right: {sheet} {id} {column}: rows were moved while it was written",
            sheet=change.sheet,
            id=change.id or tr("a blank row"),
            column=change.column,
        )
    for landing in done.misplaced:
        yield tr(
            "look at {a1}: rows or columns were moved while {cell} was written there, and what stood there is not known",
            a1=landing.a1,
            cell=landing.aim.cell,
        )
