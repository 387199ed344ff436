"""
The archives in a folder → those that are kept.

A day, a week and a month count only where there is a backup in them, so a
machine that was off for a month does not lose what it has.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from sheetcrm.backup import sealing
from sheetcrm.backup.archive import SUM

NAME = re.compile(r"(\d{8}T\d{9})Z-([0-9a-f]{16})\.zip(\.age)?")

RECENT = timedelta(days=2)


@dataclass(frozen=True, order=True)
class Held:
    """An archive by its name: when it was made (UTC), the digest of what it says, and where it is."""

    when: datetime
    state: str
    path: Path = field(compare=False)

    @property
    def sealed(self) -> bool:
        """Whether it needs a key."""
        return self.path.suffix == sealing.SUFFIX


class Keep(Protocol):
    """Of how many days, weeks and months the newest archive stays."""

    @property
    def daily(self) -> int: ...
    @property
    def weekly(self) -> int: ...
    @property
    def monthly(self) -> int: ...


def name(when: datetime, state: str) -> str:
    """How an archive is called: by the millisecond, in UTC, and by what it says."""
    return f"{when.astimezone(UTC):%Y%m%dT%H%M%S%f}"[:-3] + f"Z-{state}.zip"


def held(folder: Path) -> Iterator[Held]:
    """Every archive in that folder, in no order; none where there is no folder."""
    for path in folder.glob("*.zip*") if folder.is_dir() else ():
        if match := NAME.fullmatch(path.name):
            yield Held(datetime.strptime(match[1], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC), match[2], path)


def kept(archives: Iterable[Held], keep: Keep) -> set[Held]:
    """
    Those that stay: the newest of each of the last days, weeks (Monday to Sunday) and months that have one.

    And all of the two days before the newest: what was made before something
    that lost data is not gone by the evening.
    """
    newest_first = sorted(archives, reverse=True)
    stays = {one for one in newest_first if newest_first[0].when - one.when <= RECENT}
    stays |= _newest_of(newest_first, keep.daily, lambda when: when.date().isoformat())
    stays |= _newest_of(newest_first, keep.weekly, lambda when: str(when.isocalendar()[:2]))
    return stays | _newest_of(newest_first, keep.monthly, lambda when: f"{when:%Y-%m}")


def thin_out(folder: Path, keep: Keep) -> list[Path]:
    """Delete what is not kept any more, and what was left by a process that died; the archives that went."""
    archives = list(held(folder))
    gone = sorted({*archives} - kept(archives, keep))
    for one in gone:
        one.path.unlink(missing_ok=True)
        one.path.with_name(one.path.name + SUM).unlink(missing_ok=True)
    return [one.path for one in gone]


def _newest_of(newest_first: list[Held], count: int, span: Callable[[datetime], str]) -> set[Held]:
    found: dict[str, Held] = {}
    for one in newest_first:
        found.setdefault(span(one.when), one)
    return set(list(found.values())[:count])
