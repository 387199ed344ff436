"""
A value that the sheet computes by a formula of the template's own.

Columns are named by key, so the formula stays true when they move or are renamed.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import Any, ClassVar, Literal

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from sheetcrm.messages import tr
from sheetcrm.schema.columns.base import Column, Context, Place
from sheetcrm.schema.columns.computed import Computed
from sheetcrm.schema.formulas import compiled, formula_problems
from sheetcrm.schema.rules import Trouble


class FormulaColumn(Computed):
    """A computed column; `{id}` is the cell of the row, `{log.date}` all dates of the sheet `log`."""

    python_type = str
    examples = (("3 days", "3 days"), ("", None))
    nonsense = ("#REF!", "#N/A")
    example_settings: ClassVar[dict[str, Any]] = {"result": "text", "formula": "{id}"}

    type: Literal["formula"] = "formula"
    result: str | dict[str, Any]
    """A column type, or one with its settings: `{type: number, decimals: 1}`."""
    formula: str
    """Without `=`."""

    @model_validator(mode="after")
    def _result_is_a_type(self) -> "FormulaColumn":
        if self.inner.computed:
            raise PydanticCustomError("result", tr("a formula's result is a type of value"))
        return self

    @cached_property
    def inner(self) -> Column:
        """The column that reads the results."""
        settings = self.result if isinstance(self.result, dict) else {"type": self.result}
        return Column.choose({"title": self.title, **settings})

    def own(self, place: Place, context: Context) -> str:
        """As it is written, options by their words."""
        return compiled(self.formula, place.sheet, context)

    def formula_problems(self, place: Place, context: Context) -> Iterator[Trouble]:
        """Sheets, columns and options that the formula names and that are not there."""
        for message in formula_problems(self.formula, place.sheet, context):
            yield ("formula",), message
