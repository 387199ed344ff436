"""`sheetcrm log --mails`: what became of every reminder, by customer and by person."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from sheetcrm.cli.columns import padded
from sheetcrm.cli.options import Asked, print_json, tell
from sheetcrm.cli.remind import words
from sheetcrm.messages import tr

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sheetcrm.cli.log import Wanted
    from sheetcrm.remind.ledger import Line, Mail


def show(asked: Asked, wanted: Wanted) -> int:
    """Every mail to a person about a row, the latest first."""
    from sheetcrm import config
    from sheetcrm.remind.ledger import Ledger

    customer, person, limit = wanted.customer or None, wanted.person or None, wanted.limit
    loaded = asked.loaded()
    spreadsheet = config.resolve(loaded, asked.wanted)[1].id if asked.wanted else None
    with Ledger.open(loaded.ledger_place(os.environ), read_only=True) as ledger:
        found = ledger.watch.log(spreadsheet=spreadsheet, row_id=customer, person=person, limit=limit + 1)
        again = ledger.watch.once_more({one.fate.mail for one in found if one.fate.mail is not None})
    names = {settings.id: name for name, settings in loaded.spreadsheets.items()}
    shown = found[:limit]
    if asked.as_json:
        print_json([_plain(one, names, again) for one in shown])
        return 0
    for one in shown:
        click.echo(_line(one, names if spreadsheet is None and len(names) > 1 else {}, again))
    if len(found) > limit:
        tell(tr("there is more; --limit {limit} shows it", limit=limit * 2))
    if not found:
        tell(
            tr("nothing was ever told") if customer is None and person is None else tr("nothing was ever told of that")
        )
    return 0


def _plain(one: Line, names: dict[str, str], again: Mapping[int, Sequence[Mail]]) -> dict[str, Any]:
    copies = again.get(one.fate.mail or 0, ())
    return {
        **asdict(one),
        "spreadsheet": names.get(one.occurrence.spreadsheet),
        "once_more": [{"mail": mail.id, "state": mail.state, "changed": mail.changed} for mail in copies],
    }


def _line(one: Line, names: dict[str, str], again: Mapping[int, Sequence[Mail]]) -> str:
    """`2026-11-22 08:00  sent  C007  follow_up 2026-11-20 +0d  Ann <ann@example.com>  mail 12  …`."""
    what = one.occurrence
    where = [names[what.spreadsheet]] if what.spreadsheet in names else []
    whom = f"{one.name} <{one.address}>" if one.address else what.recipient
    mail = [tr("mail {number}", number=one.fate.mail)] if one.fate.mail is not None else []
    reason = [f"({one.fate.reason})"] if one.fate.reason else []
    reason += [
        tr(
            "(once more: mail {number} {state} {changed:%Y-%m-%d %H:%M})",
            number=copy.id,
            state=words.state(copy.state),
            changed=copy.changed,
        )
        for copy in again.get(one.fate.mail or 0, ())
    ]
    parts = [
        f"{one.fate.changed:%Y-%m-%d %H:%M}",
        click.style(padded(words.state(one.fate.state), 10), bold=True),
        *where,
        f"{what.sheet} {what.row_id}",
        f"{what.rule} {what.due} {what.step:+d}d",
        whom,
        *([what.channel] if what.channel != "mail" else []),
        *mail,
        *reason,
    ]
    return "  ".join(parts)
