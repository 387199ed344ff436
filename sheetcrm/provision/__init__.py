"""
Template → spreadsheet: live → diff → plan → render → apply.

`plan` looks and changes nothing; `apply` sends its one batch.
"""

from sheetcrm.provision.apply import plan
from sheetcrm.provision.blank import blank
from sheetcrm.provision.plan import Plan, Refusal
from sheetcrm.provision.samples import Sample, find_samples, remove_samples
from sheetcrm.provision.selection import Selection
from sheetcrm.provision.sending import Log, Sent, apply
from sheetcrm.provision.sharing import Share

__all__ = [
    "Log",
    "Plan",
    "Refusal",
    "Sample",
    "Selection",
    "Sent",
    "Share",
    "apply",
    "blank",
    "find_samples",
    "plan",
    "remove_samples",
]
