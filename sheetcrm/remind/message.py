"""
Subject and bodies → the exact bytes of a mail, guarded.

Cells are written by anybody, and a subject such as
`=?utf-8?q?hi=0D=0ABcc:_evil@x.io?=` becomes a real `Bcc:` header in Python's
own mail library (CVE-2024-6923, CVE-2026-1299).  So untrusted text is cleaned,
addresses are built from their parts, and the finished bytes are parsed back
and compared before anybody may send them; exactly those bytes are then sent.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from email.utils import format_datetime

from email_validator import EmailNotValidError, validate_email

from sheetcrm.errors import MailError, UsageError

# Controls, line and paragraph separators, marks that turn the direction of writing, lone surrogates, and what is no character.
_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]+")
_ENCODED_WORD = re.compile(r"=(?=\?)")


@dataclass(frozen=True)
class Sender:
    """Who our mails are from."""

    name: str
    address: str

    @classmethod
    def parse(cls, text: str) -> Sender:
        """`Sales <crm@example.com>` or `crm@example.com`; UsageError when it is neither."""
        match = re.fullmatch(r"\s*(?:(?P<name>[^<>]*?)\s*<(?P<inner>[^<>]+)>|(?P<bare>[^<>\s]+))\s*", text)
        address = bare_address((match["inner"] or match["bare"]).strip()) if match else None
        if match is None or address is None:
            raise UsageError(f"sender: {text!r} is not an address; write crm@example.com or Sales <crm@example.com>")
        return cls(clean(match["name"] or "").strip('" '), address)

    @property
    def domain(self) -> str:
        """The part after the @."""
        return self.address.rpartition("@")[2]


@dataclass(frozen=True)
class Draft:
    """What a mail says, in both forms; `subject` and bodies may hold untrusted text, `html` already escaped."""

    subject: str
    text: str
    html: str
    language: str
    markdown: str = ""
    """For chats: `**bold**` and `[text](url)` by lines, untrusted text freed from markup."""


def bare_address(text: str) -> str | None:
    """The address as it travels (domain in ASCII), or None when it is not one that every mail server takes."""
    try:
        return validate_email(text, check_deliverability=False).ascii_email
    except EmailNotValidError:
        return None


def clean(text: str, limit: int = 200) -> str:
    """Untrusted text made fit for a header or one line of a mail: at most `limit` characters, no controls, no encoded words."""
    text = _UNFIT.sub(" ", text)
    text = " ".join(_ENCODED_WORD.sub("= ", text).split())
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def message_id(keys: Iterable[str], domain: str) -> str:
    """The Message-ID of the mail about these occurrences: the same set gives the same id, on any machine."""
    digest = hashlib.sha256("\n".join(sorted(keys)).encode()).hexdigest()
    return f"<{digest[:24]}.sheetcrm@{domain}>"


def compose(draft: Draft, *, sender: Sender, name: str, address: str, message_id: str, now: datetime) -> bytes:
    """
    The bytes to send, all of them ASCII, lines ended by CR LF.

    `now` has a time zone.  MailError when they would not say in their headers
    exactly what was meant.
    """
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = _header_address(sender.name, sender.address)
        message["To"] = _header_address(name, address)
        message["Subject"] = clean(draft.subject)
        message["Date"] = format_datetime(now)
        message["Message-ID"] = message_id
        # RFC 3834: nobody's out-of-office should answer; Exchange listens to its own header only.
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        message.set_content(draft.text, cte=_encoding(draft.text))
        message.add_alternative(draft.html, subtype="html", cte=_encoding(draft.html))
        # Later than the bodies: the first of them would take it for its own.
        message["Content-Language"] = draft.language
        # Neither encoding of a body can contain `=_`.
        message.set_boundary(f"=_{hashlib.sha256(message_id.encode()).hexdigest()[:24]}")
        return guarded(message, address)
    except (MessageError, ValueError, LookupError) as error:
        raise MailError(f"a mail to {clean(address)} could not be built: {error}") from error


def guarded(message: EmailMessage, address: str) -> bytes:
    """The bytes of `message`, once they are shown to have its headers, no others, and one recipient; else MailError."""
    data = message.as_bytes(policy=SMTP)
    head = data.partition(b"\r\n\r\n")[0].replace(b"\r\n", b"")
    parsed = BytesParser(policy=SMTP).parsebytes(data, headersonly=True)
    recipients = [found.addr_spec for found in getattr(parsed["To"], "addresses", ())]
    same = parsed.keys() == message.keys() and str(parsed["Message-ID"]) == str(message["Message-ID"])
    sound = same and recipients == [address] and not re.search(rb"[\r\n\x00]", head)
    if not (sound and data.isascii()):
        raise MailError(f"a mail to {clean(address)} was stopped: its headers would not say what was meant")
    return data


def _header_address(name: str, address: str) -> Address:
    local, _, domain = address.rpartition("@")
    return Address(display_name=clean(name, 80), username=local, domain=domain)


def _encoding(text: str) -> str:
    return "quoted-printable" if text.isascii() else "base64"
