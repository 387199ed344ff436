"""
`archive:` of a sheet → which rows are inactive, and the tab that they go to.

The tab is a sheet of the template like any other, under the key `customers_archive`, with the same columns and none of
their demands: what was right when it was put away stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from sheetcrm.messages import N_, tr
from sheetcrm.schema.context import Context
from sheetcrm.schema.rules import Trouble
from sheetcrm.schema.states import States, column_problem, holds, states_problems
from sheetcrm.schema.text import Text
from sheetcrm.variants import Variant

if TYPE_CHECKING:
    from sheetcrm.schema.columns.base import Column
    from sheetcrm.schema.template import SheetSpec

COLOR = "#9e9e9e"


def _each_in_a_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _days(value: Any) -> Any:
    if isinstance(value, str) and (match := re.fullmatch(r"([0-9]{1,5})d", value)):
        return int(match[1])
    return value


class Archive(Variant):
    """Which rows of a sheet `sheetcrm archive` moves to its archive tab (`archive:` of a sheet)."""

    family: ClassVar[str] = N_("archive rule")
    default_type: ClassVar[str | None] = "inactive"
    example: ClassVar[dict[str, Any]]
    """Settings that fit a sheet with the columns `stage` and `day`."""

    title: Text | None = None
    """Of the archive tab; the sheet's own with 归档 or archive behind it unless said."""

    def inactive(self, values: Mapping[str, Sequence[Any]], offset: int, today: date) -> bool:
        """Whether the row at that 0-based offset is; columns that were not read say no."""
        raise NotImplementedError

    def problems(self, sheet: str, context: Context) -> Iterator[Trouble]:
        """Columns and options that are not there."""
        raise NotImplementedError


class InactiveArchive(Archive):
    """Rows in such states, those whose day `by` (the latest of several) is more than `after` days ago, or, where both are said, both."""

    example: ClassVar[dict[str, Any]] = {"when": {"stage": ["lost"]}, "by": "day", "after": "180d"}

    type: Literal["inactive"] = "inactive"
    when: States = Field(default_factory=dict)
    by: Annotated[tuple[str, ...], BeforeValidator(_each_in_a_list, json_schema_input_type=str | list[str])] = ()
    """A date column or several, of which the latest counts; rows in which all are blank stay."""
    after: Annotated[int, BeforeValidator(_days, json_schema_input_type=int | str)] = Field(0, ge=0, le=36_500)
    """Days; `180d` is the same as 180."""

    @model_validator(mode="after")
    def _says_something(self) -> InactiveArchive:
        if not self.when and not self.by:
            raise PydanticCustomError("archive", tr("expected when:, by: or both; for neither: archive: by_hand"))
        if self.after and not self.by:
            raise PydanticCustomError("archive", tr("after: counts from a day; say which column has it: by:"))
        return self

    def inactive(self, values: Mapping[str, Sequence[Any]], offset: int, today: date) -> bool:
        """In those states, and long enough ago."""
        if self.when and not holds(self.when, values, offset):
            return False
        if not self.by:
            return True
        if any(key not in values for key in self.by):
            return False
        days = [day for key in self.by if (day := values[key][offset]) is not None]
        return bool(days) and max(days) < today - timedelta(self.after)

    def problems(self, sheet: str, context: Context) -> Iterator[Trouble]:
        """Also a `by:` that is no date."""
        for path, message in states_problems(self.when, sheet, context):
            yield ("when", *path), message
        for at, key in enumerate(self.by):
            if message := column_problem(sheet, key, context):
                yield ("by", at), message
            elif context.template.sheets[sheet].columns[key].bounds != "DATE":
                yield ("by", at), tr("{column} is not a date", column=key)


class ByHandArchive(Archive):
    """No row by itself: only those that somebody names, and those that `dedupe` has merged into others."""

    example: ClassVar[dict[str, Any]] = {}

    type: Literal["by_hand"] = "by_hand"

    def inactive(self, values: Mapping[str, Sequence[Any]], offset: int, today: date) -> bool:
        """None."""
        return False

    def problems(self, sheet: str, context: Context) -> Iterator[Trouble]:
        """None."""
        return iter(())


def key_of(sheet: str) -> str:
    """The key of a sheet's archive tab."""
    return f"{sheet}_archive"


def with_archives(sheets: Mapping[str, SheetSpec]) -> dict[str, SheetSpec]:
    """The sheets and, after them, the archive tabs that they ask for; PydanticCustomError where one has that key already."""
    archives = {key_of(key): _tab(spec) for key, spec in sheets.items() if spec.archive is not None}
    if taken := sorted(archives.keys() & sheets.keys()):
        raise PydanticCustomError(
            "archive", tr("{key} is the key of an archive tab; call that sheet otherwise", key=taken[0])
        )
    return {**sheets, **archives}


def archive_problems(sheet: str, spec: SheetSpec, context: Context) -> Iterator[Trouble]:
    """What does not fit the sheet."""
    if spec.archive is None:
        return
    if spec.content != "records":
        yield ("archive",), tr("only rows with a key can be put away; this sheet has none")
        return
    for path, message in spec.archive.problems(sheet, context):
        yield ("archive", *path), message


def _tab(spec: SheetSpec) -> SheetSpec:
    assert spec.archive is not None
    bare: dict[str, Any] = {
        "rules": (),
        "highlights": (),
        "views": {},
        "charts": {},
        "pivots": {},
        "samples": (),
        "seeds": (),
    }
    own = {
        "archive": None,
        "duplicates": (),
        "was": (),
        "color": COLOR,
        "title": spec.archive.title or _titled(spec.title),
    }
    columns = {key: _undemanding(column) for key, column in spec.columns.items()}
    return spec.model_copy(update={**bare, **own, "columns": columns})


def _titled(title: Text) -> Text:
    return Text.model_validate({"zh": f"{title.say('zh')}归档", "en": f"{title.say('en')} archive"})


def _undemanding(column: Column) -> Column:
    """The same column, which asks nothing and numbers nothing."""
    free: dict[str, Any] = {"required": False, "unique": False, "rules": (), "strict": False, "was": ()}
    if getattr(column, "auto", None) is not None:
        free["auto"] = None
    return column.model_copy(update=free)
