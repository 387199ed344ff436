"""
A log record → one line for people, or one JSON object for machines.

Cleaned last, when nothing is added any more: whoever logged it, and in whatever
part of the record it stands.
"""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from typing import Any

from sheetcrm.logs.exchanges import Spoken, told
from sheetcrm.logs.veiling import GONE, cleaned

OURS = "sheetcrm"
KNOWN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName", "exchange"}
"""What every record has; the rest is what somebody gave it beside its text."""


class Form(logging.Formatter):
    """What both have in common: the text and what went wrong, without what must not be told."""

    def __init__(self, *, personal: bool) -> None:
        """`personal`: people as they are called; secrets are left out all the same."""
        super().__init__()
        self.personal = personal

    def clean(self, value: Any) -> Any:
        """Any value, texts in it cleaned."""
        if isinstance(value, str):
            return cleaned(value, personal=self.personal)
        if isinstance(value, dict):
            return {str(key): self.clean(one) for key, one in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.clean(one) for one in value]
        return value if isinstance(value, int | float | bool | None) else self.clean(str(value))

    def text(self, record: logging.LogRecord) -> str:
        """What it says."""
        if record.name.startswith("sqlalchemy") and record.args and not self.personal:
            # Its values are the rows themselves.
            return str(self.clean(str(record.msg).partition("%")[0] + GONE))
        return str(self.clean(record.getMessage()))

    def wrong(self, record: logging.LogRecord) -> str:
        """The way to an error; what it says only when people may be told of."""
        if not record.exc_info or record.exc_info[1] is None:
            return ""
        error: BaseException | None = record.exc_info[1]
        if self.personal:
            return str(self.clean("".join(traceback.format_exception(error))))
        lines = []
        while error is not None:
            lines += [
                *traceback.format_tb(error.__traceback__),
                f"{type(error).__module__}.{type(error).__qualname__}\n",
            ]
            error = error.__cause__ or error.__context__
        return str(self.clean("".join(lines)))


class ForPeople(Form):
    """`2026-11-22 08:00:00.123 INFO sheetcrm.http: GET …`, in the time of this machine."""

    def format(self, record: logging.LogRecord) -> str:
        """Lines of an error or of an exchange follow, moved in."""
        when = datetime.fromtimestamp(record.created, UTC).astimezone()
        head = f"{when:%Y-%m-%d %H:%M:%S}.{int(record.msecs):03d} {record.levelname} {record.name}"
        lines = [f"{head}: {self.text(record)}"]
        lines += self.wrong(record).splitlines()
        exchange: Spoken | None = getattr(record, "exchange", None)
        if exchange is not None:
            lines += told(exchange, personal=self.personal)
        return "\n    ".join(lines)


class ForMachines(Form):
    """One object a line: time (UTC), level, logger, message; beside them what the record was given."""

    def __init__(self, *, personal: bool, run: str) -> None:
        """`run` tells the lines of this process from others'."""
        super().__init__(personal=personal)
        self.run = run

    def format(self, record: logging.LogRecord) -> str:
        """JSON without line ends in it."""
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {
            "time": when.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "run": self.run,
            "message": self.text(record),
        }
        if record.name.partition(".")[0] == OURS:
            more = {name: value for name, value in record.__dict__.items() if name not in KNOWN}
            line |= {name: self.clean(value) for name, value in more.items() if name not in line}
        if wrong := self.wrong(record):
            line["error"] = wrong
        exchange: Spoken | None = getattr(record, "exchange", None)
        if exchange is not None:
            line["exchange"] = told(exchange, personal=self.personal)
        return json.dumps(line, ensure_ascii=False)
