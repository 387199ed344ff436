"""
What the ledger itself notes about a mail or a row → the same in the admin's language.

It stands in the database in English, whoever ran the job, so that a query can
know it again.  What a server said is nobody's to translate, and passes.
"""

from __future__ import annotations

import re

from sheetcrm.messages import N_, filled, tr

DIED = N_("the run ended before it could note the server's answer")
NOTHING_DUE = N_("nothing in it was due any more")
REPLACED = N_("planned anew as {mail}")
LATE = N_("found on {day}, too late to be told")
_FORMS = {form: re.compile(form.replace("{", "(?P<").replace("}", ">.+)")) for form in (REPLACED, LATE)}


def replaced(mail: str) -> str:
    """What is noted of a mail whose reminders are in another one; `%` for any, as `LIKE` has it."""
    return filled(REPLACED, {"mail": mail})


def too_late(day: str) -> str:
    """What is noted of a row that was found too late."""
    return filled(LATE, {"day": day})


def said(reason: str) -> str:
    """For people."""
    if reason in (DIED, NOTHING_DUE):
        return tr(reason)
    found = ((form, shape.fullmatch(reason)) for form, shape in _FORMS.items())
    return next((tr(form, **known.groupdict()) for form, known in found if known), reason)
