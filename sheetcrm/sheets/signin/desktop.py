"""
A person who agreed in their browser → credentials that act as them.

`sheetcrm login` asks; here only what it kept is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from sheetcrm.errors import NotSignedIn
from sheetcrm.messages import tr
from sheetcrm.sheets import scopes as scoping
from sheetcrm.sheets.signin.base import SignIn

if TYPE_CHECKING:
    import requests

    from sheetcrm.sheets.signin.consent import Client, Consent, Question
    from sheetcrm.sheets.signin.kept import Kept

PATIENCE = 300.0
"""Seconds that a person has in the browser."""


class Desktop(SignIn):
    """You yourself, by way of your browser; `sheetcrm login` asks you once."""

    type: Literal["desktop"] = "desktop"
    client: Path = Field(description="The OAuth client's file (type Desktop app), as Google's console downloads it.")
    account: str = Field(default="", description="Which of your addresses is meant, where you have several.")

    def credentials(self, folder: Path, scopes: Iterable[str]) -> Any:
        """See `SignIn`; as far as the person agreed to, and NotSignedIn when that is not as far as `scopes`."""
        from sheetcrm.sheets.signin import kept as keeping  # noqa: PLC0415 - google.auth takes 160 ms
        from sheetcrm.sheets.signin.consent import client_of  # noqa: PLC0415

        client = client_of(folder / self.client.expanduser())
        path = keeping.place(client, self.account)
        kept = keeping.read(path)
        wanted = frozenset(scopes)
        if kept is None:
            raise NotSignedIn(tr("You are not signed in yet: {command}", command=_login(wanted)))
        if lacking := scoping.missing(wanted, kept.scopes):
            raise NotSignedIn(
                tr(
                    "This needs what you have not agreed to ({scopes}); sign in for it with: {command}",
                    scopes=", ".join(sorted(scope.removeprefix(scoping.AUTH) for scope in lacking)),
                    command=_login(wanted | scoping.known(kept.scopes)),
                )
            )
        return keeping.KeptCredentials(client, path, kept)

    def file(self, folder: Path, environment: Mapping[str, str]) -> Path:
        """The OAuth client."""
        return folder / self.client.expanduser()

    def agreed(self, credentials: Any) -> frozenset[str]:
        """What the person left ticked."""
        return frozenset(credentials.agreed)

    def address(self, credentials: Any) -> str:
        """The address that the person chose."""
        return str(getattr(credentials, "account", "") or "")

    def sign_in(
        self,
        folder: Path,
        scopes: Iterable[str],
        session: requests.Session,
        *,
        now: Callable[[], datetime],
        show: Callable[[str], None],
        paste: Callable[[], str] | None = None,
        patience: float = PATIENCE,
    ) -> tuple[Kept, Path]:
        """
        Ask the person, and keep what they agree to; what, and where.

        `show` brings an address to them; they come back to this machine by themselves, or `paste` gives the address
        that their browser went to.  NotSignedIn when they agree to less than `scopes`; then nothing is kept.
        """
        from sheetcrm.sheets.signin import consent  # noqa: PLC0415 - as above
        from sheetcrm.sheets.signin import kept as keeping  # noqa: PLC0415

        client = consent.client_of(folder / self.client.expanduser())
        wanted = frozenset(scopes)
        asked, code = self._answered(client, wanted | frozenset(scoping.WHO), show, paste, patience)
        given = consent.consented(client, asked, code, session)
        self._check(given, wanted)
        path = keeping.place(client, self.account)
        kept = keeping.Kept.of(given, now())
        keeping.keep(path, kept)
        return kept, path

    def _answered(
        self,
        client: Client,
        scopes: frozenset[str],
        show: Callable[[str], None],
        paste: Callable[[], str] | None,
        patience: float,
    ) -> tuple[Question, str]:
        """What the person was asked, and the code that they came back with."""
        from sheetcrm.sheets.signin import consent  # noqa: PLC0415 - as above

        if paste is not None:
            asked = consent.question(client, scopes, f"http://127.0.0.1:{consent.PASTED_PORT}", hint=self.account)
            show(asked.url)
            return asked, consent.code_in(asked, paste())
        with consent.listening() as listener:
            asked = consent.question(client, scopes, listener.address, hint=self.account)
            show(asked.url)
            return asked, listener.code(asked, patience)

    def sign_out(self, folder: Path, session: requests.Session) -> tuple[str, bool] | None:
        """
        Take the consent back at Google and forget it here: whose it was, and whether Google still knew it; None when nobody was signed in.

        NoAnswer when Google cannot be asked; then it is forgotten here all the same.
        """
        from sheetcrm.sheets.signin import consent  # noqa: PLC0415 - as above
        from sheetcrm.sheets.signin import kept as keeping  # noqa: PLC0415

        client = consent.client_of(folder / self.client.expanduser())
        path = keeping.place(client, self.account)
        kept = keeping.read(path)
        if kept is None:
            return None
        try:
            return kept.account, consent.revoke(client, kept.refresh_token, session)
        finally:
            path.unlink(missing_ok=True)

    def _check(self, given: Consent, wanted: frozenset[str]) -> None:
        if lacking := scoping.missing(wanted, given.scopes):
            raise NotSignedIn(
                tr(
                    "You left out {scopes} on Google's page, without which this does not work; sign in again and leave the ticks in their boxes.",
                    scopes=", ".join(sorted(scope.removeprefix(scoping.AUTH) for scope in lacking)),
                )
            )
        if self.account and given.account and given.account.lower() != self.account.lower():
            raise NotSignedIn(
                tr(
                    "You chose {chosen}, but the config says account: {account}; sign in again with that one.",
                    chosen=given.account,
                    account=self.account,
                )
            )


def _login(wanted: frozenset[str]) -> str:
    """The command that asks for at least that."""
    return (
        "sheetcrm login" if not scoping.missing(wanted, scoping.MAKING) else f"sheetcrm login {scoping.purpose(wanted)}"
    )
