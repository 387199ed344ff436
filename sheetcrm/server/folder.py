"""
A data folder → the server that serves it: our own, or that of the process which holds the folder.

The lock dies with its owner, `server.json` does not: the file only says where the holder listens, the lock alone
says whether there is one.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import requests
from filelock import FileLock, Timeout
from requests.adapters import BaseAdapter

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

    def adapter(self) -> BaseAdapter:
        """The way in for a requests.Session, whoever holds the folder."""
        return InProcess(self.server) if self.server else Redirect(self.url, self.token)

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
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = FileLock(path / LOCK_NAME, thread_local=False)  # whichever thread closes the folder lets go of it
    for _ in range(max(1, round(patience / PAUSE))):
        try:
            lock.acquire(timeout=0)
        except Timeout:
            if found := _holder(path):
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


def _holder(path: Path) -> Opened | None:
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
    return Opened(None, url, token) if answer.status_code == 200 else None


def _write_private(path: Path, text: str) -> None:
    """Written aside and put in place at once: nobody reads half of it, and only its owner reads it at all."""
    draft = path.with_suffix(".tmp")
    with suppress(FileNotFoundError):
        draft.unlink()
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)
