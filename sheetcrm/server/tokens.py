"""
Who may do what, for how long ↔ a token that says so itself.

Nothing is kept: a token is sealed with the folder's secret, so it outlives the process and not the folder.
"""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

LIFETIME = 3599
WEEK = 7 * 24 * 3600
ACCESS, REFRESH = "ya29.", "1//"
AUTH = "https://www.googleapis.com/auth/"
WRITING = ("spreadsheets", "drive", "drive.file")
# Kind of route → the scopes of which one is enough, as each method's reference page lists them.
SCOPES = {
    "read": ("spreadsheets.readonly", "drive.readonly", *WRITING),
    "write": WRITING,
    "drive read": ("drive", "drive.file", "drive.readonly", "drive.metadata", "drive.metadata.readonly"),
    "drive write": ("drive", "drive.file"),
    "iam": ("cloud-platform", "iam"),
}
EVERYTHING = frozenset(AUTH + scope for scopes in SCOPES.values() for scope in scopes)


@dataclass(frozen=True)
class Grant:
    """What a token stands for: a person or service account, and the scopes that were asked for.

    `consent` names the agreement of a person that it comes from, which can be taken back; empty where nobody was asked.
    `program` is who uses it: a client that people agree to, or a service account itself.
    """

    email: str
    scopes: frozenset[str]
    consent: str = ""
    program: str = ""

    def allows(self, kind: str) -> bool:
        """Whether calls of this kind of route are within the scopes; kinds that need none are."""
        needed = SCOPES.get(kind)
        return needed is None or any(AUTH + scope in self.scopes for scope in needed)

    def own_only(self, kind: str) -> bool:
        """Whether calls of this kind are allowed by `drive.file` alone, and so for files that the program made."""
        needed = SCOPES.get(kind, ())
        wider = any(AUTH + scope in self.scopes for scope in needed if scope != "drive.file")
        return "drive.file" in needed and not wider


class Tokens:
    """Makes and reads the tokens of one server; those of the consents in `revoked` are no good any more."""

    def __init__(self, secret: bytes, *, now: Callable[[], datetime], revoked: frozenset[str] = frozenset()) -> None:
        self._secret = secret
        self._now = now
        self.revoked = revoked

    def access(self, grant: Grant) -> str:
        """A token for `LIFETIME` seconds."""
        return self._token(ACCESS, grant, LIFETIME)

    def refresh(self, grant: Grant, lifetime: float | None = None) -> str:
        """A token that access tokens can be had for, for so many seconds or as long as the folder lives."""
        return self._token(REFRESH, grant, lifetime)

    def read(self, token: str, prefix: str = ACCESS) -> Grant | None:
        """What the token stands for; None for one that is not ours, was changed, has expired or was revoked."""
        claims = self.opened(prefix, token)
        consent = claims.get("consent", "") if claims is not None else ""
        if claims is None or consent in self.revoked:
            return None
        return Grant(claims["email"], frozenset(claims["scopes"]), consent, claims.get("program", ""))

    def sealed(self, prefix: str, claims: Mapping[str, Any], lifetime: float | None) -> str:
        """A text that says `claims`, for so many seconds; anybody can read it, nobody can make or change one."""
        expires = None if lifetime is None else self._now().timestamp() + lifetime
        body = urlsafe_b64encode(json.dumps({**claims, "expires": expires}).encode()).decode()
        return f"{prefix}{body}.{self._seal(prefix, body)}"

    def opened(self, prefix: str, text: str) -> dict[str, Any] | None:
        """What `sealed` was given with that prefix; None for what is not ours, was changed or has expired."""
        body, _, seal = text.removeprefix(prefix).partition(".")
        if not text.startswith(prefix) or not hmac.compare_digest(seal.encode(), self._seal(prefix, body).encode()):
            return None
        claims: dict[str, Any] = json.loads(urlsafe_b64decode(body))
        if claims["expires"] is not None and claims["expires"] <= self._now().timestamp():
            return None
        return claims

    def derived(self, purpose: str, length: int) -> str:
        """Hexadecimal digits that only this folder gives for this purpose, the same each time."""
        return hmac.new(self._secret, purpose.encode(), sha256).hexdigest()[:length]

    def _token(self, prefix: str, grant: Grant, lifetime: float | None) -> str:
        claims = {"email": grant.email, "scopes": sorted(grant.scopes)}
        claims |= {"consent": grant.consent, "program": grant.program}
        return self.sealed(prefix, claims, lifetime)

    def _seal(self, prefix: str, body: str) -> str:
        return self.derived(f"token:{prefix}{body}", 43)
