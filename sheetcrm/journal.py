"""
What we are about to write → a file each, with what stood there before.

Written before the first byte goes out, so that whatever became of the write,
somebody can tell what it was and take it back.  Knows nothing of what entries mean.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from sheetcrm.errors import ApiError

Json = dict[str, Any]
Stage = Literal["begun", "done", "undone", "aside"]
"""`begun`: sent, and nobody knows whether it arrived; `undone`: taken back since; `aside`: nothing that can be taken back by itself."""


@dataclass(frozen=True)
class Write:
    """One write: when (UTC), what it was called, its fingerprint, and its entries with `before` and `after`."""

    when: str
    what: str
    fingerprint: str
    entries: tuple[Json, ...]
    stage: Stage = "begun"


class Journal:
    """The writes to one spreadsheet, in a folder; a file is replaced whole or not at all."""

    def __init__(self, folder: Path, spreadsheet_id: str) -> None:
        """The folder is made when there is something to put into it."""
        self._folder = folder / spreadsheet_id

    def begin(self, what: str, fingerprint: str, entries: Sequence[Json], now: datetime) -> Path:
        """Write down what is about to be sent; the file, for `mark`."""
        when = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        number = 1 + max((_number(path) for path in self._files()), default=0)
        path = self._folder / f"{number:06d}.json"
        self._put(path, Write(when, what, fingerprint, tuple(entries)))
        return path

    @contextmanager
    def written(self, what: str, entries: Sequence[Json], now: datetime) -> Iterator[None]:
        """Write down what is sent within, done after it; what was refused is nothing that could be taken back."""
        path = self.begin(what, fingerprint(entries), entries, now)
        try:
            yield
        except ApiError as refused:
            if 400 <= refused.status < 500 and not refused.partly:
                self.mark(path, "undone")
            raise
        self.mark(path, "done")

    def mark(self, path: Path, stage: Stage) -> None:
        """What became of it."""
        self._put(path, replace(read(path), stage=stage))

    def writes(self) -> Iterator[tuple[Path, Write]]:
        """All that are known, the newest first."""
        for path in sorted(self._files(), key=_number, reverse=True):
            yield path, read(path)

    def _files(self) -> list[Path]:
        return list(self._folder.glob("[0-9]*.json"))

    def _put(self, path: Path, write: Write) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = path.with_suffix(".new")
        with beside.open("w", encoding="utf-8") as file:
            json.dump(asdict(write), file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)


@contextmanager
def continued() -> Iterator[None]:
    """Within, more is sent of a write of which a part went out before: when this is refused, there still is something to take back."""
    try:
        yield
    except ApiError as refused:
        refused.partly = True
        raise


def fingerprint(entries: Sequence[Json]) -> str:
    """Twelve hex digits that tell these entries from others."""
    text = json.dumps(list(entries), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def read(path: Path) -> Write:
    """One write as it was put."""
    found = json.loads(path.read_text(encoding="utf-8"))
    return Write(**{**found, "entries": tuple(found["entries"])})


def _number(path: Path) -> int:
    return int(path.stem)
