"""
Credentials → access tokens, as Google's token endpoint gives them.

Unmodified google-auth talks to this: service-account files (signed JWT) and authorized-user files (refresh token), both
written by this server.  Its errors have OAuth's shape (RFC 6749 §5.2) and not that of the API.
"""

from __future__ import annotations

import hmac
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs

from sheetcrm.server.library import permission_id
from sheetcrm.server.routes import Backend, Route, path_pattern
from sheetcrm.server.store import Store
from sheetcrm.server.tokens import EVERYTHING, LIFETIME, REFRESH, Grant, Tokens
from sheetcrm.server.wire import Json, Request, Response, json_response

TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address, not a secret
# What google-auth and older clients write into `aud`, besides the address that they were given.
AUDIENCES = (TOKEN_URI, "https://accounts.google.com/o/oauth2/token", "https://www.googleapis.com/oauth2/v4/token")
PATHS = ("/token", "/oauth2/v4/token", "/o/oauth2/token")
PEOPLE = ("/userinfo/v2/me", "/oauth2/v2/userinfo")
JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
KEY = "oauth key"
SKEW, LONGEST = 300, 3600
TIMEFRAME = (
    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
    "Check your iat and exp values in the JWT claim."
)


@dataclass
class OAuthError(Exception):
    """A refusal of the token endpoint: HTTP status, OAuth's name for it, Google's text."""

    status: int
    error: str
    description: str


def _invalid_grant(description: str) -> OAuthError:
    return OAuthError(400, "invalid_grant", description)


class Issuer:
    """Writes credentials files and turns what they send into access tokens."""

    def __init__(self, store: Store, tokens: Tokens, *, now: Callable[[], datetime]) -> None:
        self._store = store
        self._tokens = tokens
        self._now = now
        self._lock = threading.Lock()

    def service_account(self, email: str, token_uri: str = TOKEN_URI) -> Json:
        """A service-account file for `email`; the same key each time, so files outlive the process."""
        return {
            "type": "service_account",
            "project_id": "sheetcrm-embedded-server",
            "private_key_id": self._key_id(email),
            "private_key": self._private_key(),
            "client_email": email,
            "client_id": str(int(self._tokens.derived(f"account:{email}", 17), 16)).zfill(21),
            "auth_uri": "https://accounts.google.com/o/oauth2/auth",
            "token_uri": token_uri,
            "universe_domain": "googleapis.com",
        }

    def authorized_user(self, email: str) -> Json:
        """An authorized-user file for `email` with every scope; google-auth always refreshes it at Google's own address."""
        client_id, secret = self._client()
        return {
            "type": "authorized_user",
            "client_id": client_id,
            "client_secret": secret,
            "refresh_token": self._tokens.refresh(Grant(email, EVERYTHING)),
            "universe_domain": "googleapis.com",
        }

    def by_assertion(self, token: str, audience: str) -> Grant:
        """Who signed a JWT, and for which scopes; OAuthError when it does not hold."""
        from sheetcrm.server import keys  # noqa: PLC0415 - cryptography only where somebody has a credentials file

        try:
            assertion = keys.parse(token)
        except ValueError as error:  # binascii's and json's errors are ValueErrors
            raise _invalid_grant("Bad Request") from error
        email = assertion.claims.get("iss")
        if not isinstance(email, str) or "@" not in email:
            raise _invalid_grant("Not a valid email or user ID.")
        named = assertion.header.get("kid", self._key_id(email))
        if named != self._key_id(email) or not keys.signed_by(assertion, self._private_key()):
            raise _invalid_grant("Invalid JWT Signature.")
        self._check_claims(assertion.claims, audience)
        if assertion.claims.get("sub", email) != email:
            raise OAuthError(
                401,
                "unauthorized_client",
                "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.",
            )
        scopes = frozenset(str(assertion.claims.get("scope") or "").split())
        if not scopes:
            raise OAuthError(400, "invalid_scope", "Invalid OAuth scope or ID token audience provided.")
        return Grant(email, scopes)

    def by_refresh_token(self, token: str, client_id: str, secret: str) -> Grant:
        """Whom a refresh token was given to; OAuthError when it or the client is not ours."""
        known = self._client()
        if not hmac.compare_digest(client_id.encode(), known[0].encode()):
            raise OAuthError(401, "invalid_client", "The OAuth client was not found.")
        if not hmac.compare_digest(secret.encode(), known[1].encode()):
            raise OAuthError(401, "invalid_client", "Unauthorized")
        grant = self._tokens.read(token, REFRESH)
        if grant is None:
            raise _invalid_grant("Bad Request")
        return grant

    def _check_claims(self, claims: Json, audience: str) -> None:
        if claims.get("aud") not in (*AUDIENCES, audience):
            raise _invalid_grant(f"Invalid JWT: Failed audience check. The right audience is {TOKEN_URI}")
        try:
            issued, expires = float(claims["iat"]), float(claims["exp"])
        except (KeyError, TypeError, ValueError) as error:
            raise _invalid_grant(TIMEFRAME) from error
        now = self._now().timestamp()
        if not (issued - SKEW <= now < expires + SKEW and 0 < expires - issued <= LONGEST):
            raise _invalid_grant(TIMEFRAME)

    def _client(self) -> tuple[str, str]:
        identity = self._tokens.derived("oauth client", 32)
        return f"{identity}.apps.googleusercontent.com", f"GOCSPX-{self._tokens.derived('oauth client secret', 28)}"

    def _key_id(self, email: str) -> str:
        return self._tokens.derived(f"key:{email}", 40)

    def _private_key(self) -> str:
        from sheetcrm.server import keys  # noqa: PLC0415 - as above

        with self._lock:
            pem = self._store.setting(KEY)
            if pem is None:
                pem = keys.new_key()
                self._store.remember(KEY, pem)
            return pem


def answer_token(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """An access token for a signed JWT or a refresh token; other grants are refused by name."""
    form = {name: values[-1] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
    try:
        answer = _granted(backend, request, form)
    except OAuthError as error:
        body = {"error": error.error, "error_description": error.description}
        return json_response(body, status=error.status)
    return json_response(answer)


def _granted(backend: Backend, request: Request, form: Mapping[str, str]) -> Json:
    kind = form.get("grant_type")
    issuer = backend.issuer
    if kind == JWT_GRANT:
        audience = f"http://{request.headers.get('host', '')}{request.path}"
        grant = issuer.by_assertion(_required(form, "assertion"), audience)
        return _token(backend, grant)
    if kind == "refresh_token":
        token, client = _required(form, "refresh_token"), _required(form, "client_id")
        grant = issuer.by_refresh_token(token, client, form.get("client_secret", ""))
        return {**_token(backend, grant), "scope": " ".join(sorted(grant.scopes))}
    if kind is None:
        raise OAuthError(400, "invalid_request", "Missing required parameter: grant_type")
    raise OAuthError(400, "unsupported_grant_type", f"Invalid grant_type: {kind}")


def _token(backend: Backend, grant: Grant) -> Json:
    return {"access_token": backend.guard.tokens.access(grant), "expires_in": LIFETIME, "token_type": "Bearer"}


def _required(form: Mapping[str, str], name: str) -> str:
    if not form.get(name):
        raise OAuthError(400, "invalid_request", f"Missing required parameter: {name}")
    return form[name]


def answer_locations(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """Where a service account may be used: anywhere.  google-auth asks behind its user's back; see adapter.mount."""
    backend.guard.caller(request.headers)
    return json_response({"encodedLocations": "0x0"})


def answer_person(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """Who the bearer token stands for, whatever its scopes."""
    email = backend.guard.caller(request.headers)
    return json_response({"id": permission_id(email), "email": email, "verified_email": True})


ROUTES = (
    *(Route("oauth2.userinfo.get", "GET", path_pattern(path), "token", answer_person) for path in PEOPLE),
    *(Route("oauth2.token", "POST", path_pattern(path), "token", answer_token) for path in PATHS),
    Route(
        "iamcredentials.projects.serviceAccounts.getAllowedLocations",
        "GET",
        path_pattern("/v1/projects/-/serviceAccounts/{email}/allowedLocations"),
        "token",
        answer_locations,
    ),
)
