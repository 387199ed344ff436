"""
A name, address, number or row id → somebody: their rows in every spreadsheet, and all that they are known by.

Rows are of one person when they share an address or a number and no name speaks
against it.  Where several people are meant nobody is taken: it is asked which.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from sheetcrm.errors import UsageError
from sheetcrm.journal import Journal
from sheetcrm.messages import tr
from sheetcrm.privacy.folding import mail_form, name_form
from sheetcrm.privacy.tombstone import RowOf, Values
from sheetcrm.schema.columns.phone import digits_of, e164
from sheetcrm.schema.columns.reading import as_text
from sheetcrm.schema.context import BadCell
from sheetcrm.schema.privacy import hangs_on, names, reaches
from sheetcrm.schema.template import Template
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sync.records import Extract, Reading

SHORT = 5
"""A single word of fewer letters is one of everyday: Ann, May, Will."""
FEWEST = 6
"""Digits of a phone number at least."""


@dataclass(frozen=True)
class Book:
    """A spreadsheet of the config as it was read."""

    name: str
    id: str
    gateway: Gateway
    template: Template
    reading: Reading
    journal: Journal

    def row(self, sheet: str, id_: str, *, own: bool) -> RowOf:
        """A row of it."""
        return RowOf(self.id, sheet, id_, own)


@dataclass(frozen=True)
class Seen:
    """A row that is about somebody, and by what that one is known there."""

    book: Book = field(repr=False)
    sheet: str
    id: str
    names: frozenset[str]
    mails: frozenset[str]
    tels: frozenset[str]

    @property
    def shown(self) -> str:
        """For people: where it is; no more than its id."""
        return f"{self.book.name}: {self.sheet}:{self.id}"

    def is_same(self, other: Seen) -> bool:
        """Whether both are of one person."""
        if self._place == other._place:
            return True
        reached = bool(self.mails & other.mails or self.tels & other.tels)
        return reached and (not self.names or not other.names or bool(self.names & other.names))

    @cached_property
    def _place(self) -> tuple[str, str, str]:
        """A row and the same one in the archive tab."""
        return self.book.id, self.book.template.home_of(self.sheet), self.id


@dataclass(frozen=True)
class Person:
    """Somebody: their own rows, those that hang on them, what they are known by, and which of it is others', too."""

    own: tuple[Seen, ...]
    others: tuple[RowOf, ...]
    values: Values
    shared: tuple[str, ...] = ()
    """Rows of others, for people, that have the same address, number or name."""

    @property
    def rows(self) -> tuple[RowOf, ...]:
        """All of them."""
        return (*(one.book.row(one.sheet, one.id, own=True) for one in self.own), *self.others)


def find(books: Sequence[Book], wanted: str, also: Iterable[str] = ()) -> Person:
    """
    Who is meant; `also` are words by which that one is known, too.

    UsageError names the rows when it may be several.  Somebody whom no row is
    about is looked for as they are called.
    """
    everybody = [seen for book in books for seen in _people(book)]
    hits = [seen for seen in everybody if _is_meant(seen, wanted)]
    groups = _groups(hits)
    if len(groups) > 1:
        lines = "\n".join(f"  {seen.shown}" for group in groups for seen in group)
        raise UsageError(
            tr(
                "{text} may be {count} people; say which row (and --in):\n{lines}",
                text=wanted,
                count=len(groups),
                lines=lines,
            )
        )
    own = _grown(groups[0] if groups else [], everybody)
    others = [row for book in books for row in _hanging(book, [seen for seen in own if seen.book is book])]
    theirs = {(seen.book.id, seen.sheet, seen.id) for seen in own}
    strangers = [seen for seen in everybody if (seen.book.id, seen.sheet, seen.id) not in theirs]
    values, shared = _values(own, strangers, () if own else (wanted,), also)
    return Person(tuple(own), tuple(others), values, shared)


def typed(text: str, country: str | None) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Whatever a text is: forms of a name, of an address, of a phone number; one of the three."""
    nothing: frozenset[str] = frozenset()
    if "@" in text:
        return nothing, frozenset({mail_form(text)}), nothing
    try:
        return nothing, nothing, digits_of(e164(text, country))
    except BadCell:
        digits = "".join(char for char in text if char.isdecimal())
        if len(digits) >= FEWEST and not any(char.isalpha() for char in text):
            return nothing, nothing, frozenset({digits})
    return frozenset(filter(None, [name_form(text)])), nothing, nothing


def _people(book: Book) -> Iterator[Seen]:
    """Every row that is about somebody; the template's examples are nobody."""
    for sheet, extract in book.reading.extracts.items():
        spec = book.template.sheets[sheet]
        reached, named = reaches(spec), names(spec)
        if spec.content != "records" or not (reached or named):
            continue
        samples = book.template.sample_keys(sheet)
        for id_, offset in extract.offsets.items():
            if id_ not in samples:
                yield Seen(book, sheet, id_, *_known_by(book, extract, offset, reached, named))


def _known_by(
    book: Book, extract: Extract, offset: int, reached: Sequence[str], named: Sequence[str]
) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    found: tuple[set[str], set[str], set[str]] = set(), set(), set()
    for key in reached:
        if text := _text(extract, key, offset):
            for group, forms in zip(found, typed(text, book.template.country), strict=True):
                group |= forms
    found[0].clear()
    found[0].update(form for key in named if (form := name_form(_text(extract, key, offset))))
    return frozenset(found[0]), frozenset(found[1]), frozenset(found[2])


def _text(extract: Extract, key: str, offset: int) -> str:
    """What stands there, as it was typed; empty where the column is not there."""
    cells = extract.parsed.used.get(key)
    return "" if cells is None or cells[offset] in (None, "") else str(as_text(cells[offset])).strip()


def _is_meant(seen: Seen, wanted: str) -> bool:
    sheet, _, id_ = wanted.partition(":")
    if wanted == seen.id or (id_ == seen.id and sheet in (seen.sheet, *seen.book.template.titles(seen.sheet))):
        return True
    called, mails, tels = typed(wanted, seen.book.template.country)
    return bool(called & seen.names or mails & seen.mails or tels & seen.tels)


def _groups(hits: Sequence[Seen]) -> list[list[Seen]]:
    groups: list[list[Seen]] = []
    for seen in hits:
        near = [group for group in groups if any(seen.is_same(one) for one in group)]
        groups = [group for group in groups if group not in near] + [[*(one for group in near for one in group), seen]]
    return groups


def _grown(own: Sequence[Seen], everybody: Sequence[Seen]) -> list[Seen]:
    """With all rows that are the same person's, whatever they were found by."""
    found, left = list(own), [seen for seen in everybody if seen not in own]
    more = bool(found)
    while more:
        new = [seen for seen in left if any(seen.is_same(one) for one in found)]
        left = [seen for seen in left if seen not in new]
        found += new
        more = bool(new)
    return found


def _hanging(book: Book, own: Sequence[Seen]) -> Iterator[RowOf]:
    """Rows that are nothing without theirs, and those that are nothing without these."""
    template = book.template
    known = {(template.home_of(seen.sheet), seen.id) for seen in own}
    done = {(seen.sheet, seen.id) for seen in own}
    new = bool(known)
    while new:
        found = {
            (sheet, id_)
            for sheet, extract in book.reading.extracts.items()
            for id_, offset in extract.offsets.items()
            for key, to in hangs_on(template, sheet).items()
            if (to, _text(extract, key, offset)) in known and (sheet, id_) not in done
        }
        yield from (book.row(sheet, id_, own=False) for sheet, id_ in sorted(found))
        done |= found
        known |= {(template.home_of(sheet), id_) for sheet, id_ in found}
        new = bool(found)


def _values(
    own: Sequence[Seen], strangers: Sequence[Seen], said: Iterable[str], also: Iterable[str]
) -> tuple[Values, tuple[str, ...]]:
    """What is theirs alone, and who has the same."""
    called, mails, tels = (set[str](), set[str](), set[str]())
    for seen in own:
        called |= seen.names
        mails |= seen.mails
        tels |= seen.tels
    for seen in own:
        for group, forms in zip((called, mails, tels), former(seen), strict=True):
            group |= forms
    country = own[0].book.template.country if own else None
    for text in (*said, *also):
        for group, forms in zip((called, mails, tels), typed(text, country), strict=True):
            group |= forms
    theirs = [(one.names & called, one.mails & mails, one.tels & tels, one.shown) for one in strangers]
    shared = tuple(shown for *groups, shown in theirs if any(groups))
    doubtful = {name for names_, *_ in theirs for name in names_} | {one for one in called if is_everyday(one)}
    sure = {name_form(one) for one in (*said, *also)}
    mails -= {one for _, found, *_ in theirs for one in found}
    tels -= {one for _, _, found, _ in theirs for one in found}
    doubtful -= sure
    values = Values(frozenset(called - doubtful), frozenset(doubtful), frozenset(mails), frozenset(tels))
    return values, shared


def former(seen: Seen) -> tuple[set[str], set[str], set[str]]:
    """By what they were known before, as our journal has it."""
    spec = seen.book.template.sheets[seen.sheet]
    reached, named = reaches(spec), names(spec)
    found: tuple[set[str], set[str], set[str]] = set(), set(), set()
    for text, column in _told(seen):
        if column in named:
            found[0].add(name_form(text))
        elif column in reached:
            for group, forms in zip(found[1:], typed(text, seen.book.template.country)[1:], strict=True):
                group |= forms
    found[0].discard("")
    return found


def _told(seen: Seen) -> Iterator[tuple[str, str]]:
    """Texts that the journal has of the cells of that row, each with its column."""
    for _, write in seen.book.journal.history():
        for entry in write.entries:
            if entry.get("sheet") != seen.sheet or entry.get("id") != seen.id:
                continue
            cells = [(entry.get("column"), entry.get(word)) for word in ("before", "after")]
            for column, cell in (*cells, *entry.get("cells", {}).items()):
                if column and isinstance(cell, str) and cell:
                    yield cell, column


def is_everyday(form: str) -> bool:
    """Whether a name is so short that it is a word of many sentences, too."""
    signs = sum(1 for char in form if char > "\u2e80")
    return len(form) < 2 or (not signs and " " not in form and len(form) < SHORT)
