"""
The platform's folders for what belongs to a person and not to one config: tokens, keys, what processes tell each other.

`SHEETCRM_HOME` puts all of it into one folder.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

NAME = "sheetcrm"
HOME = "SHEETCRM_HOME"


def config_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where tokens and keys are; made, for its owner alone, when it is missing."""
    return _made(environment, "config")


def state_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where processes of this person remember what others have to know: quota, the last runs; made as `config_folder`."""
    return _made(environment, "state")


def _made(environment: Mapping[str, str], name: Literal["config", "state"]) -> Path:
    home = environment.get(HOME)
    folder = Path(home).expanduser() / name if home else _usual(name)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _usual(name: Literal["config", "state"]) -> Path:
    import platformdirs  # noqa: PLC0415 - most commands need none of these folders

    usual = {"config": platformdirs.user_config_path, "state": platformdirs.user_state_path}
    return usual[name](NAME, appauthor=False)
