"""
A shape → whether texts have it, a whole column in one call.

Most cells of a column are right as they stand, and that is told ten times
faster by pydantic's own regular expressions than cell by cell.  What is not of
the shape is not wrong: it is looked at closely.
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
            texts = core_schema.list_schema(core_schema.str_schema(pattern=rf"\A(?:{pattern})?\z", strict=True))
            self._all: SchemaValidator | None = SchemaValidator(texts)
        except SchemaError:
            self._all = None

    def one(self, text: str) -> bool:
        """Whether that text is of the shape; an empty one is not."""
        return self._one(text) is not None

    def all(self, cells: Sequence[Any]) -> bool:
        """Whether every cell is a text, of the shape or empty."""
        if self._all is None:
            return {str}.issuperset(map(type, cells)) and all(map(self._one, filter(None, cells)))
        return self._all.isinstance_python(cells)
