"""
Reminders that are due → claims and queued mails; and what became of them.

A reminder is claimed and its mail queued in one transaction, before anything
is sent, and every mail's fate is committed by itself.  A mail that was surely
not taken (`planned`, `retry`) is planned anew by the next run, from the rows as
they are then; a mail that perhaps was (`sending`, `unknown`) is never changed
again, so a second copy of it is the same mail with the same Message-ID.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path

from sqlalchemy import Engine, create_engine, delete, func, insert, select, update
from sqlalchemy.pool import StaticPool

from sheetcrm.remind.ledger import asking, delivering, migrations, planning
from sheetcrm.remind.ledger.delivering import back_off
from sheetcrm.remind.ledger.entries import (
    PENDING,
    Fate,
    Limit,
    Mail,
    Occurrence,
    Recipient,
    Run,
    Sealed,
    State,
)
from sheetcrm.remind.ledger.rows import LISTED, mail_of, whole
from sheetcrm.remind.ledger.snoozes import Snoozes
from sheetcrm.remind.ledger.stores import Presence, Store, store_at
from sheetcrm.remind.ledger.tables import CONTENT, MESSAGE, METADATA, RUN
from sheetcrm.remind.ledger.transactions import Transactions
from sheetcrm.remind.ledger.turns import Turns
from sheetcrm.remind.ledger.watching import Watch

LEASE = timedelta(minutes=10)


class Ledger:
    """
    What was promised, to whom, and what became of it.

    One at a time in a process, and never in two threads.  Any number of
    processes may have the same ledger open and plan and send at once.
    """

    def __init__(self, engine: Engine, store: Store) -> None:
        """See `open`."""
        self._engine, self._store = engine, store
        self._signed_in: Presence | None = None
        self._transaction = Transactions(engine, store)

    @classmethod
    def open(cls, location: Path | str, *, read_only: bool = False, patience: float = 30) -> Ledger:
        """
        The ledger in the file at a path, or at a `postgresql://…` URL; made when it is missing.

        `read_only` makes and changes nothing.  `patience` is how many seconds
        to wait for the database and for another process.  LedgerError when it
        cannot be used, UsageError when the location makes no sense.
        """
        store = store_at(location)
        with store.translated():
            if read_only and not store.is_there():
                return cls(_nothing(), store)
            engine = store.connect(read_only=read_only, patience=patience)
            try:
                ready = migrations.prepare(engine, store, read_only=read_only)
            except BaseException:
                engine.dispose()
                raise
            if ready is not engine:
                engine.dispose()
        return cls(ready or _nothing(), store)

    @property
    def place(self) -> str:
        """Where it is, for people; without a password."""
        return self._store.place

    def close(self) -> None:
        """Sign off and let the database go: what this worker has claimed is free, what it was sending is unknown."""
        with self._store.translated():
            if self._signed_in is not None:
                self._signed_in.leave()
                self._signed_in = None
            self._engine.dispose()

    def __enter__(self) -> Ledger:
        """Closed at the end of the `with`."""
        return self

    def __exit__(self, *_: object) -> None:
        """See `close`."""
        self.close()

    @property
    def worker(self) -> str:
        """The name of this process in claims and turns: alive to the others until it is closed or dies."""
        return self._presence().worker

    def _presence(self) -> Presence:
        if self._signed_in is None:
            with self._store.translated():
                self._signed_in = self._store.sign_in(self._engine)
        return self._signed_in

    @contextmanager
    def at_hand(self) -> Iterator[None]:
        """Within, all transactions of this thread have one connection: many small ones cost half as much."""
        self._presence()
        with self._transaction.of_one_connection():
            yield

    @cached_property
    def turns(self) -> Turns:
        """Who scans which spreadsheet."""
        return Turns(self._transaction, self._store, self._presence)

    @cached_property
    def watch(self) -> Watch:
        """What went wrong lately, and when rows were last told of."""
        return Watch(self._transaction)

    @cached_property
    def snoozes(self) -> Snoozes:
        """What is left in peace, until when."""
        return Snoozes(self._transaction)

    # What was told

    def told(self, occurrences: Sequence[Occurrence], *, expired: bool = False) -> dict[Occurrence, Fate]:
        """
        Those that need no mail any more, each with what settled it: that step, or a later one of the same matter.

        With `expired` also those that were noted as too late: they are told all the same when they are not any more.
        """
        with self._transaction() as db:
            return planning.told(db, occurrences, expired=expired)

    def last_told(self, recipient: Recipient) -> tuple[date | None, list[Occurrence]]:
        """The day of the last mail that went to them, or perhaps did, and what it told; None and nothing when there was none."""
        with self._transaction() as db:
            return asking.last_told(db, recipient)

    def expire(self, occurrences: Sequence[Occurrence], reason: str, *, now: datetime) -> list[Occurrence]:
        """Note as too late, once and without a mail, those that were never told; the result is those that this was news of."""
        return self._note(occurrences, State.EXPIRED, reason, now)

    def suppress(self, occurrences: Sequence[Occurrence], reason: str, *, now: datetime) -> list[Occurrence]:
        """Note as not to be told, without a mail, those that were never told; the result is those that this was news of."""
        return self._note(occurrences, State.SUPPRESSED, reason, now)

    def _note(self, occurrences: Sequence[Occurrence], state: State, reason: str, now: datetime) -> list[Occurrence]:
        noted = []
        for whom, group in planning.by_whom(occurrences):
            with self._transaction() as db:
                self._store.alone(db, *whom)
                noted += planning.note(db, group, state, reason, now)
        return noted

    # Planning

    def recover(self, *, now: datetime) -> int:
        """
        Free what the dead had in hand; what they were sending is `unknown` now: how many mails.

        So too whatever this worker did not come to the end of, by an exception.
        """
        presence = self._presence()
        with self._transaction() as db:
            return delivering.bury(db, presence, now=now, own=True)

    def awaiting(self, spreadsheet: str, channel: str) -> list[Recipient]:
        """Everybody who has a mail that was planned and surely not taken."""
        return list(
            {mail.recipient.key: mail.recipient for mail in self._listed(spreadsheet, channel, PENDING)}.values()
        )

    def queue(
        self,
        recipient: Recipient,
        occurrences: Sequence[Occurrence],
        seal: Callable[[Sequence[Occurrence]], Sealed],
        *,
        today: date,
        now: datetime,
        read: datetime | None = None,
    ) -> Mail | None:
        """
        Claim what `recipient` was not told yet and queue one mail about it, in one transaction.

        `seal` makes the mail from the occurrences that were claimed, in the
        order given.  Mails to them that are still pending are replaced, even
        in another worker's hands, who will notice.  None when there is nothing
        new to say.  Whatever `seal` raises leaves the ledger as it was.
        `read` is when the rows were read (default: `now`).
        """
        with self._transaction() as db:
            self._store.alone(db, *recipient.whom)
            pending = planning.release(db, recipient)
            known = planning.told(db, occurrences)
            claimed = [occurrence for occurrence in occurrences if occurrence not in known]
            sealed = seal(claimed) if claimed else None
            planning.suppress(db, pending, sealed, now)
            if sealed is None:
                return None
            values = {"day": today, "reminders": len(claimed), "planned": read or now, **planning.patience(pending)}
            number = planning.store(db, recipient, sealed, values, now=now)
            planning.claim(db, claimed, number)
            return mail_of(db.execute(whole().where(MESSAGE.c.id == number)).one())

    def resend(self, mail: Mail, sealed: Sealed, *, now: datetime) -> Mail:
        """Queue `mail` once more, as `sealed`, because a person asked for it; no run plans it anew or drops it."""
        recipient = mail.recipient
        values = {
            "day": mail.day,
            "reminders": mail.reminders,
            "planned": now,
            "again": mail.id,
            "state": State.PLANNED,
        }
        with self._transaction() as db:
            self._store.alone(db, *recipient.whom)
            number = planning.store(db, recipient, sealed, values, now=now)
            return mail_of(db.execute(whole().where(MESSAGE.c.id == number)).one())

    # Delivering

    def outbox(self, spreadsheet: str, channel: str) -> list[Mail]:
        """Every mail that is not settled, what waits longest first, without its bytes: pending ones, and those of which nobody knows."""
        return self._listed(spreadsheet, channel, (*PENDING, State.UNKNOWN))

    def _listed(self, spreadsheet: str, channel: str, states: tuple[State, ...]) -> list[Mail]:
        query = (
            select(*LISTED)
            .where(MESSAGE.c.spreadsheet == spreadsheet, MESSAGE.c.channel == channel, MESSAGE.c.state.in_(states))
            .order_by(MESSAGE.c.created, MESSAGE.c.id)
        )
        with self._transaction() as db:
            return [mail_of(row) for row in db.execute(query)]

    def claim(self, mails: Sequence[Mail], *, limit: int, now: datetime, lease: timedelta = LEASE) -> list[Mail]:
        """
        Take up to `limit` of these mails of the outbox in hand, what waits longest first; the result has their bytes.

        Left out are those that changed since they were listed and those that
        another worker has in hand: unless it is dead, or its lease ran out and
        it did not begin them yet.
        """
        presence = self._presence()
        with self._transaction(soon=True) as db:
            delivering.bury(db, presence, now=now)
            return delivering.claim(db, presence.worker, mails, limit=limit, now=now, lease=lease)

    def begin(self, mail: Mail, *, now: datetime, limits: Sequence[Limit] = ()) -> bool:
        """
        Commit that `mail`, which was claimed, is about to be handed over.

        False when the claim is gone and it must be left alone, or when one of
        `limits` is reached: no number of processes goes over any of them.
        """
        worker = self.worker
        with self._transaction() as db:
            for limit in limits:
                self._store.alone(db, "limit", limit.channels[0])
                if asking.used(db, limit, mail.id) >= limit.most:
                    return False
            return delivering.begin(db, worker, mail, now=now)

    def settle(
        self,
        mail: Mail,
        state: State,
        reason: str = "",
        *,
        now: datetime,
        wait: timedelta | None = None,
        in_doubt: bool | None = None,
    ) -> None:
        """
        Commit what became of a mail that was begun.

        One that is to be tried again waits `wait`, by default longer each
        time.  `in_doubt` says that it perhaps arrived this time, which is by
        default what `UNKNOWN` means.  Should the power fail before anything
        else is committed, it is as if nobody had noted the answer.
        """
        worker, wait = self.worker, back_off(mail.attempts) if wait is None else wait
        doubt = state is State.UNKNOWN if in_doubt is None else in_doubt
        with self._transaction(soon=True) as db:
            self._store.alone(db, *mail.recipient.whom)
            delivering.settle(db, worker, mail, state, reason, now=now, wait=wait, in_doubt=doubt)

    def take_back(self, mail: Mail, reason: str, *, now: datetime) -> None:
        """Commit that a mail that was begun was not handed over after all: it stands as before, and nothing is held against it."""
        worker = self.worker
        with self._transaction() as db:
            self._store.alone(db, *mail.recipient.whom)
            delivering.take_back(db, worker, mail, reason, now=now)

    def let_go(self, mails: Sequence[Mail]) -> None:
        """Give up claims that were not begun."""
        mine = MESSAGE.c.worker == self.worker
        with self._transaction() as db:
            free = MESSAGE.c.state.in_((*PENDING, State.UNKNOWN))
            chosen = MESSAGE.c.id.in_([mail.id for mail in mails])
            db.execute(update(MESSAGE).where(chosen, mine, free).values(delivering.FREE))

    def reopen(self, mail: Mail, reason: str, *, now: datetime, wait: timedelta | None = None) -> None:
        """Commit that a mail, as it was claimed, that was settled as failed is to be tried again."""
        wait = back_off(mail.attempts) if wait is None else wait
        with self._transaction() as db:
            self._store.alone(db, *mail.recipient.whom)
            delivering.reopen(db, mail, reason, now=now, wait=wait)

    def prune(self, spreadsheet: str, *, before: datetime) -> int:
        """Forget the bytes of mails that were settled before then: how many; what was told stays known."""
        settled = MESSAGE.c.state.in_((State.SENT, State.FAILED))
        old = select(MESSAGE.c.id).where(MESSAGE.c.spreadsheet == spreadsheet, settled, MESSAGE.c.changed < before)
        with self._transaction() as db:
            return db.execute(delete(CONTENT).where(CONTENT.c.message.in_(old))).rowcount

    # The runs

    def start_run(self, spreadsheet: str, *, today: date, now: datetime) -> int:
        """Note that a run began; the number is for `finish_run`."""
        with self._transaction() as db:
            values = {"spreadsheet": spreadsheet, "today": today, "started": now, "counts": "{}", "stopped": ""}
            return int(db.execute(insert(RUN).values(values).returning(RUN.c.id)).scalar_one())

    def finish_run(self, number: int, counts: Mapping[str, int], stopped: str = "", *, now: datetime) -> None:
        """Note how a run ended."""
        values = {"finished": now, "counts": json.dumps(dict(counts)), "stopped": stopped}
        with self._transaction() as db:
            db.execute(update(RUN).where(RUN.c.id == number).values(values))

    # Asking

    def last_run(self, spreadsheet: str | None = None, *, finished: bool = False) -> Run | None:
        """The run that began last, of one spreadsheet or of all; with `finished` the last one that came to its end."""
        with self._transaction() as db:
            return asking.last_run(db, spreadsheet, finished=finished)

    def used(self, limit: Limit, *, but: int | None = None) -> int:
        """How many mails that a limit counts went out, or perhaps did; without that of the number `but`."""
        with self._transaction() as db:
            return asking.used(db, limit, but)

    def is_first(self, spreadsheet: str, channel: str) -> bool:
        """Whether no run over it ever came to its end, or no mail about it was ever planned by that channel."""
        with self._transaction() as db:
            return asking.is_first(db, spreadsheet, channel)

    def counts(self, spreadsheet: str | None = None) -> dict[State, int]:
        """How many mails stand where, and how many occurrences expired or were suppressed without one; zeros are left out."""
        with self._transaction() as db:
            return asking.counts(db, spreadsheet)

    def mails(self, states: Iterable[State] = tuple(State), *, spreadsheet: str | None = None) -> list[Mail]:
        """Every mail in one of `states`, oldest first, with its bytes."""
        with self._transaction() as db:
            return asking.mails(db, states, spreadsheet)

    def perhaps_twice(self, spreadsheet: str | None = None) -> int:
        """How many mails were sent of which an earlier copy may have arrived: the same mail with the same Message-ID."""
        with self._transaction() as db:
            return asking.perhaps_twice(db, spreadsheet)

    def mail(self, number: int) -> Mail | None:
        """That mail, with its bytes if they are still kept."""
        with self._transaction() as db:
            row = db.execute(whole().where(MESSAGE.c.id == number)).one_or_none()
        return None if row is None else mail_of(row)

    def copies(self, mail: Mail) -> int:
        """How often it was asked for once more."""
        with self._transaction() as db:
            query = select(func.count()).where(MESSAGE.c.again == mail.id)
            return int(db.execute(query).scalar_one())

    def by_number(self, numbers: Iterable[int]) -> dict[int, Mail]:
        """Those mails, as they stand now, without their bytes."""
        with self._transaction() as db:
            return asking.by_number(db, numbers)


def _nothing() -> Engine:
    """An empty ledger in memory: what is read where there is none."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    METADATA.create_all(engine)
    return engine
