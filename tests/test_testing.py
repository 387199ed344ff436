"""What another project gets from `sheetcrm.testing`; and docs/testing.md does what it says."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import defaultdict
from importlib.util import find_spec
from pathlib import Path

import google_auth_httplib2
import gspread
import pytest
import requests
from google.auth.transport.requests import AuthorizedSession
from google.oauth2 import credentials
from googleapiclient import discovery

from sheetcrm import testing
from sheetcrm.testing import Fault, sheets_server, sheets_server_http  # noqa: F401 - fixtures are found by name

PAGE = Path(__file__).resolve().parent.parent / "docs" / "testing.md"


@pytest.fixture(params=["in process", "http"])
def running(request):
    with testing.server(http=request.param == "http") as running:
        yield running


def test_the_page_does_what_it_says(tmp_path):
    """Its blocks, put together to the files that they name, are a project whose tests pass."""
    files = defaultdict(str)
    for name, body in re.findall(r"```python\n# (\S+)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL):
        files[name] += body + "\n\n"
    assert set(files) > {"stock.py", "conftest.py", "test_stock.py"}
    files = {name: body for name, body in files.items() if "import pygsheets" not in body or find_spec("pygsheets")}
    for name, body in files.items():
        (tmp_path / name).write_text(body, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(tmp_path),
        str(tmp_path),
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    wanted = sum(body.count("\ndef test_") + body.startswith("def test_") for body in files.values())
    assert f"{wanted} passed" in done.stdout


def test_every_python_block_of_the_page_names_its_file():
    text = PAGE.read_text(encoding="utf-8")
    assert text.count("```python\n") == len(re.findall(r"```python\n# \w+\.py\n", text))


def test_the_fixtures_are_servers(sheets_server, sheets_server_http):  # noqa: F811 - that is what fixtures are
    assert sheets_server.url is None
    assert sheets_server_http.url.startswith("http://127.0.0.1:")
    for running in (sheets_server, sheets_server_http):
        assert running.client.list_spreadsheet_files() == []


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(
            [["a", 1], [True, None, "=1+1"]], [["a", 1, ""], [True, "", "=1+1"]], id="values stay what they are"
        ),
        pytest.param([], [[]], id="nothing"),
        pytest.param([list(range(30))], [list(range(30))], id="wider than a new sheet"),
        pytest.param([[n] for n in range(1200)], [[n] for n in range(1200)], id="longer than a new sheet"),
    ],
)
def test_seeds(running, rows, expected):
    sheet = running.seed("Orders", rows).sheet1
    option = gspread.utils.ValueRenderOption.unformatted
    assert sheet.get_all_values(value_render_option=option)[: len(expected)] == expected


def test_seeds_of_several_tabs(running):
    made = running.seed("Orders", {"it's": [["x"]], "公司": [["y"]], "empty": []})
    assert [sheet.title for sheet in made.worksheets()] == ["it's", "公司", "empty"]
    assert [sheet.acell("A1").value for sheet in made.worksheets()] == ["x", "y", None]


def test_seeding_is_not_among_the_requests_and_what_follows_is(running):
    made = running.seed("Orders", [["a"]])
    assert running.requests() == []
    sheet = made.sheet1
    sheet.acell("A1")
    sheet.update([["b"]], "A1")
    assert [call.method for call in running.requests("*.values.*")] == [
        "sheets.spreadsheets.values.get",
        "sheets.spreadsheets.values.update",
    ]
    assert json.loads(running.requests("*.update")[0].body)["values"] == [["b"]]
    running.forget_requests()
    assert running.requests() == []


def test_faults_reach_gspread(running):
    sheet = running.seed("Orders", [["a"]]).sheet1
    running.faults.add(Fault("*.values.update", drop="after"))
    with pytest.raises(requests.ConnectionError):
        sheet.update([["b"]], "A1")
    assert sheet.acell("A1").value == "b"


def test_a_service_account_file(running, tmp_path):
    path = running.service_account(tmp_path / "account.json")
    assert path.stat().st_mode & 0o077 == 0
    client = gspread.service_account(path)
    running.connect(client.http_client.session)
    assert client.create("Mine").sheet1.title == "Sheet1"
    assert running.client.list_spreadsheet_files() == []


@pytest.mark.parametrize("email", [None, "bob@example.com"])
def test_an_authorized_user_file(running, tmp_path, email):
    path = running.authorized_user(tmp_path / "user.json", email)
    assert path.stat().st_mode & 0o077 == 0
    session = AuthorizedSession(credentials.Credentials.from_authorized_user_file(path))
    running.connect(session)
    about = session.get("https://www.googleapis.com/drive/v3/about", params={"fields": "user"}).json()
    assert about["user"]["emailAddress"] == (email or running.server.owner)


def test_clients_over_httplib2(running):
    """As pygsheets does it: credentials of its own around the http that it was given."""
    authorized = google_auth_httplib2.AuthorizedHttp(credentials.Credentials(running.token), http=running.http())
    sheets = discovery.build("sheets", "v4", http=authorized, static_discovery=True)
    made = running.seed("Stock", [["tea"]])
    assert sheets.spreadsheets().get(spreadsheetId=made.id).execute()["properties"]["title"] == "Stock"


class TestAnApiKey:
    @pytest.fixture
    def stock(self, running):
        return running.seed("Stock", [["tea"]])

    @pytest.fixture
    def client(self, running):
        client = gspread.api_key("a key")
        running.connect(client.http_client.session)
        return client

    def test_reads_what_anyone_may_read(self, stock, client):
        stock.share("", perm_type="anyone", role="writer")
        assert client.open_by_key(stock.id).sheet1.acell("A1").value == "tea"

    def test_writes_nothing(self, stock, client):
        stock.share("", perm_type="anyone", role="writer")
        with pytest.raises(gspread.exceptions.APIError, match=r"\[401\]: API keys are not supported by this API"):
            client.open_by_key(stock.id).sheet1.update_acell("A1", "milk")

    def test_does_not_see_what_is_shared_with_some(self, stock, client):
        stock.share("example.org", perm_type="domain", role="reader")
        with pytest.raises(PermissionError):
            client.open_by_key(stock.id)

    def test_also_in_the_address(self, running, stock):
        stock.share("", perm_type="anyone", role="reader")
        address = f"https://sheets.googleapis.com/v4/spreadsheets/{stock.id}/values/A1?key=k"
        session = running.connect(requests.Session())
        assert session.get(address).json()["values"] == [["tea"]]
        assert session.put(address + "&valueInputOption=RAW", json={"values": [["x"]]}).status_code == 401


def test_googles_client_for_drive(running):
    running.seed("Orders", [])
    found = running.google("drive", "v3").files().list(q="name = 'Orders'").execute()
    assert [file["name"] for file in found["files"]] == ["Orders"]


def test_a_folder_keeps_what_was_seeded(tmp_path):
    with testing.server(data=tmp_path) as running:
        running.seed("Orders", [["a"]])
    with testing.server(data=tmp_path) as running:
        assert running.client.open("Orders").sheet1.acell("A1").value == "a"
