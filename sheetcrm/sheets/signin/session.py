"""
Credentials → a session that says in our words why Google does not take them.

That Google could not be reached for a token is left to whoever sends: it may be tried again.
"""

from __future__ import annotations

from typing import Any

import requests
from google.auth.exceptions import GoogleAuthError, TransportError
from google.auth.transport.requests import AuthorizedSession

from sheetcrm.errors import NoAnswer, NotSignedIn
from sheetcrm.messages import tr
from sheetcrm.sheets.signin.base import SignIn


class Signed(AuthorizedSession):  # type: ignore[misc]  # google-auth has no type information that we follow
    """A session that acts as whoever `way` signed in; NotSignedIn where Google takes the credentials no more."""

    def __init__(self, credentials: Any, way: SignIn) -> None:
        super().__init__(credentials)
        self._way = way

    @property
    def account(self) -> str:
        """The address that has to get roles; empty where only Google knows it, or none was fetched yet."""
        return self._way.address(self.credentials)

    def request(self, *arguments: Any, **options: Any) -> requests.Response:
        """See requests; one more error, as above."""
        try:
            answer: requests.Response = super().request(*arguments, **options)
        except GoogleAuthError as error:
            if _passing(error):
                raise
            raise _said(error, self._way) from error
        return answer

    def prove(self) -> None:
        """Fetch a token now; NotSignedIn when there is none to be had, NoAnswer when nobody was there."""
        try:
            self.credentials.refresh(self._auth_request)
        except GoogleAuthError as error:
            if isinstance(error, TransportError):
                raise NoAnswer(tr("No answer from Google's token endpoint. Is the network up?")) from error
            raise _said(error, self._way) from error


def _passing(error: GoogleAuthError) -> bool:
    """Whether Google could not be reached, or has a fault of its own."""
    return isinstance(error, TransportError) or bool(error.retryable)


def _said(error: GoogleAuthError, way: SignIn) -> NotSignedIn:
    said, *rest = [str(part) for part in error.args] or [str(error)]
    return NotSignedIn(way.refused(said, " ".join(rest)))
