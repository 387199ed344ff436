"""
A mail → any SMTP server, stage by stage, by smtplib.

`SMTP.sendmail` does not tell whether a connection that was lost was lost before
or after the mail was handed over.  So the stages are ours: until the server
asks for the mail itself it was surely not taken; from then until its answer
nobody knows.
"""

from __future__ import annotations

import ipaddress
import re
import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from sheetcrm.errors import MailError, UsageError
from sheetcrm.remind.message import clean
from sheetcrm.remind.notifiers.base import Notifier, Outcome, Outgoing, Send, Verdict, Way
from sheetcrm.secret import Secret

_NEEDS_LOGIN = (530, 534, 535, 538)
_CLOSING = 421


class SmtpWay(Way):
    """Through a mail server.  `security` is `starttls`, `tls` (from the first byte, usually port 465) or `none`."""

    type: Literal["smtp"] = "smtp"
    host: str = Field(min_length=1)
    port: int = Field(ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password: Secret | None = None
    timeout: float = Field(default=30, gt=0, description="Seconds to wait for the mail server at each step.")
    ca_file: Path | None = Field(default=None, description="Certificates to trust instead of the system's.")

    @model_validator(mode="after")
    def _both_or_neither(self) -> SmtpWay:
        if (self.user is None) != (self.password is None):
            raise PydanticCustomError("login", "user and password go together")
        return self

    def notifier(self, folder: Path, environment: Mapping[str, str]) -> SmtpNotifier:
        """See `Way`."""
        password = self.password.reveal(folder, environment) if self.password else None
        trusted = folder / self.ca_file.expanduser() if self.ca_file else None
        return SmtpNotifier(self.host, self.port, self.security, self.user, password, self.timeout, trusted)


@dataclass(frozen=True)
class SmtpNotifier(Notifier):
    """
    Sends through the server at `host`:`port`, one connection for a whole run.

    `timeout` is in seconds, for each step.  A password is only given to a
    server that proved who it is (`starttls`, or `tls` from the first byte),
    or on this very machine.  UsageError when the settings would do otherwise.
    """

    channel = "mail"

    host: str
    port: int
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    timeout: float = 30
    ca_file: Path | None = None
    """Certificates to trust instead of the system's."""

    def __post_init__(self) -> None:
        """Refuse to say a password where others can hear it."""
        if self.user is not None and self.security == "none" and not _here(self.host):
            raise UsageError(
                f"mail server {self.host}: a password is not sent without encryption; set security: starttls or tls"
            )

    @contextmanager
    def open(self) -> Iterator[Send]:
        """A function that sends; the connection is made for the first mail and again after the server closed it."""
        line = _Line(self)
        try:
            yield line.send
        finally:
            line.close()


class _Line:
    """The connection to one server: none, or one that is signed in.  Every exception of smtplib is an OSError."""

    def __init__(self, settings: SmtpNotifier) -> None:
        self._settings = settings
        self._smtp: smtplib.SMTP | None = None

    def send(self, mail: Outgoing) -> Outcome:
        smtp = self._alive()
        try:
            refused = self._envelope(smtp, mail)
        except OSError as error:
            self.close()
            return Outcome(Verdict.RETRY, f"the connection was lost: {_said(error)}")
        return refused or self._content(smtp, mail.data)

    def _envelope(self, smtp: smtplib.SMTP, mail: Outgoing) -> Outcome | None:
        """Everything until the server asks for the mail itself; an outcome when it does not."""
        code, words = smtp.mail(mail.sender)
        if code != 250:
            if code >= 500:
                raise MailError(f"{self._name()} does not take mail from {mail.sender}: {_reply(code, words)}")
            return self._refused(code, words)
        code, words = smtp.rcpt(mail.recipient)
        if code in _NEEDS_LOGIN:
            raise MailError(f"{self._name()} wants us to sign in: {_reply(code, words)}; set user and password")
        if code not in (250, 251):
            return self._refused(code, words)
        code, words = smtp.docmd("DATA")
        return None if code == 354 else self._refused(code, words)

    def _content(self, smtp: smtplib.SMTP, data: bytes) -> Outcome:
        """From here on a lost connection means that nobody knows."""
        try:
            smtp.send(_stuffed(data))
            code, words = smtp.getreply()
        except OSError as error:
            self.close()
            return Outcome(Verdict.UNKNOWN, f"the mail was handed over and no answer came: {_said(error)}")
        if code < 200:
            self.close()
            return Outcome(
                Verdict.UNKNOWN, f"the mail was handed over and the answer made no sense: {_reply(code, words)}"
            )
        return Outcome(Verdict.SENT) if code < 300 else self._refused(code, words)

    def _refused(self, code: int, words: bytes) -> Outcome:
        if code == _CLOSING or code < 0:
            self.close()
        elif self._smtp is not None:
            with suppress(OSError):
                self._smtp.rset()
        return Outcome(Verdict.FAILED if code >= 500 else Verdict.RETRY, _reply(code, words))

    def _alive(self) -> smtplib.SMTP:
        """A connection that answers: the one at hand, or a new one; MailError when there is none to be had."""
        if self._smtp is not None:
            with suppress(OSError):
                if self._smtp.noop()[0] == 250:
                    return self._smtp
            self.close()
        try:
            self._smtp = self._connect()
        except smtplib.SMTPAuthenticationError as error:
            raise MailError(f"{self._name()} does not accept user and password: {_said(error)}") from error
        except ssl.SSLError as error:
            raise MailError(
                f"{self._name()}: no secure connection: {error.reason or error}; is security: {self._settings.security} right?"
            ) from error
        except OSError as error:
            raise MailError(f"{self._name()} cannot be used: {_said(error)}; every mail stays queued") from error
        return self._smtp

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        trust = ssl.create_default_context(cafile=settings.ca_file)
        smtp: smtplib.SMTP
        if settings.security == "tls":
            smtp = smtplib.SMTP_SSL(settings.host, settings.port, timeout=settings.timeout, context=trust)
        else:
            smtp = smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout)
        try:
            smtp.ehlo_or_helo_if_needed()
            if settings.security == "starttls":
                smtp.starttls(context=trust)
                smtp.ehlo_or_helo_if_needed()
            if settings.user is not None:
                smtp.login(settings.user, settings.password or "")
        except BaseException:
            smtp.close()
            raise
        return smtp

    def close(self) -> None:
        """Hang up, politely when that is still possible."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with suppress(OSError):
                smtp.quit()
            smtp.close()

    def _name(self) -> str:
        return f"mail server {self._settings.host}:{self._settings.port}"


def _stuffed(data: bytes) -> bytes:
    """The mail as it goes over the line: a leading dot doubled, ended by a dot of its own (RFC 5321, 4.5.2)."""
    ended = data if data.endswith(b"\r\n") else data + b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", ended) + b".\r\n"


def _here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _reply(code: int, words: bytes) -> str:
    return clean(f"{code} {words.decode('utf-8', 'replace')}")


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
        return _reply(error.smtp_code, words if isinstance(words, bytes) else str(words).encode())
    return clean(str(error)) or type(error).__name__
