"""
The ledger's tables, of the version that this code knows.

They are the same in every database; `migrations.py` brings older ones here.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    Column,
    Date,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator

VERSION = 2


class Instant(TypeDecorator[datetime]):
    """A moment, with its zone in Python; in the database text in UTC of one width, so that it sorts and reads well."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """To the database; ValueError for a moment without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment in the ledger needs its time zone")
        return value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """From the database."""
        return None if value is None else datetime.fromisoformat(value)


METADATA = MetaData()

SCHEMA = Table("sheetcrm_schema", METADATA, Column("version", Integer, nullable=False))

RUN = Table(
    "run",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("spreadsheet", Text, nullable=False, index=True),
    Column("today", Date, nullable=False),
    Column("started", Instant, nullable=False),
    Column("finished", Instant),  # stays blank when the process died
    Column("counts", Text, nullable=False, default="{}"),
    Column("stopped", Text, nullable=False, default=""),
)

MESSAGE = Table(
    "message",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("message_id", Text, nullable=False, unique=True),
    Column("spreadsheet", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("recipient", Text, nullable=False),  # the address without regard to case: who, for us
    Column("address", Text, nullable=False),  # as it is written on the envelope
    Column("name", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("subject", Text, nullable=False),
    Column("reminders", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False, default=""),
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_try", Instant),
    Column("created", Instant, nullable=False),
    Column("changed", Instant, nullable=False),
    Column("planned", Instant),  # when the rows were read that it speaks of
    Column("worker", Text),  # who has or had it in hand; stays when that process dies
    Column("lease", Instant),  # until when, unless it is being sent; blank when it is in nobody's hands
    Column("again", Integer, ForeignKey("message.id")),
    Column("doubts", Integer, nullable=False, server_default="0"),  # how often it was handed over and nobody knows
    Index("message_by_state", "spreadsheet", "state"),
    Index("message_by_worker", "worker"),
    Index("message_by_recipient", "recipient", "day"),
    Index("message_by_change", "state", "changed"),
)

# The bytes to send, kept only while they may still be needed; by themselves, so that noting how a mail stands does not write them again.
CONTENT = Table(
    "content",
    METADATA,
    Column("message", Integer, ForeignKey("message.id"), primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
)

OCCURRENCE = Table(
    "occurrence",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("spreadsheet", Text, nullable=False),
    Column("sheet", Text, nullable=False),
    Column("row_id", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("due", Date, nullable=False),
    Column("step", Integer, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("message", Integer, ForeignKey("message.id"), index=True),
    # Of one that never got a mail:
    Column("state", Text),
    Column("reason", Text),
    Column("noted", Instant),
    UniqueConstraint("spreadsheet", "sheet", "row_id", "rule", "due", "step", "recipient", "channel", name="told_once"),
    Index("occurrence_by_recipient", "spreadsheet", "recipient", "due"),
    Index("occurrence_by_row", "spreadsheet", "row_id"),
)

TURN = Table(
    "turn",
    METADATA,
    Column("spreadsheet", Text, primary_key=True),
    Column("began", Instant, nullable=False),
    Column("worker", Text),  # who is at it; stays when that process dies
    Column("lease", Instant),
)

SNOOZE = Table(
    "snooze",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("spreadsheet", Text, nullable=False, index=True),
    Column("sheet", Text, nullable=False),
    Column("row_id", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("until", Date, nullable=False),
    Column("by", Text, nullable=False),
    Column("made", Instant, nullable=False),
)
