"""One folder, one holder, and everybody else finds it."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import textwrap
import threading

import pytest
import requests

from sheetcrm.server.adapter import mount
from sheetcrm.server.folder import DISCOVERY_NAME, FolderError, open_folder
from sheetcrm.server.store import StoreError

FILES = "https://www.googleapis.com/drive/v3/files"
SPREADSHEET = "application/vnd.google-apps.spreadsheet"

HOLDER = """
    import sys
    from pathlib import Path
    from sheetcrm.server.folder import open_folder
    opened = open_folder(Path(sys.argv[1]))
    print(opened.url, "holder" if opened.server else "guest", flush=True)
    sys.stdin.read()
    opened.close()
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(HOLDER), str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    process.url = process.stdout.readline().split()[0]
    yield process
    process.kill()
    process.communicate()


def session(opened):
    return mount(requests.Session(), opened.adapter())


def create(opened, name):
    answer = session(opened).post(FILES, json={"name": name, "mimeType": SPREADSHEET})
    assert answer.status_code == 200
    return answer.json()["id"]


def names(opened):
    return {file["name"] for file in session(opened).get(FILES).json()["files"]}


def test_the_first_holds_and_tells_where_it_listens(tmp_path):
    with open_folder(tmp_path) as opened:
        assert opened.server is not None
        found = json.loads((tmp_path / DISCOVERY_NAME).read_text())
        assert found == {"url": opened.url, "token": opened.token, "pid": os.getpid()}
        assert stat.S_IMODE((tmp_path / DISCOVERY_NAME).stat().st_mode) == 0o600
        assert requests.get(
            opened.url + "/drive/v3/files", headers={"Authorization": f"Bearer {opened.token}"}, timeout=5
        ).ok


def test_the_second_talks_to_the_first_and_sees_its_changes_at_once(tmp_path, holder):
    with open_folder(tmp_path) as guest:
        assert guest.server is None
        assert guest.url == holder.url
        create(guest, "from the guest")
        assert names(guest) == {"from the guest"}


def test_a_guest_that_leaves_takes_nothing_with_it(tmp_path, holder):
    open_folder(tmp_path).close()
    assert (tmp_path / DISCOVERY_NAME).exists()
    with open_folder(tmp_path) as guest:
        assert guest.server is None


def test_when_the_holder_is_killed_the_next_takes_over_with_everything_that_was_answered(tmp_path, holder):
    with open_folder(tmp_path) as guest:
        create(guest, "kept")
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert (tmp_path / DISCOVERY_NAME).exists()
    with open_folder(tmp_path) as opened:
        assert opened.server is not None
        assert names(opened) == {"kept"}


def test_a_guest_whose_holder_leaves_goes_on_with_whoever_holds_the_folder_then(tmp_path, holder):
    with open_folder(tmp_path) as guest, session(guest) as way:
        body = {"name": "before", "mimeType": SPREADSHEET}
        assert way.post(FILES, json=body).ok
        holder.communicate("")
        assert way.post(FILES, json={**body, "name": "after"}).ok, "nobody held it: the guest does now"
        with open_folder(tmp_path) as second:
            assert second.server is None
            assert names(second) == {"before", "after"}
    with open_folder(tmp_path) as next_one:
        assert next_one.server is not None, "what the guest took over it gave back"


def test_the_port_is_remembered_so_that_old_links_lead_here_again(tmp_path):
    with open_folder(tmp_path) as first:
        key = create(first, "a")
        link = first.server.page_url(key)
    with open_folder(tmp_path) as second:
        assert second.url == first.url
        assert requests.get(link, timeout=5).status_code == 200


def test_a_port_that_somebody_else_took_is_given_up(tmp_path):
    with open_folder(tmp_path / "a") as first:
        pass
    with open_folder(tmp_path / "b", port=int(first.url.rpartition(":")[2])), open_folder(tmp_path / "a") as again:
        assert again.url != first.url


def test_data_outlive_the_process(tmp_path):
    with open_folder(tmp_path) as opened:
        create(opened, "客户")
    with open_folder(tmp_path) as opened:
        assert names(opened) == {"客户"}


def test_leaving_removes_the_discovery_file(tmp_path):
    open_folder(tmp_path).close()
    assert not (tmp_path / DISCOVERY_NAME).exists()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"url": 5}', '{"url": "http://127.0.0.1:1", "token": "x", "pid": 1}'])
def test_a_stale_or_broken_discovery_file_is_ignored(tmp_path, text):
    (tmp_path / DISCOVERY_NAME).write_text(text)
    with open_folder(tmp_path) as opened:
        assert opened.server is not None


def test_a_holder_that_does_not_answer_is_reported_after_some_patience(tmp_path):
    slept = []
    with open_folder(tmp_path):
        (tmp_path / DISCOVERY_NAME).unlink()
        with pytest.raises(FolderError, match="does not answer"):
            open_folder(tmp_path, patience=1, sleep=slept.append)
    assert sum(slept) == pytest.approx(1)


def test_a_holder_that_stops_meanwhile_is_succeeded(tmp_path):
    first = open_folder(tmp_path)
    (tmp_path / DISCOVERY_NAME).unlink()
    with open_folder(tmp_path, sleep=lambda _: first.close()) as second:
        assert second.server is not None


def test_many_at_once_agree_on_one_holder(tmp_path):
    opened, gate = [], threading.Barrier(6)

    def enter():
        gate.wait()
        opened.append(open_folder(tmp_path))

    threads = [threading.Thread(target=enter) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(one.server is not None for one in opened) == 1
    assert len({one.url for one in opened}) == 1
    for one in opened:
        one.close()


def test_damaged_data_are_refused_and_the_folder_is_free_again(tmp_path):
    (tmp_path / "sheets.db").write_bytes(b"no database" * 100)
    for _ in range(2):
        with pytest.raises(StoreError, match="not a database"):
            open_folder(tmp_path)
