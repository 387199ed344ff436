"""Everything that goes wrong on the way to Google and back, how it is ordered, and what the message has to say of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal

from sheetcrm.server.faults import Fault

FOR_EVER = 100_000
PAGE = "<html><head><title>Sign in to the network</title></head><body>…</body></html>"
READS = ("get", "batchGet", "batchGetByDataFilter", "list", "search", "token")


@dataclass(frozen=True)
class Strike:
    """The call that is struck: its method, how many calls of that method go well before, and whether it writes."""

    method: str
    skip: int

    @property
    def writes(self):
        return not self.method.endswith(READS)


@dataclass(frozen=True)
class Trouble:
    """`order` makes a strike a fault; `says` is in the message where the command stops for it, and nothing where it never does."""

    name: str
    order: Callable[[Strike], Fault]
    says: str = ""
    methods: str = ""
    """The beginning of the names of the methods that it can happen to."""
    then: Fault | None = None
    """What goes wrong after a connection was dropped."""
    signs_in: bool = False
    at: Literal["each", "start"] = "each"
    """`start`: before the first call, or with the first; no other would be different."""
    ready: Callable[..., None] = lambda _bench: None
    line: bool = False
    """Whether it is of the line and not of Google's APIs, so that it can happen to the sign-in as well."""
    room: int | None = None
    """As many bytes as a file can have before the disk is full."""

    def strikes(self, calls):
        """The first and the last read and every write among these calls, as far as it can happen to them."""
        found = [Strike(method, calls[:at].count(method)) for at, method in enumerate(calls)]
        if calls and set(calls) == {"oauth2.token"}:
            return found[:1] if self.line or self.signs_in else []
        meant = [one for one in found if one.method != "oauth2.token" and one.method.startswith(self.methods)]
        if self.at == "start":
            return meant[:1]
        reads = [one for one in meant if not one.writes]
        return [*reads[:1], *reads[1:][-1:], *(one for one in meant if one.writes)]


def _once(**what):
    return lambda strike: Fault(strike.method, skip=strike.skip, **what)


def _lasting(**what):
    return _once(times=FOR_EVER, **what)


def _everywhere(**what):
    return lambda _strike: Fault("*", times=FOR_EVER, **what)


def _tokens(**what):
    return lambda _strike: Fault("oauth2.token", times=FOR_EVER, **what)


def _clock_ahead(bench):
    bench.clock.ahead = timedelta(hours=2)


def _damaged_key(bench):
    key = bench.folder / "key.json"
    key.write_text(key.read_text(encoding="utf-8")[:200], encoding="utf-8")


def _open_key(bench):
    Path(bench.folder / "key.json").chmod(0o644)


DEAD = Fault("*", drop="before", times=FOR_EVER)
MAYBE = r"may or may not have happened|neither|[Nn]o answer|Google has a fault of its own|proxy in between"
FULL = r"File too large|disk|full|cannot be written"
SHARE = r"[Ss]hare|role|editor"

PASSING = [
    Trouble("429, three times", _once(status=429, times=3)),
    Trouble("403 rateLimitExceeded, twice", _once(reason="rateLimitExceeded", times=2), methods="drive."),
    Trouble("403 userRateLimitExceeded, twice", _once(reason="userRateLimitExceeded", times=2), methods="drive."),
    Trouble("409, twice", _once(reason="aborted", times=2)),
    Trouble("500", _once(status=500), MAYBE, line=True),
    Trouble("503, Retry-After: 7", _once(status=503, retry_after="7"), MAYBE, line=True),
    Trouble("the connection breaks before the change", _once(drop="before"), MAYBE, line=True),
    Trouble("the connection breaks after the change", _once(drop="after"), MAYBE, line=True),
    Trouble("no answer in time, nothing was done", _once(delay=61, status=503), MAYBE, line=True),
    Trouble("no answer in time, the change was made", _once(delay=61), MAYBE, line=True),
    Trouble("an answer that is cut short", _once(truncate=20), MAYBE, line=True),
    Trouble("a page in the place of the answer", _once(page=PAGE), MAYBE, line=True),
    Trouble("a slow server", _once(delay=50, times=3), line=True),
]
"""What is over by the next try."""

LASTING = [
    Trouble("401", _lasting(status=401), r"sheetcrm login|credentials"),
    Trouble("403", _lasting(status=403), SHARE),
    Trouble("403 SERVICE_DISABLED", _lasting(reason="SERVICE_DISABLED"), r"console\.cloud\.google\.com/apis/library"),
    Trouble("403 USER_PROJECT_DENIED", _lasting(reason="USER_PROJECT_DENIED"), r"Service Usage Consumer|role"),
    Trouble("403 CONSUMER_INVALID", _lasting(reason="CONSUMER_INVALID"), r"Service Usage Consumer|role"),
    Trouble("403 insufficient scopes", _lasting(reason="ACCESS_TOKEN_SCOPE_INSUFFICIENT"), "sheetcrm login"),
    Trouble(
        "403 storageQuotaExceeded", _lasting(reason="storageQuotaExceeded"), "blank spreadsheet", "drive.files.create"
    ),
    Trouble(
        "403 teamDriveFileLimitExceeded",
        _lasting(reason="teamDriveFileLimitExceeded"),
        "Shared Drive|blank spreadsheet",
        "drive.files.create",
    ),
    Trouble("403 dailyLimitExceeded", _lasting(reason="dailyLimitExceeded"), "midnight", "drive."),
    Trouble(
        "403 sharingRateLimitExceeded", _lasting(reason="sharingRateLimitExceeded"), "tomorrow", "drive.permissions"
    ),
    Trouble("403 appNotAuthorizedToFile", _lasting(reason="appNotAuthorizedToFile"), r"drive\.file", "drive."),
    Trouble("403 insufficientFilePermissions", _lasting(reason="insufficientFilePermissions"), SHARE, "drive."),
    Trouble("403 domainPolicy", _lasting(reason="domainPolicy"), "ask who manages", "drive."),
    Trouble(
        "400 invalidSharingRequest", _lasting(reason="invalidSharingRequest"), "ask who manages", "drive.permissions"
    ),
    Trouble("400, an Excel file", _lasting(reason="failedPrecondition"), "Save as Google Sheets", "sheets."),
    Trouble("404", _lasting(status=404), r"check the id|404|[Nn]ot found"),
    Trouble("429 for ten minutes", _everywhere(status=429), "quota", at="start"),
    Trouble("503 without end", _lasting(status=503), MAYBE, line=True),
    Trouble("timeouts without end", _lasting(delay=61, status=503), MAYBE, line=True),
    Trouble("the network is gone", _everywhere(drop="before"), "network", at="start", line=True),
    Trouble("the network goes after the change", _once(drop="after"), MAYBE, then=DEAD, line=True),
]
"""What stays until somebody mends it."""

SIGN_IN = [
    Trouble("the token is refused", _tokens(reason="invalid_grant"), r"key|sheetcrm login", at="start", signs_in=True),
    Trouble("no token for now", _tokens(status=503), r"network|token|Google", at="start", signs_in=True),
    Trouble(
        "the clock is two hours behind",
        lambda _strike: None,
        r"machine's clock|clock of this machine",
        at="start",
        signs_in=True,
        ready=_clock_ahead,
    ),
    Trouble("a damaged key file", lambda _strike: None, r"key\.json", at="start", signs_in=True, ready=_damaged_key),
    Trouble(
        "a key file that others may read", lambda _strike: None, "chmod 600", at="start", signs_in=True, ready=_open_key
    ),
]
"""What goes wrong before anything is asked."""

HERE = [
    Trouble("the disk is full", lambda _strike: None, FULL, at="start", room=0),
    Trouble("the disk is full soon", lambda _strike: None, FULL, at="start", room=3000),
]
"""What goes wrong on this machine; a file that is too large is as good as a disk that is full."""

TROUBLES = [*PASSING, *LASTING, *SIGN_IN, *HERE]
