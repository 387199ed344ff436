"""
What all ways to sign in have in common.

Nothing of Google's is imported here: a config is read without it, and google.auth takes 160 ms.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from sheetcrm.errors import NotSignedIn
from sheetcrm.messages import N_, tr
from sheetcrm.variants import Variant

DOCS = "docs/google.md"


class SignIn(Variant):
    """How we come to act at Google, as the config says it under `google: sign_in:`."""

    family = N_("way to sign in")
    may_impersonate: ClassVar[bool] = False
    """Whether Google gives it tokens that can ask for those of a service account."""

    @property
    def name(self) -> str:
        """Its `type:`."""
        return str(getattr(self, "type", ""))

    def credentials(self, folder: Path, scopes: Iterable[str]) -> Any:
        """
        google-auth's credentials that reach at least as far as `scopes`; relative paths are in `folder`.

        NotSignedIn says what is missing, Refused what is not safe.  Nothing is sent yet.
        """
        raise NotImplementedError

    def refused(self, said: str, detail: str) -> str:
        """Why Google gives no token and what to do now; `said` and `detail` are its own words."""
        return tr("Google gives no token ({said}). How to sign in: {docs}", said=said, docs=DOCS)

    def file(self, folder: Path, environment: Mapping[str, str]) -> Path | None:
        """The file that it stands on, None where there is none; relative paths are in `folder`."""
        return None

    def agreed(self, credentials: Any) -> frozenset[str] | None:
        """The scopes that it reaches; None where it gets whatever is asked for, or nobody here can know."""
        return None

    def address(self, credentials: Any) -> str:
        """The address that spreadsheets are shared with, empty when only Google knows it."""
        return str(getattr(credentials, "service_account_email", "") or "")


@contextmanager
def in_our_words(what: str) -> Iterator[None]:
    """Let google-auth's errors about `what` be NotSignedIn."""
    import google.auth.exceptions  # noqa: PLC0415 - see above

    try:
        yield
    except (google.auth.exceptions.GoogleAuthError, OSError, ValueError) as error:
        raise NotSignedIn(
            tr("{what} cannot be used: {error}. How to sign in: {docs}", what=what, error=error, docs=DOCS)
        ) from error
