"""
Mails that failed for good → a short mail to each admin, one a day at most.

It goes the way of every mail, through the same ledger, as that of no
spreadsheet: each failure is told once to each of them, and one that failed
while today's mail was on its way is told tomorrow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from html import escape

from sheetcrm.messages import N_, texts
from sheetcrm.remind import redirect
from sheetcrm.remind.delivery import Delivery, Hooks, Settings
from sheetcrm.remind.guard import Guards
from sheetcrm.remind.ledger import Ledger, Mail, Occurrence, Recipient, Sealed, State
from sheetcrm.remind.message import Cover, Draft, clean, message_id
from sheetcrm.remind.notifiers.base import Notifier
from sheetcrm.remind.report import MailReport

NOWHERE = ""
"""The spreadsheet of what is about all of them."""
RULE = "failed"
LATELY = timedelta(days=14)
"""What failed before that is no news to anybody."""
SHOWN = 50

_SUBJECT = N_("{count} {count:reminder mail|reminder mails} failed for good")
_LEAD = N_(
    "The server refused {count:this mail|these mails} for good. Nobody was told: see to the addresses, then send again with sheetcrm remind resend NUMBER."
)
_MORE = N_("and {count} more; see sheetcrm log --mails")


def tell_admins(
    ledger: Ledger,
    notifier: Notifier,
    *,
    settings: Settings,
    today: date,
    now: Callable[[], datetime],
    language: str = "en",
    halted: Callable[[], str] = lambda: "",
) -> tuple[MailReport, ...]:
    """
    What became of the mails to the settings' admins about what failed lately, over all spreadsheets and channels; `notifier` sends mail.

    Only a redirect and the allow-list hold them back: quiet hours and caps are for reminders.  What was not sent because
    `halted` gave a text goes out next time.
    """
    if not settings.admins:
        return ()
    settings.guards.check(settings.allow, notifier)
    alone = Settings(settings.sender, settings.allow, settings.on_unknown, guards=Guards(settings.guards.redirect))
    delivery = Delivery(ledger, notifier, NOWHERE, alone, now, Hooks(halted=halted))
    failed = [mail for mail in ledger.mails((State.FAILED,)) if _is_news(mail, now())]
    for address in filter(alone.allow.allows, dict.fromkeys(map(str.casefold, settings.admins))):
        recipient = Recipient(NOWHERE, delivery.channel, "", address)
        if ledger.last_told(recipient)[0] != today:
            _queue(delivery, recipient, failed, today, language)
    delivery.deliver()
    return tuple(delivery.reports.values())


def _is_news(mail: Mail, now: datetime) -> bool:
    return mail.recipient.spreadsheet != NOWHERE and now - mail.changed < LATELY


def _queue(delivery: Delivery, recipient: Recipient, failed: Sequence[Mail], today: date, language: str) -> None:
    about = {_occurrence(mail, recipient): mail for mail in failed}

    def seal(claimed: Sequence[Occurrence]) -> Sealed:
        sender, instead = delivery.settings.sender, delivery.settings.guards.redirect
        name = message_id(map(str, claimed), sender.domain)
        draft = _draft([about[one] for one in claimed], language)
        cover = Cover(sender, recipient.name, recipient.address, name, delivery.now())
        if instead:
            draft, cover = redirect.named(draft, recipient, language), redirect.covered(cover, instead)
        delivery.drafts[name] = draft
        return Sealed(name, draft.subject, delivery.notifier.seal(draft, cover))

    delivery.ledger.queue(recipient, list(about), seal, today=today, now=delivery.now())


def _occurrence(mail: Mail, recipient: Recipient) -> Occurrence:
    return Occurrence(
        spreadsheet=NOWHERE,
        sheet="",
        row_id=mail.message_id,
        rule=RULE,
        due=mail.changed.astimezone(UTC).date(),
        step=0,
        recipient=recipient.key,
        channel=recipient.channel,
    )


def _draft(failed: Sequence[Mail], language: str) -> Draft:
    t = texts(language)
    lines = [_line(mail) for mail in failed[:SHOWN]]
    if len(failed) > SHOWN:
        lines.append(t(_MORE, count=len(failed) - SHOWN))
    lead = t(_LEAD, count=len(failed))
    page = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return Draft(
        subject=t(_SUBJECT, count=len(failed)),
        text="\n".join([lead, "", *(f"- {line}" for line in lines), ""]),
        html=f"<!DOCTYPE html><html><body><p>{escape(lead)}</p><ul>{page}</ul></body></html>",
        language=language,
    )


def _line(mail: Mail) -> str:
    whom, reason = f"{clean(mail.recipient.name, 80)} <{mail.recipient.address}>", clean(mail.reason)
    return f"{mail.id}  {whom}  {clean(mail.subject, 120)}: {reason}"
