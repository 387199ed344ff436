"""
A path → files that are there whole or not at all: written beside it, then renamed.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sheetcrm.errors import UsageError, reason
from sheetcrm.messages import tr


class Drafts:
    """Files that are not there yet."""

    def __init__(self) -> None:
        """None so far."""
        self._made: list[tuple[Path, Path]] = []

    def beside(self, final: Path) -> Path:
        """A file to write to, in the same folder, so that renaming it is one step.  UsageError where none can be made."""
        try:
            final.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=f".{final.stem}.", suffix=final.suffix, dir=final.parent)
        except OSError as error:
            raise UsageError(
                tr("{final} cannot be written: {strerror}", final=final, strerror=reason(error))
            ) from error
        os.close(handle)
        mask = os.umask(0)
        os.umask(mask)
        # Made for us alone; a file that people asked for has the rights that any of theirs has.
        Path(name).chmod(0o666 & ~mask)
        self._made.append((Path(name), final))
        return Path(name)

    def publish(self) -> None:
        """Put all into place.  UsageError for what is in the way."""
        while self._made:
            draft, final = self._made[0]
            try:
                draft.replace(final)
            except OSError as error:
                raise UsageError(
                    tr("{final} cannot be written: {strerror}", final=final, strerror=reason(error))
                ) from error
            self._made.pop(0)

    def discard(self) -> None:
        """Throw away what is not in place."""
        for draft, _final in self._made:
            with suppress(OSError):
                draft.unlink()
        self._made.clear()


@contextmanager
def drafts() -> Iterator[Drafts]:
    """Drafts that are put into place when nothing went wrong."""
    made = Drafts()
    try:
        yield made
        made.publish()
    finally:
        made.discard()
