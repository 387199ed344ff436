"""`sheetcrm dedupe` and `archive`: shown first, done when asked, taken back whole; exit codes and JSON for programs."""

from __future__ import annotations

from pathlib import Path

import pytest
from first_steps import as_person

from tests.sync.quality.firms import FIRMS, ORDERS, TWINS


def values(title):
    """By id, the rows as people see them; of orders by product, the ids there being random."""
    found = as_person(lambda book: book.worksheet(title).get_all_values())
    return {row[-1 if title == "Orders" else 0]: row[1:] for row in found[1:] if any(row)}


def named_in_orders():
    """By product, the firm."""
    return {product: row[0] for product, row in values("Orders").items()}


def typed(title, rows):
    def fill(book):
        tab = book.worksheet(title)
        header = tab.row_values(1)
        tab.update([[row.get(name, None) for name in header] for row in rows], "A2", raw=True)

    as_person(fill)


@pytest.fixture
def firms(prepared):
    """Twins among firms, in a spreadsheet of the config."""
    return prepared(_firms)


def _firms(sheetcrm):
    Path("firms.yaml").write_text(FIRMS, encoding="utf-8")
    assert sheetcrm("init", "--local").code == 0
    made = sheetcrm("apply", "./firms.yaml", "--create", "Firms", "--lang", "en")
    assert made.code == 0, made.err
    typed("Firms", TWINS)
    typed("Orders", ORDERS)


def _lost(_sheetcrm):
    first = {"ID": "F001", "Name": "Old", "Phone": "+8613800138000", "Stage": "Lost", "Day": 40000}
    third = {"ID": "F003", "Name": "New", "Email": "x@y.example", "Stage": "Lost", "Day": 70000}
    typed("Firms", [first, *TWINS[1:2], third, {"ID": "F004", "Name": "Son", "Parent": "F001"}])


def test_without_apply_it_only_shows_and_exits_3(firms):
    before = values("Firms")
    shown = firms("dedupe", "--stats")
    assert shown.code == 3
    for said in (
        "Firms, group 1", "stays  Firms!4:4  F003  ACME", "goes   Firms!2:2  F001  Acme GmbH",
        "because F001, F003: same Phone; same Name", "Stage: 'Open', of F001",
        "City: 'Potsdam' stays; 'Berlin' of F001 goes into the notes", "2 cells that name the others will name F003",
    ):  # fmt: skip
        assert said in shown.out
    assert "1 group, 1 of them sure" in shown.err
    assert "2 read, 0 written" in shown.err
    assert values("Firms") == before


def test_json_has_every_group_with_its_evidence(firms):
    (group,) = firms("dedupe", "firms", "--json").json["groups"]
    assert (group["number"], group["sure"], group["survivor"], group["losers"]) == (1, True, "F003", ["F001"])
    assert group["why"][0]["columns"] == ["phone", "name"]
    assert {field["outcome"] for field in group["fields"]} == {"filled", "joined", "noted"}


def test_apply_needs_a_yes_where_nobody_can_be_asked(firms):
    asked = firms("dedupe", "--apply")
    assert asked.code == 4
    assert "1 row would be merged into others; add --yes" in asked.err


def test_applied_then_nothing_is_left_and_undo_brings_all_of_it_back(firms):
    before = values("Firms")
    done = firms("dedupe", "--apply", "--yes")
    assert done.code == 0, done.err
    assert "1 group merged, 1 row put away" in done.err
    assert list(values("Firms archive")) == ["F001"]
    assert named_in_orders() == {"x": "F003", "y": "F003", "z": "F002"}
    again = firms("dedupe")
    assert (again.code, again.out) == (0, "")
    assert "no duplicates" in again.err
    assert firms("check").code == 0
    shown = firms("undo", "--dry-run")
    assert "+ firms F001 from firms_archive" in shown.out
    back = firms("undo", "--yes")
    assert back.code == 0, back.err
    assert "1 row is back" in back.err
    assert values("Firms") == before
    assert named_in_orders() == {"x": "F001", "y": "F003", "z": "F002"}
    assert values("Firms archive") == {}
    assert firms("dedupe").code == 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(("frims",), "did you mean firms?", id="no such sheet"),
        pytest.param(("orders",), "add duplicates: to the sheet", id="nothing says by what"),
        pytest.param(("--apply", "--group", "7", "--yes"), "there is no group 7; there is group 1", id="no such group"),
        pytest.param(
            ("--group", "7", "--group", "1"), "there is no group 7; there is group 1", id="no such group to see"
        ),
    ],
)
def test_what_cannot_be_is_named_with_the_way_out(firms, arguments, said):
    answer = firms("dedupe", *arguments)
    assert answer.code == 2
    assert said in answer.err


class TestArchive:
    @pytest.fixture
    def lost(self, prepared):
        return prepared(_firms, _lost)

    def test_what_the_rule_calls_inactive_goes_and_others_may_go_on_naming_it(self, lost):
        shown = lost("archive", "--dry-run")
        assert shown.code == 3
        assert "Firms!2:2  F001" in shown.out
        assert "F003" not in shown.out
        done = lost("archive", "--yes")
        assert done.code == 0, done.err
        assert list(values("Firms archive")) == ["F001"]
        assert list(values("Firms")) == ["F002", "F003", "F004"]
        assert "exists_in" not in lost("check").out
        assert lost("archive").code == 0

    def test_back_by_id_and_undo(self, lost):
        before = values("Firms")
        assert lost("archive", "--yes").code == 0
        assert lost("archive", "--back", "F001").code == 0
        assert values("Firms") == before
        assert values("Firms archive") == {}
        assert lost("undo").code == 0
        assert list(values("Firms archive")) == ["F001"]
        assert lost("undo").code == 0
        assert values("Firms") == before

    def test_any_row_by_its_id(self, lost):
        assert lost("archive", "firms", "--id", "F002", "--yes").code == 0
        assert list(values("Firms archive")) == ["F002"]
        gone = lost("archive", "--id", "F002", "--yes")
        assert gone.code == 3
        assert "no row has that id (any more)" in gone.err

    def test_ids_of_rows_that_are_away_are_not_given_again(self, lost):
        assert lost("archive", "firms", "--id", "F004", "--yes").code == 0
        Path("more.csv").write_text("Name,Phone\nNew one,+8613700137000\n", encoding="utf-8")
        added = lost("import", "more.csv", "--sheet", "firms", "--json")
        assert added.json["added"] == ["F005"]

    def test_a_template_without_an_archive_says_what_to_add(self, sheetcrm):
        columns = "{id: {type: id, title: ID}}"
        Path("none.yaml").write_text(
            f"version: 1\ntitle: None\nsheets: {{a: {{title: A, key: id, columns: {columns}}}}}\n", encoding="utf-8"
        )
        assert sheetcrm("init", "--local").code == 0
        assert sheetcrm("apply", "./none.yaml", "--create", "None").code == 0
        answer = sheetcrm("archive")
        assert answer.code == 2
        assert "add archive: to one in the template" in answer.err
