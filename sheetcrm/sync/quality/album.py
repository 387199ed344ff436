"""
A reading → everything that people had filled, in a file of that moment.

`snapshot.py` keeps one digest a row, and only the last; here is what stood
there, moment by moment, so that somebody can say what changed in between.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sheetcrm import atomic
from sheetcrm.errors import UsageError
from sheetcrm.journal import Policy
from sheetcrm.journal.policy import veil
from sheetcrm.logs import veiled
from sheetcrm.messages import tr
from sheetcrm.sync.records import Extract, Reading

FOLDER = "snapshots"
FORM = "%Y%m%dT%H%M%SZ"
ENDING = ".json.gz"
VERSION = 1
BLANK = ("", None)


@dataclass(frozen=True)
class Page:
    """One sheet: the columns that were there, and by id what stood in them; blank cells are left out."""

    columns: tuple[str, ...]
    rows: Mapping[str, Mapping[str, Any]]
    nameless: int
    """Rows without an id of their own, which nobody can follow."""


@dataclass(frozen=True)
class Picture:
    """All sheets of records at one moment."""

    when: datetime
    pages: Mapping[str, Page]


def pictured(reading: Reading, policy: Policy, now: datetime) -> Picture:
    """What a reading shows, without what the policy does not keep."""
    extracts = reading.extracts.items()
    records = {sheet: one for sheet, one in extracts if reading.template.sheets[sheet].content == "records"}
    return Picture(now, {sheet: _page(extract, policy) for sheet, extract in records.items()})


def _page(extract: Extract, policy: Policy) -> Page:
    spec = extract.template.sheets[extract.sheet]
    columns = tuple(key for key in spec.inputs if key in extract.parsed.used)
    used = {key: extract.parsed.used[key] for key in columns}
    samples = extract.template.sample_keys(extract.sheet)
    hidden = {key for key in columns if policy.hides(extract.sheet, key)}
    nameless = policy.hides(extract.sheet, "id")
    rows = {
        (veiled(id_) if nameless else id_): {
            key: veil(cells[at]) if key in hidden else cells[at]
            for key, cells in used.items()
            if cells[at] not in BLANK
        }
        for id_, at in extract.offsets.items()
        if id_ not in samples
    }
    return Page(columns, rows, len(extract.ids) - len(extract.offsets))


def put(picture: Picture, folder: Path, keep_days: int | None = None) -> Path | None:
    """Into that folder, whole or not at all, and older ones than `keep_days` out of it; None when nothing changed since the last."""
    there = _files(folder)
    if there and load(there[-1]).pages == picture.pages:
        return None
    when = picture.when.astimezone(UTC)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{when.strftime(FORM)}{ENDING}"
    _put(path, picture.pages)
    if keep_days is not None:
        for old in there:
            if _when(old) < when - timedelta(days=keep_days):
                old.unlink(missing_ok=True)
    return path


def at(folder: Path, moment: datetime | None) -> Picture | None:
    """The newest that is not newer than that moment (None: the newest of all), else the oldest there is; None without any."""
    there = _files(folder)
    fitting = [path for path in there if moment is None or _when(path) <= moment]
    found = fitting[-1:] or there[:1]
    return load(found[0]) if found else None


def load(path: Path) -> Picture:
    """The one in that file; UsageError for a file that is none."""
    try:
        found = json.loads(gzip.decompress(path.read_bytes()))
        if found["version"] != VERSION:
            raise ValueError(found["version"])
        pages = {
            sheet: Page(tuple(page["columns"]), page["rows"], page["nameless"])
            for sheet, page in found["pages"].items()
        }
        return Picture(_when(path), pages)
    except (OSError, EOFError, ValueError, TypeError, KeyError, AttributeError) as wrong:
        raise UsageError(tr("{path} is no snapshot of ours: delete it", path=path)) from wrong


def rewritten(
    folder: Path, change: Callable[[str, str, Mapping[str, Any]], Mapping[str, Any]], *, write: bool
) -> Iterator[Path]:
    """Every file whose rows (sheet, id, cells) are others after `change`, which gives the cells; with `write` they are written so."""
    for path in _files(folder):
        pages = load(path).pages
        changed = {
            sheet: {id_: change(sheet, id_, cells) for id_, cells in page.rows.items()} for sheet, page in pages.items()
        }
        if any(changed[sheet] != page.rows for sheet, page in pages.items()):
            if write:
                _put(path, {sheet: replace(page, rows=changed[sheet]) for sheet, page in pages.items()})
            yield path
    for left in folder.glob(f"*{ENDING}.*.new"):
        # Of a process that died while it wrote.
        if write:
            left.unlink(missing_ok=True)
        yield left


def _put(path: Path, pages: Mapping[str, Page]) -> None:
    said = {
        sheet: {"columns": page.columns, "rows": page.rows, "nameless": page.nameless} for sheet, page in pages.items()
    }
    atomic.put(path, gzip.compress(json.dumps({"version": VERSION, "pages": said}).encode()))


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"[0-9]*{ENDING}"))


def _when(path: Path) -> datetime:
    return datetime.strptime(path.name.removesuffix(ENDING), FORM).replace(tzinfo=UTC)
