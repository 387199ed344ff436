"""A config → everything that may keep it from working, one check after the other, each with what to do."""

from sheetcrm.doctor.check import CHECKS, Check, Finding, Grade
from sheetcrm.doctor.examination import examine, exit_code
from sheetcrm.doctor.patient import Patient, Wish, World

__all__ = ["CHECKS", "Check", "Finding", "Grade", "Patient", "Wish", "World", "examine", "exit_code"]
