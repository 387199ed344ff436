"""
A data folder → the server that serves it: our own, or that of the process which holds the folder.

The lock dies with its owner, `server.json` does not: the file only says where the holder listens, the lock alone
says whether there is one.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests
from filelock import FileLock, Timeout
from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter
from urllib3.exceptions import NewConnectionError

from sheetcrm.server.adapter import InProcess, Redirect
from sheetcrm.server.app import OWNER, Server, utc_now
from sheetcrm.server.listen import Listener

LOCK_NAME = "folder.lock"
DISCOVERY_NAME = "server.json"
PORT = "port"
PAUSE = 0.05


class FolderError(Exception):
    """The folder is held by a process that does not answer; the message names both."""


@dataclass(frozen=True)
class Opened:
    """A folder in use: `server` is ours when this process holds the folder, else None and `url` leads to the holder."""

    server: Server | None
    url: str
    token: str
    _listener: Listener | None = None
    _lock: FileLock | None = None
    _discovery: Path | None = None
    _again: Callable[[], Opened] | None = None

    def adapter(self) -> BaseAdapter:
        """The way in for a requests.Session, whoever holds the folder."""
        if self.server:
            return InProcess(self.server)
        return Guest(self) if self._again else Redirect(self.url, self.token)

    def again(self) -> Opened:
        """Open the same folder once more: hold it if nobody does by now."""
        assert self._again is not None
        return self._again()

    def close(self) -> None:
        """Let go of the folder, so that the next process may hold it; nothing to do for a guest."""
        if self._discovery:
            self._discovery.unlink(missing_ok=True)
        if self._listener:
            self._listener.close()
        if self.server:
            self.server.close()
        if self._lock:
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Guest(BaseAdapter):
    """Talks to the holder of a folder; when that one is gone, to the next, or holds the folder itself until closed."""

    def __init__(self, opened: Opened) -> None:
        super().__init__()
        self._opened = opened
        self._way: BaseAdapter = Redirect(opened.url, opened.token)
        self._lock = threading.Lock()

    def send(self, request: PreparedRequest, *arguments: Any, **settings: Any) -> Response:
        """The answer of whoever holds the folder now; a request that reached a holder is not sent again."""
        way = self._way
        try:
            return way.send(request, *arguments, **settings)
        except requests.ConnectionError as error:
            if not _never_connected(error):
                raise
        with self._lock:
            if self._way is way:
                self._opened.close()
                self._opened = self._opened.again()
                self._way = self._opened.adapter()
        return self._way.send(request, *arguments, **settings)

    def close(self) -> None:
        """Let go of the folder, if it came to us."""
        self._way.close()
        self._opened.close()


def _never_connected(error: requests.ConnectionError) -> bool:
    """Whether nobody listened, so that the request was surely not carried out."""
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", cause), NewConnectionError)


def open_folder(
    path: Path,
    *,
    token: str | None = None,
    owner: str = OWNER,
    port: int | None = None,
    now: Callable[[], datetime] = utc_now,
    patience: float = 10.0,
    sleep: Callable[[float], None] = time.sleep,
) -> Opened:
    """Hold the folder and serve it, or find the server of its holder; the folder is made when it is missing.

    The holder listens on loopback at `port`, else at the port that the folder remembers, so that links in old mails lead
    here again.  A holder that is just starting or stopping is waited for, `patience` seconds in all.
    Raises StoreError for data that cannot be used and FolderError for a holder that does not answer.
    """
    again = partial(open_folder, path, token=token, owner=owner, port=port, now=now, patience=patience, sleep=sleep)
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = FileLock(path / LOCK_NAME, thread_local=False)  # whichever thread closes the folder lets go of it
    for _ in range(max(1, round(patience / PAUSE))):
        try:
            lock.acquire(timeout=0)
        except Timeout:
            if found := _holder(path, again):
                return found
            sleep(PAUSE)
            continue
        return _hold(path, lock, token=token, owner=owner, port=port, now=now)
    raise FolderError(
        f"{path}: is held by another process (see {path / DISCOVERY_NAME}) that does not answer; stop it or wait"
    )


def _hold(
    path: Path, lock: FileLock, *, token: str | None, owner: str, port: int | None, now: Callable[[], datetime]
) -> Opened:
    try:
        server = Server(path, token=token, owner=owner, now=now)
        try:
            listener = _listen(server, port)
        except BaseException:
            server.close()
            raise
    except BaseException:
        lock.release()
        raise
    discovery = path / DISCOVERY_NAME
    _write_private(discovery, json.dumps({"url": listener.url, "token": server.token, "pid": os.getpid()}))
    return Opened(server, listener.url, server.token, listener, lock, discovery)


def _listen(server: Server, port: int | None) -> Listener:
    """At the port asked for, or at the remembered one, or at a free one when that is taken by somebody else."""
    if port is not None:
        listener = server.listen(port=port)
    else:
        try:
            listener = server.listen(port=int(server.store.setting(PORT) or 0))
        except OSError:
            listener = server.listen()
    server.store.remember(PORT, str(listener.port))
    return listener


def _holder(path: Path, again: Callable[[], Opened]) -> Opened | None:
    """The holder's server, when its file is there and it answers to the token in it."""
    try:
        found = json.loads((path / DISCOVERY_NAME).read_text(encoding="utf-8"))
        url, token = str(found["url"]), str(found["token"])
        with requests.Session() as session:
            session.trust_env = False  # no proxy between us and the loopback address
            session.headers["Authorization"] = f"Bearer {token}"
            answer = session.get(f"{url}/drive/v3/about?fields=user", timeout=5)
    except (OSError, ValueError, KeyError, TypeError):  # requests' errors are OSErrors
        return None
    return Opened(None, url, token, _again=again) if answer.status_code == 200 else None


def _write_private(path: Path, text: str) -> None:
    """Written aside and put in place at once: nobody reads half of it, and only its owner reads it at all."""
    draft = path.with_suffix(".tmp")
    with suppress(FileNotFoundError):
        draft.unlink()
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)
