"""
What a mail says, and on its outside, when everything goes to one address instead.

Whom it was for stands in the subject and at the top: nobody may take a trial
for what the owner got.
"""

from __future__ import annotations

from dataclasses import replace

from sheetcrm.messages import N_, texts
from sheetcrm.remind.ledger import Recipient
from sheetcrm.remind.message import Cover, Draft, clean

_SUBJECT = N_("[for {name} <{address}>] {subject}")
_NOTE = N_("A trial: this is what {name} <{address}> would get. The configuration sends everything to you instead.")


def note(recipient: Recipient, language: str) -> str:
    """What stands above all else."""
    return texts(language)(_NOTE, name=clean(recipient.name, 80), address=recipient.address)


def named(draft: Draft, recipient: Recipient, language: str) -> Draft:
    """The same, with whom it is for in its subject."""
    said = texts(language)(
        _SUBJECT, name=clean(recipient.name, 80), address=recipient.address, subject=clean(draft.subject)
    )
    return replace(draft, subject=said)


def covered(cover: Cover, redirect: str) -> Cover:
    """The outside of it: to that address, and nobody is called by phone."""
    return replace(cover, address=redirect, phone="")
