"""
How this machine gets out → sessions that go that way.

What the config says is stronger than the environment (HTTPS_PROXY,
REQUESTS_CA_BUNDLE), which `requests` heeds by itself.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from sheetcrm.errors import UsageError
from sheetcrm.messages import tr


@dataclass(frozen=True)
class Network:
    """A proxy's URL, or none of our own; a file of certificates to trust in the place of those that come with us."""

    proxy: str = ""
    ca: Path | None = None

    def lead(self, session: requests.Session) -> None:
        """
        Let that session, and the one in it that fetches tokens, go this way.

        UsageError when the file holds no certificates.
        """
        if not self.proxy and self.ca is None:
            return
        if self.ca is not None:
            _check(self.ca)
        # google-auth keeps the session for tokens to itself, and has no other way to reach it.
        inner = getattr(getattr(session, "_auth_request", None), "session", None)
        for one in (session, inner):
            if isinstance(one, requests.Session):
                retries = getattr(one.get_adapter("https://"), "max_retries", 0)
                one.mount("https://", _Led(self, max_retries=retries))


class _Led(HTTPAdapter):
    """Requests that go the way that the config says."""

    # What a copy takes along: google-auth copies the session that it asks for tokens with.
    __attrs__ = (*HTTPAdapter.__attrs__, "_network")

    def __init__(self, network: Network, **settings: Any) -> None:
        super().__init__(**settings)
        self._network = network

    def send(  # noqa: PLR0917 - the signature is requests' own
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """See requests."""
        if self._network.ca is not None:
            verify = str(self._network.ca)
        if self._network.proxy:
            proxies = {"https": self._network.proxy}
        return super().send(request, stream, timeout, verify, cert, proxies)


def _check(ca: Path) -> None:
    try:
        ssl.create_default_context(cafile=str(ca))
    except (OSError, ValueError) as error:
        raise UsageError(
            tr("{file}, which google: ca: names, has no certificates that can be used: {error}", file=ca, error=error)
        ) from error
