"""
Template → the text of a Python module with a pydantic class for each of its sheets.

For editors and type checkers: what `sync.model` makes when it runs, written
down.  The same template always gives the same text, laid out as ruff does it.
"""

from __future__ import annotations

import keyword
from collections.abc import Collection, Iterable, Iterator
from typing import get_args, get_origin

from pydantic import BaseModel

from sheetcrm.schema.columns.base import Column
from sheetcrm.schema.template import SheetSpec, Template
from sheetcrm.schema.text import Text

WIDTH = 88
"""Columns of a line before it is broken: what ruff and black take when nobody says otherwise."""
INDENT = "    "
TAKEN = frozenset({*keyword.kwlist, *dir(BaseModel), "bool", "datetime", "float", "int", "str", "tuple"})
"""Names that a field cannot have: it gets a `_` behind it, and the column's key as its alias."""


def module(template: Template) -> str:
    """The module: a class for each sheet of records, `SHEETS` by sheet key, `TEMPLATE` and `VERSION`."""
    classes: dict[str, str] = {}
    for sheet in template.records:
        classes[sheet] = _free(class_name(sheet), classes.values())
    taken = set(classes.values())
    text = "\n\n\n".join(_sheet(name, template.sheets[sheet], taken) for sheet, name in classes.items())
    marks = [f"TEMPLATE = {_quoted(template.key)}", f"VERSION = {template.version}"]
    sheets = _mapping("SHEETS: Mapping[str, type[Record]] = ", classes)
    parts = [_docstring(template), [""], _imports(text), [""], marks, ["", "", text, "", ""], sheets, [""]]
    return "\n".join(line for part in parts for line in part)


def class_name(sheet: str) -> str:
    """`purchase_orders` → `PurchaseOrdersRecord`."""
    return f"{_camel(sheet)}Record"


def field_name(column: str) -> str:
    """The column's key, or, where Python or pydantic has that name for something else, the key and a `_`."""
    return f"{column}_" if column in TAKEN else column


def _camel(key: str) -> str:
    return key.title().replace("_", "")


def _free(name: str, taken: Collection[str]) -> str:
    """The name, with a number where another sheet or column has it: keys may differ in nothing but a `_`."""
    count, found = 2, name
    while found in taken:
        found, count = f"{name}{count}", count + 1
    return found


def _docstring(template: Template) -> Iterator[str]:
    yield '"""'
    yield f"{_one_line(_titles(template.title))}: the records of {_one_line(template.key)}, version {template.version}."
    yield ""
    yield f"Made by `sheetcrm template models {_one_line(template.key)}`; change the template and make this anew."
    yield '"""'


def _imports(text: str) -> Iterator[str]:
    if "datetime." in text:
        yield "import datetime"
    yield "from collections.abc import Mapping"
    if "Decimal" in text:
        yield "from decimal import Decimal"
    if "Literal[" in text:
        yield "from typing import Literal"
    yield ""
    if "= Field(" in text:
        yield "from pydantic import Field"
        yield ""
    yield "from sheetcrm import Record"


def _sheet(name: str, spec: SheetSpec, taken: set[str]) -> str:
    """The options of its columns by name, and its class; adds those names to `taken`."""
    columns = {key: column for key, column in spec.columns.items() if not key.startswith("_")}
    options: dict[str, str] = {}
    for key in (key for key, column in columns.items() if _options(column)):
        options[key] = _free(f"{name.removesuffix('Record')}{_camel(key)}", taken)
        taken.add(options[key])
    fields = [line for key, column in columns.items() for line in _field(key, column, options.get(key))]
    literals = [line for key, option in options.items() for line in _literal(option, _options(columns[key]))]
    about = [f"class {name}(Record):", f'{INDENT}"""{_one_line(_titles(spec.title))}."""', ""]
    return "\n".join([*literals, *(["", ""] if literals else []), *about, *fields])


def _field(key: str, column: Column, options: str | None) -> Iterator[str]:
    name = field_name(key)
    value = "None" if name == key else f"Field(None, alias={_quoted(key)})"
    yield f"{INDENT}{name}: {_kind(column, options)} | None = {value}"
    yield f'{INDENT}"""{_about(column)}"""'


def _literal(name: str, options: tuple[str, ...]) -> list[str]:
    """On one line if it fits, else an option a line."""
    whole = f"{name} = Literal[{', '.join(map(_quoted, options))}]"
    if len(whole) <= WIDTH:
        return [whole]
    return [f"{name} = Literal[", *(f"{INDENT}{_quoted(option)}," for option in options), "]"]


def _options(column: Column) -> tuple[str, ...]:
    """The values of a column of texts, where they are fixed."""
    kind = column.python_annotation()
    texts = kind is str or (get_origin(kind) is tuple and get_args(kind)[0] is str)
    return tuple(state for state in column.states() if isinstance(state, str)) if texts else ()


def _kind(column: Column, options: str | None) -> str:
    kind = column.python_annotation()
    if get_origin(kind) is tuple:
        return f"tuple[{options or _word(get_args(kind)[0])}, ...]"
    return options or _word(kind)


def _word(kind: type) -> str:
    return f"datetime.{kind.__name__}" if kind.__module__ == "datetime" else kind.__name__


def _about(column: Column) -> str:
    """Its titles, and its note in English where it has one."""
    said = [_titles(column.title), *([column.note.say("en")] if column.note else [])]
    return _one_line(". ".join(part.strip().rstrip(".。") for part in said)) + "."


def _titles(text: Text) -> str:
    return " · ".join(text.all())


def _one_line(text: str) -> str:
    """What may stand in a docstring of one line."""
    flat = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return flat.replace("\\", "\\\\").replace('"', "'") or "-"


def _mapping(before: str, names: dict[str, str]) -> Iterable[str]:
    whole = f"{before}{{{', '.join(f'{_quoted(key)}: {name}' for key, name in names.items())}}}"
    if len(whole) <= WIDTH:
        return [whole]
    return [f"{before}{{", *(f"{INDENT}{_quoted(key)}: {name}," for key, name in names.items()), "}"]


def _quoted(text: str) -> str:
    """A literal as ruff writes it: in double quotes, unless that takes more backslashes."""
    said = repr(text)
    if said.startswith("'") and '"' not in text:
        return f'"{said[1:-1]}"'.replace("\\'", "'")
    return said
