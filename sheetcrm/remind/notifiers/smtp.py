"""
Mails → any SMTP server, as the config describes it.

Each setting that is wrong is refused where it can be seen: a password is only
said to a server that proved who it is, and a provider that wants something
other than the account's password is named with what it wants.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from sheetcrm.errors import UsageError
from sheetcrm.messages import tr
from sheetcrm.remind.notifiers.base import MAIL, Notifier, Send, Tell, Way, nobody
from sheetcrm.remind.notifiers.pace import CLOCK, Clock, Pace
from sheetcrm.remind.notifiers.presets import PROVIDERS, Security
from sheetcrm.remind.notifiers.smtpline import Line
from sheetcrm.remind.notifiers.tokens import Fetch, TokenSource
from sheetcrm.secret import Secret
from sheetcrm.variants import nearest


class SmtpWay(Way):
    """Through a mail server: one of a `preset`, or `host` and `port`.  `security` is `starttls`, `tls` (from the first byte, usually port 465) or `none` (on this machine only)."""

    type: Literal["smtp"] = "smtp"
    preset: str | None = Field(default=None, description="A provider whose host, port and security are known.")
    host: str = Field(min_length=1)
    port: int = Field(ge=1, le=65535)
    security: Security = "starttls"
    user: str | None = None
    password: Secret | None = None
    oauth: TokenSource | None = Field(default=None, description="Where OAuth2 tokens come from, instead of a password.")
    timeout: float = Field(default=30, gt=0, description="Seconds to wait for the mail server at each step.")
    ca_file: Path | None = Field(default=None, description="Certificates to trust instead of the system's.")
    per_minute: int | None = Field(default=None, ge=1, description="Send at most so many mails a minute.")
    per_connection: int = Field(default=100, ge=1, description="Connect anew after so many mails.")

    @model_validator(mode="before")
    @classmethod
    def _filled_in(cls, value: Any) -> Any:
        if not isinstance(value, dict) or value.get("preset") is None:
            return value
        # Two providers are called by a number, which YAML reads as one.
        name = str(value["preset"])
        if name not in PROVIDERS:
            hint, known = nearest(name, list(PROVIDERS)), ", ".join(PROVIDERS)
            said = tr("no such preset: {name}{hint} ({known})", name=name, hint=hint, known=known)
            raise PydanticCustomError("preset", "{said}", {"said": said})
        known_as = PROVIDERS[name]
        filled = {"host": known_as.host, "port": known_as.port, "security": known_as.security}
        return {**filled, **value, "preset": name}

    @model_validator(mode="after")
    def _sound(self) -> SmtpWay:
        if self.password is not None and self.oauth is not None:
            raise PydanticCustomError("login", tr("either password or oauth, not both"))
        if (self.user is None) != (self.password is None and self.oauth is None):
            raise PydanticCustomError("login", tr("user and password go together (or user and oauth)"))
        if self.security == "none" and not is_here(self.host):
            raise PydanticCustomError("clear", tr("security: none is for this machine only; set starttls or tls"))
        return self

    def notifier(self, folder: Path, environment: Mapping[str, str], channel: str = MAIL) -> SmtpNotifier:
        """See `Way`."""
        return SmtpNotifier(
            self.host,
            self.port,
            self.security,
            self.user,
            self.password.reveal(folder, environment) if self.password else None,
            self.timeout,
            folder / self.ca_file.expanduser() if self.ca_file else None,
            token=self.oauth.fetcher(folder, self.user or "") if self.oauth else None,
            per_minute=self.per_minute,
            per_connection=self.per_connection,
            channel=self.word(channel),
        )


@dataclass(frozen=True)
class SmtpNotifier(Notifier):
    """
    Sends through the server at `host`:`port`, over as few connections as it may.

    `timeout` is in seconds, for each step.  A password or a token is only given
    to a server that proved who it is (`starttls`, or `tls` from the first
    byte), or on this very machine.  UsageError when the settings would do otherwise.
    """

    host: str
    port: int
    security: Security = "starttls"
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    timeout: float = 30
    ca_file: Path | None = None
    """Certificates to trust instead of the system's."""
    token: Fetch | None = field(default=None, repr=False)
    """Gives an OAuth2 token to sign in with, instead of a password."""
    per_minute: int | None = None
    per_connection: int = 100
    channel: str = MAIL
    clock: Clock = field(default=CLOCK, repr=False)
    pace: Pace = field(init=False, repr=False, compare=False)
    """Of all that it sends, however often it is opened."""

    def __post_init__(self) -> None:
        """Refuse to say a password where others can hear it, or one that cannot be said."""
        if self.user is not None and self.security == "none" and not is_here(self.host):
            raise UsageError(
                tr(
                    "mail server {host}: a password is not sent without encryption; set security: starttls or tls",
                    host=self.host,
                )
            )
        if not f"{self.user or ''}{self.password or ''}".isascii():
            raise UsageError(
                tr(
                    "mail server {host}: user and password are in ASCII; was the right line put into the secret?",
                    host=self.host,
                )
            )
        object.__setattr__(self, "pace", Pace(self.per_minute, self.clock))

    @property
    def name(self) -> str:
        """For messages."""
        return tr("mail server {host}:{port}", host=self.host, port=self.port)

    def knock(self, tell: Tell = nobody) -> bool:
        """See `Notifier`: connect, encrypt, sign in, and hang up."""
        line = Line(self, tell)
        try:
            line.reach()
        finally:
            line.close()
        return True

    @contextmanager
    def open(self, tell: Tell = nobody) -> Iterator[Send]:
        """A function that sends; the connection is made for the first mail and again after the server closed it."""
        line = Line(self, tell)
        try:
            yield line.send
        finally:
            line.close()


def is_here(host: str) -> bool:
    """Whether that is this very machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
