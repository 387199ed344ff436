"""Structure, atomicity and persistence of a spreadsheet, against a plain model."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sheetcrm.server import a1, spreadsheets, values
from sheetcrm.server.errors import ApiError
from sheetcrm.server.model import Spreadsheet
from tests.server.books import book, cells, do, everything, formulas, lines, put, read, span

HEIGHT, WIDTH = 6, 5


def reloaded(spreadsheet):
    return Spreadsheet.load(spreadsheet.id, spreadsheet.dump())


class Structure(RuleBasedStateMachine):
    """Any row of inserts, deletes, moves and sorts: every cell keeps its note, rule and mark, every formula its cell."""

    @initialize()
    def start(self):
        tokens = [[f"{a1.letters(column)}{row}" for column in range(WIDTH)] for row in range(HEIGHT)]
        self.book = book(*tokens, rows_in_grid=HEIGHT, columns_in_grid=WIDTH)
        self.model = [list(line) for line in tokens]
        self.columns = [f"column {index}" for index in range(WIDTH)]
        self.row_marks = [f"row {index}" for index in range(HEIGHT)]
        do(
            self.book,
            {
                "addSheet": {
                    "properties": {
                        "sheetId": 1,
                        "title": "指 向",
                        "gridProperties": {"rowCount": HEIGHT * WIDTH, "columnCount": 1},
                    }
                }
            },
        )
        self.tokens = [token for line in tokens for token in line]
        put(
            self.book,
            "'指 向'!A1",
            *[[f"=Sheet1!{a1.letters(column)}{row + 1}"] for row in range(HEIGHT) for column in range(WIDTH)],
        )
        notes = [{"values": [{"note": token} for token in line]} for line in tokens]
        do(self.book, {"updateCells": {"range": span(0, HEIGHT, 0, WIDTH), "rows": notes, "fields": "note"}})
        for dimension, marks in (("COLUMNS", self.columns), ("ROWS", self.row_marks)):
            for index, mark in enumerate(marks):
                place = {"dimensionRange": lines(dimension, index, index + 1)}
                do(
                    self.book,
                    {
                        "createDeveloperMetadata": {
                            "developerMetadata": {"metadataKey": mark, "location": place, "visibility": "DOCUMENT"}
                        }
                    },
                )
        condition = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": "=$A1<>B1"}]}
        do(self.book, {"setDataValidation": {"range": span(0, HEIGHT, 1, 2), "rule": {"condition": condition}}})

    def sizes(self):
        return len(self.model), len(self.model[0])

    @rule(data=st.data())
    def insert_rows(self, data):
        start = data.draw(st.integers(0, len(self.model)))
        count = data.draw(st.integers(1, 2))
        do(self.book, {"insertDimension": {"range": lines("ROWS", start, start + count)}})
        self.model[start:start] = [[None] * len(self.model[0]) for _ in range(count)]
        self.row_marks[start:start] = [None] * count

    @rule(data=st.data())
    def insert_columns(self, data):
        start = data.draw(st.integers(0, len(self.model[0])))
        do(self.book, {"insertDimension": {"range": lines("COLUMNS", start, start + 1)}})
        for line in self.model:
            line[start:start] = [None]
        self.columns[start:start] = [None]

    @rule(data=st.data())
    def delete_rows(self, data):
        start = data.draw(st.integers(0, len(self.model) - 1))
        end = data.draw(st.integers(start + 1, len(self.model)))
        if end - start < len(self.model):
            do(self.book, {"deleteDimension": {"range": lines("ROWS", start, end)}})
            del self.model[start:end], self.row_marks[start:end]

    @rule(data=st.data())
    def delete_columns(self, data):
        start = data.draw(st.integers(0, len(self.model[0]) - 1))
        if len(self.model[0]) > 1:
            do(self.book, {"deleteDimension": {"range": lines("COLUMNS", start, start + 1)}})
            for line in self.model:
                del line[start]
            del self.columns[start]

    @rule(data=st.data(), dimension=st.sampled_from(["ROWS", "COLUMNS"]))
    def move(self, data, dimension):
        extent = self.sizes()[dimension == "COLUMNS"]
        start = data.draw(st.integers(0, extent - 1))
        end = data.draw(st.integers(start + 1, extent))
        to = data.draw(st.integers(0, extent).filter(lambda index: not start < index < end))
        do(self.book, {"moveDimension": {"source": lines(dimension, start, end), "destinationIndex": to}})
        for cells_of in [self.model, self.row_marks] if dimension == "ROWS" else [*self.model, self.columns]:
            block = cells_of[start:end]
            at = to - len(block) if to >= end else to
            del cells_of[start:end]
            cells_of[at:at] = block

    @rule()
    def save_and_open(self):
        before = everything(self.book)
        self.book = reloaded(self.book)
        assert everything(self.book) == before

    @rule()
    def refused(self):
        before = everything(self.book)
        with pytest.raises(ApiError):
            do(self.book, {"insertDimension": {"range": lines("ROWS", 0, 1)}}, {"deleteSheet": {"sheetId": 404}})
        assert everything(self.book) == before

    @invariant()
    def cells_and_notes_are_where_the_model_has_them(self):
        height, width = self.sizes()
        assert (self.book.sheets[0].row_count, self.book.sheets[0].column_count) == (height, width)
        assert _padded(read(self.book), height, width) == self.model
        assert _padded(cells(self.book, "Sheet1", "note"), height, width) == self.model

    @invariant()
    def formulas_point_at_the_same_cells(self):
        places = {
            token: (row, column) for row, line in enumerate(self.model) for column, token in enumerate(line) if token
        }
        wanted = []
        for token in self.tokens:
            if token in places:
                row, column = places[token]
                wanted.append([f"=Sheet1!{a1.letters(column)}{row + 1}"])
        assert [line for line in formulas(self.book, "'指 向'") if "#REF!" not in line[0]] == wanted

    @invariant()
    def marks_are_on_the_same_rows_and_columns(self):
        found = {"ROWS": [None] * len(self.model), "COLUMNS": [None] * len(self.model[0])}
        for one in self.book.metadata:
            place = one["location"]["dimensionRange"]
            found[place["dimension"]][place["startIndex"]] = one["metadataKey"]
        assert found == {"ROWS": self.row_marks, "COLUMNS": self.columns}

    @invariant()
    def relative_rules_read_the_cells_of_their_own_row(self):
        if "column 1" not in self.columns:
            return
        column = self.columns.index("column 1")
        first = a1.letters(self.columns.index("column 0")) if "column 0" in self.columns else None
        for row, line in enumerate(cells(self.book, "Sheet1", "dataValidation")):
            if self.model[row][column] is None:
                continue
            text = line[column]["condition"]["values"][0]["userEnteredValue"]
            assert text == (
                f"=${first}{row + 1}<>{a1.letters(column)}{row + 1}"
                if first
                else f"=#REF!<>{a1.letters(column)}{row + 1}"
            )


TestStructure = Structure.TestCase


def _padded(rows, height, width):
    full = [[(value if value != "" else None) for value in line] + [None] * (width - len(line)) for line in rows]
    return full + [[None] * width] * (height - len(full))


@given(data=st.data())
def test_deleting_what_was_inserted_gives_back_the_same_spreadsheet(data):
    spreadsheet = _rich()
    before = everything(spreadsheet)
    dimension = data.draw(st.sampled_from(["ROWS", "COLUMNS"]))
    start = data.draw(st.integers(0, 8))
    do(spreadsheet, {"insertDimension": {"range": lines(dimension, start, start + 2)}})
    do(spreadsheet, {"deleteDimension": {"range": lines(dimension, start, start + 2)}})
    assert everything(spreadsheet) == before


@given(data=st.data())
def test_moving_back_gives_back_the_same_spreadsheet(data):
    spreadsheet = _rich(ranges=False)
    before = everything(spreadsheet)
    dimension = data.draw(st.sampled_from(["ROWS", "COLUMNS"]))
    start = data.draw(st.integers(0, 5))
    to = data.draw(st.integers(0, 8).filter(lambda index: index not in (start, start + 1)))
    do(spreadsheet, {"moveDimension": {"source": lines(dimension, start, start + 1), "destinationIndex": to}})
    landed = to if to < start else to - 1
    back = start if to > start else start + 1
    do(spreadsheet, {"moveDimension": {"source": lines(dimension, landed, landed + 1), "destinationIndex": back}})
    assert everything(spreadsheet) == before


def _rich(*, ranges: bool = True) -> Spreadsheet:
    """A little of everything on one sheet; without ranges, for a move may take a row out of one for good."""
    spreadsheet = book(
        ["a", 1, "=B1*2"],
        ["b", 2, "=SUM(B1:B2)" if ranges else "=B1+B2"],
        ["c", 3, "=$B$3"],
        rows_in_grid=12,
        columns_in_grid=12,
    )
    look = {"userEnteredFormat": {"textFormat": {"bold": True}, "backgroundColor": {"red": 0.5}}}
    formula = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": "=$B2>1"}]}
    do(
        spreadsheet,
        {"repeatCell": {"range": span(1, 3, 0, 2), "cell": look, "fields": "userEnteredFormat"}},
        {"setDataValidation": {"range": span(1, 9, 1, 2), "rule": {"condition": formula, "strict": True}}},
        {
            "updateDimensionProperties": {
                "range": lines("COLUMNS", 1, 2),
                "properties": {"pixelSize": 33},
                "fields": "pixelSize",
            }
        },
        {
            "createDeveloperMetadata": {
                "developerMetadata": {
                    "metadataKey": "k",
                    "location": {"dimensionRange": lines("COLUMNS", 1, 2)},
                    "visibility": "DOCUMENT",
                }
            }
        },
    )
    if ranges:
        bands = {"firstBandColor": {"red": 1}, "secondBandColor": {"blue": 1}}
        do(
            spreadsheet,
            {"addConditionalFormatRule": {"rule": {"ranges": [span(1, 9, 0, 3)], "booleanRule": {"condition": formula, "format": {"textFormat": {"bold": True}}}}}},
            {"addBanding": {"bandedRange": {"range": span(0, 9, 0, 5), "rowProperties": bands}}},
            {"addNamedRange": {"namedRange": {"name": "named", "range": span(1, 4, 0, 2)}}},
            {"addProtectedRange": {"protectedRange": {"range": {"sheetId": 0, "startColumnIndex": 2, "endColumnIndex": 3}, "warningOnly": True}}},
            {"mergeCells": {"range": span(5, 7, 3, 5)}},
            {"setBasicFilter": {"filter": {"range": span(0, 9, 0, 5), "sortSpecs": [{"dimensionIndex": 1}]}}},
            {"addFilterView": {"filter": {"title": "mine", "range": span(0, 9, 0, 5), "filterSpecs": [{"columnIndex": 2, "filterCriteria": {"hiddenValues": ["x"]}}]}}},
            {"addDimensionGroup": {"range": lines("ROWS", 3, 5)}},
        )  # fmt: skip
    return spreadsheet


CHANGES = [
    {"updateCells": {"range": span(0, 1, 0, 1), "rows": [{"values": [{"note": "n"}]}], "fields": "note"}},
    {
        "repeatCell": {
            "range": span(0, 3, 0, 3),
            "cell": {"userEnteredFormat": {"backgroundColor": {"green": 1}}},
            "fields": "*",
        }
    },
    {"insertDimension": {"range": lines("ROWS", 1, 2)}},
    {"deleteDimension": {"range": lines("COLUMNS", 0, 1)}},
    {"moveDimension": {"source": lines("ROWS", 0, 1), "destinationIndex": 5}},
    {
        "updateDimensionProperties": {
            "range": lines("ROWS", 0, 2),
            "properties": {"pixelSize": 50},
            "fields": "pixelSize",
        }
    },
    {"addSheet": {"properties": {"title": "new"}}},
    {"updateSheetProperties": {"properties": {"sheetId": 0, "title": "renamed"}, "fields": "title"}},
    {"deleteNamedRange": {"namedRangeId": "N"}},
    {"addNamedRange": {"namedRange": {"name": "more", "range": span(0, 1, 0, 1)}}},
    {
        "createDeveloperMetadata": {
            "developerMetadata": {"metadataKey": "z", "location": {"sheetId": 0}, "visibility": "DOCUMENT"}
        }
    },
    {"deleteDeveloperMetadata": {"dataFilter": {"developerMetadataLookup": {"metadataKey": "k"}}}},
    {"deleteConditionalFormatRule": {"sheetId": 0, "index": 0}},
    {"clearBasicFilter": {"sheetId": 0}},
    {"unmergeCells": {"range": span(5, 7, 3, 5)}},
    {"sortRange": {"range": span(0, 3, 0, 3), "sortSpecs": [{"dimensionIndex": 1, "sortOrder": "DESCENDING"}]}},
    {"copyPaste": {"source": span(0, 2, 0, 2), "destination": span(3, 5, 3, 5)}},
    {"cutPaste": {"source": span(0, 2, 0, 2), "destination": {"sheetId": 0, "rowIndex": 8, "columnIndex": 8}}},
    {"insertRange": {"range": span(0, 1, 0, 1), "shiftDimension": "ROWS"}},
    {"findReplace": {"find": "a", "replacement": "b", "allSheets": True}},
    {
        "updateSpreadsheetProperties": {
            "properties": {"title": "other", "timeZone": "Asia/Shanghai"},
            "fields": "title,timeZone",
        }
    },
]


@given(requests=st.lists(st.sampled_from(CHANGES), max_size=4))
def test_a_rejected_batch_changes_nothing(requests):
    spreadsheet = _rich()
    before, dirty = everything(spreadsheet), spreadsheet.unsaved()
    values_before = read(spreadsheet)
    with pytest.raises(ApiError):
        do(spreadsheet, *requests, {"deleteSheet": {"sheetId": 404}})
    assert everything(spreadsheet) == before
    assert read(spreadsheet) == values_before
    assert spreadsheet.dirty == dirty


@given(requests=st.lists(st.sampled_from(CHANGES), max_size=4))
def test_saving_only_what_is_dirty_keeps_everything(requests):
    spreadsheet = _rich()
    saved = spreadsheet.dump()
    spreadsheet.dirty.clear()
    for request in requests:
        try:
            do(spreadsheet, request)
        except ApiError:
            continue
    names = spreadsheet.unsaved()
    changed = spreadsheet.dump(names)
    for name in names:
        saved.pop(name, None)
    saved.update(changed)
    again = Spreadsheet.load(spreadsheet.id, saved)
    assert everything(again) == everything(spreadsheet)
    assert again.dump() == spreadsheet.dump()


@given(requests=st.lists(st.sampled_from(CHANGES), max_size=3))
def test_going_on_after_opening_again_is_going_on(requests):
    one, other = _rich(), _rich()
    for request in requests:
        answers = []
        for spreadsheet in (one, other):
            try:
                answers.append(json.dumps([list(reply) for reply in do(spreadsheet, request)]))
            except ApiError as error:
                answers.append(error.message)
        assert answers[0] == answers[1]
        other = reloaded(other)
    title = one.sheets[0].title
    assert read(one, title) == read(other, title)


def test_a_deleted_sheet_is_named_as_dirty_and_not_dumped():
    spreadsheet = book()
    do(spreadsheet, {"addSheet": {"properties": {"sheetId": 7, "title": "gone"}}})
    put(spreadsheet, "gone!A1", ["x"])
    spreadsheet.dirty.clear()
    do(spreadsheet, {"deleteSheet": {"sheetId": 7}})
    assert {"sheet/7", "cells/7/0"} <= spreadsheet.dirty
    assert not [name for name in spreadsheet.dump(spreadsheet.dirty) if "/7" in name]


def test_a_write_dirties_only_its_block():
    spreadsheet = book(*[[str(row)] for row in range(900)])
    spreadsheet.dirty.clear()
    put(spreadsheet, "A300", ["x"])
    assert spreadsheet.dirty == {"properties", "cells/0/1"}


def test_a_look_shared_by_a_column_is_one_object():
    spreadsheet = book()
    look = {"userEnteredFormat": {"horizontalAlignment": "CENTER"}}
    do(spreadsheet, {"repeatCell": {"range": span(0, 1000, 0, 1), "cell": look, "fields": "userEnteredFormat"}})
    grid = reloaded(spreadsheet).sheets[0].grid
    assert len({id(grid.get("formats", row, 0)) for row in range(1000)}) == 1


def test_every_answer_fits_the_discovery_document():
    from sheetcrm.server import door

    answer = everything(_rich())
    door.check(json.loads(json.dumps(answer)), "Spreadsheet")
    door.check(json.loads(json.dumps(values.get(_rich(), "A1:C3"))), "ValueRange")


def test_a_new_spreadsheet_is_as_google_makes_it():
    made = spreadsheets.get(spreadsheets.create({}, new_id="id"), ranges=[], include_grid_data=False, fields=None)
    assert made["sheets"] == [
        {
            "properties": {
                "sheetId": 0,
                "title": "Sheet1",
                "index": 0,
                "sheetType": "GRID",
                "gridProperties": {"rowCount": 1000, "columnCount": 26},
            }
        }
    ]
    assert {key: made["properties"][key] for key in ("locale", "timeZone", "autoRecalc")} == {
        "locale": "en_US",
        "timeZone": "Etc/GMT",
        "autoRecalc": "ON_CHANGE",
    }
