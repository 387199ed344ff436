"""Parts of what we hold about somebody → a folder that only its owner may read: JSON, CSV, and a page in each language."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sheetcrm import atomic
from sheetcrm.errors import SheetcrmError, UsageError, reason
from sheetcrm.messages import LANGUAGES, tr
from sheetcrm.privacy.handing import Part
from sheetcrm.privacy.page import page
from sheetcrm.sync.dump import guarded

UNSAFE = re.compile(r"[^\w.-]+")
"""What a file had better not be called."""


def write(parts: Sequence[Part], asked: str, folder: Path, now: datetime) -> list[Path]:
    """The files; UsageError where there is something already, SheetcrmError when it cannot be written."""
    if folder.exists():
        raise UsageError(tr("{path} is there already; give another name, or delete it", path=folder))
    made = {"person.json": _json(parts, asked, now)}
    made |= {f"{UNSAFE.sub('_', part.key)}.csv": _csv(part) for part in parts if part.entries}
    made |= {f"person.{one}.html": page(parts, asked, f"{now:%Y-%m-%d}", one).encode() for one in LANGUAGES}
    try:
        folder.mkdir(parents=True, mode=0o700)
        for name, content in made.items():
            atomic.put(folder / name, content)
    except OSError as error:
        # Half of what we hold about somebody is no use to anybody, and would be in the way of the next try.
        shutil.rmtree(folder, ignore_errors=True)
        raise SheetcrmError(tr("{path} cannot be written: {error}", path=folder, error=reason(error))) from error
    return [folder / name for name in made]


def _json(parts: Sequence[Part], asked: str, now: datetime) -> bytes:
    said = {"asked_for": asked, "when": now.isoformat(timespec="seconds")}
    whole = {**said, **{part.key: part.entries for part in parts}}
    return json.dumps(whole, ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass")


def _csv(part: Part) -> bytes:
    """As Excel opens it rightly; text that a spreadsheet program would run has a ' in front."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(part.names)
    for entry in part.entries:
        writer.writerow([guarded(str(entry.get(name, ""))) for name in part.names])
    return text.getvalue().encode("utf-8-sig", "replace")
