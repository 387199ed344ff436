"""`sheetcrm export`: the records of sheets → stdout, files, or a database."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sheetcrm.cli.options import (
    SOMETHING_TO_SEE,
    Asked,
    Job,
    now,
    print_json,
    requests_of,
    sheet_key,
    spreadsheet_options,
    tell,
    today_in,
)
from sheetcrm.errors import UsageError
from sheetcrm.messages import N_, tr

if TYPE_CHECKING:
    from sheetcrm.sync.export import Exported, Options, Sources, Unfit, Wish
    from sheetcrm.sync.export.database import Stored

SHOWN = 20
"""Places that are named; the others are counted."""


@click.command("export")
@click.argument("sheets", nargs=-1, metavar="[SHEET]…")
@click.option("--all", "every", is_flag=True, help="Every sheet of records.")
@click.option("--out", type=click.Path(path_type=Path), help="A file, or a folder for several; else it goes to stdout.")
@click.option("--to", "url", metavar="URL", help="A database: sqlite:///crm.db, postgresql+psycopg://user@host/name.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "json", "jsonl", "xlsx", "parquet"]),
    help="Default: by the ending of --out, else csv.",
)
@click.option("--columns", metavar="A,B", help="Only these columns (keys or titles), in this order.")
@click.option(
    "--where", multiple=True, metavar="A=B", help="Only such rows: stage=won,lost or stage!=won; all must hold."
)
@click.option("--titles", is_flag=True, help="Headers and options as people read them, not keys.")
@click.option("--excel", is_flag=True, help="A CSV that Excel opens rightly by a double click.")
@click.option("--raw", is_flag=True, help="Text as it stands, even where a spreadsheet program would run it.")
@click.option(
    "--decimals", type=click.Choice(["exact", "float"]), default="exact", help="How JSON and Parquet have numbers."
)
@click.option("--with-issues", is_flag=True, help="Also what is wrong in each row (Excel: a sheet of it).")
@click.option(
    "--without-consent",
    is_flag=True,
    help="Also personal columns of people who did not agree, where the template asks for it.",
)
@click.option("--samples/--no-samples", default=False, help="Also the template's example rows.")
@spreadsheet_options
def export_command(
    asked: Asked,
    sheets: tuple[str, ...],
    *,
    every: bool,
    out: Path | None,
    url: str | None,
    columns: str | None,
    where: tuple[str, ...],
    samples: bool,
    without_consent: bool,
    form: str | None,
    **options: Any,
) -> int:
    """Write the typed records of a SHEET, or several.

    SHEET is its key or title.  Keys and options are the same in every language, dates as 2026-01-31.  Files are written
    whole or not at all; in a database only what is new, changed or gone.

    \b
    sheetcrm export customers > customers.csv
    sheetcrm export customers --out customers.xlsx
    sheetcrm export --all --to sqlite:///crm.db
    """
    from sheetcrm.sync.export import Options, Sources, Wish

    _fits_together(sheets, out, url, every=every, form=form, options=options)
    with asked.open() as job:
        template, language = job.template()
        keys = list(template.records) if every else list(dict.fromkeys(sheet_key(template, one) for one in sheets))
        wanted = tuple(one.strip() for one in columns.split(",")) if columns else None
        wishes = [Wish(key, wanted, where, agreed=not without_consent) for key in keys]
        sources = Sources(job.gateway, template, language, today_in(template.time_zone))
        if url is not None:
            return _stored(asked, job, sources, wishes, url, samples=samples)
        chosen = Options(**{("issues" if key == "with_issues" else key): value for key, value in options.items()})
        if out is None:
            named = "json" if asked.as_json and form is None else form
            return _printed(asked, sources, wishes, named, chosen, samples=samples)
        return _written(asked, job, sources, wishes, out, form=form, options=chosen, samples=samples)


def _fits_together(
    sheets: Sequence[str],
    out: Path | None,
    url: str | None,
    *,
    every: bool,
    form: str | None,
    options: dict[str, Any],
) -> None:
    if every == bool(sheets):
        raise UsageError(
            tr("say which: the key or title of a sheet, or --all (not both)")
            if every
            else tr("say which: the key or title of a sheet, or --all")
        )
    if url is not None and (out is not None or form is not None):
        raise UsageError(tr("--to is a database, --out and --format a file: use one of the two"))
    if url is not None and any(value is True for value in options.values()):
        raise UsageError(
            tr("a database has keys, types and all rows as they are: --to goes with --columns, --where and --samples")
        )
    if out is None and url is None and (every or len(sheets) > 1):
        raise UsageError(tr("several sheets do not fit into one stream: add --out FOLDER, --out FILE.xlsx or --to URL"))


def _printed(
    asked: Asked, sources: Sources, wishes: Sequence[Wish], form: str | None, options: Options, *, samples: bool
) -> int:
    """On stdout, when all is there."""
    from sheetcrm.sync.export import export, format_of

    chosen = format_of(form, None)
    if chosen.binary:
        raise UsageError(tr("{name} is for a file: add --out FILE.{name}", name=chosen.name))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"export.{chosen.name}"
        with asked.metered() as meter:
            done = export(replace(sources, meter=meter), wishes, file, chosen, options, samples=samples)
        with file.open("rb") as made:
            while block := made.read(1 << 20):
                click.echo(block, nl=False)
    _nothing_but_examples(sources, done.sheets, samples=samples)
    return _told(done.sheets)


def _written(
    asked: Asked,
    job: Job,
    sources: Sources,
    wishes: Sequence[Wish],
    out: Path,
    *,
    form: str | None,
    options: Options,
    samples: bool,
) -> int:
    from sheetcrm.sync.export import export, format_of

    chosen = format_of(form, out)
    with asked.metered() as meter:
        done: Exported = export(replace(sources, meter=meter), wishes, out, chosen, options, samples=samples)
    if asked.as_json:
        print_json({**asdict(done), "requests": requests_of(job.gateway)})
    else:
        for at, one in enumerate(done.sheets):
            rows = tr("{count} {count:row|rows}", count=one.rows)
            click.echo(f"{_title(sources, one.sheet)}: {rows} → {done.files[min(at, len(done.files) - 1)]}")
    _nothing_but_examples(sources, done.sheets, samples=samples)
    return _told(done.sheets, marked=chosen.shows_nonsense)


def _stored(asked: Asked, job: Job, sources: Sources, wishes: Sequence[Wish], url: str, *, samples: bool) -> int:
    try:
        from sheetcrm.sync.export.database import store
    except ModuleNotFoundError as error:
        from sheetcrm.errors import MissingExtra

        raise MissingExtra(tr("SQLAlchemy, which talks to databases,"), "sql") from error
    with asked.metered() as meter:
        done: Stored = store(replace(sources, meter=meter), wishes, url, now=now(), samples=samples)
    if asked.as_json:
        print_json({**asdict(done), "requests": requests_of(job.gateway)})
    else:
        for one in done.sheets:
            same = one.rows - one.added - one.changed
            figures = tr(
                "{added} added, {changed} changed, {deleted} deleted, {same} the same",
                added=one.added,
                changed=one.changed,
                deleted=one.deleted,
                same=same,
            )
            click.echo(f"{_title(sources, one.sheet)}: {figures} → {done.database}")
    code = _told(done.sheets)
    for one in done.sheets:
        _named(
            one.left_out,
            tr("has no id yet and was left out; `sheetcrm remind` gives it one"),
        )
        _named(one.shared, tr("has an id that another row has, too; the database keeps what it had"))
        code = SOMETHING_TO_SEE if one.left_out or one.shared else code
    for reference, count in done.loose.items():
        tell(
            tr(
                "{reference}: {count} {count:row leads|rows lead} nowhere, so the database does not keep this reference",
                reference=reference,
                count=count,
            )
        )
    return code


def _told(sheets: Sequence[Any], *, marked: bool = False) -> int:
    """What is not as it stands in the sheet, for the person at the terminal."""
    code = 0
    wrong, issues = sum(one.wrong for one in sheets), sum(one.issues for one in sheets)
    for one in sheets:
        for trouble in one.troubles:
            tell(trouble.message)
        unfit: Sequence[Unfit] = one.unfit
        _named([f"{place.a1}: {place.reason};" for place in unfit], tr("blank in what was written"))
        code = SOMETHING_TO_SEE if unfit else code
    if withheld := sum(one.withheld for one in sheets):
        tell(
            tr(
                "{count} {count:row is|rows are} without personal columns: no consent; --without-consent writes them, too",
                count=withheld,
            )
        )
    if wrong:
        coloured = N_(
            "{count} {count:wrong cell is|wrong cells are} as in the sheet here, and coloured; see: sheetcrm check"
        )
        blank = N_("{count} {count:wrong cell is|wrong cells are} blank here; see: sheetcrm check")
        tell(tr(coloured if marked else blank, count=wrong))
    elif issues:
        tell(
            tr(
                "{count} {count:thing is|things are} wrong in the rows that were read; see: sheetcrm check",
                count=issues,
            )
        )
    return code


def _named(places: Sequence[str], what: str) -> None:
    for place in places[:SHOWN]:
        tell(f"{place} {what}")
    if len(places) > SHOWN:
        tell(tr("… and {count} more", count=len(places) - SHOWN))


def _title(sources: Sources, sheet: str) -> str:
    """As its tab is called."""
    return sources.template.sheets[sheet].title.say(sources.language or sources.template.languages[0])


def _nothing_but_examples(sources: Sources, sheets: Sequence[Any], *, samples: bool) -> None:
    """An empty answer from a sheet that shows rows needs its reason."""
    empty = [one.sheet for one in sheets if not one.rows and sources.template.sample_keys(one.sheet)]
    if empty and not samples:
        tell(tr("nothing to write from {names}: example rows stay out without --samples", names=", ".join(empty)))
