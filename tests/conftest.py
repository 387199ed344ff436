"""What every test has: short or long property tests, no config and no home of the person who runs them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"

slow = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
settings.register_profile("short", max_examples=40, deadline=None, suppress_health_check=slow)
settings.register_profile("long", max_examples=2000, deadline=None, suppress_health_check=slow)
settings.load_profile("long" if os.environ.get("SHEETCRM_PROVE") else "short")


@pytest.fixture(autouse=True)
def _nothing_of_this_machine(monkeypatch, tmp_path_factory):
    """No test reads the config, the home or the proxy settings of the person who runs it."""
    for name in (
        "SHEETCRM_CONFIG",
        "GOOGLE_APPLICATION_CREDENTIALS",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "http_proxy",
        "https_proxy",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path_factory.getbasetemp() / "home"))


@pytest.fixture
def shared():
    """The folder of recorded traffic and real input that developers have and users do not."""
    if not SHARED.is_dir():
        pytest.skip("needs ../shared, which only developers of sheetcrm have")
    return SHARED
