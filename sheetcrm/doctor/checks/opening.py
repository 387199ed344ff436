"""Each spreadsheet → whether it opens, what we may do with it, whether it is as its template says, and what its clocks are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sheetcrm.doctor.check import Finding, check, fine, look, nothing
from sheetcrm.doctor.patient import Patient
from sheetcrm.errors import ApiError
from sheetcrm.layout import marked_template
from sheetcrm.layout.zones import zone_of
from sheetcrm.messages import tr


def spreadsheets(patient: Patient) -> Iterable[str]:
    """The names of those that are meant; one that is empty where the config has none."""
    return list(patient.spreadsheets)


@check("spreadsheets", 70, needs=("apis",), of=lambda patient: spreadsheets(patient) or [""])
def opens(patient: Patient, name: str) -> Iterator[Finding]:
    """Whether each spreadsheet can be opened, and whether we may write to it."""
    if not name:
        yield look(
            tr("the config names no spreadsheet yet"),
            tr("make one: sheetcrm apply pipeline --create TITLE, or take one that is shared with us: --in URL"),
        )
        return
    url = patient.describe(name).get("spreadsheetUrl", patient.spreadsheets[name].id)
    if patient.without_drive:
        yield fine(tr("{url} opens", url=url))
        return
    try:
        may_edit = patient.standing(name).get("capabilities", {}).get("canEdit")
    except ApiError as error:
        # It opens, so that Drive does not know it is about the sign-in: drive.file sees only what we made.
        yield fine(tr("{url} opens; Drive does not say what we may do with it ({said})", url=url, said=error))
        return
    if may_edit is False:
        who = patient.connection.account or tr("your own account")
        yield look(
            tr("{url} opens, and {who} may not write to it", url=url, who=who),
            tr("share it with {who} as Editor", who=who),
        )
    else:
        yield fine(tr("{url} opens, and we may write to it", url=url))


@check("template", 80, needs=("spreadsheets",), of=spreadsheets)
def template(patient: Patient, name: str) -> Iterator[Finding]:
    """Whether each spreadsheet is what its template wants, and by how many changes it is behind."""
    planned, found = patient.planned(name), patient.template(name)
    if planned is None or found is None:
        yield look(tr("no template yet"), f"sheetcrm apply TEMPLATE --in {name}")
        return
    ours, mark = found[0], marked_template(patient.describe(name))
    called = tr("{template} {version}", template=ours.key, version=ours.version)
    there = dict(ours.lineage) | {ours.key: ours.version}
    if mark is None:
        yield look(tr("{template}: not applied yet", template=called), f"sheetcrm apply --in {name}")
    elif any(version > there.get(key, version) for key, version in ((mark.template, mark.version), *mark.lineage)):
        yield look(
            tr(
                "was made from {template} {versions}, which is newer than what is here",
                template=mark.template,
                versions=mark.versions,
            ),
            tr("update sheetcrm, or your template's file"),
        )
    elif count := len(planned.plan.changes):
        yield look(
            tr("{template}: {count} {count:change|changes} behind", template=called, count=count),
            f"sheetcrm plan --in {name}",
        )
    else:
        yield fine(tr("{template}: nothing to change", template=called))


@check("zone", 90, needs=("spreadsheets",), of=spreadsheets)
def zone(patient: Patient, name: str) -> Iterator[Finding]:
    """The time zone by which dates of a spreadsheet are today's: known here, and how far from this machine's."""
    named = patient.describe(name).get("properties", {}).get("timeZone", "")
    if not named:
        yield nothing(tr("the spreadsheet names no time zone"))
        return
    now = patient.world.now()
    theirs, ours = now.astimezone(zone_of(named)).utcoffset(), now.astimezone().utcoffset()
    if theirs is None or ours is None or theirs == ours:
        yield fine(named)
        return
    hours = (theirs - ours).total_seconds() / 3600
    yield fine(
        tr("{zone}, {hours:+g} h from this machine's clock, which cron and systemd go by", zone=named, hours=hours)
    )
