#!/usr/bin/env python3
"""
Every code of an issue → docs/issues.md.

Written by this script from sheetcrm/sync/quality/codes.py, and by nobody else; a test says when it is stale.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from sheetcrm.messages import texts
from sheetcrm.sync.quality.codes import CELLS, QUALITY, RULES, TABS, WRITING, Code

TARGET = Path(__file__).resolve().parent.parent / "docs" / "issues.md"

HEAD = """\
# What `sheetcrm check` tells

Written by `scripts/issues.py` from the code; do not edit. Every issue, and every reason for which a program's
records are not written, has one of these codes. Codes never change and are never
translated: programs may rely on them (`sheetcrm check --json`, `--format csv`, `--only CODE`). Messages are in the language of the
sheet and say more than these lines: which text, which bound, which suggestion.

A column type or a rule of your own has codes of its own, which are not here.
"""
PARTS: Mapping[str, Mapping[str, Code]] = {
    "Cells that make no sense": CELLS,
    "Cells that break a rule of the template": RULES,
    "Columns, tabs and headers": TABS,
    "Worth a look (`check --quality`)": QUALITY,
    "Refused when a program writes": WRITING,
}


def text() -> str:
    """The whole page."""
    return "\n".join([HEAD, *(line for title, codes in PARTS.items() for line in _part(title, codes))])


def _part(title: str, codes: Mapping[str, Code]) -> Iterator[str]:
    chinese = texts("zh")
    yield f"## {title}\n"
    yield "| code | what it means | way out | 含义 | 处理办法 |"
    yield "|---|---|---|---|---|"
    for name, code in codes.items():
        cells = [f"`{name}`", code.meaning, code.remedy, chinese(code.meaning), chinese(code.remedy)]
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
    yield ""


def main() -> None:
    """Write the page; with --check only say whether it is what it should be."""
    if sys.argv[1:] == ["--check"]:
        if not TARGET.exists() or TARGET.read_text(encoding="utf-8") != text():
            sys.exit(f"{TARGET.name} is stale: run scripts/issues.py")
        return
    TARGET.write_text(text(), encoding="utf-8")
    print(f"{TARGET.name}: written", file=sys.stderr)


if __name__ == "__main__":
    main()
