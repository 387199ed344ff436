"""
A mail that was sent → the same content queued once more, because a person asked for it.

A mail of its own, with a Message-ID of its own: an inbox that throws copies
away must not throw this one away.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from sheetcrm.errors import UsageError
from sheetcrm.messages import tr
from sheetcrm.remind.ledger import Ledger, Mail, Sealed, State

SETTLED = (State.SENT, State.FAILED)


def resend(ledger: Ledger, number: int, *, now: datetime) -> Mail:
    """
    Queue the mail of that number once more; the next run sends it.

    UsageError when there is none, when it is not settled yet, or when its
    bytes are not kept any more.
    """
    mail = ledger.mail(number)
    if mail is None:
        raise UsageError(tr("no mail {number} in this ledger; see sheetcrm log --mails", number=number))
    if mail.state not in SETTLED:
        raise UsageError(
            tr(
                "mail {number} to {address} is {state}: it goes out by itself, or never did",
                number=number,
                address=mail.recipient.address,
                state=tr(mail.state),
            )
        )
    if mail.data is None:
        raise UsageError(
            tr(
                "mail {number} of {day} is not kept any more: only what was settled in the last days can be sent again",
                number=number,
                day=mail.day,
            )
        )
    fresh = _another(mail.message_id, ledger.copies(mail) + 1)
    data = mail.data.replace(mail.message_id.encode(), fresh.encode(), 1)
    return ledger.resend(mail, Sealed(fresh, mail.subject, data), now=now)


def _another(message_id: str, time: int) -> str:
    """A Message-ID for the so-many-th time; the same one for the same time."""
    digest = hashlib.sha256(f"{message_id} {time}".encode()).hexdigest()
    _, _, domain = message_id.strip("<>").rpartition("@")
    return f"<{digest[:24]}.sheetcrm@{domain}>"
