"""
A session → how every call over it behaves: to which quota it keeps, and who hears of it.

Kept beside the session and not in it, so that a gateway made from the session
anywhere, by anybody, behaves alike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import requests

from sheetcrm.sheets.quota import Kind, Quota


@dataclass(frozen=True)
class Wait:
    """Why a call does not go out yet: for so many seconds, and so many calls of its kind wait for their turn with it."""

    kind: Kind
    seconds: float
    calls: int


@dataclass(frozen=True)
class Exchange:
    """
    One request and what came of it: `status` is 0 when nothing did, `fault` the kind of what went wrong.

    Headers are left out, so no token is in it; URL and bodies may name people.
    """

    method: str
    url: str
    sent: bytes = field(repr=False)
    status: int
    received: bytes = field(repr=False)
    seconds: float
    attempt: int
    waited: float
    fault: str


def nobody(_told: object) -> None:
    """Nobody hears of it."""


@dataclass(frozen=True)
class Manners:
    """`waiting` is called before each wait for the quota, `watch` after each request."""

    quota: Quota | None = None
    waiting: Callable[[Wait], None] = nobody
    watch: Callable[[Exchange], None] = nobody


_MANNERS: WeakKeyDictionary[requests.Session, Manners] = WeakKeyDictionary()


def behave(session: requests.Session, manners: Manners) -> None:
    """From now on every call over that session has these manners."""
    _MANNERS[session] = manners


def manners_of(session: requests.Session) -> Manners:
    """As `behave` said; where nobody said anything no quota is kept, and nobody hears of anything."""
    return _MANNERS.get(session, Manners())
