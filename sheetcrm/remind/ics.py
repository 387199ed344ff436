"""
Dates to come → a calendar file that goes with the mail.

An event is of a row and a rule, not of a date: a later mail about a date that
was moved moves the event instead of adding one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from sheetcrm.remind.message import Attachment

if TYPE_CHECKING:
    from icalendar import Component

NAME = "reminders.ics"
_EPOCH = date(2020, 1, 1)


@dataclass(frozen=True)
class Event:
    """One day in the calendar; `key` says which row of which spreadsheet, and the rule."""

    key: tuple[str, ...]
    day: date
    summary: str
    link: str


def attached(events: Sequence[Event], *, today: date) -> Attachment:
    """
    The file: whole days, without alarms, that leave the day free.

    Programs take the event of the latest `today` for the true one.
    """
    from icalendar import Calendar  # noqa: PLC0415 - a tenth of a second; most mails have no dates to come

    calendar = Calendar()
    calendar.add("prodid", "-//sheetcrm//reminders//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for one in events:
        calendar.add_component(_made(one, today))
    return Attachment(NAME, "text/calendar", calendar.to_ical(), (("method", "PUBLISH"), ("charset", "utf-8")))


def _made(one: Event, today: date) -> Component:
    from icalendar import Event as Entry  # noqa: PLC0415 - as above

    made = Entry()
    made.add("uid", f"{hashlib.sha256(chr(10).join(one.key).encode()).hexdigest()[:32]}@sheetcrm")
    made.add("dtstamp", datetime.combine(today, time(), UTC))
    made.add("sequence", max((today - _EPOCH).days, 0))
    made.add("dtstart", one.day)
    made.add("dtend", one.day + timedelta(days=1))
    made.add("summary", one.summary)
    made.add("transp", "TRANSPARENT")
    if one.link:
        # Few programs show what is said to be the event's URL.
        made.add("description", one.link)
    return made
