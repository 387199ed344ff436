"""
Nothing → a running embedded server and a ready, unmodified gspread client.

For tests of this project and of any other that uses gspread: no network, no account, nothing mocked.

    with sheetcrm.testing.server() as running:
        spreadsheet = running.client.create("Orders")
        ...
        assert [call.method for call in running.requests()] == [...]
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import gspread
import requests

from sheetcrm.server.adapter import InProcess, Redirect, mount
from sheetcrm.server.app import OWNER, Call, Server, utc_now


@dataclass(frozen=True)
class Running:
    """A server under test: `client` is gspread's own, `session` answers Google's URLs, `url` is None in process."""

    server: Server
    session: requests.Session
    client: gspread.Client
    url: str | None
    _calls: list[Call]

    def requests(self) -> list[Call]:
        """Every request so far, in the order in which they were answered."""
        return list(self._calls)


@contextmanager
def server(
    *,
    http: bool = False,
    data: Path | None = None,
    token: str | None = None,
    owner: str = OWNER,
    now: Callable[[], datetime] = utc_now,
) -> Iterator[Running]:
    """A server in this process, or with `http` on a free port of 127.0.0.1; in memory unless `data` names a folder."""
    calls: list[Call] = []
    with ExitStack() as stack:
        running = stack.enter_context(Server(data, token=token, owner=owner, now=now, record=calls.append))
        url = stack.enter_context(running.listen()).url if http else None
        session = stack.enter_context(requests.Session())
        session.trust_env = False
        mount(session, Redirect(url, running.token) if url else InProcess(running))
        yield Running(running, session, gspread.Client(auth=None, session=session), url, calls)
