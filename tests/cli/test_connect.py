"""`sheetcrm connect` at the terminal: draft, bind, take a column; everything is shown before it is done."""

from __future__ import annotations

import contextlib

import pytest
import yaml

from sheetcrm.connect import open_local
from sheetcrm.sheets.gateway import Drive, Gateway

HEADER = ["Customer ID", "Company", "E-mail", "Next call"]
ROWS = [HEADER, *[[f"C{at:03d}", f"Company {at}", f"c{at}@example.com", f"2026-12-{at:02d}"] for at in range(1, 9)]]


@pytest.fixture
def at(sheetcrm, tmp_path):
    """A folder with a config, and its embedded server as people reach it."""
    if not (tmp_path / "config.yaml").exists():
        assert sheetcrm("init", "--local").code == 0

    @contextlib.contextmanager
    def open_(spreadsheet=None):
        with open_local(tmp_path / "sheetcrm-data") as session:
            spreadsheet = spreadsheet or Drive(session).create("By hand")
            yield Gateway(session, spreadsheet)

    return open_


@pytest.fixture
def spreadsheet(at):
    """The id of a spreadsheet made by hand."""
    with at() as gateway:
        gateway.write([{"range": "Sheet1!A1", "values": ROWS}])
        gateway.batch(
            [{"updateSheetProperties": {"properties": {"sheetId": 0, "title": "Customers"}, "fields": "title"}}]
        )
        return gateway.spreadsheet_id


def test_from_a_hand_made_spreadsheet_to_an_empty_plan(sheetcrm, spreadsheet):
    drafted = sheetcrm("connect", spreadsheet, "--out", "mine.yaml")
    assert drafted.code == 0, drafted.err
    assert "1 sheet, 4 columns" in drafted.err
    assert sheetcrm("template", "check", "mine.yaml").code == 0
    bound = sheetcrm("connect", spreadsheet, "--template", "mine.yaml", "--yes")
    assert bound.code == 0, bound.err
    assert "customers ← tab Customers  (same title)" in bound.out
    applied = sheetcrm("apply", "mine.yaml")
    assert applied.code == 0, applied.err
    planned = sheetcrm("plan", "--check")
    assert (planned.code, planned.out.splitlines()[-1]) == (0, "nothing to change")


def marks(gateway):
    """Every piece of metadata that is there."""
    found = gateway.describe("developerMetadata,sheets(developerMetadata,data(columnMetadata(developerMetadata)))")
    return str(found).count("metadataValue")


class TestUndo:
    @pytest.fixture
    def bound(self, sheetcrm, spreadsheet):
        sheetcrm("connect", spreadsheet, "--out", "mine.yaml")
        assert sheetcrm("connect", spreadsheet, "--template", "mine.yaml", "--yes").code == 0
        return spreadsheet

    def test_a_binding_is_taken_back_without_a_trace(self, sheetcrm, at, bound):
        assert "marks, which nobody sees" in sheetcrm("undo", "--dry-run").out
        done = sheetcrm("undo", "--yes", "--json")
        assert (done.code, done.json["left"]) == (0, [])
        with at(bound) as gateway:
            assert marks(gateway) == 0
        assert sheetcrm("undo").code == 2, "once"
        assert "in the config; connect it again" in done.err

    def test_columns_that_moved_since_lose_their_marks_too(self, sheetcrm, at, bound):
        place = {"sheetId": 0, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 1}
        with at(bound) as gateway:
            gateway.batch([{"insertDimension": {"range": place}}])
        assert sheetcrm("undo", "--yes", "--json").json["left"] == []
        with at(bound) as gateway:
            assert marks(gateway) == 0

    def test_marks_that_were_forgotten_come_back(self, sheetcrm, at, bound):
        with at(bound) as gateway:
            before = marks(gateway)
        assert sheetcrm("connect", bound, "--template", "mine.yaml", "--anew", "--yes").code == 0
        assert sheetcrm("undo", "--yes", "--json").json["restored"] > 0
        with at(bound) as gateway:
            assert marks(gateway) == before
        assert sheetcrm("plan", "mine.yaml", "--check").code == 3

    def test_what_is_not_as_it_was_written_stays_and_is_named(self, sheetcrm, at, bound):
        place = {"sheetId": 0, "dimension": "COLUMNS", "startIndex": 1, "endIndex": 2}
        with at(bound) as gateway:
            gateway.batch([{"deleteDimension": {"range": place}}])
        answer = sheetcrm("undo", "--yes")
        assert "stays: customers.company in Customers: written anew or gone since" in answer.out
        with at(bound) as gateway:
            assert marks(gateway) == 0


def test_the_draft_itself_is_the_result_without_a_file(sheetcrm, spreadsheet):
    drafted = sheetcrm("connect", spreadsheet, "--stats")
    assert yaml.safe_load(drafted.out)["sheets"]["customers"]["key"] == "customer_id"
    assert "3 read, 0 written" in drafted.err


def test_the_draft_for_programs(sheetcrm, spreadsheet):
    answer = sheetcrm("connect", spreadsheet, "--json").json
    assert answer["language"] == "en"
    assert {
        "sheet": "customers",
        "column": "next_call",
        "text": "8 of 8 cells are text to the sheet, which neither sorts nor computes with them",
    } in answer["remarks"]
    assert answer["requests"] == {"reads": 3, "writes": 0}


def test_without_a_terminal_nothing_is_bound_unless_told(sheetcrm, at, spreadsheet):
    shown = sheetcrm("connect", spreadsheet, "--template", "customer-list")
    assert shown.code == 4
    assert "nothing was written; add --yes" in shown.err
    assert sheetcrm("connect", spreadsheet, "--template", "customer-list", "--json").json["bound"] is False
    with at(spreadsheet) as gateway:
        assert not gateway.describe("developerMetadata").get("developerMetadata")


def test_what_json_proposes_is_a_map_that_gives_the_same(sheetcrm, spreadsheet, tmp_path):
    proposed = sheetcrm("connect", spreadsheet, "--template", "customer-list", "--json").json
    (tmp_path / "map.yaml").write_text(yaml.safe_dump(proposed["map"]), encoding="utf-8")
    again = sheetcrm("connect", spreadsheet, "--template", "customer-list", "--map", "map.yaml", "--json").json
    assert again["map"] == proposed["map"]
    assert again["sheets"][0]["why"] == "map"


def test_what_is_ours_already_is_not_drafted_again(sheetcrm, pipeline):
    answer = sheetcrm("connect", "客户进度")
    assert answer.code == 4
    assert "has the marks of pipeline (version 1, zh) already" in answer.err
    assert "copied whole" in answer.err
    assert sheetcrm("connect", "客户进度", "--anew", "--json").code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["--take", "Customers!Company"], "--take and --into go together", id="a column to nowhere"),
        pytest.param(["--map", "map.yaml"], "add --template", id="a map of nothing"),
        pytest.param(["--out", "config.yaml"], "config.yaml is there already", id="over another file"),
        pytest.param(["--template", "piplein"], "did you mean pipeline", id="a template that is none"),
    ],
)
def test_wrong_usage_is_told_with_the_way_out(sheetcrm, spreadsheet, arguments, message):
    answer = sheetcrm("connect", spreadsheet, *arguments)
    assert answer.code == 2
    assert message in answer.err


class TestTake:
    @pytest.fixture
    def own(self, sheetcrm, pipeline, at):
        """The spreadsheet from `pipeline`, in which the team has made a column of its own."""
        listed = sheetcrm("status", "--json").json
        identity = next(one for one in (listed if isinstance(listed, list) else listed["spreadsheets"]))["id"]
        with at(identity) as gateway:
            sheets = gateway.describe("sheets.properties")["sheets"]
            (tab,) = [one["properties"] for one in sheets if one["properties"]["title"] == "客户进度"]
            width = tab["gridProperties"]["columnCount"]
            gateway.batch([{"appendDimension": {"sheetId": tab["sheetId"], "dimension": "COLUMNS", "length": 1}}])
            values = ["生日", *[46000 + row for row in range(4)]]
            rows = [
                {
                    "values": [
                        {
                            "userEnteredValue": {"stringValue" if isinstance(value, str) else "numberValue": value},
                            "userEnteredFormat": {}
                            if isinstance(value, str)
                            else {"numberFormat": {"type": "DATE", "pattern": "yyyy-mm-dd"}},
                        }
                    ]
                }
                for value in values
            ]
            start = {"sheetId": tab["sheetId"], "rowIndex": 0, "columnIndex": width}
            gateway.batch([{"updateCells": {"start": start, "rows": rows, "fields": "*"}}])
        return identity

    def test_a_column_of_the_team_is_taken_into_its_overlay_and_planned_as_its_own(self, sheetcrm, own, tmp_path):
        taken = sheetcrm("connect", "客户进度", "--take", "客户进度!生日", "--into", "own.yaml")
        assert taken.code == 0, taken.err
        said = yaml.safe_load((tmp_path / "own.yaml").read_text(encoding="utf-8"))
        assert (said["extends"], said["version"]) == ("pipeline", 1)
        (column,) = said["sheets"]["progress"]["columns"].values()
        assert column == {"type": "date", "title": "生日", "after": "reminded"}
        plan = sheetcrm("plan", "own.yaml", "--json").json
        assert not plan["refusals"]
        touched = {
            change["address"].rpartition(".")[2]
            for change in plan["changes"]
            if change["address"].startswith("progress.column_")
        }
        assert "column" in touched
        columns = [change for change in plan["changes"] if change["address"].endswith(".column")]
        assert {(change["address"].partition(".")[0], change["action"]) for change in columns} == {
            ("progress", "update"),
            ("progress_archive", "create"),
        }

    def test_a_file_that_is_there_keeps_what_it_says(self, sheetcrm, own, tmp_path):
        text = "# ours\nextends: pipeline\nversion: 3\nsheets:\n  log:\n    columns:\n      # how long it took\n      minutes: {type: integer, title: {zh: 分钟, en: Minutes}}\n"
        (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
        assert sheetcrm("connect", "客户进度", "--take", "客户进度!生日", "--into", "own.yaml").code == 0
        now = (tmp_path / "own.yaml").read_text(encoding="utf-8")
        assert now.startswith(text)
        assert "title: 生日" in now

    @pytest.mark.parametrize(
        ("column", "message"),
        [
            pytest.param("客户进度!电话", "is progress.phone of pipeline already", id="the template's own"),
            pytest.param("客户进度!生曰", "no column called 生曰 in 客户进度", id="a title that is none"),
            pytest.param("客户!生日", "no tab called 客户", id="a tab that is none"),
            pytest.param("生日", "expected Tab!Column", id="no tab said"),
        ],
    )
    def test_what_cannot_be_taken_is_told_and_no_file_is_made(self, sheetcrm, own, tmp_path, column, message):
        answer = sheetcrm("connect", "客户进度", "--take", column, "--into", "own.yaml")
        assert answer.code == 2
        assert message in answer.err
        assert not (tmp_path / "own.yaml").exists()

    def test_a_file_that_extends_something_else_is_left_as_it_is(self, sheetcrm, own, tmp_path):
        (tmp_path / "own.yaml").write_text("extends: account-manager\nversion: 1\n", encoding="utf-8")
        answer = sheetcrm("connect", "客户进度", "--take", "客户进度!生日", "--into", "own.yaml")
        assert answer.code == 2
        assert "own.yaml extends account-manager, and the spreadsheet is of pipeline" in answer.err
