"""
The platform's folders for what belongs to a person and not to one config: tokens, keys, what processes tell each other.

`SHEETCRM_HOME` puts all of it into one folder.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import platformdirs

NAME = "sheetcrm"
HOME = "SHEETCRM_HOME"


def config_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where tokens and keys are; made, for its owner alone, when it is missing."""
    return _made(environment, "config", platformdirs.user_config_path(NAME, appauthor=False))


def state_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where processes of this person remember what others have to know: quota, the last runs; made as `config_folder`."""
    return _made(environment, "state", platformdirs.user_state_path(NAME, appauthor=False))


def _made(environment: Mapping[str, str], name: str, usual: Path) -> Path:
    home = environment.get(HOME)
    folder = Path(home).expanduser() / name if home else usual
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder
