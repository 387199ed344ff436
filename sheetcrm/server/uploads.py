"""
An uploaded table → the cells of a spreadsheet.

CSV and TSV are read as if somebody typed them in.  What Drive would keep as a file of its own kind, and Excel's format, are
refused by name: this server keeps spreadsheets only.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message

from sheetcrm.server import spreadsheets, values
from sheetcrm.server.drive import FILE_FIELDS, SPREADSHEET, file_json, open_file, parents_of, shown
from sheetcrm.server.drive_errors import DriveError, invalid
from sheetcrm.server.library import title
from sheetcrm.server.model import Spreadsheet
from sheetcrm.server.routes import Backend, Route, path_pattern
from sheetcrm.server.store import File
from sheetcrm.server.wire import Json, Request, Response, json_response

DIALECTS = {"text/csv": "excel", "text/tab-separated-values": "excel-tab"}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PART = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True)
class Upload:
    """What came in one request: what is said of the file, and its content."""

    metadata: Json
    kind: str
    content: bytes


def create(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """Drive v3: a table that becomes a new spreadsheet, when the metadata ask for one."""
    caller = backend.guard.caller(request.headers)
    upload = read_upload(request)
    wanted = upload.metadata.get("mimeType")
    if wanted != SPREADSHEET:
        raise invalid(
            f"This embedded server keeps spreadsheets only, not {wanted or upload.kind or 'files without mimeType'}; "
            f"send metadata with mimeType {SPREADSHEET}.",
            "mimeType",
        )
    name = str(upload.metadata.get("name") or "Untitled")
    made = _filled(backend.new_id(), name, "en_US", _rows(upload))
    file = backend.library.add(made, owner=caller, parents=parents_of(upload.metadata))
    return shown(request, file_json(backend, file, caller), FILE_FIELDS)


def update(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """Drive v3: a table in the place of everything that the spreadsheet held; a name in the metadata renames it."""
    file, caller = open_file(backend, request, args, writing=True)
    upload = read_upload(request)
    if unknown := upload.metadata.keys() - {"name", "mimeType"}:
        raise invalid(f"This embedded server cannot change {min(unknown)} of a file while uploading.", min(unknown))
    if upload.metadata.get("mimeType", SPREADSHEET) != SPREADSHEET:
        raise invalid("This embedded server cannot make anything else of a spreadsheet.", "mimeType")
    file = _replaced(backend, file, upload)
    return shown(request, file_json(backend, file, caller), FILE_FIELDS)


def update_v2(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """Drive v2, as gspread's import_csv sends it: the whole spreadsheet becomes one sheet with the table's cells."""
    file, _ = open_file(backend, request, args, writing=True)
    if request.parameter("uploadType") != "media":
        raise invalid("This embedded server takes uploads of Drive v2 with uploadType=media only.", "uploadType")
    file = _replaced(backend, file, read_upload(request))
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
        return Upload({}, kind, request.body)
    if way != "multipart":
        raise invalid(
            f"This embedded server takes uploads with uploadType=media or multipart, not {way or 'none'}.", "uploadType"
        )
    boundary = settings.get("boundary", "")
    if kind != "multipart/related" or not boundary:
        raise _malformed()
    parts = _parts(request.body, boundary.encode())
    if len(parts) != 2:
        raise _malformed()
    (_, said), (media, content) = parts
    try:
        metadata = json.loads(said or b"{}")
    except ValueError as error:
        raise DriveError(400, "Parse Error", "parseError") from error
    if not isinstance(metadata, dict):
        raise DriveError(400, "Parse Error", "parseError")
    return Upload(metadata, media, content)


def _parts(body: bytes, boundary: bytes) -> list[tuple[str, bytes]]:
    """The media type and the content of each part (RFC 2046 §5.1); the content keeps every byte."""
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
        found.append((_content_type(headers.get(b"content-type", b"text/plain").decode("latin-1"))[0], content))
    return found


def _malformed() -> DriveError:
    return DriveError(400, "Malformed multipart body.", "badRequest")


def _content_type(text: str) -> tuple[str, dict[str, str]]:
    message = Message()
    message["Content-Type"] = text.replace("\r", " ").replace("\n", " ")
    return message.get_content_type() if text else "", dict(message.get_params() or [])


def _rows(upload: Upload) -> list[list[str]]:
    dialect = DIALECTS.get(upload.kind)
    if dialect is None:
        named = "Excel's .xlsx" if upload.kind == XLSX else upload.kind or "content without a type"
        raise invalid(f"This embedded server takes uploads of {' and '.join(DIALECTS)}, not {named}.", "uploadType")
    text = io.StringIO(upload.content.decode("utf-8-sig", "replace"), newline="")
    try:
        return list(csv.reader(text, dialect=dialect))
    except csv.Error as error:
        raise invalid(f"The content cannot be read as {upload.kind}: {error}.", "uploadType") from error


def _replaced(backend: Backend, file: File, upload: Upload) -> File:
    rows = _rows(upload)
    with backend.library.opened(file.id) as (old,):
        name = str(upload.metadata.get("name") or title(old))
        return backend.library.replace(_filled(file.id, name, old.locale, rows))


def _filled(spreadsheet_id: str, name: str, locale: str, rows: list[list[str]]) -> Spreadsheet:
    # Seen in recorded traffic: an imported file is in Los Angeles and its sheet has the file's title.
    properties = {"title": name, "locale": locale, "timeZone": "America/Los_Angeles"}
    grid = {"rowCount": max(1000, len(rows)), "columnCount": max(26, *map(len, rows), 26)}
    sheet = {"properties": {"title": name[:100], "gridProperties": grid}}
    made = spreadsheets.create({"properties": properties, "sheets": [sheet]}, new_id=spreadsheet_id)
    if rows:
        values.update(made, "A1", {"values": rows}, value_input_option="USER_ENTERED")
    return made


ROUTES = (
    Route("drive.files.create", "POST", path_pattern("/upload/drive/v3/files"), "drive write", create),
    Route("drive.files.update", "PATCH", path_pattern("/upload/drive/v3/files/{fileId}"), "drive write", update),
    Route("drive.v2.files.update", "PUT", path_pattern("/upload/drive/v2/files/{fileId}"), "drive write", update_v2),
)
