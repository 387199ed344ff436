"""
A spreadsheet's address → a read-only page for eyes.

Made only from what the API answers, so the page can show nothing that a client could not read.  The part after `#`
never reaches a server: a script of a few lines asks again with `?gid=…&range=…` when the link means another tab.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from html import escape
from importlib import resources
from typing import Any
from urllib.parse import urlencode

from sheetcrm.server import spreadsheets, values
from sheetcrm.server.a1 import letters
from sheetcrm.server.errors import ApiError
from sheetcrm.server.model import Spreadsheet
from sheetcrm.server.page_grid import Painter, View
from sheetcrm.server.page_style import Styles, color
from sheetcrm.server.routes import Backend, Route, path_pattern
from sheetcrm.server.wire import Json, Request, Response

PAGE_ROWS = 500
SPARE_ROWS = 5  # blank rows below the last used one
FEWEST_ROWS = 32  # a nearly empty sheet still looks like one
FEWEST_COLUMNS = 14
GRID_FIELDS = (
    "sheets(properties,merges,data(startRow,startColumn,rowMetadata(pixelSize,hiddenByUser),columnMetadata(pixelSize,hiddenByUser),"
    "rowData.values(formattedValue,effectiveValue,effectiveFormat,note,hyperlink,dataValidation(condition,showCustomUi))))"
)
TEXTS = {
    "en": {
        "say": "Read-only · <s>embedded server, </s>not Google",
        "list": "Spreadsheets",
        "none": "There is no spreadsheet yet.",
        "locked": "This page opens with the full link only, from a mail or from the command line: its key is missing or wrong.",
        "gone": "There is no such spreadsheet here.",
        "failed": "The page could not be made; the server's log says why.",
        "hint": "Click a cell to read all of it",
        "rows": "{first}–{last} of {all}",
    },
    "zh": {
        "say": "只读 · <s>内置服务器，</s>不是 Google",
        "list": "表格",
        "none": "还没有表格。",
        "locked": "请用邮件或命令行给出的完整链接打开：此链接缺少密钥，或密钥不对。",
        "gone": "这里没有这个表格。",
        "failed": "页面生成失败，原因见服务器日志。",
        "hint": "点按单元格可查看全文",
        "rows": "第 {first}–{last} 行，共 {all} 行",
    },
}
LOGO = (
    '<span class="logo"><svg viewBox="0 0 26 26" width="26" height="26" fill="none" stroke="#fff" stroke-width="1.6" aria-hidden="true">'
    '<path d="M6 7.5h14v11H6zM6 11.2h14M11 11.2v7.3M6 14.9h14"/></svg></span>'
)


def sheet_page(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """One sheet of a spreadsheet; 403 without its key, whether or not it exists."""
    spreadsheet_id = args["spreadsheetId"]
    words = _words(request, "")
    if not backend.guard.may_view(spreadsheet_id, key=request.parameter("key"), headers=request.headers):
        return _message(words, words["locked"], 403)
    try:
        with backend.library.opened(spreadsheet_id) as (spreadsheet,):
            return _sheet(spreadsheet, request)
    except ApiError as error:
        return _message(words, words["gone"] if error.code == 404 else words["failed"], error.code)


def list_page(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """All spreadsheets of the server's owner, last changed first, each with its own key."""
    words = _words(request, "")
    if not backend.guard.may_view("", key=request.parameter("key"), headers=request.headers):
        return _message(words, words["locked"], 403)
    files = [file for file in backend.library.files(backend.guard.owner) if not file.trashed]
    links = (
        f'<a href="{escape(backend.page_url(file.id))}"><b>{escape(file.name)}</b><time>{file.modified[:16].replace("T", " ")} UTC</time></a>'
        for file in files
    )
    body = "".join(links) or f"<p>{words['none']}</p>"
    return _page(words, words["list"], f'<main><div class="list">{body}</div></main>')


def _words(request: Request, locale: str) -> dict[str, str]:
    """The page's own words: in the language of the spreadsheet, else of the browser."""
    language = locale or request.headers.get("accept-language", "")
    return TEXTS["zh" if language.lower().startswith("zh") else "en"] | {
        "lang": "zh-CN" if language.lower().startswith("zh") else "en"
    }


def _sheet(spreadsheet: Spreadsheet, request: Request) -> Response:
    whole = spreadsheets.get(
        spreadsheet, ranges=[], include_grid_data=False, fields="properties(title,locale),sheets.properties"
    )
    words = _words(request, whole["properties"].get("locale", ""))
    tabs = [sheet["properties"] for sheet in whole["sheets"]]
    shown = [tab for tab in tabs if not tab.get("hidden")]
    tab = next((tab for tab in tabs if str(tab["sheetId"]) == request.parameter("gid")), shown[0])
    title = escape(whole["properties"].get("title", ""))
    if tab.get("sheetType", "GRID") != "GRID":
        return _page(words, title, "<main></main>" + _footer(shown, tab, request, "", Styles("nav ")))
    used_rows, used_columns = _used(spreadsheet, tab)
    view = _view(tab, used_rows, used_columns, request)
    grid = _read(spreadsheet, tab, view)
    painter = Painter(View(grid, view.first, view.last, view.width))
    table = painter.table()
    marks = Styles("nav ")
    pages = _pages(words, view, max(used_rows, view.last), request)
    body = f'<div id="bar">{words["hint"]}</div><main>{table}</main>{_footer(shown, tab, request, pages, marks)}'
    return _page(words, title, body, css=painter.styles.css() + marks.css())


def _quoted(tab: Json) -> str:
    return "'" + str(tab["title"]).replace("'", "''") + "'"


def _used(spreadsheet: Spreadsheet, tab: Json) -> tuple[int, int]:
    """How many rows and columns hold something to see; looked for from below, so that a long sheet is not read whole."""
    grid = tab["gridProperties"]
    count, right = int(grid.get("rowCount", 0)), letters(max(int(grid.get("columnCount", 1)) - 1, 0))

    def extent(top: int, bottom: int) -> tuple[int, int]:
        area = f"{_quoted(tab)}!A{top + 1}:{right}{bottom}"
        return _extent(values.get(spreadsheet, area, value_render_option="UNFORMATTED_VALUE").get("values", []))

    for bottom in range(count, 0, -PAGE_ROWS):
        top = max(0, bottom - PAGE_ROWS)
        rows, columns = extent(top, bottom)
        if rows:
            return top + rows, max(columns, extent(0, min(count, PAGE_ROWS))[1])
    return 0, 0


def _extent(rows: list[list[Any]]) -> tuple[int, int]:
    """Rows and columns up to the last value; an unticked box and an empty text are none."""
    widths = [
        max((column + 1 for column, value in enumerate(row) if value not in ("", False)), default=0) for row in rows
    ]
    return max((row + 1 for row, width in enumerate(widths) if width), default=0), max(widths, default=0)


def _view(tab: Json, used_rows: int, used_columns: int, request: Request) -> View:
    """The rows that the link asks for, by `range` or by `row`, else the first page."""
    grid = tab["gridProperties"]
    count = int(grid.get("rowCount", 0))
    wanted = _row(request)
    last = min(count, max(used_rows + SPARE_ROWS, FEWEST_ROWS, min(wanted + 1, used_rows + PAGE_ROWS)))
    first = min(wanted, max(last - 1, 0)) // PAGE_ROWS * PAGE_ROWS
    width = min(int(grid.get("columnCount", 0)), max(used_columns + 1, FEWEST_COLUMNS))
    return View({"properties": tab}, first, min(last, first + PAGE_ROWS), width)


def _row(request: Request) -> int:
    """The row that the link asks for, from 0."""
    text = request.parameter("row") or request.parameter("range").rpartition("!")[2].partition(":")[0]
    digits = "".join(character for character in text if character in "0123456789")[:8]
    return max(int(digits or 1) - 1, 0)


def _read(spreadsheet: Spreadsheet, tab: Json, view: View) -> Json:
    right = letters(max(view.width, 1) - 1)
    ranges = [f"{_quoted(tab)}!A{view.first + 1}:{right}{max(view.last, 1)}"]
    if view.frozen_rows and view.first:
        ranges.append(f"{_quoted(tab)}!A1:{right}{view.frozen_rows}")
    found = spreadsheets.get(spreadsheet, ranges=ranges, include_grid_data=True, fields=GRID_FIELDS)
    sheet: Json = found["sheets"][0]
    return sheet


def _link(request: Request, **wanted: Any) -> str:
    """A link to the same spreadsheet that keeps the key."""
    key = {"key": request.parameter("key")} if request.parameter("key") else {}
    return escape("?" + urlencode({**key, **wanted}))


def _footer(tabs: list[Json], current: Json, request: Request, pages: str, marks: Styles) -> str:
    def entry(tab: Json) -> str:
        here = ' aria-current="page"' if tab["sheetId"] == current["sheetId"] else ""
        shade = color(tab.get("tabColorStyle"), tab.get("tabColor"))
        mark = f'<u class="{marks.name(f"background:{shade}")}"></u>' if shade else ""
        return f'<a href="{_link(request, gid=tab["sheetId"])}#gid={tab["sheetId"]}"{here}>{escape(tab["title"])}{mark}</a>'

    return f"<footer><nav>{''.join(map(entry, tabs))}</nav>{pages}</footer>"


def _pages(words: Mapping[str, str], view: View, count: int, request: Request) -> str:
    """Where we are in a long sheet, and the ways on; nothing when all of it is shown."""
    if count <= PAGE_ROWS:
        return ""
    gid = view.sheet["properties"]["sheetId"]

    def arrow(sign: str, row: int) -> str:
        return f'<a href="{_link(request, gid=gid, row=row)}#gid={gid}">{sign}</a>'

    before = arrow("‹", view.first - PAGE_ROWS + 1) if view.first else ""
    after = arrow("›", view.last + 1) if view.last < count else ""
    where = words["rows"].format(first=view.first + 1, last=view.last, all=count)
    return f'<div class="pages">{before}{where}{after}</div>'


def _message(words: Mapping[str, str], text: str, status: int) -> Response:
    return _page(words, "sheetcrm", f'<main><div class="list"><p>{text}</p></div></main>', status=status)


@cache
def _asset(name: str) -> str:
    return resources.files(__package__).joinpath("pages", name).read_text(encoding="utf-8")


def _page(words: Mapping[str, str], title: str, body: str, *, css: str = "", status: int = 200) -> Response:
    """The whole document; the policy lets run and apply only what is named here by its hash."""
    styles, script = _asset("sheet.css") + css, _asset("sheet.js")
    text = (
        f'<!doctype html><html lang="{words["lang"]}"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">'
        f'<link rel="icon" href="data:,"><style>{styles}</style></head><body>'
        f'<header>{LOGO}<h1>{title}</h1><span class="say">{words["say"]}</span></header>{body}<script>{script}</script></body></html>\n'
    )
    policy = (
        f"default-src 'none'; style-src '{_hash(styles)}'; script-src '{_hash(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(status, headers, text.encode("utf-8", "replace"))


def _hash(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode("utf-8", "replace")).digest()).decode()


ROUTES = (
    Route("page.list", "GET", path_pattern("/"), "page", list_page),
    Route("page.sheet", "GET", path_pattern("/spreadsheets/d/{spreadsheetId}/edit"), "page", sheet_page),
    Route("page.sheet", "GET", path_pattern("/spreadsheets/d/{spreadsheetId}"), "page", sheet_page),
)
