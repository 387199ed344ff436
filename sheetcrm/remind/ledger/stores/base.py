"""
What a database must do to hold a ledger.

A worker is a process as long as it lives.  Its death must show at once and for
certain: whoever is taken for dead has what it was sending marked as unknown.
"""

from __future__ import annotations

import os
import re
import secrets
import socket
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import ClassVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from sheetcrm.errors import LedgerError
from sheetcrm.messages import tr

SOON = "sheetcrm_soon"
"""
The option of a connection whose next commit may wait for the disk.

It outlives this process at once, and a power cut as soon as anything else is
committed.
"""


class Presence(ABC):
    """A worker that is signed in, until it leaves or dies."""

    worker: str
    """Its name, which no other worker ever has."""

    @abstractmethod
    def is_alive(self, db: Connection, worker: str) -> bool:
        """Whether that worker still lives; one that was dead once is dead for ever."""

    @abstractmethod
    def leave(self) -> None:
        """Be dead to the others."""


class Store(ABC):
    """A database that holds a ledger."""

    place: str
    """For people; without a password."""
    remedies: ClassVar[Mapping[str, str]]
    """A word in the database's own error → what to do about it."""
    otherwise: ClassVar[str]

    @abstractmethod
    def connect(self, *, read_only: bool, patience: float) -> Engine:
        """An engine; `patience` is how many seconds to wait for the database and for others."""

    @abstractmethod
    def sign_in(self, engine: Engine) -> Presence:
        """Become a worker."""

    def is_there(self) -> bool:
        """Whether there is anything to read."""
        return True

    @abstractmethod
    def is_taken(self, tables: set[str]) -> bool:
        """Whether these tables, none of them ours, keep a ledger from being made here."""

    @abstractmethod
    def alone(self, db: Connection, *what: str) -> None:
        """Let no other transaction that names the same pass until this one ends."""

    @abstractmethod
    def check(self, db: Connection) -> None:
        """LedgerError when the database is damaged."""

    def thorough(self, db: Connection) -> None:  # noqa: B027 - most databases have nothing of that kind
        """What is deleted in this transaction does not stay on the disk, as far as the database can see to that."""

    def swept(self) -> bool:
        """After something was deleted for good: nothing of it is left in the database's files; False when others use it, and it may be."""
        return True

    def copied(self, db: Connection, change: Callable[[Connection], None]) -> Engine | None:
        """What that transaction sees, copied for this process alone and then changed so, to be read only; None where that cannot be had."""
        return None

    def nobody_older(self) -> AbstractContextManager[None]:
        """Hold back a sheetcrm of before there were workers; LedgerError when it is at work."""
        return nullcontext()

    @contextmanager
    def translated(self) -> Iterator[None]:
        """The database's own errors as a LedgerError that names the place and what to do."""
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            said = " ".join(str(getattr(error, "orig", None) or error).split())
            raise LedgerError(
                tr(
                    "ledger {place}: {said}; {remedy}; nothing is sent without it",
                    place=self.place,
                    said=said,
                    remedy=self._remedy(said),
                )
            ) from error

    def _remedy(self, said: str) -> str:
        return tr(next((remedy for word, remedy in self.remedies.items() if word in said), self.otherwise))


def new_worker() -> str:
    """A name for this process that says where it runs and never comes again."""
    host = re.sub(r"[^\w.]+", "_", socket.gethostname())[:60]
    return f"{host}-{os.getpid()}-{secrets.token_hex(8)}"


def token(worker: str) -> str:
    """The part of a worker's name that is its own: 16 hex digits."""
    return worker.rpartition("-")[2]
