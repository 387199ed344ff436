"""
Every spreadsheet of the config → what became of each, and one sum.

What goes wrong with one is told and does not stop the others.  To run it again
is safe: where everything is done already there is nothing to change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sheetcrm.cli.apply import Wanted, carry_out, make_plan, plan_code
from sheetcrm.cli.columns import padded, width
from sheetcrm.cli.options import Asked, Job, print_json, requests_of
from sheetcrm.messages import N_, tr

if TYPE_CHECKING:
    from sheetcrm.provision.plan import Plan
    from sheetcrm.schema.template import Template

BY_WEIGHT = (0, 3, 4, 2, 1)
"""Exit codes, the worst last: all well, something to see, refused, wrong usage, failed."""


@dataclass(frozen=True)
class Outcome:
    """What became of one spreadsheet: its exit code, a few words, and its plan where there is one."""

    name: str
    id: str
    code: int
    text: str
    template: str = ""
    plan: Plan | None = None
    requests: dict[str, int] | None = None
    pending: bool = False
    """Whether there is something to do that was not done."""

    def json(self) -> dict[str, Any]:
        """For programs; `error` instead of a plan where there is none."""
        found = {"name": self.name, "id": self.id, "outcome": self.text.partition("\n")[0], "exit_code": self.code}
        found |= {"template": self.template, **(self.plan.json() if self.plan else {"error": self.text})}
        return {**found, "requests": self.requests}


Work = Callable[[Job, "Template", Wanted], Outcome]


def plan_every(asked: Asked, wanted: Wanted, *, check: bool, markdown: bool) -> int:
    """What `apply --all` would change; the worst exit code."""

    def work(job: Job, template: Template, wanted: Wanted) -> Outcome:
        plan = make_plan(job, template, wanted)
        if not asked.as_json and (plan.has_work or plan.refusals):
            heading = f"## {job.name}\n\n" if markdown else f"{click.style(job.name, bold=True)}\n"
            click.echo(heading + (plan.markdown() if markdown else plan.text()) + "\n")
        outcome = _outcome(job, template, plan, plan_code(plan, check=check), _planned(plan))
        return replace(outcome, pending=bool(plan.changes))

    return _every(asked, wanted, work)


def apply_every(asked: Asked, wanted: Wanted) -> int:
    """Bring all up to date, each as `apply` does it; the worst exit code."""

    def work(job: Job, template: Template, wanted: Wanted) -> Outcome:
        def say(text: str) -> None:
            click.echo(f"{click.style(job.name, bold=True)}\n{text}\n")

        plan, done = carry_out(asked, job, template, wanted, say=None if asked.as_json else say)
        text = (
            tr("nothing to change")
            if not plan.has_work
            else tr("{steps} done", steps=_steps(plan))
            if done
            else tr("not wanted")
        )
        return _outcome(job, template, plan, 0 if done else 1, text)

    return _every(asked, wanted, work)


def _every(asked: Asked, wanted: Wanted, work: Work) -> int:
    _check(asked, wanted)
    outcomes: list[Outcome] = []
    templates: dict[Path, Template] = {}
    with asked.connected() as (loaded, connection):
        from sheetcrm.errors import UsageError

        if not loaded.spreadsheets:
            raise UsageError(
                tr(
                    "{file} names no spreadsheet yet; make one with: sheetcrm apply TEMPLATE --create TITLE",
                    file=loaded.file.name,
                )
            )
        for name, settings in loaded.spreadsheets.items():
            with asked.job(loaded, connection, name, settings, templates) as job:
                outcomes.append(_one(job, wanted, work))
    if asked.as_json:
        print_json({"spreadsheets": [outcome.json() for outcome in outcomes], "counts": _counts(outcomes)})
    else:
        click.echo(_sum(outcomes))
    return max((outcome.code for outcome in outcomes), key=BY_WEIGHT.index)


def _check(asked: Asked, wanted: Wanted) -> None:
    """UsageError for what makes no sense of all at once."""
    from sheetcrm.errors import UsageError

    said = {
        "TEMPLATE": wanted.template,
        "--in": asked.wanted,
        "--create": wanted.create,
        "--lang": wanted.language,
        "--plan": wanted.fingerprint,
    }
    if given := [word for word, value in said.items() if value]:
        raise UsageError(
            tr("--all takes every spreadsheet as the config has it; leave out {names}", names=", ".join(given))
        )


def _one(job: Job, wanted: Wanted, work: Work) -> Outcome:
    """What became of one; whatever went wrong with it is the outcome."""
    from sheetcrm.errors import SheetcrmError

    try:
        template, language = job.template()
        return work(job, template, replace(wanted, language=language))
    except SheetcrmError as error:
        return Outcome(job.name, job.settings.id, error.exit_code, str(error), requests=requests_of(job.gateway))


def _outcome(job: Job, template: Template, plan: Plan, code: int, text: str) -> Outcome:
    from sheetcrm.layout import versions

    made = f"{template.key} {versions(template.version, template.lineage)}"
    return Outcome(job.name, job.settings.id, code, text, made, plan, requests_of(job.gateway))


def _planned(plan: Plan) -> str:
    if plan.refusals:
        return "\n".join(map(str, plan.refusals))
    return (
        tr("{steps}; plan {plan}", steps=_steps(plan), plan=plan.fingerprint)
        if plan.has_work
        else tr("nothing to change")
    )


def _steps(plan: Plan) -> str:
    calls = len(plan.sharing.grants)
    steps = tr("{count} {count:change|changes}", count=len(plan.changes))
    return tr("{steps} and {count} {count:call|calls} to Drive", steps=steps, count=calls) if calls else steps


def _counts(outcomes: list[Outcome]) -> dict[str, int]:
    found = {"ok": 0, "pending": 0, "refused": 0, "failed": 0}
    for outcome in outcomes:
        if outcome.code in (1, 2):
            found["failed"] += 1
        elif outcome.code == 4:
            found["refused"] += 1
        else:
            found["pending" if outcome.pending else "ok"] += 1
    return found


def _sum(outcomes: list[Outcome]) -> str:
    """A line for each, the first line of what is to be said of it; then how many of which."""
    room = max(width(outcome.name) for outcome in outcomes)
    lines = []
    for outcome in outcomes:
        good = click.style("~", fg="yellow") if outcome.pending else click.style("✓", fg="green")
        sign = good if outcome.code in (0, 3) else click.style("!", fg="red")
        lines.append(f"{sign} {padded(outcome.name, room)}  " + "\n    ".join(outcome.text.splitlines()))
    words = {
        "ok": N_("{number} in order"),
        "pending": N_("{number} with changes to make"),
        "refused": N_("{number} refused"),
        "failed": N_("{number} failed"),
    }
    counts = [tr(words[word], number=number) for word, number in _counts(outcomes).items() if number]
    said = tr("{count} {count:spreadsheet|spreadsheets}: {said}", count=len(outcomes), said=tr(", ").join(counts))
    return "\n".join([*lines, said])
