"""
A person in a browser → a code that a program on this machine can turn into tokens.

Google's page where people choose an account and agree to scopes (RFC 6749 §4.1, RFC 7636, RFC 8252), for programs
whose client file this server wrote.  The key in that file opens the page: whoever else knows the address gets no token.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

from sheetcrm.server.auth import LOOPBACK
from sheetcrm.server.routes import Backend, Route, path_pattern
from sheetcrm.server.tokens import AUTH, EVERYTHING
from sheetcrm.server.wire import Json, Request, Response

PATHS = ("/o/oauth2/v2/auth", "/o/oauth2/auth")
CODE, TICKET = "4/", "consent."
MINUTES = 10
ABOUT_PEOPLE = frozenset({"openid", "email", "profile", AUTH + "userinfo.email", AUTH + "userinfo.profile"})
KNOWN = EVERYTHING | ABOUT_PEOPLE
TEXTS = {
    "en": {
        "title": "Sign in to the embedded server",
        "say": "This is not Google: it is the embedded server on this machine.",
        "wants": "A program on this machine wants to work with the spreadsheets here:",
        "as": "As",
        "testing": "This client is in “Testing”: after seven days the program has to ask again.",
        "allow": "Allow",
        "deny": "Cancel",
        "no": "Access blocked",
    },
    "zh": {
        "title": "登录内置服务器",
        "say": "这不是 Google，而是本机的内置服务器。",
        "wants": "本机的一个程序想使用这里的表格：",
        "as": "账号",
        "testing": "此客户端处于“测试”状态：七天后程序需要重新请求授权。",
        "allow": "允许",
        "deny": "取消",
        "no": "已阻止访问",
    },
}
STYLE = (
    "body{font:16px/1.5 system-ui,'Noto Sans CJK SC',sans-serif;margin:8vh auto;max-width:36em;padding:0 1em;color:#1f2328}"
    "h1{font-size:1.4em}label{display:block;margin:.3em 0}code{font-size:.85em}.say{color:#9a3412}"
    "button{font:inherit;padding:.4em 1.4em;margin:1em .6em 0 0;border:1px solid #888;border-radius:.4em;background:#fff}"
    "button[value=allow]{background:#1a6b46;border-color:#1a6b46;color:#fff}"
)


@dataclass
class BlockedError(Exception):
    """Why a page says no instead of going back to the program: Google's name for it, and what is meant."""

    error: str
    description: str


def answer_asked(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """The page that asks a person; what is not right with the request is told to them and not to the program."""
    words = _words(request)
    try:
        asked = _checked(backend, request)
    except BlockedError as error:
        return _page(
            words, words["no"], f"<p>Error 400: {escape(error.error)}</p><p>{escape(error.description)}</p>", 400
        )
    ticket = backend.guard.tokens.sealed(TICKET, asked, MINUTES * 60)
    return _page(words, words["title"], _form(backend, words, asked, ticket), 200, goes_to=asked["redirect_uri"])


def answer_decided(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """Back to the program, with a code for what was agreed to or with `access_denied`."""
    words = _words(request)
    form = parse_qs(request.body.decode("utf-8", "replace"))
    asked = backend.guard.tokens.opened(TICKET, form.get("ticket", [""])[-1])
    account = form.get("account", [""])[-1]
    if asked is None or account not in backend.guard.people():
        return _page(words, words["no"], "<p>Error 400: invalid_request</p>", 400)
    scopes = [scope for scope in form.get("scope", []) if scope in asked["scope"].split()]
    if form.get("decision") != ["allow"] or not scopes:
        return _back(asked, {"error": "access_denied"})
    claims = {"email": account, "scope": " ".join(scopes), "asked": asked, "once": secrets.token_hex(8)}
    code = backend.guard.tokens.sealed(CODE, claims, MINUTES * 60)
    return _back(asked, {"code": code, "scope": " ".join(scopes)})


def _checked(backend: Backend, request: Request) -> Json:
    """The request's parameters, when they hold together."""
    given = {name: values[-1] for name, values in request.parameters().items()}
    if not hmac.compare_digest(given.get("key", "").encode(), backend.issuer.consent_key().encode()):
        raise BlockedError("invalid_client", "The key in the client file's auth_uri is missing or of another server.")
    if backend.issuer.client(given.get("client_id", "")) is None:
        raise BlockedError("invalid_client", "The OAuth client was not found.")
    if not _loopback(given.get("redirect_uri", "")):
        raise BlockedError("redirect_uri_mismatch", "A desktop client goes back to http://127.0.0.1:PORT only.")
    if given.get("response_type") != "code":
        raise BlockedError("unsupported_response_type", f"Invalid response_type: {given.get('response_type', '')}")
    scopes = given.get("scope", "").split()
    if not scopes or (unknown := [scope for scope in scopes if scope not in KNOWN]):
        what = f"Some requested scopes were invalid: {unknown}" if scopes else "Missing required parameter: scope"
        raise BlockedError("invalid_scope", what)
    if given.get("code_challenge") and given.get("code_challenge_method") != "S256":
        raise BlockedError("invalid_request", "code_challenge_method: this server takes S256 only.")
    kept = ("client_id", "redirect_uri", "state", "code_challenge", "access_type", "login_hint")
    return {**{name: given.get(name, "") for name in kept}, "scope": " ".join(scopes)}


def _form(backend: Backend, words: Mapping[str, str], asked: Json, ticket: str) -> str:
    people = backend.guard.people()
    hinted = asked["login_hint"] if asked["login_hint"] in people else people[0]
    accounts = "".join(
        f'<label><input type="radio" name="account" value="{escape(one)}"{" checked" if one == hinted else ""}> {escape(one)}</label>'
        for one in people
    )
    scopes = "".join(
        f'<label><input type="checkbox" name="scope" value="{escape(one)}" checked> <code>{escape(one)}</code></label>'
        for one in asked["scope"].split()
    )
    client = backend.issuer.client(asked["client_id"])
    testing = f"<p>{words['testing']}</p>" if client and client.testing else ""
    return (
        f'<form method="post" action="{PATHS[0]}"><input type="hidden" name="ticket" value="{escape(ticket)}">'
        f"<p>{words['as']}</p>{accounts}<p>{words['wants']}</p>{scopes}{testing}"
        f'<button name="decision" value="allow">{words["allow"]}</button>'
        f'<button name="decision" value="deny">{words["deny"]}</button></form>'
    )


def _loopback(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme == "http" and parts.hostname in LOOPBACK and not parts.fragment
    except ValueError:
        return False


def _back(asked: Json, answer: Mapping[str, str]) -> Response:
    parts = urlsplit(asked["redirect_uri"])
    state = {"state": asked["state"]} if asked["state"] else {}
    query = "&".join(filter(None, (parts.query, urlencode({**state, **answer}))))
    address = urlunsplit((parts.scheme, parts.netloc, parts.path or "/", query, ""))
    return Response(302, {"Location": address, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})


def _words(request: Request) -> dict[str, str]:
    chinese = request.headers.get("accept-language", "").lower().startswith("zh")
    return TEXTS["zh" if chinese else "en"] | {"lang": "zh-CN" if chinese else "en"}


def _page(words: Mapping[str, str], title: str, body: str, status: int, *, goes_to: str = "") -> Response:
    """A page without scripts; its form may lead to `goes_to` and nowhere else."""
    text = (
        f'<!doctype html><html lang="{words["lang"]}"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,">'
        f'<style>{STYLE}</style></head><body><h1>{title}</h1><p class="say">{words["say"]}</p>{body}</body></html>\n'
    )
    style = b64encode(sha256(STYLE.encode()).digest()).decode()
    parts = urlsplit(goes_to)
    # Browsers hold the redirect after a form to this, too.
    leads = f"'self' {parts.scheme}://{parts.netloc}" if goes_to else "'none'"
    policy = f"default-src 'none'; style-src 'sha256-{style}'; img-src data:; base-uri 'none'; form-action {leads}; frame-ancestors 'none'"
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(status, headers, text.encode("utf-8", "replace"))


ROUTES = (
    *(Route("oauth2.consent.ask", "GET", path_pattern(path), "page", answer_asked) for path in PATHS),
    Route("oauth2.consent.decide", "POST", path_pattern(PATHS[0]), "page", answer_decided),
)
