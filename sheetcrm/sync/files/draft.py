"""
A file and a sheet → a mapping file to be finished by hand.

What is certain is written; what is only likely stands in a comment; what nobody
can tell is left open.  Nothing is asked of the spreadsheet.
"""

from __future__ import annotations

import difflib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from sheetcrm.messages import admin, tr
from sheetcrm.resources.base import Cell
from sheetcrm.schema.columns.base import Column, Context
from sheetcrm.schema.columns.reading import plain
from sheetcrm.schema.template import SheetSpec
from sheetcrm.sync.files import numbers
from sheetcrm.sync.files.mapping import BLANKS, ImportMap, bared, by_title, names, unused, writable
from sheetcrm.sync.files.table import Table, at, said

LIKELY = 0.7
"""How much alike a title and a header must be to be proposed."""
LETTER = r"[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
"""Of which words are made that have blanks between them."""
MOST_VALUES = 50
"""Texts that are no option; where there are more, the column is probably another."""
FORMATS = tuple(
    day + clock
    for day in ("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y%m%d")
    for clock in ("", " %H:%M", " %H:%M:%S")
)


def draft(table: Table, spec: SheetSpec, context: Context) -> str:
    """
    A mapping file for that file, in the words of the template's keys.

    What `import --map` takes: the matched columns with date formats, decimal
    sign and a table of the options that do not match; likely columns as comments.
    """
    found = by_title(spec, table.headers, ImportMap())
    left = list(unused(spec, table, found))
    decimal = _decimal(
        table, {key: spec.columns[key] for key in found}, [source.header or "" for source in found.values()]
    )
    lines = [
        "# "
        + tr(
            "A mapping for sheetcrm import --map, drafted from {file}: look through it, finish what is open.",
            file=table.path,
        )
    ]
    lines += [f"encoding: {table.encoding}"] if table.encoding not in ("", "utf-8", "utf-8-sig") else []
    lines += [f'decimal: "{decimal}"'] if decimal else []
    lines += ["columns:"] if found or left else []
    for key, column in writable(spec).items():
        if key in found:
            lines += _matched(key, column, table, found[key].header or "", context=context, decimal=decimal)
    lines += _likely(spec, set(found), left)
    lines += _open(spec, set(found), left, context)
    if not found:
        lines[lines.index("columns:")] = "columns: {}" if left else "columns:"
    return "\n".join([*lines, ""])


def _matched(
    key: str, column: Column, table: Table, header: str, *, context: Context, decimal: str | None
) -> Iterator[str]:
    """The entry of a column that is beyond doubt, and what its cells need to make sense."""
    cells = _cells(table, header)
    if column.bounds == "NUMBER":
        cells, _unclear = numbers.read(cells, decimal)
    _values, bad = column.parse(cells, context)
    wrong = [said(cells[offset]) for offset in bad]
    note = f"  # {column.title.say(context.language)}"
    if column.bounds == "DATE" and wrong and (forms := formats(wrong)):
        yield f"  {key}: {{from: {_quoted(header)}, format: {_quoted(forms[0])}}}{note}"
        yield from (
            "  # " + tr("or, day and month the other way round: format: {form}", form=_quoted(form))
            for form in forms[1:]
        )
    elif column.option_keys(context) and 0 < len(set(wrong)) <= MOST_VALUES:
        yield f"  {key}:{note}"
        yield f"    from: {_quoted(header)}"
        meant = {said(cells[offset]): one.suggestion for offset, one in reversed(bad.items())}
        yield from _table_of(wrong, column.option_keys(context), meant)
    else:
        yield f"  {key}: {_quoted(header)}{note}"
        if wrong:
            yield "  # " + tr(
                "{count} {count:cell of it makes|cells of it make} no sense there, such as {text}",
                count=len(wrong),
                text=_quoted(wrong[0][:60]),
            )


def _table_of(wrong: Sequence[str], options: Iterable[str], meant: Mapping[str, str | None]) -> Iterator[str]:
    """A table of the texts that are no option, each with the one that it is most likely to be."""
    yield "    values:  # " + tr("on the right one of: {options}", options=", ".join(options))
    for text, count in Counter(wrong).most_common():
        suggestion = meant[text]
        sure = suggestion if suggestion and _alike(suggestion, text) >= LIKELY else None
        yield f"      {_quoted(text)}: {_quoted(sure or text)}  # {count} ×" + ("" if sure else tr(", no option"))


def formats(texts: Sequence[str]) -> list[str]:
    """The ways of writing dates in which all of these are days of four-digit years."""
    return [form for form in FORMATS if all(_is_day(text, form) for text in texts)]


def _is_day(text: str, form: str) -> bool:
    try:
        return datetime.strptime(text.strip(), form).year >= 1000  # noqa: DTZ007 - a calendar day has no zone
    except ValueError:
        return False


def _decimal(table: Table, columns: dict[str, Column], headers: Sequence[str]) -> str | None:
    """A comma, when numbers make sense with one only."""
    kinds = zip(columns.values(), headers, strict=True)
    cores = [
        core for column, header in kinds if column.bounds == "NUMBER" for core in numbers.cores(_cells(table, header))
    ]
    return "," if numbers.comma(cores) and not numbers.dot(cores) else None


def _likely(spec: SheetSpec, found: set[str], left: list[str]) -> Iterator[str]:
    """Headers that are much like a title, or in one, as comments; `left` loses them."""
    free = {key: column for key, column in writable(spec).items() if key not in found}
    for key, column in list(free.items()):
        alike = {header: max(_alike(name, header) for name in names(key, column)) for header in left}
        best = max(alike, key=lambda header: alike[header], default="")
        if best and alike[best] >= LIKELY:
            left.remove(best)
            del free[key]
            why = tr("{share:.0%} like {title}", share=alike[best], title=column.title.say(admin()))
            yield _proposed(key, best, why)
    # What a title ends with is what it is about: 阶段 is rather 销售阶段 than 进入阶段日期.
    for ends in (True, False):
        for key, header, why in list(_contained(free, left, ends=ends)):
            left.remove(header)
            del free[key]
            yield _proposed(key, header, why)


def _proposed(key: str, header: str, why: str) -> str:
    return f"  # {key}: {_quoted(header)}  # " + tr("likely: {why}; take away the first # if so", why=why)


def _contained(free: dict[str, Column], left: Sequence[str], *, ends: bool) -> Iterator[tuple[str, str, str]]:
    """
    Column, header and reason where a header is part of the names of one column only, or has those in it, and no other header does.

    `ends`: only headers with which a name ends.
    """
    pairs = {
        (key, header): why
        for key, column in free.items()
        for header in left
        if (why := _part(reversed(names(key, column)), header, ends=ends))
    }
    columns, headers = Counter(key for key, _ in pairs), Counter(header for _, header in pairs)
    for (key, header), why in pairs.items():
        if columns[key] == headers[header] == left.count(header) == 1:
            yield key, header, why


def _part(names: Iterable[str], header: str, *, ends: bool) -> str:
    """How the header is within one of the names, or the other way round; in whole words where there are any."""
    said = _words(header)
    for name in names:
        title = _words(name)
        if _within(said, title, ends=ends):
            return tr("a part of {name}", name=name)
        if not ends and _within(title, said):
            return tr("has {name} in it", name=name)
    return ""


def _within(short: str, long: str, *, ends: bool = False) -> bool:
    behind = "$" if ends else f"(?!{LETTER})"
    return len(short) > 1 and re.search(f"(?<!{LETTER}){re.escape(short)}{behind}", long) is not None


def _words(name: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", plain(name).casefold()))


def _alike(name: str, header: str) -> float:
    return difflib.SequenceMatcher(None, bared(name), bared(header)).ratio()


def _open(spec: SheetSpec, found: set[str], left: Sequence[str], context: Context) -> Iterator[str]:
    """What has found nothing, on both sides."""
    free = [key for key in writable(spec) if key not in found and not key.startswith("_")]
    if left:
        yield "  # " + tr("in the file, going nowhere: {headers}", headers=", ".join(map(_quoted, left)))
    if free:
        titles = (f"{key} ({spec.columns[key].title.say(context.language)})" for key in free)
        yield "  # " + tr("in the sheet, coming from nowhere: {titles}", titles=", ".join(titles))


def _cells(table: Table, header: str) -> list[Cell]:
    place = table.column(header)
    cells = (at(line, place) for line in table.lines)
    return ["" if isinstance(cell, str) and cell.strip() in ("", *BLANKS) else cell for cell in cells]


def _quoted(text: str) -> str:
    """As YAML has a text that may be anything: JSON is YAML; plain words go without quotes."""
    plain = text.isascii() and text.replace("_", "").isalpha() and text.lower() not in _NO_TEXT
    return text if plain else json.dumps(text, ensure_ascii=False)


_NO_TEXT = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
