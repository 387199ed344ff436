"""
What a tab remembers ↔ a text that fits beside its marks.

Google keeps 30,000 characters of metadata for a sheet.  Up to a third of that
stays as it is, so that people who look see what it says; more is packed.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Sequence

PLAIN = 10_000
"""Characters that are not packed: some 60 columns."""
PREFIX = "z:"
LARGEST = 1_000_000
"""Bytes of what is unpacked: nobody's metadata may fill our memory."""


def packed(words: Sequence[str]) -> str:
    """Words with blanks between, or one word."""
    text = " ".join(words)
    return text if len(text) <= PLAIN else PREFIX + base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode()


def unpacked(words: Sequence[str]) -> tuple[str, ...]:
    """The words again, whether they were packed or not; none of what was packed by nobody of ours."""
    if len(words) != 1 or not words[0].startswith(PREFIX):
        return tuple(words)
    try:
        raw = base64.urlsafe_b64decode(words[0].removeprefix(PREFIX))
        return tuple(zlib.decompressobj().decompress(raw, LARGEST).decode().split())
    except (binascii.Error, ValueError, zlib.error):
        return ()
