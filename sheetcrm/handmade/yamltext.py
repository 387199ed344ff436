"""
Plain data → YAML text that people go on editing: comments, a line a thing where that is short.

Reading it back gives the same data: words that YAML would take for something
else are quoted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Path = tuple[str | int, ...]
WIDE = 110
_PLAIN = re.compile(r"[^\W\d_][\w ./()（）·+-]*(?<! )")
_TAKEN = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n", "~"})


def written(data: Mapping[str, Any], comments: Mapping[Path, Sequence[str]], heading: Sequence[str] = ()) -> str:
    """A document; `comments` stand above what is at their path."""
    lines = [f"# {line}".rstrip() for line in heading]
    return "\n".join([*lines, *_mapping(data, (), comments, 0)]) + "\n"


def part(data: Mapping[str, Any], comments: Mapping[Path, Sequence[str]], indent: int) -> str:
    """A piece of one, indented by so many blanks."""
    return "\n".join(_mapping(data, (), comments, indent)) + "\n"


def scalar(value: Any) -> str:
    """One value as it stands in a line."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    text = str(value)
    plain = _PLAIN.fullmatch(text) and text.casefold() not in _TAKEN
    return text if plain else _quoted(text)


def _quoted(text: str) -> str:
    if "'" not in text and ("\\" in text or '"' in text) and text.isprintable():
        return f"'{text}'"
    return '"' + "".join(_escaped(char) for char in text) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    return char if char.isprintable() else f"\\U{ord(char):08x}"


def _mapping(data: Mapping[str, Any], path: Path, comments: Mapping[Path, Sequence[str]], indent: int) -> Iterator[str]:
    blank = " " * indent
    for key, value in data.items():
        here = (*path, key)
        yield from (f"{blank}# {line}" for line in comments.get(here, ()))
        inside = any(other[: len(here)] == here and len(other) > len(here) for other in comments)
        line = f"{blank}{scalar(key)}: {_flow(value)}"
        nested = isinstance(value, Mapping | list | tuple) and value
        if not nested or (len(line) <= WIDE and not inside and len(path) != 0 and _is_small(value)):
            yield line
        elif isinstance(value, Mapping):
            yield f"{blank}{scalar(key)}:"
            yield from _mapping(value, here, comments, indent + 2)
        else:
            yield f"{blank}{scalar(key)}:"
            yield from (f"{blank}  - {_flow(item)}" for item in value)


def _is_small(value: Any) -> bool:
    """Whether it reads well in a line: nothing in it is nested twice."""
    parts = value.values() if isinstance(value, Mapping) else value
    return not any(isinstance(one, Mapping | list | tuple) and len(one) > 3 for one in parts)


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_flow(one) for one in value) + "]"
    return scalar(value)
