"""`sheetcrm connect`: a spreadsheet made by hand → a drafted template, or bound to one that is there."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sheetcrm.cli.options import (
    Asked,
    Job,
    now,
    print_json,
    requests_of,
    spreadsheet_options,
    tell,
    template_name,
    today_in,
)
from sheetcrm.messages import tr

if TYPE_CHECKING:
    from sheetcrm.handmade.bind import Binding
    from sheetcrm.handmade.draft import Draft
    from sheetcrm.handmade.survey import Survey
    from sheetcrm.schema.template import Template


@dataclass(frozen=True)
class Wanted:
    """What connect is asked to do."""

    template: str | None
    lang: str | None
    map_file: Path | None
    out: Path | None
    take: str | None
    into: Path | None
    rows: int
    anew: bool
    yes: bool


a_file = click.Path(path_type=Path, dir_okay=False)


@click.command("connect")
@click.argument("spreadsheet", required=False)
@click.option("--template", metavar="T", help="Bind it to that template, instead of drafting one.")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="What the team reads (default: as the titles are).")
@click.option(
    "--map", "map_file", metavar="FILE", type=a_file, help="Which tab and column is which, where we are wrong."
)
@click.option("--out", metavar="FILE", type=a_file, help="Write the drafted template to a new file.")
@click.option("--take", metavar="TAB!COLUMN", help="Take a column that the team made into their own template.")
@click.option("--into", metavar="FILE", type=a_file, help="With --take: the file, which extends the template.")
@click.option(
    "--rows",
    default=2000,
    show_default=True,
    type=click.IntRange(10, 100_000),
    metavar="N",
    help="Look at so many rows.",
)
@click.option("--anew", is_flag=True, help="Take marks of ours that are there for nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@spreadsheet_options
def connect_command(asked: Asked, spreadsheet: str | None, **options: Any) -> int:
    """Draft a template from a SPREADSHEET made by hand.

    Or bind it to one that there is.  No cell of it is changed.
    """
    wanted = Wanted(**options)
    _check(wanted)
    with replace(asked, wanted=spreadsheet or asked.wanted).open() as job:
        if wanted.take is not None:
            return _take(asked, job, wanted)
        from sheetcrm.handmade.survey import survey

        found = survey(job.gateway, sample=wanted.rows)
        if wanted.template is None:
            return _draft(asked, job, found, wanted)
        return _bind(asked, job, found, wanted)


def _check(wanted: Wanted) -> None:
    from sheetcrm.errors import UsageError

    if (wanted.take is None) != (wanted.into is None):
        raise UsageError(tr("--take and --into go together: --take 'Tab!Column' --into own.yaml"))
    if wanted.out is not None and wanted.out.exists():
        raise UsageError(tr("{file} is there already; say another file, or remove it first", file=wanted.out))
    if wanted.map_file is not None and wanted.template is None:
        raise UsageError(tr("--map says what is which of a template: add --template T"))


def _draft(asked: Asked, job: Job, found: Survey, wanted: Wanted) -> int:
    """Draft, write it down."""
    from sheetcrm.handmade.draft import draft
    from sheetcrm.handmade.known import refuse_marked

    if not wanted.anew:
        refuse_marked(found.description, job.name)
    made = draft(found)
    if wanted.out is not None:
        wanted.out.write_text(made.text, encoding="utf-8")
    if asked.as_json:
        print_json({**_draft_json(made), "requests": requests_of(job.gateway)})
    elif wanted.out is None:
        click.echo(made.text, nl=False)
    else:
        again = " --anew" if wanted.anew else ""
        tell(tr("{file}: {text}", file=wanted.out, text=_sum(made)))
        tell(
            tr(
                "read it, correct it, then: sheetcrm connect {name} --template {file}{again}",
                name=job.name,
                file=wanted.out,
                again=again,
            )
        )
    return 0


def _sum(made: Draft) -> str:
    columns = sum(len(sheet["columns"]) for sheet in made.data["sheets"].values())
    return tr(
        "{sheets} {sheets:sheet|sheets}, {columns} {columns:column|columns}, {remarks} {remarks:remark|remarks} to look at",
        sheets=len(made.data["sheets"]),
        columns=columns,
        remarks=len(made.remarks),
    )


def _draft_json(made: Draft) -> dict[str, Any]:
    remarks = [{"sheet": one.sheet, "column": one.column, "text": one.text} for one in made.remarks]
    return {"template": made.data, "language": made.language, "remarks": remarks, "text": made.text}


def _bind(asked: Asked, job: Job, found: Survey, wanted: Wanted) -> int:
    """Match, show, ask, write the marks, remember."""
    from sheetcrm.errors import Refused
    from sheetcrm.handmade import mapfile, table
    from sheetcrm.handmade.bind import bind
    from sheetcrm.handmade.binding import write_marks
    from sheetcrm.handmade.unbind import entries

    template, _ = job.template(wanted.template, wanted.lang)
    said = mapfile.read(wanted.map_file, template, found.tabs) if wanted.map_file else mapfile.Map()
    binding = bind(found, template, said, language=wanted.lang, anew=wanted.anew)
    sealed = binding.seal(job.gateway, today_in(template.time_zone))
    if not asked.as_json:
        click.echo(table.text(binding, sealed))
    if not binding.bound:
        raise Refused(
            tr(
                "refused: no tab is like a sheet of {template}; say which with --map, or draft a template without --template",
                template=template.key,
            )
        )
    go = wanted.yes or (not asked.as_json and sys.stdin.isatty() and click.confirm(tr("Bind it so?"), err=True))
    if go:
        with job.journal.written(f"connect {template.key}", entries(sealed), now()):
            write_marks(job.gateway, sealed)
        _remember(job, template, binding, sealed.plan.layout.title)
    if asked.as_json:
        print_json({**table.as_json(binding, sealed), "bound": go, "requests": requests_of(job.gateway)})
    elif go:
        tell(tr("bound (undo takes it back); what apply would do now: sheetcrm plan --in {name}", name=job.name))
    else:
        tell(tr("nothing was written; add --yes to bind it so, or correct it with --map FILE"))
    return 0 if go or asked.as_json else Refused.exit_code


def _remember(job: Job, template: Template, binding: Binding, title: str) -> None:
    """Keep template and language in the config, under the name that the spreadsheet has there or its title."""
    from sheetcrm.config import remember

    name = title if job.name == job.settings.id else job.name
    known = template_name(job.config, _file_of(job, template))
    settings = job.settings.model_copy(update={"template": known, "language": binding.language})
    if job.config.spreadsheets.get(name) != settings:
        remember(job.config, name, settings)


def _file_of(job: Job, template: Template) -> Path:
    return next(file for file, known in job.templates.items() if known is template)


def _take(asked: Asked, job: Job, wanted: Wanted) -> int:
    """Draft one column into an overlay."""
    from sheetcrm.handmade.overlay import add
    from sheetcrm.handmade.survey import survey
    from sheetcrm.handmade.take import take

    assert wanted.take is not None
    assert wanted.into is not None
    template, language = job.template(wanted.template, wanted.lang)
    file = _file_of(job, template)
    name = template_name(job.config, file)
    extends = name if name == template.key else os.path.relpath(file, wanted.into.parent)
    found = survey(job.gateway, sample=wanted.rows)
    taken = take(found, template, language, wanted.take)
    add(taken, wanted.into, extends, job.config.template_folders)
    if asked.as_json:
        print_json(
            {"place": taken.place, "settings": taken.settings, "remarks": list(taken.remarks), "file": str(wanted.into)}
        )
        return 0
    click.echo(taken.text(), nl=False)
    tell(
        tr(
            "{file}: {place} is in it now; see: sheetcrm plan {file} --in {name}",
            file=wanted.into,
            place=taken.place,
            name=job.name,
        )
    )
    return 0
