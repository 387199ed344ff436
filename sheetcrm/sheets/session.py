"""
A key file, or what the machine is signed in with → a session to Google.

The scopes are always said: the default of the libraries would be the whole Drive.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import google.auth
import google.auth.exceptions
from google.auth.transport.requests import AuthorizedSession
from google.oauth2 import credentials as oauth2
from google.oauth2 import service_account

from sheetcrm.errors import NotSignedIn

SCOPES = ("https://www.googleapis.com/auth/spreadsheets", "https://www.googleapis.com/auth/drive.file")
"""`drive.file`: make files, and see only those.  `spreadsheets`: also open what a person shared with us."""


KINDS = {
    "service_account": service_account.Credentials.from_service_account_info,
    "authorized_user": oauth2.Credentials.from_authorized_user_info,
}
"""The `type` of a key file.  Others (external accounts) may name commands to run: those are left to Google's own defaults."""


def google_session(key: Path | None) -> tuple[AuthorizedSession, str]:
    """A signed-in session and who it is; `key` is a JSON file of Google's, None takes Application Default Credentials."""
    try:
        credentials = google.auth.default(scopes=SCOPES)[0] if key is None else _from_file(key)
    except (google.auth.exceptions.GoogleAuthError, OSError, ValueError) as error:
        where = f"{key} cannot be used" if key else "This machine is not signed in to Google"
        raise NotSignedIn(
            f"{where}: {error}. Put a key file under google: credentials: in the config, or run `gcloud auth application-default login`."
        ) from error
    account = getattr(credentials, "service_account_email", None) or "your own account"
    return AuthorizedSession(credentials), str(account)


def _from_file(key: Path) -> Any:
    """ValueError (a JSONDecodeError is one) or OSError when it is not a key file."""
    info = json.loads(key.read_text(encoding="utf-8"))
    kind = info.get("type") if isinstance(info, dict) else None
    if kind not in KINDS:
        raise ValueError(f"its type is {kind!r}, not one of {', '.join(KINDS)}")
    return KINDS[kind](info, scopes=SCOPES)
