"""An engine → its transactions, each on a connection of its own or, where many follow each other, on one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from sqlalchemy import Connection, Engine

from sheetcrm.remind.ledger.stores import SOON, Store


class Transactions:
    """Call it for the next one; LedgerError when the database cannot be used."""

    def __init__(self, engine: Engine, store: Store) -> None:
        """The engine stays its owner's."""
        self._engine, self._store = engine, store
        self._held = threading.local()

    @contextmanager
    def __call__(self, *, soon: bool = False) -> Iterator[Connection]:
        """Committed at the end of the `with`, rolled back at an exception; for `soon` see `SOON`."""
        with self._store.translated(), self._connection() as db, db.execution_options(**{SOON: soon}).begin():
            yield db

    @contextmanager
    def of_one_connection(self) -> Iterator[None]:
        """Within, those of this thread."""
        # Not around the `yield`: other people's OSErrors are not the database's.
        with self._store.translated():
            connection = self._engine.connect()
        self._held.connection = connection
        try:
            yield
        finally:
            self._held.connection = None
            connection.close()

    def _connection(self) -> AbstractContextManager[Connection]:
        held: Connection | None = getattr(self._held, "connection", None)
        return self._engine.connect() if held is None else nullcontext(held)
