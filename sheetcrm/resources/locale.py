"""
Locale and time zone ↔ spreadsheet properties.

New files are `en_US` and `Etc/GMT`: left so, dates and separators are someone else's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

from sheetcrm.layout import Layout
from sheetcrm.resources.base import SPREADSHEET, Address, Json, Policy, Request, Resource, State, changed


@dataclass(frozen=True)
class Locale(Resource):
    """The spreadsheet's `locale` (`zh_CN`) and `time_zone` (`Asia/Shanghai`)."""

    locale: str
    time_zone: str

    kind: ClassVar[str] = "locale"
    rank: ClassVar[int] = 0
    policy: ClassVar[Policy] = "restore"
    fixed: ClassVar[bool] = True
    fields: ClassVar[tuple[str, ...]] = ("properties.locale", "properties.timeZone")

    @classmethod
    def read(cls, description: Json, layout: Layout, desired: State) -> Iterator[tuple[Address, Self]]:
        """The one of the spreadsheet."""
        properties = description.get("properties", {})
        address = Address(SPREADSHEET, "", cls.kind)
        if address in desired:
            yield address, cls(properties.get("locale", ""), properties.get("timeZone", ""))

    def create(self, address: Address, layout: Layout) -> list[Request]:
        """Set both."""
        properties = {"locale": self.locale, "timeZone": self.time_zone}
        return [{"updateSpreadsheetProperties": {"properties": properties, "fields": "locale,timeZone"}}]

    def say(self, live: Self | None = None) -> str:
        """`en_US Etc/GMT → zh_CN Asia/Shanghai`."""
        return changed(live and f"{live.locale} {live.time_zone}", f"{self.locale} {self.time_zone}")
