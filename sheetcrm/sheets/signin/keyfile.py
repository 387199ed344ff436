"""
A file with a key of Google's → what is in it, unless others could have read it.

A key is as good as a password and lasts longer, so where it lies is checked each time, before it is used.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sheetcrm.errors import NotSignedIn, Refused, reason
from sheetcrm.messages import tr
from sheetcrm.secret import check_kept_safe

HOLDS_NO_SECRET = "external_account"  # noqa: S105 - the name of a kind
"""The kind of file that only says where a machine's own word for itself is."""
CONSOLE = "https://console.cloud.google.com"


def read(path: Path, kind: str) -> dict[str, Any]:
    """The key of that `type` in a file; Refused where it is not safe, NotSignedIn when it is no such key."""
    info = loaded(path)
    found = info.get("type") or next((name for name in ("installed", "web") if name in info), None)
    if found != kind:
        raise NotSignedIn(_another(path, kind, str(found) if found else None))
    return info


def loaded(path: Path) -> dict[str, Any]:
    """What the file says, whatever kind of key it is; Refused where it holds a secret and is not safe."""
    info = _parsed(path)
    if info.get("type") != HOLDS_NO_SECRET:
        check_kept_safe(path)
    for name in ("token_uri", "auth_uri", "token_url"):
        _check_address(path, name, info.get(name) or (info.get("installed") or {}).get(name))
    return info


def _parsed(path: Path) -> dict[str, Any]:
    try:
        info = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise NotSignedIn(tr("{path} cannot be read: {error}", path=path, error=reason(error))) from error
    except ValueError as error:
        # The error of a parser may quote the file.
        raise NotSignedIn(
            tr("{path} is damaged, or no key file: it is not JSON. Download it again.", path=path)
        ) from error
    if not isinstance(info, dict):
        raise NotSignedIn(tr("{path} is no key file of Google's. Download it again.", path=path))
    return info


def _check_address(path: Path, name: str, address: object) -> None:
    """A key is sent to these: never in clear over a network."""
    if address is None:
        return
    parts = urlsplit(str(address))
    if parts.scheme != "https" and parts.hostname not in {"127.0.0.1", "localhost", "::1"}:
        raise Refused(
            tr(
                "refused: {name} in {path} is {address}, not https: the key would go over the network in clear",
                name=name,
                path=path,
                address=address,
            )
        )


def _another(path: Path, kind: str, found: str | None) -> str:
    wanted = {
        "service_account": tr(
            "the key of a service account ({url} → the account → Keys → Add key → JSON)",
            url=f"{CONSOLE}/iam-admin/serviceaccounts",
        ),
        "installed": tr(
            "an OAuth client of the type Desktop app ({url} → Create client)", url=f"{CONSOLE}/auth/clients"
        ),
    }[kind]
    meant = {
        "service_account": tr("a service account's key: then say type: service_account"),
        "installed": tr("an OAuth client: then say type: desktop"),
        "web": tr("an OAuth client for a web application"),
        "authorized_user": tr("an authorised user's file: name it in GOOGLE_APPLICATION_CREDENTIALS instead"),
        "external_account": tr("for workload identity: name it in GOOGLE_APPLICATION_CREDENTIALS instead"),
    }
    is_what = meant.get(found or "", found or tr("something else"))
    return tr("{path} should be {wanted}, but is {found}", path=path, wanted=wanted, found=is_what)
