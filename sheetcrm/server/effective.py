"""
A cell's own format, its band, the defaults and the conditional formats → how the cell looks.

Later layers win: defaults, band, own format, then the first conditional rule that holds for each property.
"""

from itertools import pairwise
from typing import Any

from sheetcrm.server import conditions, proto, structured
from sheetcrm.server.cell_error import CellError
from sheetcrm.server.defaults import DEFAULT_FORMAT
from sheetcrm.server.inherited import NumberFormats
from sheetcrm.server.model import Spreadsheet
from sheetcrm.server.ranges import SIDES, Area, overlap

Json = dict[str, Any]

BASE: Json = {
    **DEFAULT_FORMAT,
    "textFormat": {**DEFAULT_FORMAT["textFormat"], "fontFamily": "Arial"},
    "hyperlinkDisplayType": "PLAIN_TEXT",
}


class Looks:
    """Effective formats of cells in an area."""

    def __init__(self, spreadsheet: Spreadsheet, area: Area) -> None:
        self._spreadsheet = spreadsheet
        self._sheet = area.sheet
        here = area.json()
        things = area.sheet.things
        bands = [*things["bandedRanges"], *structured.bands(spreadsheet, area.sheet)]
        self._bands = [band for band in bands if overlap(band["range"], here)]
        self._rules = [
            rule for rule in things["conditionalFormats"] if any(overlap(one, here) for one in rule["ranges"])
        ]
        self._painted = [band["range"] for band in self._bands]
        self._painted += [one for rule in self._rules for one in rule["ranges"] if overlap(one, here)]
        self._formats = NumberFormats(spreadsheet)
        self._made: dict[tuple[int, ...], Json] = {}
        self._values: dict[int, list[float]] = {}
        self._stripes: dict[tuple[int, str], Json | None] = {}

    @property
    def bottom(self) -> int:
        """The end of the last row that a band or a rule may colour."""
        return max((painted["endRowIndex"] for painted in self._painted), default=0)

    def right(self, row: int) -> int:
        """The end of the last cell of a row that a band or a rule may colour."""
        here = (one for one in self._painted if one["startRowIndex"] <= row < one["endRowIndex"])
        return max((painted["endColumnIndex"] for painted in here), default=0)

    def at(self, row: int, column: int) -> Json | None:
        """How a cell looks; None for a blank cell that nothing touches."""
        own = self._sheet.grid.get("formats", row, column)
        value = self._spreadsheet.value(self._sheet, row, column)
        band = self.band(row, column)
        extra = self._conditional(row, column, value) if self._rules else []
        if own is None and value is None and band is None and not extra:
            return None
        alignment = _alignment(value)
        look = self._formats.at(self._sheet, row, column)
        key = (id(own), id(band), id(look), hash(alignment), *map(id, extra))
        if key not in self._made:
            inherited = {"numberFormat": look} if look else {}
            self._made[key] = self._make(alignment, band, {**(own or {}), **inherited}, extra)
        return self._made[key]

    def _make(self, alignment: str | None, band: Json | None, own: Json | None, extra: list[Json]) -> Json:
        look = dict(BASE)
        if alignment:
            look["horizontalAlignment"] = alignment
        if band is not None:
            look = layered(look, {key: part for key, part in band.items() if key.startswith("background")})
        for layer in (own, *reversed(extra)):
            look = layered(look, layer or {})
        made: Json = proto.shown(look)
        return made

    def band(self, row: int, column: int) -> Json | None:
        """The colour that banding gives a cell, as a format, one object per colour."""
        for band in self._bands:
            if _covers(band["range"], row, column):
                return self._band_color(band, row, column)
        return None

    def _band_color(self, band: Json, row: int, column: int) -> Json | None:
        """The colour of a cell's band as a format, one object per colour; rows win over columns."""
        properties = band.get("rowProperties") or band.get("columnProperties") or {}
        first, last = SIDES[0 if "rowProperties" in band else 1]
        name = _stripe(
            properties,
            (row if "rowProperties" in band else column) - band["range"][first],
            band["range"][last] - band["range"][first],
        )
        if name not in properties:
            return None
        if (id(band), name) not in self._stripes:
            color = {"backgroundColor": properties[name], "backgroundColorStyle": properties[name + "Style"]}
            self._stripes[id(band), name] = self._spreadsheet.shared(color)
        return self._stripes[id(band), name]

    def _conditional(self, row: int, column: int, value: Any) -> list[Json]:
        """Formats of the rules that hold, the strongest first."""
        found = []
        for rule in self._rules:
            if not any(_covers(one, row, column) for one in rule["ranges"]):
                continue
            if "booleanRule" in rule:
                if self._holds(rule, row, column, value):
                    found.append(rule["booleanRule"].get("format") or {})
            elif (color := self._gradient(rule, value)) is not None:
                found.append(color)
        return found

    def _holds(self, rule: Json, row: int, column: int, value: Any) -> bool:
        first = rule["ranges"][0]
        return conditions.holds(
            rule["booleanRule"]["condition"],
            value,
            at=(self._sheet.title, row, column),
            anchor=(first["startRowIndex"], first["startColumnIndex"]),
            calculator=self._spreadsheet.calculator,
        )

    def _gradient(self, rule: Json, value: Any) -> Json | None:
        if isinstance(value, (bool, str, CellError)) or value is None:
            return None
        key = id(rule)
        if key not in self._values:
            self._values[key] = sorted(self._numbers(rule))
        return self._spreadsheet.shared(_gradient_color(rule["gradientRule"], value, self._values[key]))

    def _numbers(self, rule: Json) -> list[float]:
        found = []
        for one in rule["ranges"]:
            for row in range(one["startRowIndex"], min(one["endRowIndex"], len(self._sheet.grid.rows))):
                for column in range(one["startColumnIndex"], one["endColumnIndex"]):
                    value = self._spreadsheet.value(self._sheet, row, column)
                    if isinstance(value, (int, float)) and not isinstance(value, bool):
                        found.append(float(value))
        return found


def _covers(grid_range: Json, row: int, column: int) -> bool:
    rows = grid_range["startRowIndex"] <= row < grid_range["endRowIndex"]
    return bool(rows and grid_range["startColumnIndex"] <= column < grid_range["endColumnIndex"])


def _alignment(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, (bool, CellError)):
        return "CENTER"
    return "LEFT" if isinstance(value, str) else "RIGHT"


def layered(under: Json, over: Json) -> Json:
    """One look over another: what `over` says wins, the rest shows through."""
    result = dict(under)
    for key, part in over.items():
        both = isinstance(part, dict) and isinstance(result.get(key), dict)
        result[key] = layered(result[key], part) if both and key in ("textFormat", "borders", "padding") else part
    return result


def _stripe(properties: Json, position: int, count: int) -> str:
    """Which colour of a banding the row or column at `position` of `count` has."""
    if position == 0 and "headerColor" in properties:
        return "headerColor"
    if position == count - 1 and "footerColor" in properties:
        return "footerColor"
    return "firstBandColor" if (position - ("headerColor" in properties)) % 2 == 0 else "secondBandColor"


def _gradient_color(gradient: Json, value: float, numbers: list[float]) -> Json:
    points = [gradient[name] for name in ("minpoint", "midpoint", "maxpoint") if name in gradient]
    stops = [(_stop(point, numbers), point["color"]) for point in points]
    for (low, first), (high, second) in pairwise(stops):
        if value <= high or (high, second) == stops[-1]:
            share = 0.0 if high == low else min(1.0, max(0.0, (value - low) / (high - low)))
            channels = {
                name: proto.channel(first.get(name, 0) + share * (second.get(name, 0) - first.get(name, 0)))
                for name in ("red", "green", "blue")
            }
            return {"backgroundColor": channels, "backgroundColorStyle": {"rgbColor": channels}}
    return {}


def _stop(point: Json, numbers: list[float]) -> float:
    kind = point["type"]
    if kind == "MIN":
        return numbers[0]
    if kind == "MAX":
        return numbers[-1]
    text = str(point.get("value", "0")).lstrip("=")
    try:
        number = float(text)
    except ValueError:
        return 0.0
    if kind == "PERCENT":
        return numbers[0] + (numbers[-1] - numbers[0]) * number / 100
    if kind == "PERCENTILE":
        return numbers[round((len(numbers) - 1) * number / 100)]
    return number
