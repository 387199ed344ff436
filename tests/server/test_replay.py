"""Recorded answers of the real API, replayed against the embedded server: how many are exactly Google's."""

from __future__ import annotations

import json
import subprocess
import sys

from sheetcrm.server.app import Server


def test_recorded_answers_are_exactly_googles(shared, tmp_path):
    # The recordings name their owner among the editors of protected ranges; ours are compared as that person's.
    with Server(None, token="replay-token", owner="owner@example.com") as server, server.listen() as listener:
        command = [
            sys.executable,
            shared / "google" / "replay.py",
            "--base-url",
            listener.url,
            "--json",
            tmp_path / "score.json",
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=240)
    summary = json.loads((tmp_path / "score.json").read_text(encoding="utf-8"))["summary"]
    assert summary["sheets_only"]["n"] > 500
    assert summary["sheets_only"]["exact"] >= 0.99
    assert summary["by_shape"]["exact"] >= 0.99
    assert summary["cassettes_all_exact"] >= 51
