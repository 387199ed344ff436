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
        """See requests; NotSignedIn as above, and google-auth's TransportError while its token endpoint is not to be had."""
        if not self.credentials.valid:
            self._fetch()
        try:
            answer: requests.Response = super().request(*arguments, **options)
        except GoogleAuthError as error:
            # google-auth asks for a new token by itself when a call is answered with 401.
            raise _said(error, self._way) from error
        return answer

    def prove(self) -> None:
        """Fetch a token now; NotSignedIn when there is none to be had, NoAnswer when nobody was there."""
        try:
            self._fetch()
        except TransportError as error:
            raise NoAnswer(tr("No answer from Google's token endpoint. Is the network up?")) from error

    def _fetch(self) -> None:
        try:
            self.credentials.refresh(self._auth_request)
        except GoogleAuthError as error:
            raise _said(error, self._way) from error
        except (TypeError, KeyError, ValueError) as error:
            # google-auth takes what came apart without looking whether it is JSON.
            raise NoAnswer(
                tr(
                    "What came from Google's token endpoint is none of its answers. Is there a proxy in between? See google: {proxy: …} in the config."
                )
            ) from error


def _said(error: GoogleAuthError, way: SignIn) -> Exception:
    """A fault that may pass as a TransportError, which is tried again; else NotSignedIn, with what to do."""
    said, *rest = [str(part) for part in error.args] or [str(error)]
    told: Exception = error
    if not isinstance(error, TransportError):
        told = TransportError(said, *rest) if error.retryable else NotSignedIn(way.refused(_bare(said), " ".join(rest)))
    return told


def _bare(said: str) -> str:
    """Google's words, without what stands for no words."""
    return said.removesuffix(": None")
