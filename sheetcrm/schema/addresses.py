"""
A sheet's keys → those that would give two of its parts one address.

`customers.chart.width` is the width of a column `chart`, and just as well a chart
`width`: ids, `--only` and plans know things by that text alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from sheetcrm.messages import N_, tr
from sheetcrm.resources import Chart, ChartPlace, ColumnGroup, FilterView, Pivot, kinds
from sheetcrm.schema.groups import groups

if TYPE_CHECKING:
    from sheetcrm.schema.template import SheetSpec

Trouble = tuple[tuple[str | int, ...], str]


def problems(sheet: str, spec: SheetSpec) -> Iterator[Trouble]:
    """Columns that are called as a kind of thing, where one of these things is called as a kind of setting."""
    things: dict[str, tuple[str, Collection[str]]] = {
        Chart.kind: (N_("chart"), spec.charts),
        ChartPlace.kind: (N_("chart"), spec.charts),
        Pivot.kind: (N_("pivot table"), spec.pivots),
        FilterView.kind: (N_("view"), spec.views),
        ColumnGroup.kind: (N_("group"), [name for name, _ in groups(spec)]),
    }
    settings = {kind.kind for kind in kinds()}
    for column in spec.columns:
        word, named = things.get(column, ("", ()))
        for key in sorted(settings.intersection(named)):
            yield (
                ("columns", column),
                tr(
                    "{sheet}.{column}.{key} would be the {key} of this column and the {word} {key}: call one of them otherwise (was: {column} keeps what the column has)",
                    sheet=sheet,
                    column=column,
                    key=key,
                    word=tr(word),
                ),
            )
