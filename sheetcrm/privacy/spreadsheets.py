"""
A live spreadsheet → where somebody is in it, and the same without them.

What we know by an id is written as `save` and `delete` write: looked at again
right before, in its row wherever that stands by then.  Everything else (notes,
columns and tabs that people added) is read, changed and sent block by block; who
moves rows in that moment is found out by looking at all of it once more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sheetcrm.backup.making import BIG_LOOK
from sheetcrm.backup.reading import STRUCTURE, blocks, read
from sheetcrm.errors import SheetcrmError
from sheetcrm.journal import Journal, Json
from sheetcrm.layout import letters, quoted
from sheetcrm.messages import texts, tr
from sheetcrm.privacy.cells import GONE, Hit, Word, hits
from sheetcrm.privacy.erased import Erased
from sheetcrm.privacy.person import Book
from sheetcrm.privacy.tombstone import Treatment
from sheetcrm.resources.base import Cell
from sheetcrm.schema.context import BadCell
from sheetcrm.schema.privacy import stand_in
from sheetcrm.sync.aims import CellChange
from sheetcrm.sync.batches import fitting, request_bytes
from sheetcrm.sync.cells import Log, change_cells
from sheetcrm.sync.dump import as_read
from sheetcrm.sync.read import read as read_rows
from sheetcrm.sync.save import delete

FIELDS = (
    "sheets(properties.sheetId,data(startRow,rowData.values(userEnteredValue,textFormatRuns,note),"
    "columnMetadata(developerMetadata)))"
)
SETTINGS = (
    "filterViews",
    "basicFilter",
    "charts",
    "conditionalFormats",
    "protectedRanges",
    "slicers",
    "developerMetadata",
)
WRITTEN = ("userEnteredValue", "textFormatRuns", "note")
PASSES = 3
"""How often all of it is looked at before it is given up that people still put somebody back in."""


@dataclass(frozen=True)
class Place:
    """Somewhere in a spreadsheet, for people: what stands there is theirs to see and goes nowhere else."""

    where: str
    link: str
    kind: str
    """`row` that goes, `cell`, `mention`, `note`, or `setting`, which only a person can change."""
    text: str


@dataclass
class Plan:
    """What is to be done in one spreadsheet, and where."""

    changes: list[CellChange] = field(default_factory=list)
    gone: dict[str, list[str]] = field(default_factory=dict)
    places: list[Place] = field(default_factory=list)

    @property
    def settings(self) -> list[Place]:
        """What stays."""
        return [one for one in self.places if one.kind == "setting"]

    @property
    def has_work(self) -> bool:
        """Whether anything is left to be done."""
        return len(self.places) > len(self.settings)


def word_of(book: Book) -> Word:
    """What stands where something was."""
    return Word(texts(book.reading.language)(GONE))


def look(book: Book, erased: Erased) -> Plan:
    """Where anybody is, as it was read, and in everything else: a read for the structure, and one for every 200,000 cells."""
    plan = _by_ids(book, erased)
    known = {place.where for place in plan.places}
    rows = {(sheet, id_) for sheet, ids in plan.gone.items() for id_ in ids}
    description = book.gateway.describe(STRUCTURE)
    for group in _hits(book, erased, description):
        for hit in group:
            place = _place(book, hit)
            if (hit.sheet, hit.id) not in rows and (place.where not in known or _more(hit)):
                plan.places.append(place)
    plan.places += _settings(book, erased, description)
    return plan


def erase(book: Book, erased: Erased, now: datetime) -> Plan:
    """Do it, and look again until nothing is found; SheetcrmError when somebody puts it back each time.  What is left are settings."""
    for _ in range(PASSES):
        found = look(book, erased)
        if not found.has_work:
            return found
        journal = book.journal.unkept(erased.holds)
        log = Log(journal, "privacy erase", now)
        for sheet, ids in found.gone.items():
            delete(book.gateway, book.template, sheet, ids, on_conflict="overwrite", log=log)
        if found.changes:
            change_cells(book.gateway, book.template, found.changes, log=log)
        for group in _hits(book, erased, book.gateway.describe(STRUCTURE)):
            _send(book, journal, list(group), now)
        book = again(book)
    raise SheetcrmError(tr("{name}: people write into the same cells; run the same command again", name=book.name))


def again(book: Book) -> Book:
    """The same spreadsheet as it stands now."""
    reading = read_rows(book.gateway, book.template, language=book.reading.language, rules=False)
    return Book(book.name, book.id, book.gateway, book.template, reading, book.journal)


def _by_ids(book: Book, erased: Erased) -> Plan:
    """Rows and cells that have an id."""
    plan = Plan()
    for sheet, extract in book.reading.extracts.items():
        spec = book.template.sheets[sheet]
        if spec.content != "records":
            continue
        used = {key: cells for key, cells in extract.parsed.used.items() if not spec.columns[key].computed}
        for id_, offset in extract.offsets.items():
            row = erased.row(book.id, sheet, id_)
            number = extract.parsed.numbers[offset]
            if row is not None and row.gone:
                plan.gone.setdefault(sheet, []).append(id_)
                plan.places.append(_named(book, (sheet, "", number), "row", id_))
                continue
            for key, cells in used.items():
                cell = cells[offset]
                if key == spec.key or cell in (None, ""):
                    continue
                after = _after(book, erased, (sheet, key), cell, row)
                if after != cell:
                    plan.changes.append(CellChange(sheet, id_, key, cell, after))
                    kind = "cell" if row is not None and key in row.columns else "mention"
                    change = plan.changes[-1]
                    shown = as_read(change, book.template.context(book.reading.language))[0]
                    plan.places.append(_named(book, (sheet, key, number), kind, shown))
    return plan


def _after(book: Book, erased: Erased, place: tuple[str, str], cell: Cell, row: Treatment | None) -> Cell:
    """What the cell in that sheet and column is to say."""
    (sheet, key), word = place, word_of(book)
    spec, context = book.template.sheets[sheet], book.template.context(book.reading.language)
    instead: Cell = word.text if stand_in(spec, key, word.text, context) else None
    if row is not None and key in row.columns:
        return instead
    if not erased.told(cell, near=row is not None):
        return cell
    if not isinstance(cell, str) or erased.is_all(cell):
        return instead
    cleaned = erased.cleaned(cell, word, near=row is not None)
    try:
        spec.columns[key].parse_cell(cleaned, context)
    except BadCell:
        return instead
    return cleaned


def _hits(book: Book, erased: Erased, description: Json) -> Iterator[list[Hit]]:
    """By group of blocks, as they are read."""
    word = word_of(book)
    for group in blocks(description, BIG_LOOK):
        found = [
            hit for block, data in read(book.gateway, group, FIELDS) for hit in hits(block, data, erased, book.id, word)
        ]
        yield [hit for hit in found if not _is_the_templates(book, hit)]


def _is_the_templates(book: Book, hit: Hit) -> bool:
    """
    Formulas of ours, which follow from the rest; and columns of ours that lost their mark, which are no people's own.

    What is wrong in these is changed by id, as they are found by their header.
    """
    if hit.sheet not in book.template.sheets or not book.reading.layout.has(hit.sheet) or _more(hit):
        return False
    if not hit.column:
        return book.reading.layout.column_at(hit.sheet, hit.index) is not None
    column = book.template.sheets[hit.sheet].columns.get(hit.column)
    return column is not None and column.computed


def _more(hit: Hit) -> bool:
    """Whether something else than the value is to change."""
    return not {*hit.changed} <= {"userEnteredValue", "textFormatRuns"}


def _send(book: Book, journal: Journal, found: Sequence[Hit], now: datetime) -> None:
    """Right after they were read."""
    for part in fitting([_request(hit) for hit in found], request_bytes):
        entries = [{"erased": {"cells": len(part)}}]
        with journal.written("privacy erase", entries, now):
            book.gateway.batch(part)


def _request(hit: Hit) -> Json:
    fields = [key for key in hit.changed if key in WRITTEN]
    value = {key: hit.after[key] for key in fields if key in hit.after}
    start = {"sheetId": hit.block.sheet_id, "rowIndex": hit.row, "columnIndex": hit.index}
    return {"updateCells": {"start": start, "rows": [{"values": [value]}], "fields": ",".join(fields)}}


def _settings(book: Book, erased: Erased, description: Json) -> Iterator[Place]:
    """What is neither cell nor note: filters, charts, rules of looks, who may edit a lock."""
    url = description.get("spreadsheetUrl", "")
    if erased.told(description.get("properties", {}).get("title", "")):
        yield Place(book.name, url, "setting", tr("the title of the spreadsheet"))
    for tab in description.get("sheets", []):
        title = tab["properties"]["title"]
        link = f"{url}#gid={tab['properties'].get('sheetId', 0)}"
        if erased.told(title):
            yield Place(title, link, "setting", tr("the title of the tab"))
        for kind in SETTINGS:
            things: Any = tab.get(kind, [])
            for thing in [things] if isinstance(things, dict) else things:
                if erased.told(thing):
                    yield Place(title, link, "setting", f"{kind}: {thing.get('title', thing.get('description', ''))}")
    for named in description.get("namedRanges", []):
        if erased.told(named.get("name", "")):
            yield Place(book.name, url, "setting", tr("the named range {name}", name=named["name"]))


def _named(book: Book, place: tuple[str, str, int], kind: str, text: str) -> Place:
    """A cell by sheet, column and row; without a column the row."""
    layout, (sheet, key, number) = book.reading.layout, place
    cell = layout.cell(sheet, key, number) if key else f"{number}:{number}"
    return Place(f"{quoted(layout.tab_title(sheet))}!{cell}", layout.link(sheet, key, number), kind, text)


def _place(book: Book, hit: Hit) -> Place:
    where = f"{letters(hit.index)}{hit.row + 1}"
    link = f"{book.reading.layout.url}#gid={hit.block.sheet_id}&range={where}"
    is_note = hit.before.get("note") != hit.after.get("note")
    value = hit.before.get("userEnteredValue", {})
    text = hit.before["note"] if is_note else str(next(iter(value.values()), ""))
    return Place(f"{quoted(hit.block.title)}!{where}", link, "note" if is_note else "mention", text)
