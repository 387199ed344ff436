"""
`files/root` → the caller's "My Drive", the one folder that there is.

gspread-pandas asks for it before anything else.  Other folders are names that files keep as their parents: they can be searched by,
but neither made nor opened.
"""

from __future__ import annotations

from collections.abc import Mapping

from sheetcrm.server.drive import FILE_FIELDS, shown
from sheetcrm.server.routes import Backend, Route, path_pattern
from sheetcrm.server.wire import Request, Response

FOLDER = "application/vnd.google-apps.folder"
ROOT = "root"


def get_root(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """My Drive's metadata; its id is what files in it name as their parent."""
    backend.guard.caller(request.headers)
    answer = {
        "kind": "drive#file",
        "id": ROOT,
        "name": "My Drive",
        "mimeType": FOLDER,
        "trashed": False,
        "ownedByMe": True,
        "starred": False,
        "version": "1",
    }
    return shown(request, answer, FILE_FIELDS)


ROUTES = (Route("drive.files.get", "GET", path_pattern(f"/drive/v3/files/{ROOT}"), "drive read", get_root),)
