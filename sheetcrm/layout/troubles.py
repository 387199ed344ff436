"""
What does not fit between marks, titles and headers → a sentence with a way out.

A trouble is never decided by guessing; it is said, and the column left alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from sheetcrm.messages import N_, texts

TEXTS = {
    "header_blank": N_("The header of {title} ({cell}) is blank."),
    "header_missing": N_(
        "The header row of {title} is gone: row 1 has none of our titles. Insert a blank row above it and apply the "
        "template, or let `sheetcrm apply --deep` put it back; until then what stands in row 1 is not read."
    ),
    "header_below": N_(
        "The header row of {title} stands in row {row}: it was sorted into the data, or rows were inserted above it. "
        "Drag it to the top again and apply the template; where row 1 is a record, `sheetcrm apply --deep` puts it back."
    ),
    "header_overwritten": N_(
        "The header of {title} ({cell}) was written over: it says {found}, as {other_cell} does. Write {title} back, or "
        "let `sheetcrm apply --deep` do it; if the whole column was pasted over, take that back in the version history. "
        "Until then the column is left alone."
    ),
    "header_duplicate": N_("Two columns are called {title}: {cells}."),
    "header_swapped": N_(
        "The column made as {title} ({cell}) is now headed {found}. If only headers were swapped, write {title} back "
        "into {cell}; if columns were swapped by cut and paste, swap them back and move whole columns instead."
    ),
    "mark_moved": N_(
        "{title} was cut from {from_cell} and pasted at {to_cell}. Cut and paste it back and move the whole column instead."
    ),
    "mark_duplicate": N_("{title} is there more than once: {cells}. The first is used."),
    "sheet_copied": N_(
        "There are several tabs made as {title}: {tabs}. {title} itself is used; the others are left alone."
    ),
    "title_taken": N_("There is a tab called {title} that we did not make. Rename it, or empty it to have it used."),
    "tab_locked": N_(
        "The tab {title} is protected by somebody already, and a tab can be protected once. Take that protection away."
    ),
    "lock_nobody": N_(
        "Nobody may edit {place}: no active person in the team has such a role and an e-mail address. "
        "It is left as it is; add somebody, or admins: to the config."
    ),
    "pivot_covered": N_(
        "There is no room for a pivot table at {cell} of {title}: {filled} is filled. Empty it, or move what you wrote "
        "to another column."
    ),
    "name_taken": N_("The name {name} is used for another range. Rename that range."),
}
"""What each code says; the values to fill in are in the trouble."""


@dataclass(frozen=True)
class Trouble:
    """One thing that a person must settle: the sheet and column keys that it is about, a code, values for the text."""

    sheet: str
    column: str
    code: str
    values: tuple[tuple[str, str], ...] = ()

    def say(self, language: str = "en") -> str:
        """One sentence or two in that language."""
        return texts(language)(TEXTS[self.code], **dict(self.values))
