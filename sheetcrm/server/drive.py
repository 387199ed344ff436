"""
Drive requests → files, copies, permissions and exports.

Drive's errors have another shape than those of Sheets, its answers show four fields unless `fields` asks for more,
and a file that may not be seen is "not found", never "forbidden".
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sheetcrm.server import drive_query, masks, parts, spreadsheets, values
from sheetcrm.server.errors import ApiError
from sheetcrm.server.library import READERS, permission_id, title
from sheetcrm.server.routes import Backend, Route, path_pattern
from sheetcrm.server.store import File
from sheetcrm.server.wire import Json, Request, Response, json_response

SPREADSHEET = "application/vnd.google-apps.spreadsheet"
FILE_FIELDS = "kind,id,name,mimeType"
PERMISSION_FIELDS = "id,type,kind,role"
EXPORTS = {"text/csv": "excel", "text/tab-separated-values": "excel-tab"}
ROLES = ("owner", "organizer", "fileOrganizer", "writer", "commenter", "reader")
REASONS = {
    400: "invalid",
    401: "authError",
    403: "insufficientFilePermissions",
    404: "notFound",
    405: "httpMethodNotAllowed",
    501: "notImplemented",
}


def is_drive(path: str) -> bool:
    """True for paths whose errors have Drive's shape."""
    return path.startswith(("/drive/", "/upload/drive/"))


class DriveError(ApiError):
    """An error with the reason and the place that Drive adds to it."""

    def __init__(self, code: int, message: str, reason: str, *, location: str = "", kind: str = "parameter") -> None:
        super().__init__(code, message)
        self.reason = reason
        self.place = {"location": location, "locationType": kind} if location else {}


def error_body(error: ApiError) -> Json:
    """Drive's error shape: no `status`, but a list of reasons; a 401 has both."""
    reason = getattr(error, "reason", None) or REASONS.get(error.code, "backendError")
    place: Json = getattr(error, "place", {})
    if error.code == 401:
        place = {"locationType": "header", "location": "Authorization"}
    body: Json = {
        "code": error.code,
        "message": error.message,
        "errors": [{"message": error.message, "domain": "global", "reason": reason, **place}],
    }
    if error.code == 401:
        body["status"] = error.status
    return {"error": body}


def missing(file_id: str) -> DriveError:
    """What Drive says of a file that is not there, or not for this caller."""
    return DriveError(404, f"File not found: {file_id}.", "notFound", location="fileId")


def invalid(message: str, location: str) -> DriveError:
    """A parameter that Drive does not take."""
    return DriveError(400, message, "invalid", location=location)


def file_json(backend: Backend, file: File, caller: str) -> Json:
    """Everything that this server knows of a file, as drive#file."""
    owner = next((grant["emailAddress"] for grant in file.permissions if grant["role"] == "owner"), "")
    person = {
        "kind": "drive#user",
        "displayName": owner.partition("@")[0],
        "me": owner == caller,
        "permissionId": permission_id(owner),
        "emailAddress": owner,
    }
    role = file.role(caller)
    return {
        "kind": "drive#file",
        "id": file.id,
        "name": file.name,
        "mimeType": SPREADSHEET,
        "trashed": file.trashed,
        "parents": list(file.parents or ("root",)),
        "version": str(file.version),
        "webViewLink": backend.page_url(file.id),
        "createdTime": file.created,
        "modifiedTime": file.modified,
        "owners": [person],
        "ownedByMe": owner == caller,
        "shared": len(file.permissions) > 1,
        "capabilities": {
            "canEdit": role not in READERS,
            "canCopy": True,
            "canDelete": role == "owner",
            "canShare": role not in READERS,
        },
        "permissions": list(file.permissions),
        "permissionIds": [grant["id"] for grant in file.permissions],
    }


def _shown(request: Request, answer: Json, default: str) -> Response:
    """`answer` through the caller's `fields`, or through what Drive shows by default."""
    wanted = request.parameter("fields") or default
    for name in masks.parse(wanted) or {}:
        if name not in answer:
            raise DriveError(400, f"Invalid field selection {name}", "invalidParameter", location="fields")
    return json_response(masks.apply(answer, wanted))


def _body(request: Request) -> Json:
    try:
        body = json.loads(request.body or b"{}")
    except ValueError as error:
        raise DriveError(400, "Parse Error", "parseError") from error
    if not isinstance(body, dict):
        raise DriveError(400, "Parse Error", "parseError")
    return body


def _file(backend: Backend, request: Request, args: Mapping[str, str], *, writing: bool = False) -> tuple[File, str]:
    """The file of the path and the caller; 404 when it is hidden from them, 403 when they may only read it."""
    caller = backend.guard.caller(request.headers)
    file_id = args["fileId"]
    try:
        file = backend.library.file(file_id)
    except ApiError as error:
        raise missing(file_id) from error
    role = file.role(caller)
    if role is None:
        raise missing(file_id)
    if writing and role in READERS:
        raise DriveError(
            403, "The user does not have sufficient permissions for this file.", "insufficientFilePermissions"
        )
    return file, caller


def about(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """Who the caller is; Drive insists on `fields` here."""
    caller = backend.guard.caller(request.headers)
    if not request.parameter("fields"):
        raise DriveError(400, "The 'fields' parameter is required for this method.", "required", location="fields")
    user = {
        "kind": "drive#user",
        "displayName": caller.partition("@")[0],
        "me": True,
        "permissionId": permission_id(caller),
        "emailAddress": caller,
    }
    answer = {
        "kind": "drive#about",
        "user": user,
        "exportFormats": {SPREADSHEET: list(EXPORTS)},
        "storageQuota": {"usage": "0"},
    }
    return _shown(request, answer, "*")


def create(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """A new empty spreadsheet; no other kind of file exists here."""
    caller = backend.guard.caller(request.headers)
    body = _body(request)
    if body.get("mimeType") != SPREADSHEET:
        raise invalid(
            f"This embedded server keeps spreadsheets only, not {body.get('mimeType') or 'files without mimeType'}.",
            "mimeType",
        )
    made = spreadsheets.create({"properties": {"title": str(body.get("name") or "Untitled")}}, new_id=backend.new_id())
    file = backend.library.add(made, owner=caller, parents=_parents(body))
    return _shown(request, file_json(backend, file, caller), FILE_FIELDS)


def get(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """One file's metadata."""
    file, caller = _file(backend, request, args)
    if request.parameter("alt") == "media":
        raise DriveError(
            403,
            "Only files with binary content can be downloaded. Use Export with Docs Editors files.",
            "fileNotDownloadable",
            location="alt",
        )
    return _shown(request, file_json(backend, file, caller), FILE_FIELDS)


def list_files(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """The caller's files that match `q`, last changed first, a page at a time."""
    caller = backend.guard.caller(request.headers)
    try:
        matches = drive_query.parse(request.parameter("q"))
    except ValueError as error:
        raise invalid(f"Invalid Value: {error}", "q") from error
    found = [
        described for file in backend.library.files(caller) if matches(described := file_json(backend, file, caller))
    ]
    start, size = _window(request)
    answer: Json = {"kind": "drive#fileList", "incompleteSearch": False, "files": found[start : start + size]}
    wanted = request.parameter("fields") or f"kind,incompleteSearch,nextPageToken,files({FILE_FIELDS})"
    if start + size < len(found):
        answer["nextPageToken"] = str(start + size)
    return json_response(masks.apply(answer, wanted))


def _window(request: Request) -> tuple[int, int]:
    try:
        start, size = int(request.parameter("pageToken") or 0), int(request.parameter("pageSize") or 100)
    except ValueError as error:
        raise invalid("Invalid Value", "pageToken") from error
    if not 1 <= size <= 1000:
        raise invalid(f"Invalid value '{size}'. Values must be within the range: [1, 1000]", "pageSize")
    return max(start, 0), size


def update(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """Rename, trash or bring back, move; anything else in the body is refused by name."""
    file, caller = _file(backend, request, args, writing=True)
    body = _body(request)
    if unknown := set(body) - {"name", "trashed", "mimeType", "parents"}:
        raise invalid(f"This embedded server cannot change {', '.join(sorted(unknown))} of a file.", min(unknown))
    if isinstance(body.get("name"), str):
        with backend.library.opened(file.id) as (spreadsheet,):
            change = {"updateSpreadsheetProperties": {"properties": {"title": body["name"]}, "fields": "title"}}
            spreadsheets.batch_update(spreadsheet, {"requests": [change]})
        file = backend.library.file(file.id)
    parents = tuple(name for name in request.parameter("addParents").split(",") if name)
    if "trashed" in body or parents:
        file = backend.library.change(
            replace(file, trashed=bool(body.get("trashed", file.trashed)), parents=parents or file.parents)
        )
    return _shown(request, file_json(backend, file, caller), FILE_FIELDS)


def copy(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """The same spreadsheet under a new id, owned by the caller."""
    file, caller = _file(backend, request, args)
    body = _body(request)
    with backend.library.opened(file.id) as (source,):
        twin = parts.load(backend.new_id(), parts.dump(source))
    name = str(body.get("name") or f"Copy of {file.name}")
    spreadsheets.batch_update(
        twin, {"requests": [{"updateSpreadsheetProperties": {"properties": {"title": name}, "fields": "title"}}]}
    )
    made = backend.library.add(twin, owner=caller, parents=_parents(body) or file.parents)
    return _shown(request, file_json(backend, made, caller), FILE_FIELDS)


def delete(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """Gone for good, by its owner only."""
    file, caller = _file(backend, request, args)
    if file.role(caller) != "owner":
        raise DriveError(
            403, "The user does not have sufficient permissions for this file.", "insufficientFilePermissions"
        )
    backend.library.remove(file.id)
    return Response(204, {"Content-Type": "text/html"})


def export(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """The first sheet as people see it, as CSV or TSV; other formats are refused by name."""
    file, _ = _file(backend, request, args)
    kind = request.parameter("mimeType")
    if kind not in EXPORTS:
        raise invalid(
            f"This embedded server exports {' and '.join(EXPORTS)}, not {kind or 'a file without mimeType'}.",
            "mimeType",
        )
    with backend.library.opened(file.id) as (spreadsheet,):
        first = spreadsheet.sheets[0].title.replace("'", "''")
        rows: list[list[Any]] = values.get(spreadsheet, f"'{first}'").get("values", [])
    width = max(map(len, rows), default=0)
    text = io.StringIO()
    csv.writer(text, dialect=EXPORTS[kind]).writerows([*row, *[""] * (width - len(row))] for row in rows)
    return Response(200, {"Content-Type": kind}, text.getvalue().removesuffix("\r\n").encode())


def upload_csv(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """Drive v2's upload as gspread's import_csv sends it: the whole spreadsheet becomes one sheet with the CSV's cells."""
    file, _ = _file(backend, request, args, writing=True)
    if not request.headers.get("content-type", "").startswith("text/csv") or request.parameter("uploadType") != "media":
        raise invalid("This embedded server takes uploads of text/csv with uploadType=media only.", "uploadType")
    rows = list(csv.reader(io.StringIO(request.body.decode("utf-8-sig", "replace"), newline="")))
    with backend.library.opened(file.id) as (old,):
        # Seen in recorded traffic: an imported file is in Los Angeles and its sheet has the file's title.
        properties = {"title": title(old), "locale": old.locale, "timeZone": "America/Los_Angeles"}
        grid = {"rowCount": max(1000, len(rows)), "columnCount": max(26, *map(len, rows), 26)}
        sheet = {"properties": {"title": title(old)[:100], "gridProperties": grid}}
        made = spreadsheets.create({"properties": properties, "sheets": [sheet]}, new_id=file.id)
        if rows:
            values.update(made, "A1", {"values": rows}, value_input_option="USER_ENTERED")
        file = backend.library.replace(made)
    answer = {
        "kind": "drive#file",
        "id": file.id,
        "title": file.name,
        "mimeType": SPREADSHEET,
        "labels": {"trashed": file.trashed},
    }
    return json_response(
        {
            **answer,
            "createdDate": file.created,
            "modifiedDate": file.modified,
            "alternateLink": backend.page_url(file.id),
        }
    )


def _parents(body: Json) -> tuple[str, ...]:
    parents = body.get("parents") or []
    return tuple(parent for parent in parents if isinstance(parent, str))


def list_permissions(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """Who may open the file."""
    file, _ = _file(backend, request, args)
    answer = {"kind": "drive#permissionList", "permissions": list(file.permissions)}
    return json_response(masks.apply(answer, request.parameter("fields") or f"kind,permissions({PERMISSION_FIELDS})"))


def create_permission(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """Share the file; nobody is mailed by this server."""
    file, _ = _file(backend, request, args, writing=True)
    body = _body(request)
    kind, role = body.get("type"), body.get("role")
    if kind not in {"user", "group", "domain", "anyone"}:
        raise invalid(
            "The permission type field is required." if not kind else f"Invalid permission type: {kind}",
            "permission.type",
        )
    if role not in ROLES:
        raise invalid(
            "The permission role field is required." if not role else f"Invalid permission role: {role}",
            "permission.role",
        )
    if role == "owner":
        raise DriveError(403, "This embedded server does not transfer ownership.", "forbidden")
    address = str(body.get("emailAddress") or body.get("domain") or "")
    if kind != "anyone" and not address:
        raise invalid("The emailAddress field is required for this type of permission.", "permission.emailAddress")
    grant = {
        "kind": "drive#permission",
        "id": permission_id(address) if address else "anyoneWithLink",
        "type": kind,
        "role": role,
    }
    if address:
        grant["domain" if kind == "domain" else "emailAddress"] = address
    others = tuple(old for old in file.permissions if old["id"] != grant["id"])
    backend.library.change(replace(file, permissions=(*others, grant)))
    return _shown(request, grant, PERMISSION_FIELDS)


def delete_permission(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """Stop sharing with one person; the owner cannot be removed."""
    file, _ = _file(backend, request, args, writing=True)
    gone = next((grant for grant in file.permissions if grant["id"] == args["permissionId"]), None)
    if gone is None:
        raise DriveError(404, f"Permission not found: {args['permissionId']}.", "notFound", location="permissionId")
    if gone["role"] == "owner":
        raise DriveError(403, "The owner of a file cannot be removed.", "cannotDeletePermission")
    backend.library.change(replace(file, permissions=tuple(grant for grant in file.permissions if grant is not gone)))
    return Response(204, {"Content-Type": "text/html"})


def list_comments(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """None: this server keeps no comments, and creating one is refused."""
    _file(backend, request, args)
    return json_response(masks.apply({"kind": "drive#commentList", "comments": []}, request.parameter("fields")))


FILE = "/drive/v3/files/{fileId}"
ROUTES = tuple(
    Route(name, method, path_pattern(template), kind, answer)
    for name, method, template, kind, answer in (
        ("drive.about.get", "GET", "/drive/v3/about", "drive read", about),
        ("drive.files.create", "POST", "/drive/v3/files", "drive write", create),
        ("drive.files.list", "GET", "/drive/v3/files", "drive read", list_files),
        ("drive.files.get", "GET", FILE, "drive read", get),
        ("drive.files.update", "PATCH", FILE, "drive write", update),
        ("drive.files.delete", "DELETE", FILE, "drive write", delete),
        ("drive.files.copy", "POST", FILE + "/copy", "drive write", copy),
        ("drive.files.export", "GET", FILE + "/export", "drive read", export),
        ("drive.permissions.list", "GET", FILE + "/permissions", "drive read", list_permissions),
        ("drive.permissions.create", "POST", FILE + "/permissions", "drive write", create_permission),
        ("drive.permissions.delete", "DELETE", FILE + "/permissions/{permissionId}", "drive write", delete_permission),
        ("drive.comments.list", "GET", FILE + "/comments", "drive read", list_comments),
        ("drive.v2.files.update", "PUT", "/upload/drive/v2/files/{fileId}", "drive write", upload_csv),
    )
)
