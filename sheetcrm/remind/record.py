"""
A spreadsheet's runs, one for each way to send → one run in the ledger.

It ends when the last of them has: should the process die in between, the
ledger says so, whatever the others did.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from types import TracebackType
from typing import Self

from sheetcrm.errors import LedgerError, SheetcrmError
from sheetcrm.remind.ledger import Ledger
from sheetcrm.remind.report import RunReport
from sheetcrm.remind.round import merged


@dataclass
class Record:
    """What the ledger is to know of one run; noted at the end of the `with` of this object, if anything began within."""

    ledger: Ledger
    spreadsheet: str
    now: Callable[[], datetime]
    problems: list[str] = field(default_factory=list)
    """Why a way to send could not be used."""
    _number: int | None = None
    _reports: list[RunReport] = field(default_factory=list)

    def begin(self, today: date) -> None:
        """Note that it began, unless it has."""
        if self._number is None:
            self._number = self.ledger.start_run(self.spreadsheet, today=today, now=self.now())

    def add(self, report: RunReport) -> None:
        """What one way to send did."""
        self._reports.append(report)

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Note how it ended: by an error of ours, too; without an end where nobody foresaw it, or where nothing can be noted."""
        foreseen = error is None or (isinstance(error, SheetcrmError) and not isinstance(error, LedgerError))
        if self._number is None or not foreseen:
            return
        report = merged(self._reports) if self._reports else None
        stopped = [
            *([report.stopped] if report and report.stopped else []),
            *self.problems,
            *([str(error)] if error else []),
        ]
        counts = report.counts() if report else {}
        self.ledger.finish_run(self._number, counts, "; ".join(stopped), now=self.now())
