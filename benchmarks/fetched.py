"""
The name of a package that we only compare with → whether it can be imported, from a folder that is thrown away.

Never a dependency: what it needs itself is named too, or is here already.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def fetched(*packages: str) -> Iterator[bool]:
    """Whether the packages can be imported inside: from a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", folder, *packages]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=120)
        except (subprocess.SubprocessError, OSError):
            yield False
            return
        sys.path.insert(0, folder)
        try:
            yield True
        finally:
            sys.path.remove(folder)
