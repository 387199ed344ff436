"""
Marks of ours that are there already → what to say about them.

A copy of a whole spreadsheet has all marks of the one that it was copied from,
and a copied tab those of its original.
"""

from __future__ import annotations

from collections import Counter

from sheetcrm.errors import Refused
from sheetcrm.handmade.marks import Old, old_marks
from sheetcrm.layout import MARK_KEY, marked_template
from sheetcrm.messages import tr
from sheetcrm.resources import Json


def refuse_marked(description: Json, name: str) -> None:
    """Refused when the spreadsheet is ours, or has marks of which nobody knows whose they are."""
    made = marked_template(description)
    if made is not None:
        raise Refused(
            tr(
                "refused: this spreadsheet has the marks of {made} (version {version}, {language}) already: it was made from that template, or copied whole from one that was. Use it as it is: sheetcrm plan {made} --in {name}; or add --anew to take it for one made by hand",
                made=made.template,
                version=made.version,
                language=made.language,
                name=name,
            )
        )
    if any(old.key == MARK_KEY for old in old_marks(description)):
        raise Refused(
            tr(
                "refused: this spreadsheet has marks of a template, but not of which: they were deleted in part, or came with a copied tab. Say the template: sheetcrm connect {name} --template T; or add --anew to take it for one made by hand",
                name=name,
            )
        )


def copied_tabs(description: Json) -> dict[str, list[str]]:
    """Sheet key → the titles of the tabs that claim to be it, where there are several."""
    tabs: dict[str, list[str]] = {}
    titles = {part["properties"]["sheetId"]: part["properties"]["title"] for part in description.get("sheets", [])}
    for old in old_marks(description):
        if _is_tab(old):
            tabs.setdefault(old.value, []).append(titles[old.sheet_id or 0])
    counted = Counter({key: len(same) for key, same in tabs.items()})
    return {key: tabs[key] for key, times in counted.items() if times > 1}


def _is_tab(old: Old) -> bool:
    return old.key == MARK_KEY and old.sheet_id is not None and old.index is None and "." not in old.value
