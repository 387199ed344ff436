"""
Marks, titles and headers → the place of each sheet and column.

A mark beats a title.  Where a mark and the cells under it contradict each
other (cut and paste leaves the mark behind) nothing is decided: it is a trouble.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sheetcrm.layout.troubles import Trouble

Json = dict[str, Any]
MARK_KEY = "sheetcrm"


@dataclass(frozen=True)
class Wanted:
    """What to look for: every title that a sheet is known by, and by column key every title that a column is known by."""

    titles: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]


@dataclass
class Place:
    """A sheet of ours: its id, size, and the 0-based index of each of its columns that was found."""

    id: int
    title: str
    rows: int
    width: int
    columns: dict[str, int] = field(default_factory=dict)
    marks: set[str] = field(default_factory=set)
    """The columns that were found by their mark."""
    marked: bool = False
    adopted: bool = False
    """It is blank, and nothing in it is anybody's."""
    header: tuple[str, ...] = ()


@dataclass
class Found:
    """Everything that was found, and what did not fit."""

    wanted: Mapping[str, Wanted]
    places: dict[str, Place] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)
    moved: dict[tuple[str, str], int] = field(default_factory=dict)
    spare: int | None = None


def letters(index: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(ord("A") + rest) + text
    return text
