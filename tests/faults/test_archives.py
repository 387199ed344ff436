"""What can be wrong with an archive, or with the moment: said, and nothing half done."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tests.faults import shop
from tests.faults.cells import Prepared
from tests.faults.commands import COMMANDS

CREATE = ("--create", "Again")
TAB = ("--tab", "customers", "--yes")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return Prepared(tmp_path_factory)


@pytest.fixture
def bench(prepared):
    """A shop of which there is an archive; a row went since, and another says something else."""
    with prepared.bench(next(one for one in COMMANDS if one.name == "restore --tab")).open() as bench:
        yield bench


@pytest.fixture
def archive(bench):
    return next(bench.folder.glob("sheetcrm-backup/1*/*.zip"))


@pytest.mark.parametrize("way", [CREATE, TAB], ids=["as a new one", "into the live one"])
def test_of_an_archive_with_one_bit_turned_nothing_comes_back(bench, archive, way):
    content = bytearray(archive.read_bytes())
    content[len(content) // 2] ^= 1
    archive.write_bytes(content)
    before = bench.state()
    answer = bench.run("restore", str(archive), *way)
    assert (answer.code, bench.state()) == (1, before)
    assert "is not whole" in answer.err
    assert answer.calls == ()


def test_a_damaged_archive_is_named_and_the_others_are_looked_at(bench, archive):
    archive.write_bytes(archive.read_bytes()[:-100])
    answer = bench.run("backup", "verify", str(archive))
    assert answer.code == 1
    assert archive.name in answer.out + answer.err


def test_without_the_right_key_nothing_comes_back(bench, archive):
    pyrage = pytest.importorskip("pyrage")
    right, wrong = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    config = Path("config.yaml")
    config.write_text(
        f"{config.read_text(encoding='utf-8')}backup: {{encrypt_to: [{right.to_public()}]}}\n", encoding="utf-8"
    )
    for folder in ("wrong", "right"):
        Path(folder).mkdir()
    Path("wrong/key.txt").write_text(f"{wrong}\n", encoding="utf-8")
    Path("right/key.txt").write_text(f"{right}\n", encoding="utf-8")
    archive.unlink()
    assert bench.run("backup").code == 0
    sealed = next(bench.folder.glob("sheetcrm-backup/1*/*.age"))
    before = bench.state()
    for key in ((), ("--identity", "wrong/key.txt")):
        answer = bench.run("restore", str(sealed), *TAB, *key)
        assert (answer.code, bench.state()) == (2, before), answer.err
        assert "key" in answer.err
    assert bench.run("restore", str(sealed), "--identity", "right/key.txt", *TAB).code == 0


def test_a_restore_over_a_newer_template_says_so_and_brings_back_what_there_is(bench, archive):
    shop.drifted(bench)
    assert bench.run("apply").code == 0
    bench.book().worksheet("Customers").update([["by mistake"]], "B3", raw=True)
    answer = bench.run("restore", str(archive), *TAB)
    assert answer.code == 0
    assert "the backup is of version 1 of the template, here is 2" in answer.err
    tab = bench.book().worksheet("Customers")
    assert tab.acell("B3").value == "Acme GmbH"
    assert "City" in tab.row_values(1)


@pytest.mark.parametrize("calls", range(1, 8))
def test_a_backup_of_what_changes_meanwhile_is_of_one_moment(bench, archive, calls):
    """Before or after: never the one half before and the other after."""
    archive.unlink()

    def work():
        book = bench.book()
        book.worksheet("Customers").update([["meanwhile"]], "B3", raw=True)
        book.worksheet("Orders").update([["meanwhile"]], "B2", raw=True)

    bench.after[calls] = work
    answer = bench.run("backup")
    assert answer.code == 0, answer.err
    with zipfile.ZipFile(next(bench.folder.glob("sheetcrm-backup/1*/*.zip"))) as made:
        cells = [made.read(name).decode() for name in made.namelist() if name.startswith("cells/")]
    assert sum("meanwhile" in text for text in cells) in {0, 2}
