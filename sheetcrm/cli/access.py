"""`sheetcrm access`: who may do what with each spreadsheet, what of it should not be, and mending that."""

from __future__ import annotations

import logging
import sys
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from sheetcrm.cli.columns import padded, width
from sheetcrm.cli.options import (
    SOMETHING_TO_SEE,
    Asked,
    Job,
    now,
    print_json,
    requests_of,
    spreadsheet_options,
    tell,
    today_in,
)
from sheetcrm.messages import N_, tr

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sheetcrm.connect import Connection
    from sheetcrm.provision.audit import Finding, Holder, House
    from sheetcrm.provision.inspection import Inspected
    from sheetcrm.provision.plan import Plan
    from sheetcrm.schema.template import Template

LOG = logging.getLogger("sheetcrm.access")
KINDS = {"group": N_("group: "), "domain": N_("domain: "), "anyone": N_("anyone: ")}
"""Drive's kinds of who has access, but for people."""


@dataclass(frozen=True)
class Wanted:
    """What is to be done about what is found."""

    fix: bool
    strangers: bool
    fingerprint: str | None
    yes: bool


@dataclass(frozen=True)
class Outcome:
    """What was found of one spreadsheet; `error` where it could not be looked at, or mending was not done."""

    name: str
    id: str
    found: Inspected | None = None
    left: tuple[Finding, ...] = ()
    """What is still so."""
    error: str = ""
    code: int = 0
    requests: dict[str, int] | None = None

    def json(self, wanted: Wanted) -> dict[str, Any]:
        """For programs."""
        said: dict[str, Any] = {"name": self.name, "id": self.id, "exit_code": self.code, "requests": self.requests}
        if self.error:
            said["error"] = self.error
        if self.found is not None:
            audit = self.found.audit
            said["url"] = self.found.plan.layout.url
            said["access"] = [asdict(holder) for holder in audit.holders]
            said["locks"] = [{"place": place, "text": text} for place, text in self.found.locks]
            said["findings"] = [_finding(one, wanted) for one in audit.findings]
            said["left"] = len(self.left)
            said |= {"plan": self.found.plan.json()} if wanted.fix else {}
        return said


@click.command("access")
@click.option("--fix", is_flag=True, help="Mend it: show the plan, ask, do it; nobody is mailed.")
@click.option(
    "--strangers", is_flag=True, help="With --fix: take access from people whom neither team nor config knows, too."
)
@click.option(
    "--plan",
    "fingerprint",
    metavar="FINGERPRINT",
    help="With --fix: do exactly the plan that was reviewed, or nothing.",
)
@click.option("--yes", is_flag=True, help="With --fix: do not ask.")
@spreadsheet_options
def access_command(asked: Asked, *, fix: bool, strangers: bool, fingerprint: str | None, yes: bool) -> int:
    """Show who may open and edit what, and who should not.

    Compared with the team tab and the config's `share:`, `access:` and
    `admins:`: people who left, links, other domains, the wrong level, people
    of the team without access, editors of what is locked.  Every spreadsheet
    of the config, unless --in names one.  Exits with 3 when there is something to see.

    \b
    sheetcrm access
    sheetcrm access --fix
    """
    from sheetcrm.errors import UsageError

    wanted = Wanted(fix, strangers, fingerprint, yes)
    if not fix and (strangers or fingerprint or yes):
        raise UsageError(tr("--strangers, --plan and --yes say how to mend: add --fix"))
    outcomes = _every(asked, wanted)
    if asked.as_json:
        print_json({"spreadsheets": [one.json(wanted) for one in outcomes]})
    elif len(outcomes) > 1:
        counted = sum(len(one.left) for one in outcomes)
        click.echo(
            tr(
                "{spreadsheets} {spreadsheets:spreadsheet|spreadsheets}; {count} {count:thing is not as it|things are not as they} should be",
                spreadsheets=len(outcomes),
                count=counted,
            )
        )
    from sheetcrm.cli.every import BY_WEIGHT

    return max((one.code for one in outcomes), key=BY_WEIGHT.index)


def _every(asked: Asked, wanted: Wanted) -> list[Outcome]:
    """One after the other; what goes wrong with one does not stop the others."""
    from sheetcrm import config
    from sheetcrm.errors import UsageError

    templates: dict[Path, Template] = {}
    outcomes = []
    with asked.connected() as (loaded, connection):
        meant = [config.resolve(loaded, asked.wanted)] if asked.wanted else list(loaded.spreadsheets.items())
        if not meant:
            config.resolve(loaded, None)
        if wanted.fingerprint and len(meant) > 1:
            raise UsageError(tr("--plan is of one spreadsheet; say which: --in"))
        ourselves = who_we_are(connection)
        for name, settings in meant:
            with asked.job(loaded, connection, name, settings, templates) as job:
                outcomes.append(_one(asked, job, wanted, ourselves))
    return outcomes


def who_we_are(connection: Connection) -> str:
    """Our own address, so that nobody takes access from themselves; SheetcrmError where that cannot be known."""
    from sheetcrm.errors import SheetcrmError
    from sheetcrm.sheets.gateway import Drive

    found = connection.account or Drive(connection.session).myself()
    if not found:
        raise SheetcrmError(tr("Drive does not say who we are, so nothing is said or done about access"))
    return found


def _one(asked: Asked, job: Job, wanted: Wanted, ourselves: str) -> Outcome:
    from sheetcrm.errors import SheetcrmError

    try:
        outcome = _looked(asked, job, wanted, ourselves)
    except SheetcrmError as error:
        if not asked.as_json:
            click.secho(str(error), err=True, fg="red")
        return Outcome(
            job.name, job.settings.id, error=str(error), code=error.exit_code, requests=requests_of(job.gateway)
        )
    return replace(outcome, requests=requests_of(job.gateway))


def _looked(asked: Asked, job: Job, wanted: Wanted, ourselves: str) -> Outcome:
    """Look, say so, and mend when that is wanted."""
    from sheetcrm.provision.inspection import inspect

    template, language = job.template()
    house, today = house_of(job, template, ourselves), today_in(template.time_zone)
    look = partial(
        inspect, job.gateway, job.drive, template, language, today=today, house=house, strangers=wanted.strangers
    )
    found = look()
    found = replace(found, audit=replace(found.audit, findings=(*found.audit.findings, *_of_copies(job, found, house))))
    findings = found.audit.findings
    LOG.info(
        "access of spreadsheet %s: %d have it, %d findings", job.settings.id, len(found.audit.holders), len(findings)
    )
    if not asked.as_json:
        show(job, found, wanted)
    done = wanted.fix and _mend(asked, job, found.plan, wanted, partial(_plan_again, look))
    left = tuple(one for one in findings if not (done and one.is_mended(strangers=wanted.strangers)))
    declined = wanted.fix and not done and found.plan.has_work
    return Outcome(job.name, job.settings.id, found, left, code=1 if declined else SOMETHING_TO_SEE if left else 0)


def _of_copies(job: Job, found: Inspected, house: House) -> Iterator[Finding]:
    """What is wrong with who may open the copies that `publish` keeps; that is mended there."""
    from sheetcrm.errors import NotFound
    from sheetcrm.provision.audit import Finding
    from sheetcrm.publish.publication import access_to_copy

    for role, copy in (job.settings.published or {}).items():
        try:
            permissions = job.drive.permissions(copy)
        except NotFound:
            text = tr("the copy for {role} is gone, or not shared with us any more: {id}", role=role, id=copy)
            yield Finding("copy", role, text)
            continue
        for one in access_to_copy(permissions, found.people, role, house).findings:
            text = tr("copy for {role}: {text}; mend it with: sheetcrm publish {role}", role=role, text=one.text)
            yield Finding("copy", role, text)


def house_of(job: Job, template: Template, ourselves: str = "") -> House:
    """Who may have access, as config and template say it."""
    from sheetcrm.provision.audit import House

    config = job.config
    access = config.access
    levels = {**template.share, **config.share}
    return House(levels, frozenset(config.admins), frozenset(access.domains), access.link, access.also, ourselves)


def _plan_again(look: partial[Inspected]) -> Plan:
    return look().plan


def _mend(asked: Asked, job: Job, plan: Plan, wanted: Wanted, again: partial[Plan]) -> bool:
    """Carry it out as `apply` does: what was shown, or nothing; whether that was wanted."""
    from sheetcrm import provision

    plan.check(wanted.fingerprint)
    if not plan.has_work:
        return True
    agreed = wanted.yes or wanted.fingerprint is not None
    if not agreed and not sys.stdin.isatty() and any(one.action != "share" for one in plan.sharing.grants):
        from sheetcrm.errors import Refused

        raise Refused(
            tr(
                "refused: access would be taken away and nobody is there to ask; add --yes, or --plan {fingerprint} to do exactly this",
                fingerprint=plan.fingerprint,
            )
        )
    if not agreed and sys.stdin.isatty():
        if not click.confirm(tr("Do it?"), err=True):
            tell(tr("nothing was changed"))
            return False
        # People went on working while we asked: what is done is what was shown, or nothing.
        reviewed, plan = plan.fingerprint, again()
        plan.check(reviewed)
    log = provision.Log(job.journal, "access", now())

    def locks_left() -> Plan:
        return replace(again(), sharing=type(plan.sharing)())

    provision.apply(job.gateway, plan, log=log, again=locks_left, drive=job.drive)
    if not asked.as_json:
        tell(tr("done: {url}", url=plan.layout.url))
    return True


def show(job: Job, found: Inspected, wanted: Wanted) -> None:
    """Who has access, what is locked for whom, what is wrong, and with --fix what will be done."""
    audit, wrong = found.audit, {one.who for one in found.audit.findings}
    click.echo(f"{click.style(job.name, bold=True)} · {found.plan.layout.url}")
    room = max((width(tr(holder.who)) for holder in audit.holders), default=0)
    for holder in audit.holders:
        sign = click.style("!", fg="red") if holder.who in wrong else " "
        click.echo(f"{sign} {holder.level:10} {padded(tr(holder.who), room)}  {_why(holder)}".rstrip())
    for place, text in found.locks:
        sign = click.style("!", fg="red") if place in wrong else " "
        click.echo(f"{sign} {padded(tr('locked'), 10)} {padded(place, room)}  {text}")
    for one in audit.findings:
        click.echo(tr("look: {text}", text=one.text))
    if wanted.fix:
        click.echo(found.plan.text(refusals=False))
        return
    mended = sum(one.is_mended(strangers=False) for one in audit.findings)
    count = len(audit.findings)
    if not count:
        click.echo(tr("all is as it should be"))
        return
    click.echo(tr("{count} {count:thing is not as it|things are not as they} should be", count=count), nl=not mended)
    if mended:
        click.echo(tr("; sheetcrm access --fix mends {mended}", mended=mended))
    if any(one.asked for one in audit.findings):
        click.echo(
            tr(
                "people whom nobody knows lose access only with --fix --strangers; or name them: access: {also: {ADDRESS: reader}}"
            )
        )


def _why(holder: Holder) -> str:
    """Why somebody has access, in a few words."""
    words = {
        "owner": tr("owns the file"),
        "us": tr("we ourselves"),
        "admin": tr("admin of the config"),
        "also": tr("named in the config"),
        "team": tr("{name}, {role}", name=holder.name, role=holder.role or "…"),
        "left": tr("{name}, left", name=holder.name),
        "link": tr("whoever has the address"),
        "stranger": tr("known to nobody"),
    }
    more = tr(" (by the Shared Drive or folder)") if holder.inherited else ""
    kind = tr(KINDS[holder.kind]) if holder.kind in KINDS else ""
    return ("" if holder.standing == "link" else kind) + words[holder.standing] + more


def _finding(one: Finding, wanted: Wanted) -> dict[str, Any]:
    fixed = one.is_mended(strangers=wanted.strangers)
    return {"code": one.code, "who": one.who, "text": one.text, "fix": fixed, "asked": one.asked}
