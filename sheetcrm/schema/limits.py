"""
A template that fits together → what Google would refuse in it.

Only what grows with what people write is looked at: a condition of five
hundred options said twice is longer than a cell, and nobody sees that in YAML.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sheetcrm.schema.context import Context, Place

if TYPE_CHECKING:
    from sheetcrm.schema.rules import Trouble
    from sheetcrm.schema.template import Template

LONGEST = 50_000
"""Characters that a cell holds; what a condition or a note holds is not documented, so they are held to the same."""


def too_long(template: Template, context: Context) -> Iterator[Trouble]:
    """Conditions, formulas and notes that are longer than a cell, in the language of the context."""
    for sheet, spec in template.sheets.items():
        for key, column in spec.columns.items():
            for address, resource in column.resources(Place(sheet, key), context):
                length = max(map(len, _texts(asdict(resource))), default=0)
                if length > LONGEST:
                    what = f"its {address.kind.replace('_', ' ')} has {length:,} characters"
                    yield ("sheets", sheet, "columns", key), f"{what}, and Sheets holds {LONGEST:,}; say it shorter"


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)
