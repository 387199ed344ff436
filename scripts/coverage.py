#!/usr/bin/env python3
"""
The discovery document × what the server has handlers for → docs/server-coverage.md.

Written by this script and by nobody else; a test says when it is stale.
"""

import json
import sys
from pathlib import Path

from sheetcrm.server import app
from sheetcrm.server.batch import HANDLERS

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "server-coverage.md"
DISCOVERY = ROOT / "sheetcrm" / "server" / "discovery.json"

HEAD = """\
# What the embedded server covers

Written by `scripts/coverage.py`; do not edit. What is *refused* answers an error that names it and says that it is this server that
refuses, not Google. What *supported* means, and how it was checked, is in [server.md](server.md).
"""


def text() -> str:
    """The whole page."""
    discovery = json.loads(DISCOVERY.read_text(encoding="utf-8"))
    kinds = sorted(discovery["schemas"]["Request"])
    supported = [kind for kind in kinds if kind in HANDLERS]
    lines = [
        HEAD,
        f"## Requests of `spreadsheets.batchUpdate`: {len(supported)} of {len(kinds)}\n",
        f"All {len(kinds)} kinds of revision {discovery['revision']} of the API.\n",
        "| request | |",
        "|---|---|",
        *(f"| `{kind}` | {'supported' if kind in HANDLERS else 'refused'} |" for kind in kinds),
        "",
    ]
    for title, prefix in (("Sheets API v4", "sheets."), ("Drive API", "drive.")):
        names = sorted({route.name for route in app.ROUTES if route.name.startswith(prefix)})
        lines += [
            f"## Methods of the {title}: {len(names)}\n",
            *(f"- `{name.removeprefix(prefix)}`" for name in names),
            "",
        ]
    return "\n".join(lines)


def main() -> None:
    """Write the page; with --check only say whether it is what it should be."""
    if sys.argv[1:] == ["--check"]:
        if TARGET.read_text(encoding="utf-8") != text():
            sys.exit(f"{TARGET.name} is stale: run scripts/coverage.py")
        return
    TARGET.write_text(text(), encoding="utf-8")
    print(f"{TARGET.name}: written", file=sys.stderr)


if __name__ == "__main__":
    main()
