"""
A name, address, number or row id → somebody: their rows in every spreadsheet, and all that they are known by.

Rows are of one person when they share an address or a number and no name speaks
against it.  Where several people are meant nobody is taken: it is asked which.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, reduce

from sheetcrm.errors import UsageError
from sheetcrm.journal import Journal
from sheetcrm.messages import tr
from sheetcrm.privacy.folding import Forms, mail_form, name_form
from sheetcrm.privacy.tombstone import RowOf
from sheetcrm.schema.columns.phone import digits_of, e164
from sheetcrm.schema.columns.reading import as_text
from sheetcrm.schema.context import BadCell
from sheetcrm.schema.privacy import hangs_on, names, reaches
from sheetcrm.schema.template import Template
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sync.records import Extract, Reading

SHORT = 5
"""A single word of fewer letters is one of everyday: Ann, May, Will."""
FEWEST_SIGNS = 2
"""Characters of a Chinese name at least."""
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


@dataclass(frozen=True)
class Seen:
    """A row that is about somebody, and by what that one is known there."""

    book: Book = field(repr=False)
    sheet: str
    id: str
    forms: Forms

    @property
    def shown(self) -> str:
        """For people: where it is; no more than its id."""
        return f"{self.book.name}: {self.sheet}:{self.id}"

    def is_same(self, other: Seen) -> bool:
        """Whether both are of one person."""
        if self.place == other.place:
            return True
        both = self.forms & other.forms
        named = self.forms.names and other.forms.names
        return bool((both.mails or both.tels) and (both.names or not named))

    @cached_property
    def place(self) -> tuple[str, str, str]:
        """A row and the same one in the archive tab."""
        return self.book.id, self.book.template.home_of(self.sheet), self.id


@dataclass(frozen=True)
class Person:
    """Somebody: their own rows, those that hang on them, what they are known by, and which of it is others', too."""

    own: tuple[Seen, ...]
    others: tuple[RowOf, ...]
    known: Forms
    near: frozenset[str]
    """Names that are also others', or words of everyday: of this person only in rows of theirs."""
    shared: tuple[str, ...] = ()
    """Rows of others, for people, that have the same address, number or name."""

    @property
    def rows(self) -> tuple[RowOf, ...]:
        """All of them."""
        return (*(RowOf(one.book.id, one.sheet, one.id) for one in self.own), *self.others)


def find(books: Sequence[Book], wanted: str, also: Iterable[str] = ()) -> Person:
    """
    Who is meant; `also` are words by which that one is known, too.

    UsageError names the rows when it may be several.  Somebody whom no row is
    about is looked for as they are called.
    """
    everybody = [seen for book in books for seen in _people(book)]
    groups = _groups([seen for seen in everybody if _is_meant(seen, wanted)])
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
    known = [seen.forms for seen in own] + [former(seen) for seen in own]
    countries = {one.template.country for one in ([own[0].book] if own else books)}
    said = _all(typed(text, one) for text in (*also, *(() if own else (wanted,))) for one in countries)
    return _told_apart(own, others, _all(known), said, [seen for seen in everybody if seen not in own])


def typed(text: str, country: str | None) -> Forms:
    """Whatever a text is: an address, a phone number, else a name."""
    if "@" in text:
        return Forms(mails=frozenset({mail_form(text)}))
    try:
        return Forms(tels=digits_of(e164(text, country)))
    except BadCell:
        digits = "".join(char for char in text if char.isdecimal())
        if len(digits) >= FEWEST and not any(char.isalpha() for char in text):
            return Forms(tels=frozenset({digits}))
    return Forms(names=frozenset(filter(None, [name_form(text)])))


def _told_apart(
    own: Sequence[Seen], others: Sequence[RowOf], known: Forms, said: Forms, strangers: Sequence[Seen]
) -> Person:
    """What is theirs alone is looked for everywhere; what others have, too, is not, unless somebody said so."""
    theirs = _all(seen.forms for seen in strangers) - said
    doubtful = (known & theirs).names | {name for name in known.names if is_everyday(name)} - said.names
    shared = tuple(seen.shown for seen in strangers if seen.forms & known)
    sure = (known - theirs) | said
    return Person(
        tuple(own), tuple(others), Forms(sure.names - doubtful, sure.mails, sure.tels), frozenset(doubtful), shared
    )


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
                forms = _all(
                    typed(text, book.template.country) for key in reached if (text := _text(extract, key, offset))
                )
                called = frozenset(form for key in named if (form := name_form(_text(extract, key, offset))))
                yield Seen(book, sheet, id_, Forms(called, forms.mails, forms.tels))


def _text(extract: Extract, key: str, offset: int) -> str:
    """What stands there, as it was typed; empty where the column is not there."""
    cells = extract.parsed.used.get(key)
    return "" if cells is None or cells[offset] in (None, "") else str(as_text(cells[offset])).strip()


def _is_meant(seen: Seen, wanted: str) -> bool:
    sheet, _, id_ = wanted.partition(":")
    if wanted == seen.id or (id_ == seen.id and sheet in (seen.sheet, *seen.book.template.titles(seen.sheet))):
        return True
    return bool(typed(wanted, seen.book.template.country) & seen.forms)


def _groups(hits: Sequence[Seen]) -> list[list[Seen]]:
    groups: list[list[Seen]] = []
    for seen in hits:
        near = [group for group in groups if any(seen.is_same(one) for one in group)]
        groups = [group for group in groups if group not in near] + [[*(one for group in near for one in group), seen]]
    return groups


def _grown(own: Sequence[Seen], everybody: Sequence[Seen]) -> list[Seen]:
    """With all rows that are the same person's, whatever they were found by."""
    found, new = list(own), list(own)
    while new:
        new = [seen for seen in everybody if seen not in found and any(seen.is_same(one) for one in new)]
        found += new
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
            for key, to in hangs_on(template, sheet).items()
            for id_, offset in extract.offsets.items()
            if (to, _text(extract, key, offset)) in known and (sheet, id_) not in done
        }
        yield from (RowOf(book.id, sheet, id_, own=False) for sheet, id_ in sorted(found))
        done |= found
        known |= {(template.home_of(sheet), id_) for sheet, id_ in found}
        new = bool(found)


def former(seen: Seen) -> Forms:
    """By what they were known before, as our journal has it."""
    spec, country = seen.book.template.sheets[seen.sheet], seen.book.template.country
    reached, named = reaches(spec), names(spec)
    found = Forms()
    for text, column in _told(seen):
        if column in named:
            found |= Forms(frozenset(filter(None, [name_form(text)])))
        elif column in reached:
            forms = typed(text, country)
            found |= Forms(mails=forms.mails, tels=forms.tels)
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
    signs = any(char > "\u2e80" for char in form)
    return len(form) < FEWEST_SIGNS or (not signs and " " not in form and len(form) < SHORT)


def _all(forms: Iterable[Forms]) -> Forms:
    return reduce(Forms.__or__, forms, Forms())
