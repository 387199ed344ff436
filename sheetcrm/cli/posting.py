"""The config's mail part → the settings that a run of reminders takes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sheetcrm.messages import tr

if TYPE_CHECKING:
    from sheetcrm.config import Config
    from sheetcrm.remind.delivery import Settings
    from sheetcrm.remind.guard import Guards
    from sheetcrm.settings import MailSettings


def mail_settings(config: Config) -> MailSettings:
    """The mail part of the config; UsageError when there is none."""
    from sheetcrm.errors import UsageError

    if config.mail is None:
        raise UsageError(tr("{file} has no mail: part; see config.example.yaml", file=config.file.name))
    return config.mail


def settings_of(config: Config, *, allow_first_run: bool = False) -> Settings:
    """Everything that the config says about mail; `allow_first_run` lets a first run tell of as many as there are."""
    from sheetcrm.remind.allow import AllowList
    from sheetcrm.remind.delivery import Settings
    from sheetcrm.remind.digest import Style
    from sheetcrm.remind.message import Sender
    from sheetcrm.remind.people import Person

    mail = mail_settings(config)
    return Settings(
        sender=Sender.parse(mail.sender),
        allow=AllowList.of(mail.allow, team=mail.allow_team),
        on_unknown=mail.on_unknown,
        style=Style(templates=config.path(mail.templates) if mail.templates else None, calendar=mail.calendar),
        fresh=timedelta(minutes=mail.fresh),
        guards=_guards(mail, allow_first_run=allow_first_run),
        catch_up=mail.catch_up,
        country=mail.country,
        default=Person(mail.default_to, mail.default_to) if mail.default_to else None,
        admins=mail.admins,
    )


def _guards(mail: MailSettings, *, allow_first_run: bool) -> Guards:
    from sheetcrm.remind.guard import Caps, Guards, Quiet

    return Guards(
        redirect=mail.redirect or "",
        caps=Caps(mail.caps.per_run, mail.caps.per_recipient, mail.caps.per_hour),
        quiet=Quiet.parse(mail.quiet, weekends=mail.quiet_weekends),
        first_run=None if allow_first_run else mail.first_run,
    )
