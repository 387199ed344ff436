"""
What came back over the wire → JSON, or what it was instead.

Between us and Google may be a proxy, a hotel's sign-in page or a cut line:
an answer is Google's only when it has Google's shape.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from pydantic_core import from_json
from urllib3.exceptions import DecodeError, HTTPError, ProtocolError

from sheetcrm.messages import tr

Json = dict[str, Any]
CHUNK = 1 << 18
SAID = 300
"""Letters of an answer that nobody expected are enough to know it by."""


class Garbled(Exception):  # noqa: N818 - said as a state, as in errors.py
    """An answer that is no JSON although it says that all is well; `str()` of it is its beginning."""


class Refusal(Exception):  # noqa: N818 - as above
    """An answer that says no."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """`error` is what Google says; empty when somebody else does, whose words are in `said`."""
        self.status, self.headers = status, headers
        self.error = _google(body)
        self.said = str(self.error.get("message") or "") or beginning(body)
        super().__init__(f"{status} {self.said}")

    @property
    def info(self) -> Json:
        """Google's ErrorInfo (AIP-193): `reason` and `metadata`; empty when there is none."""
        return next((part for part in _objects(self.error.get("details")) if part.get("reason")), {})

    @property
    def metadata(self) -> dict[str, str]:
        """What the ErrorInfo says beside its reason."""
        found = self.info.get("metadata")
        return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}

    @property
    def reason(self) -> str:
        """Google's own word for it: the ErrorInfo's, Drive's reason, or the status."""
        listed = [part for part in _objects(self.error.get("errors")) if part.get("reason")]
        return str((self.info or (listed or [{}])[0]).get("reason") or self.error.get("status") or "")

    @property
    def wait(self) -> float | None:
        """Seconds that the answer asks us to wait (RFC 9110 §10.2.3); None when it does not."""
        return asked_wait(self.headers)


def decoded(body: bytes, *, shared: bool = True) -> Json:
    """
    JSON → objects; `shared` makes equal texts one object.  Garbled when it is not a JSON object.

    That makes a large answer smaller and everything after it faster, unless
    hardly anything comes after it: then looking for equals costs more.
    """
    answer: Any
    try:
        answer = from_json(body) if shared else json.loads(body)
    except ValueError:
        try:
            # Half a surrogate pair, which JSON may have and UTF-8 may not.
            answer = json.loads(body)
        except ValueError as error:
            raise Garbled(beginning(body)) from error
    if not isinstance(answer, dict):
        raise Garbled(beginning(body))
    return answer


def said_nothing(body: bytes) -> None:
    """Garbled where a page came: Google answers with nothing, or an object of no matter, where there is nothing to say."""
    if body.strip():
        decoded(body)


def received(response: requests.Response, limit: float, clock: Callable[[], float] = time.monotonic) -> bytes:
    """The whole body; ReadTimeout when it is not there within `limit` seconds, however steadily it drips."""
    if getattr(response, "_content", False) is not False:
        # Read by a hook of a session that was given to us, or never on a wire.
        return response.content
    ends, parts = clock() + limit, []
    try:
        # Not `iter_content`, which waits for a whole piece: of an answer that drips the first would never come.
        while part := response.raw.read1(CHUNK, decode_content=True):
            parts.append(part)
            if clock() > ends:
                raise requests.ReadTimeout(
                    tr("the answer had not ended after {limit:.0f} s", limit=limit), response=response
                )
    except (ProtocolError, DecodeError) as error:
        raise requests.exceptions.ChunkedEncodingError(error, response=response) from error
    except HTTPError as error:
        raise requests.ConnectionError(error, response=response) from error
    finally:
        response.close()
    return b"".join(parts)


def beginning(body: bytes) -> str:
    """The first words for people, in one line; of a page its title."""
    text = body[:20_000].decode("utf-8", "replace")
    if found := re.search(r"<title[^>]*>([^<]{1,200})", text, re.IGNORECASE):
        text = found[1]
    elif text.lstrip().startswith("<"):
        text = re.sub(r"<[^>]*>", " ", text)
    return " ".join(text.split())[:SAID]


def asked_wait(headers: Mapping[str, str]) -> float | None:
    """Seconds that Retry-After asks for, which says a number of them or a date; by the sender's clock, where it says what time it has."""
    said = headers.get("Retry-After", "").strip()
    if said.isdecimal():
        return float(said[:9])
    try:
        at = parsedate_to_datetime(said)
        since = parsedate_to_datetime(headers["Date"]) if "Date" in headers else datetime.now(UTC)
        return max(0.0, (at - since).total_seconds())
    except (ValueError, TypeError):
        return None


def _google(body: bytes) -> Json:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    error = found.get("error") if isinstance(found, dict) else None
    return error if isinstance(error, dict) else {}


def _objects(listed: object) -> list[Json]:
    return [part for part in listed if isinstance(part, dict)] if isinstance(listed, list) else []
