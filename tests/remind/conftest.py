"""A real mail server on loopback that answers as it is told to."""

from __future__ import annotations

import asyncio
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

# The tests here, and the processes that they start and kill, share `office.py`.
sys.path.insert(0, str(Path(__file__).parent))


@dataclass
class Post:
    """What arrived, and what to answer: at RCPT and after DATA by recipient; `drop` hangs up and `silence` says nothing for a second instead of an answer."""

    mails: list[tuple[str, str, bytes]] = field(default_factory=list)
    """Envelope sender, recipient and bytes of every mail that was taken or dropped after it was taken."""
    at_mail: str = "250 OK"
    at_rcpt: dict[str, str] = field(default_factory=dict)
    after_data: dict[str, str] = field(default_factory=dict)
    port: int = 0
    connections: int = 0

    async def handle_EHLO(  # noqa: N802 - aiosmtpd calls it so
        self, server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_MAIL(  # noqa: N802 - aiosmtpd calls it so
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.at_mail.startswith("250"):
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return self.at_mail

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = self.at_rcpt.get(address, "250 OK")
        if answer == "drop":
            server.transport.abort()
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        (recipient,) = envelope.rcpt_tos
        answer = self.after_data.get(recipient, "250 OK")
        if answer.startswith(("250", "drop", "silence")):
            self.mails.append((envelope.mail_from or "", recipient, envelope.original_content or b""))
        if answer == "drop":
            server.transport.abort()
        if answer == "silence":
            await asyncio.sleep(1)
        return answer


@contextmanager
def serving(post: Post, **options: Any) -> Iterator[Post]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        post.port = probe.getsockname()[1]
    controller = Controller(post, hostname="127.0.0.1", port=post.port, **options)
    controller.start()
    try:
        yield post
    finally:
        controller.stop()


@pytest.fixture
def post() -> Iterator[Post]:
    with serving(Post()) as found:
        yield found


@pytest.fixture
def post_with() -> Callable[..., Any]:
    """`with post_with(options of aiosmtpd's Controller) as post`."""
    return lambda **options: serving(Post(), **options)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory) -> tuple[ssl.SSLContext, Any]:
    """A server's TLS context for `localhost`, and the file that says to trust it."""
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context, cert


def accepts(user: str, password: str) -> Callable[..., AuthResult]:
    def check(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (user.encode(), password.encode())
        return AuthResult(success=good, handled=False)

    return check


@pytest.fixture
def only_ann() -> Callable[..., AuthResult]:
    return accepts("ann", "s3cret")
