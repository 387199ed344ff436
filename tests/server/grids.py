"""A spreadsheet as plain dictionaries, for a calculator to read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sheetcrm.server.calc import Calculator, Content, Value
from sheetcrm.server.formulas import Area

NOON = datetime(2026, 9, 12, 4, 0, tzinfo=UTC)  # noon in Shanghai


@dataclass
class Grids:
    """Sheets by title; what begins with `=` is a formula."""

    sheets: dict[str, dict[tuple[int, int], str | float | bool]] = field(default_factory=dict)
    names: dict[str, Area] = field(default_factory=dict)
    sizes: dict[str, tuple[int, int]] = field(default_factory=dict)
    reads: list[tuple[str, int, int | None]] = field(default_factory=list)

    def titles(self) -> list[str]:
        return list(self.sheets)

    def size(self, title: str) -> tuple[int, int]:
        return self.sizes.get(title, (1000, 26))

    def cells(self, title: str, start: int = 0, end: int | None = None) -> Iterator[Content]:
        self.reads.append((title, start, end))
        for (row, column), value in sorted(self.sheets[title].items()):
            if start <= row and (end is None or row < end):
                formula = isinstance(value, str) and value.startswith("=")
                yield (row, column, None, value) if formula else (row, column, value, None)

    def pivoted(self, title: str) -> dict[tuple[int, int], Value]:
        return {}

    def table(self, name: str, part: str) -> Area | None:
        return None

    def name(self, name: str) -> Area | None:
        return self.names.get(name.casefold())

    def rows(self, title: str, *rows: list) -> None:
        """Put rows into a sheet from its top left on."""
        cells = {(r, c): value for r, row in enumerate(rows) for c, value in enumerate(row) if value is not None}
        self.sheets[title] = cells


def calculator(grids: Grids, now: datetime = NOON, locale: str = "en_US") -> Calculator:
    """A calculator of these sheets, in Shanghai."""
    made = Calculator(locale=locale, time_zone="Asia/Shanghai", now=lambda: now)
    made.attach(grids)
    return made


def customers() -> Grids:
    """客户: name, amount, date, stage, owner, done; a heading and four rows, the last one half blank."""
    grids = Grids()
    grids.rows(
        "客户",
        ["Name", "Amount", "Date", "Stage", "Owner", "Done"],
        ["Ann", 10, 46270, "lead", "x", True],
        ["Bob", 20.5, 46271, "won", "y", False],
        ["安", 5, 46000, "lead", "x", True],
        [" sp ", -3, None, "lost", None, False],
    )
    return grids
