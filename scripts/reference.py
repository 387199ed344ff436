#!/usr/bin/env python3
"""
Every member of every family of the template language → docs/reference.md.

Written by this script from docstrings, fields and examples, and by nobody else; a test says when it is stale.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import sys
import textwrap
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from pydantic_core import PydanticUndefined

from sheetcrm.schema import template
from sheetcrm.schema.columns.base import Column
from sheetcrm.variants import Variant

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "reference.md"

HEAD = """\
# What a template may say

Written by `scripts/reference.py` from the code; do not edit. Every type below is one class with its own examples, which are also its
tests. For editors that complete and check YAML: `python -m sheetcrm.schema > template.schema.json`.

What the tables do not tell:

- **Colours lie over each other**: banding lowest, over it the colours of cells (ours in headers, a team's own anywhere), over both
  the highlights of a sheet, the first that is true winning. Turning banding off (`banding: false`) or on loses none of them.
- **Sheets asks once, `check` asks always.** A sheet's validation is asked when somebody types; pasted and imported cells pass it. `check`
  asks every rule of every cell, except those of type `formula`, which only the sheet can compute. A cell has one validation: where
  strict rules stand beside rules with `strict: false`, the sheet holds the strict ones, and the others are told by `check`.
- **A dropdown or a tick box stays alone**: beside it the sheet asks no other rule, `check` does.
- **Days that fill themselves** (`created`, `touched`) are known only as far as we were there: Sheets tells nobody when a cell was typed.
- **Folded groups** are the team's: a template says which columns belong together, not whether they are folded at the moment.
- **Limits**: a dropdown holds 500 options; conditions, formulas and notes are held to the 50,000 characters of a cell (for conditions
  Google documents no figure).
- *Unproved*, because nobody here has asked Google itself: that a number shown as `4★` or `1:30` is typed as comfortably as other
  numbers, and that a validation by formula may look at other tabs. The embedded server behaves as the reference documents it.
"""


def text() -> str:
    """The whole page."""
    assert template.FAMILIES, "importing it is what defines every family"
    found = [family for family in Variant.__subclasses__() if family.members() and _is_of_templates(family)]
    found.sort(key=lambda family: family is not Column)
    return "\n".join([HEAD, *(line for family in found for line in _family(family))])


def _is_of_templates(family: type[Variant]) -> bool:
    return family.__module__.startswith("sheetcrm.schema")


def _family(family: type[Variant]) -> Iterator[str]:
    yield f"## {family.family.capitalize()}s\n"
    yield _one_line(family.__doc__) + "\n"
    common = list(_settings(family, set()))
    if common:
        yield "Each may say:\n"
        yield from (f"- {setting}" for setting in common)
        yield ""
    reads = any(hasattr(member, "nonsense") for member in family.members().values())
    yield "| type | what it is | for instance |" + (" reads | refuses |" if reads else "")
    yield "|---|---|---|" + ("---|---|" if reads else "")
    for name, member in family.members().items():
        cells = [f"`{name}`", _one_line(member.__doc__), f"`{_yaml({'type': name, **member.shown()})}`"]
        cells += [_read(member), _refused(member)] if reads else []
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
    yield ""
    for name, member in family.members().items():
        own = list(_settings(member, set(family.model_fields)))
        if own:
            yield f"- `{name}` may say {'; '.join(own)}"
    yield ""


def _settings(model: type[Variant], known: set[str]) -> Iterator[str]:
    """What is to be said of every field that is not among `known`."""
    for name, field in model.model_fields.items():
        if name in known or name == "type":
            continue
        default = field.default
        worth = ""
        if field.is_required():
            worth = "needed"
        elif default is not PydanticUndefined and default not in (None, "", (), {}, 0):
            worth = f"`{_yaml(default)}` unless said"
        said = _one_line(_said(model).get(name, "")).rstrip(".")
        note = ", ".join(part for part in (worth, said) if part)
        yield f"`{name}`" + (f" ({note})" if note else "")


@cache
def _said(model: type[Variant]) -> dict[str, str]:
    """The texts below the fields of a class and of those that it is made of."""
    found: dict[str, str] = {}
    for one in reversed(model.__mro__):
        if not issubclass(one, Variant) or one is Variant:
            continue
        (tree,) = ast.parse(textwrap.dedent(inspect.getsource(one))).body
        assert isinstance(tree, ast.ClassDef)
        for field, after in zip(tree.body, [*tree.body[1:], None], strict=True):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                text = after.value.value if _is_text(after) else ""  # type: ignore[union-attr]  # _is_text has looked
                found[field.target.id] = text or found.get(field.target.id, "")
    return found


def _is_text(node: ast.stmt | None) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _read(member: Any) -> str:
    shown = [f"`{_cell(cell)}` → `{value}`" for cell, value in member.examples if cell not in ("", None)]
    return ", ".join(shown[:4])


def _refused(member: Any) -> str:
    return ", ".join(f"`{_cell(cell)}`" for cell in member.nonsense[:4])


def _cell(cell: object) -> str:
    text = str(cell).upper() if isinstance(cell, bool) else json.dumps(cell, ensure_ascii=False)
    return text if len(text) <= 40 else text[:39] + "…"


def _yaml(value: Any) -> str:
    """A value as one line of YAML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_yaml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple | set | frozenset):
        return "[" + ", ".join(_yaml(one) for one in value) + "]"
    if isinstance(value, str) and not re.fullmatch(r"[\w.-]+", value):
        return json.dumps(value, ensure_ascii=False)
    return {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def main() -> None:
    """Write the page; with --check only say whether it is what it should be."""
    if sys.argv[1:] == ["--check"]:
        if not TARGET.exists() or TARGET.read_text(encoding="utf-8") != text():
            sys.exit(f"{TARGET.name} is stale: run scripts/reference.py")
        return
    TARGET.write_text(text(), encoding="utf-8")
    print(f"{TARGET.name}: written", file=sys.stderr)


if __name__ == "__main__":
    main()
