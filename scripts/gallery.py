#!/usr/bin/env python3
"""
Every template in both languages → docs/pictures: its first tab above its dashboard, with the example rows.

Needs Chromium.  Names of templates may follow; without any, all are pictured.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from sheetcrm.messages import LANGUAGES
from sheetcrm.preview import picture, preview
from sheetcrm.schema import loader
from sheetcrm.schema.template import Template

TARGET = Path(__file__).resolve().parent.parent / "docs" / "pictures"
WIDTH, FIRST, GAP = 1200, 212, 10
"""In pixels: all of it, what is seen of the first tab, and what is between it and the dashboard."""
ROW, BELOW = 21.5, 330
"""Of a dashboard is seen what is above its last row of charts, and so much more."""
HEADING = 80
"""What stands above the columns of a page, and is shown once."""
PAGE = """\
<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; background: #fff }}
div {{ position: relative; overflow: hidden; width: {width}px }}
iframe {{ position: absolute; left: 0; border: 0; width: {width}px; height: 1400px }}
</style>
<div style="height:{first}px"><iframe style="top:0" src="first.html"></iframe></div>
<div style="height:{gap}px"></div>
<div style="height:{board}px"><iframe style="top:-{heading}px" src="board.html"></iframe></div>
"""


def pictured(template: Template, language: str, target: Path, now: datetime) -> None:
    """Write the picture of one template."""
    board = next(key for key, spec in template.sheets.items() if spec.charts)
    lowest = max(chart.at.row for chart in template.sheets[board].charts.values() if chart.at)
    height = round(ROW * lowest) + BELOW
    with tempfile.TemporaryDirectory() as folder:
        parts = Path(folder)
        preview(template, language, parts / "first.html", now=now)
        preview(template, language, parts / "board.html", now=now, sheet=board)
        page = parts / "page.html"
        text = PAGE.format(width=WIDTH, first=FIRST, board=height, gap=GAP, heading=HEADING)
        page.write_text(text, encoding="utf-8")
        picture(page.as_uri(), target, (WIDTH, FIRST + GAP + height))


def main(names: list[str]) -> None:
    """One picture a template and language."""
    now = datetime.now(UTC)
    for name in names or loader.names():
        for language in LANGUAGES:
            target = TARGET / f"{name}-{language}.png"
            pictured(loader.named(name), language, target, now)
            print(f"{target.name}  {target.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
