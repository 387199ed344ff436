"""`sheetcrm doctor`: everything that may keep a config from working, a line each, with what to do."""

from __future__ import annotations

from dataclasses import asdict
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from sheetcrm.cli.options import Asked, now, print_json, spreadsheets_options, tell
from sheetcrm.messages import tr

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sheetcrm.doctor import Finding

SIGNS = {
    "ok": ("ok", "green"),
    "look": ("!", "yellow"),
    "broken": ("!", "red"),
    "nothing": ("–", None),
    "unseen": ("–", None),
}
WIDTH = 14


@click.command("doctor")
@click.option("--only", multiple=True, metavar="CHECK", help="That check, and what it needs; may be repeated.")
@click.option("--mail", "mail", is_flag=True, help="Send one test mail to each of mail: admins:, too.")
@spreadsheets_options
def doctor_command(asked: Asked, *, only: tuple[str, ...], mail: bool) -> int:
    """Look whether everything works, and say what to do.

    Config, network, clock, sign-in, APIs, each spreadsheet and its template, ledger, mail servers, backups,
    permissions.  Changes nothing, and sends nothing without --mail.
    For monitoring: 0 is fine, 3 something to see to, 1 something that does not work.

    \b
    sheetcrm doctor
    sheetcrm doctor --only network --only credentials
    """
    from sheetcrm.doctor import exit_code

    findings = examined(asked, only, mail=mail)
    if asked.as_json:
        print_json(as_json(findings))
    return exit_code(findings)


def examined(asked: Asked, only: tuple[str, ...] = (), *, mail: bool = False) -> list[Finding]:
    """Every finding, said to people as it comes; at the end, with --stats, what it cost."""
    from sheetcrm.cli.waiting import say_wait
    from sheetcrm.doctor import Patient, Wish, World, examine

    world = World(now=now, waiting=say_wait)
    with Patient(Wish(asked.config, asked.wanted, mail), world) as patient:
        findings = list(_told(asked, examine(patient, only)))
    if not asked.as_json:
        click.echo(_summed(findings))
    if asked.stats:
        reads = sum(one.reads for one in patient.counts)
        tell(tr("Sheets requests: {reads} read, {writes} written", reads=reads, writes=0))
    return findings


def is_cut_off(findings: list[Finding]) -> bool:
    """Whether no spreadsheet can be reached, so that there is no use in trying each."""
    return any(one.check == "spreadsheets" and one.grade == "unseen" for one in findings)


def as_json(findings: list[Finding]) -> dict[str, Any]:
    """For programs."""
    from sheetcrm.doctor import exit_code

    return {"exit_code": exit_code(findings), "findings": [asdict(one) for one in findings]}


def _told(asked: Asked, findings: Iterator[Finding]) -> Iterator[Finding]:
    """Each as it comes, said to people at once: some of it takes a while."""
    for text, group in groupby(findings, lambda one: one.text if one.grade == "unseen" else ""):
        if text:
            unseen = list(group)
            if not asked.as_json:
                click.echo(_together(unseen))
            yield from unseen
            continue
        for one in group:
            if not asked.as_json:
                click.echo(_line(one))
            yield one


def _together(unseen: list[Finding]) -> str:
    """What was not looked at for one and the same reason."""
    names = ", ".join(f"{one.check} ({one.about})" if one.about else one.check for one in unseen)
    return f"{SIGNS['unseen'][0]:2} {names}: {unseen[0].text}"


def _line(one: Finding) -> str:
    """A finding in a line."""
    sign, color = SIGNS[one.grade]
    about = f"{one.about}: " if one.about not in ("", one.check) else ""
    text = about + tr("; ").join(one.text.splitlines())
    todo = f" → {one.todo}" if one.todo else ""
    return f"{click.style(f'{sign:2}', fg=color, bold=True)} {one.check:{WIDTH}}{text}{todo}"


def _summed(findings: list[Finding]) -> str:
    """All of it in a line."""
    wrong = [sum(one.grade == grade for one in findings) for grade in ("broken", "look")]
    if not any(wrong):
        return tr("all is well")
    return tr(
        "{broken} {broken:thing does|things do} not work, {look} to see to",
        broken=wrong[0],
        look=wrong[1],
    )
