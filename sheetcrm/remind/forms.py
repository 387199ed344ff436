"""
What a digest says → its page and its text, by our templates or the team's own.

A template of the team's that fails, for whatever reason, costs nobody a mail:
ours is used for the whole mail, and the trouble says where and what to do.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from css_inline import CSSInliner
from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateSyntaxError,
    select_autoescape,
)
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from sheetcrm.messages import tr
from sheetcrm.remind.note import in_markup, markup_free

OURS = Path(__file__).parent / "templates"
NAMES = PAGE, TEXT, CHAT = "digest.html", "digest.txt", "digest.md"
SUMMARY = "summary.html", "summary.txt", "summary.md"
Names = tuple[str, str, str]
SIZE = 2_000_000
"""No page or text is longer, in characters."""
TURNS = 200_000
"""So many numbers a team's template may count through with `range`, in all."""
LONGEST = SIZE
"""No product in a team's template is larger or longer."""


@dataclass(frozen=True)
class Forms:
    """Every form of a digest; `trouble` is empty unless a template of the team's failed."""

    page: str
    text: str
    markdown: str
    """For chats."""
    trouble: str = ""


def filled(values: Mapping[str, Any], folder: Path | None = None, names: Names = NAMES) -> Forms:
    """
    The page, its styles inlined, the text, and the text for chats, by the templates of these `names`.

    `folder` has one or more of the team's own `digest.html`, `digest.txt` and
    `digest.md`; they may say `{% extends "sheetcrm/digest.html" %}`.  So with
    those of a summary.
    """
    if folder is None:
        return _made(_ours(), values, names)
    missing = _missing(folder)
    if missing:
        return _instead(values, missing, names)
    try:
        return _made(_theirs(folder), values, names)
    except Exception as error:  # noqa: BLE001 - a template of the team's may raise anything, and the mail goes out all the same
        return _instead(values, f"{_where(error, folder)}: {str(error) or type(error).__name__}", names)


def _instead(values: Mapping[str, Any], why: str, names: Names) -> Forms:
    trouble = tr("{why}; the mail was made by the built-in templates: put it right, or take it away", why=why)
    return replace(_made(_ours(), values, names), trouble=trouble)


def _missing(folder: Path) -> str:
    if not folder.is_dir():
        return tr("{folder}: no such folder of mail templates", folder=folder)
    known = (*NAMES, *SUMMARY)
    if any((folder / name).is_file() for name in known):
        return ""
    return tr("{folder}: has none of {names}", folder=folder, names=", ".join(known))


def _made(environment: Environment, values: Mapping[str, Any], names: Names) -> Forms:
    page, text, chat = (_rendered(environment, name, values) for name in names)
    # Media rules come to stand first, and browsers look for the character set in the first kilobyte only.
    return Forms(_inliner().inline(page).replace("<head>", '<head><meta charset="utf-8">', 1), text, chat)


def _rendered(environment: Environment, name: str, values: Mapping[str, Any]) -> str:
    template = environment.get_template(name)
    parts, size = [], 0
    for part in template.generate({**values, "range": _counted()}):
        size += len(part)
        if size > SIZE:
            raise SecurityError(tr("{name} makes more than {size:,} characters", name=name, size=SIZE))
        parts.append(part)
    if not size or not "".join(parts).strip():
        raise SecurityError(tr("{name} makes an empty mail", name=name))
    return "".join(parts)


def _counted() -> Callable[..., range]:
    left = TURNS

    def counted(*arguments: int) -> range:
        nonlocal left
        numbers = range(*arguments)
        left -= len(numbers)
        if left < 0:
            raise SecurityError(tr("range counts through more than {turns:,} numbers", turns=TURNS))
        return numbers

    return counted


class _Sandbox(ImmutableSandboxedEnvironment):
    """Cannot reach into Python, change what it is given, or ask for a text without end."""

    intercepted_binops = frozenset(["*", "**"])

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if operator == "**":
            raise SecurityError(tr("** is not allowed"))
        sizes = [abs(one) if isinstance(one, int | float) else len(one) for one in (left, right)]
        if sizes[0] * sizes[1] > LONGEST:
            raise SecurityError(tr("* makes more than {longest:,}", longest=LONGEST))
        return super().call_binop(context, operator, left, right)


_STYLE: dict[str, Any] = {
    "undefined": StrictUndefined,
    "trim_blocks": True,
    "lstrip_blocks": True,
    "keep_trailing_newline": True,
}


@cache
def _ours() -> Environment:
    # The texts are no markup: escaping would show.
    return _made_for_chats(Environment(loader=FileSystemLoader(OURS), autoescape=select_autoescape(["html"]), **_STYLE))


def _theirs(folder: Path) -> Environment:
    ours = FileSystemLoader(OURS)
    loader = ChoiceLoader([FileSystemLoader(folder), PrefixLoader({"sheetcrm": ours}), ours])
    made = _Sandbox(loader=loader, autoescape=select_autoescape(["html"]), **_STYLE)
    made.globals.pop("lipsum", None)
    return _made_for_chats(made)


def _made_for_chats(environment: Environment) -> Environment:
    environment.filters.update(plain=markup_free, address=in_markup)
    return environment


def _where(error: Exception, folder: Path) -> str:
    """File and line, as far as they are known."""
    if isinstance(error, TemplateSyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    known = (f"{one.filename}:{one.lineno}" for one in reversed(frames) if Path(one.filename).is_relative_to(folder))
    return next(known, str(folder))


@cache
def _inliner() -> Any:
    # Reads files and fetches style sheets unless told not to; media rules cannot be inlined and must stay.
    return CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)
