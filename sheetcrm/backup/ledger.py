"""
The ledger → an archive of its own, unless the newest one has the same; and back.

Without it every reminder would be told once more: so it is backed up as often
as the spreadsheets are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from sheetcrm.backup.archive import MANIFEST, Archive, Pack
from sheetcrm.backup.keeping import held, name
from sheetcrm.backup.making import Kept, Made
from sheetcrm.errors import UsageError
from sheetcrm.messages import tr

README = """\
A backup of sheetcrm's ledger: what was promised, to whom, and what became of it.

ledger.db   the whole of it, a SQLite database: sqlite3 ledger.db .dump
rows/       or, of PostgreSQL, the rows of each table, a JSON object a line
"""


def back_up_ledger(location: Path | str, kept: Kept, *, now: datetime) -> Made | None:
    """Copy it at one moment, while others go on; None where there is no ledger.  LedgerError when it cannot be read."""
    from sheetcrm.remind.ledger import copying  # noqa: PLC0415 - SQLAlchemy takes a third of a second

    newest = max(held(kept.folder), default=None)
    whole = hashlib.sha256()
    pack = Pack(kept.folder, kept.recipients)
    try:
        for member, content in copying.copied(location):
            whole.update(member.encode())
            pack.add(member, _told(content, whole))
        state = whole.hexdigest()[:16]
        if not pack.members or (newest and newest.state == state and newest.sealed == bool(kept.recipients)):
            nothing = not pack.members
            pack.drop()
            return None if nothing or newest is None else Made(newest.path, new=False, cells=0)
        pack.add("README.txt", README.encode())
        made = {"sheetcrm": version("sheetcrm"), "when": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
        path = pack.finish(name(now, state), {"kind": "ledger", **made, "state": state})
    except BaseException:
        pack.drop()
        raise
    return Made(path, new=True, cells=0)


def put_ledger_back(location: Path | str, archive: Archive) -> None:
    """Into a place where there is no ledger yet; UsageError where there is one, or the archive is of something else."""
    from sheetcrm.remind.ledger import copying  # noqa: PLC0415 - SQLAlchemy takes a third of a second

    if archive.manifest.get("kind") != "ledger":
        raise UsageError(tr("{path} is no backup of a ledger", path=archive.path))
    members = [one for one in archive.manifest["members"] if one not in ("README.txt", MANIFEST)]
    parts = {one: archive.bytes_of(one) for one in members}
    copying.put_back(location, parts)


def _told(content: Iterable[bytes], whole: hashlib._Hash) -> Iterator[bytes]:
    for piece in content:
        whole.update(piece)
        yield piece
