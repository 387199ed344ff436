"""
Who is in the team, as far as it decides what a spreadsheet should hold.

Read from the team sheet while planning; a template alone knows nobody.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Member:
    """Somebody in the team sheet; `role` is the key of an option, `email` empty where there is none that can be used."""

    name: str
    email: str = ""
    role: str = ""
    active: bool = True
