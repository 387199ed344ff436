"""
A kind of thing that sheets hold and an id → the thing, and the sheet that holds it.

Ids are unique in the whole spreadsheet, and a client may choose them.
"""

from typing import Any

from sheetcrm.server.errors import invalid
from sheetcrm.server.model import Sheet, Spreadsheet

Json = dict[str, Any]


def claim_id(spreadsheet: Spreadsheet, kind: str, wanted: int | None, noun: str) -> int:
    """The id for a new thing: the wanted one, when nothing has it, or a fresh one."""
    taken = spreadsheet.directory.homes(kind)
    if wanted is None:
        return spreadsheet.fresh_id(taken.__contains__)
    if wanted in taken:
        raise invalid(f"Cannot add {noun} with id {wanted}: that id is already used.")
    return wanted


def find(spreadsheet: Spreadsheet, kind: str, wanted: int, noun: str) -> tuple[Sheet, Json]:
    """The sheet and the thing with this id; refused when there is none."""
    found = spreadsheet.thing(kind, wanted)
    if found is None:
        raise invalid(f"No {noun} with id: {wanted}")
    return found
