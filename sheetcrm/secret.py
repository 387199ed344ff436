"""
Where a secret is → the secret, at the moment of use.

A config never holds one: it names the environment variable or the file that does.
What was revealed is hidden from every log.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

from sheetcrm.errors import UsageError
from sheetcrm.logs import hide


class Secret(BaseModel):
    """Where a password or token is found: `env: NAME` or `file: PATH`; never the secret itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    env: str | None = None
    file: Path | None = None

    @model_validator(mode="before")
    @classmethod
    def _says_where(cls, value: Any) -> Any:
        if isinstance(value, str):
            raise PydanticCustomError(
                "secret", "a secret does not belong in this file: write {env: NAME} or {file: PATH}"
            )
        if isinstance(value, dict) and len(value) != 1:
            raise PydanticCustomError("secret", "name one place: {env: NAME} or {file: PATH}")
        return value

    def reveal(self, folder: Path, environment: Mapping[str, str]) -> str:
        """The secret, without the line end of its file; a relative path is in `folder`.  UsageError when it is not there."""
        if self.env is not None:
            if not environment.get(self.env):
                raise UsageError(
                    f"the environment variable {self.env}, which the config names for a secret, is not set"
                )
            return hide(environment[self.env])
        path = folder / Path(self.file or "").expanduser()
        try:
            return hide(path.read_text(encoding="utf-8").strip())
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{path}, which the config names for a secret, cannot be read: {error}") from error
