"""
An address → one GET to it, so that whoever watches there misses us when we stop.

The address may be a secret: no words of the HTTP library are passed on.
"""

from __future__ import annotations

from sheetcrm.messages import tr


def called(url: str, *, timeout: float = 10) -> str:
    """Call it; what went wrong, empty when nothing did.  `timeout` is in seconds, for each step."""
    import requests  # noqa: PLC0415 - takes 100 ms, which nobody without a heartbeat need pay

    try:
        answer = requests.get(url, timeout=timeout, allow_redirects=False, stream=True)
    except requests.exceptions.RequestException as error:
        return tr("could not be reached ({kind})", kind=type(error).__name__)
    with answer:
        return "" if answer.status_code < 300 else tr("answered {status}", status=answer.status_code)
