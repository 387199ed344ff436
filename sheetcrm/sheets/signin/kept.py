"""
What a person agreed to ↔ a file that only they can read.

The file is replaced whole or not at all, so processes that refresh at the same time both have a token that is good.
"""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import google.auth.exceptions
from google.oauth2.credentials import Credentials

from sheetcrm import places
from sheetcrm.errors import NotSignedIn
from sheetcrm.logs import hide
from sheetcrm.messages import tr
from sheetcrm.secret import check_kept_safe
from sheetcrm.sheets.signin.consent import Client, Consent

AUDIENCE = "https://console.cloud.google.com/auth/audience"


@dataclass(frozen=True)
class Kept:
    """A person's consent as it is kept; `expires` is when the access token ends (ISO, UTC), `agreed` when they did."""

    account: str
    scopes: tuple[str, ...]
    agreed: str
    refresh_token: str = field(repr=False)
    access_token: str = field(repr=False)
    expires: str

    @classmethod
    def of(cls, consent: Consent, now: datetime) -> Kept:
        """Of a consent that was given now."""
        expires = now + timedelta(seconds=consent.seconds)
        scopes = tuple(sorted(consent.scopes))
        return cls(
            consent.account, scopes, now.isoformat(), consent.refresh_token, consent.access_token, expires.isoformat()
        )


def place(client: Client, account: str) -> Path:
    """Where the tokens of this client for that address (empty: whoever signs in) are."""
    folder = places.config_folder() / "tokens"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"{sha256(f'{client.id} {account}'.encode()).hexdigest()[:16]}.json"


def keep(path: Path, kept: Kept) -> None:
    """Write it, for its owner alone."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")  # 0600 from the first moment
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(asdict(kept), file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def read(path: Path) -> Kept | None:
    """What is kept there, None for nothing; Refused when others can read it, NotSignedIn when it is damaged."""
    if not path.exists():
        return None
    check_kept_safe(path)
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        kept = Kept(**{**found, "scopes": tuple(found["scopes"])})
        datetime.fromisoformat(kept.expires)
        for token in (kept.refresh_token, kept.access_token):
            hide(token)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise NotSignedIn(
            tr("{path}, where your sign-in is kept, cannot be used; sign in again with: sheetcrm login", path=path)
        ) from error
    return kept


class KeptCredentials(Credentials):  # type: ignore[misc]  # google-auth has no type information that we follow
    """google-auth's credentials of a person, kept in their file whenever they change."""

    def __init__(self, client: Client, path: Path, kept: Kept) -> None:
        super().__init__(
            kept.access_token,
            refresh_token=kept.refresh_token,
            token_uri=client.token_uri,
            client_id=client.id,
            client_secret=client.secret,
            # google-auth's times have no zone, and are UTC.
            expiry=datetime.fromisoformat(kept.expires).astimezone(UTC).replace(tzinfo=None),
            account=kept.account,
        )
        self._path, self._kept = path, kept

    @property
    def agreed(self) -> tuple[str, ...]:
        """The scopes that the person agreed to."""
        return self._kept.scopes

    def refresh(self, request: Any) -> None:
        """See google-auth; NotSignedIn when Google takes the sign-in no more."""
        try:
            super().refresh(request)
        except google.auth.exceptions.RefreshError as error:
            if error.retryable:
                raise
            raise NotSignedIn(_refused(str(error.args[0] if error.args else error), self._kept)) from error
        expires = self.expiry.replace(tzinfo=UTC).isoformat()
        self._kept = replace(
            self._kept, access_token=hide(self.token), expires=expires, refresh_token=self.refresh_token
        )
        keep(self._path, self._kept)


def _refused(said: str, kept: Kept) -> str:
    text = tr(
        "Google takes the sign-in of {account} no more ({said}). Sign in again with: sheetcrm login",
        account=kept.account or tr("your account"),
        said=said,
    )
    if "invalid_grant" not in said:
        return text
    return text + tr(
        ". If that happens every seven days, the project's consent screen is in “Testing”: publish it at {url}",
        url=AUDIENCE,
    )
