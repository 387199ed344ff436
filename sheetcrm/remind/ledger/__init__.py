"""
What was promised, to whom, and what became of it: one database, opened by `Ledger.open`.

The only part of the reminders that knows SQLAlchemy; importing it takes a third of a second.
"""

from sheetcrm.remind.ledger.book import Ledger
from sheetcrm.remind.ledger.delivering import LONGEST_WAIT, back_off
from sheetcrm.remind.ledger.entries import (
    PENDING,
    Fate,
    Limit,
    Line,
    Mail,
    Occurrence,
    Recipient,
    Run,
    Sealed,
    Snooze,
    State,
)

__all__ = [
    "LONGEST_WAIT",
    "PENDING",
    "Fate",
    "Ledger",
    "Limit",
    "Line",
    "Mail",
    "Occurrence",
    "Recipient",
    "Run",
    "Sealed",
    "Snooze",
    "State",
    "back_off",
]
