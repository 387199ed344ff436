"""
CSV file → rows of a sheet, by key: new ones below, changed cells in place.

A blank in the file takes nothing away from the sheet, and a line that cannot
be read is a refusal with its number, never half a row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from sheetcrm.errors import FileError, Problem, UsageError
from sheetcrm.messages import texts
from sheetcrm.schema.template import Template
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sync.aims import CellChange
from sheetcrm.sync.cells import Attempt, put_right
from sheetcrm.sync.extract import Values
from sheetcrm.sync.files.csvfile import CsvFile, read_file
from sheetcrm.sync.files.mapping import ImportMap, Source, sources, unused
from sheetcrm.sync.files.merge import Merge, merge, without_orphans
from sheetcrm.sync.files.sift import Refusal, sift
from sheetcrm.sync.identity import new_ids, random_id, stamps
from sheetcrm.sync.landing import Aim, Landing, send_and_see
from sheetcrm.sync.look import Look, look
from sheetcrm.sync.read import judged, parsed_sheets
from sheetcrm.sync.records import FIRST_ROW, Parsed
from sheetcrm.sync.write import Write, cell_requests, chunks, formula_requests, misplaced, room


@dataclass(frozen=True)
class Imported:
    """What an import did, or would do."""

    sheet: str
    added: tuple[str, ...]
    """Ids, in the order of the file; as `changed` and `same`."""
    changed: tuple[str, ...]
    same: tuple[str, ...]
    refused: tuple[Refusal, ...]
    """In the order of the file."""
    unused: tuple[str, ...]
    """Columns of the file that go nowhere."""
    misplaced: tuple[str, ...] = ()
    """Ids of new rows that moved while we wrote, and cells (`'Customers'!C7`) where nobody can tell what stood there: look at them."""
    righted: tuple[str, ...] = ()
    """Ids of rows that were written once more, because rows moved while we wrote."""


def load(
    gateway: Gateway,
    template: Template,
    sheet: str,
    path: Path,
    *,
    mapping: ImportMap | None = None,
    language: str | None = None,
    dry_run: bool = False,
    today: date | None = None,
    new_id: Callable[[], str] = random_id,
) -> Imported:
    """
    Import a CSV file into the sheet with that key; a second time it changes nothing.

    FileError when the file or the mapping cannot be used as a whole, UsageError
    when the sheet cannot take rows; nothing is written then.  Two reads, a
    write (more above 1.5 MB), and a read that looks whether new rows stand
    where they were put.  `today` goes into `created` of new rows and `touched`
    of those that change, where the file does not say them.
    """
    if sheet not in template.records:
        raise UsageError(f"rows cannot be imported into {sheet}; choose one of {', '.join(template.records)}")
    mapping = mapping or ImportMap()
    spec = template.sheets[sheet]
    file = read_file(path, encoding=mapping.encoding, delimiter=mapping.delimiter)
    found = sources(spec, file, mapping)
    given = new_ids(template, sheet, [], 0, new_id) is not None
    if spec.key not in found and not given:
        title = spec.columns[spec.key or ""].title.say(language or "en")
        message = f"no column is {title}, by which rows are known again; map one with --map"
        raise FileError([Problem(file.path, file.header.number, spec.key or "", message)])
    seen = look(gateway, template, language=language, today=today)
    _takes_rows(seen, sheet, found)
    made, parsed = _compared(file, found, mapping, seen, sheet, given=given)
    made = _with_ids(made, parsed, template, _named(file, found.get(spec.key or "")), new_id)
    _stamp(made, seen, sheet)
    done = _imported(made, sheet, spec.key or "", unused(file, found))
    return done if dry_run else _written(gateway, seen, parsed, made, done)


def _takes_rows(seen: Look, sheet: str, found: Mapping[str, Source]) -> None:
    """UsageError when the tab or one of the columns is not to be found."""
    spec = seen.context.template.sheets[sheet]
    if sheet not in seen.cells:
        raise UsageError(f"the spreadsheet has no tab for {sheet}; make it with: sheetcrm apply")
    missing = [key for key in dict.fromkeys([*found, spec.key or ""]) if key not in seen.cells[sheet]]
    if missing:
        titles = ", ".join(spec.columns[key].title.say(seen.context.language) for key in missing)
        raise UsageError(f"{seen.layout.tab_title(sheet)} has no column {titles}; see: sheetcrm check")


def _compared(
    file: CsvFile, found: Mapping[str, Source], mapping: ImportMap, seen: Look, sheet: str, *, given: bool
) -> tuple[Merge, Parsed]:
    """The file against the sheet, all refusals in the order of the file."""
    context, t = seen.context, texts(seen.context.language)
    sheets = parsed_sheets(seen)
    parsed = sheets[sheet]
    sifted = sift(file, context.template.sheets[sheet].columns, found, mapping, context=context, t=t)
    candidates, orphans = without_orphans(sifted.candidates, parsed, Values(sheets), context, t)
    made = merge(candidates, parsed, context, t, given=given)
    refused = [*sifted.refusals, *(_in_the_file(one, found) for one in [*orphans, *made.refused])]
    made.refused = sorted(refused, key=lambda refusal: refusal.line)
    return made, parsed


def _in_the_file(refusal: Refusal, found: Mapping[str, Source]) -> Refusal:
    """The column as the file calls it."""
    source = found.get(refusal.column or "")
    return refusal if source is None or source.header is None else replace(refusal, column=source.header)


def _named(file: CsvFile, source: Source | None) -> list[str]:
    """Every id that the file names, also in lines that were refused: they may come again, put right."""
    if source is None or source.header is None:
        return []
    at = [cell.strip() for cell in file.header.cells].index(source.header)
    return [line.cells[at].strip() for line in file.lines if at < len(line.cells)]


def _with_ids(made: Merge, parsed: Parsed, template: Template, named: list[str], new_id: Callable[[], str]) -> Merge:
    """New rows get the ids that are ours to give."""
    key = template.sheets[parsed.sheet].key or ""
    without = [one for one in made.new if key not in one.values]
    taken = [*named, *(str(value) for value in parsed.values[key] if value is not None)]
    ids = new_ids(template, parsed.sheet, taken, len(without), new_id) or []
    for one, id_ in zip(without, ids, strict=True):
        one.values[key] = one.cells[key] = id_
    return made


def _stamp(made: Merge, seen: Look, sheet: str) -> None:
    """The day into new rows and changed ones."""
    spec, there = seen.context.template.sheets[sheet], seen.cells[sheet]
    created, touched = (stamps(spec, seen.context, new=new) for new in (True, False))
    for one in made.new:
        one.cells = {**{key: day for key, day in created.items() if key in there}, **one.cells}
    for id_, write in made.changed.items():
        cells = {**{key: day for key, day in touched.items() if key in there}, **write.cells}
        made.changed[id_] = replace(write, cells=cells)


def _imported(made: Merge, sheet: str, key: str, left: tuple[str, ...]) -> Imported:
    added = tuple(str(one.values[key]) for one in made.new)
    return Imported(sheet, added, tuple(made.changed), tuple(made.same), tuple(made.refused), left)


def _written(gateway: Gateway, seen: Look, parsed: Parsed, made: Merge, done: Imported) -> Imported:
    """Write, see where it landed, put right what landed beside."""
    sheet, layout = parsed.sheet, seen.layout
    key = seen.context.template.sheets[sheet].key or ""
    free = room(layout, sheet, max(parsed.numbers, default=1), len(made.new))
    before = [*free.requests, *formula_requests(layout, sheet, seen.context, free.first, len(made.new))]
    changed = {id_: Write(free.moved(write.row), write.cells) for id_, write in made.changed.items()}
    new = {str(one.values[key]): Write(free.first + at, one.cells) for at, one in enumerate(made.new)}
    ids = {write.row: id_ for id_, write in changed.items() if write.row == made.changed[id_].row}
    landed: list[Landing] = []
    for chunk in chunks([*changed.values(), *new.values()]):
        aims = [
            Aim(sheet, ids[one.row], cell[0], one.row, cell[1])
            for one in chunk
            if one.row in ids
            for cell in one.cells.items()
        ]
        landed += send_and_see(gateway, layout, seen.context, [*before, *cell_requests(layout, sheet, chunk)], aims)
        before = []
    # What is new gave its row the id, and so its place is only known from another look.
    others = {write.row: id_ for id_, write in [*changed.items(), *new.items()] if write.row not in ids}
    moved = misplaced(gateway, sheet, key, others) if others else []
    sent = [(_change(parsed, landing), landing) for landing in landed]
    settled = put_right(gateway, seen.context.template, Attempt(judged(seen), sent))
    righted = tuple(dict.fromkeys(one.id for one in settled.righted))
    return replace(done, misplaced=(*moved, *(landing.a1 for landing in settled.misplaced)), righted=righted)


def _change(parsed: Parsed, landing: Landing) -> CellChange:
    aim = landing.aim
    return CellChange(aim.sheet, aim.id, aim.column, parsed.cells[aim.column][aim.row - FIRST_ROW], aim.cell)
