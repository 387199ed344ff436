"""A file is there whole, or as it was."""

from __future__ import annotations

import os
import stat

import pytest

from sheetcrm import atomic


def test_it_takes_the_place_of_what_is_there_for_its_owner_alone(tmp_path):
    file = tmp_path / "kept.json"
    file.write_bytes(b"old")
    file.chmod(0o644)
    atomic.put(file, "新".encode())
    assert (file.read_text(encoding="utf-8"), stat.S_IMODE(file.stat().st_mode)) == ("新", 0o600)
    assert list(tmp_path.iterdir()) == [file]


def test_where_it_cannot_be_written_all_is_as_it_was(tmp_path, monkeypatch):
    file = tmp_path / "kept.json"
    file.write_bytes(b"old")

    def full(_number):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        atomic.put(file, b"new")
    assert (file.read_bytes(), list(tmp_path.iterdir())) == (b"old", [file])
