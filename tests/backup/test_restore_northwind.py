"""
Every template, filled with Northwind, is backed up, lost and brought back: `scripts/prove restore`.

Whole, into a new spreadsheet: equal in values, formulas, formats, rules, notes and marks.  By rows, into the
live one that somebody emptied: every record as it was, once `apply` has brought the template's own part.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import zipfile
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from time import process_time

import pytest

from sheetcrm import provision, sync, testing
from sheetcrm.backup.archive import SUM, Archive
from sheetcrm.backup.returning import Choice, bring_back, compare
from sheetcrm.backup.verifying import verify
from sheetcrm.errors import SheetcrmError
from sheetcrm.schema import loader
from sheetcrm.sheets.gateway import Drive, Gateway

from .conftest import TODAY, Shop
from .northwind_rows import filled
from .test_round_trip import everything

pytestmark = pytest.mark.skipif("SHEETCRM_PROVE" not in os.environ, reason="takes minutes: scripts/prove restore")


@dataclass
class Filled:
    """A shop with Northwind's rows, what people made of them, and its archive."""

    shop: Shop
    rows: dict[str, int]
    archive: Path
    cells: int
    seconds: dict[str, float]

    def changed(self, folder: Path, change) -> Path:
        """A copy of the archive of which somebody wrote the zip anew."""
        path = folder / self.archive.name
        with zipfile.ZipFile(self.archive) as before, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as after:
            held = {name: before.read(name) for name in before.namelist()}
            change(held)
            for name, content in held.items():
                after.writestr(name, content)
        return path


@pytest.fixture(scope="module", params=loader.names())
def story(request, northwind, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    with testing.server() as running:
        shop = Shop(running, loader.named(request.param), folder / "backup", Drive(running.session).create("Northwind"))
        provision.apply(shop.gateway, shop.plan())
        rows = {}
        for sheet, path, count in filled(shop.template, northwind.source, folder, shop.language):
            done = sync.load(shop.gateway, shop.template, sheet, path, language=shop.language, today=TODAY)
            assert (len(done.added), done.refused) == (count, ()), sheet
            rows[sheet] = count
        # Again: what is made for people is made when they are in the team.
        provision.apply(shop.gateway, shop.plan())
        worked_in(shop)
        began = process_time()
        made = shop.backup()
        yield Filled(shop, rows, made.path, made.cells, {"backup": process_time() - began})


def worked_in(shop: Shop) -> None:
    """What people do that no template knows: notes, colours, a row out of sight, a rule and a column of their own."""
    requests = []
    for part in shop.gateway.describe("sheets(properties(sheetId,sheetType,gridProperties))")["sheets"]:
        tab, columns = part["properties"]["sheetId"], part["properties"]["gridProperties"]["columnCount"]
        noted = {"note": "met in May", "userEnteredFormat": {"textFormat": {"bold": True}}}
        second = {"sheetId": tab, "startRowIndex": 1, "endRowIndex": 2, "startColumnIndex": 0, "endColumnIndex": 1}
        rows = {"sheetId": tab, "dimension": "ROWS", "startIndex": 3, "endIndex": 4}
        own = [{"userEnteredValue": {"stringValue": "their own"}}, {"userEnteredValue": {"formulaValue": "=ROW()*2"}}]
        requests += [
            {"repeatCell": {"range": second, "cell": noted, "fields": "note,userEnteredFormat.textFormat.bold"}},
            {"updateDimensionProperties": {"range": rows, "properties": {"hiddenByUser": True}, "fields": "hiddenByUser"}},
            {"appendDimension": {"sheetId": tab, "dimension": "COLUMNS", "length": 1}},
            {
                "updateCells": {
                    "start": {"sheetId": tab, "rowIndex": 0, "columnIndex": columns},
                    "rows": [{"values": [cell]} for cell in own],
                    "fields": "userEnteredValue",
                }
            },
        ]  # fmt: skip
    shop.gateway.batch(requests)


def records(shop: Shop) -> dict[str, Counter[str]]:
    """By sheet, how often there is a row that says this, whatever its place; what the sheet computes included."""
    reading = sync.read(shop.gateway, shop.template, language=shop.language)
    return {
        sheet: Counter(repr(sorted((key, str(row.get(key))) for key in extract.cells)) for row in extract.rows)
        for sheet, extract in reading.extracts.items()
        if extract.rows
    }


def test_all_of_it_comes_back_into_a_new_spreadsheet(story, capsys):
    shop, before = story.shop, everything(story.shop.gateway)
    began = process_time()
    assert verify(story.archive).troubles == ()
    story.seconds["verify"] = process_time() - began
    began = process_time()
    new = shop.restored(story.archive)
    story.seconds["restore"] = process_time() - began
    assert everything(Gateway(shop.running.session, new)) == before
    assert not shop.plan(new).has_work
    with capsys.disabled():
        figures = [sum(story.rows.values()), story.cells, story.archive.stat().st_size // 1024]
        print(
            "\n" + " | ".join([shop.template.title.say("en"), *map(str, figures), *(f"{one:.1f}" for one in story.seconds.values())])
        )  # fmt: skip


def test_rows_come_back_into_the_live_one_that_somebody_emptied(story, running, tmp_path):
    shop, wanted = replace(story.shop, running=running), records(story.shop)
    with Archive(story.archive) as archive:
        shop.id = story_in(shop, archive)
        emptied(shop, wanted)
        assert not records(shop)
        found = compare(shop.gateway, shop.template, archive, [Choice(sheet) for sheet in wanted], shop.language)
        bring_back(shop.gateway, shop.template, found)
    provision.apply(shop.gateway, shop.plan())
    assert records(shop) == wanted


def story_in(shop: Shop, archive: Archive) -> str:
    """The id of a copy of the whole story on the shop's server, to be spoilt."""
    from sheetcrm.backup.rebuilding import rebuild

    made = shop.drive.create("to be spoilt")
    rebuild(Gateway(shop.running.session, made), archive)
    return made


def emptied(shop: Shop, sheets) -> None:
    """Somebody selects everything below the headers and takes it away: values, formats, rules and notes."""
    titles = {shop.template.sheets[sheet].title.say(shop.language) for sheet in sheets}
    tabs = [part["properties"] for part in shop.gateway.describe("sheets.properties(sheetId,title)")["sheets"]]
    ranges = [{"sheetId": tab["sheetId"], "startRowIndex": 1} for tab in tabs if tab["title"] in titles]
    shop.gateway.batch([{"updateCells": {"range": one, "fields": "*"}} for one in ranges])


def test_a_flipped_bit_is_found(story, tmp_path):
    path = tmp_path / story.archive.name
    content = bytearray(story.archive.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)
    shutil.copy(story.archive.with_name(story.archive.name + SUM), tmp_path)
    assert verify(path).troubles
    path.with_name(path.name + SUM).unlink()
    assert verify(path).troubles, "nor without the sum beside it"


def test_a_missing_file_is_found(story, tmp_path):
    path = story.changed(tmp_path, lambda held: held.pop(max(name for name in held if name.startswith("cells/"))))
    assert any("is missing" in line for line in verify(path).troubles)


def test_a_stale_manifest_is_found(story, tmp_path):
    """Rows were taken away and the hashes put right, as somebody would who wants it to look whole."""

    def spoilt(held):
        name = max((name for name in held if name.startswith("cells/")), key=lambda name: len(held[name]))
        block = json.loads(held[name])
        block["rowData"][0] = {}
        held[name] = json.dumps(block).encode()
        manifest = json.loads(held["manifest.json"])
        manifest["members"][name].update(bytes=len(held[name]), sha256=hashlib.sha256(held[name]).hexdigest())
        held["manifest.json"] = json.dumps(manifest).encode()

    assert any("the manifest is stale" in line for line in verify(story.changed(tmp_path, spoilt)).troubles)


@pytest.mark.skipif(shutil.which("age") is None, reason="needs the program age")
def test_age_itself_opens_a_sealed_one(story, tmp_path):
    key = tmp_path / "key.txt"
    subprocess.run(["age-keygen", "-o", key], check=True, capture_output=True)
    public = key.read_text().split("public key: ")[1].splitlines()[0]
    sealed = replace(story.shop, folder=tmp_path / "sealed", recipients=(public,)).backup().path
    assert b"Ernst Handel" not in sealed.read_bytes()
    with pytest.raises(SheetcrmError, match="--identity"):
        Archive(sealed)
    plain = tmp_path / "plain.zip"
    subprocess.run(["age", "-d", "-i", key, "-o", plain, sealed], check=True)
    with zipfile.ZipFile(plain) as opened:
        manifest = json.loads(opened.read("manifest.json"))
        for name, said in manifest["members"].items():
            assert hashlib.sha256(opened.read(name)).hexdigest() == said["sha256"], name
        assert "Ernst Handel" in "".join(
            opened.read(name).decode() for name in opened.namelist() if name.startswith("csv/")
        )
