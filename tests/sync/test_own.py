"""A plain worksheet and a model of one's own: typed records, and everything that is wrong."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal

import gspread
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import (
    AliasChoices,
    AliasPath,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    EmailStr,
    Field,
    PrivateAttr,
    RootModel,
    ValidationInfo,
    field_validator,
    model_validator,
)

from sheetcrm import testing
from sheetcrm.errors import UsageError
from sheetcrm.schema.columns.base import ERROR_CELLS
from sheetcrm.schema.columns.date import EPOCH
from sheetcrm.sync.own import Header, read


class Level(Enum):
    GOLD = "g"
    SILVER = "s"


class Order(BaseModel):
    id: str
    phone: Annotated[str, Header("电话", "Phone")] = ""
    amount: Decimal | None = None
    day: date | None = Field(None, alias="Due day")
    paid: bool = False
    stage: Literal["lead", "won"] = "lead"


@pytest.fixture(scope="module")
def running():
    with testing.server() as running:
        yield running


@pytest.fixture
def tab(running):
    """What makes a worksheet of rows."""
    return lambda *rows: running.seed("Orders", rows).sheet1


def places(found):
    return [(issue.a1, issue.code) for issue in found.issues]


def test_records_are_typed_and_text_stays_text(tab):
    found = read(
        tab(
            ["id", "电话", "Amount", "due_day", "paid", "Stage"],
            ["0012", "+8613800138000", 0.1 + 0.2, 46024, True, "WON"],
            ["1e5", " x ", "", "", "", ""],
        ),
        Order,
    )
    assert list(found) == [
        Order(id="0012", phone="+8613800138000", amount="0.3", **{"Due day": date(2026, 1, 2)}, paid=True, stage="won"),
        Order(id="1e5", phone=" x "),
    ]
    assert [record.model_fields_set for record in found][1] == {"id", "phone"}
    assert found.issues == ()
    assert found.numbers == [2, 3]


def test_it_takes_two_requests(running, tab):
    worksheet = tab(["id"], ["1"])
    running.forget_requests()
    read(worksheet, Order)
    assert len(running.requests()) == 2


def test_everything_wrong_is_told_with_its_place(tab):
    found = read(
        tab(
            ["id", "amount", "Due day", "stage", "paid", "phone"],
            ["1", "lots", "soon", "wno", "perhaps", ""],
            ["", 5, 46024, "won", True, "x"],
            ["3", "12", "2026/1/2", "won", False, "#REF!"],
        ),
        Order,
    )
    assert places(found) == [
        ("Sheet1!B2", "not_a_number"),
        ("Sheet1!C2", "not_a_date"),
        ("Sheet1!D2", "not_an_option"),
        ("Sheet1!E2", "not_a_tick"),
        ("Sheet1!A3", "required"),
        ("Sheet1!B4", "number_as_text"),
        ("Sheet1!C4", "date_as_text"),
        ("Sheet1!F4", "error_value"),
    ]
    assert list(found) == []
    option = found.issues[2]
    assert (option.text, option.suggestion, option.row, option.column) == ("wno", "won", 2, "stage")
    assert option.link.endswith("#gid=0&range=D2")


def test_a_number_or_a_date_that_is_text_is_read_and_told(tab):
    found = read(tab(["id", "amount", "Due day"], ["1", "1,234.5", "2026年1月2日"]), Order)
    assert (found[0].amount, found[0].day) == (Decimal("1234.5"), date(2026, 1, 2))
    assert [issue.suggestion for issue in found.issues if issue.row == 2] == ["1234.5", "2026-01-02"]


@pytest.mark.parametrize(
    ("annotation", "cell", "value"),
    [
        (int, 3.0, 3),
        (int, "1,234", 1234),
        (float, 1.5, 1.5),
        (float, "1,5", None),
        (Decimal, 1e20, Decimal("1e20")),
        (datetime, 46024.75, datetime.fromisoformat("2026-01-02T18:00")),
        (datetime, "2026-1-2 08:30", datetime.fromisoformat("2026-01-02T08:30")),
        (datetime, "2026/1/2", datetime.fromisoformat("2026-01-02")),
        (datetime, "2026-1-2 25:00", None),
        (datetime, "1.2.2024", None),
        (datetime, 0.5, None),
        (time, 0.75, time(18)),
        (time, "8:05:30", time(8, 5, 30)),
        (time, 1.5, None),
        (timedelta, "1:30", timedelta(minutes=90)),
        (Level, "gold", Level.GOLD),
        (Level, "S", Level.SILVER),
        (Level, "bronze", None),
        (list[str], "a, b；c", ["a", "b", "c"]),
        (tuple[int, ...], "1, 2", (1, 2)),
        (tuple[int, ...], "1, x", None),
        (set[Level], "gold,s", {Level.GOLD, Level.SILVER}),
        (EmailStr, "ann@x.org", "ann@x.org"),
        (EmailStr, "ann", None),
        (Literal[1, 2], 2, 2),
        (Literal[1, 2], 3, None),
        (Any, "x", "x"),
        (int | str, "12", "12"),
        (tuple[str, str], "a,b", ("a", "b")),
        (tuple[str, str], "a", None),
        (Annotated[str, Header(type="phone", country="CN")], 13800138000, "+8613800138000"),
        (Annotated[str, Header(type="phone", country="CN")], "12", None),
        (Annotated[str, Field(max_length=2)], "abc", None),
        (bool, "是", True),
        (str, 12, "12"),
        (str, True, "TRUE"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("optional", [False, True], ids=["plain", "or none"])
def test_every_type_reads_what_people_type_for_it(tab, annotation, cell, value, optional):
    kind = annotation | None if optional and annotation is not Any else annotation
    made = type("Made", (BaseModel,), {"__annotations__": {"value": kind}, "model_config": {}})
    found = read(tab(["value"], [cell]), made)
    if value is None:
        assert (len(found), [issue.a1 for issue in found.issues]) == (0, ["Sheet1!A2"])
    else:
        assert [record.value for record in found] == [value]
        assert type(found[0].value) is type(value)


def test_a_header_may_be_anywhere_and_rows_may_be_blank(tab):
    worksheet = tab(
        ["Orders of 2026"], [], ["id", "", "amount"], [], ["1", "", 5], ["", False, ""], ["2"], ["", "note"]
    )
    found = read(worksheet, Order, header=3)
    assert found.numbers == [5, 7]
    assert [record.amount for record in found] == [5, None]
    lost = read(worksheet, Order)
    assert places(lost)[0] == ("Sheet1!3:3", "header_elsewhere")
    assert "header=3" in lost.issues[0].message
    assert len(lost) == 0


def test_headers_that_are_missing_twice_or_nobodys(tab):
    found = read(tab(["id", "Amuont", "stage", "STAGE", "note"], ["1", 5, "won", "lead", "x"]), Order)
    assert found[0] == Order(id="1", stage="won")
    assert found.unread == ("Amuont", "STAGE", "note")
    missing = {issue.column: issue for issue in found.issues if issue.code == "column_missing"}
    assert set(missing) == {"phone", "amount", "day", "paid"}
    assert missing["amount"].suggestion == "Amuont"
    assert ("Sheet1!D1", "header_twice") in places(found)


def test_without_a_required_column_there_are_no_records_and_one_issue_for_it(tab):
    found = read(tab(["amount", "Phone", "Due day", "paid", "stage"], [5], [6]), Order)
    assert (len(found), found.numbers) == (0, [])
    assert [(issue.code, issue.column) for issue in found.issues] == [("column_missing", "id")]


@pytest.mark.parametrize("rows", [[], [["id"]], [["", ""]]], ids=["nothing", "a header", "blanks"])
def test_a_sheet_without_rows_has_no_records(tab, rows):
    assert len(read(tab(*rows), Order)) == 0


def test_merged_cells_are_told(tab):
    worksheet = tab(["id", "amount", "note"], ["1", 5], ["", 6], ["2", 7, "x"])
    worksheet.merge_cells("A2:A3")
    worksheet.merge_cells("C3:C4")
    found = read(worksheet, Order)
    assert [place for place in places(found) if place[1] in ("merged", "required")] == [
        ("Sheet1!A2:A3", "merged"),
        ("Sheet1!A3", "required"),
    ]


def test_a_tab_is_found_by_its_id_and_messages_are_in_the_language_of_the_spreadsheet(running, tab):
    worksheet = tab(["id", "stage"], ["1", "x"])
    running.client.open_by_key(worksheet.spreadsheet_id).worksheet("Sheet1").update_title("订单")
    worksheet.client.batch_update(
        worksheet.spreadsheet_id,
        {"requests": [{"updateSpreadsheetProperties": {"properties": {"locale": "zh_CN"}, "fields": "locale"}}]},
    )
    issue = read(worksheet, Order).issues[-1]
    assert issue.a1 == "订单!B2"
    assert issue.message == "x 不是可选项"
    assert read(worksheet, Order, language="en").issues[-1].message == "x is not one of the options"


class Checked(BaseModel):
    model_config = ConfigDict(str_strip_whitespace=True)

    name: str = Field(min_length=2)
    pieces: int = 1
    limit: int = Field(10, gt=0)
    tags: list[str] = Field(default_factory=list)
    _seen: list[str] = PrivateAttr(default_factory=list)

    @field_validator("pieces", mode="before")
    @classmethod
    def _without_unit(cls, value: Any) -> Any:
        return value.removesuffix(" pcs") if isinstance(value, str) else value

    @model_validator(mode="after")
    def _not_too_many(self) -> Checked:
        if self.pieces > self.limit:
            raise ValueError("more than the limit")
        return self


def test_what_the_model_itself_checks_is_checked_and_all_of_it_is_told(tab):
    found = read(
        tab(
            ["name", "pieces", "limit", "tags"],
            [" Ann ", "5 pcs", 6, "a"],
            ["x", 5, "", ""],
            ["Bob", 50, "", ""],
            ["Eve", "many", -1, ""],
            ["y", 5, "?", ""],
        ),
        Checked,
    )
    assert [record.model_dump() for record in found] == [{"name": "Ann", "pieces": 5, "limit": 6, "tags": ["a"]}]
    assert found[0]._seen == []
    assert places(found) == [
        ("Sheet1!A3", "string_too_short"),
        ("Sheet1!4:4", "value_error"),
        ("Sheet1!B5", "int_parsing"),
        ("Sheet1!C5", "greater_than"),
        ("Sheet1!A6", "string_too_short"),
        ("Sheet1!C6", "not_a_number"),
    ]


class Loose(BaseModel):
    id: str
    tags: list[str] = []
    amount: Annotated[Decimal, BeforeValidator(lambda value: str(value).replace("k", "000"))] = Decimal(0)


def test_records_share_nothing_that_could_be_changed(tab):
    one, other = read(tab(["id", "tags", "amount"], ["1", "", "5k"], ["2", "", ""]), Loose)
    one.tags.append("x")
    one.id = "3"
    assert (other.tags, other.id, one.amount, other.amount) == ([], "2", 5000, 0)
    assert one.model_copy(update={"id": "4"}).model_dump() == {"id": "4", "tags": ["x"], "amount": Decimal(5000)}


class Later(BaseModel):
    first: int
    second: int = 5

    @field_validator("second")
    @classmethod
    def _after_first(cls, value: int, info: ValidationInfo) -> int:
        if value <= info.data.get("first", 0):
            raise ValueError("must be more than first")
        return value


def test_a_validator_that_looks_at_other_fields_sees_them(tab):
    found = read(tab(["first", "second"], [1, 2], [3, 2]), Later)
    assert [record.second for record in found] == [2]
    assert places(found) == [("Sheet1!B3", "value_error")]


class Aliased(BaseModel):
    one: str = Field(validation_alias=AliasChoices("Uno", "Eins"))
    two: str = Field("", title="Second thing")


def test_a_field_is_found_by_any_alias_by_its_title_and_by_its_name(tab):
    assert read(tab(["eins", "second  THING"], ["a", "b"]), Aliased)[0].model_dump() == {"one": "a", "two": "b"}
    assert read(tab(["one", "Two"], ["a", "b"]), Aliased)[0].model_dump() == {"one": "a", "two": "b"}


def test_a_notebook_shows_records_and_what_is_wrong(tab):
    page = read(tab(["id", "stage"], ["<1>", "won"], ["2", "wno"]), Order)._repr_html_()
    assert "&lt;1&gt;" in page
    assert "not one of the options" in page
    chinese = read(tab(["id", "stage"], ["2", "wno"]), Order, language="zh").issues._repr_html_()
    assert [
        title in chinese for title in (">位置</th>", ">问题</th>", ">现有内容</th>", ">建议</th>", ">负责人</th>")
    ] == [True] * 5


class Anything(BaseModel):
    text: str = ""
    number: Decimal | None = None
    day: date | None = None
    ticked: bool = False


SAID = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=30)
NUMBERS = st.decimals(-(10**12), 10**12, places=2, allow_nan=False)
"""As many digits as a sheet keeps."""


@given(
    rows=st.lists(
        st.tuples(SAID, NUMBERS | st.none(), st.dates(date(1900, 3, 1)) | st.none(), st.booleans()), max_size=8
    )
)
def test_whatever_stands_in_a_sheet_comes_back(running, rows):
    cells = [
        [text, None if number is None else float(number), None if day is None else (day - EPOCH).days, ticked]
        for text, number, day, ticked in rows
    ]
    found = read(running.seed("Any", [list(Anything.model_fields), *cells]).sheet1, Anything)
    wanted = {at: row for at, row in enumerate(rows, 2) if any((row[0], row[1] is not None, row[2], row[3]))}
    wrong = {at for at, row in wanted.items() if row[0] in ERROR_CELLS}
    assert {issue.row for issue in found.issues} == wrong
    assert {
        number: (one.text, one.number, one.day, one.ticked) for number, one in zip(found.numbers, found, strict=True)
    } == {at: row for at, row in wanted.items() if at not in wrong}


class Nested(BaseModel):
    deep: str = Field(validation_alias=AliasPath("a", 0))


class Listed(RootModel[list[int]]):
    pass


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (Nested, "AliasPath"),
        (Listed, "pydantic model"),
        (dict, "pydantic model"),
        (type("Bad", (BaseModel,), {"__annotations__": {"x": Annotated[str, Header(type="fone")]}}), "fone"),
        (type("Worse", (BaseModel,), {"__annotations__": {"x": Annotated[str, Header(type="phone", land="CN")]}}), "land"),
    ],
    ids=["an alias into nested data", "a list", "no model", "no such type", "no such setting"],
)  # fmt: skip
def test_a_model_that_cannot_be_read_by_is_refused(tab, model, said):
    with pytest.raises(UsageError, match=said):
        read(tab(["x"]), model)


def test_what_is_no_worksheet_is_refused(running, tab):
    with pytest.raises(UsageError, match="gspread worksheet"):
        read("https://docs.google.com/spreadsheets/d/x", Order)
    with pytest.raises(UsageError, match="gspread worksheet"):
        read(running.client, Order)
    worksheet = tab(["id"])
    with pytest.raises(UsageError, match="header=0"):
        read(worksheet, Order, header=0)
    with pytest.raises(UsageError, match="country"):
        read(worksheet, Order, country="Atlantis")
    book: gspread.Spreadsheet = running.client.open_by_key(worksheet.spreadsheet_id)
    book.add_worksheet("Other", 5, 5)
    book.del_worksheet(worksheet)
    with pytest.raises(UsageError, match="any more"):
        read(worksheet, Order)
