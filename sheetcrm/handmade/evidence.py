"""
A column as it was found → what speaks for one type or another.

Its rule and its format are those of most of the rows looked at: people seldom
set them down to the end of the grid.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from sheetcrm.handmade.survey import FoundColumn
from sheetcrm.layout import Layout, places_in
from sheetcrm.resources import Cell, NumberFormat, Validation
from sheetcrm.schema.context import Place

H = TypeVar("H", bound=Hashable)
MANY = 300
"""Different cells of a column that are read to choose its type."""


@dataclass(frozen=True)
class Evidence:
    """What is known of a column: its rule and format (None: none), its note, and its cells that are not blank, each once."""

    column: FoundColumn
    place: Place
    validation: Validation | None
    format: NumberFormat | None
    note: str
    cells: tuple[Cell, ...]

    @property
    def range(self) -> Place | None:
        """The column whose cells its dropdown shows."""
        if self.validation is None or self.validation.condition.type != "ONE_OF_RANGE":
            return None
        places = [place for value in self.validation.condition.values for place in places_in(value, self.place.sheet)]
        sheet, _, column = (places or [""])[0].partition(".")
        return Place(sheet, column) if column else None

    @property
    def options(self) -> tuple[str, ...]:
        """The words of its dropdown."""
        if self.validation is None or self.validation.condition.type != "ONE_OF_LIST":
            return ()
        return self.validation.condition.values

    @property
    def is_text(self) -> bool:
        """Whether what is in it is mostly text."""
        texts = sum(isinstance(cell, str) for cell in self.column.filled)
        return 2 * texts > len(self.column.filled)


def evidence(column: FoundColumn, place: Place, layout: Layout) -> Evidence:
    """Everything that can be told without knowing the other columns."""
    rules = (Validation.of(cell, place.sheet, row, layout) for row, cell in enumerate(column.looks, 2))
    formats = [
        NumberFormat.of(cell)
        for cell, value in zip(column.looks, (*column.cells, *[None] * len(column.looks)), strict=False)
        if value not in (None, "") or not column.filled
    ]
    return Evidence(
        column,
        place,
        most(rules),
        most(formats),
        str(column.header.get("note", "")),
        _each(column.filled),
    )


def _each(cells: Iterable[Cell]) -> tuple[Cell, ...]:
    """Equal cells once; `1` and `TRUE` are not equal."""
    return tuple(cell for _, cell in list(dict.fromkeys((type(cell), cell) for cell in cells))[:MANY])


def most(found: Iterable[H | None]) -> H | None:
    """What more than half of the rows have; None when they have nothing or this and that."""
    counted = Counter(found)
    if not counted:
        return None
    value, times = counted.most_common(1)[0]
    return value if 2 * times > counted.total() else None


def rules_of(evidence: Evidence) -> dict[str, Any]:
    """`unique:` and `rules:` of a column, as far as its live rule says so in words that are ours."""
    if evidence.validation is None:
        return {}
    condition = evidence.validation.condition
    cell, whole = re.escape(evidence.place.cell), re.escape(evidence.place.range)
    said = ",".join(condition.values)
    found: dict[str, Any] = {"unique": True} if re.search(rf"SUMPRODUCT\(--\({whole}={cell}\)\)=1", said) else {}
    rules = [*_ranges(condition.type, condition.values), *_in_formulas(said, cell)]
    rules += _patterns(said, cell, evidence)
    return {**found, **({"rules": rules} if rules else {})}


def _ranges(kind: str, values: tuple[str, ...]) -> Iterable[dict[str, Any]]:
    ends = [_number(value) for value in values]
    if kind in ("NUMBER_BETWEEN", "DATE_BETWEEN"):
        yield {"type": "range", "min": ends[0], "max": ends[1]}
    elif kind in ("NUMBER_GREATER_THAN_EQ", "DATE_ON_OR_AFTER"):
        yield {"type": "range", "min": ends[0]}
    elif kind in ("NUMBER_LESS_THAN_EQ", "DATE_ON_OR_BEFORE"):
        yield {"type": "range", "max": ends[0]}


def _in_formulas(said: str, cell: str) -> Iterable[dict[str, Any]]:
    for low, high in re.findall(rf"LEN\({cell}\)>=(\d+),LEN\({cell}\)<=(\d+)", said):
        yield {"type": "length", **({"min": int(low)} if int(low) else {}), "max": int(high)}
    for other, sign, equal in re.findall(rf'OR\(\{{(\w+)\}}="",{cell}([<>])(=?)\{{\1\}}\)', said):
        name = "after" if sign == ">" else "before"
        yield {"type": name, "column": other, **({} if equal else {"or_equal": False})}
    ends = re.findall(rf"(?<!LEN\(){cell}([<>])=(-?[0-9.]+)(?![0-9(])", said)
    if ends and "LEN(" not in said:
        yield {"type": "range", **{"min" if sign == ">" else "max": _number(end) for sign, end in ends}}


def _patterns(said: str, cell: str, evidence: Evidence) -> Iterable[dict[str, Any]]:
    for pattern in re.findall(rf'REGEXMATCH\({cell}&"","\^\(\?:(.*?)\)\$"\)', said):
        plain = pattern.replace('""', '"')
        for example in (cell for cell in evidence.cells if isinstance(cell, str)):
            try:
                fits = re.fullmatch(plain, example)
            except re.error:
                break
            if fits:
                yield {"type": "pattern", "pattern": plain, "example": example}
                break


def _number(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
