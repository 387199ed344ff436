"""
Drive requests → files, copies, permissions and exports.

Drive's errors have another shape than those of Sheets, its answers show four fields unless `fields` asks for more,
and a file that may not be seen is "not found", never "forbidden".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from sheetcrm.server import downloads, drive_query, masks, parts, spreadsheets
from sheetcrm.server.asking import program
from sheetcrm.server.drive_errors import DriveError, invalid, missing
from sheetcrm.server.errors import ApiError
from sheetcrm.server.library import READERS, permission_id
from sheetcrm.server.routes import Backend, Route, path_pattern
from sheetcrm.server.store import File
from sheetcrm.server.wire import Json, Request, Response, json_response

SPREADSHEET = "application/vnd.google-apps.spreadsheet"
FILE_FIELDS = "kind,id,name,mimeType"
DIALECTS = {kind: dialect for dialect, kind in downloads.FORMATS.values()}
FORMATS = (*DIALECTS, downloads.XLSX)
WRITABLE = frozenset({"name", "mimeType", "parents"})
# What files can be ordered by → the field that says it; whoever may edit counts as one person, and no file is a folder.
ORDERS = {
    "createdTime": "createdTime",
    "folder": "kind",
    "modifiedByMeTime": "modifiedTime",
    "modifiedTime": "modifiedTime",
    "name": "name",
    "name_natural": "name",
    "recency": "modifiedTime",
}


def _person(email: str, caller: str) -> Json:
    """A drive#user; the server knows no names, so the address has to do."""
    name = email.partition("@")[0]
    return {
        "kind": "drive#user",
        "displayName": name,
        "me": email == caller,
        "permissionId": permission_id(email),
        "emailAddress": email,
    }


def file_json(backend: Backend, file: File, caller: str) -> Json:
    """Everything that this server knows of a file, as drive#file."""
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
        "owners": [_person(file.owner, caller)],
        "ownedByMe": file.owner == caller,
        "shared": len(file.permissions) > 1,
        "capabilities": {
            "canEdit": role not in READERS,
            "canCopy": True,
            "canDelete": role == "owner",
            "canShare": role not in READERS,
        },
        "permissions": list(file.permissions),
        "permissionIds": [grant["id"] for grant in file.permissions],
        # For the program alone that put them there.
        "appProperties": dict(file.own) if file.made_by == program() else {},
    }


def shown(request: Request, answer: Json, default: str) -> Response:
    """`answer` through the caller's `fields`, or through what Drive shows by default."""
    wanted = request.parameter("fields") or default
    for name in masks.parse(wanted) or {}:
        if name not in answer:
            raise DriveError(400, f"Invalid field selection {name}", "invalidParameter", location="fields")
    return json_response(masks.apply(answer, wanted))


def read_body(request: Request) -> Json:
    try:
        body = json.loads(request.body or b"{}")
    except (ValueError, RecursionError) as error:
        raise DriveError(400, "Parse Error", "parseError") from error
    if not isinstance(body, dict):
        raise DriveError(400, "Parse Error", "parseError")
    return body


def open_file(
    backend: Backend, request: Request, args: Mapping[str, str], *, writing: bool = False
) -> tuple[File, str]:
    """The file of the path and the caller; 404 when it is hidden from them, 403 when they may only read it."""
    caller = backend.guard.caller(request.headers)
    return allowed(backend, args["fileId"], caller, writing=writing), caller


def allowed(backend: Backend, file_id: str, caller: str, *, writing: bool) -> File:
    """A file that a person may read, or write to; otherwise the same errors."""
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
    return file


def about(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """Who the caller is; Drive insists on `fields` here."""
    caller = backend.guard.caller(request.headers)
    if not request.parameter("fields"):
        raise DriveError(400, "The 'fields' parameter is required for this method.", "required", location="fields")
    answer = {
        "kind": "drive#about",
        "user": _person(caller, caller),
        "exportFormats": {SPREADSHEET: list(FORMATS)},
        "importFormats": {kind: [SPREADSHEET] for kind in FORMATS},
        "storageQuota": {"usage": "0"},
    }
    return shown(request, answer, "*")


def create(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """A new empty spreadsheet; no other kind of file exists here."""
    caller = backend.guard.caller(request.headers)
    body = read_body(request)
    if body.get("mimeType") != SPREADSHEET:
        raise invalid(
            f"This embedded server keeps spreadsheets only, not {body.get('mimeType') or 'files without mimeType'}.",
            "mimeType",
        )
    check_new(body, WRITABLE | {"appProperties"})
    made = spreadsheets.create({"properties": {"title": str(body.get("name") or "Untitled")}}, new_id=backend.new_id())
    file = backend.library.add(made, owner=caller, parents=parents_of(body), own=_own(body))
    return shown(request, file_json(backend, file, caller), FILE_FIELDS)


def _own(body: Json) -> dict[str, str]:
    """What a program keeps with a file for itself."""
    own = body.get("appProperties") or {}
    if not isinstance(own, dict) or not all(isinstance(value, str) for value in own.values()):
        raise invalid("Invalid Value", "appProperties")
    return own


def get(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """One file's metadata."""
    file, caller = open_file(backend, request, args)
    if request.parameter("alt") == "media":
        raise DriveError(
            403,
            "Only files with binary content can be downloaded. Use Export with Docs Editors files.",
            "fileNotDownloadable",
            location="alt",
        )
    return shown(request, file_json(backend, file, caller), FILE_FIELDS)


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
    for field, descending in reversed(_order(request.parameter("orderBy"))):
        found.sort(key=lambda one: str(one[field]).casefold(), reverse=descending)
    start, size = _window(request)
    answer: Json = {"kind": "drive#fileList", "incompleteSearch": False, "files": found[start : start + size]}
    wanted = request.parameter("fields") or f"kind,incompleteSearch,nextPageToken,files({FILE_FIELDS})"
    if start + size < len(found):
        answer["nextPageToken"] = str(start + size)
    return json_response(masks.apply(answer, wanted))


def _order(text: str) -> list[tuple[str, bool]]:
    """(field, whether the largest comes first) of each part of an `orderBy`."""
    order = []
    for part in filter(None, text.split(",")):
        field, _, direction = part.strip().partition(" ")
        if field not in ORDERS or direction not in {"", "desc"}:
            raise invalid(
                f"This embedded server orders files by {', '.join(sorted(ORDERS))}, not by {part.strip()}.", "orderBy"
            )
        order.append((ORDERS[field], direction == "desc"))
    return order


def check_new(body: Json, known: frozenset[str] = WRITABLE) -> None:
    """Refuse what this server does not keep of a new file."""
    if unknown := body.keys() - known:
        raise invalid(f"This embedded server keeps no {min(unknown)} of a file.", min(unknown))


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
    file, caller = open_file(backend, request, args, writing=True)
    body = read_body(request)
    if unknown := set(body) - {"name", "trashed", "mimeType", "parents"}:
        raise invalid(f"This embedded server cannot change {', '.join(sorted(unknown))} of a file.", min(unknown))
    if isinstance(body.get("name"), str):
        with backend.library.opened(file.id) as (spreadsheet,):
            change = {"updateSpreadsheetProperties": {"properties": {"title": body["name"]}, "fields": "title"}}
            spreadsheets.batch_update(spreadsheet, {"requests": [change]})
        file = backend.library.file(file.id)
    parents = _parents(file, request)
    if "trashed" in body or parents is not None:
        trashed = bool(body.get("trashed", file.trashed))
        file = backend.library.change(
            file.id, lambda old: replace(old, trashed=trashed, parents=old.parents if parents is None else parents)
        )
    return shown(request, file_json(backend, file, caller), FILE_FIELDS)


def _parents(file: File, request: Request) -> tuple[str, ...] | None:
    """Where `addParents` and `removeParents` move a file; None when they do not.  A file is in one folder, as at Google."""
    added, removed = (
        [name for name in request.parameter(key).split(",") if name] for key in ("addParents", "removeParents")
    )
    if not added and not removed:
        return None
    return tuple(added) or tuple(parent for parent in file.parents if parent not in removed)


def copy(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """The same spreadsheet under a new id, owned by the caller."""
    file, caller = open_file(backend, request, args)
    body = read_body(request)
    check_new(body)
    with backend.library.opened(file.id) as (source,):
        twin = parts.load(backend.new_id(), parts.dump(source))
    name = str(body.get("name") or f"Copy of {file.name}")
    spreadsheets.batch_update(
        twin, {"requests": [{"updateSpreadsheetProperties": {"properties": {"title": name}, "fields": "title"}}]}
    )
    made = backend.library.add(twin, owner=caller, parents=parents_of(body) or file.parents)
    return shown(request, file_json(backend, made, caller), FILE_FIELDS)


def delete(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """Gone for good, by its owner only."""
    file, caller = open_file(backend, request, args)
    if file.role(caller) != "owner":
        raise DriveError(
            403, "The user does not have sufficient permissions for this file.", "insufficientFilePermissions"
        )
    backend.library.remove(file.id)
    return Response(204, {"Content-Type": "text/html"})


def export(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """The first sheet as people see it, as CSV or TSV, or everything as .xlsx; other formats are refused by name."""
    file, _ = open_file(backend, request, args)
    kind = request.parameter("mimeType")
    if kind not in FORMATS:
        raise invalid(
            f"This embedded server exports {', '.join(FORMATS[:-1])} and {FORMATS[-1]}, "
            f"not {kind or 'a file without mimeType'}.",
            "mimeType",
        )
    with backend.library.opened(file.id) as (spreadsheet,):
        if kind == downloads.XLSX:
            content = downloads.workbook(spreadsheet)
        else:
            content = downloads.table(spreadsheet, spreadsheet.grids[0], DIALECTS[kind]).encode()
    return Response(200, {"Content-Type": kind}, content)


def parents_of(body: Json) -> tuple[str, ...]:
    """The folders that a file shall be in; this server keeps their names and nothing else of them."""
    parents = body.get("parents") or []
    return tuple(parent for parent in parents if isinstance(parent, str))


def list_comments(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """None: this server keeps no comments, and creating one is refused."""
    open_file(backend, request, args)
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
        ("drive.comments.list", "GET", FILE + "/comments", "drive read", list_comments),
    )
)
