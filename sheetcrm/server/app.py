"""
Requests → responses, in process and over HTTP.

`Server.handle` is the one place behind both transports: what a test sees in process is what a client sees over HTTP.
It never raises; what goes wrong inside is logged and answered as Google's 500.
"""

from __future__ import annotations

import gc
import logging
import secrets
import string
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from sheetcrm.server import (
    admin,
    consent,
    downloads,
    drive,
    drive_errors,
    folders,
    methods,
    oauth,
    page,
    permissions,
    routes,
    uploads,
    workload,
)
from sheetcrm.server.asking import asking
from sheetcrm.server.auth import API_KEY, CHALLENGE, Guard
from sheetcrm.server.errors import ApiError
from sheetcrm.server.faults import Faults
from sheetcrm.server.library import Library
from sheetcrm.server.quota import Meter, Quota
from sheetcrm.server.store import Store
from sheetcrm.server.tokens import SCOPES, Tokens
from sheetcrm.server.wire import Request, Response, json_response

if TYPE_CHECKING:
    from sheetcrm.server.listen import Listener

LOG = logging.getLogger(__name__)
OWNER = "you@example.com"
ROUTES = (
    *methods.ROUTES,
    *downloads.ROUTES,
    *folders.ROUTES,
    *drive.ROUTES,
    *permissions.ROUTES,
    *uploads.ROUTES,
    *oauth.ROUTES,
    *consent.ROUTES,
    *workload.ROUTES,
    *admin.ROUTES,
    *page.ROUTES,
)
ID_ALPHABET = string.ascii_letters + string.digits + "-_"


@dataclass(frozen=True)
class Call:
    """One request that was answered: the method as Google's discovery document names it, and how it went.

    `status` is 0 when the connection was dropped, as a fault ordered.
    """

    method: str
    kind: str
    path: str
    status: int
    body: bytes


def utc_now() -> datetime:
    """The clock, where nobody passed another one."""
    return datetime.now(UTC)


def random_id() -> str:
    """44 characters as Google's file ids have them."""
    return "1" + "".join(secrets.choice(ID_ALPHABET) for _ in range(43))


@contextmanager
def _collecting_later() -> Iterator[None]:
    """No search for cyclic garbage within: bodies and answers are trees, and each search looks at every cell in memory.

    Whoever turns the collector off turns it on again, so requests at the same time do not leave it off.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class Server:
    """An embedded Sheets and Drive server over one data folder, or over memory when `data` is None.

    `token` is what clients send as bearer token; a random one is made when none is given.  `owner` is who that token
    stands for.  `record` is told of every call, body included; `counts` counts them by kind: read, write, page.
    With a `quota` calls beyond it are refused as Google does.  `faults` takes orders for what shall go wrong; `issuer`
    writes credentials files.  Raises StoreError when the folder's data cannot be used.
    """

    def __init__(
        self,
        data: Path | None = None,
        *,
        token: str | None = None,
        owner: str = OWNER,
        now: Callable[[], datetime] = utc_now,
        new_id: Callable[[], str] = random_id,
        record: Callable[[Call], None] | None = None,
        quota: Quota | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.token = token or secrets.token_urlsafe(32)
        self.owner = owner
        self.base_url: str | None = None
        self.counts: Counter[str] = Counter()
        self.store = Store(data)
        self._record = record
        self._counting = threading.Lock()
        self.faults = Faults({route.name for route in ROUTES})
        self._sleep = sleep
        self._now = now
        self.limit(quota)
        tokens = Tokens(self.store.secret, now=now)
        guard = Guard(token=self.token, secret=self.store.secret, owner=owner, tokens=tokens)
        self.issuer = oauth.Issuer(self.store, tokens, now=now)
        library = Library(self.store, now=now)
        self._backend = routes.Backend(library, guard, new_id, self.page_url, self.issuer, self.faults)

    def add_user(self, email: str, token: str | None = None) -> str:
        """Let one more person use this server; the bearer token that stands for them, random when none is given.

        They may do what the files' permissions and protections let them.  The server forgets them when it is closed.
        """
        made = token or secrets.token_urlsafe(32)
        self._backend.guard.add(made, email)
        return made

    def page_url(self, spreadsheet_id: str = "") -> str:
        """The address of a spreadsheet's read-only page with its view key; of the list of all for ""."""
        base = self.base_url or "http://127.0.0.1"
        path = f"/spreadsheets/d/{spreadsheet_id}/edit" if spreadsheet_id else "/"
        return f"{base}{path}?key={self._backend.guard.view_key(spreadsheet_id)}"

    def handle(
        self, method: str, path: str, query: str = "", headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Response:
        """Answer one request; `path` is percent-encoded, without the query; header names in any case."""
        lowered = {name.lower(): value for name, value in (headers or {}).items()}
        request = Request(method.upper(), path, query, lowered, body)
        if "key=" in query and path.startswith(("/v4/", "/drive/")):
            lowered.setdefault(API_KEY, request.parameter("key"))
        with _collecting_later():
            route, response = self._answered(request)
        self._note(Call(route.name, route.kind, path, 0 if response.dropped else response.status, body))
        return response

    def _answered(self, request: Request) -> tuple[routes.Route, Response]:
        route = routes.UNKNOWN
        fault = None
        try:
            route, args = routes.find(ROUTES, request)
            fault = self.faults.take(route.name, request.path) if route.kind != "admin" else None
            if fault is not None:
                self._sleep(fault.delay)
                if fault.drop == "before":
                    return route, fault.spoiled(Response(503, {}))
                if refusal := fault.refusal(route.kind, request.path):
                    raise refusal
            with self._admitted(route, request):
                response = route.answer(self._backend, request, args)
        except ApiError as error:
            response = _refusal(error, request)
        except Exception:  # the last resort: a client gets Google's 500, the log gets the reason
            LOG.exception("%s failed", route.name)
            response = _refusal(ApiError(500, "Internal error encountered."), request)
        return route, fault.spoiled(response) if fault else response

    def _admitted(self, route: routes.Route, request: Request) -> AbstractContextManager[None]:
        """Within, their program asks, when the caller may make calls of this kind and has some left; else ApiError 401, 403 or 429."""
        if route.kind not in SCOPES:
            return nullcontext()
        grant = self._backend.guard.admitted(request.headers, route.kind)
        if self._meter:
            self._meter.charge(route.kind, grant.email)
        return asking(grant.program, own_only=grant.own_only(route.kind))

    def listen(self, host: str = "127.0.0.1", port: int = 0) -> Listener:
        """Serve HTTP from a thread until the listener is closed; port 0 picks a free one.  OSError when it is taken."""
        from sheetcrm.server.listen import Listener  # noqa: PLC0415 - starlette and uvicorn only where somebody listens

        return Listener(self, host, port)

    def limit(self, quota: Quota | None) -> None:
        """Refuse calls beyond `quota` from now on, counted anew; None lets all through."""
        self._meter = Meter(quota, now=self._now) if quota else None

    def close(self) -> None:
        """Close the data file; everything that was answered is in it."""
        self._backend.library.close()
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _note(self, call: Call) -> None:
        with self._counting:
            self.counts[call.kind] += 1
        if self._record:
            self._record(call)


def _refusal(error: ApiError, request: Request) -> Response:
    headers = {"WWW-Authenticate": CHALLENGE} if error.code == 401 else {}
    body = drive_errors.error_body(error) if drive_errors.is_drive(request.path) else error.body()
    return json_response(body, status=error.code, headers=headers)
