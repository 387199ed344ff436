"""Steps that tests begin with: `prepared(pipeline, fill)` is a folder of the test's own in which they were taken."""

from __future__ import annotations

from pathlib import Path

import gspread

from sheetcrm import config
from sheetcrm.connect import connect


def pipeline(sheetcrm):
    """A config and a spreadsheet made from `pipeline`, in Chinese, with sample rows."""
    assert sheetcrm("init", "--local").code == 0
    made = sheetcrm("apply", "pipeline", "--create", "客户进度", "--lang", "zh", "--with-samples")
    assert made.code == 0, made.err


def as_person(work):
    """What `work(book)` gives: plain gspread on the one spreadsheet of the config, as somebody who works in it."""
    loaded = config.load(Path("config.yaml").absolute())
    with connect(loaded) as way:
        (settings,) = loaded.spreadsheets.values()
        return work(gspread.Client(auth=None, session=way.session).open_by_key(settings.id))


def typed_below_the_samples(*rows):
    """Rows under the headers of 客户进度 with these titles, as they are."""

    def type_in(book):
        tab = book.worksheet("客户进度")
        titles = tab.row_values(1)
        tab.update([[row.get(title) for title in titles] for row in rows], "A6", raw=True)

    as_person(type_in)
