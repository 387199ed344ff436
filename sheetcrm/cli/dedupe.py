"""`sheetcrm dedupe`: rows of the same thing → groups, and with --apply one row of each."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import click

from sheetcrm.cli.options import (
    SOMETHING_TO_SEE,
    Asked,
    Job,
    go_on,
    now,
    print_json,
    requests_of,
    sheet_key,
    spreadsheet_options,
    tell,
    today_in,
)
from sheetcrm.messages import tr

if TYPE_CHECKING:
    from pathlib import Path

    from sheetcrm.journal import Write
    from sheetcrm.schema.template import Template
    from sheetcrm.sync.quality.dedupe import Deduped, Proposal
    from sheetcrm.sync.quality.merging import Field, Merge
    from sheetcrm.sync.records import Reading


@click.command("dedupe")
@click.argument("sheet", required=False)
@click.option("--apply", "do", is_flag=True, help="Merge them: those that are sure, or those named by --group.")
@click.option("--group", "groups", type=int, multiple=True, metavar="N", help="Merge that group; may be repeated.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@spreadsheet_options
def dedupe_command(asked: Asked, sheet: str | None, do: bool, groups: tuple[int, ...], yes: bool) -> int:
    """Find rows of the same customer, and merge them.

    SHEET is one of them by key or title; all that can have duplicates without it.
    Shows which row would stay, what it takes over and who names the others;
    exits 3 when there are any.

    With --apply the others go to the archive, and `undo` takes it all back.
    """
    from sheetcrm import sync
    from sheetcrm.sync.quality.dedupe import propose

    with asked.open() as job:
        template, language = job.template()
        sheets = _sheets(template, sheet, groups)
        today = today_in(template.time_zone)
        reading = sync.read(job.gateway, template, language=language, today=today)
        with asked.metered() as meter:
            found = {one: propose(reading, one, today=today, meter=meter) for one in sheets if one in reading.extracts}
        _known(found, groups)
        if not asked.as_json:
            _show(job, reading, found)
        done = _merged(job, template, language, found, groups, yes=yes) if do else []
        _tell(asked, job, found, done)
    if do:
        return SOMETHING_TO_SEE if any(map(_unfinished, done)) else 0
    return SOMETHING_TO_SEE if any(one.merges for one in found.values()) else 0


def _sheets(template: Template, sheet: str | None, groups: Sequence[int]) -> tuple[str, ...]:
    from sheetcrm.errors import UsageError
    from sheetcrm.sync.quality.duplicates import sheets_with

    if sheet is not None:
        return (sheet_key(template, sheet),)
    sheets = sheets_with(template)
    if not sheets:
        raise UsageError(tr("no sheet says by what its duplicates are known; add duplicates: to one in the template"))
    if groups and len(sheets) > 1:
        raise UsageError(tr("--group counts within a sheet; say which: {names}", names=", ".join(sheets)))
    return sheets


def _known(found: dict[str, Proposal], groups: Sequence[int]) -> None:
    """UsageError for groups that are not there; says which are."""
    from sheetcrm.errors import UsageError

    there = sorted(merge.group.number for one in found.values() for merge in one.merges)
    if missing := sorted(set(groups).difference(there)):
        raise UsageError(
            tr("there is no group {numbers}; {there}", numbers=", ".join(map(str, missing)), there=_there(there))
        )


def _there(numbers: Sequence[int]) -> str:
    """Groups, in ascending order, in a few words."""
    if not numbers:
        return tr("no duplicates were found")
    if len(numbers) > 2 and numbers[-1] - numbers[0] == len(numbers) - 1:
        return tr("there are groups {first} to {last}", first=numbers[0], last=numbers[-1])
    return tr(
        "there {count:is group|are groups} {numbers}", count=len(numbers), numbers=tr(", ").join(map(str, numbers))
    )


def _merged(
    job: Job, template: Template, language: str, found: dict[str, Proposal], groups: Sequence[int], *, yes: bool
) -> list[Deduped]:
    from sheetcrm.errors import Refused
    from sheetcrm.journal import fingerprint
    from sheetcrm.sync.cells import Log
    from sheetcrm.sync.quality.dedupe import dedupe

    chosen = {sheet: one.chosen(groups) for sheet, one in found.items()}
    rows = sum(len(merge.losers) for merges in chosen.values() for merge in merges)
    if not rows:
        tell(tr("nothing that is sure; name groups to merge by --group"))
        return []
    if not yes and not sys.stdin.isatty():
        raise Refused(tr("refused: {count} {count:row|rows} would be merged into others; add --yes", count=rows))
    if not yes and not click.confirm(tr("Merge {count} {count:row|rows} into others?", count=rows), err=True):
        tell(tr("nothing was changed"))
        return []
    today, moment = today_in(template.time_zone), now()
    done = []
    for sheet, merges in chosen.items():
        if merges:
            # The same words twice are one thing to `undo`.
            mark = fingerprint([{"ids": sorted(merge.group.ids)} for merge in merges])
            log = Log(job.journal, f"dedupe {sheet} {mark} {moment:%H%M%S}", moment)
            done.append(dedupe(job.gateway, template, merges, language=language, today=today, log=log))
    return done


def taken_apart(asked: Asked, job: Job, template: Template, *, ask: bool, dry_run: bool) -> int:
    """The last merge in the journal, as `undo` takes it back: rows out of the archive, then every cell; nothing else is touched."""
    from sheetcrm.cli.undo import undoable
    from sheetcrm.journal import restorable

    known = [(path, restorable(write)[0]) for path, write in undoable(job)]
    what = known[0][1].what
    parts = list(takewhile(lambda part: part[1].what == what, known))
    if not asked.as_json:
        click.echo(tr("undo: {what}, {when}", what=what, when=parts[0][1].when))
        for line in _back_lines([entry for _, write in parts for entry in write.entries]):
            click.echo(line)
    if dry_run or not go_on(ask=ask):
        tell(tr("nothing was changed"))
        return 0
    stays, back, changed = list[str](), list[str](), 0
    for path, write in parts:
        done = _part_back(job, template, path, write)
        stays, back, changed = [*stays, *done.stays], [*back, *done.back], changed + done.changed
    for line in stays:
        tell(tr("stays: {what}", what=line))
    if asked.as_json:
        print_json({"back": back, "changed": changed, "left": stays, "undone": what})
    else:
        tell(
            tr(
                "{rows} {rows:row is|rows are} back, {cells} {cells:cell|cells} as before",
                rows=len(back),
                cells=changed,
            )
        )
    return 0


def _back_lines(entries: Sequence[dict[str, Any]]) -> Iterator[str]:
    for one in entries:
        if "to" in one:
            yield "  + " + tr("{sheet} {id} from {to}", sheet=one["sheet"], id=one["id"], to=one["to"])
        else:
            yield f"  ~ {one['sheet']} {one['id']} {one['column']}: {one['after']!r} → {one['before']!r}"


@dataclass(frozen=True)
class _Back:
    """What one write of a merge left when it was taken back."""

    stays: tuple[str, ...]
    back: tuple[str, ...] = ()
    changed: int = 0


def _part_back(job: Job, template: Template, path: Path, write: Write) -> _Back:
    """One write of a merge taken back, where things still are as it left them."""
    from sheetcrm.cli.meanwhile import moved
    from sheetcrm.cli.undo import UNDO, settle
    from sheetcrm.sync.cells import Log, change_cells, taken_back
    from sheetcrm.sync.rows_moved import is_rows, rows_back

    log = Log(job.journal, f"{UNDO}{write.what}", now())
    if is_rows(write.entries):
        rows = rows_back(job.gateway, template, write.entries, log=log)
        astray = (tr("{a1}: rows were moved while it was written", a1=landing.a1) for landing in rows.misplaced)
        found = _Back((*map(str, rows.conflicts), *astray), rows.added)
    else:
        cells = change_cells(job.gateway, template, taken_back(write.entries), log=log)
        theirs = (
            tr("{sheet} {id} {column}: somebody changed it since", sheet=one.sheet, id=one.id, column=one.column)
            for one in cells.conflicts
        )
        found = _Back((*theirs, *moved(cells)), (), len(cells.done))
    settle(job, path)
    return found


def _unfinished(one: Deduped) -> bool:
    misplaced = (one.cells and one.cells.misplaced) or (one.moved and one.moved.misplaced)
    return bool(one.changed_since or one.conflicts or one.stayed or one.left or misplaced)


def _show(job: Job, reading: Reading, found: dict[str, Proposal]) -> None:
    for sheet, proposal in found.items():
        for merge in proposal.merges:
            for line in _lines(reading, merge):
                click.echo(line)
        for one in proposal.duplicates.common:
            title = reading.template.sheets[sheet].columns[one.column].title.say(reading.language)
            tell(
                tr(
                    "{sheet}: {count} {count:row says|rows say} {text} in {title}: too many to prove anything",
                    sheet=sheet,
                    count=one.count,
                    text=one.text,
                    title=title,
                )
            )
    if any(one.merges for one in found.values()):
        job.hint()


def _lines(reading: Reading, merge: Merge) -> Iterator[str]:
    """A group for people: its rows, why, what the one that stays takes over."""
    group = merge.group
    sure = "" if group.sure else "  " + tr("(not sure: look first)")
    head = tr("{tab}, group {number}", tab=reading.layout.tab_title(group.sheet), number=group.number)
    yield click.style(head + sure, bold=True)
    for id_ in (merge.survivor, *merge.losers):
        fate = tr("stays") if id_ == merge.survivor else tr("goes ")
        yield f"  {fate}  {_row(reading, group.sheet, id_)}"
    for why in group.why:
        yield "  " + tr("because {one}, {other}: {text}", one=why.ids[0], other=why.ids[1], text=why.text)
    for why in group.maybe:
        yield "  " + tr("perhaps also {one}, {other}: {text}", one=why.ids[0], other=why.ids[1], text=why.text)
    for field in merge.fields:
        yield f"  {field.title}: {_said(field)}"
    if merge.references:
        yield "  " + tr(
            "{count} {count:cell that names|cells that name} the others will name {survivor}",
            count=merge.references,
            survivor=merge.survivor,
        )
    for sheet, row in merge.left:
        yield "  ! " + tr("{sheet} row {row} names one of them and has no id yet", sheet=sheet, row=row)
    for sheet, id_ in merge.known:
        yield "  ! " + tr(
            "{sheet} {id} is of one of them alone: it stays, and goes on naming it in the archive",
            sheet=sheet,
            id=id_,
        )


def _row(reading: Reading, sheet: str, id_: str) -> str:
    extract, layout = reading.extracts[sheet], reading.layout
    number = extract.number(id_) or 0
    said = [str(extract.cell(number, key)) for key in reading.template.sheets[sheet].inputs if extract.cells.get(key)]
    words = "  ".join(dict.fromkeys(word for word in said if word not in ("", "None", "False", id_)))
    return (
        f"{layout.tab_title(sheet)}!{number}:{number}  {id_}  {words[:100]}\n         {layout.link(sheet, '', number)}"
    )


def _said(field: Field) -> str:
    ways = {
        "filled": tr("{other!r}, of {id}", other=field.other, id=field.id),
        "joined": tr("{other!r} of {id} is added", other=field.other, id=field.id),
        "noted": tr(
            "{kept!r} stays; {other!r} of {id} goes into the notes", kept=field.kept, other=field.other, id=field.id
        ),
        "archived": tr(
            "{kept!r} stays; {other!r} of {id} is kept in the archive only",
            kept=field.kept,
            other=field.other,
            id=field.id,
        ),
    }
    return ways[field.outcome]


def _tell(asked: Asked, job: Job, found: dict[str, Proposal], done: Sequence[Deduped]) -> None:
    if asked.as_json:
        print_json(
            {
                "groups": [_json(merge) for one in found.values() for merge in one.merges],
                "common": [
                    {"sheet": sheet, **asdict(one)} for sheet, it in found.items() for one in it.duplicates.common
                ],
                "done": [_json_done(one) for one in done],
                "requests": requests_of(job.gateway),
            }
        )
    for one in done:
        _tell_done(one)
    if not done and not any(one.merges for one in found.values()):
        tell(tr("no duplicates"))
    elif not done:
        sure = sum(one.group.sure for it in found.values() for one in it.merges)
        tell(
            tr(
                "{count} {count:group|groups}, {sure} of them sure",
                count=sum(len(it.merges) for it in found.values()),
                sure=sure,
            )
        )


def _tell_done(one: Deduped) -> None:
    """What became of a sheet's groups: first what was left, and why."""
    from sheetcrm.cli.meanwhile import moved, stayed

    for merge in one.changed_since:
        tell(tr("left: group {number}: somebody changed something since it was shown", number=merge.group.number))
    for line in stayed(one.conflicts):
        tell(line)
    for id_ in one.stayed:
        tell(tr("left: {sheet} {id}: stays where it is", sheet=one.sheet, id=id_))
    for sheet, row in one.left:
        tell(
            tr(
                "left: {sheet} row {row} has no id of its own, and names what is in the archive now",
                sheet=sheet,
                row=row,
            )
        )
    for line in moved(one.cells) if one.cells else ():
        tell(line)
    rows = len(one.moved.deleted) if one.moved else 0
    tell(
        tr(
            "{groups} {groups:group|groups} merged, {rows} {rows:row|rows} put away; sheetcrm undo takes it back",
            groups=len(one.merged),
            rows=rows,
        )
    )


def _json(merge: Merge) -> dict[str, Any]:
    group = asdict(merge.group)
    return {**group, **{name: value for name, value in asdict(merge).items() if name != "group"}}


def _json_done(one: Deduped) -> dict[str, Any]:
    return {
        "sheet": one.sheet,
        "merged": [{"survivor": merge.survivor, "losers": list(merge.losers)} for merge in one.merged],
        "changed_since": [merge.group.number for merge in one.changed_since],
        "conflicts": [asdict(change) for change in one.conflicts],
        "stayed": list(one.stayed),
        "left": [{"sheet": sheet, "row": row} for sheet, row in one.left],
    }
