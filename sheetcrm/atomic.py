"""
Bytes → a file that is there whole or as it was, whatever happens meanwhile; a power cut, too.

What a crash leaves beside it ends in `.new`; it is of no use to anybody, and whoever keeps people's data sweeps it.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def put(path: Path, content: bytes) -> None:
    """In the place of what is there, only for its owner to read; OSError, and nothing is left beside it, when it cannot be written."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise
