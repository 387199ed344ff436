"""
A person in a browser → tokens that say what they agreed to.

The flow for programs on a person's own machine: loopback address, PKCE and state (RFC 8252, RFC 7636;
developers.google.com/identity/protocols/oauth2/native-app).  Whatever else calls at that address is not listened to.
"""

from __future__ import annotations

import hmac
import json
import queue
import secrets
import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import requests

from sheetcrm.errors import NoAnswer, NotSignedIn
from sheetcrm.logs import hide
from sheetcrm.messages import tr
from sheetcrm.sheets.signin import keyfile

TIMEOUT = 30
PASTED_PORT = 8085
"""Of the address that a browser elsewhere is sent to: nobody has to be there, it is read from the address bar."""


@dataclass(frozen=True)
class Client:
    """An OAuth client of the type Desktop app: what Google calls this installation of ours."""

    id: str
    secret: str = field(repr=False)
    auth_uri: str
    token_uri: str

    @property
    def revoke_uri(self) -> str:
        """Where a token is taken back: beside where it was given."""
        return urljoin(self.token_uri, "/revoke")


@dataclass(frozen=True)
class Question:
    """What a person is asked at `url`, and what their answer is held against."""

    url: str
    redirect_uri: str
    state: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True)
class Consent:
    """What a person agreed to; `seconds` is how long the access token lasts."""

    account: str
    scopes: frozenset[str]
    refresh_token: str = field(repr=False)
    access_token: str = field(repr=False)
    seconds: float


def client_of(path: Path) -> Client:
    """The client in a file as Google's console writes it; Refused or NotSignedIn as `keyfile.read`."""
    part = keyfile.read(path, "installed")["installed"]
    names = ("client_id", "client_secret", "auth_uri", "token_uri")
    if not isinstance(part, dict) or not all(isinstance(part.get(name), str) for name in names):
        raise NotSignedIn(
            tr("{path} is damaged: it names no {names}. Download it again.", path=path, names=", ".join(names))
        )
    hide(part["client_secret"])
    return Client(*(part[name] for name in names))


def question(client: Client, scopes: Iterable[str], redirect_uri: str, *, hint: str = "") -> Question:
    """A question of its own, never asked twice; `hint` is the address that the person is likely to choose."""
    state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(64)
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "client_id": client.id,
        "redirect_uri": redirect_uri,
        "response_type": "code",
        "scope": " ".join(sorted(scopes)),
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        # A refresh token is only given for these two: else the answer lasts an hour.
        "access_type": "offline",
        "prompt": "consent",
        **({"login_hint": hint} if hint else {}),
    }
    joint = "&" if urlsplit(client.auth_uri).query else "?"
    return Question(client.auth_uri + joint + urlencode(asked), redirect_uri, state, verifier)


def code_in(asked: Question, address: str) -> str:
    """The code in the address that the browser was sent to; NotSignedIn when the person said no, or it answers another question."""
    try:
        given = {name: values[-1] for name, values in parse_qs(urlsplit(address.strip()).query).items()}
    except ValueError:
        given = {}
    if not hmac.compare_digest(given.get("state", "").encode(), asked.state.encode()):
        raise NotSignedIn(
            tr(
                "That is not the answer to this question. Take the whole address that the browser went to, from http:// on."
            )
        )
    if given.get("error") == "access_denied":
        raise NotSignedIn(tr("Nothing was agreed to, so nobody is signed in."))
    if "error" in given or "code" not in given:
        raise NotSignedIn(tr("Google did not sign anybody in: {error}", error=given.get("error", "no code")))
    return hide(given["code"])


def consented(client: Client, asked: Question, code: str, session: requests.Session) -> Consent:
    """What the code is good for; NotSignedIn or NoAnswer."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": client.id,
        "client_secret": client.secret,
        "redirect_uri": asked.redirect_uri,
        "code_verifier": asked.verifier,
    }
    answer = _posted(session, client.token_uri, form)
    found = _object(answer)
    if answer.status_code != 200 or not found.get("refresh_token") or not found.get("access_token"):
        said = " ".join(str(found[name]) for name in ("error", "error_description") if found.get(name))
        raise NotSignedIn(
            tr("Google gave no token: {said}. Begin again with: sheetcrm login", said=said or answer.status_code)
        )
    return Consent(
        account=_address(str(found.get("id_token", ""))),
        scopes=frozenset(str(found.get("scope", "")).split()),
        refresh_token=hide(str(found["refresh_token"])),
        access_token=hide(str(found["access_token"])),
        seconds=float(found.get("expires_in", 0)),
    )


def revoke(client: Client, token: str, session: requests.Session) -> bool:
    """Take the consent back; False when Google did not know it any more."""
    return _posted(session, client.revoke_uri, {"token": token}).status_code == 200


@contextmanager
def listening() -> Iterator[Listener]:
    """Somebody at a free port of this machine's loopback address, for as long as the block lasts."""
    listener = Listener()
    try:
        yield listener
    finally:
        listener.close()


class Listener:
    """Waits at `address` for a browser that comes back."""

    def __init__(self) -> None:
        # Said now: another thread does not know the admin's language.
        page = _page(tr("sheetcrm has the answer. Close this window and go back to the terminal."))
        self._arrived: queue.Queue[str] = queue.Queue()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _answering(page, self._arrived))
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def code(self, asked: Question, patience: float) -> str:
        """The code, as `code_in`; NotSignedIn after `patience` seconds without any."""
        while True:
            try:
                path = self._arrived.get(timeout=patience)
            except queue.Empty:
                raise NotSignedIn(
                    tr(
                        "Nobody came back from the browser within {minutes} minutes. Where there is none: sheetcrm login --no-browser",
                        minutes=round(patience / 60),
                    )
                ) from None
            if parse_qs(urlsplit(path).query).get("state") == [asked.state]:
                return code_in(asked, self.address + path)

    def close(self) -> None:
        """Go away."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _answering(page: bytes, arrived: queue.Queue[str]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10  # a browser opens connections ahead, and says nothing on them

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            answers = parts.path == "/" and "state=" in parts.query
            self.send_response(200 if answers else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", "default-src 'none'; img-src data:")
            self.send_header("Referrer-Policy", "no-referrer")
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(page if answers else b"")
            if answers:
                arrived.put(self.path)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
            """Say nothing: the address holds the code."""

    return Handler


def _page(text: str) -> bytes:
    head = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>sheetcrm</title>'
    return f"{head}<p>{escape(text)}</p>\n".encode()


def _posted(session: requests.Session, address: str, form: dict[str, str]) -> requests.Response:
    try:
        return session.post(address, data=form, timeout=TIMEOUT, allow_redirects=False)
    except requests.RequestException as error:
        raise NoAnswer(
            tr("No answer from {address} ({error}). Is the network up?", address=address, error=type(error).__name__)
        ) from error


def _object(answer: requests.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _address(identity: str) -> str:
    """The address in an ID token, which came from Google itself and so needs no second proof; empty without one."""
    parts = identity.split(".")
    if len(parts) != 3:
        return ""
    try:
        claims = json.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return ""
    return str(claims.get("email", "")) if isinstance(claims, dict) else ""
