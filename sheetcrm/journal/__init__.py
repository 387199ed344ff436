"""
What we are about to write → a file each, with who, when, by which command and what stood there before.

Written before the first byte goes out, so that whatever became of the write,
somebody can tell what it was and take it back.
"""

from sheetcrm.journal.asking import Answer, Question
from sheetcrm.journal.folder import Journal, continued, read
from sheetcrm.journal.lines import Line, lines, said
from sheetcrm.journal.policy import Policy, restorable
from sheetcrm.journal.write import By, Json, Stage, Write, fingerprint

__all__ = [
    "Answer",
    "By",
    "Journal",
    "Json",
    "Line",
    "Policy",
    "Question",
    "Stage",
    "Write",
    "continued",
    "fingerprint",
    "lines",
    "read",
    "restorable",
    "said",
]
