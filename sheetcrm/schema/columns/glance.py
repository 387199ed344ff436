"""
A shape → the texts that have it, a whole column in one call.

Most cells of a column are right as they stand, and that is told ten times
faster by pydantic's own regular expressions than cell by cell.  What is not of
the shape is not wrong: it alone is looked at closely.
"""

import re
from collections.abc import Sequence
from typing import Any

from pydantic_core import SchemaError, SchemaValidator, core_schema


class Glance:
    """Texts that are their own value, by a pattern that means the same to Python and Rust: no `\\d`, no `\\w`, no `$`."""

    def __init__(self, pattern: str) -> None:
        """Whole texts are matched.  A pattern that looks around is asked text by text."""
        self._one = re.compile(pattern, re.ASCII).fullmatch
        try:
            text = core_schema.str_schema(pattern=rf"\A(?:{pattern})?\z", strict=True)
            seen = core_schema.with_default_schema(text, default=None, on_error="default")
            self._seen: SchemaValidator | None = SchemaValidator(core_schema.list_schema(seen))
        except SchemaError:
            self._seen = None

    def one(self, text: str) -> bool:
        """Whether that text is of the shape; an empty one is not."""
        return self._one(text) is not None

    def seen(self, cells: Sequence[Any]) -> list[str | None]:
        """Each cell that is a text, of the shape or empty; None in place of any other."""
        if self._seen is None:
            one = self._one
            return [cell if type(cell) is str and (cell == "" or one(cell)) else None for cell in cells]
        seen: list[str | None] = self._seen.validate_python(cells)
        return seen
