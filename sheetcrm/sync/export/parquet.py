"""
Pages → Parquet: a type for every column, a row group a page.

Exact numbers are decimal128(38, 18): 20 digits before the point and 18 behind
it, more than a cell of Sheets can have unless it is very small or very large.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sheetcrm.errors import MissingExtra
from sheetcrm.messages import tr
from sheetcrm.sync.export.formats import Format
from sheetcrm.sync.export.pages import Field, Options, Page, Table

if TYPE_CHECKING:
    import pyarrow as pa

PLACES = 18
DIGITS = 38


class ParquetFormat(Format):
    """One table a file; titles stand in the metadata of the fields."""

    name = "parquet"
    binary = True

    def __init__(self, path: Path, options: Options) -> None:
        """MissingExtra without pyarrow."""
        super().__init__(path, options)
        try:
            import pyarrow  # noqa: PLC0415 - 171 MB, only with the extra `parquet`
            from pyarrow import parquet  # noqa: PLC0415 - as above
        except ModuleNotFoundError as error:
            raise MissingExtra(tr("pyarrow, which writes Parquet,"), "parquet") from error
        self._pa, self._parquet = pyarrow, parquet
        self._writer: Any = None

    def begin(self, table: Table) -> None:
        """The schema."""
        self._schema = self._pa.schema([self._field(one) for one in table.fields])
        self._writer = self._parquet.ParquetWriter(self.path, self._schema)

    def write(self, page: Page) -> None:
        """A row group."""
        if not len(page):
            return
        arrays = [self._array(one, self._schema.field(at).type, page) for at, one in enumerate(page.table.fields)]
        self._writer.write_table(self._pa.Table.from_arrays(arrays, schema=self._schema))

    def close(self) -> None:
        """The footer."""
        self._writer.close()

    def abandon(self) -> None:
        """Let go of the file."""
        if self._writer is not None:
            self._writer.close()

    def _field(self, one: Field) -> pa.Field[Any]:
        name = one.title if self.options.titles else one.key
        return self._pa.field(name, self._type(one), metadata={"title": one.title})

    def _type(self, one: Field) -> Any:
        pa = self._pa
        if one.kind is str and one.column is not None and one.column.states():
            return pa.dictionary(pa.int32(), pa.string())
        if one.kind is Decimal and self.options.decimals == "float":
            return pa.float64()
        types: dict[Any, Callable[[], Any]] = {
            int: pa.int64,
            bool: pa.bool_,
            float: pa.float64,
            date: pa.date32,
            timedelta: lambda: pa.duration("s"),
            Decimal: lambda: pa.decimal128(DIGITS, PLACES),
            tuple[str, ...]: lambda: pa.list_(pa.string()),
        }
        return types.get(one.kind, pa.string)()

    def _array(self, one: Field, kind: Any, page: Page) -> Any:
        if one.kind is int:
            page.fit(one.key, lambda value: -(2**63) <= value < 2**63, tr("more than a whole number of 64 bits"))
        if one.kind is Decimal:
            return self._decimals(one, kind, page)
        values = page.values[one.key]
        if self._pa.types.is_dictionary(kind):
            return self._pa.array(values, self._pa.string()).dictionary_encode().cast(kind)
        return self._pa.array(values, kind)

    def _decimals(self, one: Field, kind: Any, page: Page) -> Any:
        if self.options.decimals == "float":
            return self._pa.array(floats(page.values[one.key]), kind)
        page.values[one.key] = list(page.values[one.key])
        try:
            return self._pa.array(page.values[one.key], kind)
        except self._pa.ArrowInvalid:
            page.fit(
                one.key,
                _fits,
                tr(
                    "more than {before} digits before or {behind} behind the point",
                    before=DIGITS - PLACES,
                    behind=PLACES,
                ),
            )
            return self._pa.array(page.values[one.key], kind)


def floats(values: Sequence[Any]) -> list[float | None]:
    """Exact numbers as the nearest double, which is what a cell holds."""
    return [None if value is None else float(value) for value in getattr(values, "cells", values)]


def _fits(value: Decimal) -> bool:
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -PLACES and abs(value) < 10 ** (DIGITS - PLACES)
