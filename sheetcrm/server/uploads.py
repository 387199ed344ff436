"""
Requests that upload a file → a new spreadsheet, or another content of one.

In one request (media, multipart) or in several (resumable).  What Drive would keep as a file of its own kind is refused
by name: this server keeps spreadsheets only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import Message

from sheetcrm.server.asking import asking, program
from sheetcrm.server.drive import FILE_FIELDS, SPREADSHEET, allowed, check_new, file_json, open_file, parents_of, shown
from sheetcrm.server.drive_errors import DriveError, invalid
from sheetcrm.server.imported import check_kind, imported
from sheetcrm.server.library import title
from sheetcrm.server.model import Spreadsheet
from sheetcrm.server.resumable import Session
from sheetcrm.server.routes import Backend, Route, path_pattern
from sheetcrm.server.store import File
from sheetcrm.server.wire import Json, Request, Response, json_response

PART = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True)
class Upload:
    """What came in one request: what is said of the file, and its content."""

    metadata: Json
    kind: str
    charset: str
    content: bytes


def create(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """Drive v3: a table that becomes a new spreadsheet, when the metadata ask for one."""
    caller = backend.guard.caller(request.headers)
    if request.parameter("uploadType") == "resumable":
        return _begun(backend, request, caller, _check_new)
    return _created(backend, request, read_upload(request), caller)


def _created(backend: Backend, request: Request, upload: Upload, caller: str) -> Response:
    _check_new(upload)
    name = str(upload.metadata.get("name") or "Untitled")
    made = _imported(upload, backend.new_id(), name, "en_US")
    file = backend.library.add(made, owner=caller, parents=parents_of(upload.metadata))
    return shown(request, file_json(backend, file, caller), FILE_FIELDS)


def _check_new(upload: Upload) -> None:
    wanted = upload.metadata.get("mimeType")
    if wanted != SPREADSHEET:
        raise invalid(
            f"This embedded server keeps spreadsheets only, not {wanted or upload.kind or 'files without mimeType'}; "
            f"send metadata with mimeType {SPREADSHEET}.",
            "mimeType",
        )
    check_new(upload.metadata)
    check_kind(upload.kind)


def update(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """Drive v3: a table in the place of everything that the spreadsheet held; a name in the metadata renames it."""
    file, caller = open_file(backend, request, args, writing=True)
    if request.parameter("uploadType") == "resumable":
        return _begun(backend, request, caller, _check_change)
    return _updated(backend, request, read_upload(request), file, caller)


def _updated(backend: Backend, request: Request, upload: Upload, file: File, caller: str) -> Response:
    _check_change(upload)
    file = _replaced(backend, file, upload)
    return shown(request, file_json(backend, file, caller), FILE_FIELDS)


def proceed(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """More of an upload that was begun; who knows its URL is who began it, as at Google's."""
    session = backend.uploads.take(request)
    if isinstance(session, Response):
        return session
    upload = Upload(session.metadata, *_kind(session.content_type), bytes(session.content))
    if "fileId" not in args:
        with asking(session.program):
            return _created(backend, request, upload, session.caller)
    file = allowed(backend, args["fileId"], session.caller, writing=True)
    return _updated(backend, request, upload, file, session.caller)


def _check_change(upload: Upload) -> None:
    if unknown := upload.metadata.keys() - {"name", "mimeType"}:
        raise invalid(f"This embedded server cannot change {min(unknown)} of a file while uploading.", min(unknown))
    if upload.metadata.get("mimeType", SPREADSHEET) != SPREADSHEET:
        raise invalid("This embedded server cannot make anything else of a spreadsheet.", "mimeType")
    check_kind(upload.kind)


def update_v2(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """Drive v2, as gspread's import_csv sends it: the whole spreadsheet becomes one sheet with the table's cells."""
    file, _ = open_file(backend, request, args, writing=True)
    if request.parameter("uploadType") != "media":
        raise invalid("This embedded server takes uploads of Drive v2 with uploadType=media only.", "uploadType")
    upload = read_upload(request)
    check_kind(upload.kind)
    file = _replaced(backend, file, upload)
    return json_response(
        {
            "kind": "drive#file",
            "id": file.id,
            "title": file.name,
            "mimeType": SPREADSHEET,
            "labels": {"trashed": file.trashed},
            "createdDate": file.created,
            "modifiedDate": file.modified,
            "alternateLink": backend.page_url(file.id),
        }
    )


def read_upload(request: Request) -> Upload:
    """The upload in a request of uploadType media or multipart; DriveError 400 when it cannot be read."""
    kind, settings = _content_type(request.headers.get("content-type", ""))
    way = request.parameter("uploadType")
    if way == "media":
        return Upload({}, kind, settings.get("charset", ""), request.body)
    if way != "multipart":
        raise invalid(
            f"This embedded server takes uploads with uploadType=media, multipart or resumable, not {way or 'none'}.",
            "uploadType",
        )
    boundary = settings.get("boundary", "")
    if kind != "multipart/related" or not boundary:
        raise _malformed()
    parts = _parts(request.body, boundary.encode())
    if len(parts) != 2:
        raise _malformed()
    (_, said), (media, content) = parts
    return Upload(_metadata(said), *_kind(media), content)


def _metadata(said: bytes) -> Json:
    try:
        metadata = json.loads(said or b"{}")
    except (ValueError, RecursionError) as error:
        raise DriveError(400, "Parse Error", "parseError") from error
    if not isinstance(metadata, dict):
        raise DriveError(400, "Parse Error", "parseError")
    return metadata


def _parts(body: bytes, boundary: bytes) -> list[tuple[str, bytes]]:
    """The Content-Type and the content of each part (RFC 2046 §5.1); the content keeps every byte."""
    found = []
    pieces = re.split(rb"(?:^|\r?\n)--" + re.escape(boundary), body)
    if len(pieces) < 3 or not pieces[-1].startswith(b"--"):
        raise _malformed()
    for piece in pieces[1:-1]:
        head, gap, content = piece.lstrip(b" \t").partition(b"\n")
        del head, gap
        if content.startswith((b"\r\n", b"\n")):  # a part without headers
            found.append(("text/plain", content.split(b"\n", 1)[1]))
            continue
        split = PART.split(content, maxsplit=1)
        if len(split) != 2:
            raise _malformed()
        lines = [line.partition(b":") for line in split[0].splitlines()]
        headers = {name.strip().lower(): value.strip() for name, _, value in lines}
        content = split[1]
        if headers.get(b"content-transfer-encoding", b"binary").lower() not in {b"binary", b"8bit", b"7bit"}:
            raise invalid(
                "This embedded server takes parts of a multipart upload as they are, not encoded.", "uploadType"
            )
        found.append((headers.get(b"content-type", b"text/plain").decode("latin-1"), content))
    return found


def _malformed() -> DriveError:
    return DriveError(400, "Malformed multipart body.", "badRequest")


def _content_type(text: str) -> tuple[str, dict[str, str]]:
    message = Message()
    message["Content-Type"] = text.replace("\r", " ").replace("\n", " ")
    return message.get_content_type() if text else "", dict(message.get_params() or [])


def _kind(content_type: str) -> tuple[str, str]:
    """The media type and the charset that a Content-Type names."""
    kind, settings = _content_type(content_type)
    return kind, settings.get("charset", "")


def _replaced(backend: Backend, file: File, upload: Upload) -> File:
    with backend.library.opened(file.id) as (old,):
        name = str(upload.metadata.get("name") or title(old))
        return backend.library.replace(_imported(upload, file.id, name, old.locale))


def _imported(upload: Upload, spreadsheet_id: str, name: str, locale: str) -> Spreadsheet:
    return imported(
        upload.content, upload.kind, charset=upload.charset, spreadsheet_id=spreadsheet_id, name=name, locale=locale
    )


def _begun(backend: Backend, request: Request, caller: str, check: Callable[[Upload], None]) -> Response:
    """The answer to the first request of a resumable upload, which brings no content yet."""
    content_type = request.headers.get("x-upload-content-type", "")
    metadata = _metadata(request.body)
    check(Upload(metadata, *_kind(content_type), b""))
    return backend.uploads.begin(request, Session(caller, request.path, metadata, content_type, program()))


ROUTES = tuple(
    Route(name, method, path_pattern(template), kind, answer)
    for name, method, template, kind, answer in (
        ("drive.files.create", "POST", "/upload/drive/v3/files", "drive write", create),
        ("drive.files.create", "PUT", "/upload/drive/v3/files", "upload", proceed),
        ("drive.files.update", "PATCH", "/upload/drive/v3/files/{fileId}", "drive write", update),
        ("drive.files.update", "PUT", "/upload/drive/v3/files/{fileId}", "upload", proceed),
        ("drive.v2.files.update", "PUT", "/upload/drive/v2/files/{fileId}", "drive write", update_v2),
    )
)
