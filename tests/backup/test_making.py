"""A backup is of one moment, or says that it is not; none is written where nothing changed, or half."""

from __future__ import annotations

import csv
import json
import resource
import stat
import zipfile

import pytest

from sheetcrm.backup.making import Kept, back_up
from sheetcrm.backup.verifying import verify
from sheetcrm.errors import SheetcrmError


class Meddling:
    """Somebody who types into the sheet whenever cells are read, so many times."""

    def __init__(self, shop, times):
        self._shop, self._left = shop, times

    def describe(self, fields, ranges=()):
        answer = self._shop.gateway.describe(fields, ranges)
        if ranges and self._left and "rowMetadata" in fields:
            self._left -= 1
            title = self._shop.gateway.describe("sheets.properties.title")["sheets"][0]["properties"]["title"]
            self._shop.gateway.write([{"range": f"'{title}'!B2", "values": [[f"typed, {self._left} left"]]}])
        return answer


def meddled(shop, times):
    gateway = Meddling(shop, times)
    return back_up(gateway, shop.drive, shop.id, Kept(shop.folder), now=shop.now)


def test_an_archive_opens_without_us(tiny):
    made = tiny.backup()
    assert made.path.stat().st_mode & 0o777 == stat.S_IRUSR | stat.S_IWUSR
    with zipfile.ZipFile(made.path) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        structure = json.loads(archive.read("spreadsheet.json"))
        tab = manifest["tabs"][0]
        rows = list(csv.reader(archive.read(tab["csv"]).decode().splitlines()))
        assert {"README.txt", "access.json", tab["csv"]} <= set(archive.namelist())
    assert structure["sheets"][0]["properties"]["title"] == tab["title"]
    assert len(rows) > 1
    assert rows[0][0]


def test_nothing_new_is_written_where_nothing_changed(tiny):
    first = tiny.backup()
    again = tiny.backup()
    assert (again.path, again.new) == (first.path, False)
    meddled(tiny, 1)
    assert len(list(tiny.folder.glob("*.zip"))) == 2


def test_a_spreadsheet_that_changes_while_it_is_read_is_read_again(tiny):
    made = meddled(tiny, 1)
    assert made.remarks == ()
    assert verify(made.path).troubles == ()
    with zipfile.ZipFile(made.path) as archive:
        assert any(b"typed, 0 left" in archive.read(name) for name in archive.namelist())


def test_one_that_never_stands_still_is_kept_and_says_so(tiny):
    made = meddled(tiny, -1)
    assert made.new
    assert "changed while it was read" in made.remarks[0]
    with zipfile.ZipFile(made.path) as archive:
        assert json.loads(archive.read("manifest.json"))["remarks"] == list(made.remarks)


@pytest.mark.parametrize(
    "recipients", [(), ("age1hkqrg6ewqx372lyuk7kcyea7ne985453eatdhnzeymxggux255vsucm7qy",)], ids=["plain", "sealed"]
)
def test_a_full_disk_leaves_nothing_behind(tiny, recipients):
    tiny.recipients = recipients
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500, limits[1]))
    try:
        with pytest.raises(SheetcrmError, match="nothing is left of it"):
            tiny.backup()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(tiny.folder.iterdir()) == []
