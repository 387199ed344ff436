"""
Where the ledger is kept: a SQLite file for one machine, PostgreSQL for several.

One class each.  What they have in common is SQLAlchemy's; what differs is how
to wait for each other, and how to know that a worker is dead.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from sheetcrm.errors import UsageError
from sheetcrm.messages import tr
from sheetcrm.remind.ledger.stores.base import SOON, Presence, Store
from sheetcrm.remind.ledger.stores.postgres import PostgresStore
from sheetcrm.remind.ledger.stores.sqlite import SqliteStore

__all__ = ["SOON", "Presence", "Store", "store_at"]


def store_at(location: Path | str) -> Store:
    """The store of a file's path or of a `postgresql://…` URL; UsageError, without the URL, when it is neither."""
    if isinstance(location, Path) or "://" not in location:
        return SqliteStore(Path(location))
    try:
        address = make_url(location)
    except (ArgumentError, ValueError):
        # Not `from`: the library's error has the URL in it, and the URL may have a password.
        raise UsageError(
            tr("ledger: not the URL of a database; write postgresql://user@host/name, or the path of a file")
        ) from None
    kind = address.get_backend_name()
    if kind == "sqlite" and address.database:
        return SqliteStore(Path(address.database))
    if kind in ("postgresql", "postgres"):
        return PostgresStore(address)
    raise UsageError(tr("ledger: {kind} cannot hold a ledger; use a file or postgresql://user@host/name", kind=kind))
