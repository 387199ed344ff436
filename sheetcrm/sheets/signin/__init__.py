"""
A way to sign in → a session to Google, and the address that is behind it.

A file a kind.  The scopes are always said: the default of the libraries would be the whole Drive.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from sheetcrm.sheets.signin.application_default import ApplicationDefault
from sheetcrm.sheets.signin.base import SignIn
from sheetcrm.sheets.signin.desktop import Desktop
from sheetcrm.sheets.signin.impersonation import Impersonation
from sheetcrm.sheets.signin.service_account import ServiceAccountFile

if TYPE_CHECKING:
    from sheetcrm.sheets.signin.session import Signed

__all__ = ["ApplicationDefault", "Desktop", "Impersonation", "ServiceAccountFile", "SignIn", "google_session"]


def google_session(way: SignIn, folder: Path, scopes: Iterable[str]) -> tuple[Signed, str]:
    """A session that acts as whoever `way` says, and their address where it is known; relative paths are in `folder`."""
    credentials = way.credentials(folder, scopes)
    from sheetcrm.sheets.signin.session import Signed  # noqa: PLC0415 - google.auth takes 160 ms that others need not pay

    session = Signed(credentials, way)
    return session, session.account
