"""
`roles:` of a template → what only some may edit, and what some get to see in a copy of their own.

A role is an option of the team sheet's role column.  What no role names,
everybody edits who may edit the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from sheetcrm.messages import N_, texts, tr
from sheetcrm.resources.base import Address
from sheetcrm.resources.lock import Lock
from sheetcrm.schema.rules import Trouble
from sheetcrm.schema.sees import Sees
from sheetcrm.schema.states import column_problem
from sheetcrm.schema.views import role_problem

if TYPE_CHECKING:
    from sheetcrm.schema.context import Context


Level = Literal["writer", "commenter", "reader"]
"""What Drive lets somebody do with the file."""


class Role(BaseModel):
    """
    What people of a role may edit, and those only who have a role that names it: `orders` or `orders.paid`.

    `sees` is what `sheetcrm publish` puts into a copy for them, by sheet.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    edits: tuple[str, ...] = Field(default=(), min_length=1)
    sees: dict[str, Sees] = {}

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.edits and not self.sees:
            raise PydanticCustomError("role", tr("say what the role edits:, what it sees:, or both"))
        return self


def locks(context: Context) -> Iterator[tuple[Address, Lock]]:
    """One a place, its editors the active people of every role that names it and the admins; none without a team."""
    template = context.template
    if context.people is None or template.team is None:
        return
    for place, roles in places(context).items():
        sheet, _, column = place.partition(".")
        editors = {one.email for one in context.people if one.active and one.email and one.role in roles}
        team = template.sheets[template.team.sheet].columns[str(template.team.role)]
        said = "、" if context.language == "zh" else ", "
        titles = said.join(str(team.dump(role, context)) for role in roles)
        description = texts(context.language)(N_("sheetcrm: only {roles}"), roles=titles)
        yield (
            Address(sheet, column, Lock.kind),
            Lock("column" if column else "sheet", (*editors, *context.admins), description),
        )


def places(context: Context) -> dict[str, list[str]]:
    """Each place that is named → the roles that name it."""
    found: dict[str, list[str]] = {}
    for key, role in context.template.roles.items():
        for place in role.edits:
            found.setdefault(place, []).append(key)
    return found


def problems(context: Context) -> Iterator[Trouble]:
    """Roles and places that are not there; a column inside of a sheet that is locked as a whole."""
    for key in context.template.share:
        if message := role_problem(key, context):
            yield ("share", key), message
    whole = {place for place in places(context) if "." not in place}
    for key, role in context.template.roles.items():
        if message := role_problem(key, context):
            yield ("roles", key), message
        for offset, place in enumerate(role.edits):
            sheet, dot, column = place.partition(".")
            unknown = sheet not in context.template.sheets or column
            if message := column_problem(sheet, column, context) if unknown else "":
                yield ("roles", key, "edits", offset), message
            elif dot and sheet in whole:
                message = tr(
                    "{sheet} is locked as a whole already, and nobody could edit {place}; name its columns only",
                    sheet=sheet,
                    place=place,
                )
                yield ("roles", key, "edits", offset), message
        for sheet, sees in role.sees.items():
            yield from (
                (("roles", key, "sees", sheet, *path), message) for path, message in sees.problems(sheet, context)
            )
