"""
A note → any of the services that apprise knows (Teams, Telegram, Mattermost, ntfy …).

apprise says yes or no, and looks at the HTTP status alone.  Its no may be a
refusal or a lost answer, so it counts as one that nobody knows; robots that
refuse with a 200 are ways of their own here.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field

from sheetcrm.errors import MissingExtra, UsageError
from sheetcrm.messages import tr
from sheetcrm.remind.message import Cover, Draft, clean
from sheetcrm.remind.note import Note, markup_free
from sheetcrm.remind.notifiers.base import Notifier, Outcome, Outgoing, Send, Tell, Verdict, Way, nobody
from sheetcrm.remind.notifiers.pace import CLOCK, Clock, Pace
from sheetcrm.secret import Secret

# These answer 200 to a message that they do not take, and apprise believes it.
_OURS = ("dingtalk", "wecombot", "feishu", "lark")


class AppriseWay(Way):
    """Any service that apprise knows, by its apprise URL."""

    form: ClassVar[Literal["mail", "text"]] = "text"

    type: Literal["apprise"] = "apprise"
    url: Secret
    per_minute: int = Field(default=20, ge=1)

    def notifier(self, folder: Path, environment: Mapping[str, str], channel: str = "apprise") -> AppriseNotifier:
        """See `Way`."""
        return AppriseNotifier(self.url.reveal(folder, environment), self.per_minute, self.word(channel))


@dataclass(frozen=True)
class AppriseNotifier(Notifier):
    """
    Writes to the service of that apprise URL.

    UsageError when apprise does not know it, or when the service has a way of
    its own here; MissingExtra without apprise.
    """

    form = "text"
    url: str = field(repr=False)
    per_minute: int | None = 20
    channel: str = "apprise"
    clock: Clock = field(default=CLOCK, repr=False)
    pace: Pace = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """One pace for all that it sends."""
        scheme = self.url.partition(":")[0].casefold()
        if scheme in _OURS:
            raise UsageError(
                tr(
                    "apprise cannot tell whether {scheme} took a message; use the way of that name instead",
                    scheme=scheme,
                )
            )
        object.__setattr__(self, "pace", Pace(self.per_minute, self.clock))

    def seal(self, draft: Draft, cover: Cover) -> bytes:
        """See `Notifier`: a `Note`."""
        return Note(markup_free(draft.subject), draft.markdown or draft.text, markup_free(cover.name)).dump()

    @contextmanager
    def open(self, tell: Tell = nobody) -> Iterator[Send]:
        """See `Notifier`."""
        service, apprise = self._service()

        def send(message: Outgoing) -> Outcome:
            note = Note.parse(message.data)
            self.pace.go()
            with apprise.LogCapture(level=logging.WARNING) as log:
                taken = service.notify(title=note.title, body=note.body, body_format=apprise.NotifyFormat.MARKDOWN)
                # Of its log the last line, which says a status; nothing of the address is in those.
                words = [clean(line) for line in log.getvalue().splitlines() if line.strip()]
            tell(tr("apprise says yes") if taken else tr("apprise says no"))
            return Outcome(Verdict.SENT) if taken else Outcome(Verdict.UNKNOWN, (words or [tr("apprise says no")])[-1])

        yield send

    def _service(self) -> tuple[Any, Any]:
        try:
            import apprise  # noqa: PLC0415 - 200 ms, and an extra
        except ImportError as error:
            raise MissingExtra(tr("apprise, which talks to other services,"), "robots") from error
        # One after the other, and nothing is kept on disk.
        service = apprise.Apprise(asset=apprise.AppriseAsset(async_mode=False, app_id="sheetcrm"))
        if not service.add(self.url):
            raise UsageError(tr("the secret of this channel is no URL that apprise knows"))
        return service, apprise
