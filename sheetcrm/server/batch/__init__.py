"""
Requests of a batchUpdate → changes of a spreadsheet, all or none, and their replies.

Each sees what the ones before it did.  A function carries the name of its request, and Google's reference is what it
promises; docstrings here only say what that leaves open.  What Google knows and this server does not is refused by name.
"""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from sheetcrm.server import door, masks
from sheetcrm.server.batch import touched
from sheetcrm.server.batch.registry import HANDLERS
from sheetcrm.server.errors import ApiError, invalid, unsupported
from sheetcrm.server.model import Spreadsheet

Json = dict[str, Any]

__all__ = ["HANDLERS", "run"]

# Every family in this folder registers its requests by being imported.
for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")


def run(spreadsheet: Spreadsheet, requests: list[Json]) -> list[Json]:
    """Carry the requests out in order; the replies, one for each.  A refusal names the request and undoes all."""
    with spreadsheet.transaction():
        return [_run_one(spreadsheet, index, request) for index, request in enumerate(requests)]


def _run_one(spreadsheet: Spreadsheet, index: int, request: Json) -> Json:
    if len(request) != 1:
        raise ApiError(400, f"Invalid requests[{index}]: exactly one kind of request must be set.")
    ((kind, body),) = request.items()
    try:
        handler = HANDLERS.get(kind)
        if handler is None:
            raise unsupported(kind)
        if body.get("fields"):
            _check_mask(kind, body["fields"])
        touched.check(spreadsheet, kind, body)
        reply = handler(spreadsheet, body)
    except ApiError as error:
        if error.status == "INTERNAL":
            raise
        message = f"Invalid requests[{index}].{kind}: {error.message}"
        raise ApiError(error.code, message, error.status, error.details) from error
    return {} if reply is None else {kind: reply}


def _check_mask(kind: str, fields: str) -> None:
    wrong = door.check_update_mask(masks.parse(fields), kind)
    if wrong is not None:
        raise invalid(f"Invalid field: {wrong}")
