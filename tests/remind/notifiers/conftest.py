"""
The other ends of the ways to send, on loopback: a mail server that fails at any stage, and a service that answers as it is told to.
"""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

from sheetcrm.remind.notifiers.pace import Clock

DROP, SILENCE, TRICKLE, IN_THE_MIDDLE = "drop", "silence", "trickle", "in the middle"


@dataclass
class Faults:
    """By command: what is answered instead of carrying it out, the first so many times; and what arrived."""

    at: dict[str, list[str]] = field(default_factory=dict)
    token: str = "good"
    mails: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    """Every command, of every connection; `CONNECT` where one begins."""
    port: int = 0

    def next(self, command: str) -> str | None:
        left = self.at.get(command)
        return left.pop(0) if left else None

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd calls it so
        self.mails.append((envelope.mail_from, list(envelope.rcpt_tos), envelope.original_content))
        return "250 OK: queued as 1"

    async def auth_XOAUTH2(self, server: Any, args: list[str]) -> AuthResult:  # noqa: N802 - aiosmtpd calls it so
        import base64

        said = base64.b64decode(args[1]).decode()
        if said == f"user=ann@example.com\x01auth=Bearer {self.token}\x01\x01":
            return AuthResult(success=True, auth_data=b"ann")
        # As Google does: what is wrong comes as a challenge, and the refusal after the answer to it.
        await server.challenge_auth(b'{"status":"400"}')
        return AuthResult(success=False, handled=False)


class Faulty(SMTP):
    """An SMTP server that fails where its handler says."""

    def __init__(self, handler: Faults, **options: Any) -> None:
        super().__init__(handler, **options)
        self.faults = handler
        for name, method in list(self._smtp_methods.items()):
            self._smtp_methods[name] = self._with_faults(name, method)

    def _with_faults(self, name: str, method: Any) -> Any:
        async def answer(arg: Any) -> None:
            self.faults.commands.append(name)
            fault = self.faults.next(name)
            if fault is None:
                await method(arg)
            else:
                await self._fail(fault)

        for attribute in vars(method.__func__):
            setattr(answer, attribute, getattr(method, attribute))
        return answer

    async def push(self, status: Any) -> None:
        """Faults of the moments that are no command: the greeting, and the answer to the mail."""
        text = status if isinstance(status, str) else status.decode()
        moment = {"220 ": "CONNECT", "354 ": "GO", "250 OK: queued": "END"}
        name = next((moment[start] for start in moment if text.startswith(start)), "")
        if name == "CONNECT" and "Ready to start TLS" in text:
            name = ""
        if name:
            self.faults.commands.append(name)
        fault = self.faults.next(name) if name else None
        await (super().push(status) if fault is None else self._fail(fault))

    async def _fail(self, fault: str) -> None:
        if fault == DROP:
            self.transport.abort()
        elif fault == SILENCE:
            await asyncio.sleep(1.5)
        elif fault == TRICKLE:
            # One byte every now and then: no single wait is long.
            for _ in range(30):
                self.transport.write(b"2")
                await asyncio.sleep(0.05)
        elif fault == IN_THE_MIDDLE:
            await super().push("354 go on")
            await asyncio.sleep(0.05)
            self.transport.abort()
        else:
            await super().push(fault)
            if fault.startswith("421"):
                self.transport.close()


class _Office(Controller):
    def factory(self) -> SMTP:
        return Faulty(self.handler, **self.SMTP_kwargs)


@contextmanager
def failing(**options: Any) -> Iterator[Faults]:
    faults = Faults()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        faults.port = probe.getsockname()[1]
    controller = _Office(faults, hostname="127.0.0.1", port=faults.port, **options)
    controller.start()
    try:
        faults.commands.clear()
        yield faults
    finally:
        controller.stop()


@pytest.fixture
def faults() -> Iterator[Faults]:
    """A mail server without TLS that fails as it is told to."""
    with failing() as found:
        yield found


@pytest.fixture
def faults_with() -> Any:
    """`with faults_with(options of aiosmtpd's Controller) as faults`."""
    return failing


@pytest.fixture
def sign_in_post(certificate: Any) -> Iterator[tuple[Faults, Any]]:
    """A mail server that wants STARTTLS and a sign-in, and the file that says to trust it."""
    context, trusted = certificate

    def accepts(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=data.password == b"s3cret", handled=False)

    with failing(tls_context=context, authenticator=accepts, auth_required=True) as found:
        yield found, trusted


@dataclass
class Service:
    """Answers in order (the last for ever): status, headers and body, or `drop`, `silence`, `trickle`; and what was asked."""

    answers: list[Any] = field(default_factory=lambda: [(200, {}, "{}")])
    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    """Path with query, headers in small letters, body."""
    url: str = ""

    def will(self, body: Any = "", status: int = 200, **headers: str) -> None:
        """From now on this is the answer."""
        text = body if isinstance(body, str) else json.dumps(body)
        self.answers = [text if text in (DROP, SILENCE, TRICKLE) else (status, headers, text)]

    @property
    def said(self) -> Any:
        """The last body, as JSON."""
        return json.loads(self.asked[-1][2])


class _Desk(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    service: Service

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.service.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
        answers = self.service.answers
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, str):
            self._fail(answer)
            return
        status, headers, text = answer
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def _fail(self, fault: str) -> None:
        self.close_connection = True
        if fault == SILENCE:
            threading.Event().wait(1)
        if fault == TRICKLE:
            for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 40:
                try:
                    self.wfile.write(bytes([byte]))
                except OSError:
                    return
                threading.Event().wait(0.05)

    def log_message(self, *_words: Any) -> None:
        """Nothing: tests are quiet."""


@contextmanager
def answering(context: ssl.SSLContext | None = None) -> Iterator[Service]:
    found = Service()
    desk = ThreadingHTTPServer(("127.0.0.1", 0), type("Desk", (_Desk,), {"service": found}))
    desk.daemon_threads = True
    desk.handle_error = lambda *_: None  # type: ignore[method-assign]  # a caller who hangs up is no news
    if context is not None:
        desk.socket = context.wrap_socket(desk.socket, server_side=True)
    found.url = f"http{'s' if context else ''}://{'localhost' if context else '127.0.0.1'}:{desk.server_port}"
    thread = threading.Thread(target=desk.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        desk.shutdown()
        desk.server_close()


@pytest.fixture
def service() -> Iterator[Service]:
    with answering() as found:
        yield found


@pytest.fixture
def secure_service(certificate: Any) -> Iterator[Service]:
    """The same over TLS, with a certificate that nobody vouches for."""
    with answering(certificate[0]) as found:
        yield found


@dataclass
class Wrist:
    """A clock that goes on only when somebody sleeps."""

    at: float = 1_000.0
    slept: list[float] = field(default_factory=list)

    def clock(self, now: Any = None) -> Clock:
        def sleep(seconds: float) -> None:
            self.slept.append(round(seconds, 3))
            self.at += seconds

        made = Clock(steady=lambda: self.at, sleep=sleep)
        return made if now is None else Clock(steady=made.steady, sleep=made.sleep, now=lambda: now)


@pytest.fixture
def wrist() -> Wrist:
    return Wrist()


@pytest.fixture
def trusted_tls(certificate: Any) -> tuple[ssl.SSLContext, Any]:
    return certificate
