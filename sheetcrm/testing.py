"""
Nothing → a running embedded server and ready, unmodified clients.

For tests of this project and of any other that uses gspread or Google's own client: no network, no account, nothing mocked.
docs/testing.md walks through it.

    from sheetcrm.testing import sheets_server  # in conftest.py; or, without pytest, `with server() as running:`

    def test_orders(sheets_server):
        spreadsheet = sheets_server.seed("Orders", [["item", "count"], ["tea", 2]])
        ...
        assert [call.method for call in sheets_server.requests()] == [...]
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, TypeVar

import gspread
import requests
from requests.adapters import BaseAdapter

from sheetcrm.errors import MissingExtra
from sheetcrm.messages import tr

try:
    from sheetcrm.server.adapter import InProcess, Redirect, mount
    from sheetcrm.server.app import OWNER, Call, Server, utc_now
    from sheetcrm.server.faults import Fault, Faults
    from sheetcrm.server.oauth import TOKEN_URI
    from sheetcrm.server.quota import Quota
except ModuleNotFoundError as missing:
    raise MissingExtra(tr("the embedded server"), "local") from missing

try:
    import pytest
except ModuleNotFoundError:  # whoever tests with something else uses `server`
    pytest = None  # type: ignore[assignment]

__all__ = ["Call", "Fault", "Quota", "Running", "server", "sheets_server", "sheets_server_http"]

ROBOT = "robot@sheetcrm-embedded-server.iam.gserviceaccount.com"
Rows = Sequence[Sequence[Any]]
Session = TypeVar("Session", bound=requests.Session)


@dataclass(frozen=True)
class Running:
    """A server under test: `client` is gspread's own, `session` answers Google's URLs, `url` is None in process.

    Both act as the server's owner.
    """

    server: Server
    session: requests.Session
    client: gspread.Client
    url: str | None
    _calls: list[Call]

    @property
    def token(self) -> str:
        """The bearer token that stands for the owner."""
        return self.server.token

    def requests(self, match: str = "*") -> list[Call]:
        """Every request so far whose method matches (`sheets.spreadsheets.values.*`), in the order of the answers."""
        return [call for call in self._calls if fnmatchcase(call.method, match)]

    def forget_requests(self) -> None:
        """Begin to count anew."""
        self._calls.clear()

    @property
    def faults(self) -> Faults:
        """What shall go wrong: `running.faults.add(Fault("*.values.update", drop="after"))`."""
        return self.server.faults

    def seed(self, title: str, rows: Rows | Mapping[str, Rows]) -> gspread.Spreadsheet:
        """A new spreadsheet of the owner's with these rows in `Sheet1`, or with a tab for each title and its rows.

        Values stay what they are, as with RAW: text is text, None is a blank.  Three requests, not shown among the others;
        faults that were ordered before hit them like any.
        """
        tabs = rows if isinstance(rows, Mapping) else {"Sheet1": rows}
        before = len(self._calls)
        body = {"properties": {"title": title}, "sheets": [_tab(name, held) for name, held in tabs.items()]}
        made = self._post("https://sheets.googleapis.com/v4/spreadsheets", body)["spreadsheetId"]
        data = [{"range": _quoted(name), "values": [list(row) for row in held]} for name, held in tabs.items() if held]
        address = f"https://sheets.googleapis.com/v4/spreadsheets/{made}/values:batchUpdate"
        self._post(address, {"valueInputOption": "RAW", "data": data})
        spreadsheet: gspread.Spreadsheet = self.client.open_by_key(made)
        del self._calls[before:]
        return spreadsheet

    def google(self, service: str = "sheets", version: str = "v4") -> Any:
        """google-api-python-client's generated client for `sheets` `v4` or `drive` `v3`; discovery documents from its wheel."""
        from googleapiclient.discovery import build  # noqa: PLC0415 - only where it is installed

        return build(service, version, http=self.http(), static_discovery=True)

    def http(self) -> SessionHttp:
        """What clients over httplib2 take for `http`, such as pygsheets; brings the owner's token to requests that have none."""
        return SessionHttp(self.session)

    def connect(self, session: Session) -> Session:
        """The same session, a gspread client's or google-auth's AuthorizedSession, with this server in Google's place."""
        mount(session, self.adapter())
        return session

    def adapter(self) -> BaseAdapter:
        """What to mount for Google's hosts; brings the owner's token to requests that have none."""
        return Redirect(self.url, self.server.token) if self.url else InProcess(self.server)

    def service_account(self, path: Path, email: str = ROBOT) -> Path:
        """Write a service-account file that works with this server; the account sees what it made or was given."""
        return _written(path, self.server.issuer.service_account(email, f"{self.url}/token" if self.url else TOKEN_URI))

    def authorized_user(self, path: Path, email: str | None = None) -> Path:
        """Write an authorized-user file for a person, the owner by default.

        google-auth refreshes such a file at Google's own address whatever it says: `connect` the session that uses it.
        """
        return _written(path, self.server.issuer.authorized_user(email or self.server.owner))

    def desktop(self, path: Path, *, testing: bool = False) -> Path:
        """Write the client file of a desktop program; its addresses are this server's, so it has to be one that listens.

        A person agrees on the page at its `auth_uri`; in `testing` that holds for a week.
        """
        if self.url is None:
            raise ValueError("a browser needs an address to go to: use server(http=True), or sheets_server_http")
        return _written(path, self.server.issuer.desktop(self.url, testing=testing))

    def _post(self, address: str, body: Any) -> Any:
        answer = self.session.post(address, json=body)
        answer.raise_for_status()
        return answer.json()


class SessionHttp:
    """What google-api-python-client takes for `http`, over a requests session."""

    def __init__(self, session: requests.Session) -> None:
        self._session = session

    def request(
        self, uri: str, method: str = "GET", body: Any = None, headers: Mapping[str, str] | None = None, **_: object
    ) -> tuple[Any, bytes]:
        """The answer as httplib2 gives it; ConnectionError and TimeoutError where requests has its own."""
        import httplib2  # noqa: PLC0415 - comes with google-api-python-client

        try:
            answer = self._session.request(method, uri, data=body, headers=headers, allow_redirects=False)
        except requests.Timeout as error:
            raise TimeoutError(str(error)) from error
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError) as error:
            raise ConnectionResetError(str(error)) from error
        response = httplib2.Response({**answer.headers, "status": str(answer.status_code)})
        response.reason = answer.reason
        return response, answer.content

    def close(self) -> None:
        """Nothing to close: the session belongs to whoever made it."""


@contextmanager
def server(
    *,
    http: bool = False,
    data: Path | None = None,
    token: str | None = None,
    owner: str = OWNER,
    now: Callable[[], datetime] = utc_now,
    quota: Quota | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Running]:
    """A server in this process, or with `http` on a free port of 127.0.0.1; in memory unless `data` names a folder.

    `quota=Quota()` holds clients to Google's limits a minute by the clock `now`; `sleep` waits out the delays of faults.
    """
    calls: list[Call] = []
    with ExitStack() as stack:
        made = Server(data, token=token, owner=owner, now=now, record=calls.append, quota=quota, sleep=sleep)
        running = stack.enter_context(made)
        url = stack.enter_context(running.listen()).url if http else None
        session = stack.enter_context(requests.Session())
        session.trust_env = False
        mount(session, Redirect(url, running.token) if url else InProcess(running))
        yield Running(running, session, gspread.Client(auth=None, session=session), url, calls)


def _sheets_server() -> Iterator[Running]:
    """A server of its own for each test, in this process."""
    with server() as running:
        yield running


def _sheets_server_http() -> Iterator[Running]:
    """A server of its own for each test, on a port of 127.0.0.1: for clients in other processes or languages."""
    with server(http=True) as running:
        yield running


if pytest:
    sheets_server = pytest.fixture(_sheets_server, name="sheets_server")
    sheets_server_http = pytest.fixture(_sheets_server_http, name="sheets_server_http")


def _tab(title: str, rows: Rows) -> dict[str, Any]:
    grid = {"rowCount": max(1000, len(rows)), "columnCount": max(26, *map(len, rows), 26)}
    return {"properties": {"title": title, "gridProperties": grid}}


def _quoted(title: str) -> str:
    return "'" + title.replace("'", "''") + "'!A1"


def _written(path: Path, content: Mapping[str, Any]) -> Path:
    path.touch(mode=0o600)
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return path
