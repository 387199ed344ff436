"""What is backed up can be brought back as it was, of every template; and `plan` knows it again."""

from __future__ import annotations

import os

import pytest

from sheetcrm import provision
from sheetcrm.backup.reading import ENTERED, blocks, read, structure
from sheetcrm.backup.state import dimensions, frame, rows
from sheetcrm.backup.verifying import verify
from sheetcrm.schema import loader
from sheetcrm.sheets.gateway import Gateway

EVERY = sorted(loader.find("pipeline").parent.glob("*.yaml"), key=lambda path: path.stat().st_size)
# All of them take a minute.
TEMPLATES = [path.stem for path in (EVERY if os.environ.get("SHEETCRM_PROVE") else EVERY[:1])]
SAID = (*ENTERED, "effectiveValue", "formattedValue")


def everything(gateway: Gateway) -> object:
    """All that a spreadsheet says, results of formulas and texts of cells included."""
    description = structure(gateway)
    cells = [
        (list(rows(block, data, SAID)), list(dimensions(block, data)))
        for group in blocks(description)
        for block, data in read(gateway, group)
    ]
    return frame(description), cells


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_new_spreadsheet_says_the_same_and_is_known_again(shop_of, name):
    shop = shop_of(name)
    # Again: what is made for people is made when they are in the team.
    provision.apply(shop.gateway, shop.plan())
    made = shop.backup()
    assert verify(made.path).troubles == ()
    new = shop.restored(made.path)
    assert everything(Gateway(shop.running.session, new)) == everything(shop.gateway)
    assert not shop.plan(new).has_work


def test_what_no_template_makes_comes_back_too(tiny):
    tab = tiny.gateway.describe("sheets.properties.sheetId")["sheets"][0]["properties"]["sheetId"]
    area = {"sheetId": tab, "startRowIndex": 0, "endRowIndex": 2, "startColumnIndex": 0, "endColumnIndex": 2}
    below = {**area, "startRowIndex": 4, "endRowIndex": 8}
    rows = {"sheetId": tab, "dimension": "ROWS"}
    source = {"sourceRange": {"sources": [{**area, "endColumnIndex": 1}]}}
    pie = {"title": "Counts", "pieChart": {"domain": source, "series": source}}
    runs = [{"format": {"bold": True}}, {"startIndex": 3, "format": {}}]
    tiny.gateway.batch(
        [
            {"addNamedRange": {"namedRange": {"namedRangeId": "abc", "name": "people", "range": area}}},
            {"mergeCells": {"range": {**below, "startColumnIndex": 2, "endColumnIndex": 4}, "mergeType": "MERGE_ROWS"}},
            {"addDimensionGroup": {"range": {**rows, "startIndex": 9, "endIndex": 15}}},
            {"addDimensionGroup": {"range": {**rows, "startIndex": 10, "endIndex": 12}}},
            {
                "updateDimensionGroup": {
                    "dimensionGroup": {
                        "range": {**rows, "startIndex": 10, "endIndex": 12},
                        "depth": 2,
                        "collapsed": True,
                    },
                    "fields": "collapsed",
                }
            },
            {
                "updateDimensionProperties": {
                    "range": {**rows, "startIndex": 1, "endIndex": 3},
                    "properties": {"pixelSize": 44, "hiddenByUser": True},
                    "fields": "pixelSize,hiddenByUser",
                }
            },
            {
                "addTable": {
                    "table": {
                        "name": "Tea",
                        "range": below,
                        "columnProperties": [{"columnName": "kind"}, {"columnName": "price", "columnIndex": 1}],
                    }
                }
            },
            {"addProtectedRange": {"protectedRange": {"namedRangeId": "abc", "description": "names"}}},
            {
                "addSlicer": {
                    "slicer": {
                        "spec": {"dataRange": area, "columnIndex": 1},
                        "position": {"overlayPosition": {"anchorCell": {"sheetId": tab, "rowIndex": 5}}},
                    }
                }
            },
            {"addChart": {"chart": {"spec": pie, "position": {"newSheet": True}}}},
            {"addSheet": {"properties": {"title": "away", "hidden": True, "sheetId": 77, "index": 0}}},
            {
                "repeatCell": {
                    "range": {**area, "sheetId": 77},
                    "cell": {"userEnteredValue": {"formulaValue": "=People!A1"}},
                    "fields": "userEnteredValue",
                }
            },
            {
                "updateCells": {
                    "start": {"sheetId": 77, "rowIndex": 5},
                    "rows": [{"values": [{"userEnteredValue": {"stringValue": "ice tea"}, "textFormatRuns": runs}]}],
                    "fields": "userEnteredValue,textFormatRuns",
                }
            },
            {
                "createDeveloperMetadata": {
                    "developerMetadata": {
                        "metadataKey": "row",
                        "metadataValue": "x",
                        "visibility": "DOCUMENT",
                        "location": {"dimensionRange": {**rows, "startIndex": 3, "endIndex": 4}},
                    }
                }
            },
            {
                "updateSpreadsheetProperties": {
                    "properties": {"locale": "zh_CN", "timeZone": "Asia/Shanghai"},
                    "fields": "locale,timeZone",
                }
            },
        ]
    )
    made = tiny.backup()
    assert verify(made.path).troubles == ()
    assert everything(Gateway(tiny.running.session, tiny.restored(made.path))) == everything(tiny.gateway)
