"""
How far an import came → where it goes on.

A file beside the journal, of one line of JSON a step, written before and after
each write: which ids the lines were given, which lines are in the sheet.  An
import that was killed finds its own rows by these ids, whatever people did to
them since; one that ends leaves no file.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

_CHUNK = 1 << 20


class Progress:
    """One import of one file into one sheet; with no folder it remembers nothing."""

    def __init__(self, folder: Path | None, file: Path, what: Mapping[str, Any]) -> None:
        """`what` tells it from other imports of the same file."""
        self._path = folder / f"import-{_fingerprint(file, what)}.jsonl" if folder else None
        self.ids: dict[int, str] = {}
        """Line → the id that it was given."""
        self.done: set[int] = set()
        """Lines that are in the sheet."""
        for step in self._steps():
            self.ids |= {int(line): id_ for line, id_ in step.get("ids", {}).items()}
            self.done |= set(step.get("done", ()))

    def give(self, ids: Mapping[int, str]) -> None:
        """Remember ids before anything is written."""
        new = {line: id_ for line, id_ in ids.items() if self.ids.get(line) != id_}
        self.ids |= new
        if new:
            self._put({"ids": new})

    def finish(self, lines: Iterable[int]) -> None:
        """Remember lines that are in the sheet."""
        self.done |= (new := set(lines))
        self._put({"done": sorted(new)})

    def end(self) -> None:
        """Everything is in the sheet."""
        if self._path:
            self._path.unlink(missing_ok=True)

    def _steps(self) -> Iterable[dict[str, Any]]:
        if self._path is None or not self._path.exists():
            return
        for line in self._path.read_text(encoding="utf-8").splitlines():
            try:
                yield json.loads(line) if line else {}
            except ValueError:
                # The process died while it wrote this line; what it says did not happen yet.
                continue

    def _put(self, step: Mapping[str, Any]) -> None:
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._path.open("a", encoding="utf-8") as file:
            file.write("\n" + json.dumps(step, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())


def _fingerprint(file: Path, what: Mapping[str, Any]) -> str:
    digest = hashlib.sha256(json.dumps(what, sort_keys=True, default=str).encode())
    with file.open("rb") as stream:
        while piece := stream.read(_CHUNK):
            digest.update(piece)
    return digest.hexdigest()[:16]
