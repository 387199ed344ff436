"""
A key file, or what the machine is signed in with → a session to Google.

The scopes are always said: the default of the libraries would be the whole Drive.
"""

from __future__ import annotations

from pathlib import Path

import google.auth
import google.auth.exceptions
from google.auth.transport.requests import AuthorizedSession

from sheetcrm.errors import NotSignedIn

SCOPES = ("https://www.googleapis.com/auth/spreadsheets", "https://www.googleapis.com/auth/drive.file")
"""`drive.file`: make files, and see only those.  `spreadsheets`: also open what a person shared with us."""


def google_session(key: Path | None) -> tuple[AuthorizedSession, str]:
    """A signed-in session and who it is; `key` is a JSON file of Google's, None takes Application Default Credentials."""
    try:
        if key is None:
            credentials, _ = google.auth.default(scopes=SCOPES)
        else:
            credentials, _ = google.auth.load_credentials_from_file(str(key), scopes=SCOPES)
    except google.auth.exceptions.DefaultCredentialsError as error:
        where = f"{key} cannot be used" if key else "This machine is not signed in to Google"
        raise NotSignedIn(
            f"{where}: {error} Put a key file under google: credentials: in the config, or run `gcloud auth application-default login`."
        ) from error
    account = getattr(credentials, "service_account_email", None) or "your own account"
    return AuthorizedSession(credentials), str(account)
