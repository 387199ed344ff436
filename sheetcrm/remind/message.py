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
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote

from email_validator import EmailNotValidError, validate_email

from sheetcrm.errors import MailError, UsageError
from sheetcrm.messages import tr

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
            raise UsageError(
                tr("sender: {text!r} is not an address; write crm@example.com or Sales <crm@example.com>", text=text)
            )
        return cls(clean(match["name"] or "").strip('" '), address)

    @property
    def domain(self) -> str:
        """The part after the @."""
        return self.address.rpartition("@")[2]


@dataclass(frozen=True)
class Attachment:
    """
    A file that goes with a mail; `name` is ours, never a cell's.

    `kind` is its media type (`image/png`), `settings` what the type says beside
    (`{"method": "PUBLISH"}`).  With a `cid` it is a picture that stands in the
    page, as `<img src="cid:chart">`.
    """

    name: str
    kind: str
    data: bytes
    settings: tuple[tuple[str, str], ...] = ()
    cid: str = ""


@dataclass(frozen=True)
class Draft:
    """What a message says, in every form; `subject` and bodies may hold untrusted text, `html` already escaped."""

    subject: str
    text: str
    html: str
    language: str
    markdown: str = ""
    """For chats: `**bold**` and `[text](url)` by lines, untrusted text freed from markup."""
    attachments: tuple[Attachment, ...] = ()
    trouble: str = ""
    """Why a template of the team's own could not be used: where, what, and what to do; empty when all is well."""


@dataclass(frozen=True)
class Thread:
    """What a mail belongs to: all mails about one spreadsheet to one recipient stand together."""

    spreadsheet: str
    """Its id."""
    recipient: str
    """The address without regard to case."""

    def root(self, domain: str) -> str:
        """The id of the mail that all others answer; there never was one, and it is always the same."""
        return f"<{_hashed('thread', self.spreadsheet, self.recipient)[:24]}.thread.sheetcrm@{domain}>"

    def list_id(self, domain: str) -> str:
        """RFC 2919: what filters of mail programs go by; without the title, which people change."""
        return f"<{_hashed('list', self.spreadsheet)[:24]}.sheetcrm.{domain}>"


@dataclass(frozen=True)
class Cover:
    """What stands on the outside of a message: from whom, to whom, when (with a time zone)."""

    sender: Sender
    name: str
    address: str
    message_id: str
    now: datetime
    phone: str = ""
    """`+8613800138000`, so that a robot can call them by it; empty where it is not known."""
    thread: Thread | None = None
    """Which other messages it stands with."""


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
    return f"<{_hashed(*sorted(keys))[:24]}.sheetcrm@{domain}>"


def _hashed(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


class _AsItIs(UnstructuredHeader, BaseHeader):
    """A header of ids and addresses: broken into lines, or encoded, it would be another one."""

    def fold(self, *, policy: object) -> str:
        return f"{self.name}: {self}\r\n"


def _policy() -> EmailPolicy[EmailMessage]:
    registry = HeaderRegistry()
    for name in ("references", "list-id", "list-unsubscribe"):
        registry.map_to_type(name, _AsItIs)
    return SMTP.clone(header_factory=registry)


_POLICY = _policy()


def compose(draft: Draft, cover: Cover) -> bytes:
    """
    The bytes to send, all of them ASCII, lines ended by CR LF.

    MailError when they would not say in their headers exactly what was meant.
    """
    message = EmailMessage(policy=_POLICY)
    sender, thread = cover.sender, cover.thread
    try:
        message["From"] = _header_address(sender.name, sender.address)
        message["To"] = _header_address(cover.name, cover.address)
        message["Subject"] = clean(draft.subject)
        message["Date"] = format_datetime(cover.now)
        message["Message-ID"] = cover.message_id
        # RFC 3834: nobody's out-of-office should answer; Exchange and older programs listen to their own headers only.
        message["Auto-Submitted"] = "auto-generated"
        message["Precedence"] = "bulk"
        message["X-Auto-Response-Suppress"] = "All"
        if thread is not None:
            message["References"] = thread.root(sender.domain)
            message["List-Id"] = thread.list_id(sender.domain)
        message["List-Unsubscribe"] = f"<mailto:{quote(sender.address, safe='@')}?subject=unsubscribe>"
        _fill(message, draft)
        _bound(message, cover.message_id)
        return guarded(message, cover.address)
    except (MessageError, ValueError, LookupError) as error:
        raise MailError(
            tr("a mail to {address} could not be built: {error}", address=clean(cover.address), error=error)
        ) from error


def _fill(message: EmailMessage, draft: Draft) -> None:
    """Text and page as alternatives, pictures with the page, other files beside both."""
    message.set_content(draft.text, cte=_encoding(draft.text))
    message.add_alternative(draft.html, subtype="html", cte=_encoding(draft.html))
    page = message.get_body(("html",))
    assert page is not None, "the page was added just now"
    # First those within the page: the others are put around everything.
    for one in sorted(draft.attachments, key=lambda one: not one.cid):
        whole, _, part = one.kind.partition("/")
        kind: dict[str, Any] = {"maintype": whole, "subtype": part, "filename": one.name, "params": dict(one.settings)}
        if one.cid:
            page.add_related(one.data, **kind, cid=f"<{one.cid}>", disposition="inline")
        else:
            message.add_attachment(one.data, **kind)
    # Later than the bodies: the first of them would take it for its own.
    message["Content-Language"] = draft.language


def _bound(message: EmailMessage, message_id: str) -> None:
    """The same mail is the same bytes: boundaries come from its id; no body can contain `=_`, see `_encoding`."""
    parts = [part for part in message.walk() if part.is_multipart()]
    for number, part in enumerate(parts):
        part.set_boundary(f"=_{_hashed(message_id)[:24]}{number or ''}")


def guarded(message: EmailMessage, address: str) -> bytes:
    """The bytes of `message`, once they are shown to have its headers, no others, and one recipient; else MailError."""
    data = message.as_bytes(policy=message.policy)
    head = data.partition(b"\r\n\r\n")[0]
    parsed = BytesParser(policy=SMTP).parsebytes(head + b"\r\n\r\n", headersonly=True)
    recipients = [found.addr_spec for found in getattr(parsed["To"], "addresses", ())]
    same = _said(parsed) == _said(message)
    sound = same and recipients == [address] and not re.search(rb"[\r\n\x00]", head.replace(b"\r\n", b""))
    if not (sound and data.isascii()):
        raise MailError(
            tr("a mail to {address} was stopped: its headers would not say what was meant", address=clean(address))
        )
    return data


def _said(message: Message) -> list[tuple[str, str]]:
    """Every header in order and what it says; but for blanks, some of which Python loses between encoded words."""
    return [(name, "".join(str(value).split())) for name, value in message.items()]


def _header_address(name: str, address: str) -> Address:
    local, _, domain = address.rpartition("@")
    return Address(display_name=clean(name, 80), username=local, domain=domain)


def _encoding(text: str) -> str:
    """What is quickest and can contain no boundary; no line may be longer than 998 bytes (RFC 5322)."""
    if not text.isascii():
        return "base64"
    plain = "=_" not in text and max(map(len, text.splitlines()), default=0) <= 900
    return "7bit" if plain else "quoted-printable"
