"""`remind resend`: a mail that was sent, or failed for good, once more."""

from __future__ import annotations

import os

import click

from sheetcrm.cli.options import Asked, config_options, now, print_json, tell
from sheetcrm.messages import tr


@click.command("resend")
@click.argument("number", type=int, metavar="NUMBER")
@config_options
def resend_command(asked: Asked, *, number: int) -> int:
    """Queue a mail once more; its number is in `log --mails`."""
    from sheetcrm.errors import UsageError
    from sheetcrm.remind.ledger import Ledger
    from sheetcrm.remind.resend import resend

    loaded = asked.loaded()
    place = loaded.ledger_place(os.environ)
    with Ledger.open(place, read_only=True) as ledger:
        if ledger.mail(number) is None:
            raise UsageError(tr("no mail {number} in this ledger; see sheetcrm log --mails", number=number))
    with Ledger.open(place) as ledger:
        mail = resend(ledger, number, now=now())
    if asked.as_json:
        print_json({"number": mail.id, "again": number, "to": mail.recipient.address, "message_id": mail.message_id})
    else:
        click.echo(f"{mail.id}  {mail.recipient.name} <{mail.recipient.address}>  {mail.subject}")
        tell(tr("queued once more; the next run sends it"))
    return 0
