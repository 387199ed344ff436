"""The page in a real browser: its script runs under its own policy and follows the link."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from sheetcrm import testing

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--virtual-time-budget=5000", "--dump-dom",
)  # fmt: skip

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="needs Chromium")


@pytest.fixture
def link():
    """A link to the page of a spreadsheet with a long first tab and a second one with a Chinese title."""
    with testing.server(http=True) as running:
        spreadsheet = running.client.create("客户管理")
        spreadsheet.sheet1.update([[f"row {row}"] for row in range(1, 801)], "A1")
        spreadsheet.batch_update({"requests": [{"addSheet": {"properties": {"sheetId": 7, "title": "团队"}}}]})
        spreadsheet.worksheet("团队").update([["姓名"], ["王芳"]], "A1")
        yield running.server.page_url(spreadsheet.id)


def dom(url, folder):
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={folder}", url]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


@pytest.mark.parametrize(
    ("fragment", "cell", "text"),
    [
        pytest.param("#gid=0&range=A3", "A3", "row 3", id="a cell of the tab that is shown anyway"),
        pytest.param("#gid=0&range=A700", "A700", "row 700", id="a row on another page"),
        pytest.param("#gid=7&range=A2", "A2", "王芳", id="another tab"),
    ],
)
def test_the_linked_cell_is_found_marked_and_spelt_out(link, tmp_path, fragment, cell, text):
    html = dom(link + fragment, tmp_path)
    assert re.findall(r'<td id="(\w+)" class="[^"]*\bhit\b', html) == [cell]
    assert f'<div id="bar"><b>{cell}</b><span>{text}</span></div>' in html


def test_a_link_that_leads_nowhere_ends_somewhere(link, tmp_path):
    html = dom(f"{link}#gid=99&range=ZZ99999", tmp_path)
    assert "row 1" in html or "row 501" in html
