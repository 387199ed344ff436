"""Files and spreadsheets through any sequence of changes, restarts and refusals: as a dictionary would keep them."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import requests
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from sheetcrm.server.adapter import InProcess, mount
from sheetcrm.server.app import Server

FILES = "https://www.googleapis.com/drive/v3/files"
SHEETS = "https://sheets.googleapis.com/v4/spreadsheets"
SPREADSHEET = "application/vnd.google-apps.spreadsheet"
words = st.text(alphabet="ab=+'0 客户\n😀", min_size=1, max_size=6)
addresses = st.sampled_from(["A1", "C3", "Z900"])


class Keeping(RuleBasedStateMachine):
    """A folder with spreadsheets, beside a dictionary that says what must be in it."""

    files = Bundle("files")

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.kept = {}
        self.open()

    def open(self):
        self.server = Server(self.folder)
        self.session = mount(requests.Session(), InProcess(self.server))

    @rule(target=files, name=words)
    def create(self, name):
        file_id = self.session.post(FILES, json={"name": name, "mimeType": SPREADSHEET}).json()["id"]
        self.kept[file_id] = {"name": name, "trashed": False, "cells": {}}
        return file_id

    @rule(file_id=files, address=addresses, text=words)
    def write(self, file_id, address, text):
        answer = self.session.put(
            f"{SHEETS}/{file_id}/values/{address}", params={"valueInputOption": "RAW"}, json={"values": [[text]]}
        )
        assert answer.status_code == 200
        self.kept[file_id]["cells"][address] = text

    @rule(file_id=files, name=words)
    def rename(self, file_id, name):
        assert self.session.patch(f"{FILES}/{file_id}", json={"name": name}).status_code == 200
        self.kept[file_id]["name"] = name

    @rule(file_id=files, trashed=st.booleans())
    def bin(self, file_id, trashed):
        assert self.session.patch(f"{FILES}/{file_id}", json={"trashed": trashed}).status_code == 200
        self.kept[file_id]["trashed"] = trashed

    @rule(target=files, file_id=files, name=words)
    def copy(self, file_id, name):
        copy_id = self.session.post(f"{FILES}/{file_id}/copy", json={"name": name}).json()["id"]
        self.kept[copy_id] = {"name": name, "trashed": False, "cells": dict(self.kept[file_id]["cells"])}
        return copy_id

    @rule(file_id=consumes(files))
    def delete(self, file_id):
        assert self.session.delete(f"{FILES}/{file_id}").status_code == 204
        del self.kept[file_id]

    @rule(file_id=files, text=words)
    def refused(self, file_id, text):
        write = {"range": "A1", "values": [[text]]}
        body = {"valueInputOption": "RAW", "data": [write, {"range": "nosuch!A1", "values": [[text]]}]}
        assert self.session.post(f"{SHEETS}/{file_id}/values:batchUpdate", json=body).status_code == 400

    @rule()
    def restart(self):
        self.server.close()
        self.open()

    @invariant()
    def nothing_is_lost_or_made_up(self):
        listed = self.session.get(FILES, params={"fields": "files(id,name,trashed)"}).json().get("files", [])
        assert {one["id"]: (one["name"], one["trashed"]) for one in listed} == {
            file_id: (one["name"], one["trashed"]) for file_id, one in self.kept.items()
        }
        for file_id, one in self.kept.items():
            params = {"ranges": ["A1", "C3", "Z900"], "valueRenderOption": "UNFORMATTED_VALUE"}
            found = self.session.get(f"{SHEETS}/{file_id}/values:batchGet", params=params).json()["valueRanges"]
            cells = {area["range"].split("!")[1]: area["values"][0][0] for area in found if "values" in area}
            assert cells == one["cells"]

    def teardown(self):
        self.server.close()
        shutil.rmtree(self.folder)


TestKeeping = Keeping.TestCase
TestKeeping.settings = settings(stateful_step_count=15)
