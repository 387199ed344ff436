"""`sheetcrm import`: a CSV or Excel file → rows of a sheet, by key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sheetcrm.cli.erased import warn_of_file
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
from sheetcrm.messages import N_, tr

if TYPE_CHECKING:
    from sheetcrm.schema.context import Context
    from sheetcrm.sync import Imported

SHOWN = 20
"""Changed rows that are shown one by one; --report has all of them."""


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--sheet", metavar="SHEET", required=True, help="The sheet to import into: its key or its title.")
@click.option(
    "--tab", metavar="TAB", help="The tab of an Excel file (default: the one titled as the sheet, or the only one)."
)
@click.option(
    "--map",
    "mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A YAML file that says which column is which.",
)
@click.option(
    "--draft",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write such a YAML file for FILE, and import nothing.",
)
@click.option("--key", metavar="COLUMN", help="The column by which rows are known again (default: the sheet's key).")
@click.option("--repair", is_flag=True, help="Mend lines with shifted columns where there is one way only.")
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write what became of every line: FILE.csv or FILE.json.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would be added, changed and refused.")
@spreadsheet_options
def import_command(
    asked: Asked, file: Path, sheet: str, *, mapping: Path | None, draft: Path | None, report: Path | None, **how: Any
) -> int:
    """Add and update rows of SHEET from a CSV or Excel file.

    New keys are added, known ones updated; nothing is evaluated as a formula.

    What cannot be read is named with its line and reason and left out; exits 3
    then.  After an interruption the same command goes on where it stopped.

    \b
    sheetcrm import leads.xlsx --sheet customers --dry-run
    sheetcrm import leads.xlsx --sheet customers --draft leads.map.yaml
    """
    from sheetcrm import sync

    _writable(report)
    with asked.open() as job:
        template, language = job.template()
        key = sheet_key(template, sheet)
        plan = sync.read_map(mapping) if mapping else None
        if draft is not None:
            return _draft(job, file, key, draft, how["tab"])
        warn_of_file(job.config, file, plan, how["tab"], (key, *template.titles(key)))
        journal = sync.cells.Log(job.journal, f"import of {file.name} into {key}", now())
        with asked.metered() as meter, _going_on(how["dry_run"]):
            done = sync.load(
                job.gateway,
                template,
                key,
                file,
                mapping=plan,
                language=language,
                today=today_in(template.time_zone),
                work=sync.Work(journal, job.config.journal_folder / job.settings.id),
                meter=meter,
                **how,
            )
        if report is not None:
            _report(done, report, template.context(language))
        if asked.as_json:
            print_json(
                {
                    **_as_json(done, template.context(language)),
                    "dry_run": how["dry_run"],
                    "requests": requests_of(job.gateway),
                }
            )
        else:
            show(done, file, template.context(language), dry_run=how["dry_run"])
    return SOMETHING_TO_SEE if done.refused or done.misplaced else 0


def _writable(report: Path | None) -> None:
    from sheetcrm.errors import UsageError

    if report is not None and report.suffix not in (".csv", ".json"):
        raise UsageError(tr("--report {file}: a report is a .csv or a .json", file=report))


@contextmanager
def _going_on(dry_run: bool) -> Iterator[None]:
    """Say after an error on the way that the same command goes on."""
    from sheetcrm.errors import ApiError

    try:
        yield
    except ApiError:
        if not dry_run:
            tell(tr("stopped on the way; the same command goes on where it stopped, and adds nothing twice"))
        raise


def _draft(job: Job, file: Path, sheet: str, to: Path, tab: str | None) -> int:
    """Write the mapping file; one that is there is somebody's work."""
    from sheetcrm.errors import UsageError
    from sheetcrm.sync.files.draft import draft
    from sheetcrm.sync.files.mapping import ImportMap
    from sheetcrm.sync.files.reading import read_file

    template, language = job.template()
    if to.exists():
        raise UsageError(tr("{file} is there already; give another name, or delete it", file=to))
    table = read_file(file, ImportMap(), tab=tab, titles=(sheet, *template.titles(sheet)))
    to.write_text(draft(table, template.sheets[sheet], template.context(language)), encoding="utf-8")
    click.echo(
        tr(
            "{to}: look through it, then: sheetcrm import {file} --sheet {sheet} --map {to} --dry-run",
            to=to,
            file=file,
            sheet=sheet,
        )
    )
    return 0


def _report(done: Imported, to: Path, context: Context) -> None:
    from sheetcrm.sync.files.outcome import report

    # Excel takes a CSV for UTF-8 only with the mark.
    to.write_text(
        report(done, "json" if to.suffix == ".json" else "csv", context),
        encoding="utf-8-sig" if to.suffix == ".csv" else "utf-8",
    )


def _as_json(done: Imported, context: Context) -> dict[str, Any]:
    """What programs get; a line that says nothing new is not in it."""
    from sheetcrm.sync.dump import as_data

    told = asdict(done)
    del told["outcomes"]
    changes = {one.id: [as_data(change, context) for change in one.changes] for one in done.outcomes if one.changes}
    return {**told, "changes": changes, "mended": [{"line": one.line, "text": one.mended} for one in done.mended]}


def show(done: Imported, file: Path, context: Context, *, dry_run: bool) -> None:
    """What an import did, for people: every refused and mended line, what changed, then the figures."""
    for refusal in done.refused:
        for column, text in ((refusal.column, refusal.text), *refusal.also):
            click.echo(f"{file}:{refusal.line}: {f'{column}: ' if column else ''}{text}")
    for one in done.mended:
        click.echo(f"{file}:{one.line}: " + tr("mended: {what}", what=one.mended))
    _show_changes(done, context)
    for id_ in done.misplaced:
        click.echo(tr("{id}: rows moved while it was written; look at it", id=id_))
    for remark in done.remarks:
        tell(remark)
    if done.righted:
        tell(
            tr(
                "rows moved while they were written, and were put right: {ids}",
                ids=", ".join(id_ or tr("(no id)") for id_ in done.righted),
            )
        )
    if done.unused:
        tell(
            tr(
                "columns of the file that go nowhere: {names}; --draft MAP.yaml writes down what they may be",
                names=", ".join(done.unused),
            )
        )
    if done.wrong:
        tell(
            tr(
                "{count} {count:cell in these rows breaks|cells in these rows break} a rule; see: sheetcrm check",
                count=done.wrong,
            )
        )
    would = N_("{added} would be added, {changed} would be changed, {same} the same, {refused} refused")
    did = N_("{added} added, {changed} changed, {same} the same, {refused} refused")
    counts = {name: len(getattr(done, name)) for name in ("added", "changed", "same", "refused")}
    figures = tr(would if dry_run else did, **counts)
    click.echo(figures + (tr(", {count} of them all mended", count=len(done.mended)) if done.mended else ""))


def _show_changes(done: Imported, context: Context) -> None:
    from sheetcrm.sync.dump import as_read

    changed = [one for one in done.outcomes if one.changes]
    for one in changed[:SHOWN]:
        for change in one.changes:
            before, after = as_read(change, context)
            click.echo(f"{one.id}: {change.column}: {before or tr('(blank)')} → {after}")
    if len(changed) > SHOWN:
        tell(tr("and {count} {count:more row|more rows}; --report FILE.csv has every line", count=len(changed) - SHOWN))
