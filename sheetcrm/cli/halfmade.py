"""A new spreadsheet → in use, or in Drive's bin: nobody is left with a half made one that they do not know of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sheetcrm.cli.options import tell
from sheetcrm.messages import tr

if TYPE_CHECKING:
    from sheetcrm.sheets.gateway import Drive


@contextmanager
def or_binned(drive: Drive, file: str) -> Iterator[None]:
    """Within, the file with that id is made what it is to be; where that goes wrong it goes into the bin, or is named."""
    from sheetcrm.errors import SheetcrmError

    try:
        yield
    except BaseException:
        try:
            drive.bin(file)
        except SheetcrmError:
            url = f"https://docs.google.com/spreadsheets/d/{file}"
            tell(tr("what was half made could not be put into Drive's bin; delete it yourself: {url}", url=url))
        else:
            tell(tr("what was half made is in Drive's bin: {id}", id=file))
        raise
