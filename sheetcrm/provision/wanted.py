"""Template → the titles by which its sheets and columns are found when marks are gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetcrm.layout import Wanted

if TYPE_CHECKING:
    from sheetcrm.schema.template import Template


def wanted_of(template: Template) -> dict[str, Wanted]:
    """By sheet key, in every language of the template."""
    return {
        sheet: Wanted(
            template.titles(sheet),
            {column: template.titles(sheet, column) for column in template.sheets[sheet].columns},
        )
        for sheet in template.sheets
    }
