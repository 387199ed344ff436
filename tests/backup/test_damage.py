"""Whatever happened to an archive since, `verify` finds it, and nothing is restored from it."""

from __future__ import annotations

import json
import random
import zipfile
from pathlib import Path

import pytest

from sheetcrm.backup.archive import SUM, Archive
from sheetcrm.backup.verifying import verify
from sheetcrm.errors import SheetcrmError, UsageError


@pytest.fixture
def archive(tiny) -> Path:
    return tiny.backup().path


def rewritten(path: Path, change) -> Path:
    """The same zip with its members changed, and without the sum beside it, as somebody would who knows zips."""
    with zipfile.ZipFile(path) as before:
        members = {name: before.read(name) for name in before.namelist()}
    change(members)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as after:
        for name, content in members.items():
            after.writestr(name, content)
    path.with_name(path.name + SUM).unlink()
    return path


def test_one_flipped_bit_anywhere_is_found(archive):
    content = archive.read_bytes()
    chance = random.Random(5)
    places = [0, len(content) - 1, *(chance.randrange(len(content)) for _ in range(200))]
    for place in places:
        flipped = bytearray(content)
        flipped[place] ^= 1 << chance.randrange(8)
        archive.write_bytes(flipped)
        assert verify(archive).troubles, f"bit {place} of {len(content)}"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(lambda held: held.pop(next(n for n in held if n.startswith("cells/"))), "is missing", id="a member less"),
        pytest.param(lambda held: held.update({"more.txt": b""}), "not in the manifest", id="a member more"),
        pytest.param(lambda held: held.update({"spreadsheet.json": b"{}"}), "not what the manifest says", id="another member"),
        pytest.param(lambda held: held.pop("manifest.json"), "is missing", id="no manifest"),
        pytest.param(lambda held: held.update({"manifest.json": b"[]"}), "its manifest is none", id="a manifest of nothing"),
        pytest.param(lambda held: held.update({"manifest.json": b'{"members": {}}'}), "not in the manifest", id="a bare one"),
    ],
)  # fmt: skip
def test_what_does_not_fit_the_manifest_is_named(archive, change, message):
    path = rewritten(archive, change)
    found = verify(path)
    assert any(message in line for line in found.troubles), found.troubles


def test_a_stale_manifest_is_found(archive):
    """Of the backup before, with the hashes of this one: only what is inside tells."""

    def stale(held):
        manifest = json.loads(held["manifest.json"])
        manifest["state"] = "0" * 16
        held["manifest.json"] = json.dumps(manifest).encode()

    troubles = verify(rewritten(archive, stale)).troubles
    assert any("the manifest is stale" in line for line in troubles)
    assert any("of another backup" in line for line in troubles), "the file is called otherwise"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"PK\x03\x04 and no more", id="cut"),
        pytest.param(b"%PDF-1.7", id="no zip"),
    ],
)
def test_what_is_no_archive_is_said_so(tmp_path, content):
    path = tmp_path / "something.zip"
    path.write_bytes(content)
    with pytest.raises(SheetcrmError, match="damaged, or no backup of ours"):
        Archive(path)
    assert verify(path).troubles


def test_a_file_that_is_not_there_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        verify(tmp_path / "nothing.zip")
