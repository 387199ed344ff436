r"""
RE2's `\p{Han}`, `\pL` and `[[:alpha:]]` → the ranges of characters that Python's `re` takes.

General categories are those of Python's own Unicode tables; of the scripts only those that no range says simply.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import lru_cache
from itertools import groupby

Ranges = tuple[tuple[int, int], ...]
"""First and last, both inclusive, in order."""

LAST = sys.maxunicode
_POSIX = {
    "alnum": "0-9A-Za-z", "alpha": "A-Za-z", "ascii": r"\x00-\x7f", "blank": r"\t ", "cntrl": r"\x00-\x1f\x7f", "digit": "0-9",
    "graph": "!-~", "lower": "a-z", "print": " -~", "punct": r"!-\/:-@\[-`{-~", "space": r"\t\n\v\f\r ", "upper": "A-Z",
    "word": "0-9A-Za-z_", "xdigit": "0-9A-Fa-f",
}  # fmt: skip
# Unicode's Scripts.txt.
_SCRIPTS: dict[str, Ranges] = {
    "Han": (
        (0x2E80, 0x2E99), (0x2E9B, 0x2EF3), (0x2F00, 0x2FD5), (0x3005, 0x3005), (0x3007, 0x3007), (0x3021, 0x3029), (0x3038, 0x303B),
        (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFA6D), (0xFA70, 0xFAD9), (0x16FE2, 0x16FE3), (0x16FF0, 0x16FF1), (0x20000, 0x2A6DF),
        (0x2A700, 0x2B739), (0x2B740, 0x2B81D), (0x2B820, 0x2CEA1), (0x2CEB0, 0x2EBE0), (0x2F800, 0x2FA1D), (0x30000, 0x3134A),
        (0x31350, 0x323AF),
    ),
    "Hiragana": ((0x3041, 0x3096), (0x309D, 0x309F), (0x1B001, 0x1B11F), (0x1B150, 0x1B152), (0x1F200, 0x1F200)),
}  # fmt: skip
_ITEM = re.compile(r"\\([pP])(?:\{(\^?)(\w+)\}|(\w))|\[:(\^?)(\w+):\]|\\.|\[\^?\]?|\]|.", re.DOTALL)


def translated(pattern: str) -> str:
    """`pattern` with these classes written out; raises ValueError for one that is not known here."""
    if "\\p" not in pattern and "\\P" not in pattern and "[:" not in pattern:
        return pattern
    parts, inside = [], False
    for match in _ITEM.finditer(pattern):
        text = match[0]
        if match[1]:
            negated = (match[1] == "P") is not bool(match[2])
            parts.append(_written(_named(match[3] or match[4]), negated=negated, inside=inside))
        elif match[6] and inside:
            parts.append(_posix(match[6], negated=bool(match[5])))
        elif match[6]:  # a set of its letters, as it stands
            parts.append(text)
        else:
            parts.append("\\[" if inside and text[0] == "[" else text)
            inside = (inside or text[0] == "[") and text != "]"
    return "".join(parts)


def _posix(name: str, *, negated: bool) -> str:
    if name not in _POSIX or negated:
        raise ValueError(f"[:{name}:]: not known here")
    return _POSIX[name]


def _written(ranges: Ranges, *, negated: bool, inside: bool) -> str:
    if negated:
        ends = [-1, *(last for _, last in ranges)]
        starts = [*(first for first, _ in ranges), LAST + 1]
        ranges = tuple((end + 1, start - 1) for end, start in zip(ends, starts, strict=True) if end + 1 <= start - 1)
    text = "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)
    return text if inside else f"[{text}]"


@lru_cache(maxsize=32)
def _named(name: str) -> Ranges:
    """The characters of a script or of a general category, `L` being all that begin with it."""
    if name in _SCRIPTS:
        return _SCRIPTS[name]
    codes = [code for code in range(LAST + 1) if unicodedata.category(chr(code)).startswith(name)]
    if not codes or len(name) > 2:
        raise ValueError(f"\\p{{{name}}}: not known here")
    runs = [[code for _, code in run] for _, run in groupby(enumerate(codes), key=lambda pair: pair[1] - pair[0])]
    return tuple((run[0], run[-1]) for run in runs)
