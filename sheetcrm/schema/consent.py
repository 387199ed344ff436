"""
`consent:` of a sheet → of which rows personal columns may be told to others.

It is about whom we tell, not about keeping: without it a row stays, and whoever
may open the spreadsheet sees it as before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from sheetcrm.schema.states import States, holds, states_problems

if TYPE_CHECKING:
    from sheetcrm.schema.context import Context
    from sheetcrm.schema.rules import Trouble


class Consent(BaseModel):
    """In which states of a row its person has agreed, and where that counts: in exports and copies, and in `mails` unless that is false."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    when: States = Field(min_length=1)
    mails: bool = True

    def given(self, values: Mapping[str, Sequence[Any]], offset: int) -> bool:
        """Whether the person of that row (0-based) said yes; a column that was not read says no."""
        return holds(self.when, values, offset)

    def given_by(self, row: Mapping[str, Any]) -> bool:
        """The same of the values of one row."""
        return self.given({key: [row.get(key)] for key in self.when}, 0)

    def problems(self, sheet: str, context: Context) -> Iterator[Trouble]:
        """Columns and options that are not there."""
        for path, message in states_problems(self.when, sheet, context):
            yield ("consent", "when", *path), message
