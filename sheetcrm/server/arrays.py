"""
Formula → whether its value may be an array.

Here and not beside the engine, because the grid asks whenever cells are written, formulas or not.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

SPILLING = frozenset(
    {
        "ARRAYFORMULA",
        "ARRAY_CONSTRAIN",
        "CHOOSECOLS",
        "CHOOSEROWS",
        "FILTER",
        "FLATTEN",
        "HSTACK",
        "RANDARRAY",
        "REGEXEXTRACT",
    }
    | {"SEQUENCE", "SORT", "SORTN", "SPLIT", "TOCOL", "TOROW", "TRANSPOSE", "UNIQUE", "VSTACK"}
)
"""Functions whose value may be an array."""
_LIKELY = re.compile("{|" + "|".join(map(re.escape, sorted(SPILLING))))


@dataclass
class Reached:
    """The blank cells of a sheet that arrays and pivot tables reach, as they are on one day."""

    day: date
    complete: bool = False
    """Not while it is still being found out."""
    columns: dict[int, set[int]] = field(default_factory=dict)
    """Row → columns."""
    pivoted: dict[tuple[int, int], Any] = field(default_factory=dict)
    """Place → value of what pivot tables fill."""
    looks: dict[tuple[int, int], dict[str, Any]] = field(default_factory=dict)
    """Place → number format of those of them that have one."""
    anchors: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    """Place → where the formula stands whose array reaches it."""


def may_spill(formula: str) -> bool:
    """Never false for a formula that answers an array; rarely true for another."""
    return _LIKELY.search(formula.upper()) is not None
