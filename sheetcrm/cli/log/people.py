"""`sheetcrm log --people`: what somebody else than us changed since a snapshot."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from sheetcrm.cli.log.ours import moment
from sheetcrm.cli.log.shown import in_sheet, short
from sheetcrm.cli.options import Asked, Job, now, print_json, requests_of, tell, today_in
from sheetcrm.messages import tr

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sheetcrm.cli.log import Wanted
    from sheetcrm.schema.context import Context
    from sheetcrm.sync.quality.album import Picture
    from sheetcrm.sync.quality.between import Between, Difference
    from sheetcrm.sync.records import Reading

SIGNS = {"added": "+", "removed": "-", "changed": "~"}


def snapshots(job: Job) -> Path:
    """Where they are: beside the journal."""
    from sheetcrm.sync.quality.album import FOLDER

    return job.config.journal_folder / job.settings.id / FOLDER


def remember(job: Job, reading: Reading) -> None:
    """What a reading shows, for later; nothing when it is as it was."""
    from sheetcrm.sync.quality.album import pictured, put

    policy = job.config.journal_policy
    put(pictured(reading, policy, now()), snapshots(job), policy.keep_days)


def show(asked: Asked, wanted: Wanted) -> int:
    """Rows that came and went, and cells that say something else; two requests, for where they are now."""
    from sheetcrm import sync
    from sheetcrm.sync.quality.album import pictured

    with asked.open() as job:
        template, language = job.template()
        first = _picture(job, moment(wanted.since))
        reading = sync.read(job.gateway, template, language=language, today=today_in(template.time_zone), rules=False)
        policy = job.config.journal_policy
        last = _picture(job, moment(wanted.until)) if wanted.until else pictured(reading, policy, now())
        found = _found(job, wanted, first, last)
        if asked.as_json:
            print_json(_json(job, reading, found, first, last))
            return 0
        tell(tr("from {first} to {last}", first=_say(first.when), last=_say(last.when)))
        for line in _lines(found.differences[: wanted.limit], reading, template.context(language)):
            click.echo(line)
        _sum(job, found, wanted, last)
    return 0


def _picture(job: Job, when: datetime | None) -> Picture:
    from sheetcrm.errors import UsageError
    from sheetcrm.sync.quality.album import at

    found = at(snapshots(job), when)
    if found is None:
        raise UsageError(tr("there is no snapshot to compare with yet; take one: sheetcrm check --snapshot"))
    if when is not None and found.when > when:
        tell(tr("the first snapshot is of {when}; what was before that nobody knows", when=_say(found.when)))
    return found


def _found(job: Job, wanted: Wanted, first: Picture, last: Picture) -> Between:
    from sheetcrm.sync.quality.between import between

    history = (write for _, write in job.journal.history())
    written = [one for one in history if first.when <= datetime.fromisoformat(one.when) <= last.when]
    found = between(first, last, reversed(written))
    asked_for = [
        one
        for one in found.differences
        if (not wanted.sheet or one.sheet == wanted.sheet) and (not wanted.customer or one.id == wanted.customer)
    ]
    return replace(found, differences=tuple(asked_for))


def _place(one: Difference, reading: Reading) -> tuple[str, str]:
    """Where it is now, as people say it, and a link: to the tab alone where the row is gone."""
    layout = reading.layout
    if one.sheet not in reading.extracts:
        return one.sheet, ""
    title, row = layout.tab_title(one.sheet), reading.extracts[one.sheet].number(one.id)
    if row is None:
        return title, layout.link(one.sheet)
    column = one.column if layout.has(one.sheet, one.column) else ""
    cell = layout.cell(one.sheet, column, row) if column else f"{row}:{row}"
    return f"{title}!{cell}", layout.link(one.sheet, column, row)


def _lines(differences: tuple[Difference, ...], reading: Reading, context: Context) -> Iterator[str]:
    for one in differences:
        place, link = _place(one, reading)
        head = f"{SIGNS[one.kind]} {click.style(place, bold=True)}  {one.id}"
        if one.kind == "changed":
            before, after = _read(one, one.column, one.before, one.after, context)
            yield f"{head}  {one.column}: {before} → {after}"
        else:
            said = (f"{key}={_read(one, key, None, cell, context)[1]}" for key, cell in one.cells.items())
            yield f"{head}  {short(', '.join(said))}"
        yield f"    {link}"


def _read(one: Difference, column: str, before: Any, after: Any, context: Context) -> tuple[str, str]:
    """As the sheet shows it, or the hash that is kept."""
    texts = in_sheet(one.sheet, column, before, after, context)
    return short(texts[0]), short(texts[1])


def _sum(job: Job, found: Between, wanted: Wanted, last: Picture) -> None:
    kinds = [one.kind for one in found.differences]
    tell(
        tr(
            "{added} {added:row|rows} added, {removed} removed, {changed} {changed:cell|cells} changed by people; {ours} {ours:change was|changes were} ours (log --ours)",
            added=kinds.count("added"),
            removed=kinds.count("removed"),
            changed=kinds.count("changed"),
            ours=found.ours,
        )
    )
    if len(kinds) > wanted.limit:
        tell(tr("there is more; --limit {limit} shows it", limit=len(kinds)))
    if found.columns:
        tell(tr("nothing can be said of columns that are not in both: {names}", names=", ".join(found.columns)))
    if nameless := sum(page.nameless for page in last.pages.values()):
        tell(
            tr(
                "{count} {count:row has|rows have} no id of {count:its|their} own, so nobody can follow {count:it|them}",
                count=nameless,
            )
        )
    if kinds:
        job.hint()


def _json(job: Job, reading: Reading, found: Between, first: Picture, last: Picture) -> dict[str, Any]:
    differences = [
        {**asdict(one), **dict(zip(("a1", "link"), _place(one, reading), strict=True))} for one in found.differences
    ]
    times = {"from": first.when.isoformat(), "to": last.when.isoformat()}
    rest = {"ours": found.ours, "columns": list(found.columns), "requests": requests_of(job.gateway)}
    return {**times, "differences": differences, **rest}


def _say(when: datetime) -> str:
    return f"{when.astimezone():%Y-%m-%d %H:%M}"
