"""
Marks to write or to take away → written, once, whatever becomes of the answer.

A batch whose answer was lost may have been carried out; all of it or nothing,
so the marks that are there now tell.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from sheetcrm.errors import ApiError
from sheetcrm.handmade.marks import Old, old_marks
from sheetcrm.handmade.seal import Sealed
from sheetcrm.handmade.survey import Reads
from sheetcrm.handmade.unbind import FIELDS, Unbound
from sheetcrm.resources import Json, Request


class Writes(Reads, Protocol):
    """What binding needs of a gateway."""

    def batch(self, requests: Sequence[Request]) -> Json:
        """All together or not at all."""


def write_marks(gateway: Writes, sealed: Sealed) -> None:
    """One write; where its answer is lost a read, and the write again if it was not carried out.  ApiError where that cannot be told."""

    def is_done(there: Sequence[Old]) -> bool | None:
        found = {(old.key, old.value, old.sheet_id, old.index) for old in there}
        come = [(mark.key, mark.value, mark.sheet_id, mark.index) in found for mark in sealed.marks]
        gone = [old not in there for old in sealed.removed]
        return _agreed([*come, *gone])

    _once(gateway, sealed.requests, is_done)


def take_marks(gateway: Writes, found: Unbound, again: Callable[[], Unbound]) -> None:
    """The same for marks that are taken away; `again` says what would have to be sent now."""

    def is_done(_there: Sequence[Old]) -> bool | None:
        left = again()
        return True if not left.gone else False if left.requests == found.requests else None

    _once(gateway, found.requests, is_done)


def _once(gateway: Writes, requests: Sequence[Request], is_done: Callable[[Sequence[Old]], bool | None]) -> None:
    try:
        gateway.batch(requests)
    except ApiError as lost:
        if not lost.in_doubt:
            raise
        try:
            done = is_done(old_marks(gateway.describe(FIELDS)))
        except ApiError as error:
            raise lost from error
        if done is None:
            raise
        if not done:
            gateway.batch(requests)


def _agreed(said: Sequence[bool]) -> bool | None:
    """Whether all is so (True) or nothing (False); None where some is and some is not, which was not our batch."""
    return said[0] if said and all(one == said[0] for one in said) else None
