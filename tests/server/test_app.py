"""One request in, one response out: what is answered, refused, counted and never let through."""

from __future__ import annotations

import gc
import http.client
import json
import logging
import socket
import threading
import weakref

import pytest

from sheetcrm.server import spreadsheets
from sheetcrm.server.app import Server

TOKEN = "open-sesame"
AUTH = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def server():
    with Server(token=TOKEN) as server:
        yield server


@pytest.fixture
def spreadsheet_id(server):
    return call(server, "POST", "/v4/spreadsheets", {"properties": {"title": "客户"}}).json()["spreadsheetId"]


def call(server, method, path, body=None, headers=AUTH):
    path, _, query = path.partition("?")
    return server.handle(method, path, query, headers, b"" if body is None else json.dumps(body).encode())


def message(response):
    return response.json()["error"]["message"]


def test_what_is_written_is_read(server, spreadsheet_id):
    base = f"/v4/spreadsheets/{spreadsheet_id}/values"
    written = call(server, "PUT", f"{base}/Sheet1%21A1?valueInputOption=RAW", {"values": [["公司", 1]]})
    assert written.json()["updatedRange"] == "Sheet1!A1:B1"
    assert call(server, "GET", f"{base}/Sheet1!A1:B1").json()["values"] == [["公司", "1"]]


def test_a_range_may_hold_slashes_and_colons(server, spreadsheet_id):
    title = {"updateSheetProperties": {"properties": {"sheetId": 0, "title": "a/b:c"}, "fields": "title"}}
    assert call(server, "POST", f"/v4/spreadsheets/{spreadsheet_id}:batchUpdate", {"requests": [title]}).status == 200
    path = f"/v4/spreadsheets/{spreadsheet_id}/values/%27a%2Fb%3Ac%27%21A1%3AB2"
    assert (
        call(server, "POST", f"{path}:append?valueInputOption=RAW", {"values": [["x"]]}).json()["updates"][
            "updatedRange"
        ]
        == "'a/b:c'!A1"
    )
    assert call(server, "GET", path).json()["range"] == "'a/b:c'!A1:B2"


@pytest.mark.parametrize(
    ("method", "rest", "body"),
    [
        pytest.param("GET", "/", None, id="at the end"),
        pytest.param("POST", "/:getByDataFilter", {"dataFilters": [{"a1Range": "A1"}]}, id="before a verb"),
        pytest.param("GET", "/values:batchGet/?ranges=A1", None, id="after a verb"),
    ],
)
def test_a_slash_too_many_says_nothing(server, spreadsheet_id, method, rest, body):
    """google-spreadsheet joins addresses to `…/{id}/:batchUpdate`, and Google takes them."""
    assert call(server, method, f"/v4/spreadsheets/{spreadsheet_id}{rest}", body).status == 200


@pytest.mark.parametrize(
    ("rest", "field", "kind"),
    [
        pytest.param("majorDimension=X", "major_dimension", "Dimension", id="direction"),
        pytest.param("valueRenderOption=X", "value_render_option", "ValueRenderOption", id="rendering"),
        pytest.param("dateTimeRenderOption=X", "date_time_render_option", "DateTimeRenderOption", id="dates"),
        pytest.param("valueInputOption=X", "value_input_option", "ValueInputOption", id="input"),
    ],
)
def test_a_wrong_choice_is_refused_with_the_name_of_its_enumeration(server, spreadsheet_id, rest, field, kind):
    verb = "PUT" if "Input" in rest else "GET"
    answer = call(server, verb, f"/v4/spreadsheets/{spreadsheet_id}/values/A1?{rest}", {"values": [[1]]})
    text = f"Invalid value at '{field}' (type.googleapis.com/google.apps.sheets.v4.{kind}), \"X\""
    assert (answer.status, message(answer)) == (400, text)
    assert answer.json()["error"]["details"][0]["fieldViolations"] == [{"field": field, "description": text}]


def test_a_wrong_choice_in_a_body_is_called_the_same(server, spreadsheet_id):
    path = f"/v4/spreadsheets/{spreadsheet_id}/values:batchUpdate"
    refused = message(call(server, "POST", path, {"valueInputOption": "USER_ENTER"}))
    assert refused.endswith('(type.googleapis.com/google.apps.sheets.v4.ValueInputOption), "USER_ENTER"')


def test_a_slash_at_the_end_of_a_file_says_nothing(server, spreadsheet_id):
    assert call(server, "DELETE", f"/drive/v3/files/{spreadsheet_id}/").status == 204


def test_a_slash_at_the_end_of_a_range_is_the_ranges(server, spreadsheet_id):
    path = f"/v4/spreadsheets/{spreadsheet_id}/values/nothing/"
    assert message(call(server, "GET", path)) == "Unable to parse range: nothing/"


def test_answers_look_like_googles(server, spreadsheet_id):
    response = call(server, "GET", f"/v4/spreadsheets/{spreadsheet_id}?fields=properties.title")
    assert response.headers["Content-Type"] == "application/json; charset=UTF-8"
    assert response.body.decode() == '{\n  "properties": {\n    "title": "客户"\n  }\n}\n'


def test_pretty_printing_can_be_turned_off(server, spreadsheet_id):
    response = call(server, "GET", f"/v4/spreadsheets/{spreadsheet_id}?fields=properties.title&prettyPrint=false")
    assert response.body.decode() == '{"properties":{"title":"客户"}}\n'


def test_fields_hold_for_every_method(server, spreadsheet_id):
    path = f"/v4/spreadsheets/{spreadsheet_id}/values/A1?valueInputOption=RAW&fields=updatedRange"
    assert call(server, "PUT", path, {"values": [[1]]}).json() == {"updatedRange": "Sheet1!A1"}


@pytest.mark.parametrize(
    ("method", "path", "code", "status"),
    [
        pytest.param("GET", "/v4/spreadsheets/nosuch", 404, "NOT_FOUND", id="unknown spreadsheet"),
        pytest.param(
            "GET", "/v4/spreadsheets/nosuch/values/A1", 404, "NOT_FOUND", id="values of an unknown spreadsheet"
        ),
        pytest.param("GET", "/v4/frobnicate", 404, "NOT_FOUND", id="unknown path"),
        pytest.param("GET", "/v4/spreadsheets/x:frobnicate", 404, "NOT_FOUND", id="unknown method"),
        pytest.param("DELETE", "/v4/spreadsheets/x", 405, "UNIMPLEMENTED", id="wrong verb"),
    ],
)
def test_what_is_not_there(server, method, path, code, status):
    response = call(server, method, path)
    assert response.status == code
    assert response.json()["error"] == {"code": code, "message": message(response), "status": status}


@pytest.mark.parametrize(
    ("body", "says"),
    [
        pytest.param(b"not json", "Invalid JSON payload received. Unexpected token.", id="no JSON"),
        pytest.param(b'{"requests": [', "Invalid JSON payload received. Unexpected token.", id="half of it"),
        pytest.param(b"[" * 100_000, "Invalid JSON payload received. Unexpected token.", id="nested too deep"),
        pytest.param(b"\xff\xfe\x00", "Invalid JSON payload received. Unexpected token.", id="no UTF-8"),
        pytest.param(
            b"[]", 'Invalid JSON payload received. Unknown name "": Root element must be a message.', id="an array"
        ),
        pytest.param(b"", "Must specify at least one request.", id="nothing"),
        pytest.param(
            b'{"frobnicate": 1}',
            'Invalid JSON payload received. Unknown name "frobnicate": Cannot find field.',
            id="an unknown field",
        ),
    ],
)
def test_a_body_that_makes_no_sense_is_400(server, spreadsheet_id, body, says):
    response = server.handle("POST", f"/v4/spreadsheets/{spreadsheet_id}:batchUpdate", "", AUTH, body)
    assert response.status == 400
    assert message(response).startswith(says)
    assert response.json()["error"]["status"] == "INVALID_ARGUMENT"


@pytest.mark.parametrize(
    ("query", "says"),
    [
        pytest.param(
            "frobnicate=1", "Field 'frobnicate' could not be found in request message.", id="an unknown parameter"
        ),
        pytest.param(
            "includeGridData=maybe", "Invalid value at 'include_grid_data' (TYPE_BOOL), \"maybe\"", id="no boolean"
        ),
    ],
)
def test_a_query_that_makes_no_sense_is_400(server, spreadsheet_id, query, says):
    response = call(server, "GET", f"/v4/spreadsheets/{spreadsheet_id}?{query}")
    assert response.status == 400
    assert says in message(response)


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}], ids=["no token", "a wrong token"])
@pytest.mark.parametrize("path", ["/v4/spreadsheets/x", "/drive/v3/files", "/drive/v3/about?fields=user"])
def test_without_the_token_nothing_is_answered(server, headers, path):
    response = call(server, "GET", path, headers=headers)
    assert response.status == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert response.json()["error"]["status"] == "UNAUTHENTICATED"


def test_a_refused_batch_changes_nothing_on_disk_or_in_memory(server, spreadsheet_id):
    good = {"updateSpreadsheetProperties": {"properties": {"title": "neu"}, "fields": "title"}}
    bad = {"deleteSheet": {"sheetId": 77}}
    before = server.store.parts(spreadsheet_id)
    response = call(server, "POST", f"/v4/spreadsheets/{spreadsheet_id}:batchUpdate", {"requests": [good, bad]})
    assert response.status == 400
    assert "requests[1].deleteSheet" in message(response)
    assert server.store.parts(spreadsheet_id) == before
    assert call(server, "GET", f"/v4/spreadsheets/{spreadsheet_id}?fields=properties.title").json() == {
        "properties": {"title": "客户"}
    }


def test_a_defect_of_ours_is_googles_500_and_undoes_what_it_began(server, spreadsheet_id, monkeypatch, caplog):
    def half_done(spreadsheet, body):
        spreadsheet.properties = {**spreadsheet.properties, "title": "half"}
        spreadsheet.dirty.add("properties")
        raise RuntimeError("a defect")

    monkeypatch.setattr(spreadsheets, "batch_update", half_done)
    with caplog.at_level(logging.ERROR):
        response = call(server, "POST", f"/v4/spreadsheets/{spreadsheet_id}:batchUpdate", {"requests": []})
    assert response.json() == {"error": {"code": 500, "message": "Internal error encountered.", "status": "INTERNAL"}}
    assert "a defect" in caplog.text
    assert TOKEN not in caplog.text
    assert call(server, "GET", f"/v4/spreadsheets/{spreadsheet_id}?fields=properties.title").json() == {
        "properties": {"title": "客户"}
    }


def test_what_the_disk_did_not_take_is_not_shown_either(server, spreadsheet_id):
    path = f"/v4/spreadsheets/{spreadsheet_id}/values/A1?valueInputOption=RAW"
    assert call(server, "PUT", path, {"values": [["old"]]}).status == 200
    server.store._db.execute("PRAGMA query_only = ON")
    assert call(server, "PUT", path, {"values": [["new"]]}).status == 500
    server.store._db.execute("PRAGMA query_only = OFF")
    assert call(server, "GET", path.partition("?")[0]).json()["values"] == [["old"]]


def test_requests_are_counted_as_quotas_count_them(server, spreadsheet_id):
    call(server, "GET", f"/v4/spreadsheets/{spreadsheet_id}")
    call(server, "GET", f"/v4/spreadsheets/{spreadsheet_id}/values:batchGet?ranges=A1&ranges=B1")
    call(server, "POST", f"/v4/spreadsheets/{spreadsheet_id}/values/A1:clear")
    assert (server.counts["read"], server.counts["write"]) == (2, 2)


def test_links_lead_to_the_page_of_the_server_that_listens(server, spreadsheet_id):
    with server.listen() as listener:
        url = call(server, "GET", f"/v4/spreadsheets/{spreadsheet_id}").json()["spreadsheetUrl"]
        assert url.startswith(f"{listener.url}/spreadsheets/d/{spreadsheet_id}/edit?key=")
        assert TOKEN not in url
        path = url.removeprefix(listener.url)
        assert call(server, "GET", path, headers={}).status == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 403),
        ("/spreadsheets/d/{id}/edit", 403),
        ("/spreadsheets/d/{id}/edit?key=0123", 403),
        ("/spreadsheets/d/nosuch/edit", 403),
    ],
)
def test_a_page_without_its_key_tells_nothing(server, spreadsheet_id, path, status):
    response = call(server, "GET", path.format(id=spreadsheet_id), headers={})
    assert response.status == status
    assert "客户" not in response.body.decode()


def test_the_list_leads_to_every_page(server, spreadsheet_id):
    path = server.page_url().removeprefix("http://127.0.0.1")
    html = call(server, "GET", path, headers={}).body.decode()
    assert "客户" in html
    assert server.page_url(spreadsheet_id) in html


def test_the_page_may_run_nothing_but_its_own_script(server, spreadsheet_id):
    policy = call(server, "GET", f"/spreadsheets/d/{spreadsheet_id}/edit").headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


def test_the_page_shows_the_tab_and_the_rows_of_the_link(server, spreadsheet_id):
    base = f"/v4/spreadsheets/{spreadsheet_id}"
    call(
        server,
        "POST",
        f"{base}:batchUpdate",
        {"requests": [{"addSheet": {"properties": {"sheetId": 7, "title": "团队"}}}]},
    )
    call(server, "PUT", f"{base}/values/%E5%9B%A2%E9%98%9F!A700?valueInputOption=RAW", {"values": [["<b>王芳</b>"]]})
    html = call(server, "GET", f"/spreadsheets/d/{spreadsheet_id}/edit?gid=7&range=A700").body.decode()
    assert '<td id="A700"' in html
    assert "&lt;b&gt;王芳&lt;/b&gt;" in html
    assert '<td id="A1"' not in html


def test_the_page_of_a_chart_sheet_is_there_and_empty(server, spreadsheet_id):
    cells = {"startRowIndex": 0, "endRowIndex": 1, "startColumnIndex": 0, "endColumnIndex": 1}
    spec = {"scorecardChart": {"keyValueData": {"sourceRange": {"sources": [cells]}}}}
    requests = [{"addChart": {"chart": {"spec": spec, "position": {"sheetId": 7}}}}]
    call(server, "POST", f"/v4/spreadsheets/{spreadsheet_id}:batchUpdate", {"requests": requests})
    response = call(server, "GET", f"/spreadsheets/d/{spreadsheet_id}/edit?gid=7")
    html = response.body.decode()
    assert (response.status, "<td" in html, "Chart1" in html) == (200, False, True)


@pytest.mark.parametrize(
    "query", ["gid=999", "gid=x", "range=ZZZ999999", "range=%27", "row=-5", "row=99999999999", "range=A1:"]
)
def test_a_link_that_leads_nowhere_still_shows_the_sheet(server, spreadsheet_id, query):
    response = call(server, "GET", f"/spreadsheets/d/{spreadsheet_id}/edit?{query}")
    assert response.status == 200
    assert "<td id=" in response.body.decode()


def test_two_at_once_lose_nothing(server, spreadsheet_id):
    def add(number):
        for row in range(10):
            path = f"/v4/spreadsheets/{spreadsheet_id}/values/A{number * 10 + row + 1}?valueInputOption=RAW"
            assert call(server, "PUT", path, {"values": [[number]]}).status == 200

    threads = [threading.Thread(target=add, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = call(
        server, "GET", f"/v4/spreadsheets/{spreadsheet_id}/values/A1:A80?valueRenderOption=UNFORMATTED_VALUE"
    ).json()["values"]
    assert found == [[number] for number in range(8) for _ in range(10)]


def test_over_http_only_our_own_names_are_answered(server):
    with server.listen() as listener:
        for host, status in [(f"127.0.0.1:{listener.port}", 200), ("localhost", 200), ("evil.example", 421)]:
            connection = http.client.HTTPConnection("127.0.0.1", listener.port, timeout=10)
            connection.request("GET", "/drive/v3/about?fields=user", headers={**AUTH, "Host": host})
            assert connection.getresponse().status == status
            connection.close()


def test_a_stopped_listener_lets_go_of_its_port(server):
    with server.listen() as first:
        port = first.port
    with server.listen(port=port) as second:
        assert second.port == port


def test_a_port_that_is_taken_is_an_error(server):
    with server.listen() as first, pytest.raises(OSError, match="in use"):
        server.listen(port=first.port)


def test_answers_do_not_wait_for_the_clients_acknowledgement(server):
    # asyncio turns Nagle's algorithm off for sockets that name their protocol, and for no others.
    with server.listen() as listener:
        assert listener._socket.proto == socket.IPPROTO_TCP


def test_no_garbage_is_looked_for_while_a_large_answer_is_made(server, spreadsheet_id):
    base = f"/v4/spreadsheets/{spreadsheet_id}/values"
    rows = [[row, "x"] for row in range(1000)]
    searches = []
    gc.collect()
    gc.callbacks.append(note := lambda phase, info: searches.append((phase, info["generation"])))
    try:
        written = call(server, "PUT", f"{base}/A1?valueInputOption=RAW", {"values": rows})
        answer = call(server, "GET", f"{base}/A1:B")
        found = list(searches)
    finally:
        gc.callbacks.remove(note)
    assert (written.status, answer.status) == (200, 200)
    assert len([phase for phase, _ in found if phase == "start"]) <= 2  # between the requests


def test_requests_at_the_same_time_leave_the_collector_as_they_found_it(server, spreadsheet_id):
    path = f"/v4/spreadsheets/{spreadsheet_id}/values/A1:B"

    def work():
        for _ in range(20):
            call(server, "GET", path)
            call(server, "GET", path + "?nonsense=1")

    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert gc.isenabled()
    gc.disable()
    try:
        call(server, "GET", path)
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_a_closed_server_lets_go_of_what_it_computed(server, spreadsheet_id):
    values = f"/v4/spreadsheets/{spreadsheet_id}/values/A1"
    call(server, "PUT", values + "?valueInputOption=USER_ENTERED", {"values": [["=1+1"]]})
    with server._backend.library.opened(spreadsheet_id) as (spreadsheet,):
        assert spreadsheet.value(spreadsheet.sheets[0], 0, 0) == 2
        engine = weakref.ref(spreadsheet.calculator)
    gc.disable()
    try:
        server.close()
        assert engine() is None, "at once, without waiting for the collector"
    finally:
        gc.enable()
