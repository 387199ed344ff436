"""One's own credentials → those of a service account, without any key of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from sheetcrm.messages import tr
from sheetcrm.sheets.scopes import CLOUD
from sheetcrm.sheets.signin import keyfile
from sheetcrm.sheets.signin.application_default import ApplicationDefault
from sheetcrm.sheets.signin.base import SignIn, in_our_words


def _robot(value: str) -> str:
    if value.endswith(".gserviceaccount.com") and value.count("@") == 1:
        return value
    raise PydanticCustomError("account", tr("expected a service account's address, …@….iam.gserviceaccount.com"))


def _lender(value: SignIn) -> SignIn:
    if value.may_impersonate:
        return value
    raise PydanticCustomError("by", tr("expected application_default or service_account: others get no token for that"))


class Impersonation(SignIn):
    """A service account whose name you may use; nothing about it has to be kept."""

    type: Literal["impersonation"] = "impersonation"
    account: Annotated[str, AfterValidator(_robot)] = Field(description="The service account's address.")
    by: Annotated[SignIn, AfterValidator(_lender)] = Field(
        default=ApplicationDefault(), description="Who you are yourself: application_default or service_account."
    )

    def credentials(self, folder: Path, scopes: Iterable[str]) -> Any:
        """See `SignIn`."""
        source = self.by.credentials(folder, [CLOUD])
        from google.auth import impersonated_credentials  # noqa: PLC0415 - as everywhere in this package

        with in_our_words(self.account):
            return impersonated_credentials.Credentials(
                source_credentials=source, target_principal=self.account, target_scopes=sorted(scopes)
            )

    def file(self, folder: Path, environment: Mapping[str, str]) -> Path | None:
        """That of whoever lends it."""
        return self.by.file(folder, environment)

    def address(self, credentials: Any) -> str:
        """The service account."""
        return self.account

    def refused(self, said: str, detail: str) -> str:
        """See `SignIn`; the refusal of the account's name and that of one's own credentials look alike."""
        if "impersonated" not in said:
            return self.by.refused(said, detail)
        where = f"{keyfile.CONSOLE}/iam-admin/serviceaccounts"
        if "SERVICE_DISABLED" in detail or "has not been used" in detail:
            where = f"{keyfile.CONSOLE}/apis/library/iamcredentials.googleapis.com"
            return tr("The IAM Service Account Credentials API is off in the project; switch it on: {url}", url=where)
        return tr(
            "Google does not let you act as {account}. Give your own address the role Service Account Token Creator on it: {url} → the account → Principals with access → Grant access; it counts after some minutes",
            account=self.account,
            url=where,
        )
