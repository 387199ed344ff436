"""
Somebody → gone from every place of ours, in an order in which it can break off anywhere.

First the tombstone, by which the rest is found again without them; last the
word that all is done.  Whatever is in between may be done twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sheetcrm.errors import Refused
from sheetcrm.logs import veiled
from sheetcrm.messages import tr
from sheetcrm.privacy import archives, files, spreadsheets
from sheetcrm.privacy.archives import Holding
from sheetcrm.privacy.erased import Erased
from sheetcrm.privacy.person import Book, Person
from sheetcrm.privacy.registry import Registry
from sheetcrm.privacy.tombstone import Tombstone, Treatment, place_of
from sheetcrm.remind.ledger.forgetting import Forgotten, Who, forget, told
from sheetcrm.schema.privacy import personal, stand_in


@dataclass(frozen=True)
class Realm:
    """Everything of one config that may hold somebody."""

    books: Sequence[Book]
    journals: Path
    ledger: Path | str
    backups: Path
    logs: Sequence[Path] = ()
    keys: Sequence[Path] = ()
    """To look into encrypted backups."""

    @property
    def registry(self) -> Registry:
        """Who was erased."""
        return Registry(self.backups)


@dataclass
class Found:
    """Where somebody is; for people, and nothing of it is kept."""

    plans: dict[str, spreadsheets.Plan] = field(default_factory=dict)
    """By the name of the spreadsheet."""
    journals: list[Path] = field(default_factory=list)
    logs: list[Path] = field(default_factory=list)
    ledger: Forgotten = field(default_factory=Forgotten)
    holding: list[Holding] = field(default_factory=list)

    @property
    def anything(self) -> bool:
        """Whether there is anything, backups included."""
        return (
            self.has_work or any(one.holds for one in self.holding) or any(one.settings for one in self.plans.values())
        )

    @property
    def has_work(self) -> bool:
        """Whether there is anything that can be erased."""
        plans = any(one.has_work for one in self.plans.values())
        return bool(plans or self.journals or self.logs or self.ledger.rows or self.ledger.mails)


def tombstone(books: Sequence[Book], person: Person, now: datetime) -> Tombstone:
    """Of that person; Refused for somebody who is in the team and active."""
    for seen in person.own:
        _check_team(seen.book, seen.sheet, seen.id)
    when = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Tombstone.of(person.known, person.near, person.rows, treatments(books, person), when)


def treatments(books: Sequence[Book], person: Person) -> dict[str, Treatment]:
    """What becomes of rows of theirs, by sheet."""
    found: dict[str, Treatment] = {}
    by_id = {book.id: book for book in books}
    for row in person.rows:
        book = by_id[row.spreadsheet]
        spec = book.template.sheets[row.sheet]
        context, word = book.template.context(book.reading.language), spreadsheets.word_of(book).text
        columns = {key: stand_in(spec, key, word, context) for key in personal(spec)}
        gone = spec.erase == "delete" or spec.key in columns
        found[place_of(row.spreadsheet, row.sheet)] = Treatment(spec.key or "", gone, columns)
    return found


def look(realm: Realm, erased: Erased) -> Found:
    """Where anybody is; nothing is changed."""
    return Found(
        {book.name: spreadsheets.look(book, erased) for book in realm.books},
        list(files.Journals(realm.journals, erased).found(write=False)),
        list(files.logs(realm.logs, erased, write=False)),
        forget(realm.ledger, who(erased), write=False, now=datetime.now(UTC)),
        list(archives.holding(realm.backups, erased, told, realm.keys)),
    )


def erase(realm: Realm, erased: Erased, found: Found, now: datetime, done: Callable[[], None]) -> Forgotten:
    """All of them; `done` is what else has to be done before it is over.  What became of the ledger."""
    for stone in erased.tombstones:
        realm.registry.put(stone)
        realm.registry.note(stone.mark, archives=names_of(found.holding, realm.backups))
    for book in realm.books:
        spreadsheets.erase(book, erased, now)
    _drain(files.Journals(realm.journals, erased).found(write=True))
    ledger = forget(realm.ledger, who(erased), write=True, now=now)
    done()
    # Last: until here somebody may have logged, or been written down.
    _drain(files.logs(realm.logs, erased, write=True))
    for stone in erased.tombstones if ledger.clean else ():
        realm.registry.note(stone.mark, done=True)
    return ledger


def names_of(holding: Iterable[Holding], folder: Path) -> list[str]:
    """Archives, as they are kept on a tombstone."""
    return [str(one.held.path.relative_to(folder)) for one in holding]


def who(erased: Erased) -> Who:
    """For the ledger."""
    return Who(erased.holds, lambda text: erased.cleaned(text, veiled), veiled)


def _drain(paths: Iterable[Path]) -> None:
    for _ in paths:
        pass


def _check_team(book: Book, sheet: str, id_: str) -> None:
    team = book.template.team
    if team is None or team.sheet != sheet or team.active is None:
        return
    extract = book.reading.extracts[sheet]
    if extract.parsed.values[team.active][extract.offsets[id_]]:
        raise Refused(
            tr(
                "refused: in {name} this is somebody of the team, and active: hand over what they own first, with sheetcrm team leave",
                name=book.name,
            )
        )
