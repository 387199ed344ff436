"""
Text → the pieces of it that may be a name, an address or a phone number, in one form each.

Pure; what a piece is, others decide: whole addresses, whole groups of digits,
and for names every stretch of a given length that begins and ends a word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

Kind = Literal["name", "mail", "tel"]

_MAILS = (
    re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+"),
    re.compile(r"[^\s@<>\"'(),;:\[\]{}]+@[\w-]+(?:\.[\w-]+)+"),
)
_LONGEST = 254
_GROUPS = re.compile(r"[0-9]+")
_ENOUGH = re.compile(r"[0-9](?:[\s().\-/·]{0,3}[0-9]){5}")
"""As many digits as the shortest number has."""
_BETWEEN = re.compile(r"[\s().\-/·]{0,3}")
_UNSEEN = re.compile("[\u200b-\u200f\u2060\ufeff]")


class Piece(NamedTuple):
    """A stretch [start, end) of a text, as it is compared."""

    kind: Kind
    start: int
    end: int
    form: str


@dataclass(frozen=True)
class Forms:
    """What somebody is known by, each in its form."""

    names: frozenset[str] = frozenset()
    mails: frozenset[str] = frozenset()
    tels: frozenset[str] = frozenset()
    """Digits, with the country's code and without."""

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return bool(self.names or self.mails or self.tels)

    def __or__(self, other: Forms) -> Forms:
        """Both."""
        return Forms(self.names | other.names, self.mails | other.mails, self.tels | other.tels)

    def __and__(self, other: Forms) -> Forms:
        """What both have."""
        return Forms(self.names & other.names, self.mails & other.mails, self.tels & other.tels)

    def __sub__(self, other: Forms) -> Forms:
        """Without what the other has."""
        return Forms(self.names - other.names, self.mails - other.mails, self.tels - other.tels)


@dataclass(frozen=True)
class Lengths:
    """How long the names and the phone numbers are that are looked for, in their form."""

    names: Collection[int] = ()
    tels: Collection[int] = ()


def name_form(text: str) -> str:
    """A name without regard to case, width and blanks."""
    return _folded(text)[0].strip()


def mail_form(text: str) -> str:
    """An address without regard to case and width."""
    return unicodedata.normalize("NFKC", text).strip().casefold().replace("%40", "@")


def pieces(text: str, lengths: Lengths) -> Iterator[Piece]:
    """All that may be something; they overlap."""
    if "@" in text or "＠" in text or "%40" in text:
        yield from _mails(text)
    if lengths.tels:
        yield from _tels(text, lengths.tels)
    if lengths.names:
        yield from _names(text, lengths.names)


def _mails(text: str) -> Iterator[Piece]:
    plain = text.replace("＠", "@")
    for pattern in _MAILS:
        for found in pattern.finditer(plain):
            if len(found[0]) <= _LONGEST:
                yield Piece("mail", found.start(), found.end(), mail_form(found[0]))


def _tels(text: str, lengths: Collection[int]) -> Iterator[Piece]:
    """Groups of digits with little between them, whole groups only."""
    plain = text
    if not text.isascii():
        plain = "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)
    if not _ENOUGH.search(plain):
        return
    groups = list(_GROUPS.finditer(plain))
    for at, first in enumerate(groups):
        digits = ""
        for before, group in zip([None, *groups[at:]], groups[at:], strict=False):
            if before is not None and not _BETWEEN.fullmatch(plain, before.end(), group.start()):
                break
            digits += group[0]
            if len(digits) > max(lengths):
                break
            for form in {digits, digits.lstrip("0")}:
                if len(form) in lengths:
                    yield Piece("tel", first.start(), group.end(), form)


def _names(text: str, lengths: Collection[int]) -> Iterator[Piece]:
    plain, where = _folded(text)
    spelled = [char.isalnum() and not _is_sign(char) for char in plain]
    edges = [0, *(at for at in range(1, len(plain)) if not (spelled[at - 1] and spelled[at])), len(plain)]
    ends = set(edges)
    for start in edges:
        for length in lengths:
            end = start + length
            if end in ends and plain[start] != " " and plain[end - 1] != " ":
                yield Piece("name", where[start], where[end - 1] + 1, plain[start:end])


@lru_cache(maxsize=20_000)
def _is_sign(char: str) -> bool:
    """A character that is a word, or a syllable, by itself: Chinese has no blanks between words."""
    return (
        "\u2e80" <= char <= "\u9fff"
        or "\uac00" <= char <= "\ud7ff"
        or "\uf900" <= char <= "\ufaff"
        or char >= "\U00020000"
    )


def _folded(text: str) -> tuple[str, list[int]]:
    """Small, of one width, one blank where there are several and none between signs; and where each character came from."""
    plain: list[str] = []
    where: list[int] = []
    for at, char in enumerate(text):
        for one in _form(char):
            if one == " " and (not plain or plain[-1] == " "):
                continue
            if one != " " and len(plain) > 1 and plain[-1] == " " and _is_sign(plain[-2]) and _is_sign(one):
                plain.pop()
                where.pop()
            plain.append(one)
            where.append(at)
    return "".join(plain), where


@lru_cache(maxsize=20_000)
def _form(char: str) -> str:
    """One character as it is compared; nothing of one that cannot be seen."""
    if _UNSEEN.match(char):
        return ""
    return "".join(" " if one.isspace() else one for one in unicodedata.normalize("NFKC", char).casefold())
