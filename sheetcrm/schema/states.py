"""
`{stage: [won, lost]}` → whether a row is in such a state, here and as a formula.

All the columns named must be in one of their states.  States are option keys
(or true and false of a tick box), so they mean the same in every language.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator

from sheetcrm.messages import tr
from sheetcrm.variants import nearest

if TYPE_CHECKING:
    from sheetcrm.schema.context import Context


def _each_a_list(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {column: states if isinstance(states, list | tuple) else [states] for column, states in value.items()}


_Written = dict[str, bool | str | list[bool | str]]

States = Annotated[dict[str, tuple[bool | str, ...]], BeforeValidator(_each_a_list, json_schema_input_type=_Written)]
"""Column key → the option keys that count; a single one may stand without brackets."""


def holds(states: Mapping[str, Sequence[Any]], values: Mapping[str, Sequence[Any]], offset: int) -> bool:
    """Whether the row at 0-based `offset` is in those states; a column that was not read is in none."""
    return all(column in values and values[column][offset] in allowed for column, allowed in states.items())


def states_formula(states: Mapping[str, Sequence[Any]], sheet: str, context: Context) -> str:
    """The same for a row of the sheet, as a formula in key form without `=`."""
    columns = context.template.sheets[sheet].columns
    parts = []
    for key, allowed in states.items():
        cell = "{" + key + "}"
        tests = [f"{cell}={columns[key].literal(value, context)}" for value in allowed]
        parts.append(tests[0] if len(tests) == 1 else f"OR({','.join(tests)})")
    return parts[0] if len(parts) == 1 else f"AND({','.join(parts)})"


def states_problems(
    states: Mapping[str, Sequence[Any]], sheet: str, context: Context
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Columns and options that are not there."""
    for key, allowed in states.items():
        if message := column_problem(sheet, key, context):
            yield (key,), message
            continue
        column = context.template.sheets[sheet].columns[key]
        for offset, value in enumerate(allowed):
            known = column.states()
            if value not in known:
                yield (
                    (key, offset),
                    tr(
                        "no such option of {key}: {value}{hint}",
                        key=key,
                        value=value,
                        hint=nearest(str(value), [str(one) for one in known]),
                    ),
                )


def column_problem(sheet: str, column: str, context: Context) -> str:
    """Why there is no such sheet or column (an empty `column` means the sheet's key); empty when there is."""
    sheets = context.template.sheets
    if sheet not in sheets:
        return tr("no such sheet: {sheet}{hint}", sheet=sheet, hint=nearest(sheet, list(sheets)))
    columns = sheets[sheet].columns
    if column and column not in columns:
        return tr(
            "no such column in {sheet}: {column}{hint}", sheet=sheet, column=column, hint=nearest(column, list(columns))
        )
    if not column and sheets[sheet].key is None:
        return tr("{sheet} has no key: to look in", sheet=sheet)
    return ""
