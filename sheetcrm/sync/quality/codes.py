"""
The code of an issue → what it means, and the way out.

Codes are for programs and never change; docs/issues.md is written from here,
and a test says when a code is used that has no line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sheetcrm.messages import N_


@dataclass(frozen=True)
class Code:
    """What every issue of that code has in common; both are English texts to be translated."""

    meaning: str
    remedy: str


CELLS: Mapping[str, Code] = {
    "ambiguous_date": Code(
        N_("A date of which nobody can tell whether day or month comes first."), N_("Write it as year-month-day.")
    ),
    "ambiguous_number": Code(
        N_("A number whose point or comma may stand for thousands or for a fraction."),
        N_("Say in the mapping which it is: decimal."),
    ),
    "bad_id": Code(
        N_("An id or a reference that is no single line of text."), N_("Write one line, 200 characters at most.")
    ),
    "bad_option": Code(N_("An entry of a list that is no single line of text."), N_("Write one line of text.")),
    "date_as_text": Code(
        N_("A date that is text to the sheet, which neither sorts it nor computes with it."),
        N_("Type it again, or let `fix` do it."),
    ),
    "decimal_comma": Code(
        N_("A number with a decimal comma in a file that is read with points."),
        N_("Say in the mapping which it is: decimal."),
    ),
    "error_value": Code(
        N_("A formula that failed."),
        N_("Look at what the formula computes with; `apply` puts formulas of the template back."),
    ),
    "no_such_day": Code(N_("A day that is not in the calendar."), N_("Write the day that is meant.")),
    "not_a_contact": Code(
        N_("Neither a phone number nor an e-mail address."),
        N_("Write one of the two; from abroad with + and country code."),
    ),
    "not_a_currency": Code(N_("No currency that is used in this column."), N_("Write its three letters, as in CNY.")),
    "not_a_date": Code(N_("No date."), N_("Write year-month-day, as in 2026-01-31.")),
    "not_a_duration": Code(N_("No length of time."), N_("Write hours and minutes, as in 1:30.")),
    "not_a_name": Code(N_("No name of a person."), N_("Choose somebody from the team.")),
    "not_a_number": Code(N_("No number."), N_("Write digits only; what belongs beside it goes into a notes column.")),
    "not_a_phone": Code(N_("No phone number."), N_("Write the number only; from abroad with + and country code.")),
    "not_a_rating": Code(N_("No rating."), N_("Write a whole number from 1 to the most that the column allows.")),
    "not_a_tick": Code(N_("Neither ticked nor empty."), N_("Tick the box, or empty it.")),
    "not_a_time": Code(N_("No time of day."), N_("Write hours and minutes, as in 14:30.")),
    "not_a_url": Code(N_("No link."), N_("Write the whole address, beginning with https://.")),
    "not_an_email": Code(N_("No e-mail address."), N_("Write one address and nothing else.")),
    "not_an_option": Code(N_("A word that is not among the options."), N_("Choose one from the dropdown.")),
    "not_one_value": Code(N_("Several values where one belongs."), N_("Leave one of them.")),
    "not_text": Code(N_("A tick box where a text belongs."), N_("Write the text.")),
    "not_whole": Code(N_("A fraction where a whole number belongs."), N_("Write a whole number.")),
    "number_as_text": Code(
        N_("A number that is text to the sheet, whose sums leave it out."),
        N_("Type it again, or let `fix` do it."),
    ),
    "phone_no_country": Code(
        N_("A phone number of which nobody can tell the country."), N_("Write it with + and country code.")
    ),
    "too_long": Code(
        N_("More text than a cell can have."), N_("Shorten it, or keep it in a document and link to that.")
    ),
}
"""What a cell says makes no sense in its column."""

RULES: Mapping[str, Code] = {
    "after": Code(N_("A number or day before the one that it must not be before."), N_("Put one of the two right.")),
    "at_least_one": Code(N_("All of a few columns are blank of which one must be filled."), N_("Fill one of them.")),
    "before": Code(N_("A number or day after the one that it must not be after."), N_("Put one of the two right.")),
    "exists_in": Code(
        N_("A name or key that is not in the other sheet."),
        N_("Choose one from the dropdown, or add the row over there."),
    ),
    "future": Code(
        N_("A day that has passed and should be to come."), N_("Write a new day, or the state that ends it.")
    ),
    "length": Code(N_("A text that is too short or too long."), N_("Write as many characters as the message says.")),
    "one_of": Code(N_("A value that is none of those allowed."), N_("Choose one from the dropdown.")),
    "past": Code(N_("A day that is still to come and should have been."), N_("Write the day on which it was.")),
    "pattern": Code(N_("A text that does not look as it should."), N_("Write it like the example in the message.")),
    "range": Code(
        N_("A number or day out of bounds."), N_("Write one within the bounds, or change them in the template.")
    ),
    "required": Code(N_("A cell that must be filled is blank."), N_("Fill it.")),
    "row_copied": Code(
        N_("A row that was pasted whole, together with the hidden id of another."),
        N_("Clear the hidden id in the copy; it gets one of its own."),
    ),
    "unique": Code(
        N_("The same stands in several rows where each must have its own."), N_("Give each its own, or merge the rows.")
    ),
}
"""What a cell says makes sense and breaks a rule of the template."""

TABS: Mapping[str, Code] = {
    "column_missing": Code(
        N_("A column of the template is not there."), N_("Apply the template; it makes the column again.")
    ),
    "header_below": Code(
        N_("The header row was sorted into the data, or rows came above it."),
        N_("Drag it to the top, or `apply --deep`."),
    ),
    "header_blank": Code(N_("The header of a column is blank."), N_("Write its title back, or apply the template.")),
    "header_duplicate": Code(N_("Two columns have the same title."), N_("Give one of them another title.")),
    "header_elsewhere": Code(
        N_("The titles of the columns stand in another row than the one that was said."),
        N_("Say in which row they stand."),
    ),
    "header_missing": Code(
        N_("The header row is gone."), N_("Insert a blank row above and apply the template, or `apply --deep`.")
    ),
    "header_overwritten": Code(
        N_("A header was written over with the title of another column."),
        N_("Write its title back, or `apply --deep`."),
    ),
    "header_swapped": Code(
        N_("A column has the header of another one."), N_("Swap headers or columns back; move columns whole.")
    ),
    "header_twice": Code(N_("A title stands over several columns."), N_("Rename all but one of them.")),
    "language_unknown": Code(
        N_("The mark that says the spreadsheet's language is gone."), N_("Apply the template again.")
    ),
    "lock_nobody": Code(
        N_("Nobody would be allowed to edit what the template locks."), N_("Add somebody of that role to the team.")
    ),
    "mark_duplicate": Code(N_("A column was copied together with our mark."), N_("Delete the copy, or the first one.")),
    "mark_moved": Code(
        N_("The cells of a column were cut and pasted elsewhere."), N_("Paste them back and move the whole column.")
    ),
    "merged": Code(N_("Cells were merged, so that only the first of them says anything."), N_("Unmerge them.")),
    "name_taken": Code(N_("The name of a range is used for another one."), N_("Rename that range.")),
    "pivot_covered": Code(N_("Something stands where a pivot table needs room."), N_("Move it to another column.")),
    "sheet_copied": Code(N_("A tab was copied together with our mark."), N_("Delete the copies that nobody needs.")),
    "sheet_missing": Code(N_("A tab of the template is not there."), N_("Apply the template; it makes the tab again.")),
    "tab_locked": Code(N_("A tab is protected by somebody already."), N_("Take that protection away, then apply.")),
    "title_taken": Code(
        N_("Another tab has the title that the template wants."), N_("Rename it, or empty it to have it used.")
    ),
    "workdays_guessed": Code(
        N_("Working days of a year that is not published yet: reminders may fall on a day off."),
        N_("Upgrade the package `holidays` once they are published."),
    ),
    "workdays_unknown": Code(
        N_("No working days are known for that country: only Saturdays and Sundays are off."),
        N_("Say another country: in the rule, or take its working_days: away."),
    ),
}
"""What is wrong with whole columns, tabs and headers; the last step of each is an apply."""

WRITING: Mapping[str, Code] = {
    "bad_text": Code(N_("A text with half a character in it."), N_("Take it out.")),
    "computed": Code(N_("A value for a column that the sheet computes."), N_("Leave it away.")),
    "id_changed": Code(
        N_("Another id for a row that has one."), N_("Change the id in the sheet, where everybody sees it.")
    ),
    "id_not_unique": Code(N_("An id that several rows have."), N_("Give each row its own.")),
    "id_taken": Code(N_("A new row with the id of another one."), N_("Choose another id, or use upsert.")),
    "id_twice": Code(N_("The same id, or key, twice in what was given."), N_("Leave one of the two.")),
    "key_not_unique": Code(
        N_("A key that stands in several rows of the sheet."), N_("Merge the rows, or choose another key.")
    ),
    "no_id": Code(N_("A row without an id, where only the id could tell which it is."), N_("Give it its id.")),
    "no_such_row": Code(N_("An id that no row has."), N_("Add the row instead.")),
    "not_its_type": Code(N_("A value that is not of the column's type."), N_("Give the type that the model has.")),
    "not_read": Code(N_("A column that was not read, or is not there."), N_("Read it, too; or apply the template.")),
    "not_there": Code(N_("A column that is not in the sheet."), N_("Apply the template; it makes the column again.")),
}
"""What a program wanted to write and could not."""

QUALITY: Mapping[str, Code] = {
    "childless": Code(
        N_("No row of other sheets belongs to this one."), N_("Write down what happened, or archive the row.")
    ),
    "orphan": Code(N_("A row that belongs to nobody."), N_("Fill in to whom it belongs, or delete the row.")),
    "stale": Code(N_("Nothing has happened in this row for long."), N_("Follow up, or write the state that ends it.")),
    "undated": Code(N_("A row that is still open has no next date."), N_("Write the day of the next step.")),
}
"""What is not wrong and still worth a look; only `check --quality` tells it."""

CODES: Mapping[str, Code] = {**CELLS, **RULES, **TABS, **QUALITY, **WRITING}
