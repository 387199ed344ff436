"""
A template that fits together → what Google would refuse in it.

Only what grows with what people write is looked at: a condition of five
hundred options said twice is longer than a cell, and nobody sees that in YAML.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sheetcrm.layout import HIGHLIGHTS_KEY, MADE_KEY, MARK_KEY
from sheetcrm.layout.bound import BOUND_KEY
from sheetcrm.messages import tr
from sheetcrm.resources import Address, Highlights, Memory
from sheetcrm.schema.context import Context, Place

if TYPE_CHECKING:
    from sheetcrm.schema.rules import Trouble
    from sheetcrm.schema.template import SheetSpec, Template

LONGEST = 50_000
"""Characters that a cell holds; what a condition or a note holds is not documented, so they are held to the same."""
METADATA = 30_000
"""Characters of developer metadata that Google keeps for a sheet, keys and values counted."""
FEW = 60
"""Columns, charts and views that fit however long their keys are."""


def too_long(template: Template, context: Context) -> Iterator[Trouble]:
    """Conditions, formulas and notes that are longer than a cell, in the language of the context."""
    for sheet, spec in template.sheets.items():
        for key, column in spec.columns.items():
            for address, resource in column.resources(Place(sheet, key), context):
                length = max(map(len, _texts(asdict(resource))), default=0)
                if length > LONGEST:
                    yield (
                        ("sheets", sheet, "columns", key),
                        tr(
                            "its {kind} has {length:,} characters, and Sheets holds {longest:,}; say it shorter",
                            kind=address.kind.replace("_", " "),
                            length=length,
                            longest=LONGEST,
                        ),
                    )


def too_much_to_remember(template: Template, context: Context) -> Iterator[Trouble]:
    """Sheets whose marks, and what is remembered of each setting, are more than Google keeps for a sheet."""
    if all(_things(spec) < FEW for spec in template.sheets.values()):
        return
    desired = template.compile(context.language)
    memories = Memory.of(desired, {}, ())
    for sheet, spec in template.sheets.items():
        memory = memories.get(Address(sheet, "", Memory.kind))
        if _things(spec) < FEW or not isinstance(memory, Memory):
            continue
        marks = sum(len(MARK_KEY) + len(place) for place in {at.place for at in desired if at.sheet == sheet})
        headers = len(BOUND_KEY) + 7 * len(spec.columns)
        highlights = desired.get(Address(sheet, "", Highlights.kind))
        rules = len(HIGHLIGHTS_KEY) + 7 * (len(highlights.rules) if isinstance(highlights, Highlights) else 0)
        size = marks + headers + rules + len(MADE_KEY) + len(memory.text())
        if size > METADATA:
            columns = sum(not key.startswith("_") for key in spec.columns)
            fit = columns * METADATA // size
            yield (
                ("sheets", sheet, "columns"),
                tr(
                    "{columns} columns need {size:,} characters of metadata to be known again, and Google keeps {most:,} for a sheet: some {fit} such columns fit; make two sheets of it",
                    columns=columns,
                    size=size,
                    most=METADATA,
                    fit=fit,
                ),
            )


def _things(spec: SheetSpec) -> int:
    return len(spec.columns) + len(spec.charts) + len(spec.views) + len(spec.pivots)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)
