"""
A mail → one SMTP server, stage by stage.

`SMTP.sendmail` does not tell whether a connection that was lost was lost before
or after the mail was handed over.  So the stages are ours: until the line that
ends the mail is sent it was surely not taken; from then until the answer
nobody knows.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from sheetcrm.errors import MailError
from sheetcrm.messages import tr
from sheetcrm.remind.message import clean
from sheetcrm.remind.notifiers.base import LONGEST, Outcome, Outgoing, Tell, Verdict
from sheetcrm.remind.notifiers.dialogue import Dialogue, TlsDialogue
from sheetcrm.remind.notifiers.pace import Clock, Pace
from sheetcrm.remind.notifiers.presets import Security, advice
from sheetcrm.remind.notifiers.tokens import Fetch

_NEEDS_LOGIN = (530, 534, 535, 538)
_CLOSING = 421
# Gmail says 550 5.4.5 to the first mail that is too many for the day: nothing is wrong with the mail.
_ENOUGH = re.compile(r"\b5\.4\.5\b")
_IN = re.compile(r"\bin (\d{1,6}) ?(s|sec|secs|second|seconds|m|min|mins|minute|minutes|h|hour|hours)\b", re.IGNORECASE)
_UNITS = {"s": 1, "m": 60, "h": 3600}


class Server(Protocol):
    """A mail server, and how to speak with it."""

    @property
    def name(self) -> str:
        """For messages."""

    @property
    def host(self) -> str:
        """Where it is, and whose certificate it must have."""

    @property
    def port(self) -> int:
        """TCP's."""

    @property
    def security(self) -> Security:
        """When the line is encrypted."""

    @property
    def user(self) -> str | None:
        """Who signs in; None where nobody has to."""

    @property
    def password(self) -> str | None:
        """With which, where there is no `token`."""

    @property
    def token(self) -> Fetch | None:
        """Gives an OAuth2 token, instead of a password."""

    @property
    def timeout(self) -> float:
        """Seconds for each step."""

    @property
    def ca_file(self) -> Path | None:
        """Certificates to trust instead of the system's."""

    @property
    def per_connection(self) -> int:
        """Mails, before it is connected to anew."""

    @property
    def clock(self) -> Clock:
        """By which the timeout is measured."""

    @property
    def pace(self) -> Pace:
        """How fast it may be sent to."""


class Line:
    """The connection to one server: none, or one that is signed in.  Every exception of smtplib is an OSError."""

    def __init__(self, settings: Server, tell: Tell) -> None:
        """Not connected yet."""
        self._settings, self._tell = settings, tell
        self._smtp: Dialogue | None = None
        self._sent = 0

    def reach(self) -> None:
        """Connect and sign in, where that was not done yet; MailError when the server cannot be used."""
        self._alive()

    def send(self, mail: Outgoing) -> Outcome:
        """What became of `mail`; MailError when the server cannot be used."""
        self._settings.pace.go()
        try:
            refused = self._envelope(mail)
        except OSError as error:
            self.close()
            return Outcome(Verdict.RETRY, tr("the connection was lost: {said}", said=_said(error)))
        return refused or self._content(mail.data)

    # Stage by stage

    def _envelope(self, mail: Outgoing) -> Outcome | None:
        """Everything until the server asks for the mail itself; an outcome when it does not."""
        if refused := self._from(mail):
            return refused
        smtp = self._alive()
        code, words = smtp.rcpt(mail.recipient)
        if code in _NEEDS_LOGIN:
            raise MailError(
                tr(
                    "{name} wants us to sign in: {reply}; set user and password",
                    name=self._settings.name,
                    reply=_reply(code, words),
                )
            )
        if code not in (250, 251):
            return self._refused(code, words)
        self._tell(tr("takes mail for {recipient}", recipient=mail.recipient))
        code, words = smtp.docmd("DATA")
        return None if code == 354 else self._refused(code, words)

    def _from(self, mail: Outgoing) -> Outcome | None:
        """The first stage; a connection that was used before may have gone stale meanwhile, which is nobody's fault."""
        if self._sent >= self._settings.per_connection:
            self.close()
        was_used = self._sent > 0
        smtp = self._alive()
        beyond = not (mail.sender + mail.recipient).isascii() or not mail.data.isascii()
        if beyond and not smtp.has_extn("smtputf8"):
            return Outcome(
                Verdict.FAILED, tr("{name} takes ASCII addresses only (it has no SMTPUTF8)", name=self._settings.name)
            )
        try:
            code, words = smtp.mail(mail.sender, ["SMTPUTF8", "BODY=8BITMIME"] if beyond else [])
        except OSError:
            code, words = -1, b""
            if not was_used:
                raise
        if was_used and (code < 0 or code == _CLOSING):
            self.close()
            return self._from(mail)
        if code == 250:
            self._tell(tr("takes mail from {sender}", sender=mail.sender))
            return None
        if code >= 500:
            raise MailError(self._not_from(mail.sender, _reply(code, words)))
        return self._refused(code, words)

    def _not_from(self, sender: str, reply: str) -> str:
        hint = tr("; providers want mail: sender: to be the address that signs in") if self._settings.user else ""
        name = self._settings.name
        return tr(
            "{name} does not take mail from {sender}: {reply}{hint}", name=name, sender=sender, reply=reply, hint=hint
        )

    def _content(self, data: bytes) -> Outcome:
        """The mail to its end; what could not be sent to the last byte was surely not taken."""
        smtp = self._alive()
        try:
            smtp.send(_stuffed(data))
        except OSError as error:
            self.close()
            return Outcome(
                Verdict.RETRY, tr("the connection was lost in the middle of the mail: {said}", said=_said(error))
            )
        try:
            code, words = smtp.getreply()
        except OSError as error:
            self.close()
            return Outcome(
                Verdict.UNKNOWN, tr("the mail was handed over and no answer came: {said}", said=_said(error))
            )
        if code < 200:
            self.close()
            return Outcome(
                Verdict.UNKNOWN,
                tr("the mail was handed over and the answer made no sense: {reply}", reply=_reply(code, words)),
            )
        if code >= 300:
            return self._refused(code, words)
        self._sent += 1
        self._tell(tr("took the mail: {reply}", reply=_reply(code, words)))
        return Outcome(Verdict.SENT)

    def _refused(self, code: int, words: bytes) -> Outcome:
        if code == _CLOSING or code < 0:
            self.close()
        elif self._smtp is not None:
            with suppress(OSError):
                self._smtp.rset()
        said = _reply(code, words)
        if _ENOUGH.search(said):
            raise MailError(
                tr(
                    "{name} takes no more mails today: {said}; every mail stays queued",
                    name=self._settings.name,
                    said=said,
                )
            )
        return Outcome(Verdict.FAILED if code >= 500 else Verdict.RETRY, said, _named(said) if code < 500 else None)

    # Connecting

    def _alive(self) -> Dialogue:
        """The connection at hand, or a new one; MailError when there is none to be had."""
        if self._smtp is not None:
            return self._smtp
        name = self._settings.name
        try:
            self._smtp = self._connect()
        except smtplib.SMTPAuthenticationError as error:
            raise MailError(self._not_signed_in(error)) from error
        except ssl.SSLError as error:
            why = getattr(error, "verify_message", "") or error.reason or error
            raise MailError(
                tr(
                    "{name}: no secure connection: {why}; is security: {security} right?",
                    name=name,
                    why=why,
                    security=self._settings.security,
                )
            ) from error
        except OSError as error:
            raise MailError(
                tr("{name} cannot be used: {said}; every mail stays queued", name=name, said=_said(error))
            ) from error
        self._sent = 0
        return self._smtp

    def _connect(self) -> Dialogue:
        settings = self._settings
        trust = self._trust()
        where = (settings.host, settings.port)
        smtp: Dialogue
        if settings.security == "tls" and trust is not None:
            smtp = TlsDialogue(*where, timeout=settings.timeout, steady=settings.clock.steady, context=trust)
        else:
            smtp = Dialogue(*where, timeout=settings.timeout, steady=settings.clock.steady)
        try:
            greeting = clean(smtp.greeting.decode("utf-8", "replace"))
            self._tell(tr("connected to {name}: {greeting}", name=settings.name, greeting=greeting))
            smtp.ehlo_or_helo_if_needed()
            if settings.security == "starttls":
                smtp.starttls(context=trust)
                smtp.ehlo_or_helo_if_needed()
            if isinstance(smtp.sock, ssl.SSLSocket):
                version, host = smtp.sock.version(), settings.host
                self._tell(tr("encrypted with {version}, and it proved to be {host}", version=version, host=host))
            if settings.user is not None:
                self._sign_in(smtp, settings.user)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _trust(self) -> ssl.SSLContext | None:
        """Whose certificates count; None where there is no TLS (it takes 20 ms to read them)."""
        if self._settings.security == "none":
            return None
        try:
            return ssl.create_default_context(cafile=self._settings.ca_file)
        except OSError as error:
            raise MailError(
                tr(
                    "ca_file: {ca_file} has no certificates to trust: {error}",
                    ca_file=self._settings.ca_file,
                    error=error,
                )
            ) from error

    def _sign_in(self, smtp: Dialogue, user: str) -> None:
        settings = self._settings
        if settings.token is None:
            smtp.login(user, settings.password or "")
        else:
            if "XOAUTH2" not in str(smtp.esmtp_features.get("auth", "")).upper().split():
                raise MailError(tr("{name} takes no OAuth2 tokens (it does not offer XOAUTH2)", name=settings.name))
            # To a challenge, which tells an error, the answer is nothing; the refusal follows.
            said = f"user={user}\x01auth=Bearer {settings.token()}\x01\x01"
            smtp.auth("XOAUTH2", lambda challenge=None: said if challenge is None else "")
        self._tell(tr("signed in as {user}", user=user))

    def _not_signed_in(self, error: smtplib.SMTPAuthenticationError) -> str:
        name, said = self._settings.name, _said(error)
        if error.smtp_code < 500:
            return tr("{name} lets nobody sign in at the moment: {said}; every mail stays queued", name=name, said=said)
        what = tr("user and password") if self._settings.token is None else tr("the token of this user")
        hint = advice(self._settings.host)
        refusal = tr("{name} does not accept {what}: {said}", name=name, what=what, said=said)
        return f"{refusal}; {hint}" if hint else refusal

    def close(self) -> None:
        """Hang up, politely when that is still possible."""
        smtp, self._smtp = self._smtp, None
        self._sent = 0
        if smtp is not None:
            with suppress(OSError):
                smtp.quit()
            smtp.close()


def _stuffed(data: bytes) -> bytes:
    """The mail as it goes over the line: a leading dot doubled, ended by a dot of its own (RFC 5321, 4.5.2)."""
    # Some servers end a line at a bare LF, too.
    stuffed = data.replace(b"\n.", b"\n..")
    parts = (b"." if data.startswith(b".") else b"", stuffed, b"" if data.endswith(b"\r\n") else b"\r\n", b".\r\n")
    return b"".join(parts)


def _named(said: str) -> timedelta | None:
    """The wait that a refusal names (`try again in 300 seconds`)."""
    if not (match := _IN.search(said)):
        return None
    return min(timedelta(seconds=int(match[1]) * _UNITS[match[2][0].lower()]), LONGEST)


def _reply(code: int, words: bytes) -> str:
    return clean(f"{code} {words.decode('utf-8', 'replace')}")


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
        return _reply(error.smtp_code, words if isinstance(words, bytes) else str(words).encode())
    return clean(str(error)) or type(error).__name__
