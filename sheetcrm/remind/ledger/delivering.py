"""
Queued mails → in the hands of one worker, and what became of them; each function is part of a transaction.

A worker *claims* mails for a while (its lease), *begins* one of them, which is
committed before the mail is handed over, and *settles* it.  Whoever lost a claim
notices it when it begins.  A mail that was begun is taken from nobody who lives.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Integer, and_, bindparam, func, or_, select, tuple_, update

from sheetcrm.remind.ledger.entries import PENDING, Mail, State
from sheetcrm.remind.ledger.reasons import DIED
from sheetcrm.remind.ledger.rows import mail_of, whole
from sheetcrm.remind.ledger.stores import Presence
from sheetcrm.remind.ledger.tables import MESSAGE, Instant

FIRST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=6)

FREE: dict[str, Any] = {"worker": None, "lease": None}

# Built once: they are run for every mail.
_BEGIN = (
    update(MESSAGE)
    .where(MESSAGE.c.id == bindparam("number"), MESSAGE.c.worker == bindparam("me"))
    .where(MESSAGE.c.state == bindparam("seen"), MESSAGE.c.attempts == bindparam("tried"))
    .values(state=str(State.SENDING), attempts=MESSAGE.c.attempts + 1, changed=bindparam("moment"))
)
# It is still being sent by whoever began it.  Or it was marked as unknown when this worker was taken for dead (its session was lost):
# it has the answer and knows better, as long as nobody else began it.
_IN_HAND = and_(
    MESSAGE.c.id == bindparam("number"),
    MESSAGE.c.attempts == bindparam("tried", type_=Integer) + 1,
    MESSAGE.c.worker == bindparam("me"),
    # Not `in_`, which SQLAlchemy writes out anew each time.
    or_(MESSAGE.c.state == str(State.SENDING), MESSAGE.c.state == str(State.UNKNOWN)),
)
_SETTLE = (
    update(MESSAGE)
    .where(_IN_HAND)
    .values(state=bindparam("fate"), reason=bindparam("why"), changed=bindparam("moment"), **FREE)
    .values(
        doubts=MESSAGE.c.doubts + bindparam("doubt"),
        next_try=func.coalesce(bindparam("then", type_=Instant()), MESSAGE.c.next_try),
    )
)
_TAKE_BACK = (
    update(MESSAGE)
    .where(_IN_HAND)
    .values(state=bindparam("fate"), reason=bindparam("why"), changed=bindparam("moment"), **FREE)
    .values(attempts=bindparam("tried"))
)


def bury(db: Connection, presence: Presence, *, now: datetime, own: bool = False) -> int:
    """Free what the dead had claimed (and with `own` this worker), and mark as unknown what they were sending: how many of these."""
    column = MESSAGE.c.worker
    in_hand = and_(column.is_not(None), MESSAGE.c.lease.is_not(None))
    holders = db.execute(select(column).where(in_hand).distinct()).scalars().all()
    dead = [one for one in holders if (own and one == presence.worker) or not presence.is_alive(db, one)]
    # Of before there were workers.
    orphan = and_(MESSAGE.c.state == State.SENDING, column.is_(None))
    left = select(MESSAGE.c.id, MESSAGE.c.state).where(or_(and_(in_hand, column.in_(dead)), orphan))
    # Two who find the same body at once must not wait for each other.
    found = db.execute(left.with_for_update(skip_locked=True)).all()
    unknown = [row.id for row in found if row.state == State.SENDING]
    claimed = [row.id for row in found if row.state != State.SENDING]
    if claimed:
        db.execute(update(MESSAGE).where(MESSAGE.c.id.in_(claimed)).values(FREE))
    if unknown:
        # The name stays: see `_IN_HAND`.
        values = {"state": State.UNKNOWN, "reason": DIED, "changed": now, "lease": None, "doubts": MESSAGE.c.doubts + 1}
        db.execute(update(MESSAGE).where(MESSAGE.c.id.in_(unknown)).values(values))
    return len(unknown)


def claim(
    db: Connection, worker: str, mails: Sequence[Mail], *, limit: int, now: datetime, lease: timedelta
) -> list[Mail]:
    """Up to `limit` of `mails` that are as they were seen and in nobody else's hands, oldest first, with their bytes."""
    column = MESSAGE.c
    free = or_(column.lease.is_(None), column.lease < now, column.worker == worker)
    seen = tuple_(column.id, column.state, column.attempts, column.changed)
    query = (
        select(column.id)
        .where(seen.in_([(mail.id, str(mail.state), mail.attempts, mail.changed) for mail in mails]), free)
        .where(column.state.in_((*PENDING, State.UNKNOWN)))
        .order_by(column.created, column.id)
        # Who else claims at this moment passes over what is locked here: no more than is taken.
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    chosen = db.execute(query).scalars().all()
    if not chosen:
        return []
    db.execute(update(MESSAGE).where(column.id.in_(chosen)).values(worker=worker, lease=now + lease))
    return [
        mail_of(row) for row in db.execute(whole().where(column.id.in_(chosen)).order_by(column.created, column.id))
    ]


def begin(db: Connection, worker: str, mail: Mail, *, now: datetime) -> bool:
    """Note that `mail` is about to be handed over; False when it is not in this worker's hands any more."""
    seen = {"number": mail.id, "me": worker, "seen": mail.state, "tried": mail.attempts}
    return db.execute(_BEGIN, {**seen, "moment": now}).rowcount == 1


def settle(
    db: Connection,
    worker: str,
    mail: Mail,
    state: State,
    reason: str,
    *,
    now: datetime,
    wait: timedelta,
    in_doubt: bool,
) -> None:
    """Note what became of a mail that was begun; `wait` is for one that is to be tried again, `in_doubt` when it perhaps arrived now."""
    begun = {"number": mail.id, "me": worker, "tried": mail.attempts}
    then = now + wait if state is State.RETRY else None
    values = {"fate": state, "why": reason, "moment": now, "doubt": int(in_doubt), "then": then}
    db.execute(_SETTLE, {**begun, **values})


def take_back(db: Connection, worker: str, mail: Mail, reason: str, *, now: datetime) -> None:
    """A mail that was begun was not handed over after all: it stands as before, and nothing is held against it."""
    begun = {"number": mail.id, "me": worker, "tried": mail.attempts}
    db.execute(_TAKE_BACK, {**begun, "fate": mail.state, "why": reason, "moment": now})


def reopen(db: Connection, mail: Mail, reason: str, *, now: datetime, wait: timedelta) -> None:
    """A mail that failed did so by no fault of its own: it is tried again."""
    failed = and_(MESSAGE.c.id == mail.id, MESSAGE.c.state == State.FAILED)
    values = {"state": State.RETRY, "reason": reason, "changed": now, "next_try": now + wait}
    db.execute(update(MESSAGE).where(failed).values(values))


def back_off(attempts: int, spread: float = 0) -> timedelta:
    """How long to wait after so many attempts (0 for the first): twice as long each time, and up to a quarter more by `spread` (0 to 1)."""
    wait: timedelta = min(FIRST_WAIT * 2 ** min(attempts, 10), LONGEST_WAIT)
    return wait * (1 + spread / 4)
