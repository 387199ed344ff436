"""
A spreadsheet's address → a read-only page for eyes.

Opened by the key in its link, which then also stands in a cookie for this one spreadsheet.  The part after `#` never
reaches a server: a script asks again with `?gid=…&fvid=…&range=…` when the link means another tab or filter view.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from hashlib import sha256
from html import escape
from importlib import resources

from sheetcrm.server.auth import KEY_COOKIE
from sheetcrm.server.errors import ApiError
from sheetcrm.server.model import Spreadsheet
from sheetcrm.server.page_sheet import Shown
from sheetcrm.server.routes import Backend, Route, path_pattern
from sheetcrm.server.wire import Request, Response, json_response

HEADERS = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
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
        "hidden": "{range} is in a row that is not shown: it is hidden, or a filter leaves it out",
        "views": "Filter views",
        "no view": "Without a filter view",
        "all": "All",
        "filtered": "Filtered",
        "no data": "No data",
        "undrawn": "This page does not draw this kind of chart ({kind}).",
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
        "hidden": "{range} 所在的行未显示：已被隐藏，或被筛选排除",
        "views": "筛选视图",
        "no view": "不使用筛选视图",
        "all": "全部",
        "filtered": "已筛选",
        "no data": "没有数据",
        "undrawn": "此页面不绘制这种图表（{kind}）。",
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
            answer = _sheet(spreadsheet, request)
    except ApiError as error:
        return _message(words, words["gone"] if error.code == 404 else words["failed"], error.code)
    opens = backend.guard.may_view(spreadsheet_id, key=request.parameter("key"), headers={})
    return _remembered(answer, request) if opens else answer


def _remembered(response: Response, request: Request) -> Response:
    """The answer, with the key of its link in a cookie for this path: links without a key open from then on."""
    cookie = (
        f"{KEY_COOKIE}={request.parameter('key')}; Path={request.path.removesuffix('/edit')}; HttpOnly; SameSite=Lax"
    )
    return replace(response, headers={**response.headers, "Set-Cookie": cookie})


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
    words = _words(request, str(spreadsheet.properties.get("locale", "")))
    shown = Shown(spreadsheet, request, words)
    number = request.parameter("block")
    if number:
        part = shown.block(int(number) if re.fullmatch(r"[0-9]{1,8}", number) else -1)
        return json_response({"html": part.html, "css": part.css}, pretty=False, headers=HEADERS)
    body = shown.body()
    return _page(words, escape(str(spreadsheet.properties.get("title", ""))), body.html, css=body.css)


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
        f"default-src 'none'; style-src '{_hash(styles)}'; script-src '{_hash(script)}'; img-src data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    headers = {**HEADERS, "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy}
    return Response(status, headers, text.encode("utf-8", "replace"))


def _hash(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode("utf-8", "replace")).digest()).decode()


ROUTES = (
    Route("page.list", "GET", path_pattern("/"), "page", list_page),
    Route("page.sheet", "GET", path_pattern("/spreadsheets/d/{spreadsheetId}/edit"), "page", sheet_page),
    Route("page.sheet", "GET", path_pattern("/spreadsheets/d/{spreadsheetId}"), "page", sheet_page),
)
