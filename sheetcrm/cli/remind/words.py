"""States and counts → what people read of them; programs get the bare words."""

from __future__ import annotations

from collections.abc import Mapping

from sheetcrm.messages import N_, tr

STATES = {
    "planned": N_("planned"),
    "claimed": N_("claimed"),
    "sending": N_("sending"),
    "sent": N_("sent"),
    "retry": N_("retry"),
    "failed": N_("failed"),
    "unknown": N_("unknown"),
    "suppressed": N_("suppressed"),
    "expired": N_("expired"),
    "held": N_("held"),
    "unsent": N_("unsent"),
    "resting": N_("resting"),
}
"""What may become of a mail or a row, by its word for programs."""
COUNTED = {
    "told": N_("{number} told before"),
    "samples": N_("{number} {number:example row|example rows}"),
    "troubles": N_("{number} {number:trouble|troubles}"),
}
"""What is said otherwise when it is counted."""


def state(word: str) -> str:
    """A state in the admin's language."""
    return tr(STATES[word]) if word in STATES else word


def counts(found: Mapping[str, int]) -> str:
    """`3 sent, 1 told before, 2 example rows`; empty where nothing is counted."""
    return tr(", ").join(_count(word, number) for word, number in found.items())


def _count(word: str, number: int) -> str:
    if word in COUNTED:
        return tr(COUNTED[word], number=number)
    return tr("{number} {state}", number=number, state=state(word))
