"""
Whatever anybody sends is answered or refused as Google would, and what is refused changed nothing.

The requests are drawn from Google's own description of the API (bodies.py); the long form draws thousands of each kind.
"""

from __future__ import annotations

import logging
from functools import cache
from random import Random
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetcrm.server import parts
from sheetcrm.server.app import OWNER, ROUTES, Server
from sheetcrm.server.batch import HANDLERS
from tests.server import answers
from tests.server.bodies import A1, TEXTS, Bodies, query_of, text_of
from tests.server.books import book, do, everything, lines, span

AUTH = {"Authorization": "Bearer t"}
KINDS = sorted(answers.document("sheets.v4")["schemas"]["Request"]["properties"])
CALLS = {
    route.name: (name, method)
    for name in ("sheets.v4", "drive.v3")
    for _, _, method in answers.methods(name)
    for route in ROUTES
    if route.name == method["id"]
}
RANDOM = st.randoms(use_true_random=False)
FEW = settings(max_examples=max(8, settings.default.max_examples // 5))


@cache
def furnished() -> dict[str, bytes]:
    """A spreadsheet with one of nearly everything, as it lies on disk."""
    rows = [
        ["name", "count", "when"],
        ["a", 1, "=B2*2"],
        ["b", 2, "=SUM(B2:B3)"],
        ["c", 3, "2026-11-21"],
        ["=UNIQUE(A2:A4)"],
    ]
    spreadsheet = book(*rows, rows_in_grid=10, columns_in_grid=10)
    condition = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": "=$B2>1"}]}
    red = {"backgroundColor": {"red": 1}}
    source = {"sourceRange": {"sources": [span(0, 4, 1, 2)]}}
    chart = {"basicChart": {"chartType": "COLUMN", "series": [{"series": source}]}}
    other = {"sheetId": 7, "title": "其 它", "gridProperties": {"rowCount": 12, "columnCount": 6}}
    pivot = {
        "source": span(0, 4, 0, 3),
        "rows": [{"sourceColumnOffset": 0, "sortOrder": "ASCENDING"}],
        "values": [{"sourceColumnOffset": 1, "summarizeFunction": "SUM"}],
    }
    cells = [
        {
            "values": [
                {"pivotTable": pivot},
                {"note": "n", "userEnteredFormat": red},
                {"userEnteredValue": {"formulaValue": "=Sheet1!B2"}},
            ]
        }
    ]
    do(
        spreadsheet,
        {"addSheet": {"properties": other}},
        {"setDataValidation": {"range": span(1, 4, 1, 2), "rule": {"condition": condition}}},
        {"addConditionalFormatRule": {"rule": {"ranges": [span(1, 4, 0, 3)], "booleanRule": {"condition": condition, "format": red}}}},
        {"addNamedRange": {"namedRange": {"namedRangeId": "19", "name": "named", "range": span(0, 2, 0, 2)}}},
        {"mergeCells": {"range": span(6, 8, 6, 8)}},
        {"addChart": {"chart": {"chartId": 11, "spec": chart, "position": {"overlayPosition": {"anchorCell": {"sheetId": 0, "rowIndex": 5}}}}}},
        {"addChart": {"chart": {"chartId": 12, "spec": chart, "position": {"sheetId": 9}}}},
        {"addSlicer": {"slicer": {"slicerId": 13, "spec": {"dataRange": span(0, 4, 0, 3)}, "position": {"overlayPosition": {"anchorCell": {"columnIndex": 4}}}}}},
        {"addFilterView": {"filter": {"filterViewId": 14, "title": "v", "range": span(0, 4, 0, 3)}}},
        {"setBasicFilter": {"filter": {"range": span(0, 4, 0, 3)}}},
        {"addBanding": {"bandedRange": {"bandedRangeId": 15, "range": span(0, 4, 4, 6), "rowProperties": {"firstBandColor": {"red": 1}, "secondBandColor": {}}}}},
        {"addProtectedRange": {"protectedRange": {"protectedRangeId": 16, "range": span(9, 10, 9, 10), "warningOnly": True}}},
        {"createDeveloperMetadata": {"developerMetadata": {"metadataId": 17, "metadataKey": "key", "visibility": "DOCUMENT", "location": {"dimensionRange": lines("ROWS", 2, 3)}}}},
        {"createDeveloperMetadata": {"developerMetadata": {"metadataId": 18, "metadataKey": "other", "visibility": "DOCUMENT", "location": {"sheetId": 7}}}},
        {"addTable": {"table": {"tableId": "20", "name": "Table1", "range": span(5, 9, 0, 3, 7), "columnProperties": [{"columnIndex": 1, "columnName": "n", "columnType": "DOUBLE"}]}}},
        {"addDimensionGroup": {"range": lines("ROWS", 2, 4)}},
        {"updateCells": {"rows": cells, "fields": "*", "start": {"sheetId": 7}}},
    )  # fmt: skip
    return parts.dump(spreadsheet)


class Desk(logging.Handler):
    """A server with that spreadsheet on it, under a new id for each example; what it logs as a defect is one."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.defects: list[str] = []
        logging.getLogger("sheetcrm.server").addHandler(self)
        self.server = Server(token="t")
        self.library = self.server._backend.library

    def emit(self, record: logging.LogRecord) -> None:
        """Take note of a defect."""
        self.defects.append(self.format(record))

    def seat(self) -> str:
        """A fresh copy, the only file there is; its id."""
        for file_id in list(self.library._files):
            self.library.remove(file_id)
        seated = parts.load(self.server._backend.new_id(), furnished())
        self.library.add(seated, owner=OWNER)
        return seated.id

    def send(self, verb: str, path: str, query: str = "", body: bytes = b"", headers: dict[str, str] = AUTH) -> int:
        """The status of the answer; fails on an answer that is no answer of Google's."""
        self.defects.clear()
        answer = self.server.handle(verb, path, query, headers, body)
        assert not self.defects, (self.defects, path, query, body)
        assert answers.violations(verb, path, answer) == [], (path, query, body)
        return answer.status

    def write(self, verb: str, spreadsheet_id: str, rest: str, query: str, body: bytes) -> None:
        """Send what may change the spreadsheet, and look what came of it."""
        before = self.server.store.parts(spreadsheet_id)
        status = self.send(verb, f"/v4/spreadsheets/{spreadsheet_id}{rest}", query, body)
        with self.library.opened(spreadsheet_id) as (held,):
            if status != 200:
                assert self.server.store.parts(spreadsheet_id) == before == parts.dump(held), (rest, query, body)
                return
            reopened = parts.load(spreadsheet_id, self.server.store.parts(spreadsheet_id))
            reopened.now = held.now
            assert everything(reopened) == everything(held), (rest, query, body)
        assert self.send("GET", f"/v4/spreadsheets/{spreadsheet_id}", "includeGridData=true") == 200


@pytest.fixture(scope="module")
def desk():
    desk = Desk()
    yield desk
    logging.getLogger("sheetcrm.server").removeHandler(desk)
    desk.server.close()


@pytest.mark.parametrize("wild", [False, True], ids=["calm", "wild"])
@pytest.mark.parametrize("kind", KINDS)
@FEW
@given(random=RANDOM)
def test_any_request_of_a_batch(desk, kind, wild, random):
    batch(desk, Bodies(random, wild=wild), [kind])


@pytest.mark.parametrize("wild", [False, True], ids=["calm", "wild"])
@given(random=RANDOM)
def test_any_batch(desk, wild, random):
    batch(desk, Bodies(random, wild=wild), [random.choice(KINDS) for _ in range(random.randint(2, 5))])


def test_what_is_drawn_is_often_accepted(desk):
    """A generator whose requests are all refused would prove little."""
    accepted = set()
    for kind in HANDLERS:
        for seed in range(60):
            bodies = Bodies(Random(seed))
            request = {kind: bodies.message(bodies.schemas["Request"]["properties"][kind]["$ref"])}
            path = f"/v4/spreadsheets/{desk.seat()}:batchUpdate"
            if desk.send("POST", path, body=text_of({"requests": [request]})) == 200:
                accepted.add(kind)
                break
    assert len(accepted) > 0.9 * len(HANDLERS), HANDLERS.keys() - accepted


def batch(desk, bodies, kinds):
    """Send a batch of requests of these kinds."""
    body = bodies.message("BatchUpdateSpreadsheetRequest") if bodies.chance(0.2) else {}
    requests = bodies.schemas["Request"]["properties"]
    body["requests"] = [{kind: bodies.message(requests[kind]["$ref"])} for kind in kinds]
    desk.write("POST", desk.seat(), ":batchUpdate", query_of(bodies, {}), text_of(body))


@pytest.mark.parametrize("wild", [False, True], ids=["calm", "wild"])
@pytest.mark.parametrize("name", sorted(CALLS))
@FEW
@given(random=RANDOM)
def test_any_call(desk, name, wild, random):
    call(desk, Bodies(random, CALLS[name][0], wild=wild), name)


def call(desk, bodies, name):
    """Send one call of a method of Sheets or Drive with whatever path, query and body."""
    document, method = CALLS[name]
    spreadsheet_id = desk.seat()
    seat = {"spreadsheetId": spreadsheet_id, "fileId": spreadsheet_id}
    path = method["path"]
    for part in method.get("parameters", {}):
        if f"{{{part}}}" in path:
            path = path.replace(f"{{{part}}}", seat.get(part) or place(bodies, part))
    body = bodies.message(method["request"]["$ref"]) if "request" in method else {}
    sent = text_of(body) if not bodies.wild or bodies.chance(0.9) else bodies.random.choice(BROKEN)
    options = (
        {"valueInputOption": bodies.random.choice(("RAW", "USER_ENTERED"))} if "valueInputOption" in str(method) else {}
    )
    query = query_of(bodies, method, response=method.get("response", {}).get("$ref", ""), **options)
    if document == "sheets.v4" and seat["spreadsheetId"] in path:
        desk.write(method["httpMethod"], spreadsheet_id, path.partition(spreadsheet_id)[2], query, sent)
        return
    before = desk.server.store.parts(spreadsheet_id)
    status = desk.send(method["httpMethod"], f"/{answers.document(document)['servicePath']}{path}", query, sent)
    if status >= 400:
        assert desk.server.store.parts(spreadsheet_id) == before
    if name != "drive.files.delete":
        assert desk.send("GET", f"/drive/v3/files/{spreadsheet_id}", "fields=*") == 200
        assert desk.send("GET", f"/v4/spreadsheets/{spreadsheet_id}", "includeGridData=true") == 200


BROKEN = (
    b"",
    b"{",
    b"[]",
    b"null",
    b"1",
    b'"x"',
    b"\xff",
    b'{"a":1,}',
    b"[" * 5000,
    b'{"a":' * 5000,
    b"NaN",
    b"{}{}",
    b"\xef\xbb\xbf{}",
    b" ",
)


def place(bodies, part):
    """What stands in the path for a parameter, percent-encoded."""
    if part == "range":
        return (
            quote(bodies.random.choice(A1 if not bodies.chance(0.2) else TEXTS), safe=bodies.random.choice(("", "/:!")))
            or "A1"
        )
    if part in ("sheetId", "metadataId"):
        return quote(
            str(bodies.random.choice((0, 7, 17, 18, 99) if not bodies.wild else (-1, 2**31, "x", "1.5", "%", "é", 9)))
        )
    return quote(str(bodies.random.choice(("anyoneWithLink", "nosuch", "%ff", "é", "a b"))))
