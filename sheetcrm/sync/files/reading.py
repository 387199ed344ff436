"""
A file of whatever kind → header and lines.

What it is, its first bytes say, not its name.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from sheetcrm.errors import reason
from sheetcrm.messages import N_, tr
from sheetcrm.sync.files import csvfile, xlsx
from sheetcrm.sync.files.mapping import ImportMap
from sheetcrm.sync.files.table import Table, unusable

KINDS = {
    b"%PDF": N_("a PDF"),
    b"\x89PNG": N_("a picture"),
    b"\xff\xd8\xff": N_("a picture"),
    b"<!doctype html": N_("a web page"),
    b"<html": N_("a web page"),
    b"<?xml": "XML",
}
"""What people take for a table, by its first bytes in lower case; some programs write a web page and call it .xls."""


def read_file(path: Path, mapping: ImportMap, *, tab: str | None = None, titles: Collection[str] = ()) -> Table:
    """
    Read a CSV or an Excel file as the mapping says; of several tabs the one that is called as one of `titles`.

    FileError when it cannot be used as a whole, MissingExtra when reading it needs one.
    """
    try:
        with path.open("rb") as file:
            start = file.read(64)
    except OSError as error:
        raise unusable(path, None, tr("cannot be read: {strerror}", strerror=reason(error))) from error
    tab = tab or mapping.tab
    looks = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    kind = next((kind for begin, kind in KINDS.items() if looks.startswith(begin.lower())), None)
    if kind is not None:
        raise unusable(
            path,
            None,
            tr("is {kind}, whatever it is called; open it, and save the table as .xlsx or CSV UTF-8", kind=tr(kind)),
        )
    if xlsx.is_excel(start):
        table = xlsx.read_file(path, tab=tab, wanted=titles)
    elif tab is not None:
        raise unusable(path, None, tr("is not an Excel file (.xlsx), and so has no tab {tab}", tab=tab))
    else:
        table = csvfile.read_file(path, encoding=mapping.encoding, delimiter=mapping.delimiter)
    return table if mapping.header is None else _headed(table, mapping.header)


def _headed(table: Table, number: int) -> Table:
    """The same with the header in that line."""
    lines = (table.header, *table.lines)
    header = next((line for line in lines if line.number == number), None)
    if header is None:
        raise unusable(table.path, number, tr("the mapping says that this line names the columns, but it is blank"))
    below = tuple(line for line in lines if line.number > number)
    return replace(table, header=header, lines=below, faults=tuple(one for one in table.faults if one.number > number))
