"""
Classes that people brought for the records of a template → by sheet, or what does not fit.

A class may leave columns out.  A field that the template has no column for, or
that promises another type, is refused: the promise would be broken silently.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from sheetcrm.errors import UsageError
from sheetcrm.messages import tr
from sheetcrm.schema.columns.base import Column
from sheetcrm.schema.template import Template
from sheetcrm.sync.own.kinds import may_be_none, without_none
from sheetcrm.variants import nearest

Models = Mapping[str, type[BaseModel]]


def models_of(given: ModuleType | Models | None, template: Template) -> dict[str, type[BaseModel]]:
    """
    By sheet key, the classes of `SHEETS` in a module that `sheetcrm template models` wrote, or of a mapping.

    UsageError when a class and its sheet do not fit together.
    """
    said = getattr(given, "SHEETS", None) if isinstance(given, ModuleType) else given
    if said is None and given is not None:
        raise UsageError(
            tr(
                "{given!r} has no SHEETS; make such a module with: sheetcrm template models {key}",
                given=given,
                key=template.key,
            )
        )
    for sheet, record in (said or {}).items():
        if sheet not in template.records:
            raise UsageError(
                tr("models: no such sheet: {sheet}{hint}", sheet=sheet, hint=nearest(sheet, list(template.records)))
            )
        for wrong in _misfits(record, template, sheet):
            raise UsageError(
                tr(
                    "models: {name}.{wrong}; make the module anew: sheetcrm template models {key}",
                    name=record.__name__,
                    wrong=wrong,
                    key=template.key,
                )
            )
    return dict(said or {})


def _misfits(record: type[BaseModel], template: Template, sheet: str) -> list[str]:
    columns, found = template.sheets[sheet].columns, []
    for name, about in record.model_fields.items():
        key = about.alias or name
        if key not in columns or key.startswith("_"):
            hint = nearest(key, list(columns))
            found.append(
                tr("{name}: there is no column {sheet}.{key}{hint}", name=name, sheet=sheet, key=key, hint=hint)
            )
        elif about.is_required() or not may_be_none(about.annotation):
            found.append(tr("{name}: needs `| None = None`, because a blank or wrong cell is None", name=name))
        elif not _fits(about.annotation, columns[key]):
            found.append(
                tr(
                    "{name}: is {said}, and the column {sheet}.{key} is {wanted}",
                    name=name,
                    said=_word(without_none(about.annotation)),
                    sheet=sheet,
                    key=key,
                    wanted=_word(annotation(columns[key])),
                )
            )
    return found


def annotation(column: Column) -> Any:
    """The type of a value, with the options where they are fixed."""
    kind = column.python_annotation()
    options = tuple(state for state in column.states() if isinstance(state, str))
    literal: Any = Literal
    if kind is str and options:
        return literal[options]
    if kind == tuple[str, ...] and options:
        several: Any = tuple
        return several[literal[options], ...]
    return kind


def _fits(said: Any, column: Column) -> bool:
    """Whether every value of the column is one of that type."""
    bare = without_none(said)
    kind, exact = column.python_annotation(), annotation(column)
    if bare in (Any, kind, exact):
        return True
    options, known = set(_options(bare)), set(_options(exact))
    return bool(known) and get_origin(bare) == get_origin(exact) and options >= known


def _options(annotation: Any) -> tuple[Any, ...]:
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return _options(get_args(annotation)[0]) if get_args(annotation) else ()


def _word(annotation: Any) -> str:
    return annotation.__name__ if isinstance(annotation, type) and not get_args(annotation) else str(annotation)
