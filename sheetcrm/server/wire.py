"""
A request as it arrived → an answer as it leaves.

Both transports (HTTP and the requests adapter) speak in these two, so `path` is still percent-encoded
here: a range may hold an encoded slash, and only the route knows where the range begins.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from sheetcrm.server.pretty import pretty as indented

Json = dict[str, Any]

JSON_TYPE = "application/json; charset=UTF-8"


@dataclass(frozen=True)
class Request:
    """One HTTP request; header names are lower case, `path` is percent-encoded and has no query."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def parameters(self) -> dict[str, list[str]]:
        """Query parameters in order of arrival, each with all its values."""
        found: dict[str, list[str]] = {}
        for name, value in parse_qsl(self.query, keep_blank_values=True):
            found.setdefault(name, []).append(value)
        return found

    def parameter(self, name: str, default: str = "") -> str:
        """The last value of a query parameter, as Google reads repeated scalars."""
        return self.parameters().get(name, [default])[-1]


@dataclass(frozen=True)
class Response:
    """One HTTP response; `Content-Length` is the transport's business.

    When `dropped` the transport closes the connection without a word; when `truncated_at` is a number, after so many bytes
    of the body.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    dropped: bool = False
    truncated_at: int | None = None

    def json(self) -> Any:
        """The body, parsed; None for an empty body."""
        return json.loads(self.body) if self.body else None


def json_response(
    answer: Any, *, status: int = 200, pretty: bool = True, headers: Mapping[str, str] | None = None
) -> Response:
    """`answer` in Google's own notation: two spaces of indent and a newline at the end, unless prettyPrint=false."""
    # A lone surrogate (half an emoji, cut by a client) has no UTF-8; it must not become a 500.
    dense = "" if pretty else json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    body = indented(answer) if pretty else dense.encode("utf-8", "replace")
    return Response(
        status,
        {
            "Content-Type": JSON_TYPE,
            "Cache-Control": "private",
            "Vary": "Origin, X-Origin, Referer",
            "X-Content-Type-Options": "nosniff",
            **(headers or {}),
        },
        body + b"\n",
    )
