"""The sign-in → who we are at Google, what that is good for, and whether the APIs are switched on."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from sheetcrm.doctor.check import Finding, Grade, broken, check, fine, look, nothing
from sheetcrm.doctor.patient import Patient
from sheetcrm.errors import ApiError, NoAnswer, NotSignedIn
from sheetcrm.messages import tr
from sheetcrm.sheets import scopes
from sheetcrm.sheets.refusals import SWITCHED_OFF

LACKING = frozenset({"ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientPermissions"})


@check("credentials", 40, needs=("network",))
def credentials(patient: Patient, _about: str) -> Iterator[Finding]:
    """Who we are: the kind of sign-in, its address, that its file is nobody else's, and that a token is given for it."""
    connection = patient.connection
    if not patient.signs_in:
        yield nothing(tr("nobody signs in: {way}", way=connection.label))
        return
    way = patient.config.google.sign_in
    who = connection.account or way.address(getattr(connection.session, "credentials", None))
    said = tr("{kind}: {account}; a token was given", kind=way.name, account=who or tr("your own account"))
    yield fine(tr("; ").join([said, *_file(way.file(patient.config.folder, patient.world.environment))]))


def _file(path: Path | None) -> Iterator[str]:
    """That it is ours alone was looked at before it was used."""
    if path is not None and path.is_file() and os.name == "posix":
        yield tr("{file} (mode {mode})", file=path, mode=f"{stat.S_IMODE(path.stat().st_mode):04o}")


@check("scopes", 50, needs=("credentials",))
def scopes_(patient: Patient, _about: str) -> Iterator[Finding]:
    """What the sign-in covers, and which commands it is not enough for."""
    if not patient.signs_in:
        yield nothing(tr("nobody signs in, so everything is allowed"))
        return
    granted = patient.agreed
    if granted is None:
        if not scopes.missing(scopes.SEEING, patient.reach):
            yield fine(tr("each command asks for what it needs"))
        else:
            yield fine(tr("not known beyond {scopes}", scopes=_short(patient.reach) or tr("what was agreed to")))
        return
    lacking = sorted(name for name, needs in scopes.NEEDS.items() if scopes.missing(needs, granted))
    if not lacking:
        yield fine(tr("enough for every command"))
        return
    text = tr("{scopes}; not enough for: {commands}", scopes=_short(scopes.known(granted)), commands=", ".join(lacking))
    if scopes.missing(scopes.READING, granted):
        yield broken(text, "sheetcrm login")
    else:
        yield Finding(Grade.FINE, text, _for(granted))


def _short(names: Iterable[str]) -> str:
    return ", ".join(sorted(name.removeprefix(scopes.AUTH) for name in names))


def _for(granted: Iterable[str]) -> str:
    """What to type for more."""
    more = [name for name, needs in scopes.PURPOSES.items() if scopes.missing(needs, granted)]
    held = [name for name, needs in scopes.PURPOSES.items() if not scopes.missing(needs, granted)]
    return tr("for those: {command}", command="sheetcrm login " + " ".join(f"--for {one}" for one in (*held, *more)))


@check("apis", 60, needs=("credentials",))
def apis(patient: Patient, _about: str) -> Iterator[Finding]:
    """Whether the Sheets API and the Drive API are switched on in the project of the credentials."""
    if patient.config.api == "local":
        yield nothing(tr("api: local has both"))
        return
    found = list(_sheets(patient)) or list(_drive(patient))
    yield from found
    if not found:
        yield fine(tr("the Sheets API and the Drive API answer"))


def _sheets(patient: Patient) -> Iterator[Finding]:
    from sheetcrm.sheets.gateway import Gateway  # noqa: PLC0415 - google.auth takes 160 ms

    try:
        if patient.spreadsheets:
            patient.describe(next(iter(patient.spreadsheets)))
        else:
            # There is none of that id; whether the API says so is what is to be known.
            Gateway(patient.connection.session, "doctor", sleep=patient.rest.sleep).describe("spreadsheetId")
    except (NoAnswer, NotSignedIn):
        raise
    except ApiError as error:
        if error.reason in SWITCHED_OFF:
            yield broken(str(error))


def _drive(patient: Patient) -> Iterator[Finding]:
    try:
        patient.drive.myself()
    except NoAnswer:
        raise
    except ApiError as error:
        patient.without_drive = str(error)
        if error.reason in LACKING:
            yield fine(tr("the Sheets API answers; Drive may not be asked: the sign-in does not cover it"))
        else:
            # Spreadsheets can be opened without it.
            yield look(str(error))
