"""A DataFrame has the types of the columns, also where cells are blank or wrong."""

from decimal import Decimal

import pandas as pd
import pytest

from sheetcrm.errors import UsageError
from sheetcrm.schema import loader
from sheetcrm.sync.frame import frame
from sheetcrm.sync.records import Reading

from .shop import Sheets

ROWS = [
    ["C001", "Ann", "+8613800138000", "ann@x.org", "Lead", 46024, 12.5, True, "Bo", 3],
    ["C002", "", "", "bea@x.org", "Won", "soon", "", "", "", ""],
    ["SAMPLE-1", "Example"],
]


@pytest.fixture
def reading(shop):
    columns = [*shop.sheets["customers"].inputs, "orders"]
    sheets = Sheets(shop).put("customers", ROWS, columns)
    return Reading(sheets.layout, "en", shop, {"customers": sheets.extract("customers")})


def test_types(reading):
    types = frame(reading, "customers").dtypes.astype(str).to_dict()
    assert types == {
        "id": "string", "name": "string", "phone": "string", "email": "string", "stage": "category",
        "next": "datetime64[s]", "spent": "object", "vip": "boolean", "owner": "string", "orders": "Int64",
    }  # fmt: skip


def test_lengths_of_time_and_ratings(tmp_path):
    file = tmp_path / "visits.yaml"
    file.write_text(
        """
version: 1
title: Visits
sheets:
  visits:
    title: Visits
    key: id
    columns: {id: {type: id, title: ID}, took: {type: duration, title: Took}, stars: {type: rating, title: Stars}}
""",
        encoding="utf-8",
    )
    template = loader.load(file)
    sheets = Sheets(template).put("visits", [["A", 0.0625, 4], ["B"]])
    made = frame(Reading(sheets.layout, "en", template, {"visits": sheets.extract("visits")}), "visits")
    assert made.dtypes.astype(str).to_dict() == {"id": "string", "took": "timedelta64[s]", "stars": "Int64"}
    assert made.loc[2, "took"] == pd.Timedelta(minutes=90)
    assert made.loc[3].isna().to_dict() == {"id": False, "took": True, "stars": True}


def test_values_and_row_numbers(reading):
    made = frame(reading, "customers")
    assert list(made.index) == [2, 3]
    assert made.loc[2, "spent"] == Decimal("12.5")
    assert made.loc[2, "next"] == pd.Timestamp(2026, 1, 2)
    assert made.loc[2, "orders"] == 3
    assert list(made["stage"].cat.categories) == ["lead", "won"]


def test_blank_and_wrong_cells_are_missing_values(reading):
    assert frame(reading, "customers").loc[3].isna().to_dict() == {
        "id": False, "name": True, "phone": True, "email": False, "stage": False,
        "next": True, "spent": True, "vip": False, "owner": True, "orders": True,
    }  # fmt: skip


def test_another_word_for_decimals_is_refused(reading):
    with pytest.raises(UsageError, match="decimals='flot' is neither exact nor float"):
        frame(reading, "customers", decimals="flot")


def test_numbers_as_floats_on_demand(reading):
    assert str(frame(reading, "customers", decimals="float")["spent"].dtype) == "Float64"


def test_a_sheet_without_rows_has_its_types_all_the_same(shop):
    sheets = Sheets(shop).put("customers", [])
    empty = Reading(sheets.layout, "en", shop, {"customers": sheets.extract("customers")})
    assert frame(empty, "customers").dtypes.astype(str)["next"] == "datetime64[s]"
    assert len(frame(empty, "customers")) == 0


def test_example_rows_only_when_asked_for(reading):
    assert len(frame(reading, "customers", samples=True)) == 3
