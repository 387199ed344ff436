"""
Formula → whether its value may be an array.

Here and not beside the engine, because the grid asks whenever cells are written, formulas or not.
"""

import re

SPILLING = frozenset(
    {
        "ARRAYFORMULA",
        "FILTER",
        "FLATTEN",
        "REGEXEXTRACT",
        "SEQUENCE",
        "SORT",
        "SORTN",
        "SPLIT",
        "TRANSPOSE",
        "UNIQUE",
        "RANDARRAY",
    }
)
"""Functions whose value may be an array."""
_LIKELY = re.compile("{|" + "|".join(map(re.escape, sorted(SPILLING))))


def may_spill(formula: str) -> bool:
    """Never false for a formula that answers an array; rarely true for another."""
    return _LIKELY.search(formula.upper()) is not None
