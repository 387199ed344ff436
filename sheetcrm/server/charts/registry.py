"""
Which function draws which kind of chart.

Kinds are the chartType of basic charts, and for all others the name of their field in a ChartSpec.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sheetcrm.server.charts.canvas import Chart

Draw = Callable[["Chart"], str]
"""What is below the title, as SVG; "" when there is nothing to draw."""

DRAWN: dict[str, Draw] = {}


def draws(*kinds: str) -> Callable[[Draw], Draw]:
    """Register a function for these kinds of charts."""

    def register(draw: Draw) -> Draw:
        DRAWN.update(dict.fromkeys(kinds, draw))
        return draw

    return register
