"""
A reading → a digest of each row in a file, to tell next time which rows have changed.

Only what people fill counts: results of formulas and the days that we write
ourselves change without anybody having done anything.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from pathlib import Path

from sheetcrm.errors import UsageError
from sheetcrm.messages import tr
from sheetcrm.sync.records import Extract, Reading

NAME = "snapshot.json"
VERSION = 1


@dataclass(frozen=True)
class Sight:
    """What a row said, and since which day it has been seen to say so."""

    digest: str
    since: date
    changed: bool
    """Whether it said something else before; False: it was seen for the first time then, and may be much older."""


@dataclass(frozen=True)
class Snapshot:
    """The rows of a spreadsheet as they were on a day, by sheet and id."""

    day: date
    rows: Mapping[str, Mapping[str, Sight]]

    def sights(self, extract: Extract, today: date) -> list[Sight | None]:
        """Each row with the day of its last change as far as it is known now; None for rows without an id of their own."""
        return list(_sights(extract, self, today))


def taken(reading: Reading, before: Snapshot | None, today: date) -> Snapshot:
    """The rows as they are now; what has not changed since `before` keeps its day.  Sheets that were not read stay as they were."""
    rows = dict(before.rows) if before else {}
    for sheet, extract in reading.extracts.items():
        if reading.template.sheets[sheet].content == "records":
            pairs = zip(extract.ids, _sights(extract, before, today), strict=True)
            rows[sheet] = {id_: sight for id_, sight in pairs if id_ is not None and sight is not None}
    return Snapshot(today, rows)


def _sights(extract: Extract, before: Snapshot | None, today: date) -> Iterator[Sight | None]:
    known = before.rows.get(extract.sheet) if before else None
    for id_, digest in zip(extract.ids, _digests(extract), strict=True):
        if id_ is None or id_ in extract.shared:
            yield None
        elif known is None:
            yield Sight(digest, today, changed=False)
        elif id_ in known and known[id_].digest == digest:
            yield known[id_]
        else:
            yield Sight(digest, today, changed=True)


def _digests(extract: Extract) -> Iterator[str]:
    """Sixteen hex digits a row, whatever the order of the columns."""
    keys = sorted(key for key in extract.template.sheets[extract.sheet].inputs if key in extract.parsed.used)
    columns = [extract.parsed.used[key] for key in keys]
    for cells in zip(*columns, strict=True):
        filled = {key: cell for key, cell in zip(keys, cells, strict=True) if cell not in ("", None)}
        yield blake2b(json.dumps(filled).encode(), digest_size=8).hexdigest()


def load(folder: Path) -> Snapshot | None:
    """The one in that folder; None when there is none yet.  UsageError for a file that is none."""
    path = folder / NAME
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if found["version"] != VERSION:
            raise ValueError(found["version"])
        rows = {
            sheet: {
                id_: Sight(digest, date.fromisoformat(day), changed) for id_, (digest, day, changed) in sights.items()
            }
            for sheet, sights in found["rows"].items()
        }
        return Snapshot(date.fromisoformat(found["day"]), rows)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as wrong:
        raise UsageError(
            tr("{path} is no snapshot of ours: delete it, and take another: sheetcrm check --snapshot", path=path)
        ) from wrong


def save(snapshot: Snapshot, folder: Path) -> Path:
    """Put it into that folder, in the place of the one before, whole or not at all."""
    rows = {
        sheet: {id_: [sight.digest, sight.since.isoformat(), sight.changed] for id_, sight in sights.items()}
        for sheet, sights in snapshot.rows.items()
    }
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = folder / f"{NAME}.new"
    with beside.open("w", encoding="utf-8") as file:
        json.dump({"version": VERSION, "day": snapshot.day.isoformat(), "rows": rows}, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    return beside.replace(folder / NAME)
