#!/usr/bin/env python3
"""
A template's example rows, taken for real and for one person's → their digest on the day with most to say → docs/pictures.

Each picture shows a wide window, a phone, and the phone in the dark.  Needs
Chromium.  Names of templates may follow; without any, those of docs/reminders.md
are pictured.  `--into FOLDER` writes pictures and pages there instead.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import escape
from pathlib import Path

from sheetcrm import provision
from sheetcrm.messages import LANGUAGES
from sheetcrm.preview import picture
from sheetcrm.remind.allow import AllowList
from sheetcrm.remind.digest import digest
from sheetcrm.remind.due import Reminder
from sheetcrm.remind.gather import gather, needed
from sheetcrm.remind.ledger import Fate, Occurrence, State
from sheetcrm.remind.message import Draft
from sheetcrm.remind.since import Before, since
from sheetcrm.schema import loader
from sheetcrm.schema.template import Template
from sheetcrm.sheets.gateway import Drive, Gateway
from sheetcrm.sync import read
from sheetcrm.sync.records import Reading
from sheetcrm.testing import server

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
SHOWN = ("customer-list", "chemicals")
WIDTHS = (760, 390, 390)
"""Of a wide window and of phones, in pixels."""
GAP = 12
FRAMES = """\
<!doctype html><meta charset="utf-8"><style>body {{ margin: 0; background: #c9ced6; display: flex; gap: {gap}px; align-items: start }}
iframe {{ border: 0; display: block; height: 100px }}</style>{frames}
<script>addEventListener("load", () => {{
  for (const one of document.querySelectorAll("iframe")) one.style.height = one.contentDocument.documentElement.scrollHeight + "px";
  document.documentElement.dataset.height = document.documentElement.scrollHeight;
}})</script>
"""
DAYS = range(0, 29, 2)
"""How long after the example rows were made today may be: the day with most to say is taken."""
BREAK = timedelta(days=2)
"""How long before today the last mail was."""


def drafts(name: str, language: str, made: date) -> Iterator[Draft]:
    """A digest of every such day for one person, who has all that is everybody's."""
    reading = as_real(loader.named(name), language, made)
    for later in DAYS:
        today = made + timedelta(later)
        due, before = (everything(reading, day) for day in (today, today - BREAK))
        if due:
            yield letter(reading, due, before, today)


def as_real(template: Template, language: str, today: date) -> Reading:
    """A spreadsheet of that template with its example rows, read as if they were none."""
    with server() as running:
        gateway = Gateway(running.session, Drive(running.session).create(template.title.say(language)))
        for _ in range(2):
            plan = provision.plan(gateway, template, language, samples=True, today=today)
            provision.apply(gateway, plan)
        sheets = {key: spec.model_copy(update={"samples": ()}) for key, spec in template.sheets.items()}
        real = template.model_copy(update={"sheets": sheets})
        return read(gateway, real, language=language, columns=needed(real), rules=False)


def everything(reading: Reading, today: date) -> dict[Occurrence, Reminder]:
    """Everything that is due on that day, as if it were for one person, who leads whoever lets things wait."""
    agenda = gather(reading, today=today, channel="mail", allow=AllowList.of(["example.com"]))
    found = {matter: one for due in agenda.mails.values() for matter, one in due.items()}
    persons = [one.person for one in found.values()]
    waiting = {matter.matter for matter, one in found.items() if one.escalated}
    return {
        matter: replace(one, person=persons[0])
        for matter, one in found.items()
        if one.escalated or matter.matter not in waiting
    }


def letter(
    reading: Reading, due: Mapping[Occurrence, Reminder], before: Mapping[Occurrence, Reminder], today: date
) -> Draft:
    """What they get today, who got a mail a few days ago."""
    then = datetime.combine(today - BREAK, datetime.min.time(), UTC)
    known = {one: Fate(State.SENT, "", then) for one in list(before)[::3] if one in due}
    news = [reminder for one, reminder in due.items() if one not in known] or list(due.values())
    remembered = Before(then.date() if before else None, list(before), known)
    return digest(news, reading, today=today, since=since(remembered, due, reading, today=today))


def framed(page: str) -> str:
    """The page wide, on a phone, and on a phone in the dark."""
    dark = page.replace("(prefers-color-scheme: dark)", "all")
    frames = zip((page, page, dark), WIDTHS, strict=True)
    return FRAMES.format(
        gap=GAP, frames="".join(f'<iframe width="{width}" srcdoc="{escape(text)}"></iframe>' for text, width in frames)
    )


def photographed(page: str, target: Path) -> None:
    """Write the picture, as high as it has to be; by its ending as WebP, a fifth of the size of a PNG."""
    with tempfile.TemporaryDirectory() as folder:
        frames = Path(folder) / "frames.html"
        frames.write_text(framed(page), encoding="utf-8")
        width = sum(WIDTHS) + GAP * (len(WIDTHS) - 1)
        picture(frames.as_uri(), target, (width, min(_height(frames, width), 8000)))


def _height(page: Path, width: int) -> int:
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--window-size={width},600", "--dump-dom"]
    found = subprocess.run([*command, page.as_uri()], check=True, capture_output=True, text=True, timeout=120)  # noqa: S603 - a browser of this machine
    match = re.search(r'data-height="(\d+)"', found.stdout)
    return int(match[1]) if match else 1200


def main(arguments: list[str]) -> None:
    """One picture a template and language."""
    into = Path(arguments[arguments.index("--into") + 1]) if "--into" in arguments else None
    names = [name for name in arguments if name in loader.names()] or SHOWN
    for name in names:
        for language in LANGUAGES:
            draft = max(drafts(name, language, datetime.now(UTC).date()), key=lambda one: len(one.html))
            target = (into or PICTURES) / f"digest-{name}-{language}.webp"
            photographed(draft.html, target)
            if into:
                target.with_suffix(".html").write_text(draft.html, encoding="utf-8")
                target.with_suffix(".txt").write_text(f"{draft.text}\n\n{draft.markdown}", encoding="utf-8")
            print(f"{target.name}  {target.stat().st_size // 1024} kB, page {len(draft.html) // 1024} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
