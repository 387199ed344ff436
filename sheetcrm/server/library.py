"""
Spreadsheet id → the spreadsheet, held alone, saved before its lock is let go.

Reading takes the lock too: a formula is computed when it is read.  Whoever renders an answer does it inside
`opened`, because the JSON shares parts with the spreadsheet.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

from sheetcrm.server import parts
from sheetcrm.server.asking import hidden, program
from sheetcrm.server.errors import ApiError, not_found
from sheetcrm.server.model import Spreadsheet
from sheetcrm.server.store import File, Store

NOTHING: Mapping[str, str] = {}
READERS = frozenset({"reader", "commenter"})


class Library:
    """All files of one store, and those of its spreadsheets that were asked for so far."""

    def __init__(self, store: Store, *, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._files = store.files()
        self._spreadsheets: dict[str, Spreadsheet] = {}
        self._locks: dict[str, threading.RLock] = {}
        self._lock = threading.RLock()

    def time(self) -> str:
        """The time as Drive writes it: UTC, milliseconds."""
        return self._now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"

    def files(self, caller: str) -> list[File]:
        """The files that `caller` may open, last changed first."""
        with self._lock:
            found = [file for file in self._files.values() if file.role(caller) and not hidden(file.made_by)]
        return sorted(found, key=lambda file: (file.modified, file.id), reverse=True)

    def file(self, file_id: str) -> File:
        """One file; ApiError 404 as the Sheets API says it."""
        with self._lock:
            if file_id not in self._files or hidden(self._files[file_id].made_by):
                raise not_found()
            return self._files[file_id]

    def allow(self, file_id: str, caller: str, *, writing: bool) -> File:
        """The file, when `caller` may read it (or write to it); else ApiError 404 or 403."""
        file = self.file(file_id)
        role = file.role(caller)
        if role is None or (writing and role in READERS):
            raise ApiError(403, "The caller does not have permission")
        return file

    @contextmanager
    def opened(self, *ids: str) -> Iterator[list[Spreadsheet]]:
        """Hold spreadsheets alone; what was changed is on disk when the block ends well, and undone when it raises."""
        with ExitStack() as held:
            for spreadsheet_id in sorted(set(ids)):
                held.enter_context(self._lock_of(spreadsheet_id))
            try:
                yield [self._spreadsheet(spreadsheet_id) for spreadsheet_id in ids]
                for spreadsheet_id in ids:
                    self._save(spreadsheet_id)
            except BaseException:
                for spreadsheet_id in ids:
                    self._forget_changes(spreadsheet_id)
                raise

    def add(
        self, spreadsheet: Spreadsheet, *, owner: str, parents: tuple[str, ...] = (), own: Mapping[str, str] = NOTHING
    ) -> File:
        """Keep a new spreadsheet; `owner` may do everything with it, `own` is what the program keeps with it."""
        now = self.time()
        grant = {
            "kind": "drive#permission",
            "id": permission_id(owner),
            "type": "user",
            "role": "owner",
            "emailAddress": owner,
        }
        file = File(
            id=spreadsheet.id,
            name=title(spreadsheet),
            created=now,
            modified=now,
            parents=parents,
            permissions=(grant,),
            made_by=program(),
            own=tuple(own.items()),
        )
        self._store.save(file, parts.dump(spreadsheet))
        self._settle(spreadsheet, file)
        with self._lock:
            self._files[file.id] = file
            self._spreadsheets[file.id] = spreadsheet
        return file

    def replace(self, spreadsheet: Spreadsheet) -> File:
        """Put another content in the place of the one with the same id, which the caller holds `opened`."""
        pieces: dict[str, bytes | None] = dict.fromkeys(self._store.parts(spreadsheet.id))
        pieces.update(parts.dump(spreadsheet))
        file = replace(self.file(spreadsheet.id).touched(self.time()), name=title(spreadsheet))
        self._keep(file, pieces)
        self._settle(spreadsheet, file)
        with self._lock:
            self._spreadsheets[file.id] = spreadsheet
        return file

    def change(self, file_id: str, edit: Callable[[File], File]) -> File:
        """Keep what Drive says of a file, as `edit` makes it: trashed, permissions, parents."""
        with self._lock_of(file_id):
            changed = edit(self.file(file_id)).touched(self.time())
            self._keep(changed, {})
            if file_id in self._spreadsheets:
                self._spreadsheets[file_id].owner = changed.owner
        return changed

    def remove(self, file_id: str) -> None:
        """Delete a file for good."""
        with self._lock_of(file_id):
            self.file(file_id)
            self._store.delete(file_id)
            with self._lock:
                self._files.pop(file_id, None)
                self._spreadsheets.pop(file_id, None)
                self._locks.pop(file_id, None)

    def close(self) -> None:
        """Give back the engines' memory, which Python's collector neither sees nor hurries for."""
        with self._lock:
            for spreadsheet in self._spreadsheets.values():
                spreadsheet.forget_values()

    def _lock_of(self, spreadsheet_id: str) -> threading.RLock:
        with self._lock:
            if spreadsheet_id not in self._files:
                raise not_found()
            return self._locks.setdefault(spreadsheet_id, threading.RLock())

    def _spreadsheet(self, spreadsheet_id: str) -> Spreadsheet:
        file = self.file(spreadsheet_id)  # it may have been deleted while we waited for its lock
        found = self._spreadsheets.get(spreadsheet_id)
        if found is None:
            found = parts.load(spreadsheet_id, self._store.parts(spreadsheet_id))
            self._settle(found, file)
            self._spreadsheets[spreadsheet_id] = found
        return found

    def _save(self, spreadsheet_id: str) -> None:
        spreadsheet = self._spreadsheets.get(spreadsheet_id)
        if spreadsheet is None or not spreadsheet.dirty:
            return
        names = spreadsheet.unsaved()
        pieces = parts.dump(spreadsheet, names)
        file = replace(self.file(spreadsheet_id).touched(self.time()), name=title(spreadsheet))
        self._keep(file, {name: pieces.get(name) for name in names})
        spreadsheet.dirty.clear()

    def _keep(self, file: File, pieces: Mapping[str, bytes | None]) -> None:
        self._store.save(file, pieces)
        with self._lock:
            self._files[file.id] = file

    def _settle(self, spreadsheet: Spreadsheet, file: File) -> None:
        """Tell a spreadsheet that came into memory, and is on disk, about the world that it lives in."""
        spreadsheet.now = self._now
        spreadsheet.owner = file.owner
        spreadsheet.dirty.clear()

    def _forget_changes(self, spreadsheet_id: str) -> None:
        spreadsheet = self._spreadsheets.get(spreadsheet_id)
        if spreadsheet is not None and spreadsheet.dirty:
            del self._spreadsheets[spreadsheet_id]  # read again from disk, as it was


def title(spreadsheet: Spreadsheet) -> str:
    """The title as people see it; Drive calls it the file's name."""
    return str(spreadsheet.properties.get("title", ""))


def permission_id(email: str) -> str:
    """A number that stands for a person, the same each time, as Drive's do."""
    return str(int.from_bytes(sha256(email.lower().encode()).digest()[:8], "big")).zfill(20)
