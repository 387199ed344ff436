"""
Calls to come → the moment at which each may go, agreed between all processes of a machine.

A call is given its moment when it asks, behind all that asked before it, and
sleeps until then: nobody tries, nobody is overtaken.  Moments are kept in one
small file a project, by the clock that all processes of a machine share and
nobody can set.  Google's minute need not be ours: no sixty seconds, wherever
they begin, hold more than is allowed.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

LOG = logging.getLogger("sheetcrm.quota")

Kind = Literal["read", "write"]
Whose = Literal["user", "project"]

LONGEST = 900.0
"""Seconds that a moment may lie ahead; what lies further was written before the machine was started anew."""
LOCKED = 10.0
"""Seconds to wait for the file itself, which nobody holds for more than a blink."""
OFTEN = 0.003


@dataclass(frozen=True)
class Allowance:
    """
    Calls in `minute` seconds, for reads and again for writes.

    As Google gives them (https://developers.google.com/workspace/sheets/api/limits).
    Of two calls the one may be quicker on its way than the other: `margin`
    seconds are kept free for that.
    """

    user: int = 60
    project: int = 300
    minute: float = 60.0
    margin: float = 2.0

    @property
    def window(self) -> float:
        """Seconds that a call is counted for."""
        return self.minute + self.margin


@dataclass
class Turn:
    """One call's place in the queue: when it may go, by the clock of the quota."""

    at: float
    kind: Kind
    user: str
    ticket: str = field(default_factory=lambda: secrets.token_hex(4))

    def counts_for(self, kind: Kind, user: str | None) -> bool:
        """Whether it takes from what that user, or with None the project, may do."""
        return self.kind == kind and user in (None, self.user)


@dataclass
class Queue:
    """What the file holds: turns given, gone and to come, and until when whom Google has refused; by name of the limit."""

    turns: list[Turn] = field(default_factory=list)
    held: dict[str, float] = field(default_factory=dict)

    def moment(self, turn: Turn, allowance: Allowance, now: float) -> float:
        """The first moment at which that turn, which is not among them yet, may go."""
        waits = [now]
        for user, limit in ((turn.user, allowance.user), (None, allowance.project)):
            waits.append(self.held.get(limit_name(turn.kind, user), now))
            before = sorted(other.at for other in self.turns if other.counts_for(turn.kind, user))
            if len(before) >= limit:
                waits.append(before[-limit] + allowance.window)
        return max(waits)

    def hold(self, kind: Kind, user: str | None, until: float, allowance: Allowance, now: float) -> None:
        """Nobody goes before `until`; who waits already keeps the order, and goes from then on."""
        name = limit_name(kind, user)
        self.held[name] = max(until, self.held.get(name, until))
        self.plan(kind, allowance, now)

    def plan(self, kind: Kind, allowance: Allowance, now: float) -> None:
        """Give those who wait their moments anew, in the order that they have."""
        waiting = sorted((turn for turn in self.turns if turn.at > now and turn.kind == kind), key=lambda turn: turn.at)
        self.turns = [turn for turn in self.turns if turn not in waiting]
        for turn in waiting:
            turn.at = self.moment(turn, allowance, now)
            self.turns.append(turn)

    def cleared(self, allowance: Allowance, now: float) -> Queue:
        """Without what counts no more, and what no clock of this machine can have said."""
        turns = [turn for turn in self.turns if now - allowance.window < turn.at <= now + LONGEST]
        return Queue(turns, {name: until for name, until in self.held.items() if now < until <= now + LONGEST})


def limit_name(kind: Kind, user: str | None) -> str:
    """What a refusal of that limit is kept under."""
    return f"{kind} {user or 'project'}"


class Quota:
    """
    What one user of one project may send, shared by whoever has the same file.

    `user` is a word that tells users of a project apart and says nothing else.
    When the file cannot be used, which is logged, this process keeps the
    limits alone.
    """

    def __init__(
        self,
        file: Path | None,
        user: str,
        allowance: Allowance,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`clock` is in seconds, and the same for all processes that share the file; None: nobody shares."""
        self._file, self._user, self.allowance, self._clock = file, user, allowance, clock
        self._alone: Queue | None = None if file else Queue()

    def reserve(self, kind: Kind) -> Turn:
        """A turn behind all others."""
        with self._open() as queue:
            turn = Turn(0.0, kind, self._user)
            turn.at = queue.moment(turn, self.allowance, self._clock())
            queue.turns.append(turn)
            return turn

    def wait(self, turn: Turn) -> float:
        """Seconds until that turn may go; ask again after them: a refusal that others met may have moved it."""
        if turn.at > self._clock():
            return turn.at - self._clock()
        with self._open() as queue:
            turn.at = next((other.at for other in queue.turns if other.ticket == turn.ticket), turn.at)
        return max(0.0, turn.at - self._clock())

    def leave(self, turn: Turn) -> None:
        """Give a turn back that was not used; nobody moves up: those who wait sleep already."""
        with self._open() as queue:
            queue.turns = [other for other in queue.turns if other.ticket != turn.ticket]

    def answered(self, turn: Turn) -> None:
        """A call that took long may have been counted late; it counts from now, and who waits for its place waits longer."""
        now = self._clock()
        if now - turn.at <= self.allowance.margin:
            return
        with self._open() as queue:
            for other in queue.turns:
                if other.ticket == turn.ticket:
                    other.at = now
            queue.plan(turn.kind, self.allowance, now)

    def refused(self, kind: Kind, whose: Whose, seconds: float) -> None:
        """Google said that there is no more: all processes wait so long with calls of that kind."""
        now = self._clock()
        with self._open() as queue:
            user = self._user if whose == "user" else None
            queue.hold(kind, user, now + min(seconds, LONGEST), self.allowance, now)

    def waiting(self, kind: Kind) -> int:
        """How many calls of that kind have a turn to come, our own among them."""
        with self._open(writing=False) as queue:
            return sum(turn.at > self._clock() for turn in queue.turns if turn.counts_for(kind, self._user))

    @contextmanager
    def _open(self, *, writing: bool = True) -> Iterator[Queue]:
        """The queue as it is now, kept when it is left."""
        if self._alone is not None or self._file is None:
            self._alone = (self._alone or Queue()).cleared(self.allowance, self._clock())
            yield self._alone
            return
        lock = FileLock(self._file.with_suffix(".lock"), timeout=LOCKED, mode=0o600, thread_local=False)
        try:
            lock.acquire(poll_interval=OFTEN)
        except (OSError, NotImplementedError, Timeout) as error:
            yield self._by_ourselves(error)
            return
        try:
            queue = _read(self._file).cleared(self.allowance, self._clock())
            yield queue
            if writing:
                _write(self._file, queue)
        except OSError as error:
            self._by_ourselves(error)
        finally:
            lock.release()

    def _by_ourselves(self, error: Exception) -> Queue:
        LOG.warning("the quota is not shared with other processes: %s", type(error).__name__)
        self._alone = Queue()
        return self._alone


def _read(file: Path) -> Queue:
    """What the file says; an empty queue when there is none, or it is not ours."""
    try:
        found = json.loads(file.read_bytes())
        turns = [Turn(float(at), kind, str(user), str(ticket)) for at, kind, user, ticket in found["turns"]]
        return Queue(turns, {str(name): float(until) for name, until in found["held"].items()})
    except FileNotFoundError:
        return Queue()
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        LOG.warning("%s is damaged and begun anew: %s", file.name, type(error).__name__)
        return Queue()


def _write(file: Path, queue: Queue) -> None:
    """Whole or not at all, whenever this process is ended; what a power cut leaves is older than the machine's clock."""
    said = {"turns": [[turn.at, turn.kind, turn.user, turn.ticket] for turn in queue.turns], "held": queue.held}
    beside = file.with_suffix(".new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        json.dump(said, out)
    beside.replace(file)


def quota_of(session: object, user: str, folder: Path | None, allowance: Allowance) -> Quota:
    """
    The quota that a signed-in session takes from, kept in `folder` for other processes, too.

    Google counts by the project that made the credentials, and in it by
    `user`: an address, or where that is not known the client that was agreed to.
    """
    credentials = getattr(session, "credentials", None)
    client = str(getattr(credentials, "client_id", None) or "")
    home = (
        user.partition("@")[2].removesuffix(".iam.gserviceaccount.com") if user.endswith("gserviceaccount.com") else ""
    )
    project = getattr(credentials, "quota_project_id", None) or home or client.partition("-")[0]
    file = folder / f"{_veiled(str(project))}.json" if folder else None
    return Quota(file, _veiled(user or client), allowance)


def _veiled(text: str) -> str:
    """A name for a file that says of nobody that they are a user of ours."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]
