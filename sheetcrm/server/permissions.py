"""
Permission requests → who may open a file.

Nobody is ever mailed by this server, whatever sendNotificationEmail says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sheetcrm.server import masks
from sheetcrm.server.drive import FILE, open_file, read_body, shown
from sheetcrm.server.drive_errors import DriveError, invalid
from sheetcrm.server.library import permission_id
from sheetcrm.server.routes import Backend, Route, path_pattern
from sheetcrm.server.store import File
from sheetcrm.server.wire import Json, Request, Response, json_response

PERMISSION_FIELDS = "id,type,kind,role"
TYPES = ("user", "group", "domain", "anyone")
ROLES = ("owner", "organizer", "fileOrganizer", "writer", "commenter", "reader")


def list_permissions(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """Who may open the file."""
    file, _ = open_file(backend, request, args)
    answer = {"kind": "drive#permissionList", "permissions": list(file.permissions)}
    return json_response(masks.apply(answer, request.parameter("fields") or f"kind,permissions({PERMISSION_FIELDS})"))


def create_permission(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """Share the file; nobody is mailed by this server."""
    file, _ = open_file(backend, request, args, writing=True)
    grant = _grant(read_body(request))
    held = next((old for old in file.permissions if old["id"] == grant["id"]), None)
    if held is not None and (held == grant or held["role"] == "owner"):
        return shown(request, held, PERMISSION_FIELDS)
    if grant["role"] == "owner":
        raise DriveError(403, "This embedded server does not transfer ownership.", "forbidden")
    backend.library.change(file.id, lambda file: replace(file, permissions=(*_without(file, grant["id"]), grant)))
    return shown(request, grant, PERMISSION_FIELDS)


def _grant(body: Json) -> Json:
    """The permission that a body describes; refused when it says too little."""
    kind = body.get("type")
    if kind not in TYPES:
        text = f"Invalid permission type: {kind}" if kind else "The permission type field is required."
        raise invalid(text, "permission.type")
    role = _role(body)
    base = {"kind": "drive#permission", "type": kind, "role": role}
    if kind == "anyone":
        return {**base, "id": "anyoneWithLink"}
    key = "domain" if kind == "domain" else "emailAddress"
    address = body.get(key)
    if not isinstance(address, str) or not address:
        raise invalid(f"The {key} field is required for this type of permission.", f"permission.{key}")
    return {**base, "id": permission_id(address), key: address}


def _role(body: Json) -> str:
    """The role that a body names; refused when it is none."""
    role = body.get("role")
    if role not in ROLES:
        text = f"Invalid permission role: {role}" if role else "The permission role field is required."
        raise invalid(text, "permission.role")
    return str(role)


def _without(file: File, permission: str) -> tuple[Json, ...]:
    return tuple(grant for grant in file.permissions if grant["id"] != permission)


def _held(file: File, args: Mapping[str, str]) -> Json:
    """The permission of the path; Drive's 404 when the file has no such one."""
    held = next((grant for grant in file.permissions if grant["id"] == args["permissionId"]), None)
    if held is None:
        raise DriveError(404, f"Permission not found: {args['permissionId']}.", "notFound", location="permissionId")
    return held


def get_permission(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """One of those who may open the file."""
    file, _ = open_file(backend, request, args)
    return shown(request, _held(file, args), PERMISSION_FIELDS)


def update_permission(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """Another role for somebody, or the file itself: offered to an editor by its owner, then accepted by that editor."""
    file, caller = open_file(backend, request, args, writing=True)
    held, body = _held(file, args), read_body(request)
    if unknown := body.keys() - {"role", "pendingOwner"}:
        raise invalid(
            f"The resource body includes fields which are not directly writable: {min(unknown)}.", min(unknown)
        )
    role = _role(body)
    if body.get("pendingOwner") and (role != "writer" or held["type"] != "user" or file.role(caller) != "owner"):
        raise DriveError(403, "Only the owner may offer a file, and only to a person who may write.", "forbidden")
    changed = {**{key: part for key, part in held.items() if key != "pendingOwner"}, "role": role}
    if body.get("pendingOwner"):
        changed["pendingOwner"] = True
    accepted = role == "owner" and held.get("pendingOwner") and held["emailAddress"].lower() == caller.lower()
    if "owner" in {role, held["role"]} and role != held["role"] and not accepted:
        raise DriveError(
            403, "This embedded server lets only whom a file was offered to become its owner.", "forbidden"
        )

    def edit(old: File) -> File:
        others = ({**one, "role": "writer"} if accepted and one["role"] == "owner" else one for one in old.permissions)
        return replace(old, permissions=tuple(changed if one["id"] == held["id"] else one for one in others))

    backend.library.change(file.id, edit)
    return shown(request, changed, PERMISSION_FIELDS)


def delete_permission(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """Stop sharing with one person; the owner cannot be removed."""
    file, _ = open_file(backend, request, args, writing=True)
    gone = _held(file, args)
    if gone["role"] == "owner":
        raise DriveError(403, "The owner of a file cannot be removed.", "cannotDeletePermission")
    backend.library.change(file.id, lambda file: replace(file, permissions=_without(file, gone["id"])))
    return Response(204, {"Content-Type": "text/html"})


ROUTES = tuple(
    Route(f"drive.permissions.{name}", method, path_pattern(FILE + "/permissions" + rest), kind, answer)
    for name, method, rest, kind, answer in (
        ("list", "GET", "", "drive read", list_permissions),
        ("create", "POST", "", "drive write", create_permission),
        ("get", "GET", "/{permissionId}", "drive read", get_permission),
        ("update", "PATCH", "/{permissionId}", "drive write", update_permission),
        ("delete", "DELETE", "/{permissionId}", "drive write", delete_permission),
    )
)
