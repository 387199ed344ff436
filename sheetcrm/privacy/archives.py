"""
Backups → which of them hold somebody, and what of them may come back.

No archive is rewritten: an encrypted one cannot be, and one whose sums are
others is no witness any more.  What was erased is left out when it comes back.
"""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sheetcrm.backup.archive import SUM, Archive
from sheetcrm.backup.keeping import Held, held
from sheetcrm.backup.reading import Block
from sheetcrm.backup.rebuilding import Parts
from sheetcrm.errors import SheetcrmError
from sheetcrm.messages import texts
from sheetcrm.privacy.cells import GONE, Word, hits
from sheetcrm.privacy.erased import Erased
from sheetcrm.privacy.spreadsheets import SETTINGS

Json = dict[str, Any]


@dataclass(frozen=True)
class Holding:
    """An archive, and whether somebody is in it; None where nobody can tell: it is encrypted, or damaged."""

    held: Held
    holds: bool | None


@dataclass
class Cleaner:
    """What an archive gives back, without those who were erased; counts what it left out."""

    erased: Erased
    spreadsheet: str
    word: Word
    left_out: int = field(default=0)

    @classmethod
    def of(cls, archive: Archive, erased: Erased) -> Cleaner:
        """For one archive of a spreadsheet."""
        mark = archive.manifest.get("template") or {}
        language = mark.get("language") or "en"
        return cls(erased, archive.manifest["spreadsheet"]["id"], Word(texts(language)(GONE)))

    def block(self, block: Block, data: Json) -> Json:
        """A block of cells."""
        found = list(hits(block, data, self.erased, self.spreadsheet, self.word)) if self.erased else []
        if not found:
            return data
        self.left_out += len(found)
        rows = [dict(row) for row in data["rowData"]]
        for hit in found:
            row = rows[hit.row - block.first]
            row["values"] = [hit.after if at == hit.index else cell for at, cell in enumerate(row["values"])]
        return {**data, "rowData": rows}

    def description(self, description: Json) -> Json:
        """Everything but the cells."""
        if not self.erased:
            return description
        tabs = [self._tab(tab) for tab in description.get("sheets", [])]
        return {**description, "sheets": tabs}

    def _tab(self, tab: Json) -> Json:
        done = dict(tab)
        for kind in SETTINGS:
            if kind in tab and self.erased.told(tab[kind]):
                self.left_out += 1
                done[kind] = self.erased.without(tab[kind], self.word)
        title = tab["properties"]["title"]
        if self.erased.holds(title):
            self.left_out += 1
            # Two tabs are never called the same.
            called = f"{self.erased.cleaned(title, self.word)} {tab['properties'].get('sheetId', 0)}"
            done["properties"] = {**tab["properties"], "title": called}
        return done


def holding(
    folder: Path, erased: Erased, in_mail: Callable[[bytes], str], keys: Sequence[Path] = ()
) -> Iterator[Holding]:
    """Every archive below the folder of backups that holds anybody, or may; `in_mail` is what the bytes of a mail say."""
    for below in sorted(folder.iterdir()) if folder.is_dir() else ():
        for one in sorted(held(below)):
            found = _looked_into(one, erased, in_mail, keys)
            if found is not False:
                yield Holding(one, found)


def drop(one: Held) -> None:
    """Delete an archive, and its sum."""
    one.path.unlink(missing_ok=True)
    one.path.with_name(one.path.name + SUM).unlink(missing_ok=True)


def _looked_into(one: Held, erased: Erased, in_mail: Callable[[bytes], str], keys: Sequence[Path]) -> bool | None:
    """Whether they are in it; None where it is damaged, or there is no key for it."""
    if one.sealed and not keys:
        return None
    try:
        with Archive(one.path, keys) as archive:
            return _holds(archive, erased, in_mail)
    except SheetcrmError:
        return None


def _holds(archive: Archive, erased: Erased, in_mail: Callable[[bytes], str]) -> bool:
    if archive.manifest.get("kind") == "ledger":
        return any(erased.holds(text) for text in _of_ledger(archive, in_mail))
    parts, cleaner = Parts(archive), Cleaner.of(archive, erased)
    cleaner.description(parts.description)
    access = archive.json("access.json") if "access.json" in archive.manifest["members"] else None
    if cleaner.left_out or erased.told(access):
        return True
    return any(cleaner.block(block, data) is not data for block, data in parts.blocks())


def _of_ledger(archive: Archive, in_mail: Callable[[bytes], str]) -> Iterator[str]:
    """Every text in it, mails decoded."""
    for name in archive.manifest["members"]:
        if name == "ledger.db":
            with closing(sqlite3.connect(":memory:")) as db:
                content = archive.bytes_of(name)
                # In memory there is no file of a log beside it, which a ledger has.
                db.deserialize(content[:18] + b"\1\1" + content[20:])
                tables = [row[0] for row in db.execute("select name from sqlite_master where type = 'table'")]
                for table in tables:
                    for row in db.execute(f'select * from "{table}"'):  # noqa: S608 - names that the file itself has
                        yield from (
                            in_mail(one) if isinstance(one, bytes) else one
                            for one in row
                            if isinstance(one, str | bytes)
                        )
        elif name.startswith("rows/"):
            for line in archive.bytes_of(name).splitlines():
                for one in json.loads(line).values():
                    if isinstance(one, dict):
                        yield in_mail(base64.b64decode(one["base64"]))
                    elif isinstance(one, str):
                        yield one
