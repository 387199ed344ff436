"""
What became of a trial restore ↔ a small file beside the archives.

So that somebody hears when nobody has tried for long whether backups can be restored.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from sheetcrm import atomic

FILE = "verified.json"


@dataclass(frozen=True)
class Proof:
    """An archive's name, when it was tried (with a zone), and whether it could be restored."""

    file: str
    when: datetime
    good: bool


def prove(archive: Path, *, good: bool, now: datetime) -> None:
    """Remember it in the folder of the archive; nothing where that cannot be written: whoever asked was told already."""
    folder = archive.absolute().parent
    said = {**asdict(Proof(archive.name, now, good)), "when": now.astimezone(UTC).isoformat()}
    with suppress(OSError):
        atomic.put(folder / FILE, json.dumps(said).encode())


def last_proof(folder: Path) -> Proof | None:
    """The last that was remembered there; None when none was, or it makes no sense."""
    try:
        found = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return Proof(str(found["file"]), datetime.fromisoformat(found["when"]), bool(found["good"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None
