"""
The main job with Northwind's data: template → spreadsheet → records → reminder mail.

    python docs/examples/northwind/northwind.py NORTHWIND_FOLDER DATA_FOLDER

Works on the embedded server and leaves the spreadsheet, the prepared CSV files
and the mails in DATA_FOLDER.  Northwind's orders end in May 1998, so `today`
is a day of February 1998 unless another is given.

What is whole goes in, what is shifted is named by file and line, and running
it again changes nothing and mails nobody twice.
"""

import sys
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import requests
from prepare import prepare

from sheetcrm import provision, sync
from sheetcrm.connect import open_local
from sheetcrm.remind.allow import AllowList
from sheetcrm.remind.ledger import Ledger
from sheetcrm.remind.message import Sender
from sheetcrm.remind.notifiers.folder import FolderNotifier
from sheetcrm.remind.report import RunReport
from sheetcrm.remind.run import Settings, run
from sheetcrm.schema import loader
from sheetcrm.sheets.gateway import Drive, Gateway

HERE = Path(__file__).parent
TEMPLATE = "account-manager"
SHEETS = {"team": "team", "customers": "customers", "orders": "transactions"}
"""File → sheet, in the order in which they must go in: a row may only refer to rows that are there."""
TODAY = date(1998, 2, 15)


@dataclass(frozen=True)
class Outcome:
    """What the main job did, once."""

    imported: dict[str, sync.Imported]
    issues: tuple[sync.Issue, ...]
    records: dict[str, int]
    mails: RunReport


def main_job(session: requests.Session, spreadsheet: str, source: Path, work: Path, today: date = TODAY) -> Outcome:
    """Build the spreadsheet if need be, import everything, look for issues, remind; all of it may be repeated."""
    template = loader.load(loader.find(TEMPLATE))
    gateway = Gateway(session, spreadsheet)
    provision.apply(gateway, provision.plan(gateway, template, "en", today=today))

    prepare(source, work)
    imported = {}
    for name, sheet in SHEETS.items():
        mapping = sync.read_map(HERE / f"{name}.map.yaml")
        imported[name] = sync.load(gateway, template, sheet, work / f"{name}.csv", mapping=mapping)

    reading = sync.read(gateway, template)
    records = {sheet: len(reading.extracts[sheet].rows) for sheet in SHEETS.values()}
    return Outcome(imported, reading.issues, records, remind(reading, work, today))


def order_lines(session: requests.Session, spreadsheet: str, source: Path, work: Path) -> dict[str, sync.Imported]:
    """Customers and every order line into the template `customer-list`; what is shifted is mended where that is certain."""
    template = loader.load(loader.find("customer-list"))
    gateway = Gateway(session, spreadsheet)
    provision.apply(gateway, provision.plan(gateway, template, "en", today=TODAY))
    prepare(source, work)
    done = {}
    for name in ("customers", "purchases"):
        mapping = sync.read_map(HERE / f"{name}-of-customer-list.map.yaml")
        done[name] = sync.load(gateway, template, name, work / f"{name}.csv", mapping=mapping, repair=True)
    return done


def remind(reading: sync.Reading, work: Path, today: date) -> RunReport:
    """Leave the mails of that day in the folder `mails`; what was told once is in the ledger and not told again."""
    settings = Settings(Sender("Northwind", "crm@northwind.example"), AllowList.of(["northwind.example"]))
    ledger = Ledger.open(work / "ledger.db")
    notifier = FolderNotifier(work / "mails")
    return run(reading, ledger, notifier, today=today, now=lambda: datetime.now(UTC), settings=settings)


def tell(outcome: Outcome) -> None:
    """The figures, and the first of every kind of trouble."""
    for name, done in outcome.imported.items():
        print(f"{name}: {len(done.added)} added, {len(done.changed)} changed, {len(done.same)} the same, {len(done.refused)} refused")
        for refusal in done.refused[:3]:
            print(f"  {name}.csv:{refusal.line}: {refusal.text}")
    for code, count in Counter(issue.code for issue in outcome.issues).items():
        first = next(issue for issue in outcome.issues if issue.code == code)
        print(f"{count} issues {code}, such as {first.a1}: {first.message}")
    for mail in outcome.mails.mails:
        print(f"{mail.state}: {mail.address}: {mail.reminders} due")


def main(source: Path, work: Path) -> None:
    """Run the main job on the embedded server in `work`; the spreadsheet of an earlier run is used again."""
    with open_local(work / "sheets") as (session, _opened):
        drive = Drive(session)
        known = {file["name"]: file["id"] for file in drive.files()}
        spreadsheet = known.get("Northwind") or drive.create("Northwind")
        tell(main_job(session, spreadsheet, source, work))
        other = known.get("Northwind, order lines") or drive.create("Northwind, order lines")
        for name, done in order_lines(session, other, source, work).items():
            print(f"{name} of customer-list: {len(done.added)} added, {len(done.same)} the same, {len(done.refused)} refused, {len(done.mended)} mended")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
