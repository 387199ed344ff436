"""
Somebody → everything that we hold about them, as data: rows, mentions, mails, what was told, what we wrote, backups.

Read only.  What stands in rows of theirs is given whole, and a cell that names
them, with which whoever hands it over may have to be careful; of a mail only the
lines that name them, as the others are about other people.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sheetcrm.journal import Journal, Write, lines, said
from sheetcrm.messages import N_
from sheetcrm.privacy import archives, spreadsheets
from sheetcrm.privacy.erased import Erased
from sheetcrm.privacy.erasing import Realm
from sheetcrm.privacy.files import Journals
from sheetcrm.privacy.person import Book, Person
from sheetcrm.remind.ledger import Ledger
from sheetcrm.remind.ledger.forgetting import plain, told
from sheetcrm.sync.aims import CellChange
from sheetcrm.sync.dump import as_read

Json = dict[str, Any]


@dataclass(frozen=True)
class Part:
    """One kind of thing that we hold: its key, what it is called (a message), and its entries, each with the same names."""

    key: str
    title: str
    entries: tuple[Json, ...]

    @property
    def names(self) -> list[str]:
        """The names of all entries, in order."""
        return list(dict.fromkeys(name for entry in self.entries for name in entry))


def held(realm: Realm, person: Person, erased: Erased) -> list[Part]:
    """All of it, part by part; of the rows a part a sheet."""
    rows = [part for book in realm.books for part in _rows(book, person)]
    return [
        *rows,
        Part("mentions", N_("Where else they are named"), tuple(_mentions(realm.books, erased))),
        Part("mails", N_("Mails to them, or that name them"), tuple(_mails(realm, erased))),
        Part("reminders", N_("Reminders about their rows"), tuple(_reminders(realm, person))),
        Part("journal", N_("What we wrote about them"), tuple(_journal(realm, erased))),
        Part("backups", N_("Backups that hold them"), tuple(_backups(realm, erased))),
    ]


def _rows(book: Book, person: Person) -> Iterator[Part]:
    """By sheet, rows of theirs with every column, as people read it."""
    context = book.template.context(book.reading.language)
    for sheet, extract in book.reading.extracts.items():
        ids = [row.id for row in person.rows if (row.spreadsheet, row.sheet) == (book.id, sheet)]
        entries = []
        for id_ in ids:
            number = extract.number(id_) or 0
            entry: Json = {"spreadsheet": book.name}
            for key in extract.cells:
                change = CellChange(sheet, id_, key, extract.cell(number, key), None)
                entry[book.template.sheets[sheet].columns[key].title.say(book.reading.language)] = as_read(
                    change, context
                )[0]
            entries.append(entry)
        if entries:
            yield Part(f"{book.name}-{sheet}", book.reading.layout.tab_title(sheet), tuple(entries))


def _mentions(books: Sequence[Book], erased: Erased) -> Iterator[Json]:
    """What is not in rows of theirs."""
    for book in books:
        for place in spreadsheets.look(book, erased).places:
            if place.kind in ("mention", "note", "setting"):
                yield {"spreadsheet": book.name, "where": place.where, "text": place.text}


def _mails(realm: Realm, erased: Erased) -> Iterator[Json]:
    with Ledger.open(realm.ledger, read_only=True) as ledger:
        for mail in ledger.mails():
            text = told(mail.data) if mail.data else ""
            if any(map(erased.holds, (mail.recipient.address, mail.recipient.name, mail.subject, mail.reason, text))):
                yield {
                    "day": mail.day.isoformat(),
                    "to": mail.recipient.address,
                    "subject": mail.subject,
                    "state": str(mail.state),
                    "text": _about(plain(mail.data), erased) if mail.data else "",
                }


def _about(text: str, erased: Erased) -> str:
    return "\n".join(line.strip() for line in text.splitlines() if erased.holds(line))


def _reminders(realm: Realm, person: Person) -> Iterator[Json]:
    rows = {(row.spreadsheet, row.sheet, row.id) for row in person.rows}
    with Ledger.open(realm.ledger, read_only=True) as ledger:
        for line in ledger.watch.log():
            one = line.occurrence
            if (one.spreadsheet, one.sheet, one.row_id) in rows:
                yield {"due": one.due.isoformat(), "sheet": one.sheet, "row": one.row_id, "rule": one.rule}


def _journal(realm: Realm, erased: Erased) -> Iterator[Json]:
    """What we wrote, line by line, as far as it is about them."""
    journals = Journals(realm.journals, erased)
    for folder in sorted(realm.journals.iterdir()) if realm.journals.is_dir() else ():
        if folder.is_dir():
            for _, write in Journal(realm.journals, folder.name).history():
                yield from _lines(write, journals.veiled(folder.name, write))


def _lines(write: Write, veiled: Write) -> Iterator[Json]:
    for line, other in zip(lines(write), lines(veiled), strict=True):
        if line != other:
            values = {"before": said(line.before), "after": said(line.after)}
            yield {"when": write.when, "command": write.by.command, "place": line.place, **values}


def _backups(realm: Realm, erased: Erased) -> Iterator[Json]:
    for one in archives.holding(realm.backups, erased, told, realm.keys):
        path = Path(one.held.path).relative_to(realm.backups)
        yield {"file": str(path), "when": one.held.when.isoformat(), "sure": one.holds is True}
