"""
Writes and a question → those that it is about.

A write of which only some lines are asked for comes with those alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sheetcrm.journal.lines import Line, lines
from sheetcrm.journal.write import Write


@dataclass(frozen=True)
class Question:
    """Of which writes; what is empty or None asks for nothing.  Times are with a zone, `since` inclusive, `until` not."""

    command: str = ""
    """As it is typed: `team add`, or the first word of several."""
    person: str = ""
    """A name on the machine or an account, or a part of one."""
    sheet: str = ""
    row_id: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def answered(self, writes: Iterable[tuple[str, Write]]) -> Iterator[Answer]:
        """Those writes of `writes` (by number, any order), each with its lines."""
        for number, write in writes:
            if not self._is_about(write):
                continue
            found = tuple(line for line in lines(write) if self._is_of(line))
            if found or not (self.sheet or self.row_id):
                yield Answer(number, write, found)

    def _is_about(self, write: Write) -> bool:
        when = datetime.fromisoformat(write.when)
        return (
            (self.since is None or when >= self.since)
            and (self.until is None or when < self.until)
            and (not self.command or f"{write.by.command} ".startswith(f"{self.command} "))
            and self.person.casefold() in f"{write.by.user} {write.by.account}".casefold()
        )

    def _is_of(self, line: Line) -> bool:
        return (not self.sheet or line.sheet == self.sheet) and (not self.row_id or line.row_id == self.row_id)


@dataclass(frozen=True)
class Answer:
    """A write that was asked for: its number, itself, and those of its lines that were asked for."""

    number: str
    write: Write
    lines: tuple[Line, ...]
