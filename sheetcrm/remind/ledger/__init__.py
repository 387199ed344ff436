"""
What was promised, to whom, and what became of it: one database, opened by `Ledger.open`.

The only part of the reminders that knows SQLAlchemy; importing it takes a third of a second.
"""

from sheetcrm.remind.ledger.book import LONGEST_WAIT, Ledger
from sheetcrm.remind.ledger.entries import Mail, Occurrence, Recipient, Run, Sealed, State

__all__ = ["LONGEST_WAIT", "Ledger", "Mail", "Occurrence", "Recipient", "Run", "Sealed", "State"]
