"""
smtplib, with an end to every answer.

smtplib's timeout is for each byte: a server that says one every now and then
holds it for ever.  Here a whole reply has to come within the timeout.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Callable
from typing import Any

from sheetcrm.messages import tr

_CHUNK = 4096


class _Reader:
    """Lines from a socket; all those of a reply within its time."""

    def __init__(self, sock: socket.socket, timeout: float, steady: Callable[[], float]) -> None:
        self._sock, self._timeout, self._steady = sock, timeout, steady
        self._left = b""
        self._end = 0.0

    def restart(self) -> None:
        """Here begins a reply."""
        self._end = self._steady() + self._timeout

    def readline(self, limit: int) -> bytes:
        """The next line with its end, or as much of it as `limit`, or what came before the other end hung up; TimeoutError."""
        while b"\n" not in self._left and len(self._left) < limit:
            if (left := self._end - self._steady()) <= 0:
                raise TimeoutError(tr("no whole answer within {timeout:g} seconds", timeout=self._timeout))
            self._sock.settimeout(left)
            try:
                chunk = self._sock.recv(_CHUNK)
            except TimeoutError as error:
                raise TimeoutError(tr("no whole answer within {timeout:g} seconds", timeout=self._timeout)) from error
            finally:
                self._sock.settimeout(self._timeout)
            if not chunk:
                break
            self._left += chunk
        at = min(self._left.find(b"\n") + 1 or len(self._left), limit)
        line, self._left = self._left[:at], self._left[at:]
        return line

    def close(self) -> None:
        """Nothing to close: the socket is somebody else's."""


class Dialogue(smtplib.SMTP):
    """A connection that does not wait longer than `timeout` for any reply; smtplib's own errors, every one an OSError."""

    def __init__(self, host: str, port: int, *, timeout: float, steady: Callable[[], float]) -> None:
        """Connect, and hear the greeting."""
        self._steady = steady
        self.greeting = b""
        super().__init__(host, port, timeout=timeout)

    def connect(self, *arguments: Any, **options: Any) -> tuple[int, bytes]:
        """As smtplib; the greeting is kept."""
        answer = super().connect(*arguments, **options)
        self.greeting = answer[1]
        return answer

    def getreply(self) -> tuple[int, bytes]:
        """As smtplib, within the timeout."""
        sock: Any = self.sock
        if self.file is None and sock is not None:
            self.file = _Reader(sock, self.timeout, self._steady)
        if isinstance(self.file, _Reader):
            self.file.restart()
        return super().getreply()


class TlsDialogue(Dialogue):
    """The same, with TLS from the first byte."""

    def __init__(
        self, host: str, port: int, *, timeout: float, steady: Callable[[], float], context: ssl.SSLContext
    ) -> None:
        """Connect, shake hands, and hear the greeting."""
        self._context, self._server = context, host
        super().__init__(host, port, timeout=timeout, steady=steady)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        # smtplib asks for its socket here, and SMTP_SSL answers in the same way.
        plain = super()._get_socket(host, port, timeout)  # type: ignore[misc]  # not in the type stubs
        try:
            return self._context.wrap_socket(plain, server_hostname=self._server)
        except BaseException:
            plain.close()
            raise
