"""
Links: absolute, http or https.

`example.com` is refused with `https://example.com` as the suggestion: a link without a scheme leads nowhere in a mail.
"""

from typing import ClassVar, Literal
from urllib.parse import urlsplit

from sheetcrm.messages import N_
from sheetcrm.resources.base import Cell
from sheetcrm.resources.validation import Condition
from sheetcrm.schema.columns.base import BadCell, Column, Context, Place
from sheetcrm.schema.columns.glance import Glance
from sheetcrm.schema.columns.reading import plain, shown

_RIGHT = Glance("https?://(?:[a-z0-9-]+[.])+[a-z]{2,24}(?:/[A-Za-z0-9%_.,~+/?&=#:@!-]*)?")
"""Links as nearly all are."""


def _is_link(text: str) -> bool:
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "." in host.strip(".") and text.isprintable() and " " not in text


class UrlColumn(Column):
    """The address of a page."""

    python_type = str
    examples = (("https://example.com/a?b=c", "https://example.com/a?b=c"), (" http://例子.中国 ", "http://例子.中国"))
    nonsense = ("example.com", "javascript:alert(1)", 12, "https://", "https://a b.com", "https://x.org:port")
    pixels = 200
    hint: ClassVar[str] = N_("A link, beginning with https://.")

    type: Literal["url"] = "url"

    def right(self, context: Context) -> Glance:
        """Links without anything odd in them."""
        return _RIGHT

    def parse_cell(self, cell: Cell, context: Context) -> str:
        """The link without blanks around it."""
        text = str(cell).strip()
        if isinstance(cell, str) and _is_link(text):
            return text
        meant = "https://" + plain(text)
        suggestion = meant if isinstance(cell, str) and _is_link(meant) and ":" not in text else None
        raise BadCell("not_a_url", N_("{text} is not a link"), {"text": shown(cell)}, suggestion)

    def condition(self, place: Place, context: Context) -> Condition:
        """Is a link, as Sheets sees it."""
        return Condition("TEXT_IS_URL", ())
