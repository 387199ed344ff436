"""Desks → each visited once, in turns with whatever other processes there are; and the round in one line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from sheetcrm.cli.options import now
from sheetcrm.cli.remind import words
from sheetcrm.cli.remind.work import Office
from sheetcrm.messages import tr
from sheetcrm.remind.round import Desk, Halted, Visit, looked_after, round_start, said, summed, visits


def go_round(desks: Sequence[Desk], at: Office, halted: Halted, every: timedelta | None = None) -> Iterator[Visit]:
    """Every spreadsheet that is left to us; a dry run takes no turns, because it leaves no trace."""
    if at.dry_run:
        return (looked_after(desk, halted) for desk in desks)
    return visits(desks, at.ledger.turns, since=round_start(now(), every), now=now, halted=halted)


def in_words(visits: Sequence[Visit], left: int = 0) -> str:
    """`12 spreadsheets: 3 sent, 1 failed`; `left` is how many were not come to."""
    elsewhere = sum(visit.elsewhere for visit in visits)
    errors = sum(visit.error is not None for visit in visits)
    parts = [words.counts(found)] if (found := summed(visit.counts() for visit in visits)) else []
    parts += [tr("{count} could not be looked after", count=errors)] if errors else []
    parts += [tr("{count} left to other processes", count=elsewhere)] if elsewhere else []
    parts += [tr("{count} not come to", count=left)] if left else []
    return tr(
        "{count} {count:spreadsheet|spreadsheets}: {said}",
        count=len(visits) + left,
        said=tr(", ").join(parts) or tr("nothing due"),
    )


def problem_lines(visit: Visit) -> list[str]:
    """Whatever went wrong with one, a line each."""
    texts = [*([said(visit.error)] if visit.error else []), *visit.done.problems, *visit.done.notes]
    stopped = [tr("stopped: {why}", why=visit.report.stopped)] if visit.report and visit.report.stopped else []
    return [tr("{name}: {text}", name=visit.name, text=text) for text in (*texts, *stopped)]
