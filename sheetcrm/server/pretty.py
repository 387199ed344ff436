"""
JSON → text in Google's notation, two spaces of indent, as `json.dumps(indent=2)` writes it and several times faster.

The standard library writes indented text in Python, without its C encoder.  Here all cells of an array of rows go
through that encoder at once: a line feed between them cannot be part of one, because JSON escapes it.
"""

import json
from collections.abc import Sequence
from itertools import chain
from json.encoder import encode_basestring as quoted
from typing import Any

_encoded = json.JSONEncoder(ensure_ascii=False, separators=("\n", ": ")).encode
_CONTAINERS = (list, dict, tuple)


def pretty(value: Any, margin: str = "\n") -> str:
    """The text of `value`, without a line feed at its end; `margin` begins each of its lines."""
    kind = type(value)
    if kind is str:
        return quoted(value)
    if kind is dict:
        inner = margin + "  "
        lines = [f"{quoted(key)}: {pretty(part, inner)}" for key, part in value.items()]
        return "{" + inner + ("," + inner).join(lines) + margin + "}" if lines else "{}"
    if kind is list or kind is tuple:
        return _array(value, margin)
    return _encoded(value)


def _array(items: Sequence[Any], margin: str) -> str:
    if not items:
        return "[]"
    inner = margin + "  "
    rows = all(type(item) is list for item in items)
    texts = _rows(items, inner) if rows else [pretty(item, inner) for item in items]
    return "[" + inner + ("," + inner).join(texts) + margin + "]"


def _rows(rows: Sequence[list[Any]], margin: str) -> list[str]:
    cells = list(chain.from_iterable(rows))
    if any(issubclass(kind, _CONTAINERS) for kind in set(map(type, cells))):
        return [pretty(row, margin) for row in rows]
    texts = _encoded(cells)[1:-1].split("\n")
    inner = margin + "  "
    separator, begin, end = "," + inner, "[" + inner, margin + "]"
    found, at = [], 0
    for row in rows:
        count = len(row)
        found.append(begin + separator.join(texts[at : at + count]) + end if count else "[]")
        at += count
    return found
