"""
A spreadsheet that is not made yet, as Google would make it.

So that the plan of a new spreadsheet can be shown, and has the fingerprint that
it will have, before a file exists.
"""

from __future__ import annotations

from collections.abc import Sequence

from sheetcrm.resources import Json


class Blank:
    """Describes a new spreadsheet: one blank tab of 1000 rows and 26 columns."""

    def describe(self, fields: str, ranges: Sequence[str] = ()) -> Json:
        """The same whatever is asked."""
        grid = {"rowCount": 1000, "columnCount": 26}
        sheet = {"sheetId": 0, "title": "Sheet1", "index": 0, "sheetType": "GRID", "gridProperties": grid}
        properties = {"title": "", "locale": "en_US", "timeZone": "Etc/GMT"}
        return {"spreadsheetId": "", "spreadsheetUrl": "", "properties": properties, "sheets": [{"properties": sheet}]}

    def values(self, ranges: Sequence[str]) -> list[list[list[str | int | float | bool | None]]]:
        """Nothing in any of them."""
        return [[] for _ in ranges]


def blank() -> Blank:
    """Stands for the gateway of a spreadsheet that is still to be made."""
    return Blank()
