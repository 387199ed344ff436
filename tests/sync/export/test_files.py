"""Every format says the same of a sheet; files are there whole or not at all; nothing in them runs."""

from __future__ import annotations

import csv
import io
import json
import sys
from datetime import date
from decimal import Decimal

import pandas as pd
import pyarrow.parquet
import pytest

from sheetcrm.errors import MissingExtra, MovedMeanwhile, SheetcrmError, UsageError
from sheetcrm.sync import dump
from sheetcrm.sync.export import Sources, Wish, export, format_of, registered
from sheetcrm.sync.export.run import tried
from sheetcrm.sync.frame import frame
from tests.sync.meanwhile import interrupted

from .desk import exported, fill

FORMATS = sorted(registered())


@pytest.fixture
def shop_office(ready):
    """With customers, orders, a colleague."""
    return ready("exported", fill)


def lines(path):
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode(), newline="")))


class TestCsv:
    def test_the_same_as_dumped_from_a_reading(self, shop_office, tmp_path):
        exported(shop_office, tmp_path / "x.csv")
        assert (tmp_path / "x.csv").read_text(encoding="utf-8") == dump(shop_office.read(), "customers")

    def test_in_parts_the_same(self, shop_office, tmp_path):
        exported(shop_office, tmp_path / "x.csv", large=1, rows=2)
        assert (tmp_path / "x.csv").read_text(encoding="utf-8") == dump(shop_office.read(), "customers")

    def test_for_excel(self, shop_office, tmp_path):
        exported(shop_office, tmp_path / "x.csv", excel=True)
        made = (tmp_path / "x.csv").read_bytes()
        assert made.startswith(b"\xef\xbb\xbfid,name")
        assert made.count(b"\r\n") == 7

    def test_raw_is_unguarded(self, shop_office, tmp_path):
        exported(shop_office, tmp_path / "x.csv", raw=True)
        assert {row["name"] for row in lines(tmp_path / "x.csv")} >= {"=1+1", "@here", "-5", "0012"}

    def test_a_carriage_return_in_a_cell_is_no_line(self, shop_office, tmp_path):
        shop_office.tab("Customers").update_acell("B2", "a\rb\r\nc")
        exported(shop_office, tmp_path / "x.csv")
        assert lines(tmp_path / "x.csv")[0]["name"] == "a\rb\r\nc"
        assert len(lines(tmp_path / "x.csv")) == 6

    def test_half_a_surrogate_pair_does_not_stop_it(self, shop_office, tmp_path):
        from sheetcrm.sync.export.pages import Chosen, Field, Table

        reading = shop_office.read()
        template, context = shop_office.template, shop_office.template.context("en")
        extract = reading.extracts["customers"].with_values({"name": {0: "a\ud83db"}})
        name = Field("name", "Name", template.sheets["customers"].columns["name"])
        page, _wrong = Chosen(Table("customers", "Customers", (name,), context, reading.layout)).page(extract)
        assert page.values["name"][0].encode().decode().strip("ab") != ""


class TestChosen:
    @pytest.mark.parametrize(
        ("where", "ids"),
        [
            pytest.param(("stage=won",), ["C001", "C003", "C005"], id="an option by key"),
            pytest.param(("stage=Won",), ["C001", "C003", "C005"], id="an option by title"),
            pytest.param(("stage!=won", "vip=true"), ["C006"], id="both must hold"),
            pytest.param(("next=2026-01-03,2026-01-04",), ["C001", "C002"], id="one of two days"),
            pytest.param(("owner=",), [], id="blank"),
            pytest.param(("owner!=",), ["C001", "C002", "C003", "C004", "C005", "C006"], id="not blank"),
            pytest.param(("spent=2.2",), ["C002"], id="an amount"),
        ],
    )
    @pytest.mark.parametrize("large", [1, 500_000], ids=["in parts", "at once"])
    def test_rows(self, shop_office, tmp_path, where, ids, large):
        exported(shop_office, tmp_path / "x.csv", where=where, columns=("id",), large=large, rows=4)
        assert [row["id"] for row in lines(tmp_path / "x.csv")] == ids

    def test_columns_in_the_order_asked_for_by_key_or_title(self, shop_office, tmp_path):
        exported(shop_office, tmp_path / "x.csv", columns=("阶段", "id"))
        assert list(lines(tmp_path / "x.csv")[0]) == ["stage", "id"]

    def test_examples_only_when_asked_for(self, office, tmp_path):
        office.apply(samples=True)
        assert exported(office, tmp_path / "x.csv").sheets[0].rows == 0
        assert exported(office, tmp_path / "x.csv", samples=True).sheets[0].rows == 1


class TestJson:
    def test_lines_and_list_have_the_same(self, shop_office, tmp_path):
        exported(shop_office, tmp_path / "x.json", large=1, rows=2)
        exported(shop_office, tmp_path / "x.jsonl", large=1, rows=2)
        whole = json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))
        assert whole == [json.loads(line) for line in (tmp_path / "x.jsonl").read_text(encoding="utf-8").splitlines()]
        assert whole == json.loads(dump(shop_office.read(), "customers", "json"))

    def test_nothing_is_an_empty_list(self, office, tmp_path):
        exported(office, tmp_path / "x.json")
        assert json.loads((tmp_path / "x.json").read_text(encoding="utf-8")) == []

    def test_numbers_on_demand(self, shop_office, tmp_path):
        exported(shop_office, tmp_path / "x.json", decimals="float")
        assert json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))[0]["spent"] == 1.1


class TestParquet:
    def test_types(self, shop_office, tmp_path):
        exported(shop_office, tmp_path / "x.parquet", large=1, rows=4)
        found = pyarrow.parquet.read_table(tmp_path / "x.parquet")
        types = {field.name: str(field.type) for field in found.schema}
        assert types == {
            "id": "string", "name": "string", "phone": "string", "email": "string",
            "stage": "dictionary<values=string, indices=int32, ordered=0>", "next": "date32[day]",
            "spent": "decimal128(38, 18)", "vip": "bool", "owner": "string", "orders": "int64",
        }  # fmt: skip
        first = found.to_pylist()[0]
        assert (first["next"], first["spent"], first["stage"], first["vip"]) == (
            date(2026, 1, 3),
            Decimal("1.1"),
            "won",
            False,
        )
        assert found.schema.field("phone").metadata[b"title"] == b"Phone"

    def test_the_same_frame(self, shop_office, tmp_path):
        exported(shop_office, tmp_path / "x.parquet", decimals="float")
        made = frame(shop_office.read(), "customers", decimals="float").reset_index(drop=True)
        back = pd.read_parquet(tmp_path / "x.parquet")
        back = back.astype({key: made[key].dtype for key in made.columns})
        pd.testing.assert_frame_equal(back, made, check_categorical=False)

    def test_a_number_that_has_no_room_is_blank_and_named(self, shop_office, tmp_path):
        shop_office.tab("Customers").update_acell("G3", 1e-25)
        [one] = exported(shop_office, tmp_path / "x.parquet").sheets
        assert [(unfit.a1, unfit.column) for unfit in one.unfit] == [("Customers!G3", "spent")]
        assert pyarrow.parquet.read_table(tmp_path / "x.parquet").to_pylist()[1]["spent"] is None


class TestIssues:
    def test_wrong_cells_are_blank_and_counted(self, shop_office, tmp_path):
        shop_office.tab("Customers").update([["soon", "lots"]], "F2:G2", raw=True)
        [one] = exported(shop_office, tmp_path / "x.csv").sheets
        assert (one.wrong, one.issues) == (2, 2)
        assert (lines(tmp_path / "x.csv")[0]["next"], lines(tmp_path / "x.csv")[0]["spent"]) == ("", "")

    @pytest.mark.parametrize("large", [1, 500_000], ids=["in parts", "at once"])
    def test_in_a_column_of_their_own(self, shop_office, tmp_path, large):
        shop_office.tab("Customers").update_acell("F3", "soon")
        exported(shop_office, tmp_path / "x.csv", issues=True, columns=("id",), large=large, rows=2)
        said = {row["id"]: row["_issues"] for row in lines(tmp_path / "x.csv")}
        assert said["C002"].startswith("Next: soon is not a date")
        assert said["C001"] == ""


class TestWholeOrNotAtAll:
    @pytest.mark.parametrize("form", FORMATS)
    def test_a_sheet_that_is_not_there_leaves_the_old_file_alone(self, shop_office, tmp_path, form):
        out = tmp_path / f"x.{form}"
        out.write_text("old")
        shop_office.running.client.open_by_key(shop_office.id).del_worksheet(shop_office.tab("Customers"))
        with pytest.raises(SheetcrmError, match="no tab Customers"):
            exported(shop_office, out)
        assert [file.name for file in tmp_path.iterdir()] == [out.name]
        assert out.read_text() == "old"

    def test_one_of_several_that_fails_leaves_none(self, shop_office, tmp_path):
        shop_office.running.client.open_by_key(shop_office.id).del_worksheet(shop_office.tab("Orders"))
        with pytest.raises(SheetcrmError, match="Orders"):
            exported(shop_office, tmp_path / "all", "customers", "orders", form="csv")
        assert list((tmp_path / "all").iterdir()) == []

    def test_rows_that_move_meanwhile_cause_another_try(self):
        answers = iter([MovedMeanwhile("rows"), MovedMeanwhile("rows"), "done"])

        def work():
            answer = next(answers)
            if isinstance(answer, Exception):
                raise answer
            return answer

        assert tried(work) == "done"

    @pytest.mark.parametrize("number", range(3, 11))
    def test_people_who_insert_and_move_meanwhile_never_get_into_a_file_by_half(self, office, tmp_path, number):
        fill(office, 12)
        tab = office.tab("Customers")
        before = dump(office.read(), "customers")

        def act():
            tab.insert_row(["C000", "On top", "", "o@x.org", "Won"], 2)
            office.send(
                {
                    "moveDimension": {
                        "source": {"sheetId": tab.id, "dimension": "COLUMNS", "startIndex": 1, "endIndex": 2},
                        "destinationIndex": 5,
                    }
                }
            )

        gateway = interrupted(office.running, office.id, {number: [act]})
        sources = Sources(gateway, office.template, large=1, rows=5)
        export(sources, [Wish("customers")], tmp_path / "x.csv", format_of("csv", None))
        assert (tmp_path / "x.csv").read_text(encoding="utf-8") in (before, dump(office.read(), "customers"))

    def test_what_is_in_the_way(self, shop_office, tmp_path):
        (tmp_path / "x.csv").mkdir()
        exported(shop_office, tmp_path / "x.csv")
        assert (tmp_path / "x.csv" / "customers.csv").exists(), "a folder is where files go"
        with pytest.raises(UsageError, match="cannot be written"):
            exported(shop_office, tmp_path / "x.csv" / "customers.csv" / "y.csv")


@pytest.mark.parametrize(("package", "ending"), [("pyarrow", "parquet"), ("xlsxwriter", "xlsx")])
def test_a_missing_extra_is_named(office, tmp_path, monkeypatch, package, ending):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtra, match=r"pip install 'sheetcrm\[(parquet|excel)\]'"):
        exported(office, tmp_path / f"x.{ending}")
    assert list(tmp_path.iterdir()) == []
