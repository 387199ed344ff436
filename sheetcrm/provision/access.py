"""
What a plan has to say to Drive: who gets access to the file, who loses it.

Plain data, so that a plan can hold and print it without knowing Drive.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from sheetcrm.messages import tr

WORDS = {"share": "+", "change": "~", "lift": "-"}


@dataclass(frozen=True)
class Grant:
    """One call to Drive: `level` is what the address is to have, or with `lift` had; `permission` is Google's id."""

    action: Literal["share", "change", "lift"]
    address: str
    level: str
    before: str = ""
    permission: str = field(default="", repr=False)

    def say(self) -> str:
        """`+ ann@x.org  writer`."""
        level = f"{self.before} → {self.level}" if self.before and self.action == "change" else self.level
        # `anyone with the link` is no address.
        return f"{WORDS[self.action]} {tr(self.address)}  {level}"


@dataclass(frozen=True)
class Sharing:
    """What is to be done, in order, and who has access that the team tab does not know."""

    grants: tuple[Grant, ...] = ()
    others: tuple[str, ...] = ()


NO_SHARING = Sharing()
"""Drive is neither asked nor told anything."""
