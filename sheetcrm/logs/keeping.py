"""
What is wished of a log → handlers on the root logger, as long as a command runs.

On the root, so that what gspread, urllib3, google-auth and SQLAlchemy log goes
the same way and is cleaned, too.
"""

from __future__ import annotations

import logging
import os
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from logging.handlers import WatchedFileHandler
from pathlib import Path
from typing import Literal

from sheetcrm.errors import ApiError, LedgerError, SheetcrmError, UsageError, reason
from sheetcrm.logs.forms import OURS, Form, ForMachines, ForPeople
from sheetcrm.logs.veiling import quotes_veiled
from sheetcrm.messages import tr

LOG = logging.getLogger("sheetcrm.command")
EXCHANGES = "sheetcrm.http.exchange"
"""The logger of whole requests and answers: it says nothing unless it is told to."""


@dataclass(frozen=True)
class Wish:
    """What of a log there is to be, and where: warnings go to the terminal, and more as `verbose` says; news to the file, too."""

    file: Path | None = None
    form: Literal["text", "json"] = "text"
    verbose: int = 0
    """0: warnings; 1: also what is done; 2: everything, of libraries, too."""
    personal: bool = False
    exchanges: bool = False


@contextmanager
def kept(wish: Wish, command: str, usual: tuple[type[Exception], ...] = ()) -> Iterator[None]:
    """Log as wished while `command` runs, and how it ended (`usual`: not by a fault); UsageError when the file cannot be written."""
    handlers = _handlers(wish)
    root, ours, exchanges = logging.getLogger(), logging.getLogger(OURS), logging.getLogger(EXCHANGES)
    before = [(logger, logger.level) for logger in (root, ours, exchanges)]
    told = [level for level in (_level(wish), logging.INFO if wish.file else None) if level is not None]
    ours.setLevel(min(told))
    root.setLevel(logging.DEBUG if wish.verbose > 1 else logging.WARNING)
    exchanges.setLevel(logging.DEBUG if wish.exchanges else logging.CRITICAL)
    for handler in handlers:
        root.addHandler(handler)
    try:
        with _ended(command, usual, personal=wish.personal):
            yield
    finally:
        for handler in handlers:
            root.removeHandler(handler)
            handler.close()
        for logger, level in before:
            logger.setLevel(level)


class _Quiet(logging.Handler):
    """A log that cannot be written any more is said once; what is logged goes nowhere then, and the command goes on."""

    lost = False

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        """Not as logging does it: its traceback has everything in it that a log must not tell."""
        if not self.lost:
            self.lost = True
            said = tr("the log cannot be written any more: {reason}", reason=sys.exc_info()[1])
            sys.stderr.write(f"{said}\n")

    def close(self) -> None:
        """What is left may not fit on the disk either."""
        with suppress(OSError):
            super().close()


class _ToFile(_Quiet, WatchedFileHandler):
    """Opened again when somebody (logrotate) has moved the file; nobody else may read it."""


class _ToTerminal(_Quiet, logging.StreamHandler):  # type: ignore[type-arg]  # generic for type checkers only
    """Standard error."""


def _handlers(wish: Wish) -> list[logging.Handler]:
    run = secrets.token_hex(4)
    handlers: list[logging.Handler] = []
    terminal: logging.Handler = _ToTerminal(sys.stderr)
    terminal.setLevel(_level(wish))
    if wish.file:
        handlers.append(_file(wish.file))
        terminal.addFilter(lambda record: record.name != EXCHANGES)
    elif wish.exchanges:
        terminal.setLevel(logging.DEBUG)
    if not wish.verbose:
        # Who typed the command is told how it ended in other words.
        terminal.addFilter(lambda record: record.name != LOG.name)
    handlers.append(terminal)
    for handler in handlers:
        form: Form = ForMachines(personal=wish.personal, run=run)
        if wish.form == "text" or (handler is terminal and wish.file):
            form = ForPeople(personal=wish.personal)
        handler.setFormatter(form)
    return handlers


def _level(wish: Wish) -> int:
    return {0: logging.WARNING, 1: logging.INFO}.get(wish.verbose, logging.DEBUG)


def _file(path: Path) -> logging.Handler:
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
        return _ToFile(path, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise UsageError(tr("the log cannot be written: {path}: {reason}", path=path, reason=reason(error))) from error


@contextmanager
def _ended(command: str, usual: tuple[type[Exception], ...], *, personal: bool) -> Iterator[None]:
    """How it ended; what an error of ours says may name people, so only what comes from machines is written down."""
    began = time.monotonic()
    LOG.info("%s begun", command)
    try:
        yield
    except SheetcrmError as error:
        more = {"exit_code": error.exit_code, "error_type": type(error).__name__}
        LOG.error("%s ended: %s", command, _said(error, personal=personal), extra=more)
        raise
    except usual as error:
        LOG.info("%s ended: %s", command, type(error).__name__)
        raise
    except Exception:
        LOG.exception("%s died", command)
        raise
    LOG.info("%s done", command, extra={"ms": round((time.monotonic() - began) * 1000)})


def _said(error: SheetcrmError, *, personal: bool) -> str:
    name = type(error).__name__
    if personal:
        return f"{name}: {error}"
    if isinstance(error, ApiError | LedgerError):
        return f"{name}: {quotes_veiled(str(error))}"
    return name
