"""Each spreadsheet → who may open it who should not, as a count: `sheetcrm access` has the names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sheetcrm.doctor.check import Finding, check, fine, look, nothing
from sheetcrm.doctor.checks.opening import spreadsheets
from sheetcrm.doctor.patient import Patient
from sheetcrm.errors import NotFound
from sheetcrm.layout.zones import zone_of
from sheetcrm.messages import tr
from sheetcrm.provision.audit import House
from sheetcrm.schema.people import Member


@check("permissions", 150, needs=("template",), of=spreadsheets)
def permissions(patient: Patient, name: str) -> Iterator[Finding]:
    """Who may open and edit what, against the team and the config."""
    from sheetcrm.provision.inspection import inspect  # noqa: PLC0415 - planning needs more than most checks

    found = patient.template(name)
    if found is None:
        yield nothing(tr("no template says who is in the team"))
        return
    if not patient.sees_access:
        todo = "" if patient.agreed is None else "sheetcrm login --for see-access"
        yield nothing(tr("the sign-in does not cover looking at it"), todo)
        return
    if patient.without_drive:
        yield nothing(tr("Drive cannot be asked"))
        return
    template, language = found
    house = _house(patient, template.share)
    today = patient.world.now().astimezone(zone_of(template.time_zone)).date()
    seen = inspect(patient.gateway(name), patient.drive, template, language, today=today, house=house)
    copies = (patient.spreadsheets[name].published or {}).items()
    count = len(seen.audit.findings) + sum(_of_copy(patient, role, copy, seen.people, house) for role, copy in copies)
    if count:
        yield look(
            tr("{count} {count:thing is not as it|things are not as they} should be", count=count),
            f"sheetcrm access --in {name}",
        )
    else:
        have = len(seen.audit.holders)
        yield fine(tr("{count} may open it, as it should be", count=have))


def _of_copy(patient: Patient, role: str, copy: str, people: Sequence[Member], house: House) -> int:
    """How much is wrong with who may open the copy that `publish` keeps for a role."""
    from sheetcrm.publish.publication import access_to_copy  # noqa: PLC0415 - as above

    try:
        return len(access_to_copy(patient.drive.permissions(copy), people, role, house).findings)
    except NotFound:
        return 1


def _house(patient: Patient, share: Mapping[str, str]) -> House:
    config, access = patient.config, patient.config.access
    levels = {**share, **config.share}
    ourselves = patient.connection.account or patient.drive.myself()
    return House(levels, frozenset(config.admins), frozenset(access.domains), access.link, access.also, ourselves)
