"""
What the parts log → a file or the terminal, for people or machines, without what a log must not tell.

Parts log through `logging.getLogger("sheetcrm.…")` and know nothing of this; who
uses the library sees nothing unless they configure logging.  Secrets are never
written, people only as keyed hashes unless that is asked for.
"""

from sheetcrm.logs.keeping import Wish, kept
from sheetcrm.logs.veiling import cleaned, hide, keyed, veiled

__all__ = ["Wish", "cleaned", "hide", "kept", "keyed", "veiled"]
