"""
Checks → findings, one after the other, as they come.

What a check needs is looked at before it; where that is broken the check is not
made, and says so, so that one cause has one line that is to be acted on.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from sheetcrm.doctor import checks  # importing it makes every check known
from sheetcrm.doctor.check import CHECKS, Check, Finding, Grade, broken
from sheetcrm.doctor.deadline import Late, within
from sheetcrm.doctor.patient import Patient
from sheetcrm.errors import MissingExtra, SheetcrmError, UsageError
from sheetcrm.messages import tr
from sheetcrm.variants import nearest

assert checks.__name__, "imported for what it makes known"
LOG = logging.getLogger("sheetcrm.doctor")
HARM = frozenset({Grade.BROKEN, Grade.UNSEEN})


def examine(patient: Patient, only: Collection[str] = ()) -> Iterator[Finding]:
    """
    Every finding; with `only` those of the checks of these names, and what is broken of those that they need.

    UsageError for a name that is none.  Each look takes `world.patience`
    seconds at most.
    """
    for name in only:
        if name not in CHECKS:
            raise UsageError(
                tr(
                    "no such check: {name}{hint} (there are {names})",
                    name=name,
                    hint=nearest(name, list(CHECKS)),
                    names=", ".join(CHECKS),
                )
            )
    return _examined(patient, frozenset(only) or frozenset(CHECKS))


def exit_code(findings: Iterable[Finding]) -> int:
    """As of `status`: 0 for all well, 3 for something to see, 1 for what is broken."""
    grades = {one.grade for one in findings}
    return 1 if Grade.BROKEN in grades else 3 if Grade.LOOK in grades else 0


def _examined(patient: Patient, wanted: frozenset[str]) -> Iterator[Finding]:
    meant = _with_needs(wanted)
    harmed: dict[tuple[str, str], str] = {}
    """By check and subject, the check that is to blame."""
    for check in (one for one in CHECKS.values() if one.name in meant):
        for subject in _subjects(check, patient):
            found = list(_looked(check, subject, patient, harmed))
            if HARM & {one.grade for one in found}:
                harmed[check.name, subject] = _blamed(check, subject, harmed)
            yield from (one for one in found if check.name in wanted or one.grade is Grade.BROKEN)


def _with_needs(names: Iterable[str]) -> frozenset[str]:
    found = frozenset(names)
    needed = found.union(*((*CHECKS[name].needs, *CHECKS[name].after) for name in found))
    return found if needed == found else _with_needs(needed)


def _subjects(check: Check, patient: Patient) -> Iterable[str]:
    try:
        return list(check.subjects(patient))
    except SheetcrmError:
        # The config, which says what there is to look at: its own check says why it cannot be used.
        return [""]


def _blamed(check: Check, subject: str, harmed: dict[tuple[str, str], str]) -> str:
    """The check at the root of it: the first that is broken, not those that could not be looked at because of it."""
    for need in check.needs:
        for at in ((need, subject), (need, "")):
            if at in harmed:
                return harmed[at]
    return check.name


def _looked(check: Check, subject: str, patient: Patient, harmed: dict[tuple[str, str], str]) -> Iterator[Finding]:
    to_blame = _blamed(check, subject, harmed)
    if to_blame != check.name:
        text = tr("not looked at: first see to {check}", check=to_blame)
        yield Finding(Grade.UNSEEN, text, "", check.name, subject)
        return
    patience = patient.world.patience
    try:
        found = within(patience, lambda: list(check.look(patient, subject)), patient.rest)
    except Late:
        text = tr("no answer within {seconds:.0f} s, so it was given up", seconds=patience)
        found = [broken(text, tr("try again, with the log: sheetcrm -v doctor --only {check}", check=check.name))]
    except (SheetcrmError, OSError) as error:
        found = [broken(str(error))]
    except ModuleNotFoundError as error:
        if (missing := MissingExtra.by(error)) is None:
            raise
        found = [broken(str(missing))]
    for one in found:
        LOG.info("%s: %s", check.name, one.grade)
        yield replace(one, check=check.name, about=subject)
