"""
Pages → CSV (RFC 4180), UTF-8.

Text that a spreadsheet program would run has a ' in front, which our import takes off again.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sheetcrm.sync.dump import UNSAFE, dumped, guarded
from sheetcrm.sync.export.formats import Format
from sheetcrm.sync.export.pages import Field, Options, Page, Table


class CsvFormat(Format):
    """A header line of keys (or titles), then a line a row; `\\n` between them, CR LF for Excel."""

    name = "csv"

    def __init__(self, path: Path, options: Options) -> None:
        """Opens the file."""
        super().__init__(path, options)
        self._end = "\r\n" if options.excel else "\n"
        self._out = path.open("w", encoding="utf-8-sig" if options.excel else "utf-8", newline="")

    def begin(self, table: Table) -> None:
        """The header."""
        names = [one.title if self.options.titles else one.key for one in table.fields]
        self._write([[name if self.options.raw else guarded(name) for name in names]])

    def write(self, page: Page) -> None:
        """A line a row."""
        if len(page):
            self._write(list(zip(*(self._texts(one, page) for one in page.table.fields), strict=True)))

    def close(self) -> None:
        """The file is complete."""
        self._out.close()

    abandon = close

    def _write(self, rows: Sequence[Sequence[str]]) -> None:
        text = _lines(rows, self._end)
        if self._end == "\n" and "\r" in text:
            # The module quotes a lone carriage return only where it is part of the line end.
            text = "".join(_lines([row], "\r\n").removesuffix("\r\n") + "\n" for row in rows)
        self._out.write(text)

    def _texts(self, one: Field, page: Page) -> Sequence[str]:
        values = page.values[one.key]
        titled = self.options.titles and one.column is not None and one.kind in (str, tuple[str, ...])
        if titled:
            assert one.column is not None
            context = page.table.context
            words = {value: one.column.dump(value, context) for value in set(values)}
            values = [words[value] for value in values]
        if one.kind is str or titled:
            if self.options.raw:
                return [value or "" for value in values]
            return [("" if not value else guarded(value) if value[0] in UNSAFE else value) for value in values]
        plain = list(values)
        texts = {value: dumped(value, raw=self.options.raw) for value in set(plain)}
        if bool in {type(value) for value in texts}:
            return [dumped(value) for value in plain]
        return list(map(texts.__getitem__, plain))


def _lines(rows: Sequence[Sequence[Any]], end: str) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator=end).writerows(rows)
    return out.getvalue()
