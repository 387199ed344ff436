"""Google's own URLs, answered by the embedded server: in process and over HTTP alike."""

from __future__ import annotations

import pytest
import requests

from sheetcrm.server.adapter import GOOGLE, InProcess, Redirect, mount
from sheetcrm.server.app import Server

FILES = "https://www.googleapis.com/drive/v3/files"
SHEETS = "https://sheets.googleapis.com/v4/spreadsheets"


@pytest.fixture
def server():
    with Server(token="open-sesame") as server:
        yield server


@pytest.fixture(params=["in process", "http"])
def session(request, server):
    with requests.Session() as session:
        if request.param == "in process":
            yield mount(session, InProcess(server))
        else:
            with server.listen() as listener:
                yield mount(session, Redirect(listener.url, server.token))


def test_the_token_is_sent_for_whoever_brings_none(session):
    assert session.get(FILES).status_code == 200


@pytest.mark.parametrize("name", ["Authorization", "authorization"])
def test_a_token_of_ones_own_is_what_counts(session, name):
    answer = session.get(FILES, headers={name: "Bearer wrong"})
    assert answer.status_code == 401
    assert not answer.ok


def test_bodies_arrive_as_they_were_sent(session):
    made = session.post(SHEETS, json={"properties": {"title": "客户 😀"}})
    assert made.json()["properties"]["title"] == "客户 😀"
    assert made.headers["content-type"] == "application/json; charset=UTF-8"
    assert made.reason == "OK"
    again = session.get(f"{SHEETS}/{made.json()['spreadsheetId']}", params={"fields": "properties.title"})
    assert again.json() == {"properties": {"title": "客户 😀"}}


def test_an_error_is_a_response_and_not_an_exception(session):
    answer = session.get(f"{SHEETS}/nosuch")
    assert (answer.status_code, answer.reason) == (404, "Not Found")
    with pytest.raises(requests.HTTPError):
        answer.raise_for_status()


def test_an_answer_without_a_body(session):
    made = session.post(FILES, json={"name": "a", "mimeType": "application/vnd.google-apps.spreadsheet"}).json()
    answer = session.delete(f"{FILES}/{made['id']}")
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize("host", GOOGLE)
def test_no_host_of_googles_is_left_out(session, host):
    assert session.get(f"{host}v4/spreadsheets/nosuch").json()["error"]["status"] == "NOT_FOUND"


def test_a_proxy_meant_for_google_is_not_asked(server, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with server.listen() as listener, requests.Session() as session:
        assert mount(session, Redirect(listener.url, server.token)).get(FILES).status_code == 200


def test_a_server_that_is_gone_is_requests_own_error(server):
    with server.listen() as listener:
        url = listener.url
    with requests.Session() as session, pytest.raises(requests.ConnectionError):
        mount(session, Redirect(url)).get(FILES)
