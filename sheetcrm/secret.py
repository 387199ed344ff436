"""
Where a secret is → the secret, at the moment of use.

A config never holds one: it names the environment variable or the file that does.
What was revealed is hidden from every log.
"""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

from sheetcrm import places
from sheetcrm.errors import Refused, UsageError
from sheetcrm.logs import hide
from sheetcrm.messages import tr

OTHERS = stat.S_IRWXG | stat.S_IRWXO


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
                "secret", tr("a secret does not belong in this file: write {env: NAME} or {file: PATH}")
            )
        if isinstance(value, dict) and len(value) != 1:
            raise PydanticCustomError("secret", tr("name one place: {env: NAME} or {file: PATH}"))
        return value

    def reveal(self, folder: Path, environment: Mapping[str, str]) -> str:
        """The secret, without the line end of its file; a relative path is in `folder`.  UsageError when it is not there."""
        if self.env is not None:
            if not environment.get(self.env):
                raise UsageError(
                    tr(
                        "the environment variable {name}, which the config names for a secret, is not set",
                        name=self.env,
                    )
                )
            return hide(environment[self.env])
        path = folder / Path(self.file or "").expanduser()
        try:
            return hide(path.read_text(encoding="utf-8").strip())
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(
                tr("{path}, which the config names for a secret, cannot be read: {reason}", path=path, reason=error)
            ) from error


def check_kept_safe(path: Path) -> None:
    """Refused, with the command that mends it, when others can read the file or it lies in a git work tree."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return  # said by whoever reads it
    if os.name == "posix" and mode & OTHERS:
        raise Refused(
            tr(
                "refused: {path} holds a key and others on this machine can read or write it (mode {mode}); mend it with: chmod 600 {quoted}",
                path=path,
                mode=f"{stat.S_IMODE(mode):04o}",
                quoted=shlex.quote(str(path)),
            )
        )
    tree = next((parent for parent in path.resolve().parents if (parent / ".git").exists()), None)
    if tree is not None:
        raise Refused(
            tr(
                "refused: {path} holds a key and lies in the git work tree {tree}, from where it would be committed one day; mend it with: mv {quoted} {target} and say that path in the config",
                path=path,
                tree=tree,
                quoted=shlex.quote(str(path)),
                target=shlex.quote(str(places.config_folder() / path.name)),
            )
        )
