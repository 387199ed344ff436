"""
A format is a class: pages of a table in, bytes in a file out.

What it needs beside the base install it imports when it is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from sheetcrm.errors import UsageError
from sheetcrm.messages import tr
from sheetcrm.sync.export.pages import Options, Page, Table
from sheetcrm.variants import nearest


class Format:
    """One file being written; `begin` a table, then its pages, then `close`."""

    name: ClassVar[str]
    """Of `--format`, and the ending of its files."""
    many: ClassVar[bool] = False
    """Whether one file holds several tables."""
    ids: ClassVar[bool] = False
    """Whether the hidden id goes with the rows."""
    shows_nonsense: ClassVar[bool] = False
    """Whether a cell that made no sense stands in it as in the sheet, marked; it is blank otherwise."""
    binary: ClassVar[bool] = False
    """Whether a terminal has no use for it."""

    def __init__(self, path: Path, options: Options) -> None:
        """`path` is written as it is; who calls puts it into place when all is done."""
        self.path, self.options = path, options

    def begin(self, table: Table) -> None:
        """The pages that come are of that table."""
        raise NotImplementedError

    def write(self, page: Page) -> None:
        """Some rows more; what cannot be held is refused in the page."""
        raise NotImplementedError

    def note(self, rows: Sequence[tuple[str, ...]]) -> None:
        """What is wrong in the part that was written (place, text, message, link), for a format that has room beside the rows."""

    def close(self) -> None:
        """Finish the file."""
        raise NotImplementedError

    def abandon(self) -> None:
        """Let go of the file, which will be thrown away."""


def registered() -> dict[str, type[Format]]:
    """By name, in the order in which they are told."""
    from sheetcrm.sync.export.csvfile import CsvFormat  # noqa: PLC0415 - the members know the family
    from sheetcrm.sync.export.jsonfile import JsonFormat, JsonLinesFormat  # noqa: PLC0415 - as above
    from sheetcrm.sync.export.parquet import ParquetFormat  # noqa: PLC0415 - as above
    from sheetcrm.sync.export.xlsx import XlsxFormat  # noqa: PLC0415 - as above

    return {one.name: one for one in (CsvFormat, JsonFormat, JsonLinesFormat, XlsxFormat, ParquetFormat)}


def format_of(name: str | None, out: Path | None) -> type[Format]:
    """By its name, else by the ending of the file; CSV when nobody says.  UsageError for another ending."""
    known = registered()
    if name is None and out is not None and out.suffix:
        name = out.suffix.removeprefix(".").casefold()
    name = {"ndjson": "jsonl", "pq": "parquet"}.get(name or "csv", name or "csv")
    if name not in known:
        raise UsageError(
            tr(
                "no such format: {name}{hint}; there are {known}",
                name=name,
                hint=nearest(name, list(known)),
                known=", ".join(known),
            )
        )
    return known[name]
