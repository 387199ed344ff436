"""
Headers and view keys → who is asking.

A view key opens one spreadsheet's page for reading and nothing else: it may stand in a mail, the token may not.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from hashlib import sha256
from urllib.parse import urlsplit

from sheetcrm.server.drive_errors import DriveError
from sheetcrm.server.errors import ApiError
from sheetcrm.server.tokens import AUTH, EVERYTHING, Grant, Tokens

# Holds a page's key after its link was opened once.
KEY_COOKIE = "sheetcrm_page"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
CHALLENGE = 'Bearer realm="https://accounts.google.com/", error="invalid_token"'
MISSING = (
    "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid "
    "authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."
)
WRONG = MISSING.replace("is missing required authentication credential", "had invalid authentication credentials")


API_KEY = "x-goog-api-key"
NO_PRINCIPAL = (
    "API keys are not supported by this API. Expected OAuth2 access token or other authentication credentials that assert a "
    "principal. See https://cloud.google.com/docs/authentication"
)
# Whoever comes with an API key is nobody in particular: they read what anyone may read.
NOBODY = Grant("anonymous", frozenset({AUTH + "spreadsheets.readonly", AUTH + "drive.readonly"}))
INSUFFICIENT = "Request had insufficient authentication scopes."


class Guard:
    """Checks bearer tokens and page keys against one server's secrets.

    Its own token stands for the owner and, like those that were added, for everything; `tokens` reads those that the
    token endpoint gave out, which stand for the scopes that were asked for.  Any API key will do, for nobody in particular.
    """

    def __init__(self, *, token: str, secret: bytes, owner: str, tokens: Tokens) -> None:
        self._token = token
        self._users = {token: owner}
        self._secret = secret
        self.owner = owner
        self.tokens = tokens

    def add(self, token: str, email: str) -> None:
        """Let a further bearer token stand for a person."""
        self._users = {**self._users, token: email}

    def people(self) -> list[str]:
        """Everybody with a token of their own, the owner first."""
        return list(dict.fromkeys([self.owner, *self._users.values()]))

    def caller(self, headers: Mapping[str, str]) -> str:
        """The e-mail address behind the bearer token; ApiError 401 when there is none or a wrong one."""
        return self._grant(headers).email

    def admit(self, headers: Mapping[str, str], kind: str) -> str:
        """The caller, when their token's scopes allow calls of this kind of route; ApiError 401 or 403."""
        return self.admitted(headers, kind).email

    def admitted(self, headers: Mapping[str, str], kind: str) -> Grant:
        """As `admit`, with all that the token stands for."""
        grant = self._grant(headers)
        if not grant.allows(kind):
            if grant is NOBODY:
                raise ApiError(401, NO_PRINCIPAL, "UNAUTHENTICATED")
            if kind.startswith("drive"):
                raise DriveError(403, INSUFFICIENT, "insufficientPermissions")
            info = {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
                "domain": "googleapis.com",
                "metadata": {"service": "sheets.googleapis.com"},
            }
            raise ApiError(403, INSUFFICIENT, details=[info])
        return grant

    def check_own_token(self, headers: Mapping[str, str]) -> None:
        """Pass for the server's own token; ApiError 401 for an unknown one, 403 for anybody else's."""
        self._grant(headers)
        if not _same(_bearer(headers) or "", self._token):
            raise ApiError(403, "The caller does not have permission")

    def _grant(self, headers: Mapping[str, str]) -> Grant:
        if not headers.get("authorization", "").partition(" ")[2]:
            if headers.get(API_KEY):
                return NOBODY
            raise ApiError(401, MISSING, "UNAUTHENTICATED")
        token = _bearer(headers)
        if token is not None:
            for other, email in self._users.items():
                if _same(token, other):
                    return Grant(email, EVERYTHING)
        grant = self.tokens.read(token) if token is not None else None
        if grant is None:
            raise ApiError(401, WRONG, "UNAUTHENTICATED")
        return grant

    def view_key(self, spreadsheet_id: str) -> str:
        """The key that opens the page of one spreadsheet, or with "" the page that lists them all."""
        return hmac.new(self._secret, b"view:" + spreadsheet_id.encode(), sha256).hexdigest()[:32]

    def may_view(self, spreadsheet_id: str, *, key: str, headers: Mapping[str, str]) -> bool:
        """True with the page's own key, with the key of the list, in the link or in a cookie, or with the owner's token."""
        for given in (key, *_cookies(headers)):
            if given and (_same(given, self.view_key(spreadsheet_id)) or _same(given, self.view_key(""))):
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


def _cookies(headers: Mapping[str, str]) -> list[str]:
    """The keys in the cookies of a request; a browser sends those for longer paths first."""
    pairs = (pair.strip().partition("=") for pair in headers.get("cookie", "").split(";"))
    return [value for name, _, value in pairs if name == KEY_COOKIE]


def _bearer(headers: Mapping[str, str]) -> str | None:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _same(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())
