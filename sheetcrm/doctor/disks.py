"""A path → the kind of disk that it is on, as far as the system says (Linux)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre", "fuse.sshfs", "fuse.s3fs", "fuse.gcsfuse", "fuse.rclone", "davfs", "fuse.davfs2"})  # fmt: skip
"""Locks of SQLite cannot be trusted on these."""
PASSING = frozenset({"tmpfs", "ramfs", "overlay"})
"""What is on these is gone with the machine's next start, or with the container."""

MACHINES = {"GITHUB_ACTIONS": "GitHub Actions", "K_SERVICE": "Cloud Run", "CLOUD_RUN_JOB": "Cloud Run"}
"""By a variable that is set there, machines that forget their disk."""


def passing_machine(environment: Mapping[str, str]) -> str:
    """Which of MACHINES this is; empty for any other."""
    return next((name for variable, name in MACHINES.items() if environment.get(variable)), "")


def kind_of(path: Path, mounts: Path) -> str:
    """The name of the file system that an absolute path is on, by the table of `mounts`; empty when nobody says."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    place, found = path.resolve(), ("", "")
    for line in lines:
        parts = line.split()
        if len(parts) < 3:
            continue
        # Blanks in a path are written as octal numbers.
        point = parts[1].replace("\\040", " ")
        # The last of equal ones covers those before it.
        if place.is_relative_to(point) and len(point) >= len(found[0]):
            found = (point, parts[2])
    return found[1]
