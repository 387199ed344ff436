"""The ways to send → whether each can be used, without sending anything; and who of the team may get mail at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sheetcrm.connect import network
from sheetcrm.doctor.check import Finding, broken, check, fine, look, nothing
from sheetcrm.doctor.checks.opening import spreadsheets
from sheetcrm.doctor.patient import Patient
from sheetcrm.messages import admin, tr
from sheetcrm.remind.allow import AllowList
from sheetcrm.remind.message import Sender, bare_address
from sheetcrm.remind.notifiers import MAIL, Way


def ways(patient: Patient) -> dict[str, Way]:
    """By the word that rules have for them."""
    config = patient.config
    return {**({MAIL: config.mail.by} if config.mail else {}), **config.channels}


def _channels(patient: Patient) -> Iterable[str]:
    return ways(patient) or [MAIL]


@check("mail", 110, needs=("config",), of=_channels)
def mail(patient: Patient, channel: str) -> Iterator[Finding]:
    """Whether each mail server lets us in, and each robot has what it needs; with --mail also whether the admins are reached."""
    way = ways(patient).get(channel)
    if way is None:
        yield nothing(tr("the config has no mail: part, so nobody is reminded"))
        return
    steps: list[str] = []
    made = way.notifier(patient.config.folder, patient.world.environment, channel)
    notifier = made.led(network(patient.config, patient.world.environment).lead)
    if notifier.knock(steps.append):
        yield fine(f"{way.kind}: " + tr("; ").join(steps))
    elif way.is_trial:
        text, todo = (
            tr("{kind} is for trying out: nobody is mailed", kind=way.kind),
            tr("name a mail server: mail: by:"),
        )
        # As it should be while everything else is tried out, too.
        yield nothing(text, todo) if patient.config.api == "local" else look(text, todo)
    else:
        yield fine(
            tr(
                "{kind}: what it needs is there; only a message shows whether it works: {command}",
                kind=way.kind,
                command=f"sheetcrm remind test --channel {channel}",
            )
        )
    if channel == MAIL and patient.wish.mail:
        yield from _to_admins(patient, way)


def _to_admins(patient: Patient, way: Way) -> Iterator[Finding]:
    """One test mail to each admin, or to whom everything is redirected; only to addresses that may get mail."""
    from sheetcrm.remind.notifiers.trial import Trial, try_out  # noqa: PLC0415 - only where it was asked for

    config = patient.config
    settings = config.mail
    if settings is None:
        return
    meant = [settings.redirect] if settings.redirect else list(settings.admins)
    if not meant:
        yield look(tr("nobody to mail to"), tr("name somebody under mail: admins:"))
    allow = AllowList.of(settings.allow)
    for address in meant:
        trial = Trial(Sender.parse(settings.sender), allow, address, patient.world.now, admin())
        steps = try_out(way, trial, folder=config.folder, environment=patient.world.environment)
        if steps and steps[-1].good:
            yield fine(tr("a test mail went to {address}", address=address))
        else:
            yield broken(
                tr("no test mail went to {address}: {said}", address=address, said=steps[-1].said if steps else "–")
            )


@check("allow", 120, needs=("template",), of=spreadsheets)
def allow(patient: Patient, name: str) -> Iterator[Finding]:
    """Who of the team gets no mail because the allow-list does not have them, or their address cannot be used."""
    settings, planned = patient.config.mail, patient.planned(name)
    if settings is None:
        yield nothing(tr("the config has no mail: part, so nobody is reminded"))
        return
    if planned is None or planned.people is None:
        yield nothing(tr("there is no team that could be read"))
        return
    here = [one for one in planned.people if one.active]
    if not here:
        yield nothing(tr("nobody is in the team yet"), f"sheetcrm team add --in {name}")
        return
    listed = AllowList.of(settings.allow, team=settings.allow_team).with_team(one.email for one in here if one.email)
    lacking = [one.name for one in here if not one.email]
    refused = [one.email for one in here if one.email and not listed.allows(bare_address(one.email) or one.email)]
    if refused:
        yield look(
            tr("mail: allow: does not have {addresses}, so they are never reminded", addresses=_few(refused)),
            tr("add them, or their domain, or say allow_team: true"),
        )
    if lacking:
        yield look(tr("no e-mail address in the team: {names}", names=_few(lacking)), tr("fill it in there"))
    if not refused and not lacking:
        yield fine(tr("all {count} of the team may get mail", count=len(here)))


def _few(names: list[str]) -> str:
    return ", ".join(names[:5]) + ("" if len(names) <= 5 else tr(" and {count} more", count=len(names) - 5))
