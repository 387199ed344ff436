#!/usr/bin/env python3
"""
The tests in tests/contract, and what no test can ask → docs/unproved.md.

Written by this script and by nobody else; a test says when it is stale.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.contract import beliefs, by_hand  # noqa: E402 - the tests are no package that is installed

TARGET = ROOT / "docs" / "unproved.md"

HEAD = """\
# What is unproved

Written by `scripts/unproved.py` from `tests/contract`; do not edit.

No Google account was at hand when sheetcrm was written. What it believes of Google comes from Google's pages, from recorded
traffic and from what other people report. Each belief is a small test, which runs against the embedded server whenever the tests run: that
shows only that our server and our client agree. Whoever has an account can ask Google itself:

```sh
gcloud auth application-default login --client-id-file=client.json \\
    --scopes=https://www.googleapis.com/auth/spreadsheets,https://www.googleapis.com/auth/drive.file
scripts/contract
```

or, as a service account, in a folder of a Shared Drive in which it may make files:

```sh
export GOOGLE_APPLICATION_CREDENTIALS=/home/you/keys/service-account.json SHEETCRM_LIVE_FOLDER=<the folder's id>
scripts/contract
```

How to get either is in [google.md](google.md). The tests make spreadsheets called *sheetcrm contract test, may be deleted*, delete them at the end (into the bin where they may not do more), open no
other file, and send no more than 50 calls a minute; it takes some ten minutes. What passed is noted in
`tests/contract/proved.json` with the day and with a digest of the test, so a belief that is changed is unproved again. Arguments go to pytest:
`scripts/contract -k marks`.
"""


def text() -> str:
    """The whole page."""
    notes = beliefs.proved()
    topics = beliefs.topics()
    everything = [one for held in topics.values() for one in held]
    done = [one for one in everything if beliefs.is_proved(one, notes)]
    lines = [
        HEAD,
        f"**{len(everything) - len(done)} of {len(everything)} beliefs with a test were never run against Google.**\n",
    ]
    for topic, held in topics.items():
        lines += _table(topic, [one for one in held if one not in done])
    lines += _by_hand()
    lines += (
        ["## Run against Google\n", *(f"- {one.text} ({notes[one.test]['on']})" for one in done), ""] if done else []
    )
    return "\n".join(lines)


def _table(topic: str, held: Sequence[beliefs.Belief]) -> Iterator[str]:
    if not held:
        return
    yield f"## {topic}\n"
    yield "| we believe | because | what stands on it | test |"
    yield "|---|---|---|---|"
    for one in held:
        yield _row(one.text, one.seen, one.so, f"`{one.test}`")
    yield ""


def _by_hand() -> Iterator[str]:
    yield "## What no test can ask\n"
    yield "| we believe | what stands on it | how to find out |"
    yield "|---|---|---|"
    for one in by_hand.BELIEFS:
        yield _row(one.text, one.so, one.how)
    yield ""


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def main() -> None:
    """Write the page; with --check only say whether it is what it should be."""
    if sys.argv[1:] == ["--check"]:
        if not TARGET.exists() or TARGET.read_text(encoding="utf-8") != text():
            sys.exit(f"{TARGET.name} is stale: run scripts/unproved.py")
        return
    TARGET.write_text(text(), encoding="utf-8")
    print(f"{TARGET.name}: written", file=sys.stderr)


if __name__ == "__main__":
    main()
