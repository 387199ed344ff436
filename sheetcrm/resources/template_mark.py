"""
Which template, version and language made this spreadsheet ↔ developer metadata.

The value is compact JSON with sorted keys, so that the same mark is the same text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import ClassVar, Self

from sheetcrm.layout import TEMPLATE_KEY, Layout, marked_template, versions
from sheetcrm.resources.base import SPREADSHEET, Address, Json, Policy, Request, Resource, State, changed


@dataclass(frozen=True)
class TemplateMark(Resource):
    """The name of the template, its `version:`, the language of the titles, and what it extends."""

    template: str
    version: int
    language: str
    lineage: tuple[tuple[str, int], ...] = ()
    """Names and versions of what it extends, the nearest first."""

    kind: ClassVar[str] = "template"
    rank: ClassVar[int] = 97
    policy: ClassVar[Policy] = "restore"
    fixed: ClassVar[bool] = True
    fields: ClassVar[tuple[str, ...]] = ("developerMetadata",)

    @classmethod
    def read(cls, description: Json, layout: Layout, desired: State) -> Iterator[tuple[Address, Self]]:
        """The first mark that makes sense; others count as none."""
        made = marked_template(description)
        if made is not None:
            address = Address(SPREADSHEET, "", cls.kind)
            layout.ids[str(address)] = made.metadata_id
            yield address, cls(made.template, made.version, made.language, made.lineage)

    def create(self, address: Address, layout: Layout) -> list[Request]:
        """Make the metadata."""
        metadata = {"metadataKey": TEMPLATE_KEY, "metadataValue": self.text(), "visibility": "DOCUMENT"}
        return [{"createDeveloperMetadata": {"developerMetadata": {**metadata, "location": {"spreadsheet": True}}}}]

    def update(self, address: Address, layout: Layout, live: Self) -> list[Request]:
        """Change the value of the metadata that was read."""
        lookup = {"developerMetadataLookup": {"metadataId": layout.ids[str(address)]}}
        new = {"metadataValue": self.text()}
        return [
            {
                "updateDeveloperMetadata": {
                    "dataFilters": [lookup],
                    "developerMetadata": new,
                    "fields": "metadataValue",
                }
            }
        ]

    def text(self) -> str:
        """The metadata's value."""
        said = asdict(self)
        lineage = said.pop("lineage")
        said |= {"extends": lineage} if lineage else {}
        return json.dumps(said, ensure_ascii=False, separators=(",", ":"), sort_keys=True)

    @property
    def versions(self) -> str:
        """`2`, or `3+2` of one that extends a third version."""
        return versions(self.version, self.lineage)

    def say(self, live: Self | None = None) -> str:
        """`pipeline 1 zh`."""
        return changed(
            live and f"{live.template} {live.versions} {live.language}",
            f"{self.template} {self.versions} {self.language}",
        )
