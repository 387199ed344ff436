"""
Pages → JSON: one list of objects, or an object a line.

Days are ISO text, exact numbers text (or numbers, `decimals="float"`), several of a list a list.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic_core import to_jsonable_python

from sheetcrm.sync.export.formats import Format
from sheetcrm.sync.export.pages import Options, Page, Table


class JsonLinesFormat(Format):
    """An object a line."""

    name = "jsonl"

    def __init__(self, path: Path, options: Options) -> None:
        """Opens the file."""
        super().__init__(path, options)
        self._out = path.open("w", encoding="utf-8", newline="")

    def begin(self, table: Table) -> None:
        """Nothing stands before the first line."""

    def write(self, page: Page) -> None:
        """A line a row."""
        self._out.writelines(json.dumps(one, ensure_ascii=False) + "\n" for one in self.objects(page))

    def close(self) -> None:
        """The file is complete."""
        self._out.close()

    def abandon(self) -> None:
        """Let go of it."""
        self._out.close()

    def objects(self, page: Page) -> Iterator[dict[str, Any]]:
        """The rows by key."""
        keys = [one.title if self.options.titles else one.key for one in page.table.fields]
        columns = [self._jsonable(page.values[one.key]) for one in page.table.fields]
        for row in zip(*columns, strict=True) if columns else ():
            yield dict(zip(keys, row, strict=True))

    def _jsonable(self, values: Sequence[Any]) -> list[Any]:
        if self.options.decimals == "float":
            values = [float(value) if isinstance(value, Decimal) else value for value in values]
        found: list[Any] = to_jsonable_python(list(values))
        return found


class JsonFormat(JsonLinesFormat):
    """A list of objects, indented."""

    name = "json"

    def begin(self, table: Table) -> None:
        """The bracket."""
        self._first = True
        self._out.write("[")

    def write(self, page: Page) -> None:
        """An object a row."""
        for one in self.objects(page):
            text = json.dumps(one, ensure_ascii=False, indent=2).replace("\n", "\n  ")
            self._out.write(("\n  " if self._first else ",\n  ") + text)
            self._first = False

    def close(self) -> None:
        """The bracket."""
        self._out.write("]\n" if self._first else "\n]\n")
        super().close()
