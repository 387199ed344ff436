"""
Message → what a person reads, in their language.

The English text is the message id; Chinese comes from the gettext catalogue
beside this file.  Texts are marked where they are written: `t("…")` where a
`Texts` is at hand, `N_("…")` where a constant is made.  `scripts/fix` extracts
and compiles; a test fails while a marked text is untranslated.
"""

from __future__ import annotations

import gettext
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("zh", "en")
DOMAIN = "sheetcrm"
LOCALES = Path(__file__).parent / "locales"


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for a marked constant
    """Mark a text for translation where there is no language yet; returns it unchanged."""
    return message


class Texts:
    """The catalogue of one language: call it with an English text and the values to fill in."""

    def __init__(self, language: str) -> None:
        """`language` is one of LANGUAGES; the source language needs no catalogue."""
        if language not in LANGUAGES:
            raise ValueError(f"no catalogue for {language!r}; there are {', '.join(LANGUAGES)}")
        self.language = language
        self._catalogue = gettext.translation(DOMAIN, LOCALES, [language], fallback=language == "en")

    def __call__(self, message: str, /, **values: Any) -> str:
        """`message` translated, its `{name}` parts filled from `values` (which are never themselves formatted)."""
        text = self._catalogue.gettext(message) if message else ""
        return text.format(**values) if values else text


@cache
def texts(language: str) -> Texts:
    """The one `Texts` of a language."""
    return Texts(language)
