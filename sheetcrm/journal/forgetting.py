"""
Writes that were kept → the same without what somebody must be able to have forgotten.

Each file is there whole, before or after; one that a crash left half written
beside another goes.
"""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path

from sheetcrm import atomic
from sheetcrm.journal.rolling import loose, packs
from sheetcrm.journal.write import Write, fingerprint, parsed, write_of

Change = Callable[[Write], Write]
Holds = Callable[[str], bool]


def rewritten(folder: Path, change: Change, holds: Holds, *, write: bool) -> Iterator[Path]:
    """
    Every file of the journal in that folder that is another after `change`; with `write` it is written so.

    A write that was torn when it was written down was never sent: it goes when
    `holds` its text.
    """
    for path in loose(folder):
        text = path.read_text(encoding="utf-8", errors="replace")
        found = parsed(text)
        new = changed(found, change) if found is not None else None
        if new != found or (found is None and holds(text)):
            if write and new is None:
                path.unlink(missing_ok=True)
            elif write and new is not None:
                replaced(path, new.line().encode("utf-8", "surrogatepass"))
            yield path
    for path in packs(folder):
        if _packed_anew(path, change, write=write):
            yield path
    for path in folder.glob("*.new"):
        if write:
            path.unlink(missing_ok=True)
        yield path


def changed(write: Write, change: Change) -> Write:
    """As `change` has it; its fingerprint is then of what is left, or what went could be guessed by it."""
    new = change(write)
    return new if new.entries == write.entries else replace(new, fingerprint=fingerprint(new.entries))


def replaced(path: Path, content: bytes) -> None:
    """That file anew, as old as it was: by its age it goes one day."""
    was = path.stat()
    atomic.put(path, content)
    os.utime(path, (was.st_atime, was.st_mtime))


def _packed_anew(path: Path, change: Change, *, write: bool) -> bool:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    before = [(line.pop("number"), write_of(line)) for line in lines]
    after = [(number, changed(one, change)) for number, one in before]
    if after != before and write:
        text = "".join(json.dumps({"number": number, **asdict(one)}) + "\n" for number, one in after)
        replaced(path, gzip.compress(text.encode()))
    return after != before
