"""
`/server/faults` → faults ordered, shown, forgotten, over HTTP.

Not Google's: for test suites whose server runs in another process.  Only the server's own token opens it, never one that
the token endpoint gave out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields

from sheetcrm.server.errors import ApiError, invalid
from sheetcrm.server.faults import Fault, fault_json
from sheetcrm.server.routes import Backend, Route, path_pattern
from sheetcrm.server.wire import Request, Response, json_response

FAULTS = "/server/faults"
KNOWN = frozenset(field.name for field in fields(Fault))


def add_fault(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """Order the fault in the body; the answer lists all that wait."""
    backend.guard.check_own_token(request.headers)
    try:
        body = json.loads(request.body)
    except ValueError as error:
        raise invalid("The body is not JSON.") from error
    if not isinstance(body, dict):
        raise invalid("The body is not an object.")
    if unknown := body.keys() - KNOWN:
        raise invalid(
            f"{', '.join(sorted(unknown))}: no such setting of a fault; there are {', '.join(sorted(KNOWN))}."
        )
    try:
        backend.faults.add(Fault(**body))
    except ValueError as error:
        raise ApiError(400, str(error)) from error
    return _listed(backend)


def list_faults(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """What has not happened yet."""
    backend.guard.check_own_token(request.headers)
    return _listed(backend)


def clear_faults(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """Forget every fault that waits."""
    backend.guard.check_own_token(request.headers)
    backend.faults.clear()
    return _listed(backend)


def _listed(backend: Backend) -> Response:
    return json_response({"faults": [fault_json(fault) for fault in backend.faults.waiting()]})


ROUTES = (
    Route("server.faults.add", "POST", path_pattern(FAULTS), "admin", add_fault),
    Route("server.faults.list", "GET", path_pattern(FAULTS), "admin", list_faults),
    Route("server.faults.clear", "DELETE", path_pattern(FAULTS), "admin", clear_faults),
)
