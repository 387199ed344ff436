"""What people changed or deleted by mistake goes back row by row; what came since stays; one undo takes it back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sheetcrm.backup.archive import Archive
from sheetcrm.backup.returning import Choice, bring_back, compare
from sheetcrm.errors import UsageError
from sheetcrm.journal import Journal
from sheetcrm.sync.aims import CellChange
from sheetcrm.sync.cells import Log, change_cells, taken_back
from sheetcrm.sync.save import delete
from sheetcrm.sync.standing import steady_look, unjudged

SHEET = "progress"


@pytest.fixture
def office(shop):
    """A backup, and after it a name changed in the first row, a row deleted, and a column moved to the front."""
    shop.made = shop.backup()
    before = reading(shop)
    shop.first, shop.second, shop.third = before.ids[:3]
    old = before.cell(before.number(shop.first), "name")
    change_cells(shop.gateway, shop.template, [CellChange(SHEET, shop.first, "name", old, "somebody else")])
    delete(shop.gateway, shop.template, SHEET, [shop.second])
    return shop


def reading(shop):
    return unjudged(steady_look(shop.gateway, shop.template, sheets=[SHEET])).extracts[SHEET]


def said(shop):
    """Every row that there is, by id, as people filled it."""
    extract = reading(shop)
    inputs = [key for key in shop.template.sheets[SHEET].inputs if key in extract.cells]
    return {
        id_: {key: cell for key in inputs if (cell := extract.cell(extract.number(id_), key)) not in ("", None, False)}
        for id_ in extract.ids
        if id_ is not None
    }


def found(shop, **chosen):
    with Archive(shop.made.path) as archive:
        return compare(shop.gateway, shop.template, archive, [Choice(SHEET, **chosen)], shop.language)


def test_all_rows_are_as_they_were(shop):
    wanted = said(shop)
    shop.made = shop.backup()
    ids = list(wanted)
    delete(shop.gateway, shop.template, SHEET, ids[:2])
    back = found(shop)
    assert ([new.id for new in back[0].gone], back[0].cells) == (ids[:2], ())
    bring_back(shop.gateway, shop.template, back)
    assert said(shop) == wanted
    assert not found(shop)[0].has_work, "what is back does not differ any more"


def test_only_what_was_asked_for_goes_back(office):
    one = found(office, rows=[office.first])[0]
    assert ([(change.id, change.column) for change in one.cells], one.gone) == ([(office.first, "name")], ())
    assert not found(office, rows=[office.third])[0].has_work
    columns = found(office, columns=["name"])[0]
    assert (len(columns.cells), columns.gone) == (1, ())
    assert "come back whole" in columns.left[0]
    with pytest.raises(UsageError, match="has no row C-NOBODY"):
        found(office, rows=["C-NOBODY"])
    with pytest.raises(UsageError, match="did you mean name"):
        found(office, columns=["nmae"])
    with Archive(office.made.path) as archive, pytest.raises(UsageError, match="--create"):
        compare(office.gateway, office.template, archive, [Choice(SHEET)], "en")


def test_one_undo_takes_it_back(office, tmp_path):
    before = said(office)
    journal = Journal(tmp_path / "journal", office.id)
    back = found(office)
    bring_back(office.gateway, office.template, back, Log(journal, "restore", datetime.now(UTC)))
    writes = [write for _, write in journal.writes()]
    assert len(writes) == 1
    assert said(office).keys() - before.keys() == {office.second}
    change_cells(office.gateway, office.template, taken_back(writes[0].entries))
    assert said(office) == before


def test_what_people_change_meanwhile_stays(office):
    back = found(office)
    change_cells(
        office.gateway, office.template, [CellChange(SHEET, office.first, "name", "somebody else", "a third name")]
    )
    done = bring_back(office.gateway, office.template, back)
    assert [change.id for change in done.conflicts] == [office.first]
    assert said(office)[office.first]["name"] == "a third name"
    assert office.second in said(office), "the rest goes back all the same"
