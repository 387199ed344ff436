"""
Writes → files in a folder, only ever added to.

Knows nothing of what entries mean.  A file is made for one writer alone, so two
processes never take the same number.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from sheetcrm.errors import ApiError, SheetcrmError
from sheetcrm.journal.policy import Policy, veil
from sheetcrm.journal.rolling import last_number, loose, packs, rolled, unpacked
from sheetcrm.journal.write import By, Json, Stage, Write, in_file, stage_line
from sheetcrm.journal.write import fingerprint as fingerprint_of
from sheetcrm.messages import tr

LOG = logging.getLogger("sheetcrm.journal")
NOBODY, EVERYTHING = By(), Policy()


class Journal:
    """The writes to one spreadsheet."""

    def __init__(
        self,
        folder: Path,
        spreadsheet_id: str,
        by: By = NOBODY,
        policy: Policy = EVERYTHING,
    ) -> None:
        """The folder is made when there is something to put into it; `by` stands beside whatever is written, which `policy` has looked through."""
        self._folder = folder / spreadsheet_id
        self._by, self._policy = by, policy

    def begin(
        self, what: str, fingerprint: str, entries: Sequence[Json], now: datetime, *, stage: Stage = "begun"
    ) -> Path:
        """Write down what is about to be sent; the file, for `mark`.  SheetcrmError when that cannot be done: nothing is to be sent then."""
        called, kept = self._policy.redacted(what, entries)
        # One of what is not kept could be guessed, value by value.
        known = fingerprint if kept == list(entries) else fingerprint_of(kept)
        write = Write(_moment(now), called, known, tuple(kept), stage, self._by)
        try:
            path = self._new(write.line())
        except OSError as error:
            raise SheetcrmError(
                tr(
                    "the journal cannot be written, so nothing was sent: {folder}: {reason}",
                    folder=self._folder,
                    reason=error.strerror,
                )
            ) from error
        self._roll(now)
        LOG.info(
            "write %s begun by %s: %d changes, %s", path.stem, self._by.command or "?", len(write.entries), fingerprint
        )
        return path

    @contextmanager
    def written(self, what: str, entries: Sequence[Json], now: datetime, *, stage: Stage = "done") -> Iterator[None]:
        """
        Write down what is sent within, and after it that it is done.

        What was refused is nothing that could be taken back; with `aside` for a stage neither is what was done.
        """
        path = self.begin(what, fingerprint_of(entries), entries, now, stage="aside" if stage == "aside" else "begun")
        try:
            yield
        except ApiError as refused:
            if 400 <= refused.status < 500 and not refused.partly:
                self.mark(path, "refused")
            raise
        if stage != "aside":
            self.mark(path, stage)

    def note(self, what: str, entries: Sequence[Json], now: datetime) -> None:
        """Write down what was done and is never taken back from here: who was given access, a file that was made."""
        self.begin(what, fingerprint_of(entries), entries, now, stage="aside")

    def mark(self, path: Path, stage: Stage) -> None:
        """What became of it; that this cannot be written down does not undo it, so it is only logged."""
        try:
            with path.open("r+", encoding="utf-8", errors="replace") as file:
                # After a line that was torn by a crash, a new one.
                file.write("\n" * (not file.read().endswith("\n")) + stage_line(stage))
                _kept(file)
        except OSError as error:
            LOG.warning("write %s is %s, which could not be written down: %s", path.stem, stage, error.strerror)
        else:
            LOG.info("write %s %s", path.stem, stage)

    def writes(self) -> Iterator[tuple[Path, Write]]:
        """All that can be taken back yet, the newest first."""
        for path in reversed(loose(self._folder)):
            if (write := in_file(path)) is not None:
                yield path, write

    def history(self) -> Iterator[tuple[str, Write]]:
        """All that are known by number, the newest first."""
        there = set()
        for path, write in self.writes():
            there.add(path.stem)
            yield path.stem, write
        for pack in reversed(packs(self._folder)):
            # What is in both was packed by a process that died before it was done.
            yield from ((name, write) for name, write in unpacked(pack) if name not in there)

    def unkept(self, holds: Callable[[str], bool]) -> Journal:
        """The same one, that keeps no value that stood anywhere, nor an id that `holds` one, and of which nothing can be taken back."""
        return _Unkept(self._folder.parent, self._folder.name, self._by, self._policy, holds)

    def _roll(self, now: datetime) -> None:
        """Room for more; that there is none made keeps nothing from being written."""
        try:
            rolled(self._folder, self._policy.keep_days, now)
        except (OSError, ValueError) as error:
            LOG.warning("old writes could not be packed or deleted: %s", error)

    def _new(self, text: str) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        number = last_number(self._folder) + 1
        while True:
            path = self._folder / f"{number:06d}.json"
            try:
                with os.fdopen(_for_us_alone(path), "w", encoding="utf-8") as file:
                    file.write(text)
                    _kept(file)
            except FileExistsError:
                number += 1
            else:
                return path


class _Unkept(Journal):
    """See `Journal.unkept`."""

    def __init__(self, folder: Path, spreadsheet_id: str, by: By, policy: Policy, holds: Callable[[str], bool]) -> None:
        super().__init__(folder, spreadsheet_id, by, policy)
        self._holds = holds

    @contextmanager
    def written(self, what: str, entries: Sequence[Json], now: datetime, *, stage: Stage = "aside") -> Iterator[None]:
        """As a journal does, and settled at once."""
        with super().written(what, entries, now, stage="aside"):
            yield

    def begin(
        self, what: str, fingerprint: str, entries: Sequence[Json], now: datetime, *, stage: Stage = "begun"
    ) -> Path:
        """As a journal does, without what stood there."""
        kept = [self._without(entry) for entry in entries]
        return super().begin(what, fingerprint_of(kept), kept, now, stage=stage)

    def _without(self, entry: Json) -> Json:
        hidden: Json = {"before": veil(entry["before"])} if "before" in entry else {}
        hidden |= {
            word: {key: veil(cell) for key, cell in entry[word].items()} for word in ("cells", "own") if word in entry
        }
        if isinstance(entry.get("id"), str) and self._holds(entry["id"]):
            hidden["id"] = veil(entry["id"])
        return {**entry, **hidden}


@contextmanager
def continued() -> Iterator[None]:
    """Within, more is sent of a write of which a part went out before: when this is refused, there still is something to take back."""
    try:
        yield
    except ApiError as refused:
        refused.partly = True
        raise


def read(path: Path) -> Write:
    """One write as it stands; SheetcrmError for a file that is none."""
    write = in_file(path)
    if write is None:
        raise SheetcrmError(tr("{path} is no write of a journal", path=path))
    return write


def _for_us_alone(path: Path) -> int:
    """A new file; FileExistsError when somebody was faster."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)


def _kept(file: TextIO) -> None:
    """On the disk, whatever happens to the machine."""
    file.flush()
    os.fsync(file.fileno())


def _moment(now: datetime) -> str:
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
