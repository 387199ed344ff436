"""
`--only` and `--except` → the part of a plan that is meant.

What is left out is remembered as it was, so that the next whole plan has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from sheetcrm.errors import UsageError
from sheetcrm.messages import tr
from sheetcrm.provision.diff import Change, Difference
from sheetcrm.provision.plan import Refusal
from sheetcrm.resources import Address, Column, Memory, Tab
from sheetcrm.variants import nearest


@dataclass(frozen=True)
class Selection:
    """
    Patterns over addresses: a sheet (`customers`), a column (`customers.stage`), one setting of it
    (`customers.stage.validation`), with `*` for anything (`*.validation`).  No `only` means everything.
    """

    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    typed: bool = True
    """Whether a person wrote it: then a pattern that means nothing is a slip."""

    def __bool__(self) -> bool:
        """Whether anything is left out."""
        return bool(self.only or self.without)

    def has(self, address: Address) -> bool:
        """Whether that address is meant."""
        return (not self.only or _matches(address, self.only)) and not _matches(address, self.without)

    def check(self, known: Iterable[Address]) -> None:
        """UsageError for a pattern that somebody typed and that means nothing."""
        addresses = list(known)
        for pattern in (*self.only, *self.without) if self.typed else ():
            if not any(_matches(address, (pattern,)) for address in addresses):
                words = {word for address in addresses for word in (address.sheet, address.place, str(address))}
                raise UsageError(
                    tr("nothing here is called {pattern}{hint}", pattern=pattern, hint=nearest(pattern, sorted(words)))
                )

    def of(self, difference: Difference) -> tuple[Difference, list[Refusal]]:
        """What is meant; refused where it needs what was left out."""
        if not self:
            return difference, []
        meant = [change for change in difference.changes if self.has(change.address) or _remembers(change.address)]
        left_out = {change.address for change in difference.changes if change not in meant}
        if all(_remembers(change.address) for change in meant):
            meant = []
        kept = tuple(change for change in difference.kept if self.has(change.address))
        return Difference(tuple(meant), kept), list(dict.fromkeys(_lacking(meant, left_out)))


EVERYTHING = Selection()


def _remembers(address: Address) -> bool:
    return address.kind == Memory.kind


def _matches(address: Address, patterns: tuple[str, ...]) -> bool:
    text = str(address)
    return any(fnmatchcase(text, pattern) or fnmatchcase(text, f"{pattern}.*") for pattern in patterns)


def _lacking(meant: Iterable[Change], left_out: set[Address]) -> Iterator[Refusal]:
    """Places that what is meant needs and that are not there yet."""
    new = {address.place for address in left_out if address.kind in {Tab.kind, Column.kind}}
    for change in meant:
        if change.action == "delete" or _remembers(change.address):
            continue
        for place in sorted(change.resource.needs(change.address) & new):
            message = tr(
                "{address} needs {place}, which is not there yet; add --only {place}",
                address=change.address,
                place=place,
            )
            yield Refusal("", message)
