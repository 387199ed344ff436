"""The exporter's memory does not grow with the sheet: measured from outside, on a server in another process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).resolve().parents[3] / "benchmarks" / "export.py"
LONG = bool(os.environ.get("SHEETCRM_PROVE"))
FORMS = ("csv", "parquet") if LONG else ("csv",)


def peaks(rows):
    """Megabytes by format, for so many rows of 20 columns."""
    made = subprocess.run(
        [sys.executable, str(BENCHMARK), "figures", str(rows), *FORMS],
        check=True,
        capture_output=True,
        text=True,
        timeout=280,
    )
    found = json.loads(made.stdout)
    assert {one["rows"] for one in found.values()} == {rows}
    return {form: one["peak"] for form, one in found.items()}


@pytest.mark.timeout(600)
def test_a_million_cells_take_little_more_than_a_hundred_thousand():
    """In the short form half a million, which is more than one part, too."""
    small, large = peaks(5_000), peaks(50_000 if LONG else 25_000)
    for form in FORMS:
        assert large[form] < small[form] + 120, (small, large)
