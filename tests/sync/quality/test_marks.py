"""Wrong cells carry a note and a colour, right ones nothing of ours; what people put on cells stays as it is."""

from __future__ import annotations

from datetime import date

import pytest

from sheetcrm import provision, testing
from sheetcrm.resources.base import color_style
from sheetcrm.sync.quality.marks import mark
from sheetcrm.sync.quality.skins import Skin, note_of
from sheetcrm.sync.records import Issue
from tests.sync.meanwhile import interrupted
from tests.sync.quality.little import little_shop
from tests.sync.shop import Office

TODAY = date(2026, 1, 1)
FIELDS = "sheets(properties.title,data(rowData.values(note,userEnteredFormat)))"
GREEN, WHITE = color_style("#00ff00"), color_style("#ffffff")


def looks(office, title="Customers"):
    """Every cell of a tab that has a note or a format: (row, column), 1-based → both."""
    for part in office.gateway.describe(FIELDS)["sheets"]:
        if part["properties"]["title"] == title:
            return {
                (row, column): (cell.get("note", ""), cell.get("userEnteredFormat", {}))
                for row, cells in enumerate(part["data"][0].get("rowData", []), 1)
                for column, cell in enumerate(cells.get("values", []), 1)
                if cell
            }
    raise AssertionError(title)


def on(office, cell):
    """The note and the own colour of a cell."""
    note, style = looks(office).get(cell, ("", {}))
    return note, style.get("backgroundColorStyle")


def paint(office, cell, *, note=None, color=None):
    """A note or a colour, as a person gives one."""
    row, column = cell
    start = {"sheetId": office.tab("Customers").id, "rowIndex": row - 1, "columnIndex": column - 1}
    data = {"note": note} if note is not None else {"userEnteredFormat": {"backgroundColorStyle": color}}
    fields = "note" if note is not None else "userEnteredFormat.backgroundColorStyle"
    office.send({"updateCells": {"start": start, "rows": [{"values": [data]}], "fields": fields}})


def marked(office, **options):
    return mark(office.gateway, office.template, today=TODAY, **options)


PHONE, MAIL, STAGE = (2, 3), (2, 4), (3, 5)


@pytest.fixture(scope="module")
def little(tmp_path_factory):
    return little_shop(tmp_path_factory.mktemp("templates"))


@pytest.fixture
def wrong(little):
    """A phone that is none in C2, a stage that is none in E3."""
    with testing.server() as running:
        office = Office(little, running)
        office.apply()
        yield _filled(office)


def _filled(office):
    office.fill("Customers", [
        {"Customer ID": "C001", "Name": "Ann", "Phone": "12", "Stage": "Won", "E-mail": "ann@x.org"},
        {"Customer ID": "C002", "Name": "Bob", "Phone": "13800138000", "Stage": "leed", "Next": 46024},
    ])  # fmt: skip
    return office


def test_a_wrong_cell_says_what_is_wrong_and_what_it_should_say(wrong):
    done = marked(wrong)
    assert (done.marked, done.written, done.hidden, done.lost) == (2, 2, (), ())
    assert on(wrong, PHONE)[0].endswith("\n12 is not a phone number")
    assert on(wrong, STAGE)[0].endswith("\nleed is not one of the options → Lead")
    assert Skin(*on(wrong, STAGE)).color_is_ours


def test_what_it_costs(wrong):
    own = wrong.gateway
    mark(own, wrong.template, today=TODAY)
    assert (own.counts.reads, own.counts.writes) == (4, 1)


@pytest.mark.parametrize("order", [{"drop": "before"}, {"drop": "after"}, {"status": 503}], ids=str)
def test_after_a_lost_answer_it_looks_and_every_wrong_cell_is_marked_once(wrong, order):
    wrong.running.faults.add(testing.Fault("sheets.spreadsheets.batchUpdate", **order))
    assert marked(wrong).marked == 2
    after = looks(wrong)
    assert (marked(wrong).written, looks(wrong)) == (0, after)


def test_a_second_run_writes_nothing(wrong):
    marked(wrong)
    before = looks(wrong)
    done = marked(wrong)
    assert (done.marked, done.written) == (2, 0)
    assert looks(wrong) == before


def test_the_plan_right_after_is_empty(wrong):
    wrong.fill(
        "Customers", [{"Customer ID": "", "Name": "", "E-mail": "no", "Next": "soon", "Spent": "a lot", "VIP": "x?"}]
    )
    marked(wrong)
    for deep in (False, True):
        plan = provision.plan(wrong.gateway, wrong.template, "en", today=TODAY, deep=deep)
        assert [change.address for change in plan.changes if change.address.sheet == "customers"] == []


def test_a_cell_that_is_right_again_is_as_it_was(wrong):
    before = looks(wrong)
    marked(wrong)
    wrong.fill("Customers", [{"Phone": "13900139000", "Stage": "Won"}, {"Stage": "Lead"}])
    assert marked(wrong).marked == 0
    assert looks(wrong) == before


def test_another_fault_is_another_note(wrong):
    marked(wrong)
    wrong.fill("Customers", [{"Phone": "123"}])
    marked(wrong)
    assert on(wrong, PHONE)[0].endswith("\n123 is not a phone number")


def test_all_marks_can_be_taken_away(wrong):
    before = looks(wrong)
    marked(wrong)
    done = marked(wrong, off=True)
    assert (done.marked, done.written, len(done.issues)) == (0, 2, 2)
    assert looks(wrong) == before


@pytest.mark.parametrize(("own", "after"), [
    pytest.param({"note": "call back!"}, "color", id="a note of a person's own: only a colour"),
    pytest.param({"color": GREEN}, "note", id="a colour of a person's own: only a note"),
    pytest.param({"color": WHITE}, "note", id="white is a colour, too"),
])  # fmt: skip
def test_what_people_put_on_a_cell_stays(wrong, own, after):
    paint(wrong, PHONE, **own)
    before = looks(wrong)
    assert marked(wrong).hidden == ()
    skin = Skin(*on(wrong, PHONE))
    assert (skin.note_is_ours, skin.color_is_ours) == (after == "note", after == "color")
    assert skin.of_people == Skin(own.get("note", ""), own.get("color"))
    marked(wrong, off=True)
    assert looks(wrong) == before


def test_both_of_a_persons_own_leave_no_room_and_that_is_said(wrong):
    paint(wrong, PHONE, note="mine")
    paint(wrong, PHONE, color=GREEN)
    done = marked(wrong)
    assert [issue.a1 for issue in done.hidden] == ["Customers!C2"]
    assert (done.marked, on(wrong, PHONE)) == (1, ("mine", GREEN))


def test_a_note_of_ours_that_a_person_went_on_with_is_theirs(wrong):
    marked(wrong)
    longer = on(wrong, PHONE)[0] + "\nasked her on Monday"
    paint(wrong, PHONE, note=longer)
    wrong.fill("Customers", [{"Phone": "13900139000"}])
    marked(wrong)
    assert on(wrong, PHONE) == (longer, None)


def test_a_colour_that_a_person_put_over_ours_is_theirs(wrong):
    marked(wrong)
    paint(wrong, PHONE, color=GREEN)
    wrong.fill("Customers", [{"Phone": "13900139000"}])
    marked(wrong)
    assert on(wrong, PHONE) == ("", GREEN)


def test_marks_go_along_with_a_sort(wrong):
    before = looks(wrong)
    marked(wrong)
    area = {"sheetId": wrong.tab("Customers").id, "startRowIndex": 1}
    wrong.send({"sortRange": {"range": area, "sortSpecs": [{"dimensionIndex": 0, "sortOrder": "DESCENDING"}]}})
    assert marked(wrong).marked == 2
    assert on(wrong, (3, 3))[0].endswith("12 is not a phone number")
    assert on(wrong, (2, 5))[0].endswith("→ Lead")
    marked(wrong, off=True)
    assert looks(wrong) == before


def test_headers_keep_their_notes_and_colours(wrong):
    before = {cell: look for cell, look in looks(wrong).items() if cell[0] == 1}
    marked(wrong)
    assert {cell: look for cell, look in looks(wrong).items() if cell[0] == 1} == before


def test_what_a_cell_says_is_no_way_to_forge_a_note():
    evil = Issue("customers", 2, "name", "x", "a\nsheetcrm check · 00000000\n\u202e\x00 b\ud800")
    assert Skin(note_of([evil])).note_is_ours
    assert note_of([evil]).count("\n") == 1


class TestMeanwhile:
    """Rows that people move between our looking and our writing."""

    @pytest.mark.parametrize("call", range(1, 5), ids="before request {}".format)
    def test_a_note_of_a_persons_own_survives_a_row_that_comes_in(self, wrong, call):
        paint(wrong, (3, 3), note="mine")
        paint(wrong, (3, 3), color=GREEN)
        insert = {
            "insertDimension": {
                "range": {"sheetId": wrong.tab("Customers").id, "dimension": "ROWS", "startIndex": 1, "endIndex": 2}
            }
        }
        gateway = interrupted(wrong.running, wrong.id, {call: [lambda: wrong.send(insert)]})
        done = mark(gateway, wrong.template, today=TODAY)
        assert [landing.a1 for landing in done.lost] == (["'Customers'!C2"] if call == 4 else []), (
            "a row that nobody knew"
        )
        assert on(wrong, (4, 3)) == ("mine", GREEN)
        assert on(wrong, (3, 3))[0].endswith("12 is not a phone number")
        assert on(wrong, (4, 5))[0].endswith("→ Lead")
        assert on(wrong, (2, 3)) == ("", None)
