"""
A column → what its header's note and its cells' help say.

In the language of the sheet, so that nobody needs a manual to fill a cell in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetcrm.messages import N_, texts

if TYPE_CHECKING:
    from sheetcrm.schema.columns.base import Column
    from sheetcrm.schema.context import Context


def header_note(column: Column, context: Context) -> str:
    """What goes in, a line a thing; empty when there is nothing to say."""
    say = texts(context.language)
    lines = [column.note.say(context.language)] if column.note else []
    lines += [said] if (said := hover(column, context)) else []
    if column.computed:
        return "\n".join([*lines, say(N_("Filled by the sheet; do not type here."))])
    lines += [say(N_("Required."))] if column.is_required else []
    lines += [say(N_("No value twice."))] if column.is_unique and not column.help() else []
    return "\n".join(lines)


def hover(column: Column, context: Context) -> str:
    """One line on what a cell may hold; empty for anything."""
    own = texts(context.language)(column.help(), **column.hint_values(context)) if column.help() else ""
    asked = [text.say(context.language) for rule in column.all_rules() if (text := rule.help())]
    return " ".join([own] * bool(own) + asked)
