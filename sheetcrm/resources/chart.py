"""
A chart ↔ an embedded chart with an id of our choice.

What it shows is one thing and where it stands another (`chart_place.py`): one
that people moved still gets the template's new series.  What people set and we
know nothing of (fonts, a subtitle) goes along with whatever we write.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import ClassVar, Self

from sheetcrm.layout import Layout
from sheetcrm.messages import tr
from sheetcrm.resources.base import (
    Address,
    Json,
    Policy,
    Request,
    Resource,
    State,
    Verdict,
    changed,
    made_before,
    sheets_of,
    told,
)
from sheetcrm.resources.chart_place import NOWHERE, ChartPlace
from sheetcrm.resources.chart_spec import Drawn, Series, merged, place_of, read, written


@dataclass(frozen=True)
class Chart(Resource):
    """What a chart shows and how; its place only counts when it is made."""

    drawn: Drawn
    place: ChartPlace = field(default=NOWHERE, compare=False)
    spec: Json = field(default_factory=dict, compare=False)
    """All that Google knows of a live one."""

    kind: ClassVar[str] = "chart"
    rank: ClassVar[int] = 86
    policy: ClassVar[Policy] = "keep"
    fields: ClassVar[tuple[str, ...]] = ("sheets.charts",)
    follows: ClassVar[frozenset[str]] = frozenset({"rows", "header"})
    removable: ClassVar[bool] = True
    optional: ClassVar[bool] = True

    @property
    def digest(self) -> str:
        """Wherever it stands."""
        return super(Chart, replace(self, place=NOWHERE, spec={})).digest

    @classmethod
    def read(cls, description: Json, layout: Layout, desired: State) -> Iterator[tuple[Address, Self]]:
        """Ours by the id that we chose, on whatever tab; a copy of a spreadsheet may have others, so by value too."""
        free = {chart["chartId"]: chart for part in description["sheets"] for chart in part.get("charts", [])}
        for sheet, part in sheets_of(description, layout):
            here = [chart["chartId"] for chart in part.get("charts", [])]
            made = made_before(part, sheet, layout)
            for address in _addresses(sheet, made, desired):
                own = [one for one in layout.own_ids(address.place, address.kind) if one in free]
                for chosen in own or [one for one in here if one in free]:
                    live = cls._of(free[chosen], sheet, layout)
                    if own or live == desired.get(address) or live.digest == made.get(address):
                        layout.ids[str(address)] = chosen
                        del free[chosen]
                        yield address, live
                        break

    @classmethod
    def _of(cls, chart: Json, sheet: str, layout: Layout) -> Self:
        spec = chart.get("spec", {})
        return cls(read(spec, layout), ChartPlace.of(chart.get("position", {}), sheet, layout), spec)

    def create(self, address: Address, layout: Layout) -> list[Request]:
        """Put it in its place under an id of our choice."""
        position = self.place.position(address.sheet, layout)
        chosen = layout.choose_id(str(address))
        spec = merged(self.spec, written(self.drawn, layout))
        return [{"addChart": {"chart": {"chartId": chosen, "spec": spec, "position": position}}}]

    def update(self, address: Address, layout: Layout, live: Self) -> list[Request]:
        """The spec as a whole, which is how Google takes it; nothing for one that people have look at other cells."""
        if not self.is_of_columns():
            return []
        spec = merged(live.spec, written(self.drawn, layout))
        return [{"updateChartSpec": {"chartId": layout.ids[str(address)], "spec": spec}}]

    def delete(self, address: Address, layout: Layout) -> list[Request]:
        """Take it away; no cell changes."""
        return [{"deleteEmbeddedObject": {"objectId": layout.ids[str(address)]}}]

    def verdict(self, live: Self, before: str | None, policy: Policy) -> Verdict:
        """Rows that came at the end of the grid are charted too: Google does not reach them by itself."""
        return "change" if self != live and self == live.reaching_as(self) else super().verdict(live, before, policy)

    def reaching_as(self, other: Self) -> Self:
        """The same, its sources to the end of the grid where those of `other` are."""

        def reaching(source: str, wanted: str) -> str:
            return wanted if place_of(source) == wanted and "@" not in source else source

        pairs = zip(self.drawn.series, other.drawn.series, strict=False)
        if len(self.drawn.series) != len(other.drawn.series):
            return self
        series = tuple(replace(one, source=reaching(one.source, wanted.source)) for one, wanted in pairs)
        return replace(self, drawn=replace(self.drawn, x=reaching(self.drawn.x, other.drawn.x), series=series))

    def is_of_columns(self) -> bool:
        """Whether everything that it shows is in columns of ours."""
        sources = [one.source for one in self.drawn.series] + [self.drawn.x] * bool(self.drawn.x)
        return bool(self.drawn.series) and all(place_of(source) for source in sources)

    def needs(self, address: Address) -> frozenset[str]:
        """Also the columns that it shows, and the one at which it stands."""
        places = [place_of(source) for source in (self.drawn.x, *(one.source for one in self.drawn.series))]
        shown = {place for place in places if place}
        return super().needs(address) | shown | {place.partition(".")[0] for place in shown}

    def say(self, live: Self | None = None) -> str:
        """`COLUMN 销售额: board.month, board.sales`; where only the looks change, that."""
        before, after = live and _words(live.drawn), _words(self.drawn)
        return tr("{text}, looks", text=after) if before == after and live != self else changed(before, after)


def _addresses(sheet: str, made: Iterable[Address], desired: State) -> Iterator[Address]:
    """Every chart of a sheet that is desired or that we made."""
    wanted = (
        address for address, resource in desired.items() if address.sheet == sheet and resource.kind == Chart.kind
    )
    yield from dict.fromkeys([*wanted, *(address for address in made if address.kind.startswith(f"{Chart.kind}."))])


def _words(drawn: Drawn) -> str:
    sources = [source for source in (drawn.x, *(one.source for one in drawn.series)) if source]
    return f"{drawn.type.removesuffix('Chart')} {drawn.title}: {', '.join(map(told, sources))}"


__all__ = ["Chart", "Drawn", "Series"]
