"""What belongs to a person is kept where the platform keeps it, and nobody else reads it."""

from __future__ import annotations

import stat

import pytest

from sheetcrm import places


@pytest.mark.parametrize("folder", [places.config_folder, places.state_folder])
def test_it_is_for_its_owner_alone(folder, tmp_path):
    made = folder({"SHEETCRM_HOME": str(tmp_path / "all")})
    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    assert made.is_relative_to(tmp_path / "all")


def test_the_two_are_apart(tmp_path):
    environment = {"SHEETCRM_HOME": str(tmp_path)}
    assert places.config_folder(environment) != places.state_folder(environment)
