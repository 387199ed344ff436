"""`sheetcrm privacy`: all that we hold about a person → a folder for them, or gone."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sheetcrm.cli.options import (
    SOMETHING_TO_SEE,
    Asked,
    Job,
    go_on,
    identity_option,
    now,
    print_json,
    spreadsheets_options,
    tell,
)
from sheetcrm.messages import tr

if TYPE_CHECKING:
    from sheetcrm.privacy.erased import Erased
    from sheetcrm.privacy.erasing import Found, Realm
    from sheetcrm.privacy.tombstone import Tombstone

LOG = logging.getLogger("sheetcrm.privacy")
MOST_LINES = 100

_PERSON = click.argument("person", metavar="PERSON")
_ALSO = click.option("--also", multiple=True, metavar="WORD", help="They are called so, too; may be repeated.")
_LOGS = click.option(
    "--log-file",
    "log_files",
    multiple=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Look into that log, too, and into what was moved away beside it; may be repeated.",
)


@dataclass(frozen=True)
class Wanted:
    """Who is meant, and where to look."""

    person: str
    also: tuple[str, ...]
    logs: tuple[Path, ...]
    keys: tuple[Path, ...]


@click.group("privacy")
def privacy_command() -> None:
    """Hand over what we hold about a person, or erase it.

    PERSON is an e-mail address, a phone number, a name or the id of a row.
    See docs/privacy.md.
    """


@privacy_command.command("export")
@_PERSON
@_ALSO
@identity_option
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="A folder, which is made.")
@spreadsheets_options
def export_command(asked: Asked, person: str, *, also: tuple[str, ...], identities: tuple[Path, ...], out: Path) -> int:
    """Write all that we hold about a person into a folder.

    Rows of theirs in every spreadsheet, where else they are named, mails, what we wrote, and which backups
    hold them: as JSON and CSV, and as a page in English and in Chinese. Only you may read it.

    \b
    sheetcrm privacy export ann@example.com --out ann
    """
    from sheetcrm.privacy import erasing, handing, writing
    from sheetcrm.privacy.erased import Erased
    from sheetcrm.privacy.person import find
    from sheetcrm.privacy.tombstone import Tombstone

    with _realm(asked, Wanted(person, also, (), identities)) as (realm, _):
        found = find(realm.books, person, also)
        sheets = erasing.treatments(realm.books, found)
        stone = Tombstone.of(found.known, found.near, found.rows, sheets, "")
        parts = handing.held(realm, found, Erased([stone]))
        if not any(part.entries for part in parts):
            return _nobody(asked, person)
        files = writing.write(parts, person, out, now())
        LOG.info("handed over %s: %d parts", stone.mark, len(parts))
        if asked.as_json:
            print_json({"files": [str(path) for path in files], "shared": list(found.shared)})
            return 0
        for part in parts:
            click.echo(f"{tr(part.title)}: {len(part.entries)}")
        for row in found.shared:
            tell(tr("{row} has the same name, address or number, and is not in it", row=row))
        click.echo(tr("written: {path}", path=out))
    return 0


def _nobody(asked: Asked, person: str) -> int:
    tell(tr("nothing that we hold names {person}", person=person))
    if asked.as_json:
        print_json({})
    return SOMETHING_TO_SEE


@privacy_command.command("erase")
@_PERSON
@_ALSO
@_LOGS
@identity_option
@click.option(
    "--backups",
    type=click.Choice(["keep", "delete"]),
    default="keep",
    help="delete: also the backups that hold them, and encrypted ones that cannot be looked into.",
)
@click.option("--dry-run", is_flag=True, help="Only show what would be done.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@spreadsheets_options
def erase_command(
    asked: Asked,
    person: str,
    *,
    also: tuple[str, ...],
    log_files: tuple[Path, ...],
    identities: tuple[Path, ...],
    backups: str,
    dry_run: bool,
    yes: bool,
) -> int:
    """Take a person out of everything that we keep.

    Spreadsheets, ledger, journal, snapshots, logs and copies; shown first and asked for. It cannot be undone, and
    a backup that is restored later does not bring them back. The same command goes on where it stopped.

    \b
    sheetcrm privacy erase ann@example.com --dry-run
    sheetcrm privacy erase customers:C007 --log-file /var/log/sheetcrm.log
    """
    from sheetcrm.privacy import erasing
    from sheetcrm.privacy.erased import Erased

    with _realm(asked, Wanted(person, also, log_files, identities)) as (realm, jobs):
        stones, shared = _stones(realm, person, also)
        erased = Erased(stones)
        found = erasing.look(realm, erased)
        if not asked.as_json:
            _show(realm, found, shared, backups)
        if not found.anything and not shared:
            return _nobody(asked, person)
        if dry_run or not _agreed(yes=yes):
            tell(tr("nothing was changed"))
            if asked.as_json:
                print_json(_json(found, done=False))
            return 0
        return _erased(asked, realm, jobs, erased, found, backups)


def _erased(  # noqa: PLR0917 - who, where, and how
    asked: Asked, realm: Realm, jobs: Sequence[Job], erased: Erased, found: Found, backups: str
) -> int:
    from sheetcrm.cli.publish import brought_up
    from sheetcrm.privacy import archives, erasing

    LOG.info(
        "erasing %s: %d spreadsheets, %d backups hold them",
        erased.tombstones[0].mark,
        len(realm.books),
        len(found.holding),
    )

    def copies() -> None:
        for job in jobs:
            brought_up(asked, job)

    ledger = erasing.erase(realm, erased, found, now(), copies)
    if backups == "delete":
        for one in found.holding:
            archives.drop(one.held)
        for stone in erased.tombstones:
            realm.registry.note(stone.mark, archives=[])
    if not ledger.clean:
        tell(
            tr("somebody else has the ledger open, so parts of it may still be on the disk: run the same command again")
        )
    left = [one for plan in found.plans.values() for one in plan.settings]
    tell(tr("done; what stays out of reach is in docs/privacy.md"))
    if asked.as_json:
        print_json(_json(found, done=ledger.clean))
    return SOMETHING_TO_SEE if left or not ledger.clean or (found.holding and backups == "keep") else 0


@contextmanager
def _realm(asked: Asked, wanted: Wanted) -> Iterator[tuple[Realm, list[Job]]]:
    """Everything of the config, read."""
    from sheetcrm import config, sync
    from sheetcrm.privacy.erasing import Realm
    from sheetcrm.privacy.person import Book

    with asked.connected() as (loaded, connection), ExitStack() as stack:
        meant = [config.resolve(loaded, asked.wanted)] if asked.wanted else list(loaded.spreadsheets.items())
        jobs = [stack.enter_context(asked.job(loaded, connection, name, settings)) for name, settings in meant]
        books = []
        for job in jobs:
            template, language = job.template()
            reading = sync.read(job.gateway, template, language=language, rules=False)
            books.append(Book(job.name, job.settings.id, job.gateway, template, reading, job.journal))
        yield (
            Realm(
                books,
                loaded.journal_folder,
                loaded.ledger_place(os.environ),
                loaded.path(loaded.backup.folder),
                _logs(wanted.logs),
                wanted.keys,
            ),
            jobs,
        )


def _logs(given: tuple[Path, ...]) -> list[Path]:
    """Those that were named, and the one that this command itself is logged into."""
    context = click.get_current_context().find_root()
    own = context.params.get("log_file")
    return list(dict.fromkeys([*given, *([own] if own else [])]))


def _stones(realm: Realm, person: str, also: tuple[str, ...]) -> tuple[list[Tombstone], tuple[str, ...]]:
    """Who is meant, and what is known of them from before; and who has the same name or address."""
    from sheetcrm.privacy import erasing
    from sheetcrm.privacy.person import find

    places = [(book.id, sheet) for book in realm.books for sheet in book.template.records]
    known = [one for one in realm.registry.tombstones() if one.knows(person) or one.has_row(places, person)]
    begun = [one for one in known if not one.done]
    if begun:
        tell(tr("this was begun on {when} and not finished; it goes on", when=begun[-1].when))
        return [begun[-1], *(one for one in known if one is not begun[-1])], ()
    found = find(realm.books, person, also)
    if known and not found.own and not also:
        return known, found.shared
    return [erasing.tombstone(realm.books, found, now()), *known], found.shared


def _agreed(*, yes: bool) -> bool:
    """Whoever sits there says so; without a terminal --yes does."""
    from sheetcrm.errors import Refused

    if not yes and not sys.stdin.isatty():
        raise Refused(tr("refused: this cannot be undone; look at it with --dry-run, then add --yes"))
    return go_on(ask=not yes)


def _show(realm: Realm, found: Found, shared: tuple[str, ...], backups: str) -> None:
    """What would go, a line each; then what stays."""
    for name, plan in found.plans.items():
        click.echo(click.style(name, bold=True))
        for one in plan.places[:MOST_LINES]:
            click.echo(
                f"  {_SIGNS[one.kind]} {one.where}  {_WORDS[one.kind]()}: {' '.join(one.text.split())[:60]}\n      {one.link}"
            )
        if len(plan.places) > MOST_LINES:
            click.echo("  " + tr("and {count} more", count=len(plan.places) - MOST_LINES))
        if not plan.places:
            click.echo("  " + tr("nothing"))
    click.echo(
        tr(
            "{journals} {journals:file|files} of the journal, {logs} {logs:log|logs}, {rows} {rows:row|rows} and {mails} {mails:mail|mails} of the ledger",
            journals=len(found.journals),
            logs=len(found.logs),
            rows=found.ledger.rows,
            mails=found.ledger.mails,
        )
    )
    for backup in found.holding:
        path = backup.held.path.relative_to(realm.backups)
        said = (
            tr("holds them")
            if backup.holds
            else tr("cannot be looked into: it is damaged, or encrypted (--identity KEY)")
        )
        then = tr("it will be deleted") if backups == "delete" else tr("it stays; --backups delete takes it away")
        click.echo(tr("backup {path} {said}; {then}", path=path, said=said, then=then))
    for row in shared:
        click.echo(tr("{row} has the same name, address or number, and stays as it is", row=row))


_SIGNS = {"row": "-", "cell": "~", "mention": "~", "note": "~", "setting": "!"}
_WORDS = {
    "row": lambda: tr("the whole row"),
    "cell": lambda: tr("about them"),
    "mention": lambda: tr("names them"),
    "note": lambda: tr("a note"),
    "setting": lambda: tr("names them; change it by hand"),
}


def _json(found: Found, *, done: bool) -> dict[str, Any]:
    return {
        "done": done,
        "spreadsheets": {name: [asdict(one) for one in plan.places] for name, plan in found.plans.items()},
        "journal": [str(path) for path in found.journals],
        "logs": [str(path) for path in found.logs],
        "ledger": asdict(found.ledger),
        "backups": [{"file": str(one.held.path), "holds": one.holds} for one in found.holding],
    }
