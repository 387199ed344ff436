"""
What became of records that were to be written, said so that a person can go on from there.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from sheetcrm.errors import UsageError
from sheetcrm.messages import N_, tr
from sheetcrm.resources.base import Cell
from sheetcrm.schema.context import Context
from sheetcrm.sync.aims import CellChange
from sheetcrm.sync.dump import as_read
from sheetcrm.sync.landing import Landing
from sheetcrm.variants import nearest

OnConflict = Literal["fail", "skip", "overwrite"]
"""
`fail`: nothing at all is written, and errors.Conflict says why.  `skip`: records that somebody changed in a field that we
change stay whole as they are.  `overwrite`: what we say is written; rows that are gone, or there twice, stay conflicts.
"""


def known_policy(on_conflict: OnConflict) -> OnConflict:
    """The same; UsageError for any other word."""
    known = get_args(OnConflict)
    if on_conflict not in known:
        hint = nearest(on_conflict, list(known))
        raise UsageError(
            tr(
                "on_conflict={on_conflict!r} is none of {known}{hint}",
                on_conflict=on_conflict,
                known=", ".join(known),
                hint=hint,
            )
        )
    return on_conflict


_WHY = {
    "gone": N_("no row has that id (any more)"),
    "twice": N_("several rows have that id now"),
    "no column": N_("the column is gone"),
    "there already": N_("a row has that id already"),
}


@dataclass(frozen=True)
class Conflict:
    """A cell that we would change, and that people changed since it was read."""

    change: CellChange
    """What was wanted: the cell as it was read (`before`) and as it was to be (`after`)."""
    now: Cell
    """What stands there; None where the row is gone or there twice."""
    why: Literal["changed", "gone", "twice", "no column", "there already"]
    a1: str = ""
    """Where: `Customers!C7`; empty where there is no such place."""
    link: str = ""
    overwritten: bool = False
    """Whether it was written all the same, because that was asked for."""
    context: Context | None = field(default=None, repr=False, compare=False)
    """By which cells are shown as people read them."""

    def __str__(self) -> str:
        """One line, with both values."""
        change = self.change
        where = " ".join(part for part in (change.sheet, change.id, change.column, self.a1) if part)
        said = _WHY.get(self.why)
        return f"{where}: {tr(said) if said else self._values()}"

    def _values(self) -> str:
        """Days as days: a cell holds only their number."""
        change = self.change
        before, now = self._said(change.before, self.now)
        _, after = self._said(self.now, change.after)
        if self.change.after is None:
            return tr("was {before}, is {now} now", before=before, now=now)
        return tr("to be {after}, was {before}, is {now} now", after=after, before=before, now=now)

    def _said(self, before: Cell, after: Cell) -> tuple[str, str]:
        both = replace(self.change, before=before, after=after)
        before_said, after_said = as_read(both, self.context) if self.context else (repr(before), repr(after))
        return before_said or tr("blank"), after_said or tr("blank")


@dataclass(frozen=True)
class Saved:
    """What was written; ids in the order in which they were given."""

    sheet: str
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    """Records that said what stands there already; nothing was written for them."""
    deleted: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    """What was left to people, or overwritten because that was asked for."""
    righted: tuple[str, ...] = ()
    """Ids of rows that were written once more, because rows or columns were moved in the moment of the write."""
    misplaced: tuple[Landing, ...] = ()
    """What landed where nobody can tell any more what stood there: look at those cells."""
