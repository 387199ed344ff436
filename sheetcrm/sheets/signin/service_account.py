"""The key file of a service account → credentials."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from sheetcrm.messages import tr
from sheetcrm.sheets.signin import keyfile
from sheetcrm.sheets.signin.base import SignIn, in_our_words


class ServiceAccountFile(SignIn):
    """A robot with an address of its own; whoever has its key file is that robot."""

    may_impersonate = True

    type: Literal["service_account"] = "service_account"
    key: Path = Field(description="Its key file (JSON), readable by you alone and outside of any git work tree.")
    subject: str | None = Field(
        default=None,
        description="The person of your domain to act as: only where the domain's admin delegated that to the account.",
    )

    def credentials(self, folder: Path, scopes: Iterable[str]) -> Any:
        """See `SignIn`."""
        path = folder / self.key.expanduser()
        info = keyfile.read(path, "service_account")
        from google.oauth2 import service_account  # noqa: PLC0415 - google.auth takes 160 ms that others need not pay

        with in_our_words(str(path)):
            return service_account.Credentials.from_service_account_info(
                info, scopes=sorted(scopes), subject=self.subject
            )

    def file(self, folder: Path, environment: Mapping[str, str]) -> Path:
        """The key."""
        return folder / self.key.expanduser()

    def address(self, credentials: Any) -> str:
        """The person it acts as, else its own address."""
        return self.subject or super().address(credentials)

    def refused(self, said: str, detail: str) -> str:
        """See `SignIn`; Google's words are those of its token endpoint."""
        key, accounts = str(self.key), f"{keyfile.CONSOLE}/iam-admin/serviceaccounts"
        if "reasonable timeframe" in said:
            return tr("Google gives no token for {key}: this machine's clock is wrong ({said})", key=key, said=said)
        if "unauthorized_client" in said:
            return tr(
                "Google does not let the account of {key} act as {subject} ({said}). The domain's admin has to delegate the scopes to its client id: {url}",
                key=key,
                subject=self.subject or tr("anybody"),
                said=said,
                url="https://admin.google.com/ac/owl/domainwidedelegation",
            )
        if "invalid_grant" not in said:
            return super().refused(said, detail)
        return tr(
            "Google takes the key {key} no more ({said}): it was deleted, or its account was. Make a new one: {url} → the account → Keys → Add key → JSON",
            key=key,
            said=said,
            url=accounts,
        )
