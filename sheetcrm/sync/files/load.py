"""
A file → rows of a sheet, by key: new ones below, changed cells in place.

A blank in the file takes nothing away from the sheet, and a line that cannot
be read is a refusal with its number, never half a row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path

from sheetcrm.errors import FileError, Problem, UsageError
from sheetcrm.messages import texts, tr
from sheetcrm.meter import Meter, unmetered
from sheetcrm.schema.template import Template
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sync.cells import Log
from sheetcrm.sync.extract import Values
from sheetcrm.sync.files.already import Already
from sheetcrm.sync.files.broken import broken
from sheetcrm.sync.files.mapping import ImportMap, Source, sources, unused, writable
from sheetcrm.sync.files.merge import Merge, Placed, merge, without_orphans
from sheetcrm.sync.files.outcome import Became, Imported, Outcome
from sheetcrm.sync.files.progress import Progress
from sheetcrm.sync.files.reading import read_file
from sheetcrm.sync.files.repair import Mended, mend
from sheetcrm.sync.files.sift import Candidate, Refusal, Says, Sifted, nothing, sift
from sheetcrm.sync.files.table import Table, said
from sheetcrm.sync.files.writing import Seen, changes, stamped, write
from sheetcrm.sync.identity import new_ids, random_id
from sheetcrm.sync.look import Look
from sheetcrm.sync.read import parsed_sheets
from sheetcrm.sync.records import Parsed
from sheetcrm.sync.standing import steady_look
from sheetcrm.variants import nearest


@dataclass(frozen=True)
class Work:
    """Files by which an import can be taken back and can go on after it was killed; both may be left out."""

    log: Log | None = None
    progress: Path | None = None
    """A folder."""


@dataclass
class _Compared:
    """The file against the sheet."""

    made: Merge
    sheets: Mapping[str, Parsed]
    """As they stand, by key."""
    parsed: Parsed
    """That of the import."""
    sifted: Sifted
    mended: Mapping[int, str]
    finished: list[Placed] = field(default_factory=list)
    """Lines that an import that was killed had written."""


def load(
    gateway: Gateway,
    template: Template,
    sheet: str,
    path: Path,
    *,
    mapping: ImportMap | None = None,
    tab: str | None = None,
    key: str | None = None,
    repair: bool = False,
    language: str | None = None,
    dry_run: bool = False,
    today: date | None = None,
    new_id: Callable[[], str] = random_id,
    work: Work | None = None,
    meter: Meter = unmetered,
) -> Imported:
    """
    Import a CSV or Excel file into the sheet with that key; a second time it changes nothing.

    Rows are known again by the column `key` (None: as the mapping says, else
    the sheet's key).  With `repair`, lines with shifted columns are mended
    where there is one way only.  `today` goes into `created` of new rows and
    `touched` of those that change, where the file does not say them.

    `meter` counts the lines that are in the sheet.

    FileError when the file or the mapping cannot be used as a whole, UsageError
    when the sheet cannot take rows; nothing is written then.  Two reads, a write
    for what changes and one for what is new; as much for every 1.5 MB.  After an
    ApiError the same call goes on where it stopped.
    """
    if sheet not in template.records:
        known = ", ".join(template.records)
        raise UsageError(tr("rows cannot be imported into {sheet}; choose one of {known}", sheet=sheet, known=known))
    mapping = mapping or ImportMap()
    spec = template.sheets[sheet]
    file = read_file(path, mapping, tab=tab, titles=(sheet, *template.titles(sheet)))
    found = sources(spec, file, mapping)
    by = _key(template, sheet, key or mapping.key)
    given = new_ids(template, sheet, [], 0, new_id) is not None
    if by not in found and (by != spec.key or not given):
        title = spec.columns[by].title.say(language or "en")
        message = tr("no column is {title}, by which rows are known again; map one with --map", title=title)
        raise FileError([Problem(file.path, file.header.number, by, message)])
    work = work or Work()
    progress = Progress(work.progress, path, {"sheet": sheet, "by": by, "map": mapping.model_dump(), "tab": tab})
    sheets = [key for key, one in template.sheets.items() if one.content != "page"]
    seen = steady_look(gateway, template, language=language, sheets=sheets, today=today)
    _takes_rows(seen, sheet, found)
    compared = _compared(file, found, mapping, seen, sheet, by=by, given=given, repair=repair, progress=progress)
    named = _named(file, found.get(spec.key or ""))
    named += [*progress.ids.values(), *_put_away(seen, sheet)]
    _with_ids(compared.made, compared.parsed, template, named, new_id)
    compared.made.placed = [
        one if one.row is not None and not one.cells else stamped(one, seen, sheet) for one in compared.made.placed
    ]
    done = _imported(compared, seen, unused(spec, file, found))
    if dry_run:
        return done
    # A colleague's rows in other sheets matter for the first look only.
    again = partial(steady_look, gateway, template, language=language, sheets=[sheet], today=today)
    pending = [one for one in compared.made.placed if one.row is None or one.cells]
    progress.give({one.one.line: one.id for one in compared.made.new})
    written = write(gateway, Seen(seen, compared.parsed), pending, again, log=work.log, progress=progress, meter=meter)
    progress.end()
    return replace(done, misplaced=tuple(written.misplaced), righted=tuple(dict.fromkeys(written.righted)))


def _key(template: Template, sheet: str, wanted: str | None) -> str:
    """The column by which rows are known again: a key or title of the sheet; UsageError names the nearest right word."""
    spec = template.sheets[sheet]
    if wanted is None:
        return spec.key or ""
    titles = {name: key for key, column in writable(spec).items() for name in (key, *column.title.all())}
    if wanted not in titles:
        raise UsageError(
            tr("{sheet} has no column {wanted}{hint}", sheet=sheet, wanted=wanted, hint=nearest(wanted, list(titles)))
        )
    return titles[wanted]


def _takes_rows(seen: Look, sheet: str, found: Mapping[str, Source]) -> None:
    """UsageError when the tab or one of the columns is not to be found."""
    spec = seen.context.template.sheets[sheet]
    if sheet not in seen.cells:
        raise UsageError(tr("the spreadsheet has no tab for {sheet}; make it with: sheetcrm apply", sheet=sheet))
    missing = [key for key in dict.fromkeys([*found, spec.key or ""]) if key not in seen.cells[sheet]]
    if missing:
        titles = ", ".join(spec.columns[key].title.say(seen.context.language) for key in missing)
        raise UsageError(
            tr("{tab} has no column {titles}; see: sheetcrm check", tab=seen.layout.tab_title(sheet), titles=titles)
        )


def _compared(
    file: Table,
    found: Mapping[str, Source],
    mapping: ImportMap,
    seen: Look,
    sheet: str,
    *,
    by: str,
    given: bool,
    repair: bool,
    progress: Progress,
) -> _Compared:
    """The file against the sheet, all refusals in the order of the file."""
    context, t = seen.context, texts(seen.context.language)
    spec, sheets = context.template.sheets[sheet], parsed_sheets(seen)
    parsed = sheets[sheet]

    ordered = dict(sorted(found.items(), key=lambda one: one[0] != by))

    def judged(table: Table, says: Says) -> tuple[list[Candidate], Sifted, list[Refusal]]:
        sifted = sift(table, spec.columns, ordered, mapping, context=context, t=t, says=says)
        whole, orphans = without_orphans(sifted.candidates, parsed, Values(sheets), context, says)
        return whole, sifted, orphans

    candidates, sifted, orphans = judged(file, Already(parsed, spec, by).says)
    mended = Mended()
    if repair:
        # Of two ways the one that leaves nothing by which the row is known is none.
        known = {by} & found.keys()
        mended = mend(
            file,
            sifted.refusals,
            lambda table: [one for one in judged(table, nothing)[0] if known <= one.values.keys()],
        )
        candidates = sorted([*candidates, *mended.candidates], key=lambda one: one.line)
    finished = [Placed(one, progress.ids.get(one.line, ""), 0) for one in candidates if one.line in progress.done]
    left = [one for one in candidates if one.line not in progress.done]
    for one in left:
        if one.line in progress.ids:
            one.values.setdefault(spec.key or "", progress.ids[one.line])
            one.cells.setdefault(spec.key or "", progress.ids[one.line])
    made = _merged(left, parsed, seen, by=by, given=given, ours=progress.ids)
    refused = [one for one in sifted.refusals if one.line not in mended.lines]
    refused += [_in_the_file(one, found) for one in (*orphans, *made.refused)]
    made.refused = sorted(refused, key=lambda refusal: refusal.line)
    return _Compared(made, sheets, parsed, sifted, mended.lines, finished)


def _merged(
    candidates: Sequence[Candidate], parsed: Parsed, seen: Look, *, by: str, given: bool, ours: Mapping[int, str]
) -> Merge:
    """Lines that were given an id by an import that was killed are known by it, whatever the others are known by."""
    key, t = seen.context.template.sheets[parsed.sheet].key, texts(seen.context.language)
    if by == key or not ours:
        return merge(candidates, parsed, seen.context, t, given=given, key=by)
    known = merge([one for one in candidates if one.line in ours], parsed, seen.context, t, given=given)
    others = merge([one for one in candidates if one.line not in ours], parsed, seen.context, t, given=given, key=by)
    placed = sorted([*known.placed, *others.placed], key=lambda placed: placed.one.line)
    return Merge(placed, [*known.refused, *others.refused])


def _in_the_file(refusal: Refusal, found: Mapping[str, Source]) -> Refusal:
    """The column as the file calls it."""
    source = found.get(refusal.column or "")
    return refusal if source is None or source.header is None else replace(refusal, column=source.header)


def _named(file: Table, source: Source | None) -> list[str]:
    """Every id that the file names, also in lines that were refused: they may come again, put right."""
    if source is None or source.header is None:
        return []
    place = file.column(source.header)
    return [said(line.cells[place]).strip() for line in file.lines if place < len(line.cells)]


def _put_away(seen: Look, sheet: str) -> list[str]:
    """The ids in its archive, which are nobody else's."""
    template = seen.context.template
    cells = seen.cells.get(template.archive_of(sheet) or "", {}).get(template.sheets[sheet].key or "", [])
    return [str(cell).strip() for cell in cells if cell not in ("", None)]


def _with_ids(made: Merge, parsed: Parsed, template: Template, named: list[str], new_id: Callable[[], str]) -> None:
    """New rows get the ids that are ours to give."""
    key = template.sheets[parsed.sheet].key or ""
    without = [one for one in made.new if not one.id]
    taken = [*named, *(str(value) for value in parsed.values[key] if value is not None)]
    ids = new_ids(template, parsed.sheet, taken, len(without), new_id) or []
    for one, id_ in zip(without, ids, strict=True):
        one.id = one.cells[key] = one.one.values[key] = one.one.cells[key] = id_


def _imported(compared: _Compared, seen: Look, left: tuple[str, ...]) -> Imported:
    made, parsed, t = compared.made, compared.parsed, texts(seen.context.language)
    outcomes = [Outcome(one.line, "refused", refusal=one) for one in made.refused]
    for one in (*compared.finished, *made.placed):
        became: Became = "added" if one.row is None else "changed" if one.cells else "same"
        cells = changes(one, parsed) if became == "changed" else ()
        outcomes.append(Outcome(one.one.line, became, one.id, cells, mended=compared.mended.get(one.one.line)))
    outcomes.sort(key=lambda outcome: outcome.line)

    def ids(became: Became) -> tuple[str, ...]:
        return tuple(one.id or "" for one in outcomes if one.became == became)

    return Imported(
        parsed.sheet,
        ids("added"),
        ids("changed"),
        ids("same"),
        tuple(made.refused),
        left,
        broken(made.placed, compared.sheets, parsed.sheet, seen),
        outcomes=tuple(outcomes),
        remarks=tuple(one.say(t) for one in compared.sifted.remarks),
    )
