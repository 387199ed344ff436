"""
An upload in several requests → its content, in one piece.

The first request says what will come and gets a URL; each of the next brings bytes to that URL until all are there.
What was begun is kept in memory only, and forgotten when too much else was begun after it.
"""

from __future__ import annotations

import re
import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from sheetcrm.server.drive_errors import DriveError, invalid
from sheetcrm.server.wire import Json, Request, Response

MOST = 100
MAX_BYTES = 100 * 2**20  # Google converts no larger files to spreadsheets
_RANGE = re.compile(r"bytes (?:(?P<first>\d+)-(?P<last>\d+)|\*)/(?P<total>\d+|\*)")


@dataclass
class Session:
    """An upload that was begun by `caller`, at `path`: what the file shall be, and what came of it so far."""

    caller: str
    path: str
    metadata: Json
    content_type: str
    program: str = ""
    content: bytearray = field(default_factory=bytearray)


class Sessions:
    """The uploads that were begun on one server."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sessions: OrderedDict[str, Session] = OrderedDict()

    def begin(self, request: Request, session: Session) -> Response:
        """The answer with the URL that the content is to be sent to."""
        upload_id = secrets.token_urlsafe(32)
        with self._lock:
            self._sessions[upload_id] = session
            while len(self._sessions) > MOST:
                self._sessions.popitem(last=False)
        host = request.headers.get("host", "www.googleapis.com")
        scheme = "https" if host.endswith("googleapis.com") else "http"
        query = f"{request.query}&upload_id={upload_id}"
        location = f"{scheme}://{host}{request.path}?{query}"
        return Response(
            200, {"Content-Type": "text/html; charset=UTF-8", "Location": location, "X-GUploader-UploadID": upload_id}
        )

    def take(self, request: Request) -> Session | Response:
        """The upload when these are its last bytes; else Google's 308, which says how many there are."""
        upload_id = request.parameter("upload_id")
        with self._lock:
            session = self._sessions.get(upload_id)
            if session is None or session.path != request.path:
                raise DriveError(404, "Upload not found, or it is too old: begin it again.", "notFound")
            if not self._take_in(session, request):
                return _incomplete(session)
            del self._sessions[upload_id]
            return session

    def _take_in(self, session: Session, request: Request) -> bool:
        """Keep the bytes of a request; whether all are there."""
        text = request.headers.get("content-range", "")
        match = _RANGE.fullmatch(text)
        if text and match is None:
            raise invalid(f"Failed to parse Content-Range header: {text}", "Content-Range")
        first = int(match["first"] or len(session.content)) if match else 0
        if match and match["last"] and int(match["last"]) + 1 - first != len(request.body):
            raise invalid(
                f"The body has {len(request.body)} bytes, not what Content-Range says: {text}", "Content-Range"
            )
        if first + len(request.body) > MAX_BYTES:
            raise DriveError(413, f"This embedded server takes at most {MAX_BYTES // 2**20} MB.", "uploadTooLarge")
        if first == len(session.content):
            session.content += request.body
        elif first < len(session.content):  # sent again, because the answer to the first time was lost
            session.content[first : first + len(request.body)] = request.body
        return match is None or (match["total"] != "*" and len(session.content) >= int(match["total"]))


def _incomplete(session: Session) -> Response:
    held = len(session.content)
    return Response(308, {"Range": f"bytes=0-{held - 1}"} if held else {})
