"""`sheetcrm publish`: what a role sees, as values in a copy that only its people may open."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from sheetcrm.cli.halfmade import or_binned
from sheetcrm.cli.options import (
    SOMETHING_TO_SEE,
    Asked,
    Job,
    command_words,
    go_on,
    now,
    print_json,
    requests_of,
    spreadsheet_options,
    tell,
    today_in,
)
from sheetcrm.messages import tr

if TYPE_CHECKING:
    from sheetcrm.journal import Journal
    from sheetcrm.provision.audit import Finding, House
    from sheetcrm.publish import Publication, Source
    from sheetcrm.schema.template import Template
    from sheetcrm.sheets.gateway import Drive, Gateway

LOG = logging.getLogger("sheetcrm.publish")


@dataclass(frozen=True)
class Wanted:
    """Where a copy is made, and how much is asked."""

    into: str | None
    folder: str | None
    dry_run: bool
    yes: bool


@dataclass
class Copy:
    """One copy at hand; `id` is empty until it is made."""

    job: Job
    role: str
    id: str
    house: House

    @property
    def gateway(self) -> Gateway:
        """A way to the copy."""
        from sheetcrm.sheets.gateway import Gateway

        return Gateway(self.job.connection.session, self.id)

    @property
    def journal(self) -> Journal:
        """Of the copy."""
        from sheetcrm.journal import By, Journal

        by = By.here(command_words(), self.job.connection.session)
        return Journal(self.job.config.journal_folder, self.id, by, self.job.config.journal_policy)

    @property
    def drive(self) -> Drive:
        """Who may open the copy; who gets or loses that is in its journal."""
        from sheetcrm.journal.drive import RecordedDrive

        return RecordedDrive(self.job.connection.session, self.journal, now)

    def plan(self, source: Source, title: str) -> Publication:
        """What is to be done."""
        from sheetcrm.publish import blank, found, publication

        origin = self.job.settings.id
        target = found(self.gateway, origin, self.role) if self.id else blank(title)
        permissions = self.drive.permissions(self.id) if self.id else []
        return publication(source, self.role, target, permissions, origin=origin, house=self.house)


@click.command("publish")
@click.argument("roles", metavar="[ROLE]...", nargs=-1)
@click.option("--into", metavar="SPREADSHEET", help="The first time: a blank one that you made and shared with us.")
@click.option("--folder", metavar="ID", help="The first time: the Drive folder or Shared Drive to make the copy in.")
@click.option("--dry-run", is_flag=True, help="Only show what would be done.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@spreadsheet_options
def publish_command(
    asked: Asked, roles: tuple[str, ...], *, into: str | None, folder: str | None, dry_run: bool, yes: bool
) -> int:
    """Give a role a read-only copy of what it sees.

    Hiding is not secrecy, a copy is: it has the columns and rows that the
    template names for the role (roles: {service: {sees: …}}) and no formula
    that leads back, and only the active people of that role may open it.
    Without ROLE every copy is brought up to date.  See docs/access.md.

    \b
    sheetcrm publish service
    sheetcrm publish --yes
    """
    from sheetcrm.publish import source

    wanted = Wanted(into, folder, dry_run, yes)
    with asked.open() as job:
        template, language = job.template()
        meant = _meant(job, template, roles, wanted)
        today = today_in(template.time_zone)
        seen = source(job.gateway, template, meant, language=language, today=today)
        house = _house(job)
        # Before the first copy is touched: one role that cannot be published publishes none.
        for role in meant:
            seen.pages(role)
        done = [_one(asked, job, role, wanted, seen, house) for role in meant]
        if asked.as_json:
            print_json({"copies": [said for said, _ in done], "requests": requests_of(job.gateway)})
    return max(code for _, code in done)


def brought_up(asked: Asked, job: Job) -> None:
    """Every copy that there is already, without asking: for a command after which it must not show what is gone."""
    from sheetcrm.publish import source

    roles = list(job.settings.published or ())
    if roles:
        template, language = job.template()
        seen = source(job.gateway, template, roles, language=language, today=today_in(template.time_zone))
        for role in roles:
            _one(asked, job, role, Wanted(None, None, dry_run=False, yes=True), seen, _house(job))


def _meant(job: Job, template: Template, roles: tuple[str, ...], wanted: Wanted) -> list[str]:
    """Which roles: those that were named, those that have a copy, or all that see something."""
    from sheetcrm.errors import UsageError
    from sheetcrm.publish.pages import roles_seeing

    meant = list(dict.fromkeys(roles)) or list(job.settings.published or ()) or list(roles_seeing(template))
    if not meant:
        raise UsageError(
            tr("the template says of no role what it sees: roles: {ROLE: {sees: {SHEET: {columns: […]}}}}")
        )
    if (wanted.into or wanted.folder) and len(meant) > 1:
        raise UsageError(tr("--into and --folder are for one copy; say which role"))
    if job.name not in job.config.spreadsheets:
        raise UsageError(
            tr(
                "the config does not have this spreadsheet yet; sheetcrm apply --in {id} adds it",
                id=job.settings.id,
            )
        )
    return meant


def _house(job: Job) -> House:
    from sheetcrm.cli.access import who_we_are
    from sheetcrm.provision.audit import House

    access = job.config.access
    ourselves = who_we_are(job.connection)
    return House({}, frozenset(job.config.admins), frozenset(access.domains), "none", {}, ourselves)


def _one(asked: Asked, job: Job, role: str, wanted: Wanted, seen: Source, house: House) -> tuple[dict[str, Any], int]:  # noqa: PLR0917 - a copy, how and for whom
    """One copy: shown, agreed to, made if need be, written, shared; what to print and the exit code."""
    copy = Copy(job, role, _known(job, role, wanted), house)
    title = f"{job.name} · {seen.role_title(role)}"
    plan = copy.plan(seen, title)
    if not asked.as_json:
        show(plan, new=not copy.id)
    if plan.has_work and not wanted.dry_run:
        if not _agreed(wanted):
            return _json(plan, copy, done=False), 1
        if not copy.id:
            copy.id = _made(job, title, role, wanted)
            plan = copy.plan(seen, title)
        elif _asks(wanted):
            # People went on working while we asked: what is done is what was shown, or nothing.
            plan = _as_reviewed(plan, copy.plan(seen, title))
        _carry_out(copy, seen, title, plan)
        _remember(job, role, copy.id)
        if not asked.as_json:
            tell(tr("done: {url}", url=plan.target.url))
    left = _left(plan, wanted)
    for one in left:
        tell(tr("look: {text}", text=one.text))
    return _json(plan, copy, done=not wanted.dry_run), SOMETHING_TO_SEE if left else 0


def _known(job: Job, role: str, wanted: Wanted) -> str:
    """The id of the copy that there is, or that is to become it; empty when one is to be made."""
    from sheetcrm import config
    from sheetcrm.errors import UsageError

    there = (job.settings.published or {}).get(role, "")
    given = (config.id_from(wanted.into) or "") if wanted.into else ""
    if wanted.into and not given:
        raise UsageError(tr("{text} is neither a spreadsheet's URL nor its id", text=repr(wanted.into)))
    if given and there and given != there:
        text = tr(
            "{role} has a copy already: {id}; take its line under published: out of the config to begin another",
            role=role,
            id=there,
        )
        raise UsageError(text)
    if given == job.settings.id:
        raise UsageError(tr("a copy is a spreadsheet of its own, not the one that it is of"))
    return there or given


def _agreed(wanted: Wanted) -> bool:
    """Whether it is wanted; without a terminal it is what the command says."""
    if go_on(ask=not wanted.yes):
        return True
    tell(tr("nothing was changed"))
    return False


def _asks(wanted: Wanted) -> bool:
    """Whether somebody is there to be asked and has not said yes already."""
    return sys.stdin.isatty() and not wanted.yes


def _made(job: Job, title: str, role: str, wanted: Wanted) -> str:
    """A new spreadsheet for a copy, remembered before anything is in it."""
    from sheetcrm.journal import By, Journal
    from sheetcrm.sheets.gateway import Drive
    from sheetcrm.sheets.newfile import folder_id, make

    folder = folder_id(wanted.folder) if wanted.folder else None
    drive = Drive(job.connection.session)
    new = make(drive, title, folder=folder, account=job.connection.account)
    with or_binned(drive, new):
        _remember(job, role, new)
    by = By.here(command_words(), job.connection.session)
    Journal(job.config.journal_folder, new, by, job.config.journal_policy).note(
        f"publish {role}", [{"file": {"title": title, "id": new}}], now()
    )
    return new


def _remember(job: Job, role: str, copy: str) -> None:
    """The copy's id, in the config; in the job, too, for the next role."""
    from sheetcrm.config import remember

    if (job.settings.published or {}).get(role) != copy:
        job.settings = job.settings.model_copy(update={"published": {**(job.settings.published or {}), role: copy}})
        remember(job.config, job.name, job.settings)


def _as_reviewed(shown: Publication, plan: Publication) -> Publication:
    """What is to be done now; Refused where that is not what was shown."""
    from sheetcrm.errors import Refused

    if plan.fingerprint != shown.fingerprint:
        raise Refused(tr("refused: {url} changed since it was shown; look at it again", url=plan.target.url))
    return plan


def _carry_out(copy: Copy, seen: Source, title: str, plan: Publication) -> None:
    """Write it down, and do it."""
    from sheetcrm.publish import carry_out

    rows = {page.sheet: len(page.rows) for page in plan.pages}
    entry = {"published": {"role": copy.role, "of": copy.job.settings.id, "rows": rows}}
    with copy.journal.written(f"publish {copy.role}", [entry], now(), stage="aside"):
        carry_out(copy.gateway, copy.drive, plan, partial(copy.plan, seen, title))
    LOG.info("published spreadsheet %s into %s: %s rows", copy.job.settings.id, copy.id, sum(rows.values()))


def _left(plan: Publication, wanted: Wanted) -> Sequence[Finding]:
    """What should not be and cannot be mended from here: with a dry run nothing is."""
    return [one for one in plan.audit.findings if wanted.dry_run is False and not one.is_mended(strangers=True)]


def show(plan: Publication, *, new: bool) -> None:
    """What the copy has, what changes in it, and who gets or loses access."""
    url = tr("a new spreadsheet") if new else plan.target.url
    click.echo(f"{click.style(plan.role, bold=True)} · {plan.target.title} · {url}")
    changed = {title: (come, go) for title, come, go in plan.changed}
    for page in plan.pages:
        come, go = changed.pop(page.title, (0, 0))
        moved = f"  +{come} -{go}" if come or go else ""
        text = tr(
            "{rows} {rows:row|rows} × {columns} {columns:column|columns}",
            rows=len(page.rows),
            columns=len(page.headings),
        )
        click.echo(f"  {page.title}  {text}{moved}")
        if page.unsure:
            click.echo(
                "  "
                + tr(
                    "{rows} {rows:row is|rows are} left out: what decides over them makes no sense; see: sheetcrm check",
                    rows=page.unsure,
                )
            )
    for title, (_, go) in changed.items():
        click.echo(f"  - {title}  -{go}")
    for grant in plan.sharing.grants:
        click.echo(f"  {grant.say()}")
    if not plan.has_work:
        click.echo("  " + tr("nothing to change"))


def _json(plan: Publication, copy: Copy, *, done: bool) -> dict[str, Any]:
    pages = [
        {"sheet": one.sheet, "rows": len(one.rows), "columns": len(one.headings), "unsure": one.unsure}
        for one in plan.pages
    ]
    grants = [{"action": one.action, "address": one.address, "level": one.level} for one in plan.sharing.grants]
    changed = [{"title": title, "come": come, "go": go} for title, come, go in plan.changed]
    said: dict[str, Any] = {"role": plan.role, "id": copy.id, "url": plan.target.url, "done": done}
    return {**said, "pages": pages, "changed": changed, "access": grants, "fingerprint": plan.fingerprint}
