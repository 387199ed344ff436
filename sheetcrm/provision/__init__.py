"""
Template → spreadsheet: live → diff → plan → render → apply.

`plan` looks and changes nothing; `apply` sends its one batch.
"""

from sheetcrm.provision.apply import apply, plan
from sheetcrm.provision.blank import blank
from sheetcrm.provision.plan import DATA_LOSS, MANY_CHANGES, Plan, Refusal
from sheetcrm.provision.samples import Sample, find_samples, remove_samples

__all__ = [
    "DATA_LOSS",
    "MANY_CHANGES",
    "Plan",
    "Refusal",
    "Sample",
    "apply",
    "blank",
    "find_samples",
    "plan",
    "remove_samples",
]
