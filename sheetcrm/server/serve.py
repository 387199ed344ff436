"""
A folder, or nothing → a server that runs until it is told to stop.

Behind `sheetcrm local serve` and `scripts/serve`.  The ready line goes to stderr; it is the only place where a token
is ever shown, and only to the person who started the server without one.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from sheetcrm.server.app import OWNER, Server
from sheetcrm.server.folder import FolderError, open_folder
from sheetcrm.server.store import StoreError


def serve(
    data: Path | None,
    *,
    port: int | None = None,
    token: str | None = None,
    owner: str = OWNER,
    ready: Callable[[Server], None],
) -> None:
    """Serve on loopback until SIGTERM or SIGINT; `ready` is called once requests are answered.

    `data` None keeps everything in memory.  `port` None takes the port that the folder remembers, 0 a free one.
    Raises FolderError when another process holds the folder, StoreError and OSError as they come; to be called from
    the main thread.
    """
    stopped = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        with _running(data, port=port, token=token, owner=owner) as server:
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


def main(argv: Sequence[str] | None = None) -> int:
    """Run a server from the command line."""
    parser = argparse.ArgumentParser(prog="scripts/serve", description="Run the embedded Sheets and Drive server.")
    parser.add_argument("--data", type=Path, help="folder to keep everything in (default: memory only)")
    parser.add_argument("--port", type=int, help="port on 127.0.0.1 (default: the folder's last one, or any free one)")
    parser.add_argument("--token", help="bearer token that clients must send (default: a random one, printed)")
    parser.add_argument("--owner", default=OWNER, help=f"e-mail address that the token stands for (default: {OWNER})")
    wanted = parser.parse_args(argv)

    def ready(server: Server) -> None:
        shown = "" if wanted.token else f" · token {server.token}"
        sys.stderr.write(f"ready at {server.base_url}{shown}\npages at {server.page_url()}\n")
        sys.stderr.flush()

    try:
        serve(wanted.data, port=wanted.port, token=wanted.token, owner=wanted.owner, ready=ready)
    except (FolderError, StoreError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
