"""
What this machine is signed in with → credentials.

Google's own order: GOOGLE_APPLICATION_CREDENTIALS (a key file, or that of workload identity), what gcloud left,
the account of the machine in Google's cloud.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from sheetcrm.errors import NotSignedIn
from sheetcrm.messages import tr
from sheetcrm.sheets.signin import keyfile
from sheetcrm.sheets.signin.base import DOCS, SignIn

VARIABLE = "GOOGLE_APPLICATION_CREDENTIALS"


class ApplicationDefault(SignIn):
    """Whatever Google's libraries find on this machine: workload identity, `gcloud auth application-default login` …"""

    may_impersonate = True

    type: Literal["application_default"] = "application_default"

    def credentials(self, folder: Path, scopes: Iterable[str]) -> Any:
        """See `SignIn`; a person's own reach as far as they agreed to, whatever is asked for here."""
        if named := os.environ.get(VARIABLE):
            info = keyfile.loaded(Path(named))
            _check_kind(named, info)
        import google.auth  # noqa: PLC0415 - takes 160 ms that others need not pay
        from google.auth.credentials import with_scopes_if_required  # noqa: PLC0415
        from google.auth.exceptions import GoogleAuthError  # noqa: PLC0415

        try:
            # Without scopes: a person's refresh would otherwise ask for some that they may not have agreed to by that name.
            found, _project = google.auth.default()
            return with_scopes_if_required(found, sorted(scopes))
        except (GoogleAuthError, OSError, ValueError) as error:
            raise NotSignedIn(
                tr(
                    "This machine is not signed in to Google ({error}). Name a way under google: sign_in: in the config and run `sheetcrm login`, or point GOOGLE_APPLICATION_CREDENTIALS to a file; all ways: {docs}",
                    error=str(error).partition(". ")[0],
                    docs=DOCS,
                )
            ) from error

    def file(self, folder: Path, environment: Mapping[str, str]) -> Path | None:
        """The one that the environment names, if it does."""
        named = environment.get(VARIABLE)
        return Path(named) if named else None

    def agreed(self, credentials: Any) -> frozenset[str] | None:
        """Of a person whom gcloud signed in what Google said with the last token."""
        granted = getattr(credentials, "granted_scopes", None)
        return frozenset(granted) if granted else None

    def address(self, credentials: Any) -> str:
        """A service account's address; a person's own only Google knows, and the machine's only once a token was fetched."""
        found = super().address(credentials) or str(getattr(credentials, "account", "") or "")
        return "" if found == "default" else found

    def refused(self, said: str, detail: str) -> str:
        """See `SignIn`."""
        if "impersonated" in said:
            return tr(
                "This machine may not act as the service account that its credentials name. Give its workload identity the role Workload Identity User on that account: {url} → the account → Principals with access → Grant access ({said})",
                url=f"{keyfile.CONSOLE}/iam-admin/serviceaccounts",
                said=said,
            )
        return tr(
            "Google takes what this machine is signed in with no more ({said}). If that was gcloud: gcloud auth application-default login --client-id-file=… --scopes=…, as in {docs}",
            said=said,
            docs=DOCS,
        )


def _check_kind(named: str, info: dict[str, Any]) -> None:
    if "installed" in info or "web" in info:
        raise NotSignedIn(
            tr(
                "{path} is an OAuth client, which is nobody yet: name it under google: sign_in: {{type: desktop, client: …}} and run `sheetcrm login`",
                path=named,
            )
        )
