"""
A command typed in a folder → what it printed, and everything that is different afterwards.

The wire is the embedded server in this process, in the place of the host that
the config names; whoever waits, waits by a clock that only waiting moves.
"""

from __future__ import annotations

import io
import json
import re
import resource
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import chdir, closing, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from types import SimpleNamespace

import gspread
import pytest
import requests
import yaml
from google.auth import _exponential_backoff

from sheetcrm.cli import main
from sheetcrm.journal.write import in_file
from sheetcrm.server import adapter
from sheetcrm.server.adapter import InProcess, mount
from sheetcrm.server.app import Server
from sheetcrm.server.faults import Fault
from sheetcrm.sheets.http import Client

ROBOT = "crm@project.iam.gserviceaccount.com"
API, TOKEN = "http://127.0.0.1:9", "open-sesame"
TOKEN_FILE = "token"
SIGN_IN = "{type: service_account, key: key.json}"
GOOGLE = "google"
"""The folder beside the config in which the server keeps its data."""
KEPT = ("message", "occurrence")
"""What of a ledger is the same however often a run was tried."""
ROW_ID = re.compile(r"\b[0-9a-f]{20}\b")
FILE_ID = re.compile(r"\b1[\w-]{43}")


class Clock:
    """Seconds that pass only where somebody waits for them."""

    def __init__(self):
        self.seconds, self.ahead = 0.0, timedelta()

    def __call__(self):
        return self.seconds

    def sleep(self, seconds):
        self.seconds += seconds

    def today(self):
        """The server's clock; `ahead` of ours where that is the fault."""
        return datetime.now(UTC) + self.ahead + timedelta(seconds=self.seconds)


@dataclass(frozen=True)
class Answer:
    """What a command left behind; `calls` are the methods that it asked for, `waited` seconds by the clock."""

    code: int
    out: str
    err: str
    calls: tuple[str, ...]
    waited: float


@dataclass
class Bench:
    """A folder with a config, a server in Google's place, and the command line."""

    folder: Path
    clock: Clock = field(default_factory=Clock)
    server: object = None
    calls: list[str] = field(default_factory=list)
    after: dict[int, Callable[[], None]] = field(default_factory=dict)
    """What somebody else does after so many calls of a command."""
    then: Fault | None = None
    """What goes wrong from the moment on at which a connection was dropped."""

    @contextmanager
    def open(self):
        """Within, the server answers."""
        with (
            chdir(self.folder),
            Server(
                self.folder / GOOGLE, token=TOKEN, sleep=self.clock.sleep, now=self.clock.today, record=self._note
            ) as self.server,
            pytest.MonkeyPatch.context() as patch,
        ):
            patch.setattr(adapter, "Redirect", lambda _url, _token=None: self.wire())
            patch.setattr(Client, "__init__", _by(self.clock, Client.__init__))
            # Google's own library waits, too, before it asks for a token once more.
            patch.setattr(_exponential_backoff, "time", SimpleNamespace(sleep=self.clock.sleep))
            yield self

    def wire(self):
        """The way to the server for a session."""
        return _Wire(self.server, self.clock)

    def run(self, *arguments, room=None):
        """Type that; a file that becomes larger than `room` bytes meets the end of the disk."""
        self.calls, began = [], self.clock.seconds
        with (
            redirect_stdout(io.StringIO()) as out,
            redirect_stderr(io.StringIO()) as err,
            _disk(room),
            pytest.raises(SystemExit) as ended,
        ):
            main(arguments)
        waited = self.clock.seconds - began
        return Answer(int(ended.value.code or 0), out.getvalue(), err.getvalue(), tuple(self.calls), waited)

    def person(self):
        """Plain gspread, as the server's owner."""
        return gspread.Client(auth=None, session=_session(InProcess(self.server)))

    def book(self, title="Shop"):
        """One spreadsheet, as a person has it."""
        return self.person().open(title)

    def signs_in(self):
        """From now on as a robot with a key, and not by the server's own token."""
        key = self.folder / "key.json"
        key.touch(mode=0o600)
        key.write_text(json.dumps(self.server.issuer.service_account(ROBOT)), encoding="utf-8")
        config = self.folder / "config.yaml"
        text = config.read_text(encoding="utf-8")
        config.write_text(
            text.replace(f"token: {{file: {TOKEN_FILE}}}", f"google: {{sign_in: {SIGN_IN}}}"), encoding="utf-8"
        )

    def kept(self):
        """What a person would still have when a key is broken."""
        key = self.folder / "key.json"
        return key.read_bytes() if key.exists() else None

    def mended(self, key):
        """Nothing is wrong any more."""
        self.server.faults.clear()
        self.then, self.clock.ahead = None, timedelta()
        self.clock.sleep(600)
        if key is not None:
            (self.folder / "key.json").write_bytes(key)
            (self.folder / "key.json").chmod(0o600)

    def state(self, tidy=""):
        """Everything that a command can change, in a form in which equal things are equal.

        As if a person had thrown away what the message `tidy` tells them of: files, and hidden tabs with copies of rows.
        """
        said = {
            "files": _tidied(self._files(), tidy),
            "config": yaml.safe_load((self.folder / "config.yaml").read_text(encoding="utf-8")),
            "mails": sorted(_mails(self.folder / "Maildir")),
            "ledger": _ledger(self.folder / "sheetcrm-ledger.db"),
            "written": _written(self.folder / "sheetcrm-journal"),
            "made": _made(self.folder),
        }
        return _renamed(said)

    def _note(self, call):
        self.calls.append(call.method)
        self.after.pop(len(self.calls), lambda: None)()
        if call.status == 0 and self.then is not None:
            self.server.faults.add(self.then)

    def _files(self):
        """By name, who may open each file and what the server keeps of it."""
        found = sorted(self.server.store.files().values(), key=lambda one: (one.name, one.trashed, one.created))
        return {one.name + (f" {n}" if n else ""): self._file(one) for n, one in _numbered(found)}

    def _file(self, file):
        access = sorted(f"{one['type']} {one.get('emailAddress', '')} {one['role']}" for one in file.permissions)
        parts = {} if file.trashed else self.server.store.parts(file.id)
        content = {name: json.loads(body) for name, body in sorted(parts.items())}
        for kept in content.values():
            kept.pop("revision", None)
        return {"id": file.id, "trashed": file.trashed, "access": access, "content": content}


def _tidied(files, told):
    half_made = {id_ for line in told.splitlines() if "half made" in line for id_ in FILE_ID.findall(line)}
    drafts = "look at your files in Drive" in told
    kept = {
        name: file
        for name, file in files.items()
        if file["id"] not in half_made and not (drafts and _is_blank(file["content"]))
    }
    for file in kept.values() if "what is left is the hidden tab" in told else ():
        content = file["content"]
        for part in [name for name, one in content.items() if name.startswith("sheet/") and _is_left(one)]:
            number = part.removeprefix("sheet/")
            content["properties"]["sheets"].remove(int(number))
            for name in [name for name in content if f"/{number}" in name]:
                del content[name]
    return {re.sub(r" \d+$", "", name): file for name, file in kept.items()} if told else kept


def _is_blank(content):
    return len(content) == 2 and not any(name.startswith("cells/") for name in content)


def _is_left(kept):
    return kept["properties"].get("hidden") and kept["properties"]["title"].startswith("sheetcrm ")


class _Wire(InProcess):
    """The server keeps its own disk, whatever becomes of ours."""

    def send(self, *arguments, **options):
        with _disk(None):
            return super().send(*arguments, **options)


@contextmanager
def _disk(room):
    """Within, no file of this process grows beyond `room` bytes; None for as large as it likes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard if room is None else room, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def _by(clock, made):
    """A client that waits, and measures, by that clock; always as long as it may."""

    def init(self, session, wire, patience):
        waits = {"sleep": clock.sleep, "clock": clock, "jitter": lambda _least, most: most}
        made(self, session, wire, type(patience)(patience.timeout, patience.deadline, **waits))

    return init


def _session(way):
    session = requests.Session()
    session.trust_env = False
    return mount(session, way)


def _numbered(files):
    seen = Counter()
    for one in files:
        yield seen[one.name], one
        seen[one.name] += 1


def _mails(folder):
    for path in folder.glob("*/*"):
        mail = message_from_bytes(path.read_bytes())
        yield f"{mail['To']}: {mail['Message-ID'] is not None}"


def _ledger(path):
    """How many rows were told of, and by how many mails."""
    if not path.exists():
        return {}
    with closing(sqlite3.connect(path)) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {name: db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in KEPT if name in tables}
    return {name: count for name, count in found.items() if count}


def _written(folder):
    """What `undo` would find, the newest last; of what was tried again, because nobody knew whether it was done, the last."""
    found = [one for path in sorted(folder.glob("*/[0-9]*.json")) if (one := in_file(path))]
    told = [one for one in found if one.stage in ("begun", "done")]
    later = [*told[1:], None][: len(told)]
    return [
        re.sub(r" \d{6}$", "", one.what)
        for one, next_ in zip(told, later, strict=True)
        if one.stage == "done" or next_ is None or next_.what != one.what
    ]


def _made(folder):
    """The files that a command makes for people, by name: how large an archive is, is nothing that matters."""
    skip = {GOOGLE, "sheetcrm-journal", "Maildir"}
    found = (path for path in folder.rglob("*") if path.is_file() and path.relative_to(folder).parts[0] not in skip)
    names = (path.relative_to(folder).as_posix() for path in found if not path.name.endswith(("-wal", "-shm")))
    return sorted(re.sub(r"\d{8}T\d{6}[\dZ]*-?[0-9a-f]*", "…", name) for name in names)


def _renamed(said):
    """The same with what is drawn by lot called by the order in which it comes."""
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, default=str)
    # Google draws it by lot; what a mark says and where it is, is what matters.
    text = re.sub(r'"metadataId": \d+', '"metadataId": 0', text)
    for pattern, name in ((FILE_ID, "file"), (ROW_ID, "row")):
        order: dict[str, str] = {}
        text = pattern.sub(lambda found: order.setdefault(found[0], f"{name} {len(order)}"), text)  # noqa: B023 - used at once
    return json.loads(text)


def copied(folder, target):
    """A folder as another one was left."""
    shutil.copytree(folder, target, dirs_exist_ok=True)
    return target
