"""A server of its own: ready line, clean stop, no acknowledged write lost when it is killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading

import pytest
import requests

from sheetcrm.server.adapter import Redirect, mount
from sheetcrm.server.folder import open_folder

SHEETS = "https://sheets.googleapis.com/v4/spreadsheets"
TOKEN = "open-sesame"


class Served:
    """`sheetcrm local serve` in another process."""

    def __init__(self, folder, *arguments):
        command = [sys.executable, "-m", "sheetcrm", "local", "serve", *map(str, arguments)]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=folder)
        self.ready = self.process.stderr.readline()
        self.url = self.ready.split()[2] if self.ready.startswith("ready at") else None

    def session(self):
        return mount(requests.Session(), Redirect(self.url, TOKEN))

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.process.wait(timeout=20)


@pytest.fixture
def served(tmp_path):
    running = []

    def start(*arguments):
        running.append(Served(tmp_path, *arguments))
        return running[-1]

    yield start
    for one in running:
        one.process.kill()
        one.process.wait()
        one.process.stderr.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_it_is_and_stops_when_told(served, number):
    one = served("--token", TOKEN)
    assert one.session().post(SHEETS, json={}).status_code == 200
    assert TOKEN not in one.ready
    assert one.stop(number) == 0


def test_a_random_token_is_shown_to_whoever_gave_none(served):
    one = served()
    token = one.ready.split()[-1]
    answer = requests.get(f"{one.url}/drive/v3/files", headers={"Authorization": f"Bearer {token}"}, timeout=5)
    assert answer.status_code == 200


def test_googles_limits_on_request(served):
    one = served("--token", TOKEN, "--quota")
    with one.session() as session:
        statuses = {session.get(f"{SHEETS}/nosuch").status_code for _ in range(121)}  # a minute may begin in between
    assert statuses == {404, 429}


def test_a_folder_that_is_held_is_not_served_twice(served, tmp_path):
    with open_folder(tmp_path) as opened:
        second = served("--data", tmp_path)
        assert second.process.wait(timeout=20) == 2
        assert f"already served at {opened.url}" in second.ready


def test_killed_in_the_middle_of_writing_it_loses_nothing_that_it_acknowledged(served, tmp_path):
    acknowledged = {}
    spreadsheet_id = None
    for life in range(4):
        one = served("--data", tmp_path, "--token", TOKEN)
        session = one.session()
        spreadsheet_id = spreadsheet_id or session.post(SHEETS, json={}).json()["spreadsheetId"]
        killer = threading.Timer(0.15 + 0.07 * life, one.process.kill)
        killer.start()
        try:
            for number in range(200):
                address = f"A{life * 200 + number + 1}"
                url = f"{SHEETS}/{spreadsheet_id}/values/{address}"
                if (
                    session.put(url, params={"valueInputOption": "RAW"}, json={"values": [[address]]}).status_code
                    == 200
                ):
                    acknowledged[address] = address
        except requests.RequestException:
            pass
        killer.join()
        one.process.wait()
    session = served("--data", tmp_path, "--token", TOKEN).session()
    rows = session.get(f"{SHEETS}/{spreadsheet_id}/values/A1:A800").json().get("values", [])
    found = {f"A{row}": value[0] for row, value in enumerate(rows, 1) if value}
    assert acknowledged
    assert acknowledged.items() <= found.items()
