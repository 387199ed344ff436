#!/usr/bin/env python3
"""
Every command under every trouble → tests/faults/outcomes.json and docs/faults.md.

`--page`: only the page, from the last run; NAME: only commands with that in their names, others as the last run found them.
Takes some minutes on all processors.  Where one of them goes wrong that is printed, and nothing is written.
"""

from __future__ import annotations

import json
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.faults import table  # noqa: E402 - the tests are no package that is installed
from tests.faults.cells import Prepared, outcome, struck  # noqa: E402 - the tests are no package that is installed
from tests.faults.commands import COMMANDS  # noqa: E402 - the tests are no package that is installed
from tests.faults.troubles import TROUBLES  # noqa: E402 - the tests are no package that is installed


class Folders:
    """What the tests have of pytest: a new folder each time."""

    def __init__(self, base: str) -> None:
        self._base = base

    def mktemp(self, name: str) -> Path:
        """See pytest."""
        return Path(tempfile.mkdtemp(prefix=name, dir=self._base))


def tried(name: str) -> tuple[dict[str, str], list[str]]:
    """What became of the command of that name, by trouble, and what went wrong."""
    command = next(one for one in COMMANDS if one.name == name)
    found: dict[str, str] = {}
    wrong = []
    with tempfile.TemporaryDirectory() as base:
        prepared = Prepared(Folders(base))
        for trouble in TROUBLES:
            said = []
            for strike in struck(prepared, command, trouble):
                try:
                    said.append(outcome(prepared, command, trouble, strike))
                except Exception as error:  # noqa: BLE001 - one that goes wrong hides no other
                    place = f"{strike.method} after {strike.skip}"
                    wrong.append(f"{command.name} | {trouble.name} | {place}: {type(error).__name__} {error}")
            if said:
                found[trouble.name] = " ".join(said)
    return found, wrong


def main(words: list[str]) -> int:
    """Write both files."""
    if "--page" not in words:
        meant = [one.name for one in COMMANDS if not words or any(word in one.name for word in words)]
        found, wrong = dict(table.STORED), 0
        with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
            for name, (outcomes, failures) in zip(meant, pool.map(tried, meant), strict=True):
                found[name] = outcomes
                wrong += len(failures)
                runs = sum(len(one.split()) for one in outcomes.values())
                print(*failures, f"{name}: {runs} runs, {len(failures)} wrong", sep="\n", flush=True)
        if wrong:
            return 1
        kept = {command.name: found[command.name] for command in COMMANDS if command.name in found}
        table.FILE.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        table.STORED.clear()
        table.STORED.update(kept)
    (ROOT / "docs" / "faults.md").write_text(table.page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
