"""
All spreadsheets of a config → each looked after once, by this worker or by another.

What goes wrong with one is its own outcome and does not stop the others; only
a ledger that cannot be used stops them all.  Any number of processes may go
round at once: they take turns, a spreadsheet at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any

from sheetcrm.errors import SheetcrmError
from sheetcrm.messages import tr
from sheetcrm.remind.ledger.turns import LEASE, Turns
from sheetcrm.remind.report import RunReport

Halted = Callable[[], str]
"""Asked before every mail and every spreadsheet; a text stops the work and says why."""

BY_WEIGHT = (0, 3, 4, 2, 1)
"""Exit codes, the worst last: all well, something to see, refused, wrong usage, failed."""
READ_AGAIN = 20
"""How often a spreadsheet is read anew in one visit, because its mails took longer than its rows stay fresh."""


@dataclass(frozen=True)
class Done:
    """What was done for one spreadsheet: a report for each way to send, and what kept anything from being done at all."""

    reports: tuple[RunReport, ...] = ()
    problems: tuple[str, ...] = ()
    """What is wrong with config or template, so that reminders may be missing."""
    notes: tuple[str, ...] = ()
    """What went wrong beside reminders: they went out all the same."""
    requests: Mapping[str, int] = field(default_factory=dict)
    """How many requests to the Sheets API it took: `reads` and `writes`."""
    mirroring: Mapping[str, int] = field(default_factory=dict)
    """How many more, to write into the sheet when rows were told of."""

    @property
    def is_stale(self) -> bool:
        """Whether it has to be read again before it is done."""
        return any(one.is_stale for one in self.reports)


@dataclass(frozen=True)
class Desk:
    """One spreadsheet to look after; `remind` reads it and sends what is due, once each time that it is called."""

    name: str
    id: str
    remind: Callable[[Halted], Done]


@dataclass(frozen=True)
class Visit:
    """What became of one spreadsheet in a round."""

    name: str
    id: str
    done: Done = Done()
    error: SheetcrmError | Exception | None = None
    """Why it could not be looked after, or not to the end."""
    elsewhere: bool = False
    """Another process is at it, or has been in this round."""

    @property
    def exit_code(self) -> int:
        """0 all well, 3 something to see, 1 failed; or what its error says."""
        if self.error is not None:
            return self.error.exit_code if isinstance(self.error, SheetcrmError) else 1
        if self.done.problems or any(one.failed for one in self.done.reports):
            return 1
        return 3 if self.done.notes or any(one.worth_seeing for one in self.done.reports) else 0

    @property
    def report(self) -> RunReport | None:
        """Those of all ways to send, in one; None when there is none."""
        return merged(self.done.reports) if self.done.reports else None

    def counts(self) -> dict[str, int]:
        """Those of its report."""
        return self.report.counts() if self.report else {}

    def json(self) -> dict[str, Any]:
        """For programs."""
        found: dict[str, Any] = self.report.json() if self.report else {}
        return {
            "name": self.name,
            "id": self.id,
            "exit_code": self.exit_code,
            "error": None if self.error is None else said(self.error),
            "elsewhere": self.elsewhere,
            **found,
            "problems": list(self.done.problems),
            "notes": list(self.done.notes),
            "requests": dict(self.done.requests),
            "mirroring": dict(self.done.mirroring),
        }


def merged(reports: Sequence[RunReport]) -> RunReport:
    """What several ways to send have to say of one spreadsheet; what is wrong with a row is said once."""
    first = reports[0]
    once = {one.name for one in fields(first)} & {"told", "unsent", "troubles", "expired", "resting"}
    sums: dict[str, Any] = {
        name: tuple(dict.fromkeys(one for report in reports for one in getattr(report, name))) for name in once
    }
    sums["mails"] = tuple(mail for report in reports for mail in report.mails)
    stopped = "; ".join(dict.fromkeys(one.stopped for one in reports if one.stopped))
    return replace(first, **sums, stopped=stopped, is_stale=any(one.is_stale for one in reports))


def said(error: Exception) -> str:
    """An error in words; one that is not ours is a mistake of ours, and is named as what it is."""
    if isinstance(error, SheetcrmError):
        return str(error)
    return tr("unexpected {kind}: {error}", kind=type(error).__name__, error=error)


def summed(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Counts by word → their sums."""
    sums: dict[str, int] = {}
    for one in counts:
        for word, number in one.items():
            sums[word] = sums.get(word, 0) + number
    return sums


def worst(codes: Collection[int]) -> int:
    """The exit code of several."""
    return max(codes, key=BY_WEIGHT.index, default=0)


def visits(
    desks: Sequence[Desk],
    turns: Turns,
    *,
    since: datetime,
    now: Callable[[], datetime],
    halted: Halted = lambda: "",
) -> Iterator[Visit]:
    """
    Look after every spreadsheet once, and say what became of each as soon as that is known.

    Those that somebody began to look after `since` then are left out, and so
    are those that another process is at; what it leaves undone because it dies
    is done here, at the end.  When `halted` says so, the rest is not visited.
    LedgerError when turns cannot be taken.
    """
    mine: set[str] = set()
    for desk in desks:
        if halted():
            return
        visit = _visit(desk, turns, since, now, halted)
        if not visit.elsewhere:
            mine.add(desk.id)
        yield visit
    left = set(turns.left(now=now())) - mine
    for desk in desks:
        if desk.id in left and not halted():
            yield _visit(desk, turns, since, now, halted)


def _visit(desk: Desk, turns: Turns, since: datetime, now: Callable[[], datetime], halted: Halted) -> Visit:
    if not turns.take(desk.id, since=since, now=now()):
        return Visit(desk.name, desk.id, elsewhere=True)
    try:
        return looked_after(desk, _Kept(desk.id, turns, now, halted, now()))
    finally:
        # Whoever is started after we were stopped ought not to take our word for it.
        turns.leave(desk.id, undone=bool(halted()))


def looked_after(desk: Desk, halted: Halted) -> Visit:
    """One spreadsheet, whoever else may be at it; read again as long as that brings more mails on their way."""
    done = Done()
    try:
        for _ in range(READ_AGAIN):
            done = _and(done, desk.remind(halted))
            if not done.is_stale or halted():
                break
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one spreadsheet must not keep the others from being looked after; it is said
        return Visit(desk.name, desk.id, done, error)
    return Visit(desk.name, desk.id, done)


def _and(before: Done, after: Done) -> Done:
    """Both; of a reading that went stale only the mails that were sent still count."""
    kept = tuple(one for one in before.reports if any(mail.state == "sent" for mail in one.mails))
    fresh = tuple(_sent_only(one) for one in kept)
    notes = tuple(dict.fromkeys((*before.notes, *after.notes)))
    return Done(
        (*fresh, *after.reports),
        after.problems,
        notes,
        summed((before.requests, after.requests)),
        summed((before.mirroring, after.mirroring)),
    )


def _sent_only(report: RunReport) -> RunReport:
    mails = tuple(mail for mail in report.mails if mail.state == "sent")
    return RunReport(report.spreadsheet, report.today, report.dry_run, mails)


@dataclass
class _Kept:
    """`halted` of a visit: it also keeps the turn for as long as mails go out, and stops when it went to somebody else."""

    spreadsheet: str
    turns: Turns
    now: Callable[[], datetime]
    halted: Halted
    kept: datetime

    def __call__(self) -> str:
        """Why to stop; empty to go on."""
        if reason := self.halted():
            return reason
        now = self.now()
        if abs(now - self.kept) < LEASE / 3:
            return ""
        self.kept = now
        return "" if self.turns.keep(self.spreadsheet, now=now) else tr("another process has taken it over")


def round_start(began: datetime, every: timedelta | None = None) -> datetime:
    """
    The `since` of a round that began then: what was begun after it needs no visit.

    Of several daemons with one ledger each finds most of the work done by the
    others: whatever was looked after in the last half of `every` is left out.
    """
    return began if every is None else began - every / 2
