"""`sheetcrm export`: stdout, files, a database; what is wrong is told on stderr."""

from __future__ import annotations

import json
import sqlite3

import pytest


def test_stdout_has_nothing_but_the_records(pipeline):
    answer = pipeline("export", "progress", "--samples", "--columns", "id,stage", "--where", "stage!=成交")
    assert answer.code == 0, answer.err
    header, *lines = answer.out.splitlines()
    assert header == "id,stage"
    assert lines
    assert all(line.split(",")[1].isascii() for line in lines), "options are keys"


def test_titles_are_for_people(pipeline):
    header, first, *_ = pipeline(
        "export", "客户进度", "--samples", "--titles", "--columns", "客户编号,stage"
    ).out.splitlines()
    assert header == "客户编号,销售阶段"
    assert not first.split(",")[1].isascii()


@pytest.mark.parametrize("name", ["out.csv", "out.json", "out.jsonl", "out.xlsx", "out.parquet"])
def test_a_file_by_its_ending(pipeline, tmp_path, name):
    answer = pipeline("export", "progress", "--samples", "--out", name)
    assert (answer.code, answer.err.count("\n")) == (0, 1), answer.err
    assert answer.out.strip().endswith(f"rows → {name}")
    assert (tmp_path / name).stat().st_size > 0


def test_example_rows_that_stay_out_are_told_where_nothing_else_is_there(pipeline):
    answer = pipeline("export", "progress")
    assert "nothing to write from progress: example rows stay out without --samples" in answer.err
    assert "example rows" not in pipeline("export", "progress", "--samples").err


def test_sheets_are_called_as_their_tabs_are(pipeline, tmp_path):
    assert pipeline("export", "progress", "--samples", "--out", "x.csv").out.startswith("客户进度: ")


def test_all_sheets_into_a_folder_an_excel_file_or_a_database(pipeline, tmp_path):
    folder = pipeline("export", "--all", "--samples", "--format", "jsonl", "--out", "all", "--json").json
    assert {one["sheet"] for one in folder["sheets"]} == {file.stem for file in (tmp_path / "all").iterdir()}
    assert pipeline("export", "--all", "--samples", "--out", "all.xlsx").code == 0
    answer = pipeline("export", "--all", "--samples", "--to", "sqlite:///crm.db", "--json")
    assert answer.code == 0, answer.err
    assert {one["sheet"]: one["added"] for one in answer.json["sheets"]} == {
        one["sheet"]: one["rows"] for one in folder["sheets"]
    }
    with sqlite3.connect(tmp_path / "crm.db") as db:
        assert db.execute("select count(*) from progress").fetchone()[0] > 0
    again = pipeline("export", "--all", "--samples", "--to", "sqlite:///crm.db", "--json").json
    assert {(one["added"], one["changed"], one["deleted"]) for one in again["sheets"]} == {(0, 0, 0)}


def test_wrong_cells_are_told_with_what_became_of_them(pipeline, tmp_path):
    (tmp_path / "x.csv").write_text("客户编号,客户名称,电话\n0007,One,87654321\n", encoding="utf-8")
    assert pipeline("import", "x.csv", "--sheet", "progress").code == 0
    assert "1 wrong cell is blank here; see: sheetcrm check" in pipeline("export", "progress").err
    marked = pipeline("export", "progress", "--out", "x.xlsx").err
    assert "1 wrong cell is as in the sheet here, and coloured; see: sheetcrm check" in marked


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param([], "the key or title of a sheet, or --all", id="no sheet"),
        pytest.param(["progress", "--all"], "not both", id="a sheet and all"),
        pytest.param(["--all"], "add --out FOLDER", id="several to stdout"),
        pytest.param(["progress", "--format", "parquet"], "add --out FILE.parquet", id="Parquet to a terminal"),
        pytest.param(["progress", "--out", "x.doc"], "no such format: doc", id="an unknown ending"),
        pytest.param(["progress", "log", "--out", "x.csv"], "holds one sheet", id="two sheets into one CSV"),
        pytest.param(["progress", "--columns", "stagee"], "did you mean stage", id="no such column"),
        pytest.param(["progress", "--where", "stage"], "expected column=value", id="no value"),
        pytest.param(["progress", "--where", "stag=won"], "did you mean stage", id="no such column to ask"),
        pytest.param(["progress", "--where", "stage=wonn"], "did you mean won", id="no such option"),
        pytest.param(["progress", "--to", "sqlite:///x.db", "--raw"], "--to goes with", id="a database in raw"),
        pytest.param(
            ["progress", "--to", "sqlite:///x.db", "--out", "x"], "one of the two", id="a database and a file"
        ),
        pytest.param(["progress", "--out", "config.yaml/x.csv"], "cannot be written", id="an impossible name"),
    ],
)
def test_what_makes_no_sense(pipeline, arguments, words, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    answer = pipeline("export", *arguments)
    assert (answer.code, answer.out) == (2, "")
    assert words in answer.err
    assert sorted(tmp_path.rglob("*")) == before, "nothing is left behind"


def test_json_is_still_the_short_way(pipeline):
    assert json.loads(pipeline("export", "progress", "--samples", "--json").out)[0].keys() >= {"id", "stage"}
