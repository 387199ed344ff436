"""
A formula that a person wrote → key form, where it can be said so.

People write `A2`, `B:B` and `Sheet!$B$2:$B$500` for what a template calls
`{id}` and `{orders.amount}`.  What stays of A1 notation must be fixed (`$F$1`),
or the formula means something else in every row.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from sheetcrm.handmade.survey import FoundColumn
from sheetcrm.layout import Layout
from sheetcrm.resources import Json

_TITLE = r"(?:'(?:[^']|'')*'|[^\W\d][\w.]*)!"
_LOOSE = re.compile(
    r'(?P<kept>"(?:[^"]|"")*"|\{[^{}]*\})'
    rf"|(?P<title>{_TITLE})?(?<![\w$.])(?:"
    r"\$?(?P<from>[A-Za-z]{1,3})\$?(?P<start>[1-9][0-9]*)?:\$?(?P<to>[A-Za-z]{1,3})\$?(?P<end>[1-9][0-9]*)?"
    r"|(?P<fix>\$?)(?P<letter>[A-Za-z]{1,3})(?P<fixed>\$?)(?P<row>[1-9][0-9]*))(?![\w(.!])"
)
_WRAPPED = re.compile(r'=\s*IF\(\s*\{(?P<used>\w+)\}\s*=\s*""\s*,\s*""\s*,(?P<own>.*)\)', re.DOTALL | re.IGNORECASE)
MOST = 0.8


@dataclass(frozen=True)
class FoundFormula:
    """
    A column's formula in key form, with `=`; in how many of the rows looked at something was typed over it.

    `reworded` is whether its references stand there otherwise than we write them.
    """

    text: str
    typed: int
    reworded: bool

    def parts(self) -> tuple[str | None, str]:
        """The column that tells used rows (None: none does) and what is computed for them, without `=`."""
        match = _WRAPPED.fullmatch(self.text)
        if match and _closes(match["own"]):
            return match["used"], match["own"].strip()
        return None, self.text[1:].strip()


def has_formulas(column: FoundColumn) -> bool:
    """Whether any of the rows looked at has one."""
    return any(_formula(cell) for cell in column.looks)


def found_formula(column: FoundColumn, sheet: str, layout: Layout, used: int) -> FoundFormula | None:
    """The formula of most rows; None when they have none, or none that is the same in all.  `used` are the tab's rows with values."""
    filled = [(row, cell) for row, cell in enumerate(column.looks, 2) if cell.get("userEnteredValue")]
    said = [keyed(text, sheet, row, layout, used + 1) for row, cell in filled if (text := _formula(cell))]
    if not said:
        return None
    (text, times), *_ = Counter(text for text, _ in said).most_common(1)
    if times < MOST * len(filled) or (times < 2 and len(filled) > 1) or _floats(text):
        return None
    return FoundFormula(text, len(filled) - times, next(loose for other, loose in said if other == text))


def keyed(formula: str, sheet: str, row: int, layout: Layout, last: int) -> tuple[str, bool]:
    """Key form of a formula in `row`, and whether it was written otherwise; `last` is the last row that has values."""
    exact = layout.keys(formula, sheet, row)
    by_title = {layout.tab_title(key): key for key in layout.sheets()}

    def one(match: re.Match[str]) -> str:
        if match["kept"]:
            return match[0]
        title = (match["title"] or "")[:-1].removeprefix("'").removesuffix("'").replace("''", "'")
        other = by_title.get(title) if title else sheet
        column = layout.column_at(other, _index(match["from"] or match["letter"])) if other else None
        if other is None or column is None:
            return match[0]
        if match["letter"]:
            same_row = other == sheet and not match["fixed"] and int(match["row"]) == row
            return f"{{{column}}}" if same_row else match[0]
        return f"{{{other}.{column}}}" if _is_whole(match, layout.rows(other), last) else match[0]

    loose = _LOOSE.sub(one, exact)
    return loose, loose != exact


def _is_whole(match: re.Match[str], rows: int, last: int) -> bool:
    """Whether a range is one column, from its top down to the last row that has values."""
    end = rows if match["end"] is None else int(match["end"])
    return match["from"].upper() == match["to"].upper() and int(match["start"] or 1) <= 2 and end >= last


def _floats(text: str) -> bool:
    """Whether a reference is left that Google would shift from row to row."""
    return any(
        (match["letter"] and not match["fixed"]) or (match["from"] and match["start"] and "$" not in match[0])
        for match in _LOOSE.finditer(text)
        if not match["kept"]
    )


def _closes(text: str) -> bool:
    """Whether every bracket in it has its other half in it."""
    depth = 0
    for found in re.finditer(r'"(?:[^"]|"")*"|[()]', text):
        depth += (found[0] == "(") - (found[0] == ")")
        if depth < 0:
            return False
    return depth == 0


def _formula(cell: Json) -> str:
    return str(cell.get("userEnteredValue", {}).get("formulaValue", ""))


def _index(letter: str) -> int:
    number = 0
    for char in letter.upper():
        number = number * 26 + ord(char) - ord("A") + 1
    return number - 1
