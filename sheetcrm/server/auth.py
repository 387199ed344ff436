"""
Headers and view keys → who is asking.

A view key opens one spreadsheet's page for reading and nothing else: it may stand in a mail, the token may not.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from hashlib import sha256
from urllib.parse import urlsplit

from sheetcrm.server.errors import ApiError

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
CHALLENGE = 'Bearer realm="https://accounts.google.com/", error="invalid_token"'
MISSING = (
    "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid "
    "authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."
)
WRONG = MISSING.replace("is missing required authentication credential", "had invalid authentication credentials")


class Guard:
    """Checks bearer tokens, page keys and Host headers against one server's secrets."""

    def __init__(self, *, token: str, secret: bytes, owner: str) -> None:
        self._users = {token: owner}
        self._secret = secret
        self.owner = owner

    def add(self, token: str, email: str) -> None:
        """Let a further bearer token stand for a person."""
        self._users = {**self._users, token: email}

    def caller(self, headers: Mapping[str, str]) -> str:
        """The e-mail address behind the bearer token; ApiError 401 when there is none or a wrong one."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if not token:
            raise ApiError(401, MISSING, "UNAUTHENTICATED")
        known = [email for other, email in self._users.items() if _same(token.strip(), other)]
        if scheme.lower() != "bearer" or not known:
            raise ApiError(401, WRONG, "UNAUTHENTICATED")
        return known[0]

    def view_key(self, spreadsheet_id: str) -> str:
        """The key that opens the page of one spreadsheet, or with "" the page that lists them all."""
        return hmac.new(self._secret, b"view:" + spreadsheet_id.encode(), sha256).hexdigest()[:32]

    def may_view(self, spreadsheet_id: str, *, key: str, headers: Mapping[str, str]) -> bool:
        """True with the page's own key, with the key of the list, or with the owner's token."""
        if key and (_same(key, self.view_key(spreadsheet_id)) or _same(key, self.view_key(""))):
            return True
        try:
            return self.caller(headers) == self.owner
        except ApiError:
            return False


def host_allowed(host: str, allowed: Iterable[str]) -> bool:
    """True when a Host header names one of `allowed` (any port): a page elsewhere cannot rebind its name to us."""
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return False
    return name is not None and name in allowed


def _same(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())
