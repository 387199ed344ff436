"""
A folder, or nothing → a server that runs until it is told to stop.

Behind `sheetcrm local serve`.  Takes over SIGTERM and SIGINT while it runs.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from sheetcrm.server.app import OWNER, Server
from sheetcrm.server.folder import FolderError, open_folder
from sheetcrm.server.quota import Quota


def serve(
    data: Path | None,
    *,
    port: int | None = None,
    token: str | None = None,
    owner: str = OWNER,
    quota: Quota | None = None,
    ready: Callable[[Server], None],
) -> None:
    """Serve on loopback until SIGTERM or SIGINT; `ready` is called once requests are answered.

    `data` None keeps everything in memory.  `port` None takes the port that the folder remembers, 0 a free one.  With a
    `quota` calls beyond it are refused.
    Raises FolderError when another process holds the folder, StoreError and OSError as they come; to be called from
    the main thread.
    """
    stopped = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        with _running(data, port=port, token=token, owner=owner) as server:
            server.limit(quota)
            ready(server)
            stopped.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _running(data: Path | None, *, port: int | None, token: str | None, owner: str) -> Iterator[Server]:
    if data is None:
        with Server(None, token=token, owner=owner) as server, server.listen(port=port or 0):
            yield server
        return
    with open_folder(data, token=token, owner=owner, port=port) as opened:
        if opened.server is None:
            raise FolderError(
                f"{data}: is already served at {opened.url}; stop that process first, or use that address"
            )
        yield opened.server
