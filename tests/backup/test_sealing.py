"""Sealed archives open with the key, by us and by age itself, and with nothing else."""

from __future__ import annotations

import shutil
import subprocess
import zipfile

import pytest

from sheetcrm.backup.archive import Archive, Pack
from sheetcrm.errors import SheetcrmError, UsageError

pyrage = pytest.importorskip("pyrage")


@pytest.fixture
def key(tmp_path):
    """A key as age-keygen writes it; its public half as `key.public`."""
    return new_key(tmp_path / "key.txt")


class Key:
    def __init__(self, path, public):
        self.path, self.public = path, public


def new_key(path):
    identity = pyrage.x25519.Identity.generate()
    path.write_text(f"# public key: {identity.to_public()}\n{identity}\n")
    return Key(path, str(identity.to_public()))


def sealed(folder, *recipients):
    pack = Pack(folder / "archives", recipients)
    pack.add("notes.txt", b"what Ann said" * 100_000)
    return pack.finish("one.zip", {"kind": "test"})


def test_what_is_sealed_opens_with_any_of_its_keys(tmp_path, key):
    other = new_key(tmp_path / "other.txt")
    path = sealed(tmp_path, key.public, other.public)
    assert b"Ann" not in path.read_bytes()
    for one in (key, other):
        with Archive(path, [one.path]) as archive:
            assert archive.bytes_of("notes.txt").startswith(b"what Ann said")
            assert list(archive.troubles()) == []


@pytest.mark.skipif(shutil.which("age") is None, reason="needs the program age")
def test_age_itself_opens_it(tmp_path, key):
    plain = tmp_path / "plain.zip"
    subprocess.run(["age", "-d", "-i", key.path, "-o", plain, sealed(tmp_path, key.public)], check=True)
    assert zipfile.ZipFile(plain).read("notes.txt").startswith(b"what Ann said")


def test_without_a_key_or_with_another_it_says_which_is_needed(tmp_path, key):
    path = sealed(tmp_path, key.public)
    with pytest.raises(UsageError, match="--identity"):
        Archive(path)
    with pytest.raises(UsageError, match="none of these keys"):
        Archive(path, [new_key(tmp_path / "other.txt").path])
    with pytest.raises(UsageError, match="no key of age"):
        Archive(path, [path])


def test_a_flipped_bit_is_found_by_the_seal(tmp_path, key):
    path = sealed(tmp_path, key.public)
    content = bytearray(path.read_bytes())
    content[-5] ^= 1
    path.write_bytes(content)
    with pytest.raises(SheetcrmError, match="damaged"):
        Archive(path, [key.path])


def test_what_is_no_public_key_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(UsageError, match="no public key"):
        Pack(tmp_path / "archives", ["AGE-SECRET-KEY-1"])
    assert list((tmp_path / "archives").iterdir()) == []
