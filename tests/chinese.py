"""A text for a Chinese admin → what of it was left in English."""

from __future__ import annotations

import re

TYPED = re.compile(
    r"sheetcrm( [a-z]+)*( [A-Z]+)?|\S*[/=_.{}<>@\\:][\x21-\x7e]*|--?[a-z-]+|`[^`]*`|'[^']*'|\"[^\"]*\"|\([a-z_]+\)|[A-Z]+"
)
"""Commands, options, addresses, settings, codes, what somebody else has written, and names in capitals stand as they are."""
_ENGLISH = re.compile(r"[A-Za-z]{2,} [a-z']{2,} [a-z']{2,}")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def in_english(text: str) -> list[str]:
    """The lines with three English words in a row that nobody has to type."""
    return [line for line in text.splitlines() if _ENGLISH.search(TYPED.sub(" · ", line))]


def is_chinese(text: str) -> bool:
    """Whether it is said in Chinese, all of it."""
    return bool(_CHINESE.search(text)) and not in_english(text)
