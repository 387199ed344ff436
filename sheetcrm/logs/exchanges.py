"""
A request and its answer → lines that show their shape, and nobody's data.

Of a body every text and every long number that people may have written stands
there as a hash; names of settings, words of the API and places in the grid stay.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

from sheetcrm.logs.veiling import GONE, cleaned, quotes_veiled, veiled

LONGEST = 4_000
"""Letters of a body that are shown."""
SECRET = {"access_token", "refresh_token", "id_token", "client_secret", "private_key", "private_key_id"} | {
    *("assertion", "code", "code_verifier", "token", "accessToken")
}
_PLAIN = """
    kind type role fields range ranges dimension majorDimension valueRenderOption dateTimeRenderOption valueInputOption
    locationType visibility metadataKey metadataValue status reason domain service method mimeType numberFormat pattern spreadsheetId
    locale timeZone autoRecalc sheetType condition formulaValue horizontalAlignment verticalAlignment wrapStrategy id
    spreadsheetUrl updatedRange tableRange fileId scope token_type grant_type error mergeStrategy themeColorType supportsAllDrives includeItemsFromAllDrives
    pageSize sendNotificationEmail alt
"""
PLAIN = frozenset(_PLAIN.split())
"""Under these the API has words of its own; any other text is taken for people's."""
_TITLE = re.compile(r"('(?:[^']|'')+'|[^\s'!,;:&=/\"]+)!(?=\$?[A-Z]{1,3}\b|\$?[A-Z]{0,3}\$?\d)")
"""The tab of a range: people name tabs."""


class Spoken(Protocol):
    """What an exchange has: `status` is 0 when no answer came, `seconds` is how long it took."""

    @property
    def method(self) -> str:
        """`GET`, …"""

    @property
    def url(self) -> str:
        """With its query."""

    @property
    def sent(self) -> bytes:
        """The body."""

    @property
    def status(self) -> int:
        """HTTP's."""

    @property
    def received(self) -> bytes:
        """The body of the answer."""

    @property
    def seconds(self) -> float:
        """From the first byte out to the last one in."""


def told(exchange: Spoken, *, personal: bool = False) -> list[str]:
    """`> POST URL`, `> body`, `< 200 in 31 ms, 512 bytes`, `< body`."""
    answer = f"{exchange.status} in {exchange.seconds * 1000:.0f} ms, {len(exchange.received)} bytes"
    lines = [f"> {exchange.method} {_url(exchange.url, personal=personal)}"]
    lines += [f"> {part}" for part in _body(exchange.sent, personal=personal)]
    lines.append(f"< {answer}")
    return [*lines, *(f"< {part}" for part in _body(exchange.received, personal=personal))]


def _url(url: str, *, personal: bool) -> str:
    parts = urlsplit(url)
    query = "&".join(f"{key}={_said(key, value, personal=personal)}" for key, value in parse_qsl(parts.query))
    path = unquote(parts.path) if personal else _untitled(unquote(parts.path))
    return cleaned(urlunsplit(parts._replace(path=path, query=query)), personal=personal)


def _body(body: bytes, *, personal: bool) -> Iterator[str]:
    if not body:
        return
    text = body.decode("utf-8", "replace")
    try:
        found = json.loads(text)
    except ValueError:
        yield from _no_json(text, personal=personal)
        return
    shown = cleaned(json.dumps(_shown(found, "", personal=personal), ensure_ascii=False), personal=personal)
    yield shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}… ({len(shown)} letters)"


def _no_json(text: str, *, personal: bool) -> Iterator[str]:
    """A form is shown by its keys; anything else only when people may be told of."""
    if re.fullmatch(r"[\w.%+*~-]+=[^\s<>]*", text):
        yield "&".join(f"{key}={GONE}" for key, _ in parse_qsl(text))
    elif personal:
        yield cleaned(text[:LONGEST], personal=True)
    else:
        yield f"({len(text)} letters that are no JSON)"


def _shown(value: Any, key: str, *, personal: bool) -> Any:
    if isinstance(value, dict):
        return {name: _shown(one, name, personal=personal) for name, one in value.items()}
    if isinstance(value, list):
        return [_shown(one, key, personal=personal) for one in value]
    if isinstance(value, str):
        return _said(key, value, personal=personal)
    if personal or value is None or abs(value) < 1_000_000 or key.endswith(("Id", "Index")):
        return value
    return veiled(str(value))


def _said(key: str, value: str, *, personal: bool) -> str:
    if key in SECRET:
        return GONE
    if personal or not value:
        return value
    if key == "message":
        return quotes_veiled(value)
    return _untitled(value) if key in PLAIN else veiled(value)


def _untitled(text: str) -> str:
    """A1 notation with its tabs veiled."""
    return _TITLE.sub(lambda found: f"{veiled(found[1].strip(chr(39)))}!", text)
