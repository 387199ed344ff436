"""
Number formats of Sheets ↔ format codes of Excel.

Nearly the same language.  Sheets shows a letter that means nothing, Excel calls the file broken: such letters are quoted.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sheetcrm.server.patterns import PART, Section, sections

Json = dict[str, Any]

GENERAL = "General"
LONGEST = 255
# Excel shows these without quotes, besides what means something (ECMA-376, part 1, 18.8.31).
_BARE = frozenset("$-+():!^&'~{}<>= ")
_KEPT_BRACKETS = ("$", "<", ">", "=")
_COLOURS = frozenset(["black", "blue", "cyan", "green", "magenta", "red", "white", "yellow"])
_CURRENCIES = "$¥￥€£₩₹"
# Codes that files name by number only (18.8.30); 14 and 22 show as the reader's locale has it.
BUILT_IN: dict[int, Json] = {
    1: {"type": "NUMBER", "pattern": "0"},
    2: {"type": "NUMBER", "pattern": "0.00"},
    3: {"type": "NUMBER", "pattern": "#,##0"},
    4: {"type": "NUMBER", "pattern": "#,##0.00"},
    9: {"type": "PERCENT", "pattern": "0%"},
    10: {"type": "PERCENT", "pattern": "0.00%"},
    11: {"type": "SCIENTIFIC", "pattern": "0.00E+00"},
    12: {"type": "NUMBER", "pattern": "# ?/?"},
    13: {"type": "NUMBER", "pattern": "# ??/??"},
    14: {"type": "DATE"},
    15: {"type": "DATE", "pattern": "d-mmm-yy"},
    16: {"type": "DATE", "pattern": "d-mmm"},
    17: {"type": "DATE", "pattern": "mmm-yy"},
    18: {"type": "TIME", "pattern": "h:mm am/pm"},
    19: {"type": "TIME", "pattern": "h:mm:ss am/pm"},
    20: {"type": "TIME", "pattern": "h:mm"},
    21: {"type": "TIME", "pattern": "h:mm:ss"},
    22: {"type": "DATE_TIME"},
    **{number: {"type": "DATE"} for number in (*range(27, 32), *range(34, 37), *range(50, 59))},
    32: {"type": "TIME", "pattern": "h:mm"},
    33: {"type": "TIME", "pattern": "h:mm:ss"},
    37: {"type": "NUMBER", "pattern": "#,##0;(#,##0)"},
    38: {"type": "NUMBER", "pattern": "#,##0;[Red](#,##0)"},
    39: {"type": "NUMBER", "pattern": "#,##0.00;(#,##0.00)"},
    40: {"type": "NUMBER", "pattern": "#,##0.00;[Red](#,##0.00)"},
    45: {"type": "TIME", "pattern": "mm:ss"},
    46: {"type": "TIME", "pattern": "[h]:mm:ss"},
    47: {"type": "TIME", "pattern": "mm:ss.0"},
    48: {"type": "SCIENTIFIC", "pattern": "##0.0E+0"},
    49: {"type": "TEXT", "pattern": "@"},
}


@lru_cache(maxsize=4096)
def to_excel(pattern: str) -> str:
    """The format code of a pattern; General when Excel could not hold it."""
    code, bare = [], ""
    for match in PART.finditer(pattern):
        group, text = match.lastgroup or "plain", match[0]
        if group == "plain" and text not in _BARE:
            bare += text
            continue
        code.append(_quoted(bare) + _piece(group, text, match))
        bare = ""
    written = "".join(code) + _quoted(bare)
    return written if 0 < len(written) <= LONGEST and written.count(";") < 4 else GENERAL


def _piece(group: str, text: str, match: Any) -> str:
    inner = match[group] or ""
    if group == "half":
        return "A/P" if inner.lower() == "a/p" else "AM/PM"
    if group == "quoted":
        return _quoted(inner)
    if group in {"escaped", "space", "fill"} and not inner:
        return ""
    if group == "bracket" and not _is_known(inner):
        return _quoted(f"[{inner}]")
    if group == "bracket" and not text.endswith("]"):
        return text + "]"
    return GENERAL if group == "general" else text


def _is_known(bracket: str) -> bool:
    lowered = bracket.lower()
    elapsed = bool(lowered) and len(set(lowered)) == 1 and lowered[0] in "hms"
    return bracket.startswith(_KEPT_BRACKETS) or elapsed or lowered in _COLOURS or lowered.startswith("color")


def _quoted(text: str) -> str:
    return f'"{text}"' if text else ""


@lru_cache(maxsize=4096)
def from_excel(code: str) -> Json | None:
    """The number format that a code means; None for General."""
    if code.lower() in {"", "general"}:
        return None
    return {"type": _type(sections(code)[0], code), "pattern": code}


def _type(section: Section, code: str) -> str:
    if section.has("date"):
        fields = {part.text.strip("[]")[0] for part in section.parts if part.kind == "date"}
        clock = not fields.isdisjoint("hns.")
        day = not fields.isdisjoint("ymd")
        return "DATE_TIME" if clock and day else "TIME" if clock else "DATE"
    if section.has("percent"):
        return "PERCENT"
    if section.has("exponent"):
        return "SCIENTIFIC"
    if section.has("text") and not section.has("digit"):
        return "TEXT"
    return "CURRENCY" if any(sign in code for sign in _CURRENCIES) else "NUMBER"
