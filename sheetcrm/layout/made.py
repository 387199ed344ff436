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
    """The template's name, its version, the language of the titles, and Google's id of the mark."""

    template: str
    version: int
    language: str
    metadata_id: int


def marked_template(description: dict[str, Any]) -> Made | None:
    """The first mark that makes sense in an answer of `spreadsheets.get` with `developerMetadata`."""
    for metadata in description.get("developerMetadata", []):
        if metadata.get("metadataKey") == TEMPLATE_KEY:
            try:
                value = json.loads(metadata.get("metadataValue", ""))
                return Made(
                    str(value["template"]), int(value["version"]), str(value["language"]), metadata["metadataId"]
                )
            except (ValueError, TypeError, KeyError):
                continue
    return None
