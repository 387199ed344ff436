"""
Digests → one page that shows them all, for a browser: nothing of it is sent, and it needs no server.

A mail stands in a frame that may run nothing and go nowhere by itself, as in a
mail program.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from sheetcrm.messages import texts
from sheetcrm.remind.report import MailReport

WIDTHS = {"wide": 760, "phone": 390}
"""Of the frames, in pixels."""
ELSEWHERE = '<head><base target="_blank">'
"""Links open outside the frame: spreadsheets do not let themselves be framed."""


def preview(mails: Sequence[MailReport], *, language: str) -> str:
    """The page, in that language: every mail that has a draft, as a dry run has them, one below the other with a list to choose from."""
    t = texts(language)
    shown = [(mail, mail.draft) for mail in mails if mail.draft is not None]
    return (
        _environment()
        .get_template("preview.html")
        .render(
            language={"zh": "zh-CN"}.get(language, language),
            title=t("Reminders that would go out"),
            nothing=t("Nothing would be sent."),
            as_text=t("As text"),
            as_chat=t("In a chat"),
            mails=shown,
            elsewhere=ELSEWHERE,
            widths=WIDTHS,
        )
    )


@cache
def _environment() -> Environment:
    folder = Path(__file__).parent / "templates"
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
