"""
A request's verb and path → the method that answers it.

What is in no table is refused by name, because a client that gets an empty success for
something that was never done is worse off than one that gets an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote

from sheetcrm.server.auth import Guard
from sheetcrm.server.errors import ApiError
from sheetcrm.server.library import Library
from sheetcrm.server.resumable import Sessions
from sheetcrm.server.wire import Request, Response

if TYPE_CHECKING:
    from sheetcrm.server.faults import Faults
    from sheetcrm.server.oauth import Issuer


class PageUrl(Protocol):
    """Where a spreadsheet's page is; the list of all with ""."""

    def __call__(self, spreadsheet_id: str = "") -> str: ...


@dataclass(frozen=True)
class Backend:
    """What methods work with: the files, who may do what, new ids, where pages are, credentials, faults to order, uploads begun."""

    library: Library
    guard: Guard
    new_id: Callable[[], str]
    page_url: PageUrl
    issuer: Issuer
    faults: Faults
    uploads: Sessions = field(default_factory=Sessions)


Answer = Callable[[Backend, Request, Mapping[str, str]], Response]


@dataclass(frozen=True)
class Route:
    """One method: `name` as the discovery document has it, `kind` read, write, page and so on, as quotas and scopes tell apart."""

    name: str
    method: str
    pattern: re.Pattern[str]
    kind: str
    answer: Answer


def path_pattern(template: str) -> re.Pattern[str]:
    """`/v4/spreadsheets/{id}:batchUpdate` → a pattern over encoded paths; `{range}` may hold colons and slashes, others may not.

    A slash at the end or before a verb (`/{id}/:batchUpdate`) says nothing, as at Google: clients that join addresses send it.
    """
    parts = re.split(r"\{(\w+)\}", template)
    pattern = "".join(
        (f"(?P<{part}>.+)" if part == "range" else f"(?P<{part}>[^/:]+)/?") if odd % 2 else re.escape(part)
        for odd, part in enumerate(parts)
    )
    return re.compile(pattern if pattern.endswith(("+)", "/?", "/")) else pattern + "/?")


def refuse(backend: Backend, request: Request, args: Mapping[str, str]) -> Response:
    """What a request that no route knows gets."""
    raise ApiError(404, "Method not found.")


UNKNOWN = Route("unknown", "", re.compile(""), "unknown", refuse)


def find(routes: Sequence[Route], request: Request) -> tuple[Route, dict[str, str]]:
    """The route of a request with its decoded path arguments; ApiError 404, 405 or 501 when there is none."""
    verbs = set()
    for route in routes:
        matched = route.pattern.fullmatch(request.path)
        if matched is None:
            continue
        if route.method == request.method:
            return route, {name: unquote(value) for name, value in matched.groupdict().items()}
        verbs.add(route.method)
    if request.path.startswith(("/drive/", "/upload/", "/token")):
        raise ApiError(
            501,
            f"{request.method} {request.path} is not supported by this embedded server (it is not Google that refuses).",
        )
    if verbs:
        raise ApiError(405, f"Method {request.method} is not allowed here; allowed: {', '.join(sorted(verbs))}.")
    raise ApiError(404, "Method not found.")
