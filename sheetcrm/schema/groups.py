"""
`group: contact` on neighbouring columns → column groups that fold away.

Two groups side by side would become one in Sheets, so a column has to stand between them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from sheetcrm.messages import tr
from sheetcrm.resources.column_group import ColumnGroup

if TYPE_CHECKING:
    from sheetcrm.schema.rules import Trouble
    from sheetcrm.schema.template import SheetSpec


def groups(spec: SheetSpec) -> Iterator[tuple[str, ColumnGroup]]:
    """The groups of a sheet by name, from left to right."""
    for name, run in _runs(spec):
        if name is not None:
            yield name, ColumnGroup(run)


def group_problems(spec: SheetSpec) -> Iterator[Trouble]:
    """Columns of one group that are apart, groups that touch."""
    seen: set[str] = set()
    before: str | None = None
    for name, run in _runs(spec):
        place = ("columns", run[0], "group")
        if name is not None and name in seen:
            yield place, tr("the columns of the group {name} do not stand side by side", name=name)
        elif name is not None and before is not None:
            yield (
                place,
                tr("{name} would become one group with {before}; put a column between them", name=name, before=before),
            )
        seen |= {name} if name is not None else set()
        before = name


def _runs(spec: SheetSpec) -> Iterator[tuple[str | None, tuple[str, ...]]]:
    for name, run in groupby(spec.columns, key=lambda key: spec.columns[key].group):
        yield name, tuple(run)
