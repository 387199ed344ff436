"""
What is refused, or left alone, unless it is asked for by name: `--allow-data-loss`.

Imports nothing: a help page has these names too, and must not wait for what plans need.
"""

DATA_LOSS = "data-loss"
MANY_CHANGES = "many-changes"
TYPED_OVER = "typed-over"
MISFITS = "misfits"
BACK_TO_BASE = "back-to-base"
ALLOWANCES = {
    DATA_LOSS: "Delete columns or tabs that have data.",
    MANY_CHANGES: "Change or delete more than 30 % at once.",
    MISFITS: "Change a type or options although cells make no sense then.",
    TYPED_OVER: "Put formulas back over what people typed in computed columns.",
    BACK_TO_BASE: "Go back to a template from one that extends it.",
}
"""By name, what it allows."""
LOSING = frozenset({DATA_LOSS, MISFITS, TYPED_OVER})
"""Those after which something that people typed may be gone."""
