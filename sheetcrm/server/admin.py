"""
`/server/…` → faults ordered, shown, forgotten, and credentials files, over HTTP.

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
from sheetcrm.server.wire import Json, Request, Response, json_response

FAULTS = "/server/faults"
CREDENTIALS = "/server/credentials"
ACTORS = "/server/actors"
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


def write_credentials(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """A credentials file for whoever the body names, as google-auth reads it; its addresses are where this request went."""
    backend.guard.check_own_token(request.headers)
    body = _read(request, frozenset({"type", "email", "testing"}))
    address = f"http://{request.headers.get('host', '')}"
    if body.get("type") == "desktop":
        return json_response(backend.issuer.desktop(address, testing=body.get("testing") is True))
    email = body.get("email")
    if not isinstance(email, str) or "@" not in email:
        raise invalid("email: the address that the file shall stand for")
    if body.get("type") == "service_account":
        return json_response(backend.issuer.service_account(email, f"{address}/token"))
    if body.get("type") == "authorized_user":
        return json_response(backend.issuer.authorized_user(email))
    raise invalid(f"type: {body.get('type')!r} is none of service_account, authorized_user and desktop")


def let_act(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """Let `email` have tokens of the service account `account`, until the server is closed."""
    backend.guard.check_own_token(request.headers)
    body = _read(request, frozenset({"email", "account"}))
    for name in ("email", "account"):
        if not isinstance(body.get(name), str) or "@" not in body[name]:
            raise invalid(f"{name}: an address is needed")
    backend.issuer.let_act(body["email"], body["account"])
    return json_response({})


def _read(request: Request, known: frozenset[str]) -> Json:
    """The body, an object with none but `known` settings; ApiError 400 for anything else."""
    try:
        body = json.loads(request.body)
    except ValueError as error:
        raise invalid("The body is not JSON.") from error
    if not isinstance(body, dict):
        raise invalid("The body is not an object.")
    if unknown := body.keys() - known:
        raise invalid(f"{', '.join(sorted(unknown))}: no such setting; there are {', '.join(sorted(known))}.")
    return body


def _listed(backend: Backend) -> Response:
    return json_response({"faults": [fault_json(fault) for fault in backend.faults.waiting()]})


ROUTES = (
    Route("server.faults.add", "POST", path_pattern(FAULTS), "admin", add_fault),
    Route("server.faults.list", "GET", path_pattern(FAULTS), "admin", list_faults),
    Route("server.faults.clear", "DELETE", path_pattern(FAULTS), "admin", clear_faults),
    Route("server.credentials.write", "POST", path_pattern(CREDENTIALS), "admin", write_credentials),
    Route("server.actors.add", "POST", path_pattern(ACTORS), "admin", let_act),
)
