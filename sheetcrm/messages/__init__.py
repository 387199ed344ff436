"""
Message → what a person reads, in their language.

The English text is the message id; Chinese comes from the gettext catalogue
beside this file.  Texts are marked where they are written: `t("…")` where a
`Texts` of a team's language is at hand, `tr("…")` where the admin is told
something, `N_("…")` where a constant is made.  `scripts/fix` extracts
and compiles; a test fails while a marked text is untranslated.  English has two
numbers, so a text may say `{count} {count:row is|rows are} hidden`.
"""

from __future__ import annotations

import gettext
import string
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("zh", "en")
DOMAIN = "sheetcrm"
_TAGS = {"zh": "zh-CN"}
LOCALES = Path(__file__).parent / "locales"


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for a marked constant
    """Mark a text for translation where there is no language yet; returns it unchanged."""
    return message


class _ByNumber(string.Formatter):
    """As `str.format`, and `{count:one of it|several}` chooses by the number."""

    def format_field(self, value: Any, format_spec: str) -> Any:
        one, found, several = format_spec.partition("|")
        if not found:
            return super().format_field(value, format_spec)
        return one if value == 1 else several


def filled(message: str, values: Mapping[str, Any]) -> str:
    """`message` with its `{name}` parts filled from `values` (which are never themselves formatted)."""
    # The formatter in Python costs ten times as much, and few texts have two numbers.
    return _ByNumber().vformat(message, (), values) if "|" in message else message.format_map(values)


def counted(number: int, one: str, several: str = "") -> str:
    """`1 row`, `2 rows`, in English; `several` is `one` and an s where it is not said."""
    return f"{number} {one if number == 1 else several or one + 's'}"


def tag(language: str) -> str:
    """One of LANGUAGES as pages and mails name it (BCP 47): the letters of Chinese are those of the mainland."""
    return _TAGS.get(language, language)


class Texts:
    """The catalogue of one language: call it with an English text and the values to fill in."""

    def __init__(self, language: str) -> None:
        """`language` is one of LANGUAGES; the source language needs no catalogue."""
        if language not in LANGUAGES:
            raise ValueError(f"no catalogue for {language!r}; there are {', '.join(LANGUAGES)}")
        self.language = language
        self._catalogue = gettext.translation(DOMAIN, LOCALES, [language], fallback=language == "en")

    def __call__(self, message: str, /, **values: Any) -> str:
        """`message` translated, its parts filled as by `filled`."""
        text = self._catalogue.gettext(message) if message else ""
        return filled(text, values) if values else text


@cache
def texts(language: str) -> Texts:
    """The one `Texts` of a language."""
    return Texts(language)


# The admin, who is not the team

_ADMIN: ContextVar[str] = ContextVar("sheetcrm_admin", default="en")
"""English, until somebody says otherwise: a program that uses the library asked for no other."""


def tr(message: str, /, **values: Any) -> str:
    """`message` in the language of whoever typed the command, its parts filled as by `filled`."""
    return texts(_ADMIN.get())(message, **values)


def admin() -> str:
    """The language of whoever typed the command."""
    return _ADMIN.get()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Within, the admin is spoken to in that one of LANGUAGES."""
    before = _ADMIN.set(texts(language).language)
    try:
        yield
    finally:
        _ADMIN.reset(before)


def of_locale(environment: Mapping[str, str]) -> str:
    """The one of LANGUAGES that a person's environment asks for, as gettext looks for it; English for any that we do not speak."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        for wanted in filter(None, environment.get(name, "").split(":")):
            if (found := wanted.lower()[:2]) in LANGUAGES:
                return found
            if name != "LANGUAGE":
                return "en"
    return "en"
