"""
What we believe of Google, as tests → docs/unproved.md (scripts/unproved.py) and proved.json.

Every test in this folder is one belief.  Passing here says only that the embedded server agrees with us; what passed
at Google itself is noted in proved.json with a digest of its source, and a belief that was changed since counts as unproved.
"""

from __future__ import annotations

import hashlib
import importlib
import inspect
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

HERE = Path(__file__).resolve().parent
PROVED = HERE / "proved.json"
Test = TypeVar("Test", bound=Callable[..., None])
Notes = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Belief:
    """One sentence about Google, where we have it from, and what of ours stands on it."""

    text: str
    seen: str
    so: str
    test: str = ""
    """Module and function, `test_values.test_raw`; empty where only a person can look."""
    digest: str = ""


def belief(text: str, *, seen: str, so: str) -> Callable[[Test], Test]:
    """Say what a test believes; `seen` is where we have it from, `so` what stands on it."""

    def marked(test: Test) -> Test:
        name = f"{test.__module__.rpartition('.')[2]}.{test.__name__}"
        digest = hashlib.sha256(inspect.getsource(test).encode()).hexdigest()[:16]
        test.belief = Belief(text, seen, so, name, digest)  # type: ignore[attr-defined]
        return test

    return marked


def topics() -> dict[str, list[Belief]]:
    """All beliefs that are tests: by what a module's first line says it is about, in the order of their lines."""
    return {_title(module): list(told(module)) for module in map(_module, sorted(HERE.glob("test_*.py")))}


def told(module: Any) -> Iterable[Belief]:
    """The beliefs of one module."""
    return (function.belief for function in vars(module).values() if hasattr(function, "belief"))


def proved() -> Notes:
    """What ran against Google: by test, the day and the digest of its source then."""
    found: Notes = json.loads(PROVED.read_text(encoding="utf-8"))
    return found


def is_proved(one: Belief, notes: Notes) -> bool:
    """Whether this very test, as it is now, passed at Google."""
    return notes.get(one.test, {}).get("digest") == one.digest


def noted(notes: Notes, passed: Iterable[Belief], failed: Iterable[Belief], day: str) -> dict[str, Mapping[str, str]]:
    """The notes after a run at Google on `day` (ISO); whatever failed is not proved any more."""
    wrong = {one.test for one in failed}
    new = {one.test: {"on": day, "digest": one.digest} for one in passed}
    return {test: note for test, note in sorted({**notes, **new}.items()) if test not in wrong}


def _module(path: Path) -> Any:
    return importlib.import_module(f"tests.contract.{path.stem}")


def _title(module: Any) -> str:
    first: str = module.__doc__.strip().splitlines()[0]
    return first.rstrip(".")
