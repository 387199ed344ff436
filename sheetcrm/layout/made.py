"""
The spreadsheet's metadata → which template made it.

Read before there is a template to read anything else by.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

TEMPLATE_KEY = "sheetcrm.template"


@dataclass(frozen=True)
class Made:
    """The template's name, its version, the language of the titles, what it extends, and Google's id of the mark."""

    template: str
    version: int
    language: str
    metadata_id: int
    lineage: tuple[tuple[str, int], ...] = ()
    """Names and versions of the templates that it was made over, the nearest first."""

    @property
    def versions(self) -> str:
        """`2`, or `3+2` of one that extends a third version."""
        return versions(self.version, self.lineage)


def marked_template(description: dict[str, Any]) -> Made | None:
    """The first mark that makes sense in an answer of `spreadsheets.get` with `developerMetadata`."""
    for metadata in description.get("developerMetadata", []):
        if metadata.get("metadataKey") == TEMPLATE_KEY:
            try:
                value = json.loads(metadata.get("metadataValue", ""))
                made = (str(value["template"]), int(value["version"]), str(value["language"]))
                lineage = tuple((str(name), int(version)) for name, version in value.get("extends", ()))
                return Made(*made, metadata["metadataId"], lineage)
            except (ValueError, TypeError, KeyError):
                continue
    return None


def versions(own: int, lineage: tuple[tuple[str, int], ...]) -> str:
    """The version of a template as people read it: those of what it extends first, `3+2`."""
    return "+".join(str(version) for version in (*(version for _, version in reversed(lineage)), own))
