"""
Number format pattern → its sections, each a list of parts ready to be filled in.

The same letter means two things: `m` is minutes after an hour or before a second, months everywhere else; a comma
groups thousands inside the digits and divides by a thousand after them.
(developers.google.com/workspace/sheets/api/guides/formats)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Kind = Literal["literal", "digit", "point", "percent", "exponent", "slash", "date", "text", "general"]

PART = re.compile(
    r"""
      "(?P<quoted>[^"]*+)"?
    | \\(?P<escaped>.?)
    | _(?P<space>.?)
    | \*(?P<fill>.?)
    | \[(?P<bracket>[^\]]*+)\]?
    | (?P<general>General)
    | (?P<half>am/pm|a/p|上午/下午)
    | (?P<exponent>E[+-])
    | (?P<date>y+|m+|d+|h+|s+)
    | (?P<digit>[0#?])
    | (?P<mark>[.,%/@;])
    | (?P<plain>.)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?[0-9.]+)")
_ELAPSED = re.compile(r"h+|m+|s+", re.IGNORECASE)
_COLOURS = frozenset(["black", "blue", "cyan", "green", "magenta", "red", "white", "yellow"])


@dataclass(frozen=True)
class Part:
    """A piece of a section; `text` is the literal, the placeholder or the date field (lower case, `n` for minutes)."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Section:
    """What one `;`-separated section of a pattern asks for."""

    parts: tuple[Part, ...]
    condition: tuple[str, float] | None = None
    grouped: bool = False
    thousands: int = 0

    def has(self, kind: Kind) -> bool:
        """Whether any part is of this kind."""
        return any(part.kind == kind for part in self.parts)


@lru_cache(maxsize=4096)
def sections(pattern: str) -> tuple[Section, ...]:
    """The sections of `pattern`, at least one; never raises: what means nothing is shown as it stands."""
    found: list[Section] = []
    pieces: list[re.Match[str]] = []
    for match in PART.finditer(pattern):
        if match["mark"] == ";":
            found.append(_section(pieces))
            pieces = []
        else:
            pieces.append(match)
    return (*found, _section(pieces))


def _section(pieces: list[re.Match[str]]) -> Section:
    parts: list[Part] = []
    condition = None
    for match in pieces:
        if match["bracket"] is None:
            parts.extend(_parts(match))
        elif test := _CONDITION.fullmatch(match["bracket"]):
            condition = _condition(test)
        else:
            parts.extend(_bracket(match["bracket"]))
    parts, grouped, thousands = _commas(parts)
    return Section(tuple(_dated(parts)), condition, grouped, thousands)


def _condition(test: re.Match[str]) -> tuple[str, float] | None:
    try:
        return test[1], float(test[2])
    except ValueError:
        return None


def _bracket(text: str) -> list[Part]:
    """`[$¥-804]` is a currency sign, `[h]` elapsed time, `[Red]` a colour that does not change the text."""
    if text.startswith("$"):
        return [Part("literal", text[1:].partition("-")[0])]
    if _ELAPSED.fullmatch(text) and len(set(text.lower())) == 1:
        return [Part("date", f"[{text.lower()}]")]
    if text.lower() in _COLOURS or text.lower().startswith("color"):
        return []
    return [Part("literal", f"[{text}]")]


_MARKS: dict[str, Kind] = {".": "point", "%": "percent", "/": "slash", "@": "text"}
_FIELDS: dict[str, Kind] = {"half": "date", "general": "general", "exponent": "exponent", "digit": "digit"}


def _parts(match: re.Match[str]) -> list[Part]:
    group = match.lastgroup or "plain"
    text = match[group]
    if group == "space":
        return [Part("literal", " ")]
    if group == "date":
        return [Part("date", text.lower())]
    if group == "mark":
        return [Part(_MARKS.get(text, "literal"), text)]
    return [Part(_FIELDS.get(group, "literal"), text)]


def _commas(parts: list[Part]) -> tuple[list[Part], bool, int]:
    """Take out the commas that group or scale; others stay as they are shown."""
    digits = [i for i, part in enumerate(parts) if part.kind == "digit"]
    if not digits:
        return parts, False, 0
    last, grouped, thousands = digits[-1], False, 0
    kept: list[Part] = []
    trailing = False
    for i, part in enumerate(parts):
        comma = part == Part("literal", ",")
        trailing = i > last and comma and (trailing or i == last + 1)
        if comma and digits[0] < i < last:
            grouped = True
        elif trailing:
            thousands += 1
        else:
            kept.append(part)
    return kept, grouped, thousands


def _dated(parts: list[Part]) -> list[Part]:
    """In a section with date fields `m` becomes `n` where it means minutes, `.000` a fraction of seconds."""
    if not any(part.kind == "date" for part in parts):
        return parts
    out: list[Part] = []
    fields = [(i, part.text) for i, part in enumerate(parts) if part.kind == "date" and part.text[0] in "ymdhs["]
    for i, part in enumerate(parts):
        before = next((text for j, text in reversed(fields) if j < i), "")
        after = next((text for j, text in fields if j > i), "")
        out.append(_field(part, before, after))
    return _fractions(out)


def _field(part: Part, before: str, after: str) -> Part:
    minutes = part.text in {"m", "mm"} and (before.strip("[]")[:1] == "h" or after.strip("[]")[:1] == "s")
    if part.kind == "date" and minutes:
        return Part("date", part.text.replace("m", "n"))
    return part if part.kind in {"date", "digit", "point"} else Part("literal", part.text)


def _fractions(parts: list[Part]) -> list[Part]:
    out: list[Part] = []
    for part in parts:
        last = out[-1] if out else None
        if part == Part("digit", "0") and last and (last.kind == "point" or last.text.startswith(".0")):
            out[-1] = Part("date", last.text + "0")
        else:
            out.append(part)
    return [part if part.kind == "date" else Part("literal", part.text) for part in out]
