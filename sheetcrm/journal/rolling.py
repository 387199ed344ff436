"""
Writes that are long settled → one packed file; those that are too old → gone.

A file of its own is for what `undo` may still take back.  What is packed can be
looked at, and never changes: `000001-000500.jsonl.gz` has those numbers and no
others, and is there before the files that it stands for go.
"""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sheetcrm.journal.write import Write, in_file, write_of

LOOSE = 1_000
"""Files of their own at most; half of them are packed then."""
LARGE = 64_000_000
"""Bytes that they take at most."""
PACKED = ".jsonl.gz"


def loose(folder: Path) -> list[Path]:
    """The files of single writes, the oldest first."""
    return sorted(folder.glob("[0-9]*.json"), key=number)


def packs(folder: Path) -> list[Path]:
    """The packed files, the oldest first."""
    return sorted(folder.glob(f"[0-9]*-[0-9]*{PACKED}"), key=lambda path: _span(path)[0])


def number(path: Path) -> int:
    """Of a single write."""
    return int(path.stem)


def last_number(folder: Path) -> int:
    """The highest that was ever given, as far as anything tells of it."""
    return max([*map(number, loose(folder)), *(_span(path)[1] for path in packs(folder))], default=0)


def unpacked(path: Path) -> Iterator[tuple[str, Write]]:
    """By number, the newest first."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    for line in reversed(lines):
        yield line.pop("number"), write_of(line)


def rolled(folder: Path, keep_days: int | None, now: datetime) -> None:
    """Pack what there is too much of, and delete what is older than `keep_days`; the newest write stays in any case."""
    there = loose(folder)
    if len(there) > LOOSE or sum(path.stat().st_size for path in there) > LARGE:
        pack(folder, there[: len(there) // 2])
    if keep_days is not None:
        _forget(folder, now.astimezone(UTC) - timedelta(days=keep_days))


def pack(folder: Path, paths: Sequence[Path]) -> None:
    """Those files as one; what is not settled yet stays."""
    there = [(path, in_file(path)) for path in paths]
    settled = [(path, write) for path, write in there if write is not None and write.stage != "begun"]
    if not settled:
        return
    to = folder / f"{settled[0][0].stem}-{settled[-1][0].stem}{PACKED}"
    beside = to.with_name(f"{to.name}.{os.getpid()}.new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as raw:
        with gzip.open(raw, "wt", encoding="utf-8") as file:
            for path, write in settled:
                file.write(json.dumps({"number": path.stem, **asdict(write)}) + "\n")
        raw.flush()
        os.fsync(raw.fileno())
    newest = datetime.fromisoformat(settled[-1][1].when).timestamp()
    os.utime(beside, (newest, newest))
    beside.replace(to)
    for path, _ in settled:
        path.unlink(missing_ok=True)


def _forget(folder: Path, before: datetime) -> None:
    """A pack goes when the newest write in it, of which it has the time, is too old."""
    for path in packs(folder):
        if path.stat().st_mtime < before.timestamp():
            path.unlink(missing_ok=True)
    for path in loose(folder)[:-1]:
        write = in_file(path)
        if write is not None and datetime.fromisoformat(write.when) >= before:
            return
        path.unlink(missing_ok=True)


def _span(path: Path) -> tuple[int, int]:
    first, _, last = path.name.removesuffix(PACKED).partition("-")
    return int(first), int(last)
