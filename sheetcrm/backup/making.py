"""
Spreadsheet → an archive, unless the newest one says the same.

Google has no way to read a spreadsheet at one moment.  So it is looked at
again at the end, and read anew where somebody changed it meanwhile; after the
last try the archive says of itself that it is of no one moment.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

from sheetcrm.backup.archive import Pack
from sheetcrm.backup.keeping import Held, held, name
from sheetcrm.backup.reading import LOOKED_AGAIN, Describes, blocks, read, structure
from sheetcrm.backup.state import Digest, Glance
from sheetcrm.errors import ApiError, NotAllowed, NotFound
from sheetcrm.layout import Made as TemplateMade
from sheetcrm.layout import marked_template
from sheetcrm.messages import tr
from sheetcrm.meter import Meter, unmetered
from sheetcrm.sync.dump import guarded

Json = dict[str, Any]

TRIES = 3
"""How often a spreadsheet is read that changes while it is read."""
REFUSED = 400
"""The status of a request that names a place which there is not any more."""
BIG_LOOK = 200_000
"""Cells that are asked for at once when only what was typed is looked at."""
README = """\
A backup of one Google spreadsheet, made by sheetcrm. It opens without it:

manifest.json     what this is, and the SHA-256 of every other file here
spreadsheet.json  everything but the cells: spreadsheets.get of the Google Sheets API v4
cells/            the cells of each tab (by its id), in blocks of rows: GridData of the same API
csv/              what people see in each tab; text that a spreadsheet program would run begins with '
access.json       who could open the file
"""


class Files(Protocol):
    """What is asked of Drive about the file itself."""

    def permissions(self, file: str) -> list[Json]:
        """Who may open it."""

    def modified(self, file: str) -> str:
        """When it was changed last, as Drive says it."""


@dataclass(frozen=True)
class Kept:
    """Where the archives of one spreadsheet are, and who may open them (public keys of age; none: not sealed)."""

    folder: Path
    recipients: Sequence[str] = ()


@dataclass(frozen=True)
class Made:
    """What became of it: the new archive, or the newest one where nothing changed since."""

    path: Path
    new: bool
    cells: int
    remarks: tuple[str, ...] = ()
    """What the archive lacks, for people."""


def back_up(
    gateway: Describes, files: Files, spreadsheet_id: str, kept: Kept, *, now: datetime, meter: Meter = unmetered
) -> Made:
    """
    Read it, with a request for every 20,000 cells and one more for every 200,000; write it when it says something new.

    SheetcrmError when it cannot be written, and nothing is left of it then.
    """
    newest = max(held(kept.folder), default=None)
    asked = _Asked(gateway, files, spreadsheet_id, kept, newest, now, meter)
    for left in reversed(range(TRIES)):
        try:
            done = _once(asked, last=not left)
        except ApiError as error:
            # A tab that was renamed or removed while it was read.
            if error.status != REFUSED or not left:
                raise
            continue
        if done is not None:
            return done
    raise AssertionError("the last try has answered or raised")


@dataclass(frozen=True)
class _Asked:
    """What is to be backed up, where to, and the newest archive that is there."""

    gateway: Describes
    files: Files
    spreadsheet_id: str
    kept: Kept
    newest: Held | None
    now: datetime
    meter: Meter


def _once(asked: _Asked, *, last: bool) -> Made | None:
    """One try; None when the spreadsheet changed meanwhile, and this is not the last."""
    before = _modified(asked)
    description = structure(asked.gateway)
    access, remarks = _access(asked)
    pack = Pack(asked.kept.folder, asked.kept.recipients)
    try:
        seen = _written(pack, asked.gateway, description, access, asked.meter)
        if not _steady(asked.gateway, seen.glance) or _modified(asked) != before:
            if not last:
                pack.drop()
                return None
            changed = tr(
                "it was changed while it was read, each of {count} times: parts may be of different moments",
                count=TRIES,
            )
            remarks = (*remarks, changed)
        return _finished(asked, pack, seen, _manifest(description, asked.now), remarks)
    except BaseException:
        pack.drop()
        raise


def _finished(asked: _Asked, pack: Pack, seen: _Seen, manifest: Json, remarks: tuple[str, ...]) -> Made:
    """The archive, under its name; where the newest one says the same, that one."""
    state, newest = seen.digest.value, asked.newest
    if newest and newest.state == state and newest.sealed == bool(asked.kept.recipients):
        pack.drop()
        return Made(newest.path, new=False, cells=seen.cells, remarks=remarks)
    path = pack.finish(name(asked.now, state), {**manifest, "state": state, "tabs": seen.tabs, "remarks": remarks})
    return Made(path, new=True, cells=seen.cells, remarks=remarks)


@dataclass
class _Seen:
    """What was read on the way."""

    digest: Digest
    glance: Glance
    tabs: list[Json]
    cells: int = 0


def _written(pack: Pack, gateway: Describes, description: Json, access: Json | None, meter: Meter) -> _Seen:
    """Everything into the pack, block by block."""
    seen = _Seen(Digest(description, access), Glance(description), _tabs(description))
    pack.add("README.txt", README.encode())
    pack.add("spreadsheet.json", _json(description))
    if access is not None:
        pack.add("access.json", _json(access))
    by_id = {tab["sheet_id"]: tab for tab in seen.tabs}
    total = sum(block.cells for group in blocks(description) for block in group)
    page: _Page | None = None
    for group in blocks(description):
        for block, data in read(gateway, group):
            tab = by_id[block.sheet_id]
            if page is None or page.name != tab["csv"]:
                _end(pack, page)
                page = _Page(tab["csv"])
            member = f"cells/{block.sheet_id}/{block.first + 1:08d}.json"
            pack.add(member, _json(data))
            tab["blocks"].append({"first": block.first, "last": block.last, "name": member})
            seen.digest.add(block, data)
            seen.glance.add(block, data)
            page.add(data)
            seen.cells += block.cells
        meter(tr("cells read"), seen.cells, total)
    _end(pack, page)
    return seen


def _tabs(description: Json) -> list[Json]:
    found = []
    for at, part in enumerate(description.get("sheets", []), 1):
        properties = part["properties"]
        grid = properties.get("gridProperties", {})
        safe = re.sub(r"[^\w.-]+", "_", properties["title"])[:60]
        tab = {"sheet_id": properties.get("sheetId", 0), "title": properties["title"]}
        tab |= {"rows": grid.get("rowCount", 0), "columns": grid.get("columnCount", 0)}
        found.append({**tab, "csv": f"csv/{at:02d}-{safe}.csv", "blocks": []})
    return found


def _manifest(description: Json, now: datetime) -> Json:
    properties, mark = description.get("properties", {}), marked_template(description)
    spreadsheet = {"id": description["spreadsheetId"], "url": description.get("spreadsheetUrl", "")}
    spreadsheet |= {key: properties.get(key, "") for key in ("title", "locale", "timeZone")}
    made = {"sheetcrm": version("sheetcrm"), "when": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
    return {"kind": "spreadsheet", **made, "spreadsheet": spreadsheet, "template": _template(mark)}


def _template(mark: TemplateMade | None) -> Json | None:
    if mark is None:
        return None
    return {"name": mark.template, "version": mark.version, "language": mark.language, "lineage": list(mark.lineage)}


class _Page:
    """The CSV of one tab, held compressed until the tab is read: a zip takes one member after the other."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._held = io.BytesIO()
        self._text = io.TextIOWrapper(gzip.GzipFile(fileobj=self._held, mode="wb", mtime=0), "utf-8", "replace", "")
        self._blank = 0
        self._writer = csv.writer(self._text)

    def add(self, data: Json) -> None:
        """The rows of a block; blank rows at the end of a tab are left out."""
        for row in data.get("rowData", []):
            line = [_seen(cell) for cell in row.get("values", [])]
            while line and not line[-1]:
                line.pop()
            if not line:
                self._blank += 1
                continue
            self._writer.writerows([[]] * self._blank)
            self._blank = 0
            self._writer.writerow(line)

    def pieces(self) -> Iterator[bytes]:
        """All of it, in order; nothing can be added any more."""
        self._text.close()
        self._held.seek(0)
        with gzip.GzipFile(fileobj=self._held) as plain:
            while piece := plain.read(2**20):
                yield piece


def _seen(cell: Json) -> str:
    """What a person sees in a cell, safe to open in a spreadsheet program."""
    shown = str(cell.get("formattedValue", ""))
    return guarded(shown) if "stringValue" in cell.get("effectiveValue", {}) else shown


def _end(pack: Pack, page: _Page | None) -> None:
    if page is not None:
        pack.add(page.name, page.pieces())


def _steady(gateway: Describes, glance: Glance) -> bool:
    """Whether it still is as it was read, as far as structure, cells that people typed and notes go."""
    description = structure(gateway)
    now = Glance(description)
    for group in blocks(description, BIG_LOOK):
        for block, data in read(gateway, group, LOOKED_AGAIN):
            now.add(block, data)
    return now.value == glance.value


def _access(asked: _Asked) -> tuple[Json | None, tuple[str, ...]]:
    """Who may open it; where we may not ask, a remark."""
    try:
        found = asked.files.permissions(asked.spreadsheet_id)
    except (NotAllowed, NotFound):
        return None, (tr("who may open it is not in the backup: these credentials may not ask Drive"),)
    return {"permissions": sorted(found, key=lambda one: str(one.get("id")))}, ()


def _modified(asked: _Asked) -> str:
    """When Drive says that it was changed last; empty where we may not ask."""
    try:
        return asked.files.modified(asked.spreadsheet_id)
    except (NotAllowed, NotFound):
        return ""


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
