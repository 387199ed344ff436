"""
No answer of Google's → one of our errors, which says where on the way it was lost.

Also no answer: the sign-in that came before the question did not work, or what
answered was something between us and Google.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import requests
from google.auth.exceptions import GoogleAuthError, TransportError
from urllib3.exceptions import NameResolutionError, NewConnectionError

from sheetcrm.errors import ApiError, NoAnswer, NotSignedIn
from sheetcrm.messages import N_, tr
from sheetcrm.sheets.answers import Garbled

UNUSABLE = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidProxyURL,
)
SIGN_IN = "oauth2.googleapis.com"

CLOCK = N_("Google did not let us sign in: the clock of this machine is wrong. Set it (timedatectl set-ntp true).")
AGAIN = N_(
    "The sign-in has expired or was taken back: sign in again with `sheetcrm login` (or, where gcloud signed you in, "
    '`gcloud auth application-default login`). While the OAuth app is in "Testing", Google forgets every sign-in after 7 days.'
)
KEY = N_(
    "Google does not know this service-account key: it was deleted, or its account was. "
    "Make a new key and name it under google: in the config."
)
IMPERSONATION = N_(
    "We may not act as that service account: whoever is signed in needs the role Service Account Token Creator on it, "
    "and the IAM Service Account Credentials API has to be switched on in its project."
)
CLIENT = N_("The OAuth client of the sign-in is gone or switched off: make a new one, then run `sheetcrm login`.")
SCOPE = N_(
    "What we ask for was not allowed to these credentials: sign in again and allow it (`sheetcrm login`), "
    "or ask the administrator of your organisation."
)
BY_WORDS = (
    (("iat and exp", "short-lived", "in the future", "used too early"), CLOCK),
    (("expired or revoked", "rapt", "reauth"), AGAIN),
    (("impersonated",), IMPERSONATION),
    (("jwt signature", "account not found", "invalid jwt"), KEY),
    (("invalid_client", "deleted_client", "disabled_client"), CLIENT),
    (("invalid_scope", "unauthorized_client", "access_denied", "admin_policy"), SCOPE),
    (("invalid_grant",), AGAIN),
)
"""Google's token endpoint has few names for many reasons (RFC 6749 §5.2): which of them it is, its words tell."""


def useless(fault: Exception) -> bool:
    """Whether it will be the same a moment later."""
    if isinstance(fault, GoogleAuthError) and not isinstance(fault, TransportError):
        return not fault.retryable
    return isinstance(fault, UNUSABLE) or _distrusted(fault) is not None or bool(_tunnel(fault))


def never_sent(fault: Exception) -> bool:
    """Whether there was no connection that a change could have gone over."""
    if isinstance(fault, GoogleAuthError | requests.ConnectTimeout | requests.exceptions.ProxyError):
        return True
    return any(isinstance(one, NewConnectionError | ssl.SSLCertVerificationError) for one in _chain(fault))


def silent(fault: Exception, host: str, timeout: float, *, reads: bool) -> ApiError:
    """The error as people should hear it; `host` is who was asked, `timeout` the seconds that it had."""
    if isinstance(fault, GoogleAuthError) and not isinstance(fault, TransportError):
        return NotSignedIn(signed_out(fault))
    said = _where(fault, SIGN_IN if isinstance(fault, TransportError) else host, timeout)
    if reads or never_sent(fault):
        return NoAnswer(said)
    doubt = (
        tr("The change may or may not have happened: look with `sheetcrm plan` before you try again.")
        if host.startswith("sheets.")
        else tr("The change may or may not have happened: look at your files in Drive before you try again.")
    )
    return NoAnswer(f"{said} {doubt}")


def signed_out(fault: GoogleAuthError) -> str:
    """Why the credentials were not accepted, and what to do."""
    said = " ".join(str(part) for part in fault.args if isinstance(part, str))[:300] or type(fault).__name__
    for marks, text in BY_WORDS:
        if any(mark in said.lower() for mark in marks):
            return f"{tr(text)} ({said})"
    return tr("Google did not accept the credentials: {said}. Check google: in the config.", said=said)


def _where(fault: Exception, host: str, timeout: float) -> str:
    if isinstance(fault, Garbled):
        return tr(
            "No answer from {host} that makes sense, but: {said}. Is there a proxy or a sign-in page of the network in between?",
            host=host,
            said=str(fault) or "–",
        )
    if distrusted := _distrusted(fault):
        return tr(
            "No answer from {host}: its certificate is not one to trust ({said}). Where something in your organisation reads along, say whose certificates it has: google: {{ca: FILE}} in the config, or REQUESTS_CA_BUNDLE.",
            host=host,
            said=distrusted.verify_message,
        )
    chain = list(_chain(fault))
    last = type(chain[-1]).__name__
    if (tunnel := _tunnel(fault)) or any(isinstance(one, requests.exceptions.ProxyError) for one in chain):
        return tr(
            "No answer from {host}: the proxy does not let us through ({said}). Check google: {{proxy: …}} in the config, or HTTPS_PROXY.",
            host=host,
            said=tunnel or last,
        )
    if any(isinstance(one, NameResolutionError) for one in chain):
        return tr("No answer from {host}: nobody here knows that name. Is the network (or its DNS) up?", host=host)
    if any(isinstance(one, requests.Timeout) for one in chain):
        return tr(
            "No answer from {host} within {seconds:g} s. Is the network (or the server) up?", host=host, seconds=timeout
        )
    return tr("No answer from {host} ({said}). Is the network (or the server) up?", host=host, said=last)


def _distrusted(fault: BaseException) -> ssl.SSLCertVerificationError | None:
    return next((one for one in _chain(fault) if isinstance(one, ssl.SSLCertVerificationError)), None)


def _tunnel(fault: BaseException) -> str:
    """What the proxy said in the place of a connection; empty when it said nothing."""
    said = str(list(_chain(fault))[-1])
    return said if said.startswith("Tunnel connection failed") else ""


def _chain(fault: BaseException) -> Iterator[BaseException]:
    """The fault, what is in it, and so on to the bottom: libraries keep causes in several places."""
    seen: list[BaseException] = []
    below: BaseException | None = fault
    while below is not None and below not in seen:
        seen.append(below)
        yield below
        inside = (getattr(below, "reason", None), *below.args, below.__cause__)
        below = next((one for one in inside if isinstance(one, BaseException)), None)
