"""
Python types of columns → types of a database, the same values back from every one.

SQLite has neither exact numbers nor lengths of time nor lists: there they are
doubles (15 digits, as in Sheets), seconds, and JSON.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Date, Dialect, Float, Interval, Numeric, String, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeDecorator, TypeEngine

LITTLE = ("sqlite",)
"""Dialects without types of their own for these."""


class Exact(TypeDecorator[Decimal]):
    """An exact number."""

    impl = Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """A double where there is nothing better."""
        return dialect.type_descriptor(Float() if dialect.name in LITTLE else Numeric())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """As above."""
        return float(value) if value is not None and dialect.name in LITTLE else value

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """The digits that a double keeps."""
        return Decimal(f"{value:.15g}") if isinstance(value, float) else value


class Length(TypeDecorator[timedelta]):
    """A length of time, to the second."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Seconds where there is nothing better."""
        return dialect.type_descriptor(Interval() if dialect.name == "postgresql" else BigInteger())

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> Any:
        """As above."""
        return value if value is None or dialect.name == "postgresql" else int(value.total_seconds())

    def process_result_value(self, value: Any, dialect: Dialect) -> timedelta | None:
        """As above."""
        return timedelta(seconds=value) if isinstance(value, int) else value


class Several(TypeDecorator[tuple[str, ...]]):
    """Several of a list."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """JSON where there are no arrays."""
        return dialect.type_descriptor(ARRAY(Text) if dialect.name == "postgresql" else JSON(none_as_null=True))

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> Any:
        """As a list."""
        return None if value is None else list(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[str, ...] | None:
        """As we have it."""
        return None if value is None else tuple(value)


def words(length: int) -> TypeEngine[Any]:
    """Text of any length; where such a thing cannot be a key, so many characters."""
    return Text().with_variant(String(length), "mysql", "mariadb", "mssql", "oracle")


_TYPES: dict[Any, Callable[[], TypeEngine[Any]]] = {
    int: BigInteger,
    bool: Boolean,
    float: Float,
    Decimal: Exact,
    date: Date,
    timedelta: Length,
    tuple[str, ...]: Several,
}


def database_type(kind: Any, *, key: bool) -> TypeEngine[Any]:
    """Of values of that Python type; `key`: it, or what leads to it."""
    return words(255) if key else _TYPES.get(kind, Text)()


def kind_name(kind: Any) -> str:
    """A word for the type that is the same in every version of us."""
    return (
        str(getattr(kind, "__name__", "text"))
        if kind in _TYPES and kind != tuple[str, ...]
        else "list"
        if kind in _TYPES
        else "text"
    )
