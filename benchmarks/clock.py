"""
Pieces of work → the least CPU each takes, measured in turns; a figure → a line, and whether it keeps its bound.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any


def timed(work: Callable[[], Any]) -> float:
    """Seconds of CPU, once; what it made is thrown away after the clock has stopped."""
    begun = time.process_time()
    made = work()
    spent = time.process_time() - begun
    del made
    return spent


def together(*works: Callable[[], Any], rounds: int = 7) -> list[float]:
    """The least seconds of each, measured in turns: what others do on the machine only ever adds."""
    return [min(times) for times in zip(*([timed(work) for work in works] for _ in range(rounds)), strict=True)]


def apart(script: str, parts: Mapping[str, Callable[[], bool]], names: Sequence[str]) -> bool:
    """
    Whether these parts (none: all) keep their bounds; several run one after the other, each in a process of its own.

    What one leaves behind would be for the garbage collector of the next to walk.
    """
    if len(names) == 1:
        return parts[names[0]]()
    ends = [subprocess.run([sys.executable, script, name], check=False).returncode for name in names or parts]
    return not any(ends)


def say(what: str, found: float, unit: str, bound: float, *, at_most: bool = False, detail: str = "") -> bool:
    """Print a line; whether the promise is kept."""
    kept = found <= bound if at_most else found >= bound
    limit = f"{'≤' if at_most else '≥'} {bound:g}"
    print(f"{'ok  ' if kept else 'MISS'}  {what:<64} {found:>8,.2f} {unit:<6} {limit:<8}  {detail}", flush=True)
    return kept


def tell(what: str, found: float, unit: str, *, detail: str = "") -> None:
    """Print a line of the same shape for a figure that has no bound."""
    print(f"{'':<4}  {what:<64} {found:>8,.2f} {unit:<6} {'':<8}  {detail}", flush=True)
