"""
A requests.Session that speaks to Google → the same session, speaking to this server.

Mount one of these and unmodified clients (gspread, google-auth's AuthorizedSession) reach the embedded server
under Google's own URLs.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.client import RemoteDisconnected
from typing import Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

from requests import ConnectionError as NoConnection
from requests import PreparedRequest, ReadTimeout, Response, Session
from requests.adapters import BaseAdapter, HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import ProtocolError
from urllib3.response import HTTPResponse

from sheetcrm.server.app import Server

GOOGLE = (
    "https://sheets.googleapis.com/",
    "https://www.googleapis.com/",
    "https://docs.google.com/",
    "https://oauth2.googleapis.com/",
    "https://accounts.google.com/",
    "https://iamcredentials.googleapis.com/",
    "https://sts.googleapis.com/",
)


class InProcess(BaseAdapter):
    """Hands requests to a Server in this process, without a socket; sends its token unless the request brings one or a key.

    `clock` tells how many seconds an answer took.
    """

    def __init__(self, server: Server, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._server, self._clock = server, clock

    def send(  # noqa: PLR0917 - the signature is requests' own
        self,
        request: PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> Response:
        """The server's answer, or requests' own error where a fault breaks the connection.

        A call that took longer than `timeout` is a ReadTimeout, but only after its whole time.
        """
        parts = urlsplit(request.url or "")
        headers = {str(name).lower(): _text(value) for name, value in request.headers.items()}
        if not _has_key(request):
            headers.setdefault("authorization", f"Bearer {self._server.token}")
        started = self._clock()
        answer = self._server.handle(request.method or "GET", parts.path, parts.query, headers, _body(request))
        limit = timeout[1] if isinstance(timeout, tuple) else timeout
        if limit is not None and self._clock() - started > limit:
            raise ReadTimeout(f"Read timed out. (read timeout={limit})", request=request)
        if answer.dropped:
            reason = RemoteDisconnected("Remote end closed connection without response")
            raise NoConnection(ProtocolError("Connection aborted.", reason), request=request)
        sent, answer_headers = answer.body, dict(answer.headers)
        if answer.truncated_at is not None:  # requests itself finds that something is missing
            sent, answer_headers["Content-Length"] = sent[: answer.truncated_at], str(len(answer.body))
        response = Response()
        response.status_code = answer.status
        response.headers = CaseInsensitiveDict(answer_headers)
        response.encoding = "utf-8"
        response.url = request.url or ""
        response.request = request
        response.reason = _reason(answer.status)
        response.raw = HTTPResponse(
            body=io.BytesIO(sent), headers=answer_headers, status=answer.status, preload_content=False
        )
        return response

    def close(self) -> None:
        """Nothing to close: the server belongs to whoever made it."""


class Redirect(HTTPAdapter):
    """Sends requests for Google's URLs to a server at `base_url`; with its token unless the request brings one."""

    # What a copy takes along: google-auth copies the session that it asks for tokens with.
    __attrs__ = (*HTTPAdapter.__attrs__, "_base", "_token")

    def __init__(self, base_url: str, token: str | None = None, **settings: Any) -> None:
        super().__init__(**settings)
        self._base = urlsplit(base_url)
        self._token = token

    def send(self, request: PreparedRequest, *arguments: Any, **settings: Any) -> Response:
        """The answer of the server at the base URL; requests' own errors when it cannot be reached."""
        parts = urlsplit(request.url or "")
        path = self._base.path.rstrip("/") + parts.path
        request = request.copy()
        settings["proxies"] = None  # the server is near; a proxy set for Google is not meant for it
        request.url = urlunsplit((self._base.scheme, self._base.netloc, path, parts.query, ""))
        if self._token and not _has_key(request):
            request.headers.setdefault("Authorization", f"Bearer {self._token}")
        return super().send(request, *arguments, **settings)


def mount(session: Session, adapter: BaseAdapter) -> Session:
    """The same session, with `adapter` in the place of Google's hosts.

    An AuthorizedSession fetches its tokens through a session of its own, and since google-auth 2.50 asks another host of
    Google's about service accounts from a thread; both are sent to `adapter` too, so that nothing leaves the machine.
    """
    for prefix in GOOGLE:
        session.mount(prefix, adapter)
    inner = getattr(getattr(session, "_auth_request", None), "session", None)
    if isinstance(inner, Session):
        inner.trust_env = False
        mount(inner, adapter)
    return session


def _has_key(request: PreparedRequest) -> bool:
    """Whether a request comes with an API key, and so for nobody in particular."""
    return "x-goog-api-key" in request.headers or "key" in parse_qs(urlsplit(request.url or "").query)


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _body(request: PreparedRequest) -> bytes:
    body = request.body
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    return body if isinstance(body, bytes) else bytes(body.read())


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
