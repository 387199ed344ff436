"""
The headers of a tab that people made → short words that the tab's metadata remembers.

So that a header row in which nothing is called as the template would have it is
still known as one.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable
from typing import Any

BOUND_KEY = "sheetcrm.bound"


def header_words(titles: Iterable[str]) -> str:
    """A word for each header that is not blank, with blanks between."""
    return " ".join(sorted({header_word(title) for title in titles if title.strip()}))


def header_word(title: str) -> str:
    """Six hex digits, the same however the header is cased or spaced."""
    plain = unicodedata.normalize("NFKC", title).strip().casefold()
    return hashlib.sha256(plain.encode()).hexdigest()[:6]


def bound_words(part: dict[str, Any]) -> frozenset[str]:
    """The words that a sheet's metadata has; none where nobody bound it."""
    return frozenset(
        word
        for metadata in part.get("developerMetadata", [])
        if metadata.get("metadataKey") == BOUND_KEY
        for word in metadata.get("metadataValue", "").split()
    )
