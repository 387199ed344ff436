"""
A Server → HTTP on a socket, from a thread.

The Host header is checked here and only here: it is the transport that a foreign web page could reach by rebinding
its name to the loopback address.
"""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Self

import uvicorn
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from sheetcrm.server import wire
from sheetcrm.server.auth import LOOPBACK, host_allowed

if TYPE_CHECKING:
    from sheetcrm.server.app import Server

STOP_SECONDS = 3
TICKS_A_SECOND = 10
"""uvicorn counts so many, and makes a new `Date` with the first."""


class _Connection(H11Protocol):
    """HTTP that tells the application where its connection is, so that a fault can end it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn narrows it
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


def asgi(server: Server, hosts: Iterable[str]) -> ASGIApp:
    """The server as an ASGI application that answers only to `hosts`."""
    allowed = frozenset(hosts)

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if not host_allowed(request.headers.get("host", ""), allowed):
            refusal = PlainTextResponse("This server answers only to its own address.\n", status_code=421)
            await refusal(scope, receive, send)
            return
        answer = await _answer(server, request)
        if answer.dropped or answer.truncated_at is not None:
            await _break(answer, scope, receive, send)
        else:
            await Response(answer.body, answer.status, dict(answer.headers))(scope, receive, send)

    return application


async def _break(answer: wire.Response, scope: Scope, receive: Receive, send: Send) -> None:
    """End the connection before the answer or in the midst of it, as a fault ordered."""
    if not answer.dropped:
        whole = Response(answer.body, answer.status, dict(answer.headers))
        await send({"type": "http.response.start", "status": answer.status, "headers": whole.raw_headers})
        part = answer.body[: answer.truncated_at]
        await send({"type": "http.response.body", "body": part, "more_body": True})
    scope["state"]["transport"].close()
    while (await receive())["type"] != "http.disconnect":
        pass


async def _answer(server: Server, request: Request) -> wire.Response:
    body = await request.body()
    path = request.scope.get("raw_path", request.scope["path"].encode()).decode("latin-1").partition("?")[0]
    query = request.scope["query_string"].decode("latin-1")
    return await run_in_threadpool(server.handle, request.method, path, query, dict(request.headers), body)


class _Prompt(uvicorn.Server):
    """Ends at once when it is asked to; uvicorn looks ten times a second, and then waits for a tenth more."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._asked = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def end(self) -> None:
        """Finish; from any thread."""
        self.should_exit = True
        if self._loop is not None:
            with suppress(RuntimeError):  # it has ended by itself
                self._loop.call_soon_threadsafe(self._asked.set)

    async def main_loop(self) -> None:
        self._loop = asyncio.get_running_loop()
        ticks = 0
        while not await self.on_tick(ticks % TICKS_A_SECOND):
            ticks += 1
            with suppress(TimeoutError):
                await asyncio.wait_for(self._asked.wait(), 1 / TICKS_A_SECOND)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for one in sockets or ():
            one.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await asyncio.sleep(0)  # those on which nothing is under way are gone after that
        if self.server_state.connections or self.server_state.tasks:
            await super().shutdown(sockets)


class Listener:
    """A running HTTP server; `url` is its address.  Close it, or use it as a context manager."""

    def __init__(self, server: Server, host: str, port: int, *, hosts: Iterable[str] = ()) -> None:
        """Listens when the constructor returns; OSError when the port is taken."""
        self._socket = _bound(host, port)
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"
        self._server = server
        config = uvicorn.Config(
            asgi(server, {*LOOPBACK, host.lower(), *hosts}),
            http=_Connection,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            ws="none",
            timeout_graceful_shutdown=STOP_SECONDS,
        )
        self._uvicorn = _Prompt(config)
        self._thread = threading.Thread(
            target=self._uvicorn.run, args=([self._socket],), name=f"listen:{self.port}", daemon=True
        )
        self._thread.start()
        while not self._uvicorn.started and self._thread.is_alive():
            time.sleep(0.002)
        if not self._uvicorn.started:
            self._socket.close()
            raise OSError(f"{self.url}: the HTTP server did not start; the log says why")
        server.base_url = self.url

    def close(self) -> None:
        """Stop: requests under way are finished first, for at most three seconds."""
        if self._server.base_url == self.url:
            self._server.base_url = None
        self._uvicorn.end()
        self._thread.join(STOP_SECONDS + 2)
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _bound(host: str, port: int) -> socket.socket:
    """A listening socket that names its protocol: asyncio turns Nagle off only then, and with Nagle each answer waits 40 ms."""
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
        bound.listen(socket.SOMAXCONN)
    except OSError as error:
        bound.close()
        raise OSError(error.errno, f"port {port}: {error.strerror}; port 0 picks a free one") from error
    except BaseException:
        bound.close()
        raise
    return bound
