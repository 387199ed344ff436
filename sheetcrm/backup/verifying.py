"""
An archive → everything that is wrong with it; nothing, when it can be restored.

It is restored into the embedded server in memory, read again as a backup reads,
and compared.  Results of formulas are not: that server may not know a function
that Google knows, and TODAY() was another day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from sheetcrm.backup.archive import Archive
from sheetcrm.backup.keeping import NAME
from sheetcrm.backup.reading import Block, blocks, read, structure
from sheetcrm.backup.rebuilding import Cleans, Parts, rebuild
from sheetcrm.backup.state import Digest, dimensions, frame, rows
from sheetcrm.errors import MissingExtra, SheetcrmError
from sheetcrm.layout import letters
from sheetcrm.messages import tr
from sheetcrm.sheets.gateway import Drive, Gateway

Json = dict[str, Any]

TESTER = "verify@backup.invalid"
"""Who restores for a trial: the embedded server lets its owner into every lock."""
ENOUGH = 20
"""How many differences are told."""


@dataclass(frozen=True)
class Verified:
    """What was compared, and what is wrong."""

    path: Path
    cells: int
    troubles: tuple[str, ...]


def verify(path: Path, identities: Sequence[Path] = ()) -> Verified:
    """Check hashes, restore on trial, compare; MissingExtra without the embedded server, UsageError without a key."""
    try:
        with Archive(path, identities) as archive:
            troubles = [*archive.troubles(), *_stale(archive)]
            if troubles or archive.manifest.get("kind") != "spreadsheet":
                return Verified(path, 0, tuple(troubles))
            with on_trial(archive) as gateway:
                cells, found = _compared(Parts(archive), gateway)
    except (KeyError, TypeError, ValueError) as error:
        return Verified(path, 0, (tr("its manifest does not fit: {error}", error=repr(error)),))
    except SheetcrmError as error:
        if error.exit_code != 1:
            raise
        return Verified(path, 0, (str(error),))
    return Verified(path, cells, tuple(found))


@contextmanager
def on_trial(archive: Archive, only: Collection[int] | None = None, clean: Cleans | None = None) -> Iterator[Gateway]:
    """What the archive says, as a spreadsheet on an embedded server in memory; cells of all tabs, or of those with the ids `only`."""
    try:
        from sheetcrm.server.adapter import InProcess  # noqa: PLC0415 - only with the extra `local`
        from sheetcrm.server.app import Server  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise MissingExtra(tr("the embedded server"), "local") from error
    with Server(None, owner=TESTER) as server, requests.Session() as session:
        session.trust_env = False
        session.mount("https://", InProcess(server))
        gateway = Gateway(session, Drive(session).create("backup"))
        rebuild(gateway, archive, only=only, clean=clean)
        yield gateway


def _stale(archive: Archive) -> Iterator[str]:
    """What does not fit: the manifest's digest, that of the name, and what the members say."""
    state, name = archive.manifest.get("state"), NAME.fullmatch(archive.path.name)
    if name and name[2] != state:
        yield tr("the manifest is of another backup: {state}, not {name}", state=state, name=name[2])
    if archive.manifest.get("kind") == "spreadsheet":
        parts = Parts(archive)
        access = archive.json("access.json") if "access.json" in archive.manifest["members"] else None
        digest = Digest(parts.description, access)
        for block, data in parts.blocks():
            digest.add(block, data)
        if digest.value != state:
            yield tr("the manifest is stale: what is inside is {found}, not {state}", found=digest.value, state=state)


def _compared(parts: Parts, gateway: Gateway) -> tuple[int, list[str]]:
    description = structure(gateway)
    found = list(_differing(frame(parts.description), frame(description, without=TESTER), ""))
    cells, there = 0, {}
    for group in blocks(description):
        for block, data in read(gateway, group):
            there.update(_said(block, data))
    for block, data in parts.blocks():
        cells += block.cells
        for place, value in _said(block, data).items():
            if there.pop(place, None) != value and len(found) < ENOUGH:
                found.append(tr("{place} did not come back as it was", place=_named(block.title, place)))
    found += [tr("{place} came back, and is not in the backup", place=_named("", place)) for place in there]
    return cells, found[:ENOUGH]


def _said(block: Block, data: Json) -> dict[tuple[int, str, int], int]:
    """A number for each row and column that says anything, to be compared: equal when the same is said."""
    found = {(block.sheet_id, "row", at): hash(repr(cells)) for at, cells in rows(block, data)}
    return found | {(block.sheet_id, kind, at): hash(repr(one)) for kind, at, one in dimensions(block, data)}


def _named(title: str, place: tuple[int, str, int]) -> str:
    sheet_id, kind, at = place
    where = letters(at) if kind == "columnMetadata" else str(at + 1)
    return f"{title or sheet_id}!{where}:{where}"


def _differing(wanted: Any, found: Any, path: str) -> Iterator[str]:
    """Where two pieces of JSON differ, by path."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        for key in sorted({*wanted, *found}):
            yield from _differing(wanted.get(key), found.get(key), f"{path}.{key}".lstrip("."))
    elif isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        for at, (one, other) in enumerate(zip(wanted, found, strict=True)):
            yield from _differing(one, other, f"{path}.{at}")
    elif wanted != found:
        yield tr(
            "{path} did not come back as it was: {found}, not {wanted}",
            path=path,
            found=_short(found),
            wanted=_short(wanted),
        )


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
