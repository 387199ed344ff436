"""A server of its own: ready line, clean stop, no acknowledged write lost when it is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from random import Random

import pytest
import requests

from sheetcrm.server.adapter import Redirect, mount
from sheetcrm.server.app import Server
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
        assert f"cannot use {tmp_path}: is already served at {opened.url}" in second.ready


def test_a_port_that_is_taken_is_named(served, tmp_path):
    with Server() as other, other.listen() as taken:
        second = served("--data", tmp_path, "--port", taken.port)
        assert second.process.wait(timeout=20) == 2
        assert f"port {taken.port}: Address already in use; port 0 picks a free one" in second.ready


LIVES = 200 if os.environ.get("SHEETCRM_PROVE") else 4


@pytest.mark.timeout(300 + 10 * LIVES)
def test_killed_in_the_middle_of_writing_it_loses_nothing_that_it_acknowledged(served, tmp_path):
    chance, acknowledged, number, spreadsheet_id = Random(3), {}, 0, None
    for _ in range(LIVES):
        one = served("--data", tmp_path, "--token", TOKEN)
        assert one.url, "the file opens, whenever the process before it was killed"
        session = one.session()
        spreadsheet_id = spreadsheet_id or session.post(SHEETS, json={}).json()["spreadsheetId"]
        killer = threading.Timer(chance.uniform(0, 0.4), one.process.kill)
        killer.start()
        with suppress(requests.RequestException):
            while True:
                number += 1
                cell = f"A{number % 900 + 1}"
                address = f"{SHEETS}/{spreadsheet_id}/values/{cell}"
                answer = session.put(address, params={"valueInputOption": "RAW"}, json={"values": [[number]]})
                if answer.status_code == 200:
                    acknowledged[cell] = number
        killer.join()
        one.process.wait()
    session = served("--data", tmp_path, "--token", TOKEN).session()
    address = f"{SHEETS}/{spreadsheet_id}/values/A1:A900"
    rows = session.get(address, params={"valueRenderOption": "UNFORMATTED_VALUE"}).json().get("values", [])
    found = {f"A{row}": value[0] for row, value in enumerate(rows, 1) if value}
    assert len(acknowledged) > LIVES
    # What was written last may have been kept without having been acknowledged; nothing older may stand there.
    assert [cell for cell, last in acknowledged.items() if found.get(cell, 0) < last] == []
