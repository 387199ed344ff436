"""
gspread's own objects, as scripts have them → a gateway.

Known by what they have, not by their class: a script may bring another version
of gspread, or wrap it.
"""

from __future__ import annotations

from typing import Any, Protocol

from sheetcrm.errors import UsageError
from sheetcrm.messages import tr
from sheetcrm.sheets.gateway import Gateway


class Worksheet(Protocol):
    """What we need of a gspread worksheet."""

    spreadsheet_id: str
    client: Any

    @property
    def id(self) -> int:
        """The tab's id."""

    @property
    def title(self) -> str:
        """The tab's title, when it was opened."""


def worksheet_gateway(worksheet: Worksheet) -> Gateway:
    """A gateway to the spreadsheet of a gspread worksheet, with its session; UsageError for anything else."""
    session = session_of(getattr(worksheet, "client", None))
    spreadsheet_id = getattr(worksheet, "spreadsheet_id", None)
    if session is None or not isinstance(spreadsheet_id, str) or not isinstance(getattr(worksheet, "id", None), int):
        raise UsageError(
            tr(
                "expected a gspread worksheet, as from spreadsheet.worksheet('Orders'), not {kind}",
                kind=_kind(worksheet),
            )
        )
    return Gateway(session, spreadsheet_id)


def spreadsheet_gateway(source: Any) -> Gateway | None:
    """A gateway to a gspread spreadsheet or to (client, id); None when `source` is neither."""
    client, spreadsheet_id = source if isinstance(source, tuple) and len(source) == 2 else (source, None)
    if spreadsheet_id is None:
        client, spreadsheet_id = getattr(source, "client", None), getattr(source, "id", None)
    session = session_of(client)
    if session is None or not isinstance(spreadsheet_id, str):
        return None
    return Gateway(session, spreadsheet_id)


def session_of(client: Any) -> Any:
    """The signed-in session of a gspread client, or of the HTTP client in it, or the session itself; None when there is none."""
    for one in (
        client,
        getattr(client, "session", None),
        getattr(getattr(client, "http_client", None), "session", None),
    ):
        if callable(getattr(one, "request", None)) and callable(getattr(one, "mount", None)):
            return one
    return None


def _kind(thing: object) -> str:
    return f"{type(thing).__module__}.{type(thing).__qualname__}"
