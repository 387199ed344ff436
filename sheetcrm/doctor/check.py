"""
A function → a check: its name, its place among the others, and what has to be well before it can look.

A check is one function with `@check` in a file of `checks/`; nobody keeps a list of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sheetcrm.doctor.patient import Patient


class Grade(StrEnum):
    """How bad it is; the words are those of `--json`."""

    FINE = "ok"
    LOOK = "look"
    """It works, and somebody should see to it."""
    BROKEN = "broken"
    NOTHING = "nothing"
    """There is nothing of that kind to look at, and nothing stands in the way of others."""
    UNSEEN = "unseen"
    """It could not be looked at, because what it needs is broken."""


@dataclass(frozen=True)
class Finding:
    """One line: what is so, and what to do about it; `check` and `about` (a spreadsheet, a channel; empty: none) say of what."""

    grade: Grade
    text: str
    todo: str = ""
    check: str = ""
    about: str = ""


def fine(text: str) -> Finding:
    """All is well."""
    return Finding(Grade.FINE, text)


def look(text: str, todo: str = "") -> Finding:
    """Somebody should see to it."""
    return Finding(Grade.LOOK, text, todo)


def broken(text: str, todo: str = "") -> Finding:
    """It does not work, nor does what needs it."""
    return Finding(Grade.BROKEN, text, todo)


def nothing(text: str, todo: str = "") -> Finding:
    """There is nothing to look at."""
    return Finding(Grade.NOTHING, text, todo)


Look = Callable[["Patient", str], Iterator[Finding]]
Subjects = Callable[["Patient"], Iterable[str]]


@dataclass(frozen=True)
class Check:
    """One thing to look at: once, or once for each of its `subjects`; `needs` names checks that have to find no harm first, `after` others that are made first."""

    name: str
    rank: int
    needs: tuple[str, ...]
    after: tuple[str, ...]
    subjects: Subjects
    look: Look

    @property
    def about(self) -> str:
        """What it looks at, in a line."""
        return (self.look.__doc__ or "").partition("\n")[0].rstrip(".")


CHECKS: dict[str, Check] = {}
"""By name, in the order in which they look; full once `sheetcrm.doctor.checks` is imported."""


def once(_patient: Patient) -> tuple[str, ...]:
    """The subject of what is looked at once: none."""
    return ("",)


def check(
    name: str, rank: int, *, needs: tuple[str, ...] = (), after: tuple[str, ...] = (), of: Subjects = once
) -> Callable[[Look], Look]:
    """Make the function a check; errors of ours that it raises are findings, too: what they say has what to do in it."""

    def added(function: Look) -> Look:
        CHECKS[name] = Check(name, rank, needs, after, of, function)
        ordered = sorted(CHECKS.items(), key=lambda item: item[1].rank)
        CHECKS.clear()
        CHECKS.update(ordered)
        return function

    return added
