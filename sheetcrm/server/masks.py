"""
`sheets(properties/title,data.rowData)` → which fields of some JSON to show, or to replace.

A mask is a tree: field → mask of what is below it, or None for everything below.  `None` as a whole means no mask.
In a list a mask holds for every element.
"""

import re
from typing import Any

from sheetcrm.server.errors import bad_request, invalid

Json = dict[str, Any]
Mask = dict[str, "Mask | None"]

TOKEN = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*|\*|[.,/()])")


def parse(text: str) -> Mask | None:
    """The tree of a mask; None when it lets everything through.  Names may be written in snake_case."""
    try:
        mask, rest = _list(_tokens(text), text)
    except RecursionError as error:
        raise _unreadable(text) from error
    if rest:
        raise _unreadable(text)
    return None if "*" in mask else mask


def _tokens(text: str) -> list[str]:
    tokens, at = [], 0
    stripped = text.rstrip()
    while at < len(stripped):
        match = TOKEN.match(stripped, at)
        if not match:
            raise _unreadable(text)
        tokens.append(match[1])
        at = match.end()
    return tokens


def _list(tokens: list[str], text: str) -> tuple[Mask, list[str]]:
    mask: Mask = {}
    while True:
        tokens = _path(tokens, mask, text)
        if not tokens or tokens[0] != ",":
            return mask, tokens
        tokens = tokens[1:]


def _path(tokens: list[str], into: Mask, text: str) -> list[str]:
    if not tokens or not (tokens[0][0].isalpha() or tokens[0][0] in "_*"):
        raise _unreadable(text)
    key, tokens = camel(tokens[0]), tokens[1:]
    if tokens and tokens[0] in "./":
        below: Mask = {}
        tokens = _path(tokens[1:], below, text)
    elif tokens and tokens[0] == "(":
        below, tokens = _list(tokens[1:], text)
        if not tokens or tokens[0] != ")":
            raise _unreadable(text)
        tokens = tokens[1:]
    else:
        into[key] = None
        return tokens
    _merge(into, key, None if "*" in below else below)
    return tokens


def _merge(into: Mask, key: str, below: Mask | None) -> None:
    if key not in into:
        into[key] = below
        return
    before = into[key]
    if before is None or below is None:
        into[key] = None
        return
    for name, part in below.items():
        _merge(before, name, part)


def camel(name: str) -> str:
    """`user_entered_value` → `userEnteredValue`."""
    return re.sub(r"_([a-z])", lambda match: match[1].upper(), name)


def _unreadable(text: str) -> Exception:
    return (
        bad_request([("", f"Invalid field mask: {text}")])
        if not text
        else invalid("Request contains an invalid argument.")
    )


def below(mask: Mask | None, key: str) -> tuple[bool, Mask | None]:
    """(whether the mask lets `key` through, the mask of what is below it)."""
    if mask is None:
        return True, None
    return key in mask, mask.get(key)


def pick(value: Any, mask: Mask | None) -> Any:
    """A copy of `value` with only what the mask lets through."""
    if mask is None:
        return value
    if isinstance(value, list):
        return [pick(part, mask) for part in value]
    if isinstance(value, dict):
        return {key: pick(part, mask[key]) for key, part in value.items() if key in mask}
    return value


def apply(value: Json, text: str | None) -> Json:
    """`value` through the mask written as `text`; all of it when there is none."""
    result: Json = pick(value, parse(text)) if text else value
    return result


def merged(old: Json | None, new: Json | None, mask: Mask | None) -> Json:
    """`old` with every field that the mask names replaced by what `new` has there, or cleared where it has nothing."""
    if mask is None:
        return dict(new or {})
    result = dict(old or {})
    for key, part in mask.items():
        value = (new or {}).get(key)
        if part is not None and isinstance(value or result.get(key) or {}, dict):
            value = merged(result.get(key), value, part) or None
        if value is None:
            result.pop(key, None)
        else:
            result[key] = value
    return result


def required(text: str | None) -> Mask | None:
    """The mask of a request that changes something, where leaving it out is refused."""
    if not text:
        raise invalid("At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)")
    return parse(text)
