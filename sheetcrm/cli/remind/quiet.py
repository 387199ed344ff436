"""`remind snooze`, `pause`, `wake`: quiet about a row, a person or a whole spreadsheet until a day."""

from __future__ import annotations

import os
from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING

import click

from sheetcrm.cli.options import (
    Asked,
    Job,
    ledger_options,
    now,
    print_json,
    sheet_key,
    spreadsheet_options,
    tell,
    today_in,
)
from sheetcrm.messages import tr

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from sheetcrm.config import Config
    from sheetcrm.remind.ledger import Ledger, Snooze
    from sheetcrm.sync.records import Reading


def until_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add --until, --who and --list."""
    for option in (
        click.option(
            "--list",
            "listed",
            is_flag=True,
            help="Only show what is quiet now, in all of the config's spreadsheets or in that of --in.",
        ),
        click.option(
            "--who", metavar="PERSON", help="Only this person hears nothing: a name of the team, or an address."
        ),
        click.option(
            "--until",
            type=click.DateTime(["%Y-%m-%d"]),
            metavar="YYYY-MM-DD",
            help="The day on which reminders come again.",
        ),
    ):
        function = option(function)
    return function


@click.command("snooze")
@click.argument("row", required=False)
@click.option("--customer", metavar="ID", help="The same as ROW.")
@click.option("--sheet", metavar="SHEET", help="The sheet with that row, where more than one has such an id.")
@until_options
@spreadsheet_options
def snooze_command(
    asked: Asked,
    *,
    row: str | None,
    customer: str | None,
    sheet: str | None,
    until: datetime | None,
    who: str | None,
    listed: bool,
) -> int:
    """Leave a row (by its id) in peace until a day."""
    if listed:
        return _list(asked)
    row = row or customer
    if row is None or until is None:
        raise click.UsageError(tr("say which row, by its id, and --until which day"))
    with asked.open() as job:
        reading = _read(job)
        day = _to_come(until, reading)
        return _quiet(asked, job, _Wish(reading, day, _sheet_with(reading, row, sheet), row, who))


@click.command("pause")
@until_options
@spreadsheet_options
def pause_command(asked: Asked, *, until: datetime | None, who: str | None, listed: bool) -> int:
    """Leave a whole team, or one of them, in peace until a day."""
    if listed:
        return _list(asked)
    if until is None:
        raise click.UsageError(tr("say --until which day"))
    with asked.open() as job:
        reading = _read(job)
        return _quiet(asked, job, _Wish(reading, _to_come(until, reading), "", "", who))


@click.command("wake")
@click.argument("number", type=int, metavar="NUMBER")
@ledger_options
def wake_command(asked: Asked, *, number: int) -> int:
    """Lift a snooze or a pause, by its number."""
    from sheetcrm.errors import UsageError
    from sheetcrm.remind.ledger import Ledger

    loaded = asked.loaded()
    place = loaded.ledger_place(os.environ)
    with Ledger.open(place, read_only=True) as ledger:
        is_there = any(number in ledger.snoozes.of(one) for one in _meant(asked, loaded))
    lifted = False
    if is_there:
        with Ledger.open(place) as ledger:
            lifted = ledger.snoozes.lift(number, now=now())
    if not lifted:
        raise UsageError(
            tr("nothing is quiet by the number {number}; see sheetcrm remind snooze --list", number=number)
        )
    if asked.as_json:
        print_json({"lifted": number})
    else:
        tell(tr("{number} is lifted; the next run tells what is due", number=number))
    return 0


class _Wish:
    """What is to be quiet, and until when."""

    def __init__(self, reading: Reading, until: date, sheet: str, row: str, who: str | None) -> None:
        self.reading, self.until, self.sheet, self.row = reading, until, sheet, row
        self.recipient = _address(reading, who) if who else ""

    def snooze(self, by: str) -> Snooze:
        """As the ledger keeps it."""
        from sheetcrm.remind.ledger import Snooze

        spreadsheet = self.reading.layout.spreadsheet_id
        return Snooze(spreadsheet, self.until, self.sheet, self.row, self.recipient, by)


def _quiet(asked: Asked, job: Job, wish: _Wish) -> int:
    from sheetcrm.remind.ledger import Ledger

    with Ledger.open(job.config.ledger_place(os.environ)) as ledger:
        number = ledger.snoozes.add(wish.snooze("command line"), now=now())
        snooze = ledger.snoozes.of(job.settings.id)[number]
    if asked.as_json:
        print_json({"number": number, **asdict(snooze)})
    else:
        click.echo(line(number, snooze))
        tell(tr("to lift it: sheetcrm remind wake {number}", number=number))
    return 0


def _list(asked: Asked) -> int:
    from sheetcrm.remind.ledger import Ledger

    loaded = asked.loaded()
    names = _meant(asked, loaded)
    with Ledger.open(loaded.ledger_place(os.environ), read_only=True) as ledger:
        found = {number: one for id_ in names for number, one in standing(ledger, id_).items()}
    if asked.as_json:
        print_json([{"number": number, **asdict(one)} for number, one in found.items()])
        return 0
    for number, one in found.items():
        click.echo(line(number, one, names[one.spreadsheet] if len(names) > 1 else ""))
    if not found:
        tell(tr("nothing is quiet"))
    return 0


def _meant(asked: Asked, loaded: Config) -> dict[str, str]:
    """The spreadsheet that --in says, else all of the config's: their names by id."""
    from sheetcrm import config

    chosen = [config.resolve(loaded, asked.wanted)] if asked.wanted else loaded.spreadsheets.items()
    return {settings.id: name for name, settings in chosen}


def standing(ledger: Ledger, spreadsheet: str) -> dict[int, Snooze]:
    """What is not over yet, by number, wherever on earth it is not."""
    today = now().date()
    return {number: one for number, one in ledger.snoozes.of(spreadsheet).items() if one.until >= today}


def line(number: int, snooze: Snooze, name: str = "") -> str:
    """`3  customers C007, for ann@example.com, until 2026-12-01`; with the spreadsheet's `name` before what is quiet in it."""
    what = " ".join(part for part in (snooze.sheet, snooze.row_id) if part) or tr("everything")
    what = tr("{name}: {text}", name=name, text=what) if name else what
    if snooze.recipient:
        what = tr("{what}, for {person}", what=what, person=snooze.recipient)
    return f"{number}  " + tr("{what}, until {day}", what=what, day=snooze.until)


def _read(job: Job) -> Reading:
    from sheetcrm import sync
    from sheetcrm.remind.gather import needed

    template, language = job.template()
    return sync.read(job.gateway, template, language=language, columns=needed(template), rules=False)


def _to_come(until: datetime, reading: Reading) -> date:
    today = today_in(reading.layout.time_zone)
    if until.date() <= today:
        raise click.BadParameter(
            tr("{day} is not a day to come: it is {today} there", day=until.date(), today=today), param_hint="--until"
        )
    return until.date()


def _sheet_with(reading: Reading, row: str, wanted: str | None) -> str:
    """The sheet with rules that has a row of that id; UsageError when none has, or several have."""
    from sheetcrm.errors import UsageError

    sheets = dict.fromkeys(rule.sheet for rule in reading.template.reminders.values())
    if wanted is not None:
        key = sheet_key(reading.template, wanted)
        sheets = {key: None} if key in sheets else {}
        if not sheets:
            raise UsageError(tr("no reminder is about {sheet}", sheet=wanted))
    found = [
        sheet
        for sheet in sheets
        if (extract := reading.extracts.get(sheet)) and (row in extract.offsets or row in extract.shared)
    ]
    if len(found) > 1:
        raise UsageError(
            tr("{sheets} have a row {row}; say which with --sheet", sheets=tr(" and ").join(found), row=row)
        )
    if not found:
        raise UsageError(
            tr("no row has the id {row} in {sheets}", row=row, sheets=", ".join(sheets) or tr("a sheet with reminders"))
        )
    return found[0]


def _address(reading: Reading, who: str) -> str:
    """The address of a name of the team, or the address itself, without regard to case."""
    from sheetcrm.errors import UsageError
    from sheetcrm.remind.gather import everybody_in
    from sheetcrm.remind.message import bare_address
    from sheetcrm.remind.people import Person

    found = everybody_in(reading).find(who)
    if isinstance(found, Person):
        return found.address.casefold()
    address = bare_address(who) if "@" in who else None
    if address is None:
        raise UsageError(
            tr("{who} is nobody in the team who can get mail ({reason}), and no address", who=who, reason=found.reason)
        )
    return address.casefold()
