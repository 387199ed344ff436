"""
Credentials → access tokens, as Google's token endpoint gives them.

Unmodified google-auth talks to this: service-account files (signed JWT) and authorized-user files (refresh token), both
written by this server, and programs that a person agreed to on the page of `consent`.  Its errors have OAuth's shape
(RFC 6749 §5.2) and not that of the API.
"""

from __future__ import annotations

import hmac
import json
import secrets
import threading
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import parse_qs

from sheetcrm.server.consent import CODE
from sheetcrm.server.consent import PATHS as CONSENT_PATHS
from sheetcrm.server.errors import ApiError, invalid
from sheetcrm.server.library import permission_id
from sheetcrm.server.routes import Backend, Route, path_pattern
from sheetcrm.server.store import Store
from sheetcrm.server.tokens import ACCESS, EVERYTHING, LIFETIME, REFRESH, WEEK, Grant, Tokens
from sheetcrm.server.wire import Json, Request, Response, json_response
from sheetcrm.server.workload import WORD

TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address, not a secret
# What google-auth and older clients write into `aud`, besides the address that they were given.
AUDIENCES = (TOKEN_URI, "https://accounts.google.com/o/oauth2/token", "https://www.googleapis.com/oauth2/v4/token")
PATHS = ("/token", "/oauth2/v4/token", "/o/oauth2/token")
PEOPLE = ("/userinfo/v2/me", "/oauth2/v2/userinfo")
JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
KEY, REVOKED = "oauth key", "oauth revoked"
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


@dataclass(frozen=True)
class Client:
    """A program that people may agree to; one in `testing` has to ask anew after a week."""

    id: str
    secret: str
    testing: bool


def _invalid_grant(description: str) -> OAuthError:
    return OAuthError(400, "invalid_grant", description)


class Issuer:
    """Writes credentials files and turns what they send into access tokens."""

    def __init__(self, store: Store, tokens: Tokens, *, now: Callable[[], datetime]) -> None:
        self._store = store
        self._tokens = tokens
        self._now = now
        self._lock = threading.Lock()
        self._codes: set[str] = set()
        self._actors: set[tuple[str, str]] = set()
        tokens.revoked = frozenset(json.loads(store.setting(REVOKED) or "[]"))

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
        """An authorized-user file for `email` with every scope, each its own; google-auth always refreshes it at Google's own address."""
        client = self._client()
        return {
            "type": "authorized_user",
            "client_id": client.id,
            "client_secret": client.secret,
            "refresh_token": self._tokens.refresh(Grant(email, EVERYTHING, secrets.token_hex(8), client.id)),
            "universe_domain": "googleapis.com",
        }

    def desktop(self, base_url: str, *, testing: bool = False) -> Json:
        """A client file as Google's console writes it for a desktop program; whoever has it can open the consent page."""
        client = self._client(testing=testing)
        return {
            "installed": {
                "client_id": client.id,
                "project_id": "sheetcrm-embedded-server",
                "auth_uri": f"{base_url}{CONSENT_PATHS[0]}?key={self.consent_key()}",
                "token_uri": f"{base_url}/token",
                "client_secret": client.secret,
                "redirect_uris": ["http://localhost"],
            }
        }

    def workload_word(self, name: str, lifetime: float = 3600) -> str:
        """What an identity provider tells a machine of that name to be known by, for so many seconds; see `workload`."""
        return self._tokens.sealed(WORD, {"workload": name}, lifetime)

    def consent_key(self) -> str:
        """What opens the consent page."""
        return self._tokens.derived("consent page", 32)

    def client(self, client_id: str) -> Client | None:
        """The client of that id; None for one that is not ours."""
        for client in (self._client(), self._client(testing=True)):
            if hmac.compare_digest(client_id.encode(), client.id.encode()):
                return client
        return None

    def let_act(self, email: str, account: str) -> None:
        """Let `email` have tokens of a service account, as the role Service Account Token Creator does; until the server is closed."""
        self._actors.add((email, account))

    def may_act(self, email: str, account: str) -> bool:
        """Whether `let_act` said so."""
        return (email, account) in self._actors

    def expiry(self) -> datetime:
        """When an access token that is made now ends."""
        return self._now() + timedelta(seconds=LIFETIME)

    def by_code(self, code: str, client: Client, form: Mapping[str, str]) -> tuple[Grant, bool]:
        """Who agreed to what, and whether for longer than an hour; OAuthError when the code is not for this client, address, secret or the second time."""
        claims = self._tokens.opened(CODE, code)
        if claims is None or claims["asked"]["client_id"] != client.id:
            raise _invalid_grant("Malformed auth code.")
        asked = claims["asked"]
        if form.get("redirect_uri", "") != asked["redirect_uri"]:
            raise OAuthError(400, "redirect_uri_mismatch", "Bad Request")
        if asked["code_challenge"]:
            verifier = form.get("code_verifier", "")
            digest = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=")
            if not hmac.compare_digest(digest, asked["code_challenge"].encode()):
                raise _invalid_grant("Invalid code verifier." if verifier else "Missing code verifier.")
        with self._lock:
            if claims["once"] in self._codes:
                raise _invalid_grant("Bad Request")
            self._codes.add(claims["once"])
        grant = Grant(claims["email"], frozenset(claims["scope"].split()), claims["once"], client.id)
        return grant, asked["access_type"] == "offline"

    def identity(self, grant: Grant, client: Client) -> str:
        """An ID token (OpenID Connect) that tells the client who agreed."""
        from sheetcrm.server import keys  # noqa: PLC0415 - cryptography only where somebody signs in

        now = int(self._now().timestamp())
        said = {"iss": "https://accounts.google.com", "aud": client.id, "iat": now, "exp": now + LIFETIME + 1}
        about = {"sub": permission_id(grant.email), "email": grant.email, "email_verified": True}
        return keys.signed({**said, **about}, self._private_key())

    def revoke(self, token: str) -> bool:
        """Take back the consent behind a token, and with it every token of that consent; False for no such token."""
        grant = self._tokens.read(token, REFRESH) or self._tokens.read(token, ACCESS)
        if grant is None or not grant.consent:
            return False
        with self._lock:
            self._tokens.revoked |= {grant.consent}
            self._store.remember(REVOKED, json.dumps(sorted(self._tokens.revoked)))
        return True

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
        return Grant(email, scopes, program=email)

    def authenticated(self, client_id: str, secret: str) -> Client:
        """The client of that id and secret; OAuthError when it is not ours."""
        client = self.client(client_id)
        if client is None:
            raise OAuthError(401, "invalid_client", "The OAuth client was not found.")
        if not hmac.compare_digest(secret.encode(), client.secret.encode()):
            raise OAuthError(401, "invalid_client", "Unauthorized")
        return client

    def by_refresh_token(self, token: str) -> Grant:
        """Whom a refresh token was given to; OAuthError when it is not ours, is too old or was revoked."""
        grant = self._tokens.read(token, REFRESH)
        if grant is None:
            known = token.startswith(REFRESH) and "." in token
            raise _invalid_grant("Token has been expired or revoked." if known else "Bad Request")
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

    def _client(self, *, testing: bool = False) -> Client:
        purpose = "oauth client in testing" if testing else "oauth client"
        identity, secret = self._tokens.derived(purpose, 32), self._tokens.derived(f"{purpose} secret", 28)
        return Client(f"{identity}.apps.googleusercontent.com", f"GOCSPX-{secret}", testing)

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
        token = _required(form, "refresh_token")
        issuer.authenticated(_required(form, "client_id"), form.get("client_secret", ""))
        grant = _narrowed(issuer.by_refresh_token(token), form.get("scope", ""))
        return {**_token(backend, grant), "scope": " ".join(sorted(grant.scopes))}
    if kind == "authorization_code":
        return _agreed(backend, form)
    if kind is None:
        raise OAuthError(400, "invalid_request", "Missing required parameter: grant_type")
    raise OAuthError(400, "unsupported_grant_type", f"Invalid grant_type: {kind}")


def _agreed(backend: Backend, form: Mapping[str, str]) -> Json:
    """What a code is good for; a refresh token goes with it where the program asked for one."""
    issuer = backend.issuer
    code = _required(form, "code")
    client = issuer.authenticated(_required(form, "client_id"), form.get("client_secret", ""))
    grant, offline = issuer.by_code(code, client, form)
    answer = {**_token(backend, grant), "scope": " ".join(sorted(grant.scopes))}
    if offline:
        answer["refresh_token"] = backend.guard.tokens.refresh(grant, WEEK if client.testing else None)
        if client.testing:
            answer["refresh_token_expires_in"] = WEEK - 1
    if "openid" in grant.scopes:
        answer["id_token"] = issuer.identity(grant, client)
    return answer


def _narrowed(grant: Grant, scopes: str) -> Grant:
    """The grant with no more than these scopes, or as it is when none are said; OAuthError for one that was not granted."""
    wanted = frozenset(scopes.split())
    if not wanted:
        return grant
    if not wanted <= grant.scopes:
        raise OAuthError(400, "invalid_scope", "Bad Request")
    return replace(grant, scopes=wanted)


def _token(backend: Backend, grant: Grant) -> Json:
    return {"access_token": backend.guard.tokens.access(grant), "expires_in": LIFETIME, "token_type": "Bearer"}


def _required(form: Mapping[str, str], name: str) -> str:
    if not form.get(name):
        raise OAuthError(400, "invalid_request", f"Missing required parameter: {name}")
    return form[name]


def answer_revoke(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """Nothing, once the consent behind the token in the form is taken back."""
    form = {**request.parameters(), **parse_qs(request.body.decode("utf-8", "replace"))}
    if not backend.issuer.revoke(form.get("token", [""])[-1]):
        return json_response({"error": "invalid_token", "error_description": "Token expired or revoked"}, status=400)
    return json_response({})


def answer_acting(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """A token of a service account for whoever may act for it."""
    caller = backend.guard.admit(request.headers, "iam")
    body, account = json.loads(request.body or b"{}"), args["email"]
    if not backend.issuer.may_act(caller, account):
        raise ApiError(
            403,
            "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).",
            details=[
                {
                    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                    "reason": "IAM_PERMISSION_DENIED",
                    "domain": "iam.googleapis.com",
                    "metadata": {"permission": "iam.serviceAccounts.getAccessToken"},
                }
            ],
        )
    scopes = body.get("scope") if isinstance(body, dict) else None
    if not isinstance(scopes, list) or not scopes or not all(isinstance(scope, str) for scope in scopes):
        raise invalid("scope: at least one is needed.")
    if body.get("delegates"):
        raise ApiError(501, "delegates: not supported by this embedded server (it is not Google that refuses).")
    expires = backend.issuer.expiry().strftime("%Y-%m-%dT%H:%M:%SZ")
    token = backend.guard.tokens.access(Grant(account, frozenset(scopes), program=account))
    return json_response({"accessToken": token, "expireTime": expires})


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
    Route("oauth2.revoke", "POST", path_pattern("/revoke"), "token", answer_revoke),
    Route(
        "iamcredentials.projects.serviceAccounts.generateAccessToken",
        "POST",
        path_pattern("/v1/projects/-/serviceAccounts/{email}:generateAccessToken"),
        "token",
        answer_acting,
    ),
    Route(
        "iamcredentials.projects.serviceAccounts.getAllowedLocations",
        "GET",
        path_pattern("/v1/projects/-/serviceAccounts/{email}/allowedLocations"),
        "token",
        answer_locations,
    ),
)
