"""
Drive's `q` → a test of one file.

The language that Sheets clients send: name, mimeType, trashed, parents, owners, appProperties and times, joined by and, or, not.
Anything else is an error, never ignored: a filter that is dropped would show files that were not asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]
Test = Callable[[Json], bool]

MOST_TOKENS = 1000
MOST_NESTED = 50
TOKEN = re.compile(
    r"""\s*(?: (?P<text>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*") | (?P<sign>[(){}]|!=|<=|>=|=|<|>) | (?P<word>[A-Za-z]+) )""",
    re.VERBOSE,
)
COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}
# Field → the operators that Drive has for it.
FIELDS = {
    "name": {"=", "!=", "contains"},
    "title": {"=", "!=", "contains"},
    "mimeType": {"=", "!=", "contains"},
    "trashed": {"=", "!="},
    "modifiedTime": set(COMPARED),
    "createdTime": set(COMPARED),
    "parents": {"in"},
    "owners": {"in"},
}


def parse(query: str) -> Test:
    """The test that a query asks for, every file for an empty one; ValueError says what is not understood."""
    tokens = _tokens(query)
    if not tokens:
        return lambda file: True
    if len(tokens) > MOST_TOKENS or sum(token.lower() in {"(", "not"} for token in tokens) > MOST_NESTED:
        raise ValueError("the query is too complex")
    test, rest = _either(tokens)
    if rest:
        raise ValueError(f"{rest[0]!r} was not expected")
    return test


def _tokens(query: str) -> list[str]:
    tokens, at = [], 0
    stripped = query.rstrip()
    while at < len(stripped):
        match = TOKEN.match(stripped, at)
        if match is None:
            raise ValueError(f"cannot read {stripped[at : at + 20]!r}")
        tokens.append(match[0].strip())
        at = match.end()
    return tokens


def _either(tokens: list[str]) -> tuple[Test, list[str]]:
    test, tokens = _both(tokens)
    while tokens and tokens[0].lower() == "or":
        other, tokens = _both(tokens[1:])
        test = _joined(any, test, other)
    return test, tokens


def _both(tokens: list[str]) -> tuple[Test, list[str]]:
    test, tokens = _single(tokens)
    while tokens and tokens[0].lower() == "and":
        other, tokens = _single(tokens[1:])
        test = _joined(all, test, other)
    return test, tokens


def _joined(combine: Callable[[list[bool]], bool], left: Test, right: Test) -> Test:
    return lambda file: combine([left(file), right(file)])


def _single(tokens: list[str]) -> tuple[Test, list[str]]:
    if not tokens:
        raise ValueError("the query ends too early")
    if tokens[0].lower() == "not":
        test, tokens = _single(tokens[1:])
        return (lambda file: not test(file)), tokens
    if tokens[0] == "(":
        test, tokens = _either(tokens[1:])
        if not tokens or tokens[0] != ")":
            raise ValueError("a parenthesis is not closed")
        return test, tokens[1:]
    if [token.lower() for token in tokens[:2]] == ["appproperties", "has"]:
        return _property(tokens[2:])
    if len(tokens) < 3:
        raise ValueError("the query ends too early")
    return _comparison(*tokens[:3]), tokens[3:]


def _property(tokens: list[str]) -> tuple[Test, list[str]]:
    """The test of `{key='…' and value='…'}`, and the tokens after it."""
    form = ["{", "key", "=", "", "and", "value", "=", "", "}"]
    given = tokens[: len(form)]
    if [token.lower() if sign else "" for token, sign in zip(given, form, strict=False)] != form:
        raise ValueError("appProperties has {key='…' and value='…'} is the form")
    key, value = str(_value(given[3])), _value(given[7])
    return (lambda file: file["appProperties"].get(key) == value), tokens[len(form) :]


def _comparison(left: str, operator: str, right: str) -> Test:
    # Drive's order is `'folder' in parents`; gspread sends `parents in "folder"`, and Drive takes both.
    if operator == "in" and left[0] in "'\"":
        left, right = right, left
    if left not in FIELDS:
        raise ValueError(f"this embedded server does not search by {left}")
    if operator not in FIELDS[left]:
        raise ValueError(f"{left} {operator} is not a comparison")
    value = _value(right)
    if operator == "in":
        return _member(left, value)
    key = "name" if left == "title" else left
    if operator == "contains":
        return lambda file: str(value).casefold() in str(file[key]).casefold()
    compare = COMPARED[operator]
    return lambda file: compare(file[key], value)


def _member(field: str, value: str | bool) -> Test:
    if field == "owners":
        return lambda file: any(
            value in {owner["emailAddress"], "me" if owner["me"] else None} for owner in file["owners"]
        )
    return lambda file: value in file["parents"]


def _value(text: str) -> str | bool:
    if text in {"true", "false"}:
        return text == "true"
    if text[0] not in "'\"":
        raise ValueError(f"{text!r} is not a value; put text in quotes")
    return re.sub(r"\\(.)", r"\1", text[1:-1])
