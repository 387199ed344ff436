"""Desks → each visited once, in turns with whatever other processes there are; and the round in one line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from sheetcrm.cli.options import now
from sheetcrm.cli.remind.work import Office
from sheetcrm.messages import counted
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
    parts = counts_in_words(summed(visit.counts() for visit in visits))
    parts += [f"{errors} could not be looked after"] if errors else []
    parts += [f"{elsewhere} left to other processes"] if elsewhere else []
    parts += [f"{left} not come to"] if left else []
    return f"{counted(len(visits) + left, 'spreadsheet')}: {', '.join(parts) or 'nothing due'}"


def counts_in_words(counts: Mapping[str, int]) -> list[str]:
    """`3 sent`, `1 told before`, `2 example rows`: what a run counts, each as people say it."""
    known = {"told": ("told before", "told before"), "samples": ("example row", ""), "troubles": ("trouble", "")}
    return [counted(number, *known.get(word, (word, word))) for word, number in counts.items()]


def problem_lines(visit: Visit) -> list[str]:
    """Whatever went wrong with one, a line each."""
    texts = [*([said(visit.error)] if visit.error else []), *visit.done.problems, *visit.done.notes]
    stopped = [f"stopped: {visit.report.stopped}"] if visit.report and visit.report.stopped else []
    return [f"{visit.name}: {text}" for text in (*texts, *stopped)]
