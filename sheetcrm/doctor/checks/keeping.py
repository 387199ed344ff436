"""What is kept here → whether the ledger, the journal and the backups can be read and written, and are as fresh as they should be."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sheetcrm.doctor.check import Finding, broken, check, fine, look, nothing
from sheetcrm.doctor.checks.opening import spreadsheets
from sheetcrm.doctor.disks import MACHINES, NETWORK, PASSING, kind_of, passing_machine
from sheetcrm.doctor.patient import ANSWER, Patient, World
from sheetcrm.errors import ApiError
from sheetcrm.messages import tr
from sheetcrm.secret import OTHERS

FRESH = timedelta(days=2)
"""Backups are made once a day; one that was missed is no news yet."""
PROVEN = timedelta(days=35)
"""A backup that nobody tried to restore for longer is a hope."""
RUN = timedelta(hours=26)
"""Reminders are sent once a day at least."""


@check("ledger", 100, needs=("config",))
def ledger(patient: Patient, _about: str) -> Iterator[Finding]:
    """What remembers who was told: whether it opens, is of our version, can be written, and will be there tomorrow."""
    from sheetcrm.remind.ledger import Ledger  # noqa: PLC0415 - SQLAlchemy takes 200 ms

    if patient.config.mail is None:
        yield nothing(tr("the config has no mail: part, so nobody is reminded"))
        return
    place = patient.config.ledger_place(patient.world.environment)
    with Ledger.open(place, read_only=True, patience=ANSWER) as opened:
        opened.last_run()
        said = opened.place
    found = list(_on_disk(place, patient.world)) if isinstance(place, Path) else []
    yield from found
    if not found:
        yield fine(
            tr("{place} opens, and can be written", place=said)
            if isinstance(place, Path)
            else tr("{place} opens", place=said)
        )


def _on_disk(place: Path, world: World) -> Iterator[Finding]:
    """What speaks against that place for a file that must not be lost, and that processes lock."""
    if not _may_write(place) or (place.exists() and not os.access(place.parent, os.W_OK)):
        yield broken(
            tr("{path} cannot be written, so nothing is sent", path=place),
            tr("give this user the right to write the file and its folder"),
        )
    kind = passing_machine(world.environment) or kind_of(place, world.mounts)
    if kind in NETWORK:
        yield look(
            tr("{path} is on a network's disk ({kind}), whose locks cannot be trusted", path=place, kind=kind),
            tr("put it on a disk of this machine, or say ledger: postgresql://…"),
        )
    elif kind in PASSING or kind in MACHINES.values():
        yield look(
            tr(
                "{path} is on a disk that is gone with this machine or container ({kind}): all would be told again",
                path=place,
                kind=kind,
            ),
            tr("put it on a volume that stays, or say ledger: postgresql://…"),
        )


@check("journal", 140, needs=("config",))
def journal(patient: Patient, _about: str) -> Iterator[Finding]:
    """Whether what we write can be written down before, which is refused otherwise."""
    yield _folder(patient.config.journal_folder, tr("nothing is written to a spreadsheet without it"))


@check("backups", 130, needs=("config",), after=("apis",), of=lambda patient: ["", *spreadsheets(patient)])
def backups(patient: Patient, name: str) -> Iterator[Finding]:
    """Whether backups can be made, and of each spreadsheet how old the newest is and when one was last tried."""
    from sheetcrm.backup.keeping import held  # noqa: PLC0415 - most checks need none of it

    folder = patient.config.path(patient.config.backup.folder)
    if not name:
        yield _folder(folder, tr("no backup can be made"))
        return
    own = folder / patient.spreadsheets[name].id
    newest = max(held(own), default=None)
    if newest is None:
        yield look(tr("no backup yet"), tr("sheetcrm backup; every day: sheetcrm backup install"))
    elif stale := _stale(patient, name, newest.when):
        text = tr("the newest is of {when}; {why}", when=_said(newest.when), why=stale)
        yield look(text, tr("sheetcrm backup; every day: sheetcrm backup install"))
    else:
        yield _proved(own, name, newest.when, patient.world.now())


def _stale(patient: Patient, name: str, newest: datetime) -> str:
    """Why it should be newer; empty where it need not."""
    if patient.world.now() - newest <= FRESH:
        return ""
    changed = _changed(patient, name)
    if changed is None:
        return tr("nobody knows whether it changed since")
    return tr("changed since") if changed > newest else ""


def _proved(folder: Path, name: str, newest: datetime, now: datetime) -> Finding:
    """Whether an archive of that folder was restored on trial not too long ago."""
    from sheetcrm.backup.proving import last_proof  # noqa: PLC0415 - as above

    proof, when = last_proof(folder), _said(newest)
    if proof is None or now - proof.when > PROVEN:
        last = f"{proof.when:%Y-%m-%d}" if proof else tr("never")
        text = tr("the newest is of {when}; last tried: {last}", when=when, last=last)
        return look(text, f"sheetcrm backup verify --in {name}")
    if not proof.good:
        todo = tr("sheetcrm backup verify {file} says why; make a new one: sheetcrm backup", file=folder / proof.file)
        return broken(tr("{file} cannot be restored as it is", file=proof.file), todo)
    return fine(tr("the newest is of {when}; one was tried on {last}", when=when, last=f"{proof.when:%Y-%m-%d}"))


def _said(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC"


def _changed(patient: Patient, name: str) -> datetime | None:
    """When the spreadsheet was changed last, as Drive says; None where it cannot be asked: backups are looked at without Google, too."""
    if patient.without_drive or not patient.is_connected:
        return None
    try:
        return datetime.fromisoformat(str(patient.standing(name)["modifiedTime"])).astimezone(UTC)
    except (ApiError, KeyError, ValueError):
        return None


def _folder(folder: Path, otherwise: str) -> Finding:
    """Whether that folder, or the one that it will be made in, can be written by us, and read by nobody else."""
    if not _may_write(folder):
        text = tr("{path} cannot be written: {otherwise}", path=folder, otherwise=otherwise)
        return broken(text, tr("give this user the right to write there"))
    if folder.is_dir() and os.name == "posix" and folder.stat().st_mode & OTHERS:
        mode = f"{stat.S_IMODE(folder.stat().st_mode):04o}"
        inside = [one for one in folder.iterdir() if one.stat().st_mode & OTHERS]
        if inside:
            return look(
                tr("others on this machine may look into {path} (mode {mode})", path=folder, mode=mode),
                f"chmod -R go= {folder}",
            )
    return fine(tr("{path} can be written", path=folder))


def _may_write(path: Path) -> bool:
    """Whether it can be written or, where it is not there yet, made."""
    there = next(one for one in (path, *path.parents) if one.exists())
    return os.access(there, os.W_OK) and (there == path or there.is_dir())


@check("erasing", 145, needs=("config",))
def erasing(patient: Patient, _about: str) -> Iterator[Finding]:
    """Whether everybody whom somebody began to erase is erased, and is known by the key of this machine."""
    from sheetcrm.privacy.registry import Registry  # noqa: PLC0415 - as above

    registry = Registry(patient.config.path(patient.config.backup.folder))
    begun = registry.tombstones()
    if not begun:
        yield nothing(tr("nobody was erased so far"))
    elif left := [one for one in begun if not one.done]:
        yield look(
            tr(
                "{count} {count:person is|people are} not wholly erased yet, begun on {when}",
                count=len(left),
                when=left[0].when[:10],
            ),
            tr("the same sheetcrm privacy erase once more goes on where it broke off"),
        )
    else:
        yield fine(tr("{count} {count:person is|people are} wholly erased", count=len(begun)))


@check("reminders", 160, needs=("ledger",), of=spreadsheets)
def reminders(patient: Patient, name: str) -> Iterator[Finding]:
    """When reminders were last sent for each spreadsheet, and whether that run came to its end."""
    from sheetcrm.remind.ledger import Ledger  # noqa: PLC0415 - as above

    if patient.config.mail is None:
        yield nothing(tr("the config has no mail: part, so nobody is reminded"))
        return
    spreadsheet = patient.spreadsheets[name].id
    place = patient.config.ledger_place(patient.world.environment)
    with Ledger.open(place, read_only=True, patience=ANSWER) as opened:
        last, whole = opened.last_run(spreadsheet), opened.last_run(spreadsheet, finished=True)
    if last is None or whole is None:
        yield look(tr("no run came to its end yet"), tr("sheetcrm remind; every ten minutes: sheetcrm remind install"))
        return
    when = _said(whole.started)
    if last.stopped or last.counts.get("failed"):
        yield look(
            tr("the last run had trouble: {said}", said=last.stopped or tr("mails failed")),
            f"sheetcrm status --in {name}",
        )
    elif patient.world.now() - whole.started > RUN:
        yield look(tr("the last whole run was on {when}", when=when), tr("is the timer on? sheetcrm remind install"))
    else:
        yield fine(tr("the last whole run was on {when}", when=when))
