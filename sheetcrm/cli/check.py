"""`sheetcrm check`: a spreadsheet → every wrong cell in it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from sheetcrm.cli.options import (
    SOMETHING_TO_SEE,
    Asked,
    Job,
    now,
    requests_of,
    spreadsheet_options,
    tell,
    today_in,
)
from sheetcrm.messages import tr

if TYPE_CHECKING:
    from sheetcrm.schema.template import Template
    from sheetcrm.sync.quality.marks import Marked
    from sheetcrm.sync.records import Issue, Reading

Form = Literal["text", "json", "csv", "html"]


@click.command("check")
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "csv", "html"]), default="text", help="How to show it."
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write it into a file.")
@click.option("--by", type=click.Choice(["sheet", "owner"]), help="Group it by sheet or by owner.")
@click.option("--only", multiple=True, metavar="WORDS", help="Only these codes and sheets, with commas between.")
@click.option("--quality", is_flag=True, help="Also rows worth a look: quiet, without a next date, of nobody.")
@click.option("--snapshot", is_flag=True, help="Remember every row, to tell later which have changed.")
@click.option("--mark", "mark", flag_value="on", help="Mark wrong cells with a note and a colour.")
@click.option("--unmark", "mark", flag_value="off", help="Take all marks away.")
@spreadsheet_options
def check_command(asked: Asked, out: Path | None, only: tuple[str, ...], **wanted: Any) -> int:
    """Show every wrong cell: where, a link to it, what is wrong.

    In the language of the sheet.  Exits 3 when there are any.

    With --mark: marks go when their cells are right again, and never lie over a note or a
    colour of somebody's own.
    """
    from sheetcrm.errors import UsageError
    from sheetcrm.sync.quality.formats import chosen

    words = [word.strip() for given in only for word in given.split(",") if word.strip()]
    if words and wanted["mark"]:
        raise UsageError(tr("marks are for everything that is wrong; leave --only away, or --mark and --unmark"))
    with asked.open() as job:
        template, language = job.template()
        found = _looked(job, template, language, wanted["mark"], quality=wanted["quality"])
        issues = chosen(found.issues, words, template)
        form: Form = "json" if asked.as_json else wanted["form"]
        _put(_shown(job, found, issues, form, wanted["by"], to_file=out is not None), out)
        if issues and form == "text" and out is None:
            job.hint()
        if wanted["snapshot"]:
            _remember(job, found.reading)
        if wanted["mark"]:
            _tell_marks(found)
    tell(tr("{count} to see to", count=len(issues)) if issues else tr("nothing wrong"))
    return SOMETHING_TO_SEE if issues else 0


def _looked(job: Job, template: Template, language: str, marking: str | None, *, quality: bool) -> Marked:
    """What is wrong, or worth a look, and what became of marks where they were asked for."""
    from sheetcrm import sync
    from sheetcrm.sync.cells import Log
    from sheetcrm.sync.quality import snapshot
    from sheetcrm.sync.quality.findings import findings
    from sheetcrm.sync.quality.marks import Marked, mark

    today = today_in(template.time_zone)
    before = snapshot.load(_folder(job)) if quality else None

    def issues(reading: Reading) -> tuple[Issue, ...]:
        more = findings(reading, today=today, snapshot=before) if quality else ()
        return (*reading.issues, *more)

    if marking:
        off = marking == "off"
        log = Log(job.journal, "check --unmark" if off else "check --mark", now())
        return mark(job.gateway, template, language=language, today=today, issues=issues, off=off, log=log)
    reading = sync.read(job.gateway, template, language=language, today=today)
    return Marked(reading, issues(reading))


def _remember(job: Job, reading: Reading) -> None:
    """A snapshot in the place of the last one, and what stands there beside those of before."""
    from sheetcrm.cli.log import people
    from sheetcrm.sync.quality import snapshot

    taken = snapshot.taken(reading, snapshot.load(_folder(job)), today_in(reading.template.time_zone))
    policy = job.config.journal_policy
    kept = {sheet: sights for sheet, sights in taken.rows.items() if not policy.hides(sheet, "id")}
    taken = replace(taken, rows=kept)
    snapshot.save(taken, _folder(job))
    people.remember(job, reading)
    tell(tr("{count} {count:row|rows} remembered", count=sum(map(len, taken.rows.values()))))


def _folder(job: Job) -> Path:
    """Where snapshots are: beside the journal."""
    return job.config.journal_folder / job.settings.id


def _tell_marks(found: Marked) -> None:
    for issue in found.hidden:
        tell(tr("not marked: {a1} has a note and a colour of somebody's own", a1=issue.a1))
    for landing in found.lost:
        tell(
            tr(
                "look at {a1}: rows or columns were moved while it was marked, and a note there may be gone",
                a1=landing.a1,
            )
        )
    tell(
        tr(
            "{cells} {cells:cell is|cells are} marked; {changed} {changed:was|were} changed for that",
            cells=found.marked,
            changed=found.written,
        )
    )


def _shown(
    job: Job,
    found: Marked,
    issues: Sequence[Issue],
    form: Form,
    by: Literal["sheet", "owner"] | None,
    *,
    to_file: bool,
) -> str:
    """The issues in that form; empty or ending in a line end."""
    from sheetcrm.sync.quality.formats import as_csv, as_page, grouped

    reading = found.reading
    ordered = [issue for group in grouped(issues, by).values() for issue in group] if by else list(issues)
    if form == "json":
        return _json(job, found, ordered)
    if form == "csv":
        # Excel takes a file for UTF-8 only by this mark.
        return "\ufeff" * to_file + as_csv(ordered)
    tabs = {"": reading.layout.title, **{key: reading.layout.tab_title(key) for key in reading.layout.sheets()}}
    if form == "html":
        title, day = reading.layout.title, today_in(reading.template.time_zone)
        return as_page(issues, title=title, tabs=tabs, language=reading.language, day=day, by=by or "sheet")
    if by is None:
        return "".join(f"{line(issue)}\n" for issue in ordered)
    names = tabs if by == "sheet" else {"": tr("(nobody)")}
    return "\n".join(_group(names.get(name, name), group) for name, group in grouped(issues, by).items())


def _json(job: Job, found: Marked, issues: Iterable[Issue]) -> str:
    """One document, for programs."""
    said = {
        "issues": list(map(asdict, issues)),
        "records": {key: len(extract.rows) for key, extract in found.reading.extracts.items()},
        "requests": requests_of(job.gateway),
        "marks": {"marked": found.marked, "written": found.written, "hidden": [issue.a1 for issue in found.hidden]},
    }
    return json.dumps(said, ensure_ascii=False, indent=2, default=str) + "\n"


def _group(name: str, issues: Iterable[Issue]) -> str:
    lines = [line(issue) for issue in issues]
    return "\n".join([click.style(f"{name}: {len(lines)}", bold=True), *lines, ""])


def _put(text: str, out: Path | None) -> None:
    """To where it is wanted."""
    if out is None:
        click.echo(text, nl=False)
        return
    from sheetcrm.errors import UsageError, reason

    try:
        out.write_text(click.unstyle(text), encoding="utf-8", errors="replace")
    except OSError as wrong:
        raise UsageError(tr("cannot write {out}: {reason}", out=out, reason=reason(wrong))) from wrong
    tell(tr("written to {out}", out=out))


def line(issue: Issue) -> str:
    """An issue for people: the place and what is wrong, then the link."""
    hint = f"  → {issue.suggestion}" if issue.suggestion else ""
    owner = f"  [{issue.owner}]" if issue.owner else ""
    place = click.style(issue.a1 or issue.sheet, bold=True)
    return f"{place}  {issue.message}{hint}{owner}  ({issue.code})\n    {issue.link}"
