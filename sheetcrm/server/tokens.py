"""
Who may do what, for how long ↔ a token that says so itself.

Nothing is kept: a token is sealed with the folder's secret, so it outlives the process and not the folder.
"""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

LIFETIME = 3599
ACCESS, REFRESH = "ya29.", "1//"
AUTH = "https://www.googleapis.com/auth/"
WRITING = ("spreadsheets", "drive", "drive.file")
# Kind of route → the scopes of which one is enough, as each method's reference page lists them.
SCOPES = {
    "read": ("spreadsheets.readonly", "drive.readonly", *WRITING),
    "write": WRITING,
    "drive read": ("drive", "drive.file", "drive.readonly", "drive.metadata", "drive.metadata.readonly"),
    "drive write": ("drive", "drive.file"),
}
EVERYTHING = frozenset(AUTH + scope for scopes in SCOPES.values() for scope in scopes)


@dataclass(frozen=True)
class Grant:
    """What a token stands for: a person or service account, and the scopes that were asked for."""

    email: str
    scopes: frozenset[str]

    def allows(self, kind: str) -> bool:
        """Whether calls of this kind of route are within the scopes; kinds that need none are."""
        needed = SCOPES.get(kind)
        return needed is None or any(AUTH + scope in self.scopes for scope in needed)


class Tokens:
    """Makes and reads the tokens of one server."""

    def __init__(self, secret: bytes, *, now: Callable[[], datetime]) -> None:
        self._secret = secret
        self._now = now

    def access(self, grant: Grant) -> str:
        """A token for `LIFETIME` seconds."""
        return self._sealed(ACCESS, grant, expires=self._now().timestamp() + LIFETIME)

    def refresh(self, grant: Grant) -> str:
        """A token that access tokens can be had for, for as long as the folder lives."""
        return self._sealed(REFRESH, grant, expires=None)

    def read(self, token: str, prefix: str = ACCESS) -> Grant | None:
        """What the token stands for; None for one that is not ours, was changed, or has expired."""
        body, _, seal = token.removeprefix(prefix).partition(".")
        if not token.startswith(prefix) or not hmac.compare_digest(seal.encode(), self._seal(prefix, body).encode()):
            return None
        claims = json.loads(urlsafe_b64decode(body))
        if claims["expires"] is not None and claims["expires"] <= self._now().timestamp():
            return None
        return Grant(claims["email"], frozenset(claims["scopes"]))

    def derived(self, purpose: str, length: int) -> str:
        """Hexadecimal digits that only this folder gives for this purpose, the same each time."""
        return hmac.new(self._secret, purpose.encode(), sha256).hexdigest()[:length]

    def _sealed(self, prefix: str, grant: Grant, *, expires: float | None) -> str:
        claims: dict[str, Any] = {"email": grant.email, "scopes": sorted(grant.scopes), "expires": expires}
        body = urlsafe_b64encode(json.dumps(claims).encode()).decode()
        return f"{prefix}{body}.{self._seal(prefix, body)}"

    def _seal(self, prefix: str, body: str) -> str:
        return self.derived(f"token:{prefix}{body}", 43)
