"""`sheetcrm plan` and `sheetcrm apply`: template → spreadsheet, shown before it is done."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sheetcrm.allowances import ALLOWANCES, LOSING
from sheetcrm.cli.halfmade import or_binned
from sheetcrm.cli.options import (
    SOMETHING_TO_SEE,
    Asked,
    Job,
    now,
    print_json,
    requests_of,
    spreadsheet_options,
    tell,
    template_file,
    template_name,
    today_in,
)
from sheetcrm.messages import tr

if TYPE_CHECKING:
    from sheetcrm.config import Config
    from sheetcrm.provision.plan import Plan
    from sheetcrm.provision.sending import Sent
    from sheetcrm.provision.sharing import Share
    from sheetcrm.schema.template import Template


@dataclass(frozen=True)
class Wanted:
    """What plan and apply are asked to bring about."""

    template: str | None
    create: str | None
    folder: str | None
    language: str | None
    samples: bool
    deep: bool
    only: tuple[str, ...]
    without: tuple[str, ...]
    allow: frozenset[str]
    everywhere: bool = False
    fingerprint: str | None = None
    yes: bool = False
    share: bool = False
    """Also who may open the file."""
    shown: bool = False
    """The person has seen this very plan already."""


def planning_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The arguments that plan and apply share, in front of the ones of every command on a spreadsheet."""
    for name, text in reversed(ALLOWANCES.items()):
        function = click.option(f"--allow-{name}", is_flag=True, help=text)(function)
    function = click.option(
        "--with-samples", is_flag=True, help="Add the template's example rows (never mailed; see: samples)."
    )(function)
    for name, text in (("only", "Nothing but"), ("except", "All but")):
        what = f"{text} that sheet, column or setting (customers, customers.stage, '*.validation'); may be repeated."
        function = click.option(f"--{name}", metavar="PLACE", multiple=True, help=what)(function)
    access = (
        "Also give the people of the team tab access to the file by their roles, and take it from who left (no mails)."
    )
    function = click.option("--share", is_flag=True, help=access)(function)
    function = click.option("--deep", is_flag=True, help="Look at every row, not just the first and the last.")(
        function
    )
    everywhere = "Every spreadsheet of the config, each by its own template; one that fails does not stop the others."
    function = click.option("--all", "everywhere", is_flag=True, help=everywhere)(function)
    function = click.option("--lang", type=click.Choice(["zh", "en"]), help="What the team reads.")(function)
    in_folder = "With --create: the address or id of the Drive folder or Shared Drive to make it in."
    function = click.option("--folder", metavar="ID", help=in_folder)(function)
    function = click.option("--create", metavar="TITLE", help="Make a new spreadsheet of that title.")(function)
    return click.argument("template", required=False)(function)


def wanted_from(options: dict[str, Any]) -> Wanted:
    """The planning options that click took, as one thing; takes them out of `options`."""
    allow = frozenset(name for name in ALLOWANCES if options.pop(f"allow_{name.replace('-', '_')}"))
    given = {name: options.pop(name) for name in ("template", "create", "folder", "everywhere")}
    given |= {"language": options.pop("lang"), "samples": options.pop("with_samples"), "deep": options.pop("deep")}
    given["share"] = options.pop("share")
    return Wanted(**given, only=options.pop("only"), without=options.pop("except"), allow=allow)


@click.command("plan")
@planning_options
@click.option("--check", is_flag=True, help="Exit with 3 when anything would change.")
@click.option("--markdown", is_flag=True, help="As Markdown, for a review.")
@spreadsheet_options
def plan_command(asked: Asked, check: bool, markdown: bool, **options: Any) -> int:
    """Show what `apply` would change, without doing it.

    Exits 4 when `apply` would refuse it.

    \b
    sheetcrm plan
    sheetcrm plan --check
    """
    wanted = wanted_from(options)
    if wanted.everywhere:
        from sheetcrm.cli.every import plan_every

        return plan_every(asked, wanted, check=check, markdown=markdown)
    if wanted.create is not None:
        plan, _file, _template = _plan_of_new(asked, wanted)
        show(asked, plan, {"requests": {"reads": 0, "writes": 0}}, markdown=markdown)
        return plan_code(plan, check=check)
    with asked.open() as job:
        template, language = job.template(wanted.template, wanted.language)
        plan = make_plan(job, template, replace(wanted, language=language))
        show(asked, plan, {"requests": requests_of(job.gateway)}, markdown=markdown)
    return plan_code(plan, check=check)


def plan_code(plan: Plan, *, check: bool) -> int:
    """The exit code of a plan that was shown; with `check` another when anything would change."""
    from sheetcrm.errors import Refused

    if plan.refusals:
        return Refused.exit_code
    return SOMETHING_TO_SEE if check and plan.has_work else 0


@click.command("apply")
@planning_options
@click.option("--plan", "fingerprint", metavar="FINGERPRINT", help="Do exactly the plan that was reviewed, or nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@spreadsheet_options
def apply_command(asked: Asked, fingerprint: str | None, yes: bool, **options: Any) -> int:
    """Build or update a spreadsheet from TEMPLATE.

    TEMPLATE is a name or a file (default: as last time).  Shows what will
    change, asks, and does it in one atomic batch.

    \b
    sheetcrm apply pipeline --create "Our customers" --lang en
    sheetcrm apply
    """
    wanted = replace(wanted_from(options), fingerprint=fingerprint, yes=yes)
    if wanted.everywhere:
        from sheetcrm.cli.every import apply_every

        return apply_every(asked, wanted)
    if wanted.create is not None:
        return _create(asked, wanted, wanted.create)
    with asked.open() as job:
        template, language = job.template(wanted.template, wanted.language)
        return _carry_out(asked, job, template, replace(wanted, language=language))


def _carry_out(asked: Asked, job: Job, template: Template, wanted: Wanted) -> int:
    plan, done = carry_out(asked, job, template, wanted, say=None if asked.as_json else click.echo)
    if not done:
        return 1
    if asked.as_json:
        place = {"spreadsheet": job.settings.id, "url": plan.layout.url}
        print_json({**plan.json(), **place, "applied": True, "requests": requests_of(job.gateway)})
    elif plan.has_work:
        click.echo(tr("done: {url}", url=plan.layout.url))
        job.hint()
    return 0


def carry_out(
    asked: Asked, job: Job, template: Template, wanted: Wanted, *, say: Callable[[str], None] | None
) -> tuple[Plan, bool]:
    """Plan, say so, ask, apply, remember; the plan, and whether the person at the terminal wanted it."""
    from sheetcrm import provision

    plan = make_plan(job, template, wanted)
    if say is not None and not wanted.shown:
        say(plan.text(refusals=False))
    plan.check(wanted.fingerprint)
    if plan.has_work and _asks(wanted):
        if not click.confirm(tr("Do it?"), err=True):
            tell(tr("nothing was changed"))
            return plan, False
        # People went on working while we asked: what is done is what was shown, or nothing.
        reviewed, plan = plan.fingerprint, make_plan(job, template, wanted)
        plan.check(reviewed)
    if wanted.allow & LOSING and plan.changes:
        from sheetcrm.cli.backup import back_up_first

        back_up_first(asked, job)
    log = provision.Log(job.journal, f"apply {template.key}", now())
    drive = job.drive if wanted.share else None
    again = partial(make_plan, job, template, replace(wanted, share=False))
    with asked.metered() as meter:
        sent = provision.apply(job.gateway, plan, log=log, again=again, drive=drive, meter=meter)
    tell_sent(sent)
    _remember(job, template, wanted, plan)
    return plan, True


def _create(asked: Asked, wanted: Wanted, title: str) -> int:
    """Show the plan of a new spreadsheet; once agreed, make the file, remember it before anything else, fill it."""
    from sheetcrm.config import remember
    from sheetcrm.settings import SpreadsheetSettings
    from sheetcrm.sheets.gateway import Drive
    from sheetcrm.sheets.newfile import folder_id, make

    plan, file, template = _plan_of_new(asked, wanted)
    plan.check(wanted.fingerprint)
    if sys.stdin.isatty() and not wanted.yes:
        click.echo(plan.text())
        if not click.confirm(tr("Make a new spreadsheet {title!r} and fill it so?", title=title), err=True):
            tell(tr("nothing was made"))
            return 1
        # Not held to that fingerprint: Google may name the first tab or set the locale by the account's language.
        wanted = replace(wanted, shown=True)
    wanted = replace(wanted, language=wanted.language or "en", yes=True)
    with asked.connected() as (loaded, connection):
        folder = folder_id(wanted.folder) if wanted.folder else None
        drive = Drive(connection.session)
        new = make(drive, title, folder=folder, account=connection.account)
        settings = SpreadsheetSettings(id=new, template=template_name(loaded, file), language=wanted.language)
        with or_binned(drive, new):
            remember(loaded, title, settings)
        with asked.job(loaded, connection, title, settings, {file: template}) as job:
            job.journal.note(f"create {title}", [{"file": {"title": title, "id": new}}], now())
            with _made_already(loaded, title):
                return _carry_out(asked, job, template, wanted)


@contextmanager
def _made_already(config: Config, title: str) -> Iterator[None]:
    """Within, the file is there and known: whoever is stopped goes on with that one, and makes no second."""
    from sheetcrm.errors import SheetcrmError

    try:
        yield
    except SheetcrmError:
        tell(
            tr(
                "the spreadsheet is made, and in {file}; go on with: sheetcrm apply --in {title}",
                file=config.file.name,
                title=shlex.quote(title),
            )
        )
        raise


def _plan_of_new(asked: Asked, wanted: Wanted) -> tuple[Plan, Path, Template]:
    from sheetcrm import config, provision
    from sheetcrm.errors import UsageError
    from sheetcrm.schema import loader

    loaded = config.load(config.find(asked.config))
    if wanted.create in loaded.spreadsheets:
        raise UsageError(
            tr(
                "{file} already has a spreadsheet {title!r}; update it with: sheetcrm apply --in {title!r}",
                file=loaded.file.name,
                title=wanted.create,
            )
        )
    if wanted.template is None:
        raise UsageError(tr("say which template: sheetcrm apply TEMPLATE --create TITLE (see: sheetcrm template list)"))
    file = template_file(loaded, wanted.template, typed=True)
    template = loader.load(file, loaded.template_folders)
    today = today_in(template.time_zone)
    language, admins = wanted.language or "en", loaded.admins
    plan = provision.plan(provision.blank(), template, language, samples=wanted.samples, today=today, admins=admins)
    return plan, file, template


def make_plan(job: Job, template: Template, wanted: Wanted) -> Plan:
    """What it takes to make the job's spreadsheet what the template wants."""
    from sheetcrm import provision

    language, today = wanted.language or "en", today_in(template.time_zone)
    return provision.plan(
        job.gateway,
        template,
        language,
        samples=wanted.samples,
        today=today,
        allow=wanted.allow,
        deep=wanted.deep,
        selection=provision.Selection(wanted.only, wanted.without),
        admins=job.config.admins,
        share=_share(job, template) if wanted.share else None,
    )


def _share(job: Job, template: Template) -> Share:
    """Who may have access, and the way to Drive."""
    from sheetcrm import provision
    from sheetcrm.cli.access import house_of

    return provision.Share(job.drive, job.settings.id, job.config.share, house_of(job, template))


def tell_sent(sent: Sent) -> None:
    """Say so when an answer was lost."""
    if sent == "found done":
        tell(tr("no answer came; looked again: it was done"))
    elif sent == "sent again":
        tell(tr("no answer came; looked again: it was not done, so it was sent once more"))


def show(asked: Asked, plan: Plan, extra: dict[str, Any], *, markdown: bool = False) -> None:
    """A plan, for people or programs."""
    if asked.as_json:
        print_json({**plan.json(), **extra})
    else:
        click.echo(plan.markdown() if markdown else plan.text())


def _asks(wanted: Wanted) -> bool:
    """Whether a person is there to be asked and has not said yes already, as such or by naming a fingerprint."""
    return sys.stdin.isatty() and not wanted.yes and wanted.fingerprint is None


def _remember(job: Job, template: Template, wanted: Wanted, plan: Plan) -> None:
    """Keep spreadsheet, template and language in the config, under the name it has or its title."""
    from sheetcrm.config import remember

    file = next(file for file, known in job.templates.items() if known is template)
    name = template_name(job.config, file)
    settings = job.settings.model_copy(update={"template": name, "language": wanted.language})
    known = job.config.spreadsheets.get(job.name, job.settings)
    if settings != known or job.name == job.settings.id:
        remember(job.config, plan.layout.title if job.name == job.settings.id else job.name, settings)
