"""
Template → what its spreadsheet will look like: one HTML file, a picture, or an Excel file.

Nothing is drawn here: the template is applied, with its example rows, to an
embedded server in memory, and what that shows is kept.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from datetime import datetime
from html import escape, unescape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from sheetcrm import provision
from sheetcrm.errors import MissingExtra, SheetcrmError, UsageError, reason
from sheetcrm.messages import tr
from sheetcrm.schema.template import SheetSpec, Template
from sheetcrm.sheets.gateway import Drive, Gateway
from sheetcrm.variants import nearest

if TYPE_CHECKING:
    from sheetcrm.testing import Running

SHOWN_ROWS = 60
"""Rows of a grid that a page or picture has at least; an Excel file, which is worked in, has all."""
MOST_PAGES = 100
WINDOW = (1440, 760)

_LINK = re.compile(r'href="(\?[^"]*)"')
_SCRIPT = re.compile(r"<script>.*?</script>", re.DOTALL)
_FRAME = """\
<!doctype html><html><head><meta charset="utf-8"><title>{title}</title><meta name="viewport" content="width=device-width,initial-scale=1">
<link rel="icon" href="data:,"><style>html,body{{margin:0;height:100%}}iframe{{border:0;width:100%;height:100%;display:block}}</style></head>
<body><iframe title="{title}"></iframe><script type="application/json" id="pages">{pages}</script><script>
const pages = JSON.parse(document.getElementById("pages").textContent);
const show = () => {{ document.querySelector("iframe").srcdoc = pages[location.hash.slice(1)] ?? pages[{first}]; }};
addEventListener("hashchange", show);
addEventListener("message", (sent) => {{ if (sent.data in pages) location.hash = sent.data; }});
show();
</script></body></html>
"""
_INSIDE = """\
<script>
addEventListener("click", (click) => {
  const cell = click.target.closest("td[id]");
  if (cell) document.getElementById("bar").textContent = [cell.id, cell.textContent, cell.title].filter(Boolean).join("  ");
  const link = click.target.closest('a[href^="#"]');
  if (!link) return;
  click.preventDefault();
  parent.postMessage(link.getAttribute("href").slice(1), "*");
});
for (const over of document.querySelectorAll(".over")) {
  const cell = document.getElementById(over.dataset.at);
  if (!cell || cell.closest("thead")) continue;
  over.style.left = `${cell.offsetLeft + +over.dataset.x}px`;
  over.style.top = `${cell.offsetTop + +over.dataset.y}px`;
}
</script>"""


def preview(template: Template, language: str, target: Path, *, now: datetime, sheet: str | None = None) -> None:
    """
    Write `target`, an .html, .png or .xlsx file, by its ending; `sheet` is the key of the one to begin with.

    UsageError for another ending or a sheet that there is not, MissingExtra
    without the embedded server, SheetcrmError where there is no Chromium to take a picture.
    """
    writers: Mapping[str, Callable[[Running, str, str], bytes]] = {
        ".html": lambda running, made, first: _html(running, made, first).encode(),
        ".png": lambda running, made, first: _png(_html(running, made, first)),
        ".xlsx": lambda running, made, _first: _answer(running, f"/spreadsheets/d/{made}/export", "format=xlsx"),
    }
    kind = target.suffix.lower()
    if kind not in writers:
        raise UsageError(tr("{target}: a preview is a file in {kinds}", target=target, kinds=", ".join(writers)))
    if sheet is not None and sheet not in template.sheets:
        raise _no_such_sheet(sheet, template)
    shown = template if kind == ".xlsx" else _shorter(template)
    try:
        from sheetcrm.testing import server  # noqa: PLC0415 - only with the extra `local`
    except ModuleNotFoundError as error:
        raise MissingExtra(tr("the embedded server"), "local") from error
    with server(now=lambda: now) as running:
        made, first = _made(running, shown, language, now, sheet)
        content = writers[kind](running, made, first)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    except OSError as error:
        raise UsageError(tr("{target} cannot be written: {reason}", target=target, reason=reason(error))) from error


def _no_such_sheet(sheet: str, template: Template) -> UsageError:
    hint = nearest(sheet, list(template.sheets))
    return UsageError(tr("{template} has no sheet {sheet}{hint}", template=template.key, sheet=sheet, hint=hint))


def picture(url: str, target: Path, size: tuple[int, int] = WINDOW) -> None:
    """What Chromium shows at `url`, as a PNG of that width and height; SheetcrmError when there is none or it fails."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        raise SheetcrmError(tr("pictures need Chromium, and none is on the PATH"))
    quiet = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"]
    quiet += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [browser, *quiet, f"--user-data-dir={profile}", f"--window-size={size[0]},{size[1]}"]
        try:
            subprocess.run([*command, f"--screenshot={target}", url], check=True, capture_output=True, timeout=120)  # noqa: S603 - a browser of this machine
        except (subprocess.SubprocessError, OSError) as error:
            raise SheetcrmError(tr("{browser} took no picture: {error}", browser=browser, error=error)) from error


def _shorter(template: Template) -> Template:
    """The same with no more rows than there is something to see in, and some."""

    def short(spec: SheetSpec) -> SheetSpec:
        rows = max(SHOWN_ROWS, len(spec.samples) + len(spec.seeds) + 20)
        return spec.model_copy(update={"rows": min(spec.rows, rows)})

    return template.model_copy(update={"sheets": {key: short(spec) for key, spec in template.sheets.items()}})


def _made(running: Running, template: Template, language: str, now: datetime, sheet: str | None) -> tuple[str, str]:
    """A spreadsheet from the template; its id, and the number of the tab to begin with (empty: the first)."""
    made = Drive(running.session).create(template.title.say(language))
    gateway = Gateway(running.session, made)
    today = now.astimezone(ZoneInfo(template.time_zone)).date()
    # Twice: what is made for people is made when they are in the team.
    for _ in range(2):
        plan = provision.plan(gateway, template, language, samples=True, today=today)
        provision.apply(gateway, plan)
    return made, f"gid={plan.layout.sheet_id(sheet)}" if sheet else ""


def _html(running: Running, made: str, first: str) -> str:
    """The server's pages of that spreadsheet, all that they link to among them, in one file that needs no server."""
    pages: dict[str, str] = {}
    waiting = [first]
    while waiting and len(pages) < MOST_PAGES:
        name = waiting.pop(0)
        if name in pages:
            continue
        key = dict(parse_qsl(running.server.page_url(made).partition("?")[2]))
        page = _answer(running, f"/spreadsheets/d/{made}/edit", urlencode({**key, **dict(parse_qsl(name))})).decode()
        waiting += [_name(link) for link in _LINK.findall(page)]
        pages[name] = _SCRIPT.sub(lambda _: _INSIDE, _LINK.sub(lambda link: f'href="#{escape(_name(link[1]))}"', page))
    title = re.search(r"<title>(.*?)</title>", pages[first])
    # In a script nothing ends the text but its end tag, and nothing else of HTML is read.
    text = json.dumps(pages, ensure_ascii=False).replace("<", "\\u003c")
    return _FRAME.format(title=title[1] if title else "", pages=text, first=json.dumps(first))


def _name(link: str) -> str:
    """A link of a page without its key: `gid=3&fvid=7`."""
    asked = parse_qsl(unescape(link).partition("#")[0].removeprefix("?"))
    return urlencode([(name, value) for name, value in asked if name != "key"])


def _png(html: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        page, target = Path(folder) / "page.html", Path(folder) / "page.png"
        page.write_text(html, encoding="utf-8")
        picture(page.as_uri(), target)
        return target.read_bytes()


def _answer(running: Running, path: str, query: str) -> bytes:
    answer = running.server.handle("GET", path, query, {"authorization": f"Bearer {running.token}"})
    if answer.status != 200:
        said = answer.body.decode(errors="replace")[:300]
        raise SheetcrmError(tr("the embedded server says {status}: {said}", status=answer.status, said=said))
    return answer.body
