"""
Where OAuth2 tokens come from → a token that is good now.

Tokens live for an hour or so; each sign-in asks for one anew.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from sheetcrm.errors import MailError, UsageError
from sheetcrm.messages import N_, tr
from sheetcrm.remind.message import clean
from sheetcrm.secret import check_kept_safe
from sheetcrm.variants import Variant

if TYPE_CHECKING:
    import requests

SMTP_SCOPE = "https://mail.google.com/"
"""Google gives no narrower one for SMTP."""

Fetch = Callable[[], str]
Lead = Callable[["requests.Session"], None]
"""Lets a session go the way out that the config names."""


class TokenSource(Variant):
    """Where the OAuth2 token of a mail account comes from, as the config says it under `oauth:`."""

    family = N_("token source")

    def fetcher(self, folder: Path, user: str) -> Fetch:
        """A function that gives a token of `user` that is good now; MailError from it when there is none to be had."""
        raise NotImplementedError


class GoogleTokens(TokenSource):
    """From Google, for Gmail: `credentials` is the key file of a service account that may act for its domain, or an authorised-user file."""

    type: Literal["google"] = "google"
    credentials: Path

    def fetcher(self, folder: Path, user: str) -> Fetch:
        """See `TokenSource`."""
        return google_tokens(folder / self.credentials.expanduser(), SMTP_SCOPE, user)


class CommandTokens(TokenSource):
    """What a command prints, such as `oauth2ms` or a script of yours."""

    type: Literal["command"] = "command"
    run: Annotated[tuple[str, ...], Field(min_length=1)]
    timeout: float = Field(default=60, gt=0)

    def fetcher(self, folder: Path, user: str) -> Fetch:
        """See `TokenSource`; the command is started in `folder`, without a shell."""

        def fetch() -> str:
            try:
                # The command is the administrator's own, from the config.
                done = subprocess.run(  # noqa: S603 - see above
                    self.run, cwd=folder, capture_output=True, text=True, timeout=self.timeout, check=True
                )
            except subprocess.CalledProcessError as error:
                raise MailError(
                    tr(
                        "oauth: {program} failed: {said}",
                        program=self.run[0],
                        said=clean(error.stderr) or error.returncode,
                    )
                ) from error
            except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError) as error:
                raise MailError(
                    tr("oauth: {program} gave no token: {name}", program=self.run[0], name=type(error).__name__)
                ) from error
            return _one_word(done.stdout, self.run[0])

        return fetch


class FileTokens(TokenSource):
    """What stands in a file that something else keeps fresh; read again for every sign-in."""

    type: Literal["file"] = "file"
    path: Path

    def fetcher(self, folder: Path, user: str) -> Fetch:
        """See `TokenSource`."""

        def fetch() -> str:
            path = folder / self.path.expanduser()
            try:
                return _one_word(path.read_text(encoding="utf-8"), str(path))
            except (OSError, UnicodeDecodeError) as error:
                raise MailError(
                    tr("oauth: {path} cannot be read: {name}", path=path, name=type(error).__name__)
                ) from error

        return fetch


def nowhere(_session: requests.Session) -> None:
    """As the environment says."""


def google_tokens(key: Path, scope: str, user: str, lead: Lead = nowhere) -> Fetch:
    """Tokens, fetched by the way of `lead`, from a key file of Google's with that scope alone, for `user`; UsageError when the file is none, Refused when others can read it."""
    credentials = _google(key, scope, user)

    def fetch() -> str:
        # google.auth takes 160 ms, which other ways of sending need not pay.
        import requests  # noqa: PLC0415 - see above
        from google.auth.exceptions import GoogleAuthError  # noqa: PLC0415 - see above
        from google.auth.transport.requests import Request  # noqa: PLC0415 - see above

        try:
            if not credentials.valid:
                with requests.Session() as session:
                    lead(session)
                    credentials.refresh(Request(session))
        except GoogleAuthError as error:
            raise MailError(
                tr("Google gives no token for {name}: {said}", name=key.name, said=clean(str(error)))
            ) from error
        return str(credentials.token)

    return fetch


def _google(key: Path, scope: str, user: str) -> Any:
    from google.oauth2 import credentials, service_account  # noqa: PLC0415 - as above

    check_kept_safe(key)
    try:
        info = json.loads(key.read_text(encoding="utf-8"))
        kind = info.get("type") if isinstance(info, dict) else None
        if kind == "service_account":
            # A service account has no mailbox: it acts for somebody who has one.
            made = service_account.Credentials.from_service_account_info(info, scopes=[scope])
            return made.with_subject(user)
        if kind == "authorized_user":
            return credentials.Credentials.from_authorized_user_info(info, scopes=[scope])
        raise ValueError(tr("its type is {kind!r}, not service_account or authorized_user", kind=kind))
    except (OSError, ValueError) as error:
        raise UsageError(
            tr("{key}, which the config names for sending mail, cannot be used: {error}", key=key, error=error)
        ) from error


def _one_word(text: str, where: str) -> str:
    if not (token := text.strip()) or len(token.split()) > 1 or not token.isascii():
        raise MailError(tr("oauth: {where} gave something that is no token", where=where))
    return token
