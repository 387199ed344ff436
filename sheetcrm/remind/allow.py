"""
Address → may it get mail?

Fails closed: an empty list allows nobody, and a pattern that is neither an
address nor a domain stops the run instead of matching something.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

from sheetcrm.errors import UsageError
from sheetcrm.messages import tr

_ADDRESS = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\"]+")
_DOMAIN = re.compile(r"(\*\.)?[\w-]+(\.[\w-]+)+")


@dataclass(frozen=True)
class AllowList:
    """
    Who may get mail; nobody else does.

    A pattern is an address (`ann@example.com`), a domain (`example.com`: that
    domain, not those below it; `*.example.com`: those below it), or either
    with `*` for any run of characters but `@` (`sales-*@example.com`).  Case
    does not count.  UsageError when a pattern is none of these.
    """

    patterns: tuple[str, ...] = ()
    team: bool = False
    """Whether who is in the team sheet may get mail as well: `with_team` says who that is."""
    members: frozenset[str] = frozenset()
    """Addresses without regard to case; taken as they are, not as patterns."""

    def __post_init__(self) -> None:
        """Refuse what nobody can have meant."""
        if isinstance(self.patterns, str):
            raise UsageError(tr("the allow-list is a list of addresses and domains, not one text"))
        for pattern in self.patterns:
            _matcher(pattern)

    @classmethod
    def of(cls, patterns: Iterable[str], *, team: bool = False) -> AllowList:
        """An allow-list of these patterns."""
        return cls(tuple(patterns), team)

    def with_team(self, addresses: Iterable[str]) -> AllowList:
        """The same, with these addresses of the team where the config lets the team sheet say who may get mail."""
        return replace(self, members=frozenset(map(str.casefold, addresses))) if self.team else self

    def allows(self, address: str) -> bool:
        """Whether `address`, a bare one in ASCII form, may get mail."""
        return address.casefold() in self.members or any(
            _matcher(pattern).fullmatch(address.casefold()) for pattern in self.patterns
        )


@cache
def _matcher(pattern: str) -> re.Pattern[str]:
    text = _ascii(pattern.strip().removeprefix("@").casefold())
    if "@" not in text and _DOMAIN.fullmatch(text):
        text = f"*@{text}"
    if not _ADDRESS.fullmatch(text) or text.endswith("@*"):
        raise UsageError(
            tr(
                "allow-list: {pattern!r} is neither an address nor a domain; write ann@example.com, example.com or *@example.com",
                pattern=pattern,
            )
        )
    return re.compile("[^@]*".join(re.escape(part) for part in text.split("*")))


def _ascii(pattern: str) -> str:
    """The pattern with its domain as it travels (`例子.中国` → `xn--…`); whatever has no such form stays and matches nothing."""
    head, at, domain = pattern.rpartition("@")
    if domain.isascii():
        return pattern
    try:
        return head + at + domain.encode("idna").decode("ascii")
    except UnicodeError:
        return pattern
